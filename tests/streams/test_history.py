"""What still stands of the past, from the log and, before its oldest post, from the index."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.chain import new_matcher
from streams.codec import encode
from streams.history import LastWords, Past, matched
from streams.log.base import Entry
from streams.log.embedded.client import EmbeddedLog
from streams.mention import Match, Mention
from streams.post import Author, Post
from streams.subscription import Subscription
from streams.testing.index_model import ModelIndex
from streams.testing.make import EPOCH, mention
from streams.topics import POSTS, topics

HOUR = timedelta(hours=1)
BAHN = Subscription(id="db", query="bahn~")


def post(name, hours=0.0, text="Die Bahn steht", **rest):
    return Post(id=f"s:{name}", source="s", created_at=EPOCH + hours * HOUR, text=text, **rest)


def later(one, hours, **changes):
    return replace(one, observed_at=one.created_at + hours * HOUR, **changes)


@pytest.fixture
async def log(tmp_path):
    made = EmbeddedLog(f"sqlite:///{tmp_path / 'log.db'}")
    await made.open()
    await made.apply(topics(4))
    yield made
    await made.close()


async def write(log, *posts):
    await log.append([Entry(POSTS, one.id.encode(), encode(one)) for one in posts])


async def pages(past, place=None):
    return [page async for page in past.pages(place)]


async def standing(log, index=None, since=None):
    past = await Past.survey(log, index, since)
    return [(one.id, one.version) for page in await pages(past) for one in page.posts]


async def test_every_post_is_handed_out_once_in_its_last_state(log):
    old, new = post("a"), later(post("a"), 1, edited_at=EPOCH + HOUR, text="Der Zug steht")
    gone, silent = post("b"), post("c")
    await write(
        log, old, gone, new, later(gone, 2, event="delete", text=""), silent, silent, later(silent, 1)
    )
    assert sorted(await standing(log)) == [("s:a", new.version), ("s:c", later(silent, 1).version)]


async def test_a_late_old_version_or_a_post_after_its_delete_does_not_stand(log):
    one, gone = post("a"), post("b")
    await write(log, later(one, 5), one, later(gone, 2, event="delete", text=""), later(gone, 1))
    assert await standing(log) == [("s:a", later(one, 5).version)]


async def test_posts_of_an_author_who_is_gone_do_not_stand_but_later_ones_do(log):
    anna = Author(id="s:anna")
    leaves = later(post("x", event="author_delete", author=anna), 3, text="")
    back = later(post("c", author=anna), 4)
    await write(log, post("a", author=anna), leaves, later(post("b", author=anna), 2), back)
    assert await standing(log) == [("s:c", back.version)]


async def test_what_is_older_than_asked_for_or_unreadable_is_left_out(log):
    await write(log, post("a", 1), post("b", 3))
    await log.append([Entry(POSTS, b"bad", b"{")])
    assert [id for id, _ in await standing(log, since=EPOCH + 2 * HOUR)] == ["s:b"]


async def test_nothing_beyond_the_ends_seen_at_the_start_is_handed_out_but_its_deletes_count(log):
    await write(log, post("a"), post("b"))
    ends = await log.ends(POSTS)
    await write(log, post("c"), later(post("a"), 1, event="delete", text=""))
    past = await Past.survey(log, None, None, ends=ends)
    read = await pages(past)
    assert [one.id for page in read for one in page.posts] == ["s:b"]
    assert (read[-1].place.read, read[-1].total, past.total) == (2, 2, 2)


async def test_reading_goes_on_at_any_place(log):
    await write(log, *(post(str(number)) for number in range(3000)))
    past = await Past.survey(log, None, None)
    whole = await pages(past)
    assert len(whole) > 2
    for at, page in enumerate(whole):
        again = await pages(await Past.survey(log, None, None), page.place)
        assert [one.id for p in again for one in p.posts] == [
            one.id for p in whole[at + 1 :] for one in p.posts
        ]


async def test_before_the_oldest_kept_post_the_index_is_asked_and_nothing_comes_twice(log):
    index = ModelIndex()
    known = [mention(number, observed_at=EPOCH + number * HOUR) for number in range(1200)]
    await index.deliver([replace(one, matches=(Match(subscription="old"),)) for one in known])
    await write(log, *(replace(post("x"), id=one.id, observed_at=one.observed_at) for one in known[:3]))
    found = await standing(log, index)
    assert len(found) == 1200
    assert {id for id, _ in found} == {one.id for one in known}
    past = await Past.survey(log, index, None)
    whole = await pages(past)
    assert past.total == whole[-1].place.read == 1203
    rest = await pages(await Past.survey(log, index, None), whole[0].place)
    assert {one.id for p in rest for one in p.posts} >= {one.id for p in whole[1:] for one in p.posts}


async def test_matched_posts_say_by_which_subscription(log):
    await write(log, post("a"), post("b", text="Der Kaffee ist kalt"), post("c", text="Bahnstreik"))
    matcher = new_matcher()
    matcher.subscribe(BAHN)
    found = [one async for one in matched(await Past.survey(log, None, None), matcher)]
    assert {one.id: one.matches[0].subscription for one in found} == {"s:a": "db", "s:c": "db"}


said = st.tuples(
    st.sampled_from(["upsert", "upsert", "delete", "author_delete"]), st.integers(0, 3), st.integers(0, 4)
)


@given(st.lists(said, max_size=12))
def test_what_stands_is_what_an_index_would_show(tmp_path_factory, steps):
    """The index of all posts knows the truth; what one version says is always the same."""

    def made(event, number, hours):
        author = Author(id=f"a{number % 2}")
        return later(
            post(str(number), event=event, author=author, text="x" if event == "upsert" else ""), hours
        )

    posts = [made(*step) for step in steps]
    heard, index = LastWords(), ModelIndex()
    for one in posts:
        heard.hear(one)
    asyncio.run(index.deliver([Mention.of(one) for one in posts]))
    stands = [one for one in posts if heard.take(one)]
    assert sorted((one.id, one.version) for one in stands) == sorted(
        (one.id, one.version) for one in index.alive()
    )
