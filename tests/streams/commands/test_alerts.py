"""`resonanz alerts`: list, show, and what people do about them, straight on the log."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.alert import Alert
from streams.codec import decode_alert, encode
from streams.topics import ALERTS
from tests.streams.commands.typed import apply_topics, latest, lines, refusal, resonanz, write

SINCE = datetime(2026, 11, 1, 10, tzinfo=UTC)
ALERT = Alert(
    id="db-volume-20261101T1000Z",
    subscription="db",
    name="Deutsche Bahn",
    severity=3,
    since=SINCE,
    updated_at=SINCE,
    count=142,
    expected=12.4,
)
LINE = f"{ALERT.id}\topen\tseverity 3\tDeutsche Bahn\t142 mentions, 12.4 expected"


@pytest.fixture
def folder(tmp_path):
    apply_topics(tmp_path)
    write(tmp_path, ALERTS, ALERT.id, ALERT)
    return tmp_path


def kept(folder) -> Alert:
    return decode_alert(latest(folder, ALERTS)[ALERT.id])


def alerts(folder, *arguments):
    return lines(resonanz(folder, "alerts", *arguments))


def test_open_ones_are_listed_newest_first_and_one_is_shown_whole(folder):
    newer = SINCE + timedelta(hours=1)
    write(folder, ALERTS, "b", Alert(id="b", subscription="b", name="B", since=newer, updated_at=newer))
    assert alerts(folder, "list") == ["b\topen\tseverity 0\tB\t0 mentions, 0 expected", LINE]
    assert alerts(folder, "show", ALERT.id) == [encode(ALERT).decode()]


def test_each_word_about_an_alert_is_kept_with_who_and_when(folder, monkeypatch):
    monkeypatch.setenv("LOGNAME", "erika")
    before = datetime.now(UTC)
    alerts(folder, "ack", ALERT.id, "--note", "ich rufe an")
    alerts(folder, "snooze", ALERT.id, "--minutes", "90")
    alerts(folder, "note", ALERT.id, "Strecke wieder frei")
    alert = kept(folder)
    assert (alert.state, alert.revision, alert.count) == ("snoozed", 4, 142)
    assert [(c.state, c.by, c.note) for c in alert.history] == [
        ("acknowledged", "erika", "ich rufe an"),
        ("snoozed", "erika", None),
        ("snoozed", "erika", "Strecke wieder frei"),
    ]
    assert all(before <= change.at <= datetime.now(UTC) for change in alert.history)
    assert alert.snoozed_until is not None
    assert before <= alert.snoozed_until - timedelta(minutes=90) <= alert.history[1].at


def test_a_closed_one_is_listed_on_request_and_stays_as_it_is(folder):
    alerts(folder, "close", ALERT.id, "--note", "vorbei")
    closed = kept(folder)
    assert (closed.state, closed.history[-1].note) == ("closed", "vorbei")
    assert closed.closed_at == closed.history[-1].at
    assert alerts(folder, "list") == []
    assert alerts(folder, "list", "--closed") == [LINE.replace("\topen\t", "\tclosed\t")]
    assert "is closed" in refusal(resonanz(folder, "alerts", "ack", ALERT.id))
    assert kept(folder) == closed


@pytest.mark.parametrize("words", [["ack", "x"], ["note", "x", "text"], ["show", "x"]], ids=" ".join)
def test_an_unknown_id_is_refused(folder, words):
    assert refusal(resonanz(folder, "alerts", *words)) == (
        "there is no alert 'x'; `resonanz alerts list --closed` shows all"
    )
    assert kept(folder) == ALERT


def test_a_snooze_into_the_past_is_refused(folder):
    assert "write a later time" in refusal(resonanz(folder, "alerts", "snooze", ALERT.id, "--minutes=-5"))
    assert kept(folder) == ALERT


def test_one_is_shown_in_words(folder):
    said = lines(resonanz(folder, "alerts", "show", ALERT.id, "--text", ALERTS_PAGE="https://p.example.org"))
    assert said[0] == "Deutsche Bahn: ungewöhnlich viele Erwähnungen (Stufe 3 von 6: Frische Brise)"
    assert "Seit 01.11.2026, 11:00 (Europe/Berlin): 142 Erwähnungen, üblich wären 12." in said
    assert any(line.startswith("Zur Seite: https://p.example.org/?subscription=db") for line in said)


def test_a_measure_is_marked_with_when_and_by_whom(folder, monkeypatch):
    monkeypatch.setenv("LOGNAME", "erika")
    alerts(folder, "measure", ALERT.id, "Stellungnahme", "--at", "2026-11-01T11:30:00Z")
    [marked] = kept(folder).effects
    assert (marked.at, marked.measure, marked.by) == (SINCE + timedelta(minutes=90), "Stellungnahme", "erika")
    early = resonanz(folder, "alerts", "measure", ALERT.id, "x", "--at", "2026-10-01T11:30:00Z")
    assert "write a time between 2026-11-01T10:00:00Z and now" in refusal(early)
