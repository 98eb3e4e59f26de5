import asyncio
from dataclasses import replace

import pytest

from streams.config import WebConfig
from streams.errors import ConfigError, InUseError
from streams.secret import Secret
from streams.topics import ALERTS, SUBSCRIPTIONS
from streams.web.server import Web, address_of
from streams.web.view import View
from tests.web.samples import a_subscription, an_alert, an_entry, serving


async def test_a_taken_port_says_what_to_set():
    async with serving() as served:
        second = Web(WebConfig(url=served.url), replace(served.services, view=View(served.log)))
        running = asyncio.all_tasks()
        with pytest.raises(InUseError, match=rf"{served.url} is taken; set \[web\] url"):
            await second.start()
        assert asyncio.all_tasks() <= running


@pytest.mark.parametrize(
    "url",
    [
        "",
        "8700",
        "127.0.0.1:8700",
        "https://127.0.0.1",
        "http://",
        "http://h:port",
        "http://h:99999",
        "http://h/x",
    ],
)
def test_a_url_that_cannot_be_listened_on_is_refused_with_the_line_to_write(url: str):
    with pytest.raises(ConfigError, match=r'write `url = "http://127.0.0.1:8700"`'):
        address_of(url)


async def test_an_address_of_another_machine_is_refused():
    async with serving() as served:
        with pytest.raises(ConfigError, match=r"set \[web\] url"):
            await Web(WebConfig(url="http://192.0.2.1:8700"), served.services).start()


async def test_it_starts_again_where_it_stopped():
    async with serving() as served:
        url = served.url
    async with serving() as served:
        again = Web(WebConfig(url=url), served.services)
        await again.start()
        await again.stop()
        await again.stop()


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/api/mentions", "/health/live", "/nowhere"])
async def test_every_answer_carries_the_security_headers(path: str):
    async with serving() as served, served.client.get(path) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "aiohttp" not in answer.headers["Server"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/mentions", 405),
        ("GET", "/api/mentions?sizr=3", 400),
        ("GET", "/api/alerts?state=ajar", 400),
        ("GET", "/page/../server.py", 404),
        ("GET", "/hooks/nobody", 404),
    ],
)
async def test_every_error_is_one_sentence_of_json(method: str, path: str, status: int):
    async with serving() as served:
        told, answer = await served.ask(method, path)
        assert told == status
        assert list(answer) == ["error"]
        assert answer["error"]


async def test_a_bug_is_answered_and_logged_without_what_was_asked(capfd: pytest.CaptureFixture[str]):
    class Broken:
        async def search(self, *_: object):
            raise RuntimeError("about Geheimnis")

    async with serving(index=Broken()) as served:
        status, answer = await served.ask("GET", "/api/mentions?q=Geheimnis")
        assert (status, "RuntimeError" in answer["error"]) == (500, True)
        assert "Geheimnis" not in answer["error"]
    written = capfd.readouterr()
    assert "RuntimeError" in written.out + written.err
    assert "Geheimnis" not in written.out + written.err


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/alerts/db-1/ack"),
        ("POST", "/api/alerts/db-1/snooze"),
        ("POST", "/api/alerts/db-1/close"),
        ("POST", "/api/alerts/db-1/note"),
        ("PUT", "/api/subscriptions/db"),
        ("DELETE", "/api/subscriptions/db"),
    ],
)
async def test_what_changes_something_needs_the_token(method: str, path: str):
    entries = [an_entry(ALERTS, "db-1", an_alert()), an_entry(SUBSCRIPTIONS, "db", a_subscription())]
    body = {"query": "bahn", "note": "x", "until": "4h"} if method == "POST" else {"query": "bahn"}
    async with serving(entries, token=Secret("schlüssel")) as served:
        before = served.log.records(ALERTS) + served.log.records(SUBSCRIPTIONS)
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "schlüssel"}):
            status, answer = await served.ask(method, path, json=body, headers=header)
            assert (status, "Authorization: Bearer" in answer["error"]) == (401, True)
        assert served.log.records(ALERTS) + served.log.records(SUBSCRIPTIONS) == before
        status, _ = await served.ask(method, path, json=body, headers={"Authorization": "Bearer schlüssel"})
        assert status in (200, 204)


async def test_a_page_of_another_origin_may_not_change_anything():
    async with serving([an_entry(ALERTS, "db-1", an_alert())]) as served:
        for origin, status in (("https://evil.example", 403), ("null", 403), (served.url, 200)):
            told, _ = await served.ask("POST", "/api/alerts/db-1/ack", headers={"Origin": origin})
            assert told == status


async def test_a_name_that_merely_resolves_to_this_machine_is_refused():
    async with serving() as served:
        status, _ = await served.ask("GET", "/api/subscriptions", headers={"Host": "evil.example"})
        assert status == 403
        port = served.url.rpartition(":")[2]
        status, _ = await served.ask("GET", "/api/subscriptions", headers={"Host": f"localhost:{port}"})
        assert status == 200


async def test_the_page_and_all_it_names_are_served():
    async with serving() as served:
        async with served.client.get("/") as answer:
            page = await answer.text()
        for name in ("page.css", "page.js", "icon.svg"):
            assert f"/page/{name}" in page
            async with served.client.get(f"/page/{name}") as answer:
                assert answer.status == 200
                assert answer.content_type != "application/octet-stream"
        assert "//" not in page.replace("<!doctype html>", "").replace("http://www.w3.org", "")
