"""What is asked of a mention index, and what it answers."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from streams.errors import UsageError
from streams.mention import Mention

Facet = Literal["source", "language", "sentiment", "subscription"]
FACETS: tuple[Facet, ...] = ("source", "language", "sentiment", "subscription")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which mentions: all conditions hold. `text`: every word occurs, `"…"` is a phrase. Times half open, in whole ms.

    `equal`: per facet one or more values, of which one must hold. `author`: the author's id.
    """

    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    equal: Mapping[Facet, Sequence[str]] = field(default_factory=dict)
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Mentions, newest first, and the cursor of the next page (None: there is none)."""

    mentions: tuple[Mention, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many there are, over time (bucket start in ms → count) and by facet (value → count)."""

    total: int
    histogram: Mapping[int, int]
    facets: Mapping[Facet, Mapping[str, int]]


MAX_SIZE = 1000
MAX_PHRASES = 64


class Position(NamedTuple):
    """Where a page ended: its last mention's `created_at` in ms since 1970, and id; pages go down from there."""

    created_ms: int
    id: str

    @classmethod
    def of(cls, mention: Mention) -> "Position":
        """The place of a mention among all."""
        return cls(in_ms(mention.created_at), mention.id)

    @classmethod
    def read(cls, cursor: str) -> "Position":
        """The position in a cursor. Raises UsageError."""
        try:
            position = cls(*json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True)))
            if type(position.created_ms) is int and isinstance(position.id, str):
                return position
        except (ValueError, TypeError):
            pass
        raise UsageError("this is no cursor of an earlier answer; leave it out to begin with the newest")

    def cursor(self) -> str:
        """The position as opaque text."""
        return base64.urlsafe_b64encode(json.dumps(self).encode()).decode()


def in_ms(at: datetime) -> int:
    """Milliseconds since 1970, rounded down, exact: the resolution of every store."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def check_size(size: int) -> None:
    """Refuse a page without mentions, or a huge one. Raises UsageError."""
    if not 1 <= size <= MAX_SIZE:
        raise UsageError(f"size must be 1 to {MAX_SIZE}, not {size}")


def check_interval(interval_ms: int) -> None:
    """Refuse an empty interval. Raises UsageError."""
    if interval_ms < 1:
        raise UsageError(f"the interval must be 1 ms or more, not {interval_ms}")


def phrases(text: str | None) -> tuple[str, ...]:
    """The words and quoted phrases of a search's text, all of which must occur. Raises UsageError."""
    plain = (text or "").translate(_QUOTES)
    if plain.count('"') % 2:
        raise UsageError('a quotation mark is not closed; write "two words"')
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise UsageError("the text holds a lone surrogate; type it again") from None
    found = tuple(filter(None, (quoted or word for quoted, word in _PHRASE.findall(plain))))
    if len(found) > MAX_PHRASES:
        raise UsageError(f"search for {MAX_PHRASES} words at most, not {len(found)}")
    return found


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUOTES = str.maketrans(dict.fromkeys("„“”«»", '"'))
_PHRASE = re.compile(r'"([^"]*)"|([^\s"]+)')
