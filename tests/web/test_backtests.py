"""`POST /api/subscriptions/backtest`: the kept past is run through the chain; nothing is changed."""

from datetime import timedelta

import pytest

from streams.codec import encode
from streams.log.base import Entry
from streams.post import Author, Post
from streams.topics import POSTS, SUBSCRIPTIONS
from tests.web.samples import NOW, a_subscription, an_entry, serving

PATH = "/api/subscriptions/backtest"
THERE = an_entry(SUBSCRIPTIONS, "db", a_subscription())


def past(days: int = 6) -> list[Entry]:
    """A post every twenty minutes, and two days ago forty within five minutes."""
    ages = [timedelta(minutes=20 * number) for number in range(1, days * 72)]
    ages += [timedelta(days=2, seconds=5 * number) for number in range(40)]
    posts = [
        Post(id=f"p:{n}", source="p", created_at=NOW - age, text="Die Bahn", author=Author(id=f"p:a{n}"))
        for n, age in enumerate(ages)
    ]
    return [Entry(POSTS, post.id.encode(), encode(post)) for post in posts]


async def test_it_tells_what_would_have_been_told():
    async with serving([THERE, *past()]) as served:
        status, answer = await served.ask("POST", PATH, json={"id": "db", "at_most": "1 a week"})
        assert (status, answer["subscription"], answer["budget"]["at_most"]) == (200, "db", "1 a week")
        assert answer["mentions"] == len(past())
        assert [alert["kind"] for alert in answer["alerts"]] == ["volume"]
        assert len(served.log.records(SUBSCRIPTIONS)) == 1


async def test_one_that_is_not_saved_can_be_tried():
    async with serving(past()) as served:
        asked = {"subscription": {"query": "zug"}, "days": 3}
        status, answer = await served.ask("POST", PATH, json=asked)
        assert (status, answer["mentions"], answer["alerts"]) == (200, 0, [])


@pytest.mark.parametrize(
    ("body", "status", "advice"),
    [
        ({"id": "nobody"}, 404, "no subscription of that id"),
        ({"id": "db", "days": 0}, 400, "1 to 28 days"),
        ({"id": "db", "at_most": "often"}, 400, "write `at_most"),
        ({"subscription": {"query": "bahn ("}}, 400, "write:"),
    ],
)
async def test_what_cannot_be_meant_is_refused(body, status, advice):
    async with serving([THERE]) as served:
        answered, answer = await served.ask("POST", PATH, json=body)
        assert answered == status
        assert advice in answer["error"]
