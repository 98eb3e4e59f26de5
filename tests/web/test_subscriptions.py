import asyncio

import pytest

from streams.codec import decode_subscription
from streams.topics import SUBSCRIPTIONS
from tests.web.samples import NOW, a_subscription, an_entry, serving

THERE = an_entry(SUBSCRIPTIONS, "db", a_subscription(version=3, name="Deutsche Bahn"))


def written(served):
    return [record and decode_subscription(record) for *_, record in served.log.records(SUBSCRIPTIONS)]


async def test_they_are_listed_by_id_and_shown():
    async with serving([THERE, an_entry(SUBSCRIPTIONS, "ahr", a_subscription("ahr"))]) as served:
        _, answer = await served.ask("GET", "/api/subscriptions")
        assert [one["id"] for one in answer["subscriptions"]] == ["ahr", "db"]
        status, answer = await served.ask("GET", "/api/subscriptions/db")
        assert (status, answer["name"]) == (200, "Deutsche Bahn")
        status, _ = await served.ask("GET", "/api/subscriptions/nobody")
        assert status == 404


async def test_a_new_one_is_version_one_and_says_who_and_when():
    async with serving() as served:
        body = {"query": "bahn", "must_match": ["Die Bahn"], "alarm": {"at_most": "1 a month"}}
        status, answer = await served.ask(
            "PUT", "/api/subscriptions/db", json=body, headers={"X-User": "anna"}
        )
        assert (status, answer["version"], answer["changed_by"]) == (201, 1, "anna")
        [kept] = written(served)
        assert (kept.id, kept.changed_at, kept.alarm.at_most) == ("db", NOW, "1 a month")
        _, shown = await served.ask("GET", "/api/subscriptions/db")
        assert shown == answer


async def test_a_change_counts_the_version_on_whatever_the_body_says():
    async with serving([THERE]) as served:
        body = {"id": "db", "query": "zug", "version": 99, "changed_by": "mallory"}
        status, answer = await served.ask("PUT", "/api/subscriptions/db", json=body)
        assert (status, answer["version"], answer["changed_by"]) == (200, 4, "anonymous")


async def test_what_is_kept_already_is_not_changed():
    async with serving([THERE]) as served:
        body = {"query": "bahn", "name": "Deutsche Bahn"}
        status, answer = await served.ask("PUT", "/api/subscriptions/db", json=body)
        assert (status, answer["version"], len(written(served))) == (200, 3, 1)


async def test_two_changes_at_once_are_two_versions():
    async with serving([THERE]) as served:
        bodies = [{"query": f"bahn{n}"} for n in range(10)]
        await asyncio.gather(*(served.ask("PUT", "/api/subscriptions/db", json=body) for body in bodies))
        assert [one.version for one in written(served)] == list(range(3, 14))


async def test_a_bad_query_is_refused_with_the_caret():
    async with serving([THERE]) as served:
        status, answer = await served.ask("PUT", "/api/subscriptions/db", json={"query": "bahn (zug"})
        assert status == 400
        assert "\n  bahn (zug\n           ^\nwrite: bahn (zug)" in answer["error"]
        assert len(written(served)) == 1


async def test_examples_that_do_not_hold_are_refused():
    async with serving() as served:
        body = {"query": "bahn", "must_match": ["Der Zug"]}
        status, answer = await served.ask("PUT", "/api/subscriptions/db", json=body)
        assert (status, "Der Zug" in answer["error"]) == (400, True)
        assert written(served) == []


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        ("db", b'{"name": "x"}', "query"),
        ("db", b"[1]", "object"),
        ("db", b'{"id": "other", "query": "x"}', 'write "id": "db"'),
        ("db", b'{"query": 7}', "$.query"),
        ("a%20b", b'{"query": "x"}', "an id has"),
        ("x" * 101, b'{"query": "x"}', "an id has"),
    ],
)
async def test_what_is_no_subscription_is_refused(path: str, body: bytes, advice: str):
    async with serving() as served:
        status, answer = await served.ask("PUT", f"/api/subscriptions/{path}", data=body)
        assert (status, advice in answer["error"]) == (400, True), answer


async def test_a_removed_one_is_gone_and_only_once():
    async with serving([THERE]) as served:
        assert await served.ask("DELETE", "/api/subscriptions/db") == (204, None)
        assert served.log.records(SUBSCRIPTIONS)[-1].value is None
        status, _ = await served.ask("DELETE", "/api/subscriptions/db")
        assert status == 404
        _, answer = await served.ask("GET", "/api/subscriptions")
        assert answer["subscriptions"] == []


async def test_a_try_says_what_matches_where_and_why_and_changes_nothing():
    async with serving() as served:
        body = {"query": "bahn", "texts": ["🚆 Bahn", "Zug"]}
        status, answer = await served.ask("POST", "/api/subscriptions/try", json=body)
        assert status == 200
        hit, miss = answer["results"]
        assert (hit["matched"], hit["spans"], hit["missing"]) == (True, [[2, 6]], None)
        assert "Bahn" in hit["because"][0]
        assert (miss["matched"], miss["spans"]) == (False, [])
        assert "bahn" in miss["missing"]
        assert written(served) == []


async def test_a_try_of_a_bad_query_or_too_much_is_refused():
    async with serving() as served:
        for body in ({"query": "("}, {"query": "bahn", "texts": ["x"] * 101}, {"texts": []}):
            status, _ = await served.ask("POST", "/api/subscriptions/try", json=body)
            assert status == 400


async def test_a_secret_is_not_shown_and_what_was_shown_can_be_given_back():
    slack = "slack://T1/A1/secret"
    async with serving() as served:
        body = {"query": "bahn", "alarm": {"notify": ["log:", slack]}}
        _, created = await served.ask("PUT", "/api/subscriptions/db", json=body)
        _, shown = await served.ask("GET", "/api/subscriptions/db")
        _, listed = await served.ask("GET", "/api/subscriptions")
        assert "secret" not in f"{created}{shown}{listed}"
        status, _ = await served.ask("PUT", "/api/subscriptions/db", json={**shown, "name": "Bahn"})
        assert (status, written(served)[-1].alarm.notify) == (200, ("log:", slack))
        status, answer = await served.ask("PUT", "/api/subscriptions/other", json={**shown, "id": "other"})
        assert (status, "write the whole address" in answer["error"]) == (400, True)


async def test_an_alarm_that_cannot_be_meant_is_refused_with_what_to_write():
    async with serving() as served:
        body = {"query": "bahn", "alarm": {"quiet": "22-7"}}
        status, answer = await served.ask("PUT", "/api/subscriptions/db", json=body)
        assert (status, 'write `quiet = "22:00-07:00"`' in answer["error"]) == (400, True)
        assert written(served) == []


async def test_the_history_tells_who_is_told_but_no_secret_of_theirs():
    async with serving() as served:
        slack = "ntfys://user:geheim@ntfy.example.org/presse"
        body = {"query": "bahn", "alarm": {"notify": ["log:", slack]}}
        await served.ask("PUT", "/api/subscriptions/db", json=body)
        _, told = await served.ask("GET", "/api/subscriptions/db/history")
        before, after = told["changes"][0]["fields"]["alarm.notify"]
        assert before is None
        assert after[0] == "log:"
        assert "geheim" not in str(told)
