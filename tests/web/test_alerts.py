import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.codec import decode_alert
from streams.outcome import Retry
from streams.subscription import Alarm
from streams.testing.fakes import REFUSED, FakeLog, Fate
from streams.topics import ALERTS
from streams.web.view import View
from tests.web.samples import NOW, an_alert, an_entry, serving

LATER = NOW + timedelta(hours=1)
NOT_NOW = Fate(Retry("gone"), written=False)
OPEN = an_entry(ALERTS, "db-1", an_alert())


def last_written(served):
    return decode_alert(served.log.records(ALERTS)[-1].value)


async def test_alerts_are_the_last_of_their_id_and_the_latest_changed_come_first():
    entries = [
        an_entry(ALERTS, "a", an_alert("a", revision=1)),
        an_entry(ALERTS, "b", an_alert("b", state="closed", updated_at=LATER)),
        an_entry(ALERTS, "a", an_alert("a", revision=2)),
        an_entry(ALERTS, "c", an_alert("c")),
        an_entry(ALERTS, "c", None),
    ]
    async with serving(entries) as served:
        _, answer = await served.ask("GET", "/api/alerts")
        assert [(alert["id"], alert["revision"]) for alert in answer["alerts"]] == [("b", 1), ("a", 2)]
        _, answer = await served.ask("GET", "/api/alerts?state=open&state=snoozed")
        assert [alert["id"] for alert in answer["alerts"]] == ["a"]


@pytest.mark.parametrize(
    ("action", "body", "state"),
    [
        ("ack", {}, "acknowledged"),
        ("snooze", {"until": "4h"}, "snoozed"),
        ("close", {}, "closed"),
        ("note", {"note": "Pressestelle weiß Bescheid"}, "open"),
        ("measure", {"measure": "Stellungnahme", "note": None}, "open"),
    ],
)
async def test_what_is_done_is_a_new_revision_on_the_log(action: str, body: dict, state: str):
    async with serving([OPEN]) as served:
        status, answer = await served.ask("POST", f"/api/alerts/db-1/{action}", json={**body, "by": "anna"})
        assert (status, answer["state"], answer["revision"]) == (200, state, 2), answer
        written = last_written(served)
        assert (written.state, written.revision, written.history[-1].by) == (state, 2, "anna")
        assert written.history[-1].note == (body.get("note") or body.get("measure"))
        _, listed = await served.ask("GET", "/api/alerts")
        assert listed["alerts"] == [answer]


async def test_a_measure_was_taken_so_long_ago_or_then_or_now():
    async with serving([OPEN]) as served:
        for at, expected in (
            ("30m", NOW - timedelta(minutes=30)),
            ("2026-11-01T12:00:00+01:00", NOW - timedelta(hours=1)),
            (None, NOW),
        ):
            await served.ask(
                "POST",
                "/api/alerts/db-1/measure",
                json={"measure": " Stellung\nnahme ", "at": at, "by": "anna"},
            )
            effect = last_written(served).effects[-1]
            assert (effect.at, effect.measure, effect.by) == (expected, "Stellung nahme", "anna")


async def test_where_secrets_may_stand_only_the_scheme_is_shown_live_too():
    alarm = Alarm(notify=("log:", "slack://T1/A1/secret"), escalate_to=("https://example.org/secret",))
    alert = an_alert(alarm=alarm)
    async with serving([an_entry(ALERTS, "db-1", alert)]) as served:
        _, listed = await served.ask("GET", "/api/alerts")
        _, changed = await served.ask("POST", "/api/alerts/db-1/ack")
        with served.services.view.live.listen() as client:
            await served.log.append([an_entry(ALERTS, "db-1", replace(alert, count=9))])
            events = await client.take(5.0)
        assert "secret" not in f"{listed}{changed}{events}"
        assert changed["alarm"]["notify"][1].startswith("slack:…")
        assert last_written(served).alarm == alarm


async def test_the_schema_of_what_webhooks_receive_is_published():
    async with serving() as served:
        status, schema = await served.ask("GET", "/api/alert.schema.json")
        assert (status, schema["$schema"]) == (200, "https://json-schema.org/draft/2020-12/schema")
        assert {"Event", "Alert", "TopStory", "Effect"} <= set(schema["$defs"])


