"""`resonanz run|ingest|work|web`: the pipeline, whole or in parts."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.commands.common import ConfigOption
from streams.supervisor import SUPERVISED

if TYPE_CHECKING:
    from streams.app import Role


def run(config: ConfigOption = None) -> None:
    """Everything in one process, page on http://127.0.0.1:8700; started again when a fault ends it."""
    work_until_stopped(config, ("ingest", "work", "web"))


def ingest(config: ConfigOption = None) -> None:
    """The ingestors alone: sources in, posts.v1 out."""
    work_until_stopped(config, ("ingest",))


def work(config: ConfigOption = None) -> None:
    """The agents alone; start more of them to share the partitions."""
    work_until_stopped(config, ("work",))


def web(config: ConfigOption = None) -> None:
    """The page, the API and the push sources alone."""
    work_until_stopped(config, ("web",))


def work_until_stopped(config: Path | None, roles: "Sequence[Role]") -> None:
    """Run these roles in this process until SIGTERM, SIGINT, or the end of the supervisor."""
    from streams.app import Application
    from streams.config import load

    application = Application(load(config), roles)

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if SUPERVISED in os.environ:
            orphaned = threading.Thread(target=_wait_for_end, args=(loop, stop), daemon=True)
            orphaned.start()
        await application.run(
            stop, lambda url: print(f"Resonanz is running: {url} (Ctrl-C stops it)", flush=True)
        )

    asyncio.run(main())


def _wait_for_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """The supervisor holds the other end of our standard input; it closes however the supervisor ends."""
    os.read(0, 1)
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)
