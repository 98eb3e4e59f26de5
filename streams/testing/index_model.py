"""What an index is meant to do, in plain Python: others are compared with it, and faults are seeded into it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from streams.clock import Clock, system_clock
from streams.codec import MAX_POST_BYTES, encode
from streams.mention import Mention
from streams.outcome import DELIVERED, Outcome, Rejected
from streams.search import (
    FACETS,
    Facet,
    Found,
    Position,
    Search,
    Summary,
    check_interval,
    check_size,
    in_ms,
    phrases,
)

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass
class Memory:
    """What outlives the index: the newest state of each post, and who and what is gone since when it was told."""

    newest: dict[str, Mention] = field(default_factory=dict)
    gone_authors: dict[str, int] = field(default_factory=dict)
    told_at: dict[tuple[str, str], datetime] = field(default_factory=dict)


class ModelIndex:
    """Knows umlauts and phrases, but no inflection."""

    name: ClassVar[str] = "model"
    Config: ClassVar[type] = Memory

    def __init__(self, memory: Memory | None = None, clock: Clock = system_clock) -> None:
        self.memory = Memory() if memory is None else memory
        self._clock = clock

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def deliver(self, batch: Sequence[Mention]) -> Sequence[Outcome]:
        """Answer each mention in its place."""
        return [self._take(mention) for mention in batch]

    def _take(self, mention: Mention) -> Outcome:
        memory = self.memory
        if len(encode(mention)) > MAX_POST_BYTES:
            return Rejected("too long")
        if mention.event == "author_delete" and mention.author:
            author = mention.author.id
            memory.gone_authors[author] = max(self.edition(mention), memory.gone_authors.get(author, 0))
            memory.told_at["author", author] = self._clock()
        elif self.wins(mention, memory.newest.get(mention.id)):
            memory.newest[mention.id] = mention
            if mention.event == "delete":
                memory.told_at["post", mention.id] = self._clock()
        return DELIVERED

    def wins(self, mention: Mention, known: Mention | None) -> bool:
        """The newer, and of one age the deletion."""
        return known is None or self._rank(mention) > self._rank(known)

    def edition(self, mention: Mention) -> int:
        """Dated no later than tomorrow, whatever a clock says."""
        return mention.edition(self._clock())

    def _rank(self, mention: Mention) -> tuple[int, bool]:
        return self.edition(mention), mention.event == "delete"

    def alive(self) -> list[Mention]:
        """What can be found."""
        return [
            mention
            for mention in self.memory.newest.values()
            if mention.event == "upsert"
            and not (
                mention.author
                and self.memory.gone_authors.get(mention.author.id, -1) >= self.edition(mention)
            )
        ]

    def matching(self, search: Search) -> list[Mention]:
        """All hits, newest first."""
        hits = [mention for mention in self.alive() if _holds(search, mention)]
        return sorted(hits, key=_order, reverse=True)

    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        """A page of `matching`. Raises UsageError."""
        check_size(size)
        after = Position.read(cursor) if cursor else None
        rest = [m for m in self.matching(search) if after is None or _order(m) < _key(after)]
        page = tuple(rest[:size])
        return Found(mentions=page, cursor=Position.of(page[-1]).cursor() if len(rest) > size else None)

    async def get(self, ids: Sequence[str]) -> Mapping[str, Mention]:
        """Those of `alive`."""
        return {mention.id: mention for mention in self.alive() if mention.id in ids}

    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        """Counts of `matching`."""
        check_interval(interval_ms)
        hits = self.matching(search)
        buckets = Counter(in_ms(hit.created_at) // interval_ms * interval_ms for hit in hits)
        facets: dict[Facet, Counter[str]] = {
            facet: Counter(value for hit in hits for value in _values(hit, facet)) for facet in FACETS
        }
        return Summary(total=len(hits), histogram=buckets, facets=facets)

    async def sweep(self, before: datetime) -> int:
        """Forget who and what was gone before then."""
        alive = {mention.id for mention in self.alive()}
        self.memory.newest = {
            m.id: m for m in self.memory.newest.values() if m.event == "delete" or m.id in alive
        }
        old = [key for key, at in self.memory.told_at.items() if at < before]
        for kind, key in old:
            del self.memory.told_at[kind, key]
            if kind == "author":
                del self.memory.gone_authors[key]
            elif self.memory.newest[key].event == "delete":
                del self.memory.newest[key]
        return len(old)


def _order(mention: Mention) -> tuple[int, bytes]:
    return _key(Position.of(mention))


def _key(position: Position) -> tuple[int, bytes]:
    return position.created_ms, position.id.encode()


def _holds(search: Search, mention: Mention) -> bool:
    at = in_ms(mention.created_at)
    texts = [_words(mention.title or ""), _words(mention.text)]
    return (
        (search.since is None or at >= in_ms(search.since))
        and (search.until is None or at < in_ms(search.until))
        and (search.author is None or (mention.author is not None and mention.author.id == search.author))
        and all(set(values) & set(_values(mention, facet)) for facet, values in search.equal.items())
        and all(any(_within(_words(p), text) for text in texts) for p in phrases(search.text))
    )


def _values(mention: Mention, facet: Facet) -> Iterable[str]:
    match facet:
        case "source":
            return [mention.source]
        case "language":
            return [mention.language.code] if mention.language else []
        case "sentiment":
            return [mention.sentiment.label] if mention.sentiment else []
        case "subscription":
            return {match.subscription for match in mention.matches}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().translate(_UMLAUTS))


def _within(phrase: list[str], text: list[str]) -> bool:
    return any(text[at : at + len(phrase)] == phrase for at in range(len(text) - len(phrase) + 1))
