"""The life of an alert, told by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from streams.alerting.episodes import (
    CLOSES_AFTER,
    EASES_AFTER,
    WORSENS_AFTER,
    Episode,
    Figures,
    acknowledge,
    close,
    follow,
    measure,
    merge,
    note,
    open_episode,
    snooze,
)
from streams.errors import UsageError
from tests.streams.alerting.scene import BAHN, START

FIGURES = Figures(
    severity=2, count=40, expected=4.0, voices=30, stories=9, negative_share=0.5, unusual_days=40.0
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def episode() -> Episode:
    return open_episode(BAHN, START, FIGURES, START + MINUTE)


def test_the_id_follows_from_subscription_kind_and_begin(episode):
    again = open_episode(BAHN, START, replace(FIGURES, count=99), START + 5 * MINUTE)
    assert episode.alert.id == again.alert.id == "db-volume-20261115T0903Z"
    assert open_episode(BAHN, START + 5 * MINUTE, FIGURES, START).alert.id != episode.alert.id


def test_nothing_new_is_the_same_object(episode):
    assert follow(episode, FIGURES, START + 2 * MINUTE) is episode


def test_figures_grow_without_a_revision(episode):
    later = follow(episode, replace(FIGURES, count=50), START + 2 * MINUTE)
    assert (later.alert.count, later.alert.revision) == (50, 1)


def test_it_worsens_step_by_step_no_oftener_than_every_five_minutes(episode):
    worse = replace(FIGURES, severity=3)
    assert follow(episode, worse, START + 2 * MINUTE).alert.severity == 2
    later = follow(episode, worse, START + MINUTE + WORSENS_AFTER)
    assert (later.alert.severity, later.alert.revision) == (3, 2)


def test_two_steps_up_are_told_at_once(episode):
    assert follow(episode, replace(FIGURES, severity=4), START + 2 * MINUTE).alert.severity == 4


def test_it_eases_only_after_an_hour_on_a_lower_step(episode):
    easier = replace(FIGURES, severity=1)
    first = follow(episode, easier, START + 2 * MINUTE)
    assert first.alert.severity == 2
    interrupted = follow(first, FIGURES, START + 30 * MINUTE)
    assert follow(interrupted, easier, START + 2 * MINUTE + EASES_AFTER).alert.severity == 2
    eased = follow(first, easier, START + 2 * MINUTE + EASES_AFTER)
    assert (eased.alert.severity, eased.alert.revision) == (1, 2)


def test_it_closes_after_unbroken_calm_only(episode):
    calm = replace(FIGURES, calm=True)
    first = follow(episode, calm, START + 2 * MINUTE)
    broken = follow(first, FIGURES, START + 20 * MINUTE)
    assert follow(broken, calm, START + 2 * MINUTE + CLOSES_AFTER["volume"]).alert.state == "open"
    closed = follow(first, calm, START + 2 * MINUTE + CLOSES_AFTER["volume"]).alert
    assert (closed.state, closed.severity, closed.closed_at) == (
        "closed",
        0,
        START + 2 * MINUTE + CLOSES_AFTER["volume"],
    )


def test_a_persons_word_says_who_when_and_why(episode):
    alert = acknowledge(episode.alert, by="anna", now=START + 2 * MINUTE, note="press release at ten")
    change = alert.history[-1]
    assert (alert.state, alert.revision) == ("acknowledged", 2)
    assert (change.by, change.at, change.note) == ("anna", START + 2 * MINUTE, "press release at ten")


def test_a_note_is_remembered_and_changes_nothing_else(episode):
    noted = note(episode.alert, by="anna", now=START + 2 * MINUTE, note="called the agency")
    assert (noted.state, noted.severity, noted.history[-1].note) == ("open", 2, "called the agency")


def test_a_snoozed_alert_opens_again_when_its_time_is_over(episode):
    until = START + 60 * MINUTE
    snoozed = Episode(alert=snooze(episode.alert, until=until, by="anna", now=START + 2 * MINUTE))
    assert follow(snoozed, FIGURES, START + 59 * MINUTE).alert.state == "snoozed"
    assert follow(snoozed, FIGURES, until).alert.state == "open"


def test_what_is_closed_or_past_cannot_be_changed(episode):
    closed = close(episode.alert, by="anna", now=START)
    with pytest.raises(UsageError, match="is closed; only an open one can be changed"):
        acknowledge(closed, by="anna", now=START)
    with pytest.raises(UsageError, match="lies in the past; write a later time"):
        snooze(episode.alert, until=START, by="anna", now=START)


def test_of_two_that_grew_apart_nothing_is_lost(episode):
    ours = follow(episode, replace(FIGURES, severity=4), START + 2 * MINUTE).alert
    theirs = acknowledge(episode.alert, by="anna", now=START + 3 * MINUTE)
    merged = merge(ours, theirs)
    assert (merged.state, merged.severity, merged.revision) == ("acknowledged", 4, 3)
    assert set(merged.history) == {*ours.history, *theirs.history}


def test_the_newer_of_two_is_taken_as_it_is(episode):
    theirs = acknowledge(episode.alert, by="anna", now=START + 3 * MINUTE)
    assert merge(episode.alert, theirs) is theirs
    assert merge(theirs, episode.alert) is theirs


def test_closed_stays_closed_whoever_closed_it(episode):
    closed = close(episode.alert, by=None, now=START + 2 * MINUTE)
    acknowledged = acknowledge(episode.alert, by="anna", now=START + 3 * MINUTE)
    assert merge(closed, acknowledged).state == merge(acknowledged, closed).state == "closed"


def test_a_measure_is_marked_with_when_and_by_whom_and_is_no_news(episode):
    now = START + 9 * MINUTE
    marked = measure(episode.alert, at=START + 5 * MINUTE, measure="Stellungnahme", by="anna", now=now)
    [effect] = marked.effects
    assert (effect.at, effect.measure, effect.by, effect.change) == (
        START + 5 * MINUTE,
        "Stellungnahme",
        "anna",
        None,
    )
    assert (marked.state, marked.revision, marked.history[-1].note) == ("open", 2, "Stellungnahme")
    for at in (START - MINUTE, now + MINUTE):
        with pytest.raises(UsageError, match="write a time between 2026-11-15T09:03:20Z and now"):
            measure(episode.alert, at=at, measure="x", by="anna", now=now)


def test_of_two_that_grew_apart_each_measure_stays_with_the_figures_we_have(episode):
    now = START + 9 * MINUTE
    marked = measure(episode.alert, at=START + MINUTE, measure="a", by="anna", now=now)
    known = replace(marked, effects=(replace(marked.effects[0], change=0.5),))
    ours = follow(replace(episode, alert=known), replace(FIGURES, severity=5), now).alert
    theirs = measure(marked, at=START + 2 * MINUTE, measure="b", by="anna", now=now)
    merged = merge(ours, theirs)
    assert [(one.measure, one.change) for one in merged.effects] == [("a", 0.5), ("b", None)]
