"""Whether an hour is unusual by many, and not one account's doing."""

from typing import Final

from streams.alerting.counts import HOUR, Counts
from streams.alerting.surprise import poisson_surprise
from streams.alerting.tally import Tally, tally

UNUSUAL_SIGMA: Final = 3.0
LEAST_VOICES: Final = 5


def independent(hour: Tally, expected: float) -> bool:
    """Enough voices, and the hour would be unusual without copies, and had the loudest spoken once."""
    counted = min(hour.mentions - max(hour.loudest - 1, 0), hour.said)
    return hour.voices >= LEAST_VOICES and poisson_surprise(counted, expected) >= UNUSUAL_SIGMA


def was_independent(counts: Counts, last: int, expected: float) -> bool:
    """The same of the hour that ended with a bucket, of what was read in of the past too.

    What is no longer known one by one is believed.
    """
    first = last - HOUR + 1
    hour = tally(counts.between(first, last))
    known = hour.mentions == sum(counts.mentions(bucket) for bucket in range(first, last + 1))
    return not known or independent(hour, expected)
