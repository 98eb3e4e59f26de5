"""Which notifications an alert calls for."""

from dataclasses import replace
from datetime import timedelta

from streams.alert import Alert, Change
from streams.alerting.episodes import acknowledge, close, note, snooze
from streams.alerting.telling import Told, due, last_change, together
from streams.notification import Notification
from streams.subscription import Alarm
from streams.testing.notifier_checks import ALERT, NOON

LOG, MAIL = "log:", "mailto:presse@example.org"
OPENED = replace(ALERT, alarm=Alarm(notify=(LOG, MAIL)), history=(Change(at=NOON, state="open", severity=3),))
LATER = NOON + timedelta(minutes=10)


def severity_is(alert: Alert, severity: int) -> Alert:
    change = Change(at=LATER, state=alert.state, severity=severity)
    return replace(alert, severity=severity, revision=alert.revision + 1, history=(*alert.history, change))


def told(*notifications: Notification) -> dict[str, Told]:
    return {one.id: Told(state="told", revision=one.alert.revision) for one in notifications}


def due_now(alert: Alert, before: dict[str, Told] | None = None) -> list[Notification]:
    return due(alert, before or {}, LATER)


def test_each_recipient_is_told_once_a_revision():
    first = due_now(OPENED)
    assert [one.recipient for one in first] == [LOG, MAIL]
    assert due_now(OPENED, told(*first)) == []
    assert due_now(replace(OPENED, count=999), told(*first)) == []
    assert len(due_now(severity_is(OPENED, 4), told(*first))) == 2


def test_what_was_given_up_is_not_tried_for_ever():
    [log, mail] = due_now(OPENED)
    assert due_now(OPENED, {**told(log), mail.id: Told(state="given_up", attempts=9)}) == []


def test_a_recipient_named_twice_is_told_once():
    assert len(due_now(replace(OPENED, alarm=Alarm(notify=(LOG, LOG))))) == 1


def test_below_the_wanted_severity_nobody_is_told_until_it_worsens():
    quiet = replace(OPENED, alarm=replace(OPENED.alarm, min_severity=4))
    assert due_now(quiet) == due_now(close(quiet, by=None, now=LATER)) == []
    assert len(due_now(severity_is(quiet, 4))) == 2


def test_who_was_told_of_a_beginning_is_told_of_easing_and_the_end():
    before = told(*due_now(OPENED))
    eased = severity_is(replace(OPENED, alarm=replace(OPENED.alarm, min_severity=3)), 1)
    assert last_change(eased).happening == "eased"
    assert len(due_now(eased, before)) == len(due_now(close(eased, by=None, now=LATER), before)) == 2


def test_a_note_neither_hides_what_was_not_told_nor_repeats_what_was():
    noted = note(note(OPENED, by="anna", now=LATER, note="hm"), by="anna", now=LATER, note="aha")
    first = due_now(noted)
    assert [one.id for one in first] == [one.id for one in due_now(OPENED)]
    assert due_now(noted, told(*first)) == []


def test_a_snoozed_alert_is_silent():
    snoozed = snooze(OPENED, until=LATER, by="anna", now=NOON)
    assert due_now(snoozed) == due_now(severity_is(snoozed, 5)) == []


def test_the_clock_of_an_escalation_starts_when_the_alert_can_be_told():
    alarm = Alarm(escalate_after=30, escalate_to=(MAIL,), min_severity=4)
    alert = severity_is(replace(OPENED, alarm=alarm), 4)
    almost = LATER + timedelta(minutes=29)
    assert due(alert, {}, almost) == []
    assert [one.occasion for one in due(alert, {}, almost + timedelta(minutes=1))] == ["escalation"]


def test_in_quiet_hours_it_starts_with_their_end():
    alarm = Alarm(escalate_after=30, escalate_to=(MAIL,), quiet="12:00-14:00", timezone="UTC")
    alert = replace(OPENED, alarm=alarm)
    assert due(alert, {}, NOON + timedelta(minutes=149)) == []
    assert len(due(alert, {}, NOON + timedelta(minutes=150))) == 1


def test_an_alert_that_is_taken_care_of_is_not_escalated():
    alarm = Alarm(escalate_after=1, escalate_to=(MAIL,))
    for alert in (
        acknowledge(replace(OPENED, alarm=alarm), by="anna", now=NOON),
        close(replace(OPENED, alarm=alarm), by=None, now=NOON),
    ):
        assert due(alert, {}, NOON + timedelta(days=1)) == []


def test_only_what_was_over_before_somebody_heard_of_it_is_told_in_one():
    known = close(OPENED, by=None, now=LATER)
    unknown = [replace(known, id=id) for id in "ab"]
    before = told(*due_now(OPENED))
    found = together([one for alert in (known, *unknown) for one in due_now(alert, before)], before)
    assert [(one.occasion, len(one.alerts)) for one in found] == [("change", 1)] * 2 + [("missed", 2)] * 2
    missed = found[-1]
    assert set(missed.settles) == {
        one.id for a in unknown for one in due_now(a) if one.recipient == missed.recipient
    }


def test_one_alone_that_was_over_is_told_as_usual():
    found = together(due_now(close(OPENED, by=None, now=LATER)), {})
    assert [one.occasion for one in found] == ["change", "change"]


def test_quiet_hours_that_cannot_be_read_hold_nothing_back():
    for alarm in (
        replace(OPENED.alarm, quiet="22-7"),
        replace(OPENED.alarm, quiet="00:00-23:59", timezone="Mars"),
    ):
        assert len(due_now(replace(OPENED, alarm=alarm))) == 2
