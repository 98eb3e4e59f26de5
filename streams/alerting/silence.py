"""Tells when a subscription, or one of its sources, has stopped: a gap too long for chance.

Of each step it needs the number of posts, and whether every source of the series is known to be read up to its end
(`complete_until`): what we cannot have seen is no silence, so such a step neither counts nor teaches. Feed it steps
once they are complete, or when an hour old.

The clock of a gap is not time but the posts that were to be expected in it, by the hour of the week: an hour of the
night adds little. In a Poisson process that length is exponential, whatever the rate; how much longer the gaps of
this series are is read off its own tail.
"""

from dataclasses import dataclass, field
from math import sqrt

from streams.alerting.counts import BUCKET_SECS, HOUR
from streams.alerting.detector import CLIP_SIGMA, LEVEL_FORGETS, OVERDISPERSION, STEPS_A_DAY, WARM_UP, Tails
from streams.alerting.finding import Finding, Step, days

HOURS = 168
VISIT_REMAINS = 0.5 ** (1 / (4 * HOUR))
"""What remains of an hour's weight after a step in it: half after four weeks."""

PRIOR_STEPS = 2 * HOUR
"""Until two weeks are known, an hour is rather expected to be like those of Europe's days and nights."""

NIGHT_HOURS = frozenset({22, 23, 0, 1, 2, 3, 4})  # UTC: from midnight to six in Berlin's summer
NIGHT, DAYTIME = 0.25, 1.31
"""Times the mean; so that a day has 24 hours' worth."""

LEAST_A_DAY = 1.0
LEAST_GAP_STEPS = 12
"""Nobody wants to be called for less than an hour, however much is usually said."""


@dataclass(slots=True)
class Silence:
    """What has been learned of one series.

    `subject`: the hash of the source, None for the whole subscription. `level`: the running mean count of a step.
    `said`, `visits`: posts and steps of each hour of the week (UTC, from Thursday, when 1970 began), decayed.
    `missed`: posts expected in the `gap` steps since the last one.
    """

    subject: int | None = None
    level: float = 0.0
    said: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    visits: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    missed: float = 0.0
    gap: int = 0
    tails: Tails = field(default_factory=Tails)
    steps: int = 0

    @property
    def learning(self) -> bool:
        """Too young to find anything."""
        return self.steps < WARM_UP

    def expected(self, start: int) -> float:
        """Posts expected in the step that starts at this second of 1970."""
        hour = start // 3600 % HOURS
        usual = self.level * (NIGHT if hour % 24 in NIGHT_HOURS else DAYTIME)
        return (self.said[hour] + PRIOR_STEPS * usual) / (self.visits[hour] + PRIOR_STEPS)

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it."""
        complete = step.complete_until is not None and step.complete_until >= step.start + BUCKET_SECS
        if step.posts:
            self.missed, self.gap = 0.0, 0
        if not complete:
            return None
        expected = self.expected(step.start)
        if not step.posts:
            self.missed, self.gap = round(self.missed + expected, 6), self.gap + 1
        found = self._finding(step)
        self.tails.learn(self.missed)
        self._learn(step, expected)
        return found

    def _finding(self, step: Step) -> Finding | None:
        if self.gap < LEAST_GAP_STEPS or self.level * STEPS_A_DAY < LEAST_A_DAY:
            return None
        if self.learning or not step.live:
            return None
        return Finding("silence", self.subject, days(self.tails.score(self.missed)), 0, self.missed)

    def _learn(self, step: Step, expected: float) -> None:
        count = min(
            len(step.posts), expected + CLIP_SIGMA * sqrt(max(expected, 1) + OVERDISPERSION * expected**2)
        )
        self.level += max(LEVEL_FORGETS, 1 / (self.steps + 1)) * (count - self.level)
        hour = step.start // 3600 % HOURS
        self.said[hour] = round(self.said[hour] * VISIT_REMAINS + count, 4)
        self.visits[hour] = round(self.visits[hour] * VISIT_REMAINS + 1, 4)
        self.steps += 1
