"""The alarm budget on the whole path: voices, episodes, cool-down and looks at open buckets included; in small."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from streams.alerting.watch import Arrived, Watch
from streams.subscription import Alarm, Subscription
from tests.streams.alerting.scene import hit
from tests.streams.alerting.synthetic import Mentions

BEGIN = datetime(2026, 9, 7, tzinfo=UTC)
DAYS, LEARNED = 28, 2.6


def alarms(counts: Sequence[int], at_most: str, seed: int, looks: int = 1) -> int:
    """The alerts about so many live posts in each five minutes, looked at so often."""
    alarm = Alarm(at_most=at_most, kinds=("volume",))
    watch, rng, ids, number = Watch(0), np.random.default_rng(seed), set(), 0
    watch.subscribe(Subscription(id="db", query="bahn~", alarm=alarm))
    for step, count in enumerate(counts):
        ages = np.sort(rng.uniform(0, 299, count))
        for look in range(looks):
            until = 300 * (look + 1) / looks
            arrived = []
            for age in ages[(ages >= until - 300 / looks) & (ages < until)]:
                number += 1
                at = BEGIN + timedelta(seconds=300 * step + float(age))
                one = hit(number, at, author=f"a{rng.integers(4000)}", tone=None)
                arrived.append(Arrived(number, int(at.timestamp() * 1000), one))
            watch.absorb(arrived)
            now = BEGIN + timedelta(seconds=300 * step + until - 1)
            ids |= {alert.id for alert in watch.evaluate(now)}
    return len(ids)


def test_there_are_as_many_alerts_as_the_budget_says():
    series = [Mentions(rate=0.3).counts(DAYS, seed) for seed in range(4)]
    raised = sum(alarms(counts, "1 a week", seed) for seed, counts in enumerate(series))
    assert 1 / 1.5 <= raised / (len(series) * (DAYS - LEARNED) / 7) <= 1.5


@pytest.mark.parametrize("rate", [0.5, 12.0])
def test_looking_at_open_buckets_adds_hardly_any(rate):
    counts = Mentions(rate=rate).counts(7, seed=8)
    once, often = (alarms(counts, "1 a day", 8, looks) for looks in (1, 5))
    assert once >= 1
    assert abs(often - once) <= 1
