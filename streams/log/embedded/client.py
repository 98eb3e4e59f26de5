"""The log in one file, as the rest of the program sees it.

Reading claims nothing, so that any process may; writing does.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from aiokafka.partitioner import murmur2
from yarl import URL

from streams.errors import ConfigError, UnavailableError
from streams.log.base import Batch, Change, Entry, Record
from streams.log.embedded.file import LogFile, Row, StoredTopic
from streams.log.embedded.writer import Writer, acquire, acquired
from streams.outcome import DELIVERED, Outcome, Rejected
from streams.topics import Topic

T = TypeVar("T")

POLL_SECS = 0.25
"""How often a process that does not own the file looks for news."""

READ = 500
"""Records per partition and read."""

_hash = lru_cache(1 << 15)(
    murmur2
)  # a post's key comes back as its mention's, and hashing is a third of an append


def path_of(url: str) -> Path:
    """The file of `sqlite:///data/log.db` (relative) or `sqlite:////srv/log.db`. Raises ConfigError."""
    path = URL(url).path.removeprefix("/")
    if not path or URL(url).host:
        raise ConfigError(f'[log] url: "{url}" names no file; write `url = "sqlite:///data/log.db"`')
    return Path(path)


def partition_of(key: bytes | None, partitions: int) -> int:
    """The partition of a key, as Kafka's own clients choose it (murmur2); any for none."""
    if key is None:
        return random.randrange(partitions)  # noqa: S311 - spreads, protects nothing
    return int(_hash(key) & 0x7FFFFFFF) % partitions


