"""Actors and places over HTTP."""

import pytest

from streams.post import Author, Venue
from streams.web.api import rankings
from tests.web.samples import a_mention, serving

ERIKA, MAX = Author(id="m:1", handle="erika"), Author(id="m:2", handle="max", followers=9_000)
FORUM = Venue(id="f:1", name="Bahnforum", kind="forum")
MENTIONS = (
    a_mention("m:1", author=ERIKA),
    a_mention("m:2", author=ERIKA, venue=FORUM),
    a_mention("m:3", author=MAX),
)


async def test_actors_are_ranked_by_what_is_asked():
    async with serving() as served:
        await served.hears(*MENTIONS)
        status, answer = await served.ask("GET", "/api/actors?by=reach&subscription=db")
        assert status == 200
        assert [one["name"] for one in answer["actors"]] == ["max", "erika"]
        assert (answer["mentions"], answer["complete"]) == (3, True)
        _, answer = await served.ask("GET", "/api/actors?by=mentions&size=1")
        assert [one["name"] for one in answer["actors"]] == ["erika"]


async def test_places_are_where_it_was_said():
    async with serving() as served:
        await served.hears(*MENTIONS)
        _, answer = await served.ask("GET", "/api/places")
        assert [(one["name"], one["kind"]) for one in answer["places"]] == [("Bahnforum", "forum")]


async def test_an_unknown_measure_is_answered_with_those_there_are():
    async with serving() as served:
        await served.hears(*MENTIONS)
        status, answer = await served.ask("GET", "/api/actors?by=fame")
        assert status == 400
        assert "write by=influence" in answer["error"]


async def test_the_answer_says_when_it_did_not_count_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rankings, "MOST_MENTIONS", 2)
    monkeypatch.setattr(rankings, "MAX_SIZE", 1)
    async with serving() as served:
        await served.hears(*MENTIONS)
        _, answer = await served.ask("GET", "/api/actors")
        assert (answer["mentions"], answer["complete"]) == (2, False)
