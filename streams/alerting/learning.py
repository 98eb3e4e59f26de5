"""What has been learned of a subscription's counts, kept up with them as they come, late ones too.

The detector that judges (`head`) has seen every finished bucket. Another (`base`) stays two hours behind: when a
post arrives late, the head is made anew from it. What comes later still, after an outage, is put right in the windows
of the base, and teaches nothing more. History that is read in is learned all over again, from the first bucket, as
is everything if the clock turns back behind the base, or jumps beyond what is kept.
"""

from dataclasses import dataclass, field

from streams.alerting.counts import HOUR, KEPT_BUCKETS, Counts
from streams.alerting.detector import KEPT_STEPS, Detector, Score
from streams.alerting.rarity import Highs
from streams.alerting.sources import Seen
from streams.alerting.voices import was_independent

BEHIND_BUCKETS = 24
SAVED_EVERY_BUCKETS = 12
CALM = Score(-9.0, 0.0, 0.0, alarm=False)


@dataclass(slots=True)
class Learning:
    """`through`: the last bucket the base has seen. `levels`: levels taken as normal from a bucket on.

    `highs`: of the base's scores, those that enough voices brought about.
    """

    base: Detector | None = None
    through: int = 0
    levels: dict[int, float] = field(default_factory=dict)
    highs: Highs = field(default_factory=Highs)
    head: Detector | None = None
    head_through: int = 0
    last: Score = CALM
    changed: bool = False

    def stale(self, counts: Counts, now: int) -> bool:
        """Whether everything must be learned anew, which takes up to a tenth of a second."""
        read_in = counts.touched is not None and counts.touched <= self.through
        return self.base is None or read_in or not self.through < now <= self.through + KEPT_BUCKETS

    def advance(self, seen: Seen, now: int) -> Detector:
        """The detector that has seen every bucket before `now`."""
        counts = seen.counts
        if self.base is None or self.stale(counts, now):
            began = max(counts.began if counts.began is not None else now, now - KEPT_BUCKETS)
            self.base, self.through, self.head, self.changed = Detector(), began - 1, None, True
            self.highs = Highs()
        elif counts.late is not None and counts.late <= self.head_through:
            self._correct(seen, counts.late)
            self.head = None
        counts.touched = counts.late = None
        if now - 1 - self.through > BEHIND_BUCKETS + SAVED_EVERY_BUCKETS:
            self._learn(self.base, seen, now - 1 - BEHIND_BUCKETS)
            self.through = now - 1 - BEHIND_BUCKETS
            self.changed = True
        if self.head is None or now <= self.head_through:
            self.head, self.head_through, self.last = self.base.copy(), self.through, CALM
        self._run(self.head, seen, self.head_through, now - 1)
        self.head_through = now - 1
        return self.head

    def relevel(self, bucket: int, level: float) -> None:
        """Take this level as normal from that bucket on, which the head has not seen yet."""
        self.levels[bucket] = level
        self.changed = True
        if self.head is not None:
            self.head.relevel(level)

    def days(self, score: float) -> float:
        """Once in how many days this series scores so high, as far as it is known."""
        return self.highs.days(score, self.base.steps if self.base else 0)

    def threshold(self, days: float) -> float:
        """The score it reaches once in so many days."""
        return self.highs.threshold(days, self.base.steps if self.base else 0)

    def _learn(self, base: Detector, seen: Seen, last: int) -> None:
        for bucket in range(self.through + 1, last + 1):
            if bucket in self.levels:
                base.relevel(self.levels[bucket])
            step, score = base.steps, base.update(seen.mentions(bucket), seen.present(bucket)).score
            expected = sum(base.expectations[-HOUR:])
            if self.highs.would_take(step, score) and was_independent(seen.counts, bucket, expected):
                self.highs.note(step, score)

    def _correct(self, seen: Seen, first: int) -> None:
        """Put right what the base saw of the buckets from this one on."""
        if self.base is None:
            return
        for bucket in range(max(first, self.through - KEPT_STEPS + 1), self.through + 1):
            self.base.correct(self.through - bucket, seen.mentions(bucket), seen.present(bucket))
            self.changed = True

    def _run(self, detector: Detector, seen: Seen, after: int, last: int) -> None:
        for bucket in range(after + 1, last + 1):
            if bucket in self.levels:
                detector.relevel(self.levels[bucket])
            count, present = seen.mentions(bucket), seen.present(bucket)
            if bucket == last:
                self.last = detector.update(count, present)
            else:
                detector.learn(count, present)
