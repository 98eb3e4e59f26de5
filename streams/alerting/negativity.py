"""Tells whether the share of negative posts rises above what is usual for the series, however much is said.

Of each step it needs the posts of known tone. Over 15 minutes, an hour and six hours the negatives are compared with
the running share by the signed root of the binomial deviance (McCullagh & Nelder 1989); the mean is read as a return
period by the tail of the series' own surprises. A voice (in one tone) and a story count once in a window, so that
neither one angry account nor the copies of one text shift the share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, sqrt

from streams.alerting.counts import HOUR, NEGATIVE
from streams.alerting.detector import STEPS_A_DAY, WARM_UP, Tails
from streams.alerting.finding import Finding, Said, Step, days
from streams.alerting.heard import Heard, independent

QUARTER, SIX_HOURS = HOUR // 4, 6 * HOUR
REMAINS = 0.5 ** (1 / (7 * STEPS_A_DAY))
"""What remains of the usual share's weight after a step: half after a week."""

PRIOR_SHARE, PRIOR_POSTS = 0.25, 10.0
MOST_OF_USUAL = 2.0
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
class Window:
    """The last steps, and what is usual of them; newest last.

    `toned`, `negatives` and those `expected`, of each step. `usual_negatives` of `usual_toned` posts in `exposure`
    steps: decayed sums.
    """

    heard: Heard
    toned: list[int]
    negatives: list[int]
    expected: list[float]
    usual_negatives: float = PRIOR_SHARE * PRIOR_POSTS
    usual_toned: float = PRIOR_POSTS
    exposure: float = 0.0

    @classmethod
    def of(cls, steps: int, size: int) -> "Window":
        """An empty one; `size`: bytes for those heard in it, twice."""
        return cls(Heard(age=steps, size=size), [0] * steps, [0] * steps, [0.0] * steps)

    @property
    def usual(self) -> float:
        """The usual share of negatives."""
        return self.usual_negatives / self.usual_toned

    def add(self, posts: Sequence[Said]) -> float:
        """Take in the posts of a step; how surprising the window is now."""
        tones = [said.tone for said in independent(posts, self.heard)]
        self.heard.step()
        toned, negatives = len(tones), tones.count(NEGATIVE)
        del self.toned[0], self.negatives[0], self.expected[0]
        self.toned.append(toned)
        self.negatives.append(negatives)
        self.expected.append(round(toned * self.usual, 4))
        self._learn(negatives, toned)
        return share_surprise(sum(self.negatives), sum(self.toned), sum(self.expected))

    def _learn(self, negatives: int, toned: int) -> None:
        most = max(MOST_OF_USUAL * self.usual_toned / max(self.exposure, 1.0), 1.0)
        weight = min(1.0, most / toned) if toned else 1.0
        self.usual_negatives = self.usual_negatives * REMAINS + weight * negatives
        self.usual_toned = self.usual_toned * REMAINS + weight * toned
        self.exposure = self.exposure * REMAINS + 1


@dataclass(slots=True)
class Negativity:
    """What has been learned of one series."""

    quarter: Window = field(default_factory=lambda: Window.of(QUARTER, 200))
    hour: Window = field(default_factory=lambda: Window.of(HOUR, 400))
    six_hours: Window = field(default_factory=lambda: Window.of(SIX_HOURS, 800))
    tails: Tails = field(default_factory=Tails)
    steps: int = 0

    @property
    def learning(self) -> bool:
        """Too young to find anything."""
        return self.steps < WARM_UP

    @property
    def usual(self) -> float:
        """The usual share of negatives in an hour, in [0, 1]."""
        return self.hour.usual

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it."""
        toned, usual = [said for said in step.posts if said.tone], self.usual
        windows = (self.quarter, self.hour, self.six_hours)
        surprise = sum(window.add(toned) for window in windows) / len(windows)
        found = self._finding(surprise, usual) if step.live and not self.learning else None
        self.tails.learn(surprise)
        self.steps += 1
        return found

    def _finding(self, surprise: float, usual: float) -> Finding | None:
        negatives, toned = sum(self.hour.negatives), sum(self.hour.toned)
        if negatives < LEAST_NEGATIVE or negatives <= toned * usual:
            return None
        return Finding("sentiment", None, days(self.tails.score(surprise)), negatives / toned, usual)
