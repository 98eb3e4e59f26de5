"""An index in memory, for tests of those who ask one: correct, and slow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from streams.errors import UsageError
from streams.mention import Mention
from streams.outcome import DELIVERED, Outcome
from streams.search import FACETS, Facet, Found, Search, Summary


def values_of(mention: Mention, facet: Facet) -> Sequence[str]:
    """Under which values a mention is counted."""
    match facet:
        case "source":
            return [mention.source]
        case "language":
            return [mention.language.code] if mention.language else []
        case "sentiment":
            return [mention.sentiment.label] if mention.sentiment else []
        case "subscription":
            return [match.subscription for match in mention.matches]


def holds(search: Search, mention: Mention) -> bool:
    """Whether a mention is what is searched; words are compared as they are written, in lower case."""
    words = set(f"{mention.title or ''} {mention.text}".lower().split())
    return (
        (search.since is None or mention.created_at >= search.since)
        and (search.until is None or mention.created_at < search.until)
        and (search.author is None or (mention.author is not None and mention.author.id == search.author))
        and all(word in words for word in (search.text or "").lower().split())
        and all(set(wanted) & set(values_of(mention, facet)) for facet, wanted in search.equal.items())
    )


class FakeIndex:
    """Keeps the newest version of each mention, deletes too. The cursor is a position."""

    name: ClassVar[str] = "fake"

    @dataclass(frozen=True, slots=True)
    class Config:
        """There is nothing to set."""

    def __init__(self) -> None:
        self._newest: dict[str, Mention] = {}

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def deliver(self, batch: Sequence[Mention]) -> Sequence[Outcome]:
        """Keep each unless a newer version is there."""
        for mention in batch:
            there = self._newest.get(mention.id)
            if there is None or mention.version >= there.version:
                self._newest[mention.id] = mention
        return [DELIVERED] * len(batch)

    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        """Mentions, newest first. Raises UsageError on a cursor that was not given out here."""
        if cursor is not None and not cursor.isdigit():
            raise UsageError("that is no cursor; leave it out to start anew")
        start = int(cursor or 0)
        found = self._matching(search)
        page = found[start : start + size]
        return Found(mentions=tuple(page), cursor=str(start + size) if len(found) > start + size else None)

    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        """Counts over time and by facet."""
        found = self._matching(search)
        starts = (
            int(mention.created_at.timestamp() * 1000) // interval_ms * interval_ms for mention in found
        )
        return Summary(
            total=len(found),
            histogram=dict(Counter(starts)),
            facets={
                facet: dict(Counter(value for mention in found for value in values_of(mention, facet)))
                for facet in FACETS
            },
        )

    async def sweep(self, before: datetime) -> int:
        """Forget tombstones older than that."""
        old = [
            key
            for key, mention in self._newest.items()
            if mention.event != "upsert" and mention.version < before.timestamp() * 1000
        ]
        for key in old:
            del self._newest[key]
        return len(old)

    def _matching(self, search: Search) -> list[Mention]:
        alive = (mention for mention in self._newest.values() if mention.event == "upsert")
        found = [mention for mention in alive if holds(search, mention)]
        return sorted(found, key=lambda mention: (mention.created_at, mention.id), reverse=True)
