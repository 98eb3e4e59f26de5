"""Tells when somebody of weight joins the talk: an author (actor) or a venue nobody heard of here within 28 days.

Of each step it needs authors or venues, and the influence of their posts; who is unknown, or of unknown influence, is
no newcomer of weight. Influence is the logarithm of an audience, and audiences have a Pareto tail, so that of influence
is exponential: the highest of the newcomers in each 12 hours is read as a return period by Gumbel's law. How much
weight is rare differs by series; below `LEAST_INFLUENCE` it is never told.
"""

from dataclasses import dataclass, field
from typing import Literal

from streams.alerting.detector import STEPS_A_DAY, WARM_UP, Tails
from streams.alerting.finding import Finding, Said, Step, days
from streams.alerting.heard import Heard

REMEMBERED_STEPS = 28 * STEPS_A_DAY
LEAST_INFLUENCE = 35.0
"""An account with 100,000 followers and a hundred likes, or a national paper's page (`enrichers/influence.py`)."""

WORTH_REMEMBERING = 25.0
"""Where more is said than can be remembered, whoever carries less far than this is forgotten."""

SCALE = 10.0
"""Points of influence to one of surprise, about the mean excess of a tail."""


@dataclass(slots=True)
class Newcomers:
    """What has been learned of the actors, or of the venues, of one series."""

    kind: Literal["actor", "venue"]
    heard: Heard = field(default_factory=lambda: Heard(age=REMEMBERED_STEPS, size=2200))
    tails: Tails = field(default_factory=lambda: Tails(peaks=[]))
    steps: int = 0

    @property
    def learning(self) -> bool:
        """Too young to find anything."""
        return self.steps < WARM_UP

    @property
    def usual(self) -> float:
        """The usual influence of the newcomer of most weight in 12 hours."""
        law = self.tails.maxima[0]
        return SCALE * law.total / law.blocks

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it."""
        who, influence = self._foremost(step)
        found = None
        if step.live and not self.learning and influence >= LEAST_INFLUENCE:
            unusual = days(self.tails.score(influence / SCALE))
            found = Finding(self.kind, who, unusual, influence, self.usual)
        self.tails.learn(influence / SCALE)
        self._remember(step)
        self.steps += 1
        return found

    def _foremost(self, step: Step) -> tuple[int, float]:
        """The newcomer of most influence, and how much that is; 0 if there is none."""
        known = [(said.influence, self._who(said)) for said in step.posts if said.influence is not None]
        for influence, who in sorted(known, reverse=True):
            if who and who not in self.heard:
                return who, influence
        return 0, 0.0

    def _remember(self, step: Step) -> None:
        for said in step.posts:
            lasting = said.influence is None or said.influence >= WORTH_REMEMBERING
            if (who := self._who(said)) and (lasting or not self.heard.crowded):
                self.heard.add(who)
        self.heard.step()

    def _who(self, said: Said) -> int:
        return said.author if self.kind == "actor" else said.venue
