"""The Shitstorm-Skala, the budget, and the first day of a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.budget import days_between
from streams.alerting.settling import new_level, pace_before
from streams.alerting.severity import MOST_WITHOUT_TONE, SCALE, severity
from streams.alerting.surprise import growth_surprise
from streams.errors import UsageError

levels = st.tuples(st.integers(0, 5000), st.floats(0, 1), st.integers(0, 20), st.floats(0, 30))


def test_every_step_of_the_scale_is_reached_by_its_own_row_and_no_less():
    for step in SCALE[2:]:
        row = [step.voices, step.negative_share, step.venues, step.growth]
        assert severity(*row) == step.severity
        for at in (0, 1, 3):
            less = [value * 0.99 if place == at else value for place, value in enumerate(row)]
            assert severity(*less) < step.severity


@given(levels, levels)
def test_more_of_everything_is_never_less_severe(one, other):
    less, more = map(min, one, other), map(max, one, other)
    assert severity(*less) <= severity(*more)


def test_without_the_tone_nobody_speaks_of_a_storm():
    assert severity(10_000, None, 20, 100.0) == MOST_WITHOUT_TONE
    assert severity(10_000, 0.7, 20, 100.0) == 6


def test_praise_is_no_storm():
    assert severity(10_000, 0.05, 20, 100.0) == 1


@pytest.mark.parametrize(
    ("at_most", "days"),
    [("2 a month", 15), ("1 a week", 7), ("3 a day", 1 / 3), ("1 a year", 365), (" 1 A Week ", 7)],
)
def test_a_budget_is_a_return_period(at_most, days):
    assert days_between(at_most) == pytest.approx(days)


@pytest.mark.parametrize("at_most", ["", "0 a month", "two a month", "2 per month", "2 a fortnight"])
def test_another_budget_is_refused(at_most):
    with pytest.raises(UsageError, match="write `at_most"):
        days_between(at_most)


def test_a_steady_pace_has_not_grown_and_a_burst_has():
    steady = list(range(0, 200, 2))
    assert pace_before(steady, 0, 200) is None
    assert pace_before([*steady, *([195] * 40)], 0, 200) == pytest.approx(150, rel=0.1)


def test_nothing_is_said_to_grow_before_there_was_anything_to_compare_with():
    assert pace_before([5] * 1000, 0, 50) is None


def test_a_level_is_replaced_only_by_a_multiple_that_is_certain():
    assert new_level(600, 300, 0.7) == 600
    assert new_level(20, 300, 10) is None
    assert new_level(1, 300, 0.1) is None


def test_growth_is_nought_at_the_same_pace_and_knows_its_sign():
    assert growth_surprise(10, 30, 0.25) == pytest.approx(0)
    assert growth_surprise(30, 30, 0.25) > 0 > growth_surprise(1, 30, 0.25)
    assert growth_surprise(0, 0, 0.5) == 0
