"""Backfills are asked for and followed, and the history of a subscription is told, over HTTP."""

from datetime import timedelta

from streams.backfill import Backfill, BackfillRequest, Backfills, telling
from streams.topics import BACKFILLS, SUBSCRIPTIONS
from tests.web.samples import NOW, a_subscription, an_entry, serving

THERE = an_entry(SUBSCRIPTIONS, "db", a_subscription(version=3))
PATH = "/api/subscriptions/db/backfill"


def asked(served):
    known = Backfills()
    for record in served.log.records(BACKFILLS):
        known.learn(record)
    return known.of("db").request


async def test_what_is_asked_for_lies_on_the_log_with_who_and_how_far_back():
    async with serving([THERE]) as served:
        status, answer = await served.ask("POST", PATH, json={"since": "3d"}, headers={"X-User": "anna"})
        assert (status, answer["state"]) == (202, "waiting")
        wanted = BackfillRequest(
            subscription="db", version=3, since=NOW - timedelta(days=3), at=NOW, by="anna"
        )
        assert asked(served) == wanted
        await served.ask("POST", PATH)
        assert asked(served).since == NOW - timedelta(days=14)
        await served.ask("POST", PATH, json={"since": "all"})
        assert asked(served).since is None


async def test_how_far_it_has_come_is_told():
    request = BackfillRequest(subscription="db", version=3, since=None, at=NOW, by="anna")
    told = telling(Backfill(request=request, state="running", at=NOW, read=5, total=9, found=2))
    async with serving([THERE, told]) as served:
        status, answer = await served.ask("GET", PATH)
        assert (status, answer["state"], answer["read"], answer["total"], answer["found"]) == (
            200,
            "running",
            5,
            9,
            2,
        )


async def test_nothing_is_asked_of_what_is_not_there_or_cannot_be_meant():
    async with serving([THERE]) as served:
        assert (await served.ask("POST", "/api/subscriptions/nobody/backfill"))[0] == 404
        assert (await served.ask("GET", PATH))[0] == 404
        for body in ({"since": "soon"}, {"since": 5}):
            assert (await served.ask("POST", PATH, json=body))[0] == 400
        assert served.log.records(BACKFILLS) == []


async def test_the_history_tells_every_change_also_of_one_that_was_removed_and_came_back():
    path = "/api/subscriptions/db"
    async with serving() as served:
        assert (await served.ask("GET", f"{path}/history"))[0] == 404
        for method, query, who in (("PUT", "bahn", "anna"), ("PUT", "zug", "ben"), ("DELETE", None, "cleo")):
            await served.ask(method, path, json=query and {"query": query}, headers={"X-User": who})
        _, answer = await served.ask("GET", f"{path}/history")
        assert [(c["version"], c["kind"], c["by"], c["fields"]) for c in answer["changes"]] == [
            (1, "added", "anna", {"query": [None, "bahn"]}),
            (2, "changed", "ben", {"query": ["bahn", "zug"]}),
            (3, "removed", "cleo", {}),
        ]
        _, back = await served.ask("PUT", path, json={"query": "zug"}, headers={"X-User": "dora"})
        assert back["version"] == 4
        _, answer = await served.ask("GET", f"{path}/history")
        assert [c["by"] for c in answer["changes"]] == ["anna", "ben", "cleo", "dora"]
