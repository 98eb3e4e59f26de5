"""How rare a score is for its own series, as its own last four weeks tell.

A detector's score is a return period too, but by a model, and no model knows how the mood of a subject drifts. So
what would have alarmed is counted: the highs of the score on the kept history, a day apart, are read as peaks over a
threshold whose excesses are exponential (Pickands 1975). While they are few the model's word weighs as much as
`PRIOR_HIGHS` of them: the rate is the mean of a gamma law that has seen the highs (Gelman et al., *Bayesian Data
Analysis*, 2.6), the excess is shrunk alike. An alarm budget of once in so many days is met by asking for a score of
that rarity; since rarity only ever rises with the score, there is one threshold, and it can be shown.
"""

from dataclasses import dataclass, field
from math import exp, log, log10
from typing import Final, NamedTuple

from streams.alerting.detector import ALARM_DAYS, MAX_DAYS, STEPS_A_DAY, WARM_UP

KEPT_DAYS: Final = 28
FLOOR: Final = -0.5
"""The score from which on a high is kept; by the model it comes once in two days."""

PRIOR_HIGHS: Final = 4.0
PRIOR_EXCESS: Final = 1 / log(10.0)
MOST_EXCESS: Final = 1.5
"""A past crisis counts as thirty times rarer than the floor, not as more: it must not hide the next one."""


class High(NamedTuple):
    """The highest score within a day, and the step at which it came."""

    step: int
    score: float


@dataclass(slots=True)
class Highs:
    """The highs of a series, oldest first: at most one a day, and none older than `KEPT_DAYS`."""

    kept: list[High] = field(default_factory=list)

    def would_take(self, step: int, score: float) -> bool:
        """Whether `note` would change anything."""
        last = self.kept[-1] if self.kept else None
        same = last is not None and step - last.step <= STEPS_A_DAY
        return score > FLOOR and step >= WARM_UP and not (same and last is not None and score <= last.score)

    def note(self, step: int, score: float) -> None:
        """Keep a score if it is a high; steps only rise."""
        if not self.would_take(step, score):
            return
        if self.kept and step - self.kept[-1].step <= STEPS_A_DAY:
            self.kept.pop()
        oldest = step - KEPT_DAYS * STEPS_A_DAY
        self.kept = [high for high in self.kept if high.step > oldest] + [High(step, score)]

    def days(self, score: float, steps: int) -> float:
        """Once in how many days so high a score comes, after so many steps. The last day does not judge itself."""
        rate, excess = self._law(steps)
        exponent = (score - FLOOR) / excess - log(rate)
        return exp(exponent) if exponent < log(MAX_DAYS) else MAX_DAYS

    def threshold(self, days: float, steps: int) -> float:
        """The score that comes once in so many days."""
        rate, excess = self._law(steps)
        return FLOOR + excess * log(days * rate)

    def past(self, threshold: float) -> int:
        """How many of the highs reach it."""
        return sum(high.score >= threshold for high in self.kept)

    def _law(self, steps: int) -> tuple[float, float]:
        """Highs a day, and their mean excess over the floor."""
        until = steps - STEPS_A_DAY
        first = until - KEPT_DAYS * STEPS_A_DAY
        found = [min(high.score - FLOOR, MOST_EXCESS) for high in self.kept if first < high.step <= until]
        weight = PRIOR_HIGHS + len(found)
        rate = weight / (PRIOR_HIGHS * model_days(FLOOR) + watched_days(until))
        return rate, (PRIOR_HIGHS * PRIOR_EXCESS + sum(found)) / weight


def watched_days(steps: int) -> float:
    """The days that tell of highs: those after the warm-up, and not longer ago than they are kept."""
    return min(max(steps - WARM_UP, 0) / STEPS_A_DAY, KEPT_DAYS)


def model_days(score: float) -> float:
    """Once in how many days so high a score comes by the model alone."""
    return float(ALARM_DAYS * 10.0 ** min(score, log10(MAX_DAYS / ALARM_DAYS)))
