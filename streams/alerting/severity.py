"""How bad it is, on the Shitstorm-Skala: 0 calm (Windstille) to 6 hurricane (Orkan).

The scale is Barbara Schwede's and Daniel Graf's (2012, https://marketing-wiki.ch/content/shitstorm). It is told
in words - "repeated criticism of individuals, weak reactions" - so the numbers below are our reading of them;
they are all in one table.
"""

from typing import NamedTuple

MOST_WITHOUT_TONE = 3
"""From `strong wind` on the scale speaks of protest; without knowing the tone nobody can say so."""


class Step(NamedTuple):
    """A step is reached when all its conditions are, within the last hour.

    `voices`: distinct authors. `negative_share`: of the posts of known tone. `venues`: distinct networks, pages
    or papers. `growth`: mentions, as a multiple of those expected.
    """

    severity: int
    de: str
    en: str
    voices: int
    negative_share: float
    venues: int
    growth: float


SCALE = (
    Step(0, "Windstille", "calm", 0, 0.0, 0, 0.0),
    Step(1, "Leiser Zug", "light air", 1, 0.0, 0, 0.0),
    Step(2, "Schwache Brise", "light breeze", 10, 0.3, 1, 2.0),
    Step(3, "Frische Brise", "fresh breeze", 30, 0.4, 2, 3.0),
    Step(4, "Starker Wind", "strong wind", 100, 0.5, 3, 5.0),
    Step(5, "Sturm", "storm", 500, 0.55, 5, 8.0),
    Step(6, "Orkan", "hurricane", 2500, 0.6, 10, 10.0),
)


def severity(voices: int, negative_share: float | None, venues: int | None, growth: float) -> int:
    """The highest step all of whose conditions hold; what is None is not known, and not asked for."""
    reached = 0
    for step in SCALE:
        known = negative_share is not None or step.severity <= MOST_WITHOUT_TONE
        enough = voices >= step.voices and growth >= step.growth
        spread = venues is None or venues >= step.venues
        if known and enough and spread and (negative_share is None or negative_share >= step.negative_share):
            reached = step.severity
    return reached