class EmbeddedLog:
    """`streams.log.base.Log` in one SQLite file.

    The first append or apply makes this process the file's owner; while another one is, they raise InUseError.
    """

    shared = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = path_of(url)
        self._synchronous = URL(url).query.get("synchronous", "FULL")
        self._writer: Writer | None = None
        self._foreign: LogFile | None = None
        self._tails: set[asyncio.Event] = set()

    async def open(self) -> None:
        """Look into the file, if there is one. Raises StorageError."""
        if self._path.exists():
            await asyncio.to_thread(self._file)

    async def close(self) -> None:
        """Finish what waits, end what is followed and let go."""
        for news in self._tails:
            news.set()
        self._tails.clear()
        writer, self._writer = self._writer, None
        if writer:
            await writer.release()
        foreign, self._foreign = self._foreign, None
        if foreign:
            foreign.close()

    def _claimed(self) -> Writer:
        if self._writer is None:
            self._writer = acquire(self._path, self._synchronous)
        return self._writer

    def _file(self) -> LogFile:
        """The owner's file if this process has it, else a view that cannot write."""
        writer = self._writer or acquired(self._path)
        if writer:
            return writer.file
        if self._foreign is None:
            self._foreign = LogFile(self._path.absolute(), readonly=True)
        else:
            self._foreign.refresh()
        return self._foreign

    def _topic(self, name: str) -> tuple[LogFile, StoredTopic]:
        if not self._path.exists():
            raise UnavailableError(f"topic {name} is missing; run resonanz topics apply")
        file = self._file()
        return file, file.topic(name)

    async def append(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        """Write the entries in one transaction. Raises UnavailableError, InUseError, StorageError."""
        writer = self._claimed()
        outcomes: list[Outcome] = []
        rows: list[Row] = []
        for entry in entries:
            placed = _place(writer.file.topic(entry.topic), entry)
            if isinstance(placed, Rejected):
                outcomes.append(placed)
            else:
                outcomes.append(DELIVERED)
                rows.append(placed)
        if rows:
            await writer.append(rows)
        return outcomes

    async def tail(self, topic: str, *, from_start: bool) -> AsyncIterator[Batch]:
        """Follow a topic, from any process. Raises UnavailableError, StorageError."""
        file, stored = self._topic(topic)
        goal = [partition.tail for partition in stored.partitions]
        at = [partition.head for partition in stored.partitions] if from_start else list(goal)
        caught_up = False
        news = asyncio.Event()
        self._tails.add(news)
        writer = acquired(self._path)
        if writer:
            writer.listeners.add(news.set)
        try:
            while news in self._tails:
                news.clear()
                records = await asyncio.to_thread(_advance, file, topic, at)
                first = not caught_up and all(map(int.__ge__, at, goal))
                caught_up = caught_up or first
                if records or first:
                    yield Batch(records, caught_up)
                else:
                    await _wait(news, None if writer else POLL_SECS)
        finally:
            self._tails.discard(news)
            if writer:
                writer.listeners.discard(news.set)

    async def latest(self, topic: str, partition: int | None = None) -> Mapping[bytes, Record]:
        """Each key's last record. Raises UnavailableError, StorageError."""
        file, stored = self._topic(topic)
        numbers = range(len(stored.partitions)) if partition is None else [partition]
        found: dict[bytes, Record] = {}
        for number in numbers:
            at, end = stored.partitions[number].head, stored.partitions[number].tail
            while records := await asyncio.to_thread(file.read, topic, number, at, 10 * READ):
                found.update({record.key: record for record in records if record.key is not None})
                at = records[-1].offset + 1
                if at >= end:
                    break
        return {key: record for key, record in found.items() if record.value is not None}

    async def plan(self, topics: Sequence[Topic]) -> Sequence[Change]:
        """What is missing or different. Raises StorageError."""
        there = self._file().topics if self._path.exists() else {}
        return [change for topic in topics for change in _changes(there.get(topic.name), topic)]

    async def apply(self, topics: Sequence[Topic]) -> None:
        """Create and adjust. Raises InUseError, StorageError."""
        writer = self._claimed()
        await writer.call(writer.file.apply, topics)

    async def ends(self, topic: str) -> Mapping[int, int]:
        """The offset the next record will get, by partition. Raises UnavailableError, StorageError."""
        return {number: partition.tail for number, partition in enumerate(self._topic(topic)[1].partitions)}

    async def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """Where a group goes on, by partition. Raises UnavailableError, StorageError."""
        return self._topic(topic)[0].committed(group, topic)


def _place(topic: StoredTopic, entry: Entry) -> Row | Rejected:
    """Where an entry goes, or why nowhere."""
    name, key, value, number = entry
    size = len(key or b"") + len(value or b"")
    if size > topic.settings.max_message_bytes:
        return Rejected(f"{size} bytes; {name} takes no more than {topic.settings.max_message_bytes}")
    if key is None and topic.settings.compact:
        return Rejected(f"no key; {name} is compacted and keeps the last value of each key")
    chosen = partition_of(key, len(topic.partitions)) if number is None else number
    if not 0 <= chosen < len(topic.partitions):
        return Rejected(f"partition {chosen}; {name} has {len(topic.partitions)}")
    return topic.partitions[chosen], key, value


def _advance(file: LogFile, topic: str, at: list[int]) -> list[Record]:
    """Read on from `at`, which moves along."""
    if file.readonly:
        file.refresh()
    found: list[Record] = []
    for number, partition in enumerate(file.topics[topic].partitions):
        end = partition.tail
        if at[number] < end:
            records = file.read(topic, number, at[number], READ)
            at[number] = records[-1].offset + 1 if records else end
            found += records
    return found


async def _wait(news: asyncio.Event, secs: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(secs):  # `wait_for` of Python 3.11 may swallow a cancellation
            await news.wait()


def _changes(there: StoredTopic | None, wanted: Topic) -> list[Change]:
    if there is None:
        return [Change(wanted.name, "is missing", applicable=True, fatal=True)]
    settings = there.settings
    return [
        Change(
            wanted.name,
            f"{name} is {getattr(settings, name)}, must be {getattr(wanted, name)}",
            applicable=name in ("retention_ms", "max_message_bytes"),
            fatal=name == "partitions",
        )
        for name in ("partitions", "compact", "retention_ms", "max_message_bytes")
        if getattr(settings, name) != getattr(wanted, name)
    ]
