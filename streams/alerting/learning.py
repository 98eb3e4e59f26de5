"""What has been learned of a subscription's counts, kept up with them as they come, late ones too.

The detector that judges (`head`) has seen every finished bucket. Another (`base`) stays two hours behind: when a
post arrives late, the head is made anew from it. What is older than the base - history that is read in later -
is learned all over again, from the first bucket.
"""

from dataclasses import dataclass, field

from streams.alerting.counts import KEPT_BUCKETS, Counts
from streams.alerting.detector import Detector, Score

BEHIND_BUCKETS = 24
SAVED_EVERY_BUCKETS = 12
CALM = Score(-9.0, 0.0, 0.0, alarm=False)


@dataclass(slots=True)
class Learning:
    """`through`: the last bucket the base has seen. `levels`: levels taken as normal from a bucket on."""

    base: Detector | None = None
    through: int = 0
    levels: dict[int, float] = field(default_factory=dict)
    head: Detector | None = None
    head_through: int = 0
    last: Score = CALM
    changed: bool = False

    def stale(self, counts: Counts) -> bool:
        """Whether everything must be learned anew, which takes up to a tenth of a second."""
        return self.base is None or (counts.touched is not None and counts.touched <= self.through)

    def advance(self, counts: Counts, now: int) -> Detector:
        """The detector that has seen every bucket before `now`."""
        began = max(counts.began if counts.began is not None else now, now - KEPT_BUCKETS)
        if self.base is None or self.stale(counts):
            self.base, self.through, self.head, self.changed = Detector(), began - 1, None, True
        elif counts.touched is not None and counts.touched <= self.head_through:
            self.head = None
        counts.touched = None
        if now - 1 - self.through > BEHIND_BUCKETS + SAVED_EVERY_BUCKETS:
            self._run(self.base, counts, self.through, now - 1 - BEHIND_BUCKETS)
            self.through = now - 1 - BEHIND_BUCKETS
            self.changed = True
        if self.head is None:
            self.head, self.head_through, self.last = self.base.copy(), self.through, CALM
        self._run(self.head, counts, self.head_through, now - 1)
        self.head_through = now - 1
        return self.head

    def relevel(self, bucket: int, level: float) -> None:
        """Take this level as normal from that bucket on, which the head has not seen yet."""
        self.levels[bucket] = level
        self.changed = True
        if self.head is not None:
            self.head.relevel(level)

    def _run(self, detector: Detector, counts: Counts, after: int, last: int) -> None:
        for bucket in range(after + 1, last + 1):
            if bucket in self.levels:
                detector.relevel(self.levels[bucket])
            if bucket == last:
                self.last = detector.update(counts.mentions(bucket))
            else:
                detector.learn(counts.mentions(bucket))
