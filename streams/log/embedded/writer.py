"""The one writer that a process has for a log: group commit, so that what is awaited is on disk.

While one transaction runs in the writing thread, the next gathers; no timer. After a failed write nothing more
is written: a later append or commit must not pass over the hole.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from streams.errors import ResonanzError, StorageError
from streams.log.embedded.file import LogFile, Row
from streams.log.embedded.upkeep import upkeep

T = TypeVar("T")
UPKEEP_EVERY_SECS = 30.0

_writers: dict[Path, "Writer"] = {}


def acquire(path: Path, synchronous: str = "FULL") -> "Writer":
    """The process's writer for this file, opened at first use; `release` it as often as it was acquired.

    Raises InUseError, StorageError.
    """
    path = path.absolute()
    writer = _writers.get(path) or Writer(LogFile(path, synchronous=synchronous))
    _writers[path] = writer
    writer.users += 1
    return writer


def acquired(path: Path) -> "Writer | None":
    """The process's writer for this file, if it has one."""
    return _writers.get(path.absolute())


class Writer:
    """Writes for everyone in this process, in one thread."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.users = 0
        self.listeners: set[Callable[[], None]] = set()
        self.failure: ResonanzError | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log-writer")
        self._waiting: list[tuple[Sequence[Row], asyncio.Future[list[int]]]] = []
        self._commits: dict[str, dict[int, int]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._upkeep = asyncio.get_running_loop().create_task(self._maintain())

    async def release(self) -> None:
        """Finish what waits; the last user closes the file."""
        self.users -= 1
        if self.users:
            return
        del _writers[self.file.path]
        self._upkeep.cancel()
        with suppress(ResonanzError):
            await self.flush()
        await self.call(self.file.close)
        self._thread.shutdown()

    async def call(self, function: Callable[..., T], *args: object) -> T:
        """Run something that writes in the writing thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def append(self, rows: Sequence[Row]) -> list[int]:
        """Append rows as one unit; returns their offsets once they are on disk. Raises StorageError."""
        self._check()
        written: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, written))
        self._start()
        return await written

    async def commit(self, group: str, positions: Mapping[int, int]) -> None:
        """Note a group's positions (partition id → offset), never before what was appended earlier.

        Raises StorageError.
        """
        self._check()
        self._commits.setdefault(group, {}).update(positions)
        self._start()
        await self.flush()

    async def flush(self) -> None:
        """Wait until nothing waits. Raises StorageError."""
        while self._writing:
            await asyncio.wait([self._writing])
        self._check()

    def _check(self) -> None:
        if self.failure:
            raise self.failure

    def _fail(self, error: Exception) -> ResonanzError:
        failure = error if isinstance(error, ResonanzError) else StorageError(f"{self.file.path}: {error!r}")
        self.failure = failure
        return failure

    def _start(self) -> None:
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting or self._commits:
                units, self._waiting = self._waiting, []
                commits, self._commits = self._commits, {}
                await self._write_units(units, commits)
        finally:
            self._writing = None

    async def _write_units(
        self,
        units: Sequence[tuple[Sequence[Row], "asyncio.Future[list[int]]"]],
        commits: Mapping[str, Mapping[int, int]],
    ) -> None:
        try:
            self._check()
            offsets = await self.call(self.file.write, [row for rows, _ in units for row in rows], commits)
        except Exception as error:  # noqa: BLE001 - whatever it was, what comes later must not pass over the hole
            failure = self._fail(error)
            for _, written in units:
                if not written.done():
                    written.set_exception(failure)
            return
        at = 0
        for rows, written in units:
            if not written.done():
                written.set_result(offsets[at : at + len(rows)])
            at += len(rows)
        for listener in self.listeners:
            listener()

    async def _maintain(self) -> None:
        while not self.failure:
            try:
                while await self.call(upkeep, self.file):
                    pass  # each step leaves the thread to the appends that came meanwhile
            except StorageError as error:
                self._fail(error)
            await asyncio.sleep(UPKEEP_EVERY_SECS)
