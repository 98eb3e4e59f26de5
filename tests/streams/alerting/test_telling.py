"""Who is told what, once, where, and in which words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alert import Alert, Change, Covered
from streams.alerting.episodes import acknowledge, close, note, snooze
from streams.alerting.routing import notifier_of
from streams.alerting.telling import Told, due, happening_of
from streams.alerting.wording import lines, title
from streams.errors import UsageError
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
    return {one.id: Told(state="told") for one in notifications}


def test_each_recipient_is_told_once_a_revision():
    first = due(OPENED, {})
    assert [one.recipient for one in first] == [LOG, MAIL]
    assert due(OPENED, told(*first)) == []
    assert due(replace(OPENED, count=999), told(*first)) == []
    assert len(due(severity_is(OPENED, 4), told(*first))) == 2


def test_what_was_given_up_is_not_tried_for_ever():
    [log, mail] = due(OPENED, {})
    assert due(OPENED, {**told(log), mail.id: Told(state="given_up", attempts=9)}) == []


def test_a_recipient_named_twice_is_told_once():
    assert len(due(replace(OPENED, alarm=Alarm(notify=(LOG, LOG))), {})) == 1


def test_below_the_wanted_severity_nobody_is_told_until_it_worsens():
    quiet = replace(OPENED, alarm=replace(OPENED.alarm, min_severity=4))
    assert due(quiet, {}) == []
    assert len(due(severity_is(quiet, 4), {})) == 2


def test_who_was_told_of_a_beginning_is_told_of_easing_and_the_end():
    before = told(*due(OPENED, {}))
    eased = severity_is(replace(OPENED, alarm=replace(OPENED.alarm, min_severity=3)), 1)
    closed = close(eased, by=None, now=LATER)
    assert happening_of(eased) == "eased"
    assert len(due(eased, before)) == len(due(closed, before)) == 2
    assert due(closed, {}) == due(eased, {}) == []


def test_a_snoozed_alert_is_silent_and_so_are_notes():
    snoozed = snooze(OPENED, until=LATER, by="anna", now=NOON)
    assert due(snoozed, {}) == due(severity_is(snoozed, 5), {}) == []
    assert due(note(OPENED, by="anna", now=LATER, note="hm"), told(*due(OPENED, {}))) == []


def test_that_somebody_takes_care_is_told():
    taken = acknowledge(OPENED, by="anna", now=LATER)
    [first, _] = due(taken, told(*due(OPENED, {})))
    assert title(first.alert, "de") == "Deutsche Bahn: übernommen von anna"


def test_the_words_in_german():
    alert = replace(
        OPENED,
        coverage=(Covered(ingestor="news", complete_until=NOON), Covered(ingestor="forum")),
    )
    assert title(alert, "de") == (
        "Deutsche Bahn: ungewöhnlich viele Erwähnungen (Stufe 3 von 6: Frische Brise)"
    )
    assert lines(alert, "de") == [
        "Seit 15.11.2026, 12:00 UTC: 203 Erwähnungen, üblich wären 12.",
        "Das kommt etwa einmal in 40 Tagen vor.",
        "198 Stimmen und 9 verschiedene Texte in 203 Erwähnungen.",
        "Davon negativ, soweit die Tonlage bekannt ist: 50 %.",
        "Vollständig gelesen: news bis 15.11.2026, 12:00 UTC; forum unbekannt.",
    ]


def test_the_words_in_english():
    alert = replace(OPENED, unusual_days=3650.0, expected=1.25, negative_share=None)
    assert title(alert, "en") == "Deutsche Bahn: unusually many mentions (level 3 of 6: fresh breeze)"
    assert lines(alert, "en") == [
        "Since 2026-11-15 12:00 UTC: 203 mentions, where 1.2 would be usual.",
        "That happens less than once in 10 years.",
        "198 voices and 9 distinct texts in 203 mentions.",
        "Whether all sources are completely read is not known.",
    ]


@given(st.builds(replace, st.just(OPENED), severity=st.integers(-3, 20), name=st.text()))
def test_every_alert_can_be_put_into_words(alert):
    for language in ("de", "en"):
        assert "\n" not in title(alert, language)
        assert all(lines(alert, language))


@pytest.mark.parametrize(
    ("recipient", "notifier"),
    [
        ("log:", "log"),
        ("mailto:presse@example.org", "mail"),
        ("https://example.org/hook?key=1", "webhook"),
        ("http://localhost:8080", "webhook"),
    ],
)
def test_a_recipient_says_which_notifier(recipient, notifier):
    assert notifier_of(recipient) == notifier


@pytest.mark.parametrize(
    "recipient",
    ["", "presse@example.org", "mailto:", "mailto:a", "mailto:a@b,c@d", "mailto:a@b?cc=c@d", "https://"]
    + ["https:///x", "https://exa mple.org", "ftp://example.org", "log:x", "http://[", "mailto:a@b\nBcc:c@d"],
)
def test_what_is_no_recipient_is_refused_with_what_to_write(recipient):
    with pytest.raises(UsageError, match="write `log:`, `mailto:presse@example.org` or `https://"):
        notifier_of(recipient)
