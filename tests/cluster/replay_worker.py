"""`resonanz run` in the time of a replay: `replay_worker.py CLOCK`, a file that holds the seconds of 1970.

Into CLOCK.seen it writes up to when `watch` has looked at everything and saved what it found. The configuration is that
of the folder and the environment, as for the command.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from streams import app
from streams.agents import watch
from streams.agents.watch import WatchAgent
from streams.alerting.watch import Watch
from streams.config import load


class Watching(WatchAgent):
    """Says how far it has looked."""

    seen: Path

    async def _save(self, watches: Sequence[Watch]) -> None:
        now = self._clock()
        await super()._save(watches)
        if any(one.remembered() for one in watches) and not any(one.waiting for one in watches):
            put(self.seen, now)


def put(file: Path, time: datetime) -> None:
    """Atomically, since others read it at any moment."""
    written = file.with_suffix(f"{file.suffix}.new")
    written.write_text(str(time.timestamp()))
    written.replace(file)


async def main(clock: Path) -> None:
    Watching.seen = clock.with_suffix(".seen")
    app.WatchAgent = Watching
    watch.TICK_SECS = 0.2
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    application = app.Application(
        load(None), app.ROLES, clock=lambda: datetime.fromtimestamp(float(clock.read_text()), UTC)
    )
    await application.run(stop)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
