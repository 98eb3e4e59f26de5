"""What followed a measure: the interval covers the truth as often as it says, and the usual evening is no effect."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alert import Effect
from streams.alerting.effect import LEAST_STEPS, Step, grows, measured, stretches

AT = datetime(2026, 11, 15, 12, 2, tzinfo=UTC)
MARKED = Effect(at=AT, measure="statement published", by="anna")


def drawn(chance: random.Random, mean: float) -> int:
    """A Poisson count."""
    count, waited = 0, chance.expovariate(1)
    while waited < mean:
        count += 1
        waited += chance.expovariate(1)
    return count


def side(
    chance: random.Random, steps: int, rate: float, *, rough: float = 0.0, lasting: float = 0.0
) -> list[Step]:
    """Counts around a rate; `rough`: spread of its logarithm, of which so much is `lasting` from step to step."""
    found, wave = [], chance.gauss(0, rough)
    for _ in range(steps):
        wave = lasting * wave + chance.gauss(0, rough) * (1 - lasting**2) ** 0.5
        found.append(Step(drawn(chance, rate * 2.718 ** (wave - rough**2 / 2)), 2.0))
    return found


@pytest.mark.parametrize(
    ("true", "rough", "lasting"), [(1.0, 0, 0), (0.3, 0, 0), (2.0, 0.3, 0), (0.5, 0.3, 0.5)], ids=str
)
def test_the_interval_covers_the_truth_nearly_as_often_as_it_says(true, rough, lasting):
    chance, covered, runs = random.Random(7), 0, 400
    for _ in range(runs):
        before = side(chance, 36, 10.0, rough=rough, lasting=lasting)
        effect = measured(MARKED, before, side(chance, 36, 10.0 * true, rough=rough, lasting=lasting))
        covered += effect.low <= true <= effect.high
    assert 0.90 <= covered / runs <= 0.99


def test_what_falls_as_the_usual_does_is_no_effect():
    effect = measured(MARKED, [Step(24, 12.0)] * 12, [Step(4, 2.0)] * 12)
    assert effect.change == pytest.approx(1, abs=0.02)
    assert (effect.before, effect.after, effect.expected) == (288, 48, 24)


def test_the_tone_before_and_after_is_known_where_any_tone_is():
    effect = measured(MARKED, [Step(4, 1.0, 3, 4)] * 3, [Step(4, 1.0)] * 3)
    assert (effect.negative_before, effect.negative_after) == (0.75, None)


def test_nothing_is_compared_too_early():
    short = [Step(5, 1.0)] * (LEAST_STEPS - 1)
    assert measured(MARKED, short, short * 9) == measured(MARKED, short * 9, short) == MARKED


def test_more_steps_make_the_interval_narrower_and_lasting_waves_wider():
    def width(before, after):
        effect = measured(MARKED, before, after)
        return effect.high / effect.low

    chance = random.Random(1)
    calm = side(chance, 144, 10.0)
    assert width(calm, calm) < width(calm[:12], calm[:12])
    waves = side(chance, 144, 10.0, rough=0.5, lasting=0.8)
    assert width(waves, waves) > 1.5 * width(calm, calm)


STEPS = st.lists(
    st.builds(Step, st.integers(0, 10**6), st.floats(0, 1e6, allow_subnormal=False)),
    min_size=LEAST_STEPS,
    max_size=40,
)


@given(STEPS, STEPS)
def test_any_counts_give_an_interval_around_the_ratio(before, after):
    effect = measured(MARKED, before, after)
    assert 0 <= effect.low <= effect.change <= effect.high


def test_the_step_of_the_measure_belongs_to_neither_side():
    before, after = stretches(AT, AT - timedelta(hours=2), AT + timedelta(hours=1))
    number = int(AT.timestamp() // 300)
    assert (before.first, before.last) == (number - 24, number - 1)
    assert (after.first, after.last) == (number + 1, number + 11)


def test_both_sides_last_a_day_at_most_and_the_one_before_a_quarter_of_an_hour_at_least():
    week = timedelta(days=7)
    before, after = stretches(AT, AT - week, AT + week)
    assert (before.last - before.first + 1, after.last - after.first + 1) == (288, 288)
    before, _ = stretches(AT, AT, AT)
    assert before.last - before.first + 1 == LEAST_STEPS
    assert grows(MARKED, AT + timedelta(hours=24))
    assert not grows(MARKED, AT + timedelta(hours=25))
