"""A Faust consumer that hands each message straight to the agents' queues.

Faust makes four asyncio tasks a message, to be able to give up waiting when the flow is suspended. Most of the
time nothing would wait, and without the tasks a worker consumes more than twice as much a CPU-second.
"""

from typing import Any

from faust.transport.consumer import Consumer


class Handover(Consumer):
    """Put before a transport's consumer among the bases."""

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - theirs
        """As Faust's; `Consumer._drain_messages` waits here for `callback(message), suspend_flow.wait()`."""
        if len(coros) != 2 or timeout is not None or self._must_wait():
            return await super().wait_first(*coros, timeout=timeout)
        handed, suspended = coros
        suspended.close()
        await handed
        return None

    def _must_wait(self) -> bool:
        """Whether handing over may block: the flow is suspended, or an agent is behind."""
        return not self.app.flow_control.is_active() or any(topic.queue.full() for topic in self.app.topics)
