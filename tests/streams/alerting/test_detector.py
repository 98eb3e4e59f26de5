"""The detector: what the study measured, said again in code that can be read."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerting.detector import WARM_UP, Detector
from streams.alerting.surprise import poisson_surprise
from streams.codec import decode, encode

REFERENCE = json.loads((Path(__file__).parent / "detector_reference.json").read_text())


@pytest.fixture(scope="module")
def taught() -> Detector:
    """A detector that has seen ten calm days of about four posts a step."""
    rng, detector = random.Random(4), Detector()
    for _ in range(2880):
        detector.update(sum(rng.random() < 0.04 for _ in range(100)))
    return detector


def test_scores_and_alarms_equal_those_of_the_reference_implementation():
    detector = Detector()
    scores = [detector.update(count) for count in REFERENCE["counts"]]
    for step, expected in REFERENCE["scores"].items():
        assert scores[int(step)].score == pytest.approx(expected, abs=2e-5)
    assert [step for step, score in enumerate(scores) if score.alarm] == REFERENCE["alarms"]


def test_a_score_never_depends_on_what_comes_later():
    counts = REFERENCE["counts"][:400]
    one, other = Detector(), Detector()
    before = [one.update(count) for count in counts], [other.update(count) for count in counts]
    one.update(0)
    other.update(10_000)
    assert before[0] == before[1]


def test_nothing_alarms_during_the_warm_up(taught):
    detector = Detector()
    assert not any(detector.update(5000 if step % 40 == 39 else 1).alarm for step in range(WARM_UP))
    assert taught.copy().update(5000).alarm


def test_a_second_alarm_within_a_day_is_held_back(taught):
    detector = taught.copy()
    assert detector.update(300).alarm
    again = detector.update(3000)
    assert again.score > 0
    assert not again.alarm


def test_a_restored_detector_goes_on_as_if_nothing_had_happened(taught):
    value = encode(taught)
    assert len(value) <= 8192
    restored = decode(Detector, value)
    assert restored.update(70) == taught.copy().update(70)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 10**6), fraction=st.floats(0, 1))
def test_a_peek_changes_nothing(taught, count, fraction):
    before = encode(taught)
    taught.peek(count, fraction)
    assert encode(taught) == before


def test_a_peek_at_a_whole_step_equals_the_update(taught):
    for count in (0, 4, 30, 400):
        peeked, updated = taught.peek(count, 1.0), taught.copy().update(count)
        assert peeked == pytest.approx(updated)


def test_a_burst_is_seen_before_its_step_ends(taught):
    assert taught.peek(80, 0.05).alarm


def test_a_handful_of_posts_in_the_first_seconds_of_a_step_does_not_alarm(taught):
    assert not taught.peek(6, 0.01).alarm


def test_more_posts_never_lower_the_score(taught):
    scores = [taught.peek(count, 0.5).score for count in range(0, 500, 5)]
    assert scores == sorted(scores)


def test_surprise_is_nought_where_the_count_is_as_expected():
    assert poisson_surprise(7, 7) == 0
    assert poisson_surprise(0, 2) == pytest.approx(-2)
    assert poisson_surprise(8, 2) > 0 > poisson_surprise(1, 2)


def test_the_level_follows_a_new_normal_at_once_when_told_so(taught):
    detector = taught.copy()
    assert detector.peek(600).score > 0
    detector.relevel(600)
    assert detector.peek(620).score < 0
    assert detector.peek(1400).alarm