async def test_a_snooze_ends_so_long_from_now_or_then():
    async with serving([OPEN]) as served:
        for until, expected in (("4h", NOW + timedelta(hours=4)), ("2026-11-01T14:00:00+01:00", LATER)):
            await served.ask("POST", "/api/alerts/db-1/snooze", json={"until": until})
            assert last_written(served).snoozed_until == expected


@pytest.mark.parametrize(
    ("headers", "body", "by"),
    [
        ({"X-User": "anna"}, None, "anna"),
        ({"X-User": "anna"}, {"by": "berta"}, "berta"),
        ({}, {}, "anonymous"),
        ({"X-User": " "}, {"by": None}, "anonymous"),
    ],
)
async def test_who_did_it_is_the_body_or_the_header(headers: dict, body: dict | None, by: str):
    async with serving([OPEN]) as served:
        await served.ask("POST", "/api/alerts/db-1/ack", headers=headers, json=body)
        assert last_written(served).history[-1].by == by


@pytest.mark.parametrize(
    ("action", "body", "advice"),
    [
        ("snooze", b"{}", 'write {"until": "4h"}'),
        ("snooze", b'{"until": "2026-11-01T11:00:00Z"}', "passed already"),
        ("snooze", b'{"until": "soon"}', "until is a time"),
        ("note", b"", 'write {"note"'),
        ("note", b'{"note": " "}', 'write {"note"'),
        ("ack", b"[]", "object"),
        ("ack", b"{", "JSON"),
        ("ack", b'{"by": "a\\nb"}', "printable"),
        ("ack", b'{"by": "' + b"x" * 101 + b'"}', "at most 100"),
        ("note", b'{"note": "' + b"x" * 2001 + b'"}', "at most 2000"),
        ("note", b" " * 300_000, "too large"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(action: str, body: bytes, advice: str):
    async with serving([OPEN]) as served:
        status, answer = await served.ask("POST", f"/api/alerts/db-1/{action}", data=body)
        assert (status, advice in answer["error"]) == (413 if advice == "too large" else 400, True), answer
        assert len(served.log.records(ALERTS)) == 1


async def test_an_alert_that_is_not_there_is_not_found():
    async with serving([OPEN]) as served:
        status, answer = await served.ask("POST", "/api/alerts/db-2/ack")
        assert (status, "/api/alerts" in answer["error"]) == (404, True)


async def test_what_two_do_at_once_happens_one_after_the_other():
    async with serving([OPEN]) as served:
        await asyncio.gather(
            *(served.ask("POST", "/api/alerts/db-1/note", json={"note": str(n)}) for n in range(20))
        )
        written = last_written(served)
        assert written.revision == 21
        assert sorted(int(change.note or "") for change in written.history) == list(range(20))


async def test_what_was_done_is_shown_though_the_log_has_not_come_back_with_it():
    class Late(FakeLog):
        async def tail(self, topic: str, *, from_start: bool):
            yield await anext(super().tail(topic, from_start=from_start))
            await asyncio.Event().wait()

    log = Late()
    await log.append([OPEN])
    async with serving(log=log, view=View(log)) as served:
        await served.ask("POST", "/api/alerts/db-1/ack")
        _, listed = await served.ask("GET", "/api/alerts")
        assert listed["alerts"][0]["state"] == "acknowledged"


async def test_what_the_log_does_not_confirm_is_not_shown_as_done(monkeypatch: pytest.MonkeyPatch):
    async with serving([OPEN]) as served:
        served.log.decide = lambda _: NOT_NOW
        monkeypatch.setattr("streams.web.changes.PATIENCE_SECS", 0.05)
        status, answer = await served.ask("POST", "/api/alerts/db-1/ack")
        assert (status, "did not confirm" in answer["error"]) == (503, True)
        served.log.decide = lambda _: REFUSED
        status, _ = await served.ask("POST", "/api/alerts/db-1/ack")
        assert status == 400
        _, listed = await served.ask("GET", "/api/alerts")
        assert listed["alerts"][0]["state"] == "open"
