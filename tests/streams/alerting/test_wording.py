"""What a notification says in German and English, for each kind of alert."""

from dataclasses import fields, replace
from datetime import timedelta
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alert import Alert, Change, Covered, Effect, Prominent, RisingTerm, TopStory
from streams.alerting.episodes import acknowledge, close, note
from streams.alerting.phrases import MEASURES, SAY, STATES, TITLES, WHAT
from streams.alerting.wording import message_of
from streams.notification import Notification
from streams.subscription import ALARM_KINDS, Alarm
from streams.testing.notifier_checks import ALERT, NOON

LATER = NOON + timedelta(hours=2)
ALARM = Alarm(
    playbook={"2": ("Beobachten",), "4": ("Presse anrufen", "Dienstplan prüfen"), "6": ("Vorstand",)}
)
PLAIN = replace(ALERT, alarm=Alarm(), history=(Change(at=NOON, state="open", severity=3),))
FULL = replace(
    PLAIN,
    alarm=ALARM,
    severity=4,
    negative_usual=0.2,
    learned_days=9.2,
    severity_parts={"voices": 4, "growth": 6},
    top_stories=(
        TopStory(
            post="a:1",
            source="news",
            quote="Stellwerk steht still",
            url="https://news.example.org/1",
            author="Tagblatt",
            mentions=40,
            voices=38,
            influence=81.0,
        ),
        TopStory(post="b:1", source="facebook", url="javascript:alert(1)"),
    ),
    actors=(Prominent(id="a", name="Tagblatt", mentions=1, negative=0, influence=81.4),),
    venues=(Prominent(id="v", name="r/bahn", mentions=12, negative=9, influence=22.0),),
    terms=(RisingTerm(term="Stellwerk", mentions=120, voices=99, expected=0.25),),
    coverage=(
        Covered(ingestor="news", complete_until=NOON),
        Covered(ingestor="forum", complete_until=NOON, state="late"),
        Covered(ingestor="x", state="down"),
        Covered(ingestor="mail"),
    ),
    effects=(
        Effect(
            at=NOON,
            measure="Stellungnahme veröffentlicht",
            by="anna",
            before=120.0,
            after=40.0,
            expected=12.0,
            change=0.333,
            low=0.25,
            high=0.44,
            negative_before=0.8,
            negative_after=0.5,
        ),
        Effect(at=LATER, measure="Anruf", by="erik"),
    ),
)


def message(alert: Alert, **changes):
    return message_of(replace(Notification.of(alert, "log:"), **changes))


def test_everything_in_german():
    said = message(FULL, page="https://p.example.org", kibana="https://k.example.org")
    assert said.title == "Deutsche Bahn: ungewöhnlich viele Erwähnungen (Stufe 4 von 6: Starker Wind)"
    assert (
        said.text
        == """\
Seit 15.11.2026, 13:00 (Europe/Berlin): 203 Erwähnungen, üblich wären 12.
So etwas kommt etwa einmal in 40 Tagen vor.
Erst seit 9 Tagen beobachtet; was üblich ist, ist noch unsicher.
198 Stimmen und 9 verschiedene Texte in 203 Erwähnungen.
Davon negativ, soweit der Ton bekannt ist: 50 %, üblich sind 20 %.
Stufe nach einzelnen Maßen: Stimmen 4, Wachstum 6.

Was am weitesten trägt
- „Stellwerk steht still“ – Tagblatt, news, 40 Erwähnungen von 38 Stimmen
  https://news.example.org/1
- (Wortlaut bei der Quelle) – facebook

Wer am weitesten trägt
- Tagblatt: 1 Erwähnung, davon 0 negativ; Einfluss 81 von 100

Wo es am weitesten trägt
- r/bahn: 12 Erwähnungen, davon 9 negativ; Einfluss 22 von 100

Was jetzt öfter gesagt wird
- Stellwerk: 120 Erwähnungen von 99 Stimmen, üblich wären 0,25

Vorgesehene Maßnahmen
- Presse anrufen
- Dienstplan prüfen

Nach Maßnahmen
- „Stellungnahme veröffentlicht“ (15.11.2026, 13:00, anna): vorher 120 Erwähnungen je Stunde, danach 40, \
üblich wären 12; gemessen am Üblichen das 0,33-fache (mit 95 % Sicherheit 0,25 bis 0,44). \
Negativ waren vorher 80 %, danach 50 %.
- „Anruf“ (15.11.2026, 15:00, erik): für einen Vergleich ist es noch zu früh.
- Ob es ohne die Maßnahme anders gekommen wäre, sagt der Vergleich nicht.

Was gelesen ist
- Vollständig: news bis 15.11.2026, 13:00.
- Im Rückstand: forum bis 15.11.2026, 13:00.
- Ausgefallen: x. Ohne diese Quelle können die Zahlen zu niedrig sein.
- Wie weit gelesen ist, ist nicht bekannt von: mail.

Zur Seite: https://p.example.org
In Kibana: https://k.example.org
Alarm db-volume-20261115T1200Z, Stand 1"""
    )


