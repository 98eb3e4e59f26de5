"""The Shitstorm-Skala, the budget, and the first day of a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.budget import SHARES, days_between, rare_days
from streams.alerting.settling import new_level, pace_before
from streams.alerting.severity import MOST_WITHOUT_TONE, SCALE, Measures, Step, severity
from streams.alerting.surprise import growth_surprise
from streams.errors import UsageError
from streams.subscription import ALARM_KINDS, Alarm


def measures(step: Step) -> Measures:
    return Measures(*(getattr(step, name) for name in Measures._fields))


levels = st.builds(
    Measures,
    st.integers(0, 5000),
    st.floats(0, 1),
    st.integers(0, 20),
    st.integers(0, 5),
    st.integers(0, 8),
    st.floats(0, 100),
    st.floats(0, 30),
)


def test_every_step_of_the_scale_is_reached_by_its_own_row_and_no_less():
    for step in SCALE[2:]:
        row = measures(step)
        assert severity(row).step == step.severity
        for name, value in row._asdict().items():
            if value > getattr(SCALE[step.severity - 1], name):
                assert severity(row._replace(**{name: value * 0.99})).step < step.severity


@given(levels, levels)
def test_more_of_everything_is_never_less_severe(one, other):
    less, more = (Measures(*map(least, one, other)) for least in (min, max))
    assert severity(less).step <= severity(more).step


@given(levels, st.sets(st.sampled_from(Measures._fields[1:-1])))
def test_the_step_is_the_lowest_of_its_parts_and_what_is_not_known_is_no_part(given, unknown):
    found = severity(given._replace(**dict.fromkeys(unknown)))
    assert set(found.parts) == set(Measures._fields) - unknown
    least = min(found.parts.values())
    assert found.step == (min(least, MOST_WITHOUT_TONE) if "negative_share" in unknown else least)
    assert all(found.parts[name] == severity(given).parts[name] for name in found.parts)


STORM = Measures(10_000, 0.7, 20, 5, 9, 90.0, 100.0)


def test_without_the_tone_nobody_speaks_of_a_storm():
    assert severity(STORM._replace(negative_share=None)).step == MOST_WITHOUT_TONE
    assert severity(STORM).step == 6


def test_praise_is_no_storm():
    assert severity(STORM._replace(negative_share=0.05)).step == 1


def test_one_network_alone_is_a_breeze_and_papers_make_it_more():
    assert severity(STORM._replace(kinds=1, venues=2)).step == 3
    assert severity(STORM._replace(news=0)).step == 3
    assert severity(STORM._replace(news=1)).step == 4


@pytest.mark.parametrize(
    ("at_most", "days"),
    [("2 a month", 15), ("1 a week", 7), ("3 a day", 1 / 3), ("1 a year", 365), (" 1 A Week ", 7)],
)
def test_a_budget_is_a_return_period(at_most, days):
    assert days_between(at_most) == pytest.approx(days)


@given(st.sets(st.sampled_from(ALARM_KINDS), min_size=1))
def test_all_kinds_together_keep_to_the_budget(kinds):
    alarm = Alarm(at_most="2 a month", kinds=tuple(kinds))
    assert sum(30 / rare_days(alarm, kind) for kind in kinds) == pytest.approx(2)


def test_volume_has_the_largest_share_and_all_of_it_alone():
    assert sum(SHARES.values()) == pytest.approx(1)
    assert max(SHARES, key=SHARES.get) == "volume"
    assert rare_days(Alarm(at_most="1 a week", kinds=("volume",)), "volume") == pytest.approx(7)


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
