"""How often the detectors cry wolf, how surely and how soon they find something."""

import copy
import random
from dataclasses import replace

import pytest

from streams.alerting.finding import Said, Signal, Step
from streams.alerting.negativity import Negativity
from streams.alerting.newcomers import LEAST_INFLUENCE, Newcomers
from streams.alerting.terms import NewTerms
from tests.streams.alerting.crowd import DAY, Crowd, alarms, calm, counts, poisson, talk
from tests.streams.alerting.test_signals import SIGNALS

AT_MOST_DAYS = 14.0
LEARNING_DAYS = 2.6


def delay(signal: Signal, crowd: Crowd, seed: int, rate: float, begin: int) -> int | None:
    """Steps from the begin until it is told, within six hours."""
    rng = random.Random(seed)
    for at, step in enumerate(talk(rng, counts(rng, begin + 72, rate), crowd)):
        found = signal.update(step)
        if at >= begin and found and found.unusual_days >= AT_MOST_DAYS:
            return at - begin
    return None


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(("rate", "days", "series"), [(0.3, 21, 3), (3.0, 14, 1), (30.0, 4, 1)])
def test_false_alarms_keep_to_the_budget(name, rate, days, series):
    told = [
        alarm
        for seed in range(series)
        for alarm in alarms(SIGNALS[name](), calm(seed, days, rate), AT_MOST_DAYS)
    ]
    budget = series * (days - LEARNING_DAYS) / AT_MOST_DAYS
    assert len(told) <= 1.5 * budget + 1


def test_a_shift_from_a_fifth_to_three_fifths_negative_is_found_at_constant_volume():
    begins = {seed: 5 * DAY + seed * 37 % DAY for seed in range(100, 110)}
    found = [delay(Negativity(), Crowd(s, angry_from=at), s, 5.0, at) for s, at in begins.items()]
    delays = sorted(steps for steps in found if steps is not None)
    assert len(delays) >= 9
    assert delays[len(delays) // 2] <= 45


def test_a_word_in_a_third_of_what_is_said_is_found_within_two_hours():
    begins = {seed: 5 * DAY + seed * 37 % DAY for seed in range(5)}
    found = [delay(NewTerms(), Crowd(s, word_from=at), s, 3.0, at) for s, at in begins.items()]
    assert all(steps is not None and steps <= 24 for steps in found), found


@pytest.fixture(scope="module")
def taught() -> list[Signal]:
    """Detectors of negativity, actors and terms after twelve calm days."""
    signals: list[Signal] = [Negativity(), Newcomers("actor"), NewTerms()]
    for step in calm(1, 12, 1.0):
        for signal in signals:
            signal.update(step)
    return signals


def after(signal: Signal, *batches: tuple[Said, ...]):
    signal = copy.deepcopy(signal)
    return [signal.update(Step(at * 300, said)) for at, said in enumerate(batches)]


def test_an_unknown_tone_is_neither_negative_nor_not(taught):
    rng = random.Random(1)
    unsure = tuple(Crowd(1)(rng, 0)._replace(tone=0) for _ in range(100))
    signal = copy.deepcopy(taught[0])
    signal.update(Step(0, unsure))
    assert signal.hour.toned[-1] == 0
    assert signal.usual == pytest.approx(taught[0].usual)


def test_the_usual_share_is_told_beside_the_one_now(taught):
    rng = random.Random(1)
    angry = tuple(Crowd(1)(rng, 0)._replace(tone=2, author=author) for author in range(1, 61))
    (found,) = after(taught[0], angry)
    assert found.kind == "sentiment"
    assert found.expected == pytest.approx(0.2, abs=0.06)
    assert found.count > 0.7


def test_a_day_of_storm_does_not_become_what_is_usual():
    rng, signal = random.Random(2), Negativity()
    for step in calm(2, 7, 3.0):
        signal.update(step)
    before = signal.usual
    crowd = Crowd(2, angry_from=0, angry=0.9)
    for step in talk(rng, (poisson(rng, 60) for _ in range(DAY)), crowd):
        signal.update(step)
    assert signal.usual < before + 0.15


def test_the_more_influence_a_newcomer_has_the_rarer_it_is(taught):
    rare = []
    for influence in (LEAST_INFLUENCE - 0.1, 40.0, 60.0, 80.0, 100.0):
        (found,) = after(taught[1], (Said(post=1, author=5, influence=influence),))
        rare.append(found.unusual_days if found else 0.0)
    assert rare[0] == 0
    assert rare == sorted(rare)
    assert rare[-1] > AT_MOST_DAYS > rare[1]


def test_who_was_heard_of_is_no_newcomer_whatever_he_says(taught):
    small, big = (Said(post=1, author=5, influence=influence) for influence in (26.0, 95.0))
    first, second, third = after(taught[1], (small,), (big,), (big,))
    assert (first, second, third) == (None, None, None)


def test_nobody_is_no_newcomer_and_unknown_influence_is_not_judged(taught):
    nobody, unknown = Said(post=1, influence=95.0), Said(post=2, author=6)
    assert after(taught[1], (nobody, unknown)) == [None]


def test_an_actor_is_new_again_after_two_months(taught):
    signal = copy.deepcopy(taught[1])
    signal.heard.add(5)
    short = replace(signal.heard, age=3)
    assert 5 in short
    for _ in range(6):
        short.step()
    assert 5 not in short


def test_what_rises_is_told_with_all_its_copies_and_only_that(taught):
    rng = random.Random(3)
    crowd = Crowd(3, word_from=0, word_share=0.5)
    said = [crowd(rng, 1) for _ in range(40)]
    copies = [one._replace(post=one.post + 1) for one in said if "rueckruf" in one.terms]
    (first, *_) = taught[2].rising([*said, *copies])
    assert first.term == "rueckruf"
    assert first.mentions == 2 * len(copies)
    assert first.voices == len({one.author for one in copies})
    assert first.expected < 2
    assert "wort0" not in {one.term for one in taught[2].rising(said, most=50)}


def test_what_rises_is_told_even_in_a_storm_larger_than_all_that_was_said_before():
    young, rng, crowd = NewTerms(), random.Random(5), Crowd(5)
    for step in calm(5, 1, 0.5):
        young.update(step)
    storm = [crowd(rng, 1)._replace(terms=("rueckruf", "wort0")) for _ in range(2_000)]
    assert young.rising([]) == ()
    (first, *_) = young.rising(storm)
    assert first.term == "rueckruf"
    assert 0 < first.expected < first.voices


def test_a_term_of_four_voices_is_no_finding(taught):
    rng = random.Random(4)
    four = tuple(Crowd(4)(rng, 0)._replace(terms=("rueckruf",), author=author) for author in range(1, 5))
    five = (*four, four[0]._replace(post=77, author=77, story=77))
    assert after(taught[2], four) == [None]
    (found,) = after(taught[2], five)
    assert (found.subject, found.count) == ("rueckruf", 5)
