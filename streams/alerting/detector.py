"""Tells whether a series of counts bursts, with no look-ahead and constant memory.

Each step the count is compared with the level so far, over several windows at once; the mean surprise is read as
a return period by six models of the series' own tail, whose mean is the score. The parameters were chosen on
five public series and frozen; they are not options (measured in `streams/alerting/README.md`).
"""

from dataclasses import dataclass, field, replace
from math import log10, sqrt
from typing import NamedTuple

from streams.alerting.surprise import BlockMaxima, Peaks, poisson_surprise

STEPS_A_DAY = 288
WARM_UP = 750
"""Steps (2.6 days) before anything may alarm."""

COOL_DOWN = STEPS_A_DAY
ALARM_DAYS = 7.0
MAX_DAYS = 3650.0
"""Nobody has watched a series for longer; a rarer event is told as this."""

KEPT_STEPS = 144
LEVEL_FORGETS = 1 - 0.5 ** (1 / (7 * STEPS_A_DAY))
CLIP_SIGMA = 5.0
OVERDISPERSION = 0.2
MIN_EXPECTED = 0.1
SURE_EXPECTED = 10.0
"""Below so many, an open step counts as a whole one: a handful of posts in its first seconds proves nothing."""


class Score(NamedTuple):
    """The verdict on a count.

    `score`: log10 of how many times rarer than the alarm threshold; 0 and more is unusual. `expected`: the count
    that was expected. `unusual_days`: once in so many days. `alarm`: tell somebody, once per day.
    """

    score: float
    expected: float
    unusual_days: float
    alarm: bool


@dataclass(slots=True)
class Tails:
    """Six models of one tail: peaks and block maxima, each forgetting half in one, two and four weeks."""

    peaks: list[Peaks] = field(
        default_factory=lambda: [Peaks(0.5 ** (1 / (7 * STEPS_A_DAY * weeks))) for weeks in (1, 2, 4)]
    )
    maxima: list[BlockMaxima] = field(
        default_factory=lambda: [
            BlockMaxima(0.5 ** (BlockMaxima.BLOCK / (7 * STEPS_A_DAY * weeks))) for weeks in (1, 2, 4)
        ]
    )

    def score(self, surprise: float) -> float:
        """The mean log10 return period in steps."""
        total = 0.0
        for peaks in self.peaks:
            total += peaks.score(surprise)
        for maxima in self.maxima:
            total += maxima.score(surprise)
        return total / (len(self.peaks) + len(self.maxima))

    def learn(self, surprise: float) -> None:
        """Take one step's surprise into every model."""
        for peaks in self.peaks:
            peaks.learn(surprise)
        for maxima in self.maxima:
            maxima.learn(surprise)

    def copy(self) -> "Tails":
        """A copy that learns by itself."""
        return Tails([replace(model) for model in self.peaks], [replace(model) for model in self.maxima])


SLOW, FAST = (1, 12, 144), (1, 3, 12)
WINDOWS = sorted({*SLOW, *FAST})
"""Windows in steps: 5 min, 1 h, 12 h notice what grows; 5, 15 and 60 min what explodes."""

SLOW_THRESHOLD = log10(ALARM_DAYS * STEPS_A_DAY)
FAST_THRESHOLD = log10(2 * ALARM_DAYS * STEPS_A_DAY)


