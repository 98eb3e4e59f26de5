"""Who says most about a subscription, and where: authors and venues of its mentions, ranked; pure.

Give a `Ranking` the mentions of a subscription and a time range, each once, in any order; ask for the `top`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from typing import Final, Literal, get_args

from streams.mention import Mention
from streams.post import Author, Venue

Kind = Literal["actors", "places"]
Measure = Literal["influence", "reach", "mentions", "negative", "replies"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
Z: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An author (an actor) or a venue (a place) of so many `mentions`.

    `reach`: followers of an author, readers in 30 days of a venue, as last told; None is unknown, not zero. `negative`
    of the `toned` mentions, those of known tone, are negative. `replies`: drawn by its posts. `influence`: 0 to 100, of
    the post that carries furthest.
    """

    id: str
    name: str
    kind: str | None = None
    url: str | None = None
    mentions: int = 0
    reach: int | None = None
    toned: int = 0
    negative: int = 0
    replies: int = 0
    influence: float = 0.0

    @property
    def negative_share(self) -> float | None:
        """Of the mentions of known tone; None if there are none."""
        return self.negative / self.toned if self.toned else None


@dataclass(slots=True)
class _Sum:
    """What has been added up of one actor or place."""

    newest: Mention
    mentions: int = 0
    reach: tuple[datetime, int] | None = None
    toned: int = 0
    negative: int = 0
    influence: float = 0.0
    replies: dict[str, int] = field(default_factory=dict)


class Ranking:
    """Adds up the mentions of one subscription (None: of all) by author or by venue.

    Memory grows with their number and that of the posts. A mention without author, or venue, is left out.
    """

    def __init__(self, of: Kind, subscription: str | None = None) -> None:
        self._of, self._subscription = of, subscription
        self._sums: dict[str, _Sum] = {}
        self._answered: Counter[str] = Counter()

    def add(self, mention: Mention) -> None:
        """Count one mention; the news that a post is gone counts nothing."""
        if mention.event != "upsert":
            return
        if mention.parent_id:
            self._answered[mention.parent_id] += 1
        whom = self._whom(mention)
        if whom is None:
            return
        total = self._sums.setdefault(whom.id, _Sum(mention))
        total.mentions += 1
        total.newest = max(total.newest, mention, key=lambda one: (one.created_at, one.id))
        reach = whom.followers if isinstance(whom, Author) else whom.reach
        if reach is not None:
            told = (mention.created_at, reach)
            total.reach = max(total.reach or told, told)
        tone = _tone(mention, self._subscription)
        total.toned += tone is not None
        total.negative += tone == "negative"
        total.influence = max(total.influence, mention.influence.score if mention.influence else 0.0)
        total.replies[mention.id] = (mention.engagement.replies or 0) if mention.engagement else 0

    def top(self, by: Measure = "influence", size: int = 10) -> list[Ranked]:
        """The first so many by that measure; of equals those with more mentions, then by id.

        Share of negatives is compared by the lower end of its 95 % interval (Wilson 1927), so that one angry post of
        one is not worse than 40 of 50.
        """
        ranked = [self._ranked(id, total) for id, total in self._sums.items()]
        ranked.sort(key=lambda one: (-MEASURE_OF[by](one), -one.mentions, one.id))
        return ranked[:size]

    def _whom(self, mention: Mention) -> Author | Venue | None:
        return mention.author if self._of == "actors" else mention.venue

    def _ranked(self, id: str, total: _Sum) -> Ranked:
        whom = self._whom(total.newest)
        return Ranked(
            id=id,
            name=(whom.handle if isinstance(whom, Author) else None) or (whom.name if whom else None) or id,
            kind=whom.kind if isinstance(whom, Venue) else None,
            url=whom.url if whom else None,
            mentions=total.mentions,
            reach=total.reach[1] if total.reach else None,
            toned=total.toned,
            negative=total.negative,
            # what the source counts includes what we have seen ourselves
            replies=sum(max(told, self._answered[post]) for post, told in total.replies.items()),
            influence=total.influence,
        )


def _tone(mention: Mention, subscription: str | None) -> str | None:
    """The tone toward the subscription, or of the post; None if nobody knows."""
    if mention.sentiment is None:
        return None
    toward = {target.subscription: target.label for target in mention.sentiment.targets}
    tone = toward.get(subscription or "", mention.sentiment.label)
    return None if tone == "unsure" else tone


def _surely_negative(one: Ranked) -> float:
    """The lower end of the 95 % interval of the share of negatives."""
    if not one.toned:
        return 0.0
    share, n = one.negative / one.toned, one.toned
    middle = share + Z * Z / (2 * n)
    return (middle - Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))) / (1 + Z * Z / n)


MEASURE_OF: Final[Mapping[Measure, Callable[[Ranked], float]]] = {
    "influence": lambda one: one.influence,
    "reach": lambda one: one.reach or 0,
    "mentions": lambda one: one.mentions,
    "negative": _surely_negative,
    "replies": lambda one: one.replies,
}
