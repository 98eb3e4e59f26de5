"""When a gap is too long for chance, and when nobody can know."""

import copy
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerting.finding import Finding, Said, Step
from streams.alerting.silence import LEAST_GAP_STEPS, NIGHT, NIGHT_HOURS, Silence
from tests.streams.alerting.crowd import DAY, MONDAY, counts, poisson, talk

ONE = (Said(post=1),)


def taught(days: int, rate: float, seed: int = 1) -> Silence:
    """A series of so many posts a step, busier by day."""
    silence, rng = Silence(), random.Random(seed)
    for step in talk(rng, counts(rng, days * DAY, rate), lambda *_: ONE[0]):
        silence.update(step)
    return silence


def quiet(silence: Silence, first: int, steps: int, **parts) -> list[Finding]:
    """What it finds in a gap that begins with that step."""
    silence, found = copy.deepcopy(silence), []
    for at in range(first, first + steps):
        start = MONDAY + at * 300
        step = Step(start, **{"complete_until": start + 300, **parts})
        if one := silence.update(step):
            found.append(one)
    return found


@pytest.fixture(scope="module")
def busy() -> Silence:
    return taught(15, 3.0)


NOON = 15 * DAY + 144


@pytest.mark.parametrize(("rate", "within"), [(0.05, 200), (0.3, 60), (3.0, 15), (30.0, 15)])
def test_the_busier_a_series_the_sooner_its_silence_is_told(rate, within):
    found = quiet(taught(15, rate), NOON, within)
    assert max(one.unusual_days for one in found) >= 14


def test_a_longer_silence_is_rarer(busy):
    days = [one.unusual_days for one in quiet(busy, NOON, 40)]
    assert days == sorted(days)


def test_less_than_an_hour_is_never_told(busy):
    found = quiet(busy, NOON, LEAST_GAP_STEPS + 1)
    assert len(found) == 2


@pytest.mark.parametrize("complete_until", [None, MONDAY])
def test_a_source_that_is_down_late_or_unknown_is_not_silent(busy, complete_until):
    assert quiet(busy, NOON, 500, complete_until=complete_until) == []


def test_what_was_missed_during_an_outage_is_not_held_against_the_source(busy):
    silence = copy.deepcopy(busy)
    for at in range(500):
        silence.update(Step(MONDAY + (NOON + at) * 300))
    assert silence.missed <= busy.missed
    assert silence.level == busy.level


def test_a_series_of_less_than_one_mention_a_day_is_never_silent():
    silence, rng = Silence(), random.Random(3)
    for step in talk(rng, (poisson(rng, 0.5 / DAY) for _ in range(30 * DAY)), lambda *_: ONE[0]):
        silence.update(step)
    assert quiet(silence, 30 * DAY, 30 * DAY) == []


def test_the_night_counts_for_little_even_before_two_weeks_are_known():
    silence = taught(3, 1.0)
    by_hour = {hour: silence.expected(MONDAY + (4 * 24 + hour) * 3600) for hour in range(24)}
    day = [by_hour[hour] for hour in by_hour if hour not in NIGHT_HOURS]
    assert max(by_hour[hour] for hour in NIGHT_HOURS) <= 2 * NIGHT * min(day)


def test_the_hours_of_the_week_are_learned():
    silence = Silence()
    for at in range(28 * DAY):
        open_hours = at // DAY % 7 < 5 and 9 <= at % DAY // 12 < 17
        said = ONE * (2 if open_hours else 0)
        silence.update(Step(MONDAY + at * 300, said, complete_until=2**40))
    monday, sunday = 28 * DAY + 10 * 12, 34 * DAY + 10 * 12
    assert silence.expected(MONDAY + monday * 300) > 1
    assert silence.expected(MONDAY + sunday * 300) < 0.3
    weekend = quiet(silence, 33 * DAY, 2 * DAY)
    assert all(one.unusual_days < 14 for one in weekend)


def false_alarms(rates: Iterable[float], days: int) -> int:
    told = 0
    for seed, rate in enumerate(rates):
        silence, rng, last = Silence(), random.Random(seed), -DAY
        for at, step in enumerate(talk(rng, counts(rng, days * DAY, rate), lambda *_: ONE[0])):
            found = silence.update(step)
            if found and found.unusual_days >= 14 and at - last > DAY:
                told, last = told + 1, at
    return told


def test_false_alarms_of_slow_series_keep_to_the_budget():
    assert false_alarms([0.02, 0.05, 0.1, 0.2], 42) <= 1.5 * 4 * 39.4 / 14


@settings(max_examples=50, deadline=None)
@given(gaps=st.lists(st.integers(0, 30), min_size=1, max_size=20))
def test_a_post_ends_every_gap(busy, gaps):
    silence, at = copy.deepcopy(busy), NOON
    for gap in gaps:
        for said in (*[()] * gap, ONE):
            silence.update(Step(MONDAY + at * 300, said, complete_until=2**40))
            at += 1
        assert (silence.missed, silence.gap) == (0, 0)
