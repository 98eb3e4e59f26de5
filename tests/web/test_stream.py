import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from streams.config import WebConfig
from streams.errors import UnavailableError
from streams.log.base import Entry
from streams.post import Author
from streams.testing.fakes import FakeLog
from streams.topics import ALERTS, COVERAGE, MENTIONS
from streams.web import view as views
from streams.web.api import stream
from streams.web.live import WAITING, Client
from streams.web.server import Web
from streams.web.view import View
from tests.web.samples import a_mention, an_alert, an_entry, coverage_of, serving


async def frames(answer) -> AsyncIterator[dict[str, str]]:
    """What a browser makes of the stream: its frames, field by field; a comment has the field ``."""
    frame: dict[str, str] = {}
    async for line in answer.content:
        if line == b"\n":
            yield frame
            frame = {}
        else:
            name, _, value = line.decode().rstrip("\n").partition(":")
            frame[name] = value.strip()


async def test_mentions_and_alerts_come_as_they_are_written():
    entries = [an_entry(ALERTS, "old", an_alert("old"))]
    async with serving(entries) as served, served.client.get("/api/stream") as answer:
        assert answer.content_type == "text/event-stream"
        coming = frames(answer)
        assert "retry" in await anext(coming)
        await served.hears(a_mention(text="Bahn\nund 🚆"))
        frame = await anext(coming)
        assert (frame["event"], json.loads(frame["data"])["text"]) == ("mention", "Bahn\nund 🚆")
        await served.log.append([an_entry(ALERTS, "new", an_alert("new"))])
        frame = await anext(coming)
        assert (frame["event"], json.loads(frame["data"])["id"]) == ("alert", "new")


async def test_what_was_there_before_is_not_new():
    entries = [an_entry(ALERTS, "old", an_alert("old")), an_entry(MENTIONS, "old", a_mention("old"))]
    async with serving(entries) as served, served.client.get("/api/stream") as answer:
        coming = frames(answer)
        await anext(coming)
        await served.hears(a_mention("new"))
        assert (await anext(coming))["id"].endswith("-1")


async def test_who_comes_back_is_sent_what_was_missed():
    async with serving() as served:
        async with served.client.get("/api/stream") as answer:
            coming = frames(answer)
            await anext(coming)
            await served.hears(a_mention("m:1"))
            last = (await anext(coming))["id"]
        await served.hears(a_mention("m:2"), a_mention("m:3"))
        async with served.client.get("/api/stream", headers={"Last-Event-ID": last}) as answer:
            coming = frames(answer)
            await anext(coming)
            got = {json.loads((await anext(coming))["data"])["id"] for _ in range(2)}
            assert got == {"m:2", "m:3"}


@pytest.mark.parametrize("last", ["", "nonsense", "0000-1"])
async def test_an_id_that_is_not_remembered_means_from_now_on(last: str):
    async with serving() as served:
        await served.hears(a_mention("m:1"))
        async with served.client.get("/api/stream", headers={"Last-Event-ID": last}) as answer:
            coming = frames(answer)
            await anext(coming)
            await served.hears(a_mention("m:2"))
            assert json.loads((await anext(coming))["data"])["id"] == "m:2"


async def test_a_quiet_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECS", 0.01)
    async with serving() as served, served.client.get("/api/stream") as answer:
        coming = frames(answer)
        await anext(coming)
        assert await anext(coming) == {"": "still here"}


async def test_too_many_listeners_are_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "MAX_CLIENTS", 1)
    async with serving() as served, served.client.get("/api/stream"):
        status, _ = await served.ask("GET", "/api/stream")
        assert status == 503


async def test_open_streams_do_not_hold_up_the_end():
    async with serving() as served:
        answer = await served.client.get("/api/stream")
        coming = frames(answer)
        await anext(coming)
        await served.services.view.stop()
        assert [frame async for frame in coming] == []


