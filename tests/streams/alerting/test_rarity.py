"""How rare a score is for its own series: shrunk, bounded, rising, and never judged by what comes later."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.detector import MAX_DAYS, STEPS_A_DAY, WARM_UP
from streams.alerting.rarity import FLOOR, KEPT_DAYS, Highs, model_days

SCORES = st.floats(-9, 30)
SERIES = st.lists(st.tuples(st.integers(1, 2000), SCORES), max_size=60)
DAY = STEPS_A_DAY


def noted(series: list[tuple[int, float]]) -> tuple[Highs, int]:
    """Highs after so many (steps later, score), and the last step."""
    highs, step = Highs(), WARM_UP
    for later, score in series:
        step += later
        highs.note(step, score)
    return highs, step


def with_highs(every_days: float, score: float) -> Highs:
    return noted([(int(every_days * DAY), score)] * int(KEPT_DAYS / every_days))[0]


NOW = WARM_UP + (KEPT_DAYS + 1) * DAY


@given(SERIES, SCORES, SCORES)
def test_a_higher_score_is_never_less_rare(series, one, other):
    highs, step = noted(series)
    low, high = sorted((one, other))
    assert highs.days(low, step) <= highs.days(high, step) <= MAX_DAYS


@given(SERIES, st.floats(0.5, 3000))
def test_the_threshold_is_the_score_of_that_rarity(series, days):
    highs, step = noted(series)
    assert highs.days(highs.threshold(days, step), step) == pytest.approx(days)


@given(SERIES, st.floats(1, 365))
def test_the_threshold_stays_within_bounds(series, days):
    highs, step = noted(series)
    model = Highs().threshold(days, WARM_UP)
    assert model - 1.0 <= highs.threshold(days, step) <= max(3.2 * model, model + 2.0)


@given(SERIES)
def test_little_is_remembered(series):
    highs, _ = noted(series)
    assert len(highs.kept) <= KEPT_DAYS + 1
    assert all(high.score > FLOOR for high in highs.kept)
    assert all(b.step - a.step > 0 for a, b in zip(highs.kept, highs.kept[1:], strict=False))


@pytest.mark.parametrize("score", [-0.4, 0.0, 0.33, 1.0, 2.0])
def test_without_history_the_models_word_holds(score):
    assert Highs().days(score, WARM_UP) == pytest.approx(model_days(score))


def test_a_restless_series_must_score_higher_and_a_calm_one_lower():
    model = Highs().threshold(15, WARM_UP)
    assert with_highs(1.5, 0.8).threshold(15, NOW) > model + 0.3
    assert Highs().threshold(15, NOW) < model


def test_with_a_full_history_the_budget_is_what_it_would_have_raised():
    exponential = [FLOOR + 0.6 * -log((number * 11 % 28 + 0.5) / 28) for number in range(28)]
    highs, step = noted([(DAY + 1, score) for score in exponential])
    for days, least, most in ((7, 2, 6), (14, 1, 4)):
        assert least <= highs.past(highs.threshold(days, step + DAY)) <= most


def test_what_goes_on_does_not_raise_its_own_bar():
    highs, step = noted([(4 * DAY, 0.5)] * 5)
    before = highs.threshold(15, step + 10)
    for number in range(200):
        highs.note(step + 10 + number, 0.6 + number / 100)
        assert highs.threshold(15, step + 10 + number) == pytest.approx(before, abs=0.05)


def test_one_storm_is_one_high_and_does_not_hide_the_next():
    calm = with_highs(4, 0.2)
    stormy = with_highs(4, 0.2)
    for number in range(72):
        stormy.note(NOW - 3 * DAY + number, 25.0)
    assert len(stormy.kept) <= len(calm.kept) + 1
    assert stormy.threshold(15, NOW) < calm.threshold(15, NOW) + 0.5


def test_highs_older_than_four_weeks_are_forgotten():
    highs = with_highs(2, 0.5)
    assert highs.days(0.5, NOW + 40 * DAY) > highs.days(0.5, NOW)
    highs.note(NOW + 60 * DAY, 0.1)
    assert len(highs.kept) == 1
