"""A backtest is the watch in simulated time: what it tells is what would have been told."""

from datetime import timedelta

import numpy as np
import pytest

from streams.alerting.backtest import backtest
from streams.errors import UsageError
from streams.hit import Hit
from streams.subscription import Alarm, Subscription
from tests.streams.alerting.scene import START, hit
from tests.streams.alerting.synthetic import Mentions, crisis

DAYS = 12
CRISIS = 8 * 288 + 120
SUBSCRIPTION = Subscription(id="db", query="bahn~", alarm=Alarm(at_most="2 a month", kinds=("volume",)))
SINCE = START.replace(minute=0, second=0) - timedelta(days=DAYS)


def hits(counts, authors: int = 3000, mode: str = "backfill") -> list[Hit]:
    """So many posts in each five minutes, by so many authors."""
    rng, made = np.random.default_rng(2), []
    for step, count in enumerate(counts):
        for secs in rng.uniform(0, 300, int(count)):
            at = SINCE + timedelta(seconds=300 * step + float(secs))
            author = f"a{rng.integers(authors)}"
            made.append(hit(len(made), at, author=author, mode=mode))
    return made


@pytest.fixture(scope="module")
def stormy() -> list[Hit]:
    return hits(crisis(Mentions(rate=0.4, bursts=0.0), DAYS, 3, times=40, begin=CRISIS))


def run(given, **alarm):
    subscription = Subscription(id="db", query="bahn~", alarm=Alarm(kinds=("volume",), **alarm))
    return backtest(subscription, given, SINCE, SINCE + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def done(stormy):
    return run(stormy)


def test_a_crisis_of_the_past_is_found_where_it_was_and_how_bad(done):
    begin = SINCE + timedelta(seconds=300 * CRISIS)
    found = [one for one in done.alerts if abs(one.since - begin) <= timedelta(hours=1)]
    assert len(found) == 1
    assert found[0].since <= found[0].opened_at <= begin + timedelta(hours=1)
    assert found[0].closed_at
    assert begin + timedelta(hours=6) <= found[0].closed_at <= begin + timedelta(hours=9)
    assert found[0].severity >= 3
    assert found[0].unusual_days >= 15
    assert len(done.alerts) <= 4


def test_it_says_how_the_budget_is_kept(stormy):
    done = run(stormy, at_most="1 a week")
    assert done.mentions == len(stormy)
    assert 2.5 <= done.learning_days <= 3
    assert done.budget.at_most == "1 a week"
    assert done.budget.expected_a_month == pytest.approx(30 / 7, abs=0.01)
    assert 8 <= done.budget.watched_days <= DAYS - 2.5
    assert done.budget.past >= 1
    assert done.budget.threshold < run(stormy, at_most="1 a year").budget.threshold


def test_a_smaller_budget_never_raises_more(stormy):
    many, few = run(stormy, at_most="1 a day"), run(stormy, at_most="1 a year")
    assert len(many.alerts) > len(few.alerts) >= 1


def test_one_loud_account_would_have_raised_nothing():
    counts = np.zeros(DAYS * 288, dtype=int)
    counts[::20] = 1
    counts[CRISIS : CRISIS + 12] = 40
    assert run(hits(counts, authors=3)).alerts == ()


def test_without_a_past_nothing_is_found():
    done = run([])
    assert (done.mentions, done.alerts, done.since) == (0, (), SINCE)


def test_whether_it_was_live_or_read_in_makes_no_difference(stormy, done):
    live = [
        Hit(**{**{n: getattr(one, n) for n in Hit.__dataclass_fields__}, "mode": "live"}) for one in stormy
    ]
    assert run(live[::-1]) == done


def test_a_budget_that_cannot_be_read_is_refused(stormy):
    with pytest.raises(UsageError, match="write `at_most"):
        run(stormy, at_most="often")
