"""The page in a real browser: what is said comes up live, and nothing anybody wrote is ever more than text."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from streams.health import Health
from streams.log.base import Entry
from streams.mention import Match
from streams.post import Author
from streams.secret import Secret
from streams.topics import ALERTS, COVERAGE, SUBSCRIPTIONS
from tests.web.browser import CHROMIUM, Page, a_page
from tests.web.samples import Served, a_mention, a_subscription, an_alert, an_entry, coverage_of, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script></p>&lt;'
NOW = datetime.now(UTC)
ALERT = an_entry(ALERTS, "db-1", an_alert(name="Deutsche Bahn", since=NOW - timedelta(hours=2)))
ENTRIES = (
    an_entry(SUBSCRIPTIONS, "db", a_subscription(name="Deutsche Bahn")),
    an_entry(COVERAGE, "forum", coverage_of("forum", "down")),
    ALERT,
)


@asynccontextmanager
async def looking(
    entries: Sequence[Entry] = ENTRIES, path: str = "/", heard: Sequence = (), **given: object
) -> AsyncIterator[tuple[Served, Page]]:
    """A server, and a browser that has its page open."""
    async with serving(entries, **{"clock": lambda: datetime.now(UTC), **given}) as served, a_page() as page:
        await served.hears(*heard)
        await page.open(served.url + path)
        await page.until("document.getElementById('stream-state').textContent === 'live'")
        yield served, page


def text_of(selector: str) -> str:
    return f"document.querySelector({selector!r})?.textContent ?? ''"


def recent(*args: str, **given: object):
    return a_mention(*args, created_at=datetime.now(UTC), **given)


async def test_what_is_there_is_shown():
    health = Health(clock=lambda: 0)
    health.lag("index", 4321)
    async with looking(heard=[recent()], health=health) as (_, page):
        assert "Die Bahn ist pünktlich" in await page.value(text_of("#mentions"))
        for shown in ("@erika", "mastodon", "positiv", "Einfluss 41", "Deutsche Bahn"):
            assert shown in await page.value(text_of("#mentions article"))
        alert = await page.value(text_of("#alerts"))
        for shown in ("Deutsche Bahn", "Stufe 3 von 6", "142", "einmal in 61 Tagen", "71", "mail unbekannt"):
            assert shown in alert
        assert "4.321" in await page.value(text_of("#health"))
        assert "ausgefallen" in await page.value(text_of("#coverage"))
        assert await page.value("document.querySelectorAll('#histogram rect').length") == 1
        assert "/api/mentions?since=24h" in await page.value(text_of("#call"))
        assert page.complaints == []


async def test_mentions_come_up_live_the_newest_first():
    async with looking(heard=[recent("m:1", "Bahn eins")]) as (served, page):
        await served.hears(recent("m:2", "Bahn zwei"))
        await page.until("document.querySelectorAll('#mentions > li').length === 2")
        assert "zwei" in await page.value(text_of("#mentions > li"))


async def test_a_newer_version_replaces_the_older_one():
    first = recent("m:1", "Bahn eins")
    async with looking(heard=[first]) as (served, page):
        await served.hears(replace(first, text="Bahn eins, verbessert"))
        await page.until("document.getElementById('mentions').textContent.includes('verbessert')")
        assert await page.value("document.querySelectorAll('#mentions > li').length") == 1


async def test_while_halted_nothing_moves_and_then_all_of_it_comes():
    async with looking() as (served, page):
        await page.value("document.getElementById('pause').click()")
        await served.hears(recent("m:1"), recent("m:2"))
        await page.until("document.getElementById('show-new').textContent.startsWith('2 neue')")
        assert await page.value("document.querySelectorAll('#mentions > li').length") == 0
        await page.value("document.getElementById('pause').click()")
        assert await page.value("document.querySelectorAll('#mentions > li').length") == 2


async def test_filters_hold_for_what_comes_live_too():
    async with looking(path="/?source=forum") as (served, page):
        await served.hears(recent("m:1", "Bahn, nicht gefragt"))
        await served.hears(recent("f:1", "Bahn, gefragt", source="forum"))
        await page.until("document.querySelectorAll('#mentions > li').length === 1")
        assert "Bahn, gefragt" in await page.value(text_of("#mentions"))


async def test_what_others_wrote_stays_text():
    hostile = recent(
        HOSTILE[:20],
        HOSTILE,
        title=HOSTILE,
        source=HOSTILE,
        url="javascript:window.hurt=1",
        author=Author(id="x", handle=HOSTILE, name=HOSTILE),
        matches=(Match(subscription=HOSTILE, spans=((0, 12), (5, 999)), because=(HOSTILE,)),),
    )
    alert = an_alert("a", name=HOSTILE)
    entries = [
        an_entry(ALERTS, "a", alert),
        an_entry(COVERAGE, HOSTILE, coverage_of(HOSTILE)),
    ]
    async with looking(entries) as (served, page):
        await served.hears(hostile)
        await page.until("document.querySelectorAll('#mentions > li').length === 1")
        assert await page.value(text_of("#mentions .text")) == HOSTILE
        assert await page.value(text_of("#mentions h3")) == HOSTILE
        assert await page.value(text_of("#alerts h3")) == HOSTILE
        assert HOSTILE in await page.value(text_of("#coverage"))
        made = "document.querySelectorAll('main img, aside img, body script, a[href^=javascript]').length"
        assert await page.value(made) == 0
        assert await page.value("window.hurt ?? null") is None


async def test_spans_are_code_points():
    text = "🚆🚆 Bahn 👍🏽 Bahn"
    spans = tuple((at, at + 4) for at in range(len(text)) if text[at : at + 4] == "Bahn")
    async with looking(heard=[recent("m:1", text, matches=(Match(subscription="db", spans=spans),))]) as (
        _,
        page,
    ):
        marked = await page.value("[...document.querySelectorAll('mark')].map((mark) => mark.textContent)")
        assert marked == ["Bahn", "Bahn"]
        assert await page.value(text_of("#mentions .text")) == text


async def test_an_alert_can_be_taken_care_of_by_name():
    async with looking() as (served, page):
        await page.value("document.getElementById('who').value = 'anna'")
        await page.value("document.querySelector('#alerts button').click()")
        await page.until("document.getElementById('alerts').textContent.includes('übernommen von anna')")
        assert served.services.view.alerts["db-1"].state == "acknowledged"
        assert "4 h stumm" in await page.value(text_of("#alerts"))


async def test_the_token_is_asked_for_until_it_is_right():
    async with looking(token=Secret("richtig")) as (served, page):
        await page.value("document.querySelector('#alerts button').click()")
        for given in ("falsch", "richtig"):
            await page.until("document.getElementById('token-dialog').open")
            assert served.services.view.alerts["db-1"].state == "open"
            await page.value(f"document.getElementById('token').value = '{given}'")
            await page.value("document.querySelector('#token-dialog .main').click()")
        await page.until("document.getElementById('alerts').textContent.includes('übernommen')")


async def test_what_is_deleted_disappears():
    author = Author(id="a:1", handle="erika")
    heard = [recent("m:1", author=author), recent("m:2", author=author), recent("m:3")]
    async with looking(heard=heard) as (served, page):
        await served.hears(recent("m:3", event="delete"))
        await page.until("document.querySelectorAll('#mentions > li').length === 2")
        await served.hears(recent("gone", event="author_delete", author=author))
        await page.until("document.querySelectorAll('#mentions > li').length === 0")


async def test_older_ones_are_loaded_without_a_gap():
    heard = [a_mention(f"m:{n}", created_at=NOW - timedelta(minutes=n // 2)) for n in range(70)]
    count = "document.querySelectorAll('#mentions > li').length"
    async with looking(heard=heard) as (_, page):
        for _ in range(2):
            before = await page.value(count)
            await page.value("document.getElementById('more').click()")
            await page.until(f"{count} > {before}")
        assert await page.value(count) == 70
        assert await page.value("document.getElementById('more').hidden")


@pytest.mark.parametrize("width", [320, 1280])
async def test_nothing_sticks_out_on_a_phone_or_a_desk(width: int):
    long = recent("m:1", "x" * 300, author=Author(id="a", handle="y" * 200))
    async with serving(ENTRIES, clock=lambda: datetime.now(UTC)) as served, a_page() as page:
        await served.hears(long)
        await page.looks(width=width, height=800)
        await page.open(served.url)
        assert await page.value("document.documentElement.scrollWidth") <= width
