"""How the alarm budget of a subscription is kept: what it asks for, and what that makes of its last four weeks."""

from dataclasses import dataclass

from streams.alerting.budget import DAYS, days_between, rare_days
from streams.alerting.learning import Learning
from streams.alerting.rarity import watched_days
from streams.subscription import Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`at_most`: what is asked for, of all kinds together; `expected_a_month`: what that is, in 30 days.

    `threshold`: the score that a volume must reach, in powers of ten above once a week by the detector's own model.
    `past`: how often it was reached in the last `watched_days`, at most 28, a day apart, by enough voices.
    """

    at_most: str
    expected_a_month: float
    threshold: float
    past: int
    watched_days: float


def kept(alarm: Alarm, learning: Learning) -> Kept:
    """How a budget stands with what has been learned. Raises UsageError if `at_most` is wrong."""
    steps = learning.base.steps if learning.base else 0
    threshold = learning.threshold(rare_days(alarm, "volume"))
    return Kept(
        at_most=alarm.at_most,
        expected_a_month=round(DAYS["month"] / days_between(alarm.at_most), 2),
        threshold=round(threshold, 2) + 0.0,  # no -0
        past=learning.highs.past(threshold),
        watched_days=round(watched_days(steps), 1),
    )