async def test_a_slow_listener_loses_the_oldest_and_holds_nobody_up():
    view = View(log := FakeLog())
    view.start()
    await view.wait_caught_up()
    with view.live.listen() as slow:
        await log.append([an_entry(MENTIONS, "m", a_mention(f"m:{n}")) for n in range(WAITING + 5)])
        while slow.missed < 5:  # noqa: ASYNC110 - waits for the view, not for time
            await asyncio.sleep(0)
        events = await slow.take(1)
    assert events is not None
    assert [event.record.id for event in events] == [f"m:{n}" for n in range(5, WAITING + 5)]
    assert view.live.clients == 0
    await view.stop()
    await view.stop()


async def test_a_closed_client_gets_no_more():
    client = Client()
    client.close()
    assert await client.take(1) is None


async def test_unreadable_records_are_left_out():
    async with serving() as served, served.client.get("/api/stream") as answer:
        coming = frames(answer)
        await anext(coming)
        await served.log.append([Entry(MENTIONS, b"m", b"{", 0), Entry(MENTIONS, b"m", None, 0)])
        await served.log.append([an_entry(MENTIONS, "m:2", a_mention("m:2"))._replace(partition=0)])
        assert json.loads((await anext(coming))["data"])["id"] == "m:2"


async def test_what_is_deleted_is_told_and_no_longer_remembered():
    by_erika = {"author": Author(id="a:1")}
    async with serving() as served:
        async with served.client.get("/api/stream") as answer:
            coming = frames(answer)
            await anext(coming)
            await served.hears(a_mention("m:0"))
            last = (await anext(coming))["id"]
            for mention in (
                a_mention("m:1", "Geheimnis"),
                a_mention("m:2", "Geheimnis", **by_erika),
                a_mention("m:1", event="delete"),
                a_mention("x", event="author_delete", **by_erika),
            ):
                await served.hears(mention)
                frame = await anext(coming)
        assert (frame["event"], json.loads(frame["data"])) == ("gone", {"post": None, "author": "a:1"})
        async with served.client.get("/api/stream", headers={"Last-Event-ID": last}) as answer:
            coming = frames(answer)
            await anext(coming)
            again = [json.loads((await anext(coming))["data"]) for _ in range(2)]
            assert again == [{"post": "m:1", "author": None}, {"post": None, "author": "a:1"}]


async def test_coverage_is_the_last_word_of_each_ingestor():
    entries = [an_entry(COVERAGE, "forum", coverage_of("forum", state)) for state in ("ok", "down")]
    async with serving(entries) as served:
        _, answer = await served.ask("GET", "/api/coverage")
        assert {name: one["state"] for name, one in answer["coverage"].items()} == {"forum": "down"}


async def test_until_all_is_read_it_says_to_ask_again():
    class Silent(FakeLog):
        async def tail(self, topic: str, *, from_start: bool):
            await asyncio.Event().wait()
            yield

    async with serving() as served:
        reading = Web(WebConfig(url="http://127.0.0.1:0"), replace(served.services, view=View(Silent())))
        await reading.start()
        for path in ("alerts", "subscriptions", "coverage"):
            async with served.client.get(f"{reading.url}/api/{path}") as answer:
                assert (answer.status, "still reading" in (await answer.json())["error"]) == (503, True)
        await reading.stop()


async def test_an_outage_of_the_log_is_waited_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(views, "RETRY_SECS", 0)

    class Flaky(FakeLog):
        outages = 3

        async def tail(self, topic: str, *, from_start: bool):
            if self.outages > 0:
                self.outages -= 1
                raise UnavailableError("gone")
            async for batch in super().tail(topic, from_start=from_start):
                yield batch

    log = Flaky()
    await log.append([an_entry(ALERTS, "db-1", an_alert())])
    view = View(log)
    view.start()
    await view.wait_caught_up()
    assert list(view.alerts) == ["db-1"]
    await view.stop()