@dataclass(slots=True)
class Detector:
    """What has been learned of one series; a step is five minutes.

    `level`: the running mean count, None before the first. `level_steps`: steps the level has seen. `counts`,
    `expectations`: the last `KEPT_STEPS` of each, newest last. `steps`: all it has seen. `alarmed`: steps at the
    last alarm.
    """

    level: float | None = None
    level_steps: int = 0
    counts: list[float] = field(default_factory=lambda: [0.0] * KEPT_STEPS)
    expectations: list[float] = field(default_factory=lambda: [0.0] * KEPT_STEPS)
    slow: Tails = field(default_factory=Tails)
    fast: Tails = field(default_factory=Tails)
    steps: int = 0
    alarmed: int | None = None

    @property
    def learning(self) -> bool:
        """Too young to alarm."""
        return self.steps < WARM_UP

    def expected(self, count: float = 0.0, present: float = 1.0) -> float:
        """The count expected of a whole step; the first count is expected to be what it is.

        `present`: the share of the usual that can be seen, less than 1 while a source is missing.
        """
        return max(count if self.level is None else self.level * present, MIN_EXPECTED)

    def update(self, count: float, present: float = 1.0) -> Score:
        """Judge the count of a finished step, then learn from it."""
        expected = self.expected(count, present)
        surprises = self._surprises(count, expected)
        verdict = self._verdict(surprises, expected)
        if verdict.alarm:
            self.alarmed = self.steps
        self._learn(count, expected, surprises, present)
        return verdict

    def learn(self, count: float, present: float = 1.0) -> None:
        """Learn from the count of a finished step."""
        expected = self.expected(count, present)
        self._learn(count, expected, self._surprises(count, expected), present)

    def peek(self, count_so_far: float, fraction_of_bucket: float = 1.0, present: float = 1.0) -> Score:
        """Judge the count of a step still open, of which this fraction has passed; changes nothing.

        A look at a part of a step is one of many, so its return period is that much shorter.
        """
        whole = self.expected(count_so_far, present)
        fraction = min(max(fraction_of_bucket, 0.0), 1.0)
        expected = max(whole * fraction, min(whole, SURE_EXPECTED))
        return self._verdict(self._surprises(count_so_far, expected), whole, looks=whole / expected)

    def relevel(self, level: float) -> None:
        """Take another level as normal from here on, and forget the counts before; the tails stay."""
        self.level, self.level_steps = level, 1
        self.counts = [0.0] * KEPT_STEPS
        self.expectations = [0.0] * KEPT_STEPS

    def correct(self, steps_back: int, count: float, present: float) -> None:
        """Put right the count of an earlier step, 0 for the newest, unless its level was given up."""
        if self.expectations[-1 - steps_back]:
            self.counts[-1 - steps_back] = count
            self.expectations[-1 - steps_back] = self.expected(present=present)

    def copy(self) -> "Detector":
        """A copy that learns by itself."""
        return replace(
            self,
            counts=self.counts.copy(),
            expectations=self.expectations.copy(),
            slow=self.slow.copy(),
            fast=self.fast.copy(),
        )

    def _learn(self, count: float, expected: float, surprises: tuple[float, float], present: float) -> None:
        for kept, newest in ((self.counts, count), (self.expectations, expected)):
            del kept[0]
            kept.append(newest)
        self._level(count, expected, present)
        self.slow.learn(surprises[0])
        self.fast.learn(surprises[1])
        self.steps += 1

    def _surprises(self, count: float, expected: float) -> tuple[float, float]:
        """The mean surprise over the slow and over the fast windows, this step included."""
        total, usual, taken = count, expected, 0
        found = {}
        for window in WINDOWS:
            newer, older = KEPT_STEPS - taken, KEPT_STEPS - window + 1
            total, usual = sum(self.counts[older:newer], total), sum(self.expectations[older:newer], usual)
            found[window] = poisson_surprise(total, usual)
            taken = window - 1
        return sum(map(found.__getitem__, SLOW)) / len(SLOW), sum(map(found.__getitem__, FAST)) / len(FAST)

    def _verdict(self, surprises: tuple[float, float], expected: float, looks: float = 1.0) -> Score:
        slow, fast = surprises
        score = max(self.slow.score(slow) - SLOW_THRESHOLD, self.fast.score(fast) - FAST_THRESHOLD)
        score -= log10(looks)
        cool = self.alarmed is None or self.steps - self.alarmed > COOL_DOWN
        days = ALARM_DAYS * 10.0 ** min(score, log10(MAX_DAYS / ALARM_DAYS))
        return Score(score, expected, days, score >= 0 and cool and not self.learning)

    def _level(self, count: float, expected: float, present: float) -> None:
        if self.level is None:
            self.level = count
        else:
            clipped = min(count, expected + CLIP_SIGMA * sqrt(expected + OVERDISPERSION * expected**2))
            self.level += max(LEVEL_FORGETS, 1 / (self.level_steps + 1)) * (clipped - present * self.level)
        self.level_steps += 1
