"""Tells whether the share of negative posts rises above what is usual for the series, however much is said.

Of each step it needs the posts of known tone. A voice (in one tone) and a story count once in six hours or more, so
that neither one angry account nor the copies of one text shift the share. Over 15 minutes, an hour and six hours the
negatives are compared with the running share by the signed root of the binomial deviance (McCullagh & Nelder 1989);
the mean is read as a return period by the tail of the series' own surprises.
"""

from dataclasses import dataclass, field
from math import log, sqrt

from streams.alerting.detector import STEPS_A_DAY, WARM_UP, Tails
from streams.alerting.finding import NEGATIVE, Finding, Step, days
from streams.alerting.heard import Heard, independent

QUARTER, HOUR, SIX_HOURS = 3, 12, 72
WINDOWS = (QUARTER, HOUR, SIX_HOURS)
REMAINS = 0.5 ** (1 / (7 * STEPS_A_DAY))
"""What remains of the usual share's weight after a step: half after a week."""

PRIOR_SHARE, PRIOR_POSTS = 0.25, 10.0
MOST_OF_USUAL = 3.0
"""A step weighs in the usual share as much as so many usual ones, so that a storm does not become normal."""

LEAST_NEGATIVE = 5


def share_surprise(hits: float, of: float, expected: float) -> float:
    """About standard normal if `hits` of so many are binomial with that expected number; positive above it."""
    share = min(max(expected / of, 1e-6), 1 - 1e-6) if of else 0.0
    deviance = 0.0
    for count, usual in ((hits, of * share), (of - hits, of * (1 - share))):
        deviance += count * log(count / usual) if count > 0 else 0.0
    root = sqrt(2 * max(deviance, 0.0))
    return root if hits > expected else -root


@dataclass(slots=True)
class Negativity:
    """What has been learned of one series.

    `negatives` of `toned` posts: decayed sums, whose ratio is the usual share; `exposure`: steps, decayed likewise.
    `kept_negatives`, `kept_toned`, `kept_expected`: the last six hours, newest last.
    """

    negatives: float = PRIOR_SHARE * PRIOR_POSTS
    toned: float = PRIOR_POSTS
    exposure: float = 0.0
    kept_negatives: list[int] = field(default_factory=lambda: [0] * SIX_HOURS)
    kept_toned: list[int] = field(default_factory=lambda: [0] * SIX_HOURS)
    kept_expected: list[float] = field(default_factory=lambda: [0.0] * SIX_HOURS)
    tails: Tails = field(default_factory=Tails)
    heard: Heard = field(default_factory=lambda: Heard(age=SIX_HOURS, size=1000))
    steps: int = 0

    @property
    def learning(self) -> bool:
        """Too young to find anything."""
        return self.steps < WARM_UP

    @property
    def usual(self) -> float:
        """The usual share of negatives, in [0, 1]."""
        return self.negatives / self.toned

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it."""
        tones = [said.tone for said in independent((said for said in step.posts if said.tone), self.heard)]
        self.heard.step()
        negatives, usual = tones.count(NEGATIVE), self.usual
        self._keep(negatives, len(tones), usual)
        surprise = self._surprise()
        found = self._finding(surprise, usual) if step.live and not self.learning else None
        self.tails.learn(surprise)
        self._learn(negatives, len(tones))
        return found

    def _finding(self, surprise: float, usual: float) -> Finding | None:
        negatives, toned = sum(self.kept_negatives[-HOUR:]), sum(self.kept_toned[-HOUR:])
        if negatives < LEAST_NEGATIVE or negatives <= toned * usual:
            return None
        return Finding("sentiment", None, days(self.tails.score(surprise)), negatives / toned, usual)

    def _surprise(self) -> float:
        """The mean over the windows."""
        return sum(
            share_surprise(
                sum(self.kept_negatives[-window:]),
                sum(self.kept_toned[-window:]),
                sum(self.kept_expected[-window:]),
            )
            for window in WINDOWS
        ) / len(WINDOWS)

    def _keep(self, negatives: int, toned: int, usual: float) -> None:
        for kept in (self.kept_negatives, self.kept_toned, self.kept_expected):
            del kept[0]
        self.kept_negatives.append(negatives)
        self.kept_toned.append(toned)
        self.kept_expected.append(round(toned * usual, 4))

    def _learn(self, negatives: int, toned: int) -> None:
        most = max(MOST_OF_USUAL * self.toned / max(self.exposure, 1.0), 1.0)
        weight = min(1.0, most / toned) if toned else 1.0
        self.negatives = self.negatives * REMAINS + weight * negatives
        self.toned = self.toned * REMAINS + weight * toned
        self.exposure = self.exposure * REMAINS + 1
        self.steps += 1
