"""`resonanz run` in the time of a replay: `replay_worker.py CLOCK`, a file that holds the seconds of 1970.

The configuration is that of the folder and the environment, as for the command.
"""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from streams.app import ROLES, Application
from streams.config import load


async def main(clock: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    application = Application(
        load(None), ROLES, clock=lambda: datetime.fromtimestamp(float(clock.read_text()), UTC)
    )
    await application.run(stop)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
