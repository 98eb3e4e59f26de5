"""A dead letter: a record that could not be settled, why, and enough to try it again."""

from dataclasses import dataclass
from datetime import datetime

KEPT_BYTES = 256 * 1024
"""A larger value is cut; the record itself stays readable at its origin as long as that topic keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the record lies in the log, or lay in the source's input."""

    topic: str
    partition: int
    offset: int

    @property
    def key(self) -> bytes:
        """Under which its letter is kept: a record that is buried twice is one letter."""
        return f"{self.topic}/{self.partition}/{self.offset}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """The record's bytes, at most `KEPT_BYTES` of them, and the reason nobody could take it."""

    reason: str
    stage: str
    attempts: int
    first_at: datetime
    buried_at: datetime
    origin: Origin
    key: bytes | None
    value: bytes
    size: int