def test_the_plainest_in_english():
    alarm = Alarm(language="en", timezone="America/New_York")
    said = message(replace(PLAIN, alarm=alarm, unusual_days=3650.0, expected=1.25, negative_share=None))
    assert said.title == "Deutsche Bahn: unusually many mentions (level 3 of 6: fresh breeze)"
    assert (
        said.text
        == """\
Since 2026-11-15 07:00 (America/New_York): 203 mentions, where 1.2 would be usual.
That happens less than once in 10 years.
198 voices and 9 distinct texts in 203 mentions.

What has been read
- Whether all sources are completely read is not known.

Alert db-volume-20261115T1200Z, revision 1"""
    )


@pytest.mark.parametrize("kind", ALARM_KINDS)
def test_each_kind_says_what_is_unusual_and_where_or_who(kind):
    titles = {message(replace(PLAIN, kind=kind, subject="Müller")).title for kind in ALARM_KINDS}
    assert len(titles) == len(ALARM_KINDS)
    assert "(Müller)" in message(replace(PLAIN, kind=kind, subject="Müller")).title
    assert "(Müller)" in message(close(replace(PLAIN, kind=kind, subject="Müller"), by=None, now=LATER)).title


def test_the_end_says_from_when_to_when():
    said = message(close(FULL, by=None, now=LATER))
    assert said.title == "Deutsche Bahn: Entwarnung: ungewöhnlich viele Erwähnungen"
    assert said.facts[0].startswith("Von 15.11.2026, 13:00 bis 15.11.2026, 15:00 (Europe/Berlin): ")


def test_who_takes_care_is_named_though_somebody_else_has_noted_something_since():
    said = message(note(acknowledge(PLAIN, by="anna", now=LATER), by="erik", now=LATER, note="sagt Bescheid"))
    assert said.title == "Deutsche Bahn: übernommen von anna: ungewöhnlich viele Erwähnungen"
    assert said.facts[-1] == "Notiz von erik: sagt Bescheid"


def test_the_measures_are_those_of_the_highest_step_reached():
    def planned(*severities):
        history = tuple(Change(at=NOON, state="open", severity=step) for step in severities)
        said = message(replace(PLAIN, alarm=ALARM, severity=severities[-1], history=history))
        return [
            item.text for one in said.sections if one.heading == "Vorgesehene Maßnahmen" for item in one.items
        ]

    assert planned(1) == []
    assert planned(3) == ["Beobachten"]
    assert planned(5, 2) == ["Presse anrufen", "Dienstplan prüfen"]


def test_an_escalation_says_how_long_nobody_has_acknowledged():
    alert = replace(PLAIN, alarm=Alarm(escalate_after=15, language="en"))
    said = message(alert, occasion="escalation")
    assert said.title.startswith("Deutsche Bahn: not taken care of for 15 minutes: ")


def test_a_digest_and_what_was_missed_name_each_alert():
    alerts = (close(FULL, by=None, now=LATER), replace(PLAIN, id="b", kind="term", subject="Stellwerk"))
    digest = message(PLAIN, alerts=alerts, occasion="digest")
    assert digest.title == "Deutsche Bahn: Übersicht, 2 Alarme"
    assert [one.heading for one in digest.sections] == [
        "ungewöhnlich viele Erwähnungen, vorbei (4/6)",
        "ein neues Wort im Gespräch (Stellwerk), offen (3/6)",
    ]
    assert "Stellwerk steht still" in digest.text
    assert digest.reference == "Alarm db-volume-20261115T1200Z, Stand 2; Alarm b, Stand 1"
    assert (
        message(PLAIN, alerts=alerts, occasion="missed").title == "Deutsche Bahn: 2 Alarme, inzwischen vorbei"
    )


@given(
    st.builds(
        replace,
        st.just(FULL),
        severity=st.integers(-3, 20),
        name=st.text(),
        subject=st.none() | st.text(),
        kind=st.sampled_from(ALARM_KINDS),
        expected=st.floats(0, 1e9),
        alarm=st.builds(Alarm, timezone=st.text(), language=st.sampled_from(["de", "en"])),
    )
)
def test_every_alert_can_be_put_into_words(alert):
    said = message(alert)
    assert "\n" not in said.title
    assert all(said.facts)


@pytest.mark.parametrize("table", [WHAT, TITLES, STATES, MEASURES, SAY])
def test_both_languages_have_the_same_sentences_with_the_same_blanks(table):
    def blanks(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {key: blanks(text) for key, text in table["de"].items()} == {
        key: blanks(text) for key, text in table["en"].items()
    }


def test_all_that_an_effect_found_out_is_said():
    effect = FULL.effects[0]
    said = message(FULL).text
    assert all(getattr(effect, part.name) is not None for part in fields(effect))
    assert "(mit 95 % Sicherheit 0,25 bis 0,44)" in said
