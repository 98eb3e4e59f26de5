"""An alert on the page, in a real browser: what carries it, and what is done about it."""

from datetime import timedelta

import pytest

from streams.alert import Covered, Effect, Prominent, RisingTerm, TopStory
from streams.alerting.links import AFTER, BEFORE, links_of
from streams.codec import decode_alert
from streams.config import AlertsConfig
from streams.notification import Notification
from streams.subscription import Alarm
from streams.topics import ALERTS
from tests.web.browser import CHROMIUM
from tests.web.samples import a_mention, an_alert, an_entry
from tests.web.test_page import HOSTILE, NOW, looking, text_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

TOLD = an_alert(
    kind="term",
    subject="Stellwerk",
    severity=4,
    negative_usual=0.2,
    alarm=Alarm(playbook={"2": ("Beobachten",), "4": ("Presse anrufen",)}),
    top_stories=(
        TopStory(
            post="a:1",
            source="news",
            quote=HOSTILE,
            url="https://n.example.org/1",
            author=HOSTILE,
            mentions=9,
        ),
        TopStory(post="b:1", source="forum", url="javascript:window.hurt=1"),
    ),
    actors=(Prominent(id="a", name="Tagblatt", influence=81.4),),
    venues=(Prominent(id="v", name="r/bahn", mentions=12, negative=9),),
    terms=(RisingTerm(term="Stellwerk", mentions=120, voices=99, expected=0.5),),
    coverage=(
        Covered(ingestor="forum", complete_until=NOW, state="late"),
        Covered(ingestor="x", state="down"),
    ),
    effects=(
        Effect(
            at=NOW,
            measure="Anruf",
            by="anna",
            before=90,
            after=30,
            expected=9,
            change=0.33,
            low=0.2,
            high=0.5,
        ),
    ),
)


async def test_what_carries_an_alert_is_shown_as_text():
    async with looking([an_entry(ALERTS, "db-1", TOLD)]) as (_, page):
        said = await page.value(text_of("#alerts"))
        for shown in (
            "neues Wort: Stellwerk",
            f"„{HOSTILE}“ – {HOSTILE}, news, 9 Erwähnungen von 1 Stimme",
            "Tagblatt: 1 Erwähnung, davon 0 negativ; Einfluss 81",
            "r/bahn: 12 Erwähnungen, davon 9 negativ",
            "Stellwerk: 120 statt 0,5, 99 Stimmen",
            "71 % negativ statt 20 %",
            "(im Rückstand)",
            "x unbekannt (ausgefallen)",
            "Presse anrufen",
            "vorher 90 je Stunde, danach 30, üblich wären 9,0; gemessen am Üblichen das 0,33-fache",
        ):
            assert shown in said
        assert "Beobachten" not in said
        links = await page.value("[...document.querySelectorAll('#alerts a')].map((a) => a.href)")
        assert links == ["https://n.example.org/1"]
        assert await page.value("window.hurt ?? null") is None
        assert page.complaints == []


async def test_what_is_shown_at_length_stays_so_when_the_alert_changes():
    async with looking([an_entry(ALERTS, "db-1", TOLD)]) as (served, page):
        await page.value("document.querySelector('#alerts details').open = true")
        await served.log.append([an_entry(ALERTS, "db-1", an_alert(count=999, actors=TOLD.actors))])
        await page.until(f"({text_of('#alerts')}).includes('999')")
        assert await page.value("document.querySelector('#alerts details').open")


async def test_a_measure_is_marked_with_what_was_done():
    async with looking([an_entry(ALERTS, "db-1", an_alert(since=NOW - timedelta(hours=1)))]) as (
        served,
        page,
    ):
        await page.value(
            "[...document.querySelectorAll('#alerts button')].find((b) => b.textContent === 'Maßnahme …').click()"
        )
        await page.value("document.getElementById('measure').value = 'Stellungnahme'")
        await page.value("document.querySelector('#measure-dialog button[value=ok]').click()")
        await page.until(f"({text_of('#alerts')}).includes('für einen Vergleich noch zu früh')")
        [effect] = decode_alert(served.log.records(ALERTS)[-1].value).effects
        assert (effect.measure, effect.by) == ("Stellungnahme", "anonymous")


async def test_the_link_of_a_notification_leads_to_what_was_said_then():
    since, until = NOW - timedelta(days=3), NOW - timedelta(days=2)
    heard = [
        a_mention("m:1", "Bahn damals", created_at=since + timedelta(hours=1)),
        a_mention("m:2", "Bahn heute", created_at=NOW),
        a_mention("m:3", "Bahn davor", created_at=since - timedelta(hours=1)),
    ]
    alert = an_alert(since=since + BEFORE, state="closed", closed_at=until - AFTER)
    link = links_of(Notification.of(alert, "log:"), AlertsConfig(page="http://x"), NOW).page
    async with looking([], path=link.removeprefix("http://x"), heard=heard) as (served, page):
        await served.hears(a_mention("m:4", "Bahn jetzt", created_at=NOW))
        await page.until("document.querySelectorAll('#mentions > li').length > 0")
        said = await page.value(text_of("#mentions"))
        assert ("damals" in said, "heute" in said, "davor" in said, "jetzt" in said) == (
            True,
            False,
            False,
            False,
        )
        assert await page.value("document.querySelectorAll('#histogram rect').length") == 1
        assert page.complaints == []
        await page.value("document.querySelector('#search button[type=reset]').click()")
        await page.until("document.getElementById('mentions').textContent.includes('heute')")
