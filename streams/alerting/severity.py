"""How bad it is, on the Shitstorm-Skala: 0 calm (Windstille) to 6 hurricane (Orkan).

The scale is Barbara Schwede's and Daniel Graf's (2012, https://marketing-wiki.ch/content/shitstorm). It is told
in words - single critics, then a growing audience on one channel, further channels and first articles from `fresh
breeze`, protest everywhere from `strong wind`, the main topic of the papers in a `hurricane` - so the numbers below
are our reading of them; they are all in one table.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

MOST_WITHOUT_TONE: Final = 3
"""From `strong wind` on the scale speaks of protest; without knowing the tone nobody can say so."""


class Step(NamedTuple):
    """A step is reached when all its conditions are, within the last hour.

    `voices`: distinct authors. `negative_share`: of the posts of known tone. `venues`: distinct networks, pages
    or papers, of so many `kinds`. `news`: papers among them. `influence`: of the post that carries furthest, 0 to 100.
    `growth`: mentions, as a multiple of those expected.
    """

    severity: int
    de: str
    en: str
    voices: int
    negative_share: float
    venues: int
    kinds: int
    news: int
    influence: float
    growth: float


SCALE: Final = (
    Step(0, "Windstille", "calm", 0, 0.0, 0, 0, 0, 0.0, 0.0),
    Step(1, "Leiser Zug", "light air", 1, 0.0, 0, 0, 0, 0.0, 0.0),
    Step(2, "Schwache Brise", "light breeze", 10, 0.3, 1, 0, 0, 0.0, 2.0),
    Step(3, "Frische Brise", "fresh breeze", 30, 0.4, 2, 1, 0, 0.0, 3.0),
    Step(4, "Starker Wind", "strong wind", 100, 0.5, 3, 2, 1, 20.0, 5.0),
    Step(5, "Sturm", "storm", 500, 0.55, 5, 2, 2, 30.0, 8.0),
    Step(6, "Orkan", "hurricane", 2500, 0.6, 10, 3, 5, 40.0, 10.0),
)


class Measures(NamedTuple):
    """The columns of the table, measured; None is not known, or cannot be: nobody listens to papers."""

    voices: int
    negative_share: float | None = None
    venues: int | None = None
    kinds: int | None = None
    news: int | None = None
    influence: float | None = None
    growth: float = 0.0


class Severity(NamedTuple):
    """The step reached, and the one that each measure alone would reach; those not known are left out."""

    step: int
    parts: Mapping[str, int]


def severity(measures: Measures) -> Severity:
    """The highest step all of whose conditions hold; what is not known is not asked for."""
    parts = {
        name: max(step.severity for step in SCALE if value >= getattr(step, name))
        for name, value in measures._asdict().items()
        if value is not None
    }
    most = MOST_WITHOUT_TONE if measures.negative_share is None else SCALE[-1].severity
    return Severity(min(*parts.values(), most), parts)
