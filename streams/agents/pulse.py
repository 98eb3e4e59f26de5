"""Notices that this process stood still: frozen, or starved, for so long that its partitions may be somebody else's.

Whoever was frozen wakes in the middle of its work and believes that nothing happened. What it then wrote to the memory
of a partition would hide what the new owner has written since, for the log keeps the last word of each key. So it
ends instead, and reads everything anew. What it had handed to the log already when it was frozen is not held back.
"""

import asyncio
import time
from collections.abc import Callable

BEAT_SECS = 1.0
STOOD_STILL_SECS = 8.0
"""Less than the ten seconds after which the broker gives our partitions away (`worker.py`)."""


class Pulse:
    """Beats once a second in the event loop. `clock`: seconds, never backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    async def beat(self) -> None:
        """For ever. Raises RuntimeError once a beat was missed for too long."""
        while True:
            self.check()
            self._last = self._clock()
            await asyncio.sleep(BEAT_SECS)

    def check(self) -> None:
        """Raises RuntimeError if the last beat is too long ago to write anything."""
        if (secs := self._clock() - self._last) > STOOD_STILL_SECS:
            raise RuntimeError(f"stood still for {secs:.0f} s; the partitions may be somebody else's by now")
