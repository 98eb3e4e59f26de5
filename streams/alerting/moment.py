"""The counts of one subscription at one moment, against what is expected of them."""

from dataclasses import dataclass, field

from streams.alerting.counts import BUCKET_SECS, Counts, Tally, bucket_of
from streams.alerting.detector import Detector, Score
from streams.alerting.effect import Step
from streams.alerting.surprise import poisson_surprise

HOUR = 12
QUARTER = 3
UNUSUAL_SIGMA = 3.0
CALM_RATIO = 1.5
BEGIN_RATIO = 2.0


@dataclass(slots=True)
class Moment:
    """`finished`: the verdict on the last finished bucket, which also sees what came late; `now`: seconds."""

    counts: Counts
    detector: Detector
    finished: Score
    now: float
    _hour: Tally | None = field(default=None, init=False)

    @property
    def bucket(self) -> int:
        """The bucket that is still open."""
        return bucket_of(self.now)

    def score(self) -> Score:
        """The higher verdict, on the open bucket's live posts or on the last finished one."""
        open_one = self.detector.peek(self.counts.live(self.bucket), self._fraction)
        return max(open_one, self.finished, key=lambda score: score.score)

    def hour(self) -> Tally:
        """The live posts of the last hour."""
        if self._hour is None:
            self._hour = self.counts.tally(self.bucket - HOUR + 1, self.bucket)
        return self._hour

    def expected(self, buckets: int) -> float:
        """Mentions expected in the last so many buckets, the open one included as far as it has come."""
        finished = self.detector.expectations[len(self.detector.expectations) - buckets + 1 :]
        return sum(finished) + self.detector.expected() * self._fraction

    def unusual(self) -> bool:
        """Whether the last hour is, even if the voice with most posts had spoken once."""
        hour = self.hour()
        alone = hour.mentions - max(hour.loudest - 1, 0)
        return poisson_surprise(alone, self.expected(HOUR)) >= UNUSUAL_SIGMA

    def calm(self) -> bool:
        """Whether the last quarter of an hour is about as expected."""
        live = sum(self.counts.live(self.bucket - back) for back in range(QUARTER))
        expected = self.expected(QUARTER)
        return live <= CALM_RATIO * expected or poisson_surprise(live, expected) < UNUSUAL_SIGMA

    def begin(self) -> int:
        """The bucket from which on, at most an hour back, there was more than usual."""
        usual = max(BEGIN_RATIO * self.detector.expected(), 1.0)
        first = self.bucket
        while first > self.bucket - HOUR + 1 and self.counts.live(first - 1) >= usual:
            first -= 1
        return first

    def expected_since(self, bucket: int) -> float:
        """Mentions expected since that bucket began, or since somebody listens."""
        listening = min(self.counts.heard_from.values(), default=0)
        secs = self.now - max(bucket * BUCKET_SECS, listening)
        return self.detector.expected() * max(secs, 0.0) / BUCKET_SECS

    def step(self, bucket: int) -> Step:
        """What came live in a finished bucket, and what was expected then, as far back as that is remembered."""
        tally, expectations = self.counts.tally(bucket, bucket), self.detector.expectations
        at = max(len(expectations) - (self.bucket - bucket), 0)
        expected = expectations[at] or self.detector.expected()
        return Step(tally.mentions, expected, tally.negative, tally.toned)

    @property
    def _fraction(self) -> float:
        """How much of the open bucket has passed, as far as somebody listened."""
        listening = min(self.counts.heard_from.values(), default=0)
        return max(self.now - max(self.bucket * BUCKET_SECS, listening), 0.0) / BUCKET_SECS
