"""The counts of one subscription at one moment, against what is expected of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from streams.alerting.counts import BUCKET_SECS, HOUR, bucket_of
from streams.alerting.detector import Detector, Score
from streams.alerting.effect import Step
from streams.alerting.rarity import model_days
from streams.alerting.sources import Seen
from streams.alerting.surprise import poisson_surprise
from streams.alerting.tally import Tally, tally_of
from streams.alerting.voices import UNUSUAL_SIGMA, independent

QUARTER = 3
CALM_RATIO = 1.5
BEGIN_RATIO = 2.0
MOST = 0.5


@dataclass(slots=True)
class Moment:
    """`finished`: the verdict on the last finished bucket, which also sees what came late; `now`: seconds.

    `days`: once in how many days so high a score comes.
    """

    seen: Seen
    detector: Detector
    finished: Score
    now: float
    days: Callable[[float], float] = model_days
    _hour: Tally | None = field(default=None, init=False)

    @property
    def bucket(self) -> int:
        """The bucket that is still open."""
        return bucket_of(self.now)

    def score(self) -> Score:
        """The higher verdict, on the open bucket's live posts or on the last finished one."""
        count = self.seen.live(self.bucket)
        open_one = self.detector.peek(count, self._fraction, self.seen.present(self.bucket))
        return max(open_one, self.finished, key=lambda score: score.score)

    def unusual_days(self) -> float:
        """Once in how many days so much is said."""
        return self.days(self.score().score)

    def live_in_hour(self) -> int:
        """How many live posts were said in the last hour; cheaper than who said them."""
        return sum(self.seen.counts.live(self.bucket - back) for back in range(HOUR))

    def hour(self) -> Tally:
        """The live posts of the last hour."""
        if self._hour is None:
            self._hour = tally_of(self.seen.counts, self.bucket - HOUR + 1, self.bucket)
        return self._hour

    def expected(self, buckets: int) -> float:
        """Mentions expected in the last so many buckets, the open one included as far as it has come."""
        finished = self.detector.expectations[len(self.detector.expectations) - buckets + 1 :]
        return sum(finished) + self._expected_now() * self._fraction

    def independent(self) -> bool:
        """Whether the last hour is unusual by many, and not one account's doing."""
        return independent(self.hour(), self.expected(HOUR))

    def calm(self) -> bool:
        """Whether the last quarter of an hour is about as expected, and most of what is usual can be seen."""
        if self.seen.present(self.bucket) < MOST:
            return False
        live = sum(self.seen.live(self.bucket - back) for back in range(QUARTER))
        expected = self.expected(QUARTER)
        return live <= CALM_RATIO * expected or poisson_surprise(live, expected) < UNUSUAL_SIGMA

    def begin(self) -> int:
        """The bucket from which on, at most an hour back, there was more than usual."""
        usual = max(BEGIN_RATIO * self._expected_now(), 1.0)
        first = self.bucket
        while first > self.bucket - HOUR + 1 and self.seen.live(first - 1) >= usual:
            first -= 1
        return first

    def expected_since(self, bucket: int) -> float:
        """Mentions expected since that bucket began, or since somebody listens."""
        secs = self.now - max(bucket * BUCKET_SECS, self._listening)
        return self._expected_now() * max(secs, 0.0) / BUCKET_SECS

    def step(self, bucket: int) -> Step:
        """What came live in a finished bucket, and what was expected then, as far back as that is remembered."""
        tally, expectations = tally_of(self.seen.counts, bucket, bucket), self.detector.expectations
        at = max(len(expectations) - (self.bucket - bucket), 0)
        expected = expectations[at] or self.detector.expected()
        return Step(tally.mentions, expected, tally.negative, tally.toned)

    @property
    def _fraction(self) -> float:
        """How much of the open bucket has passed, as far as somebody listened."""
        return max(self.now - max(self.bucket * BUCKET_SECS, self._listening), 0.0) / BUCKET_SECS

    @property
    def _listening(self) -> int:
        """Since when somebody listens."""
        return min(self.seen.counts.heard_from.values(), default=0)

    def _expected_now(self) -> float:
        """Mentions expected of the bucket that is open, from the sources that are there."""
        return self.detector.expected(present=self.seen.present(self.bucket))
