"""What the kept posts say about a subscription."""

import pytest

from streams import hindsight
from streams.chain import new_matcher
from streams.codec import encode
from streams.log.base import Entry
from streams.subscription import Subscription
from streams.testing.fakes import FakeLog
from streams.testing.make import post
from streams.topics import POSTS

TEXTS = {0: "Die Bahn steht", 1: "Stau auf der Autobahn", 2: "Streik im Werk"}


async def log_of(count):
    """Every hundredth post is of interest, each in its own way; the others speak of the weather."""
    log = FakeLog()
    texts = [
        TEXTS.get(number % 300 // 100, "") if number % 100 == 0 else "Es regnet" for number in range(count)
    ]
    await log.append(
        [Entry(POSTS, b"%d" % n, encode(post(n, text, author=None))) for n, text in enumerate(texts)]
    )
    await log.append([Entry(POSTS, b"bad", b"{"), Entry(POSTS, b"x", encode(post(1, "", event="delete")))])
    return log


async def warnings(query, count=1200):
    wanted = [Subscription(id="q", query=query)]
    return (await hindsight.warnings(await log_of(count), wanted, new_matcher))["q"]


async def test_a_sound_subscription_is_not_warned_of():
    assert await warnings("streik OR bahn") == []


async def test_what_matches_more_than_one_in_fifty_is_told_with_the_numbers():
    (said,) = await warnings("regnet OR bahn")
    assert said.startswith("matched 1,192 of the newest 1,200 posts, more than 1 in 50")


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("bahn AND stellwerk", "stellwerk"),
        ("bahn OR (kaffee NEAR/5 bahn)", "kaffee"),
        ("bahn OR title:streik", "title:streik"),
    ],
)
async def test_a_part_that_never_occurred_is_named_once(query, part):
    (said,) = await warnings(query)
    assert said.startswith(f"`{part}` never occurred in the newest 1,200 posts")


async def test_a_word_that_occurred_only_inside_others_is_told():
    assert [one.partition(" in ")[0] for one in await warnings("bahn OR auto~")] == [
        "`auto~` occurred only inside other words"
    ]


async def test_of_few_posts_nothing_is_concluded():
    assert await warnings("regnet AND kaffee", count=500) == []


async def test_only_the_newest_posts_are_looked_at(monkeypatch):
    monkeypatch.setattr(hindsight, "LOOKED_AT", 2000)
    (said,) = await warnings("kaffee", count=5000)
    assert "in the newest 1,998 posts" in said  # two of the records are no posts to look at
