"""The Faust application: one worker that runs the agents. Only the agents' folder knows Faust."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust

from streams.agents.consume import Agent, Settler, consume
from streams.agents.no_tables import NoTables
from streams.errors import UnavailableError
from streams.health import Health
from streams.log.base import Log

GROUP = "resonanz"
START_SECS = 60.0

Assigned = Callable[[set[int]], Awaitable[None]]


def faust_app(broker: str | list[str], credentials: Any = None, *, group: str = GROUP) -> faust.App:
    """The application: no tables, no web server, and time limits that notice a dead worker in ten seconds."""
    return faust.App(
        group,
        broker=broker,
        broker_credentials=credentials,
        store="memory://",
        datadir=tempfile.gettempdir(),  # Faust wants one, and would make it where we were started
        web_enabled=False,
        processing_guarantee="at_least_once",
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=16384,
        broker_commit_interval=1.0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=30.0,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=5000,
        producer_acks=-1,
        TableManager=NoTables,
    )


class Worker:
    """Starts and stops the agents in the running event loop."""

    def __init__(self, app: faust.App, agents: Sequence[Agent], log: Log, health: Health) -> None:
        self._app = app
        for agent in agents:
            self._register(agent, Settler(agent, log, health))

    def _register(self, agent: Agent, settler: Settler) -> None:
        # raw bytes: Faust counts a decoding error as an exception in the loop, and loses the record
        topic = self._app.topic(
            agent.topic,
            key_type=bytes,
            key_serializer="raw",
            value_type=bytes,
            value_serializer="raw",
        )

        async def run(stream: Any) -> None:
            await consume(stream, settler, agent)

        run.__name__ = agent.name
        self._app.agent(topic, name=agent.name)(run)

    async def start(self) -> None:
        """Start consuming. Raises UnavailableError if the broker does not let us in."""
        try:
            await asyncio.wait_for(self._app.start(), START_SECS)
        except TimeoutError:
            raise UnavailableError(f"the broker did not answer within {START_SECS:g} s") from None

    async def stop(self) -> None:
        """Stop consuming; what is in flight comes again at the next start."""
        await self._app.stop()

    async def watch(self) -> None:
        """For ever; raises what made Faust give up, which it would otherwise keep to itself."""
        while True:
            await asyncio.sleep(1.0)
            if self._app.crashed:
                raise self._app.crash_reason or RuntimeError("Faust gave up")

    def assigned(self, topic: str) -> set[int]:
        """The partitions of a topic that are ours now."""
        return {tp.partition for tp in self._app.consumer.assignment() if tp.topic == topic}

    def on_revoked(self, *forget: Callable[[], None]) -> None:
        """Call these whenever partitions may have gone to somebody else."""

        async def revoked(*_: Any, **__: Any) -> None:
            for one in forget:
                one()

        self._app.on_partitions_revoked.connect(revoked, weak=False)
