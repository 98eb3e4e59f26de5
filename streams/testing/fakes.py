"""Doubles for faults that no real part produces on request."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, NamedTuple

from streams.log.base import Batch, Change, Entry, Record
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.topics import TOPICS, Topic


class Fate(NamedTuple):
    """What the fake log does with one entry: what it answers, and whether it really wrote it."""

    outcome: Outcome
    written: bool


TAKEN: Final = Fate(DELIVERED, written=True)
LATER: Final = Fate(Retry("not now"), written=False)
ANSWER_LOST: Final = Fate(Retry("no answer"), written=True)
REFUSED: Final = Fate(Rejected("too large"), written=False)


class FakeLog:
    """A log in memory. `decide` is asked for the fate of each entry and may raise, as a broker that is gone."""

    url = "memory:"
    shared = False

    def __init__(self, decide: Callable[[Entry], Fate] = lambda _: TAKEN) -> None:
        self.decide = decide
        self.commits: dict[tuple[str, str], dict[int, int]] = {}
        self._partitions = {topic.name: topic.partitions for topic in TOPICS}
        self._records: dict[str, list[list[Record]]] = defaultdict(list)
        self._appended = asyncio.Condition()

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go; what was appended stays, as on a real log."""

    async def append(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        """Write what `decide` lets through, in order."""
        outcomes = []
        for entry in entries:
            await asyncio.sleep(0)
            fate = self.decide(entry)
            if fate.written:
                self._write(entry)
            outcomes.append(fate.outcome)
        async with self._appended:
            self._appended.notify_all()
        return outcomes

    async def tail(self, topic: str, *, from_start: bool) -> AsyncIterator[Batch]:
        """Follow the topic."""
        at = [0 if from_start else len(part) for part in self._of(topic)]
        ends = [len(part) for part in self._of(topic)]
        while True:
            parts = self._of(topic)
            records = [record for part, start in zip(parts, at, strict=True) for record in part[start:]]
            at = [len(part) for part in parts]
            yield Batch(records, all(a >= end for a, end in zip(at, ends, strict=True)))
            async with self._appended:
                while [len(part) for part in self._of(topic)] == at:
                    await self._appended.wait()

    async def latest(self, topic: str, partition: int | None = None) -> Mapping[bytes, Record]:
        """The last record of each key that is not deleted."""
        last = {record.key: record for record in self.records(topic, partition) if record.key is not None}
        return {key: record for key, record in last.items() if record.value is not None}

    async def plan(self, topics: Sequence[Topic]) -> Sequence[Change]:
        """Nothing is ever missing but what `apply` was not told of."""
        return [
            Change(topic.name, "is missing", True, fatal=True)
            for topic in topics
            if topic.name not in self._partitions
        ]

    async def apply(self, topics: Sequence[Topic]) -> None:
        """Know how many partitions they have."""
        self._partitions.update({topic.name: topic.partitions for topic in topics})

    async def ends(self, topic: str) -> Mapping[int, int]:
        """The number of records of each partition."""
        return {number: len(part) for number, part in enumerate(self._of(topic))}

    async def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """What a test put into `commits`."""
        return self.commits.get((group, topic), {})

    def records(self, topic: str, partition: int | None = None) -> list[Record]:
        """What was written, in the order of writing within a partition."""
        parts = self._of(topic)
        return [record for part in (parts if partition is None else [parts[partition]]) for record in part]

    def _write(self, entry: Entry) -> None:
        parts = self._of(entry.topic)
        number = zlib.crc32(entry.key or b"") % len(parts) if entry.partition is None else entry.partition
        part = parts[number]
        part.append(Record(entry.topic, number, len(part), 0, entry.key, entry.value))

    def _of(self, topic: str) -> list[list[Record]]:
        parts = self._records[topic]
        while len(parts) < self._partitions.get(topic, 1):
            parts.append([])
        return parts
