"""The alarm budget, on invented series of three sizes: met within a factor of 1.5, and no crisis is missed for it."""

from collections.abc import Iterator
from functools import cache

import pytest

from streams.alerting.budget import days_between
from streams.alerting.detector import COOL_DOWN, STEPS_A_DAY, WARM_UP, Detector
from streams.alerting.rarity import Highs
from tests.streams.alerting.synthetic import Mentions, crisis

RATES = (0.3, 3.0, 30.0)
SERIES, DAYS = 5, 63


@cache
def scores(rate: float, seed: int) -> list[float]:
    detector = Detector()
    return [detector.update(float(count)).score for count in Mentions(rate=rate).counts(DAYS, seed)]


def alarms(series: list[float], days: float) -> Iterator[int]:
    """The steps at which it alarms: rare enough by what came before, and once a day."""
    highs, last = Highs(), -COOL_DOWN - 1
    for step, score in enumerate(series):
        if step >= WARM_UP and highs.days(score, step) >= days and step - last > COOL_DOWN:
            last = step
            yield step
        highs.note(step, score)


@pytest.mark.parametrize("at_most", ["1 a week", "2 a month"])
@pytest.mark.parametrize("rate", RATES)
def test_there_are_as_many_alarms_as_the_budget_says(rate, at_most):
    days = days_between(at_most)
    raised = sum(len(list(alarms(scores(rate, seed), days))) for seed in range(SERIES))
    budgeted = SERIES * (DAYS - WARM_UP / STEPS_A_DAY) / days
    assert 1 / 1.5 <= raised / budgeted <= 1.5


@pytest.mark.parametrize("rate", RATES)
def test_a_tenfold_crisis_is_found(rate):
    found = runs = 0
    for seed in range(4):
        detector, highs, counts = Detector(), Highs(), Mentions(rate=rate).counts(28, seed + 50)
        for step, count in enumerate(counts):
            if step > 21 * STEPS_A_DAY and step % 120 == 0:
                runs += 1
                found += is_found(detector.copy(), highs, crisis_counts(rate, seed + runs, step))
            highs.note(step, detector.update(float(count)).score)
    assert runs >= 60
    assert found / runs >= 0.95


def crisis_counts(rate: float, seed: int, step: int) -> list[float]:
    """The six hours of a crisis that begins at that time of the week."""
    begin = step % (7 * STEPS_A_DAY)
    return [float(n) for n in crisis(Mentions(rate=rate), 8, seed, times=10, begin=begin)[begin : begin + 72]]


def is_found(detector: Detector, highs: Highs, counts: list[float]) -> bool:
    """Whether one of the counts is as rare as twice a month."""
    return any(
        highs.days(detector.update(n).score, detector.steps) >= days_between("2 a month") for n in counts
    )


@pytest.mark.parametrize("rate", RATES)
def test_the_invented_series_are_what_they_claim(rate):
    calm = Mentions(rate=rate, bursts=0.0).counts(280, 1)
    assert calm.mean() == pytest.approx(rate, rel=0.1)
    assert calm.var() > 1.1 * rate
    begin = 3000
    stormy = crisis(Mentions(rate=rate, bursts=0.0), 14, 1, times=10, begin=begin)
    assert 8 * rate < stormy[begin + 6 : begin + 72].mean() < 13 * rate
