"""Commands as a person types them: real processes in a folder, and the folder's log as they leave it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from streams.codec import encode
from streams.config import LogConfig
from streams.log.base import Entry, Log
from streams.log.opening import open_log
from streams.topics import topics

T = TypeVar("T")
LOG_URL = "sqlite:///log.db"


def resonanz(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`resonanz ARGUMENTS` in a folder whose log is `log.db`; `environment` without the prefix, as `WEB_URL`."""
    settings = {"LOG_URL": LOG_URL, "INDEX_URL": "tantivy:///index", **environment}
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        cwd=folder,
        env={**os.environ, **{f"RESONANZ_{name}": value for name, value in settings.items()}},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a command printed; it must have succeeded."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence of a command that refuses what was typed: exit code 2, and nothing else is said."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("resonanz: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("resonanz: ").strip()


def on_log(folder: Path, work: Callable[[Log], Awaitable[T]], url: str | None = None) -> T:
    """What `work` finds or does on the folder's log, or on the one at `url`."""

    async def opened() -> T:
        log = open_log(LogConfig(url or f"sqlite:///{folder}/log.db"))
        await log.open()
        try:
            return await work(log)
        finally:
            await log.close()

    return asyncio.run(opened())


def apply_topics(folder: Path) -> None:
    """Make the folder's log."""
    on_log(folder, lambda log: log.apply(topics(4)))


def write(folder: Path, topic: str, key: str, record: object) -> None:
    """Put a record on the folder's log."""
    on_log(folder, lambda log: log.append([Entry(topic, key.encode(), encode(record))]))


def latest(folder: Path, topic: str) -> dict[str, bytes]:
    """The values of a compacted topic, by key."""
    found = on_log(folder, lambda log: log.latest(topic))
    return {key.decode(): record.value or b"" for key, record in found.items()}
