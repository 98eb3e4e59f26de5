"""What the rest of the program asks of a log, whichever it is.

Faust consumes; everything else - ingestors' posts, the agents' outputs, compacted topics - goes through here.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from streams.outcome import Outcome
from streams.topics import Topic


class Entry(NamedTuple):
    """What is appended. `partition`: None takes the key's, as Kafka's own clients choose it (murmur2)."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


class Record(NamedTuple):
    """What is read. `timestamp`: ms since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Batch(NamedTuple):
    """Records of a topic, in order within a partition. `caught_up`: what was there at the start has been read."""

    records: Sequence[Record]
    caught_up: bool


class Change(NamedTuple):
    """One difference between the topics as they are and as they must be.

    `applicable`: `apply` can mend it. `fatal`: a worker cannot run with it.
    """

    topic: str
    what: str
    applicable: bool
    fatal: bool = False


class Log(Protocol):
    """Partitioned, durable topics. `shared`: others may use it too, so its topics are applied by command only."""

    url: str
    shared: bool

    async def open(self) -> None:
        """Connect or claim. Raises UnavailableError, StorageError or InUseError."""
        ...

    async def close(self) -> None:
        """Finish what waits and let go; harmless when repeated."""
        ...

    async def append(self, entries: Sequence[Entry]) -> Sequence[Outcome]:
        """Write the entries; answers once the broker has confirmed or refused each.

        Delivered; Rejected when no repetition helps (too large); Retry for the rest. Order within a partition
        is kept among the entries of one call.
        """
        ...

    def tail(self, topic: str, *, from_start: bool) -> AsyncIterator[Batch]:
        """Follow a topic for ever, from its first record or from now on.

        The first batch that has `caught_up` may be empty; a reader of a compacted topic keeps the last value
        of each key itself.
        """
        ...

    async def latest(self, topic: str, partition: int | None = None) -> Mapping[bytes, Record]:
        """The last record of each key of a compacted topic, or one partition of it; deleted keys are left out."""
        ...

    async def plan(self, topics: Sequence[Topic]) -> Sequence[Change]:
        """What is missing or different."""
        ...

    async def apply(self, topics: Sequence[Topic]) -> None:
        """Create what is missing, and adjust retention and message size of what exists."""
        ...

    async def ends(self, topic: str) -> Mapping[int, int]:
        """The offset the next record will get, by partition."""
        ...

    async def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """Where a group goes on, by partition; partitions it never committed are absent."""
        ...
