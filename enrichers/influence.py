"""How far a post carries, 0 to 100, by one open formula over what the post itself brings along.

| part       | most | from                                        | full at   | why                                  |
|------------|-----:|---------------------------------------------|-----------|--------------------------------------|
| followers  |   35 | the author's followers                      | 1,000,000 | who is told at once                  |
| venue      |   30 | readers a day: `reach` / 30                 | 1,000,000 | who comes by, whoever wrote it       |
| engagement |   20 | likes + 2 × replies, or views / 100 if more | 10,000    | who cared; a reply is more work      |
| reposts    |   10 | shares                                      | 1,000     | each one opens another audience      |
| verified   |    5 | the network vouches for the author          | yes       | is quoted more readily               |

Each count n adds `most × log(1 + n) / log(1 + full)`, at most `most`: ten times the readers is one step more,
whether from 100 or from 100,000, as audiences are spread over many orders of magnitude. The score is the sum of its
parts.

Unknown is not zero: a part that had to be guessed is named in `imputed`. Followers: 509, the median of 383 German
posts with author data (MobIE development part, Twitter 2015-2016). Venues: a typical size for the kind. Counts of
reactions: one like, no reply, no share, which is what most posts have. Verified: no, as most are not.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from streams.components import Answer
from streams.mention import Influence, Mention

FORMULA = "1"

MOST = {"followers": 35.0, "venue": 30.0, "engagement": 20.0, "reposts": 10.0, "verified": 5.0}
FULL = {"followers": 1_000_000, "venue": 1_000_000, "engagement": 10_000, "reposts": 1_000}

TYPICAL_FOLLOWERS = 509
TYPICAL_READERS: Mapping[str | None, int] = {
    "news": 20_000,
    "portal": 10_000,
    "page": 1_000,
    "forum": 300,
    "group": 300,
    "blog": 100,
    None: 100,
}
"""Readers a day of a venue whose reach is not told. A network has none of its own: its readers are followers."""
TYPICAL_LIKES = 1
DAYS = 30
VIEWS_PER_REACTION = 100
REPLY_WEIGHT = 2


class InfluenceScore:
    """Assigns `influence`."""

    name: ClassVar[str] = "influence"
    version = f"formula-{FORMULA}"
    assigns: ClassVar[frozenset[str]] = frozenset({"influence"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """No options: scores are compared across posts, customers and years. Another formula is another version."""

    def __init__(self, config: Config) -> None:
        self._config = config

    async def open(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to release."""

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The influence of each post."""
        return [{"influence": influence(one)} if one.event == "upsert" else {} for one in batch]


def influence(mention: Mention) -> Influence:
    """The score with its parts, each rounded to a tenth."""
    counts, imputed = _counts(mention)
    parts = {name: _part(name, counts[name]) for name in FULL}
    parts["verified"] = MOST["verified"] if mention.author and mention.author.verified else 0.0
    if mention.author is None or mention.author.verified is None:
        imputed.append("verified")
    score = round(sum(parts.values()), 1)
    return Influence(score=score, parts=parts, imputed=tuple(imputed), formula=FORMULA)


def _part(name: str, count: float) -> float:
    share = math.log1p(count) / math.log1p(FULL[name])
    return round(MOST[name] * min(1.0, share), 1)


def _counts(mention: Mention) -> tuple[dict[str, float], list[str]]:
    """What each part counts, and the names of those that had to be guessed."""
    followers = _known(mention.author.followers if mention.author else None)
    readers, readers_known = _readers(mention)
    reactions, reactions_known = _reactions(mention)
    shares = _known(mention.engagement.shares if mention.engagement else None)
    counts: dict[str, float] = {
        "followers": TYPICAL_FOLLOWERS if followers is None else followers,
        "venue": readers,
        "engagement": reactions,
        "reposts": shares or 0,
    }
    known = {
        "followers": followers is not None,
        "venue": readers_known,
        "engagement": reactions_known,
        "reposts": shares is not None,
    }
    return counts, [name for name, yes in known.items() if not yes]


def _readers(mention: Mention) -> tuple[float, bool]:
    venue = mention.venue
    if venue is not None and venue.kind == "network":
        return 0, True
    reach = _known(venue.reach if venue else None)
    if reach is not None:
        return reach / DAYS, True
    return TYPICAL_READERS[venue.kind if venue else None], False


def _reactions(mention: Mention) -> tuple[float, bool]:
    counted = mention.engagement
    likes = _known(counted.likes if counted else None)
    replies = _known(counted.replies if counted else None)
    views = _known(counted.views if counted else None)
    reactions = (TYPICAL_LIKES if likes is None else likes) + REPLY_WEIGHT * (replies or 0)
    known = likes is not None and replies is not None
    return max(reactions, (views or 0) / VIEWS_PER_REACTION), known or views is not None


def _known(count: int | None) -> int | None:
    """A count below zero is a source's way to say that it does not know."""
    return None if count is None or count < 0 else count
