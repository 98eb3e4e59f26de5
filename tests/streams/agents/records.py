"""Records as Faust hands them to an agent."""

from streams.codec import encode
from streams.log.base import Record
from streams.topics import POSTS

AT_MS = 1_795_000_000_000


def record(
    offset: int, value: object, *, topic: str = POSTS, partition: int = 0, at_ms: int = AT_MS
) -> Record:
    """The record of a topic; bytes and None stay as they are, anything else becomes JSON."""
    raw = value if isinstance(value, bytes) or value is None else encode(value)
    return Record(topic, partition, offset, at_ms, b"key", raw)


def records(*values: object, topic: str = POSTS) -> list[Record]:
    """The first records of a partition."""
    return [record(offset, value, topic=topic) for offset, value in enumerate(values)]
