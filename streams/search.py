"""What is asked of a mention index, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from streams.mention import Mention

Facet = Literal["source", "language", "sentiment", "subscription"]
FACETS: tuple[Facet, ...] = ("source", "language", "sentiment", "subscription")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which mentions: all conditions hold. `text`: every word occurs, `"…"` is a phrase. Times half open.

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
