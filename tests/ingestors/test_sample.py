"""The sample: a history, a calm, a crisis; the same for the same seed and start."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from ingestors.sample import Sample, SampleConfig

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def told(secs, cursor=None, **options):
    sample = Sample(SampleConfig(**options), clock=lambda: START + timedelta(seconds=secs))
    await sample.open()
    return [page async for page in sample.pages(cursor)]


def posts(pages):
    return [post for page in pages for post in page.posts]


async def test_first_comes_a_history_with_days_and_nights():
    history = posts(await told(0))[:-1]
    assert 2_900 < len(history) < 3_100
    assert {post.mode for post in history} == {"backfill"}
    assert START - timedelta(days=14) <= history[0].created_at < history[-1].created_at < START
    hours = Counter(post.created_at.hour for post in history)
    assert hours[6] > 5 * hours[1]


async def test_then_a_calm_and_a_crisis_of_many_voices():
    cursor = (await told(0))[-1].cursor
    calm = posts(await told(19.9, cursor))
    assert 35 <= len(calm) <= 45
    before = (await told(20, cursor))[-1].cursor
    crisis = posts(await told(80, before))
    assert 2_350 < len(crisis) < 2_450
    assert {post.mode for post in calm + crisis} == {"live"}
    about = [post for post in crisis if "lindental" in post.text.lower()]
    assert len(about) > len(crisis) / 2
    assert sum("lindental" in post.text.lower() for post in calm) <= 2
    assert len({post.author.id for post in crisis if post.author}) > 500
    assert {post.venue.kind for post in crisis} == {
        "network",
        "forum",
        "blog",
        "news",
        "portal",
        "group",
        "page",
    }
    assert any(post.rating for post in crisis)
    known = {post.id for post in calm + crisis}
    assert any(post.parent_id in known for post in crisis)
    after = posts(await told(100, (await told(80, before))[-1].cursor))
    assert 35 <= len(after) <= 45


async def test_the_same_seed_and_start_say_the_same_and_another_start_other_ids():
    once, again, later = posts(await told(0)), posts(await told(0)), posts(await told(1))
    assert once == again
    assert not {post.id for post in once} & {post.id for post in later}
    assert [post.text for post in posts(await told(0, seed=2))] != [post.text for post in once]


async def test_who_comes_back_late_sees_a_new_performance_without_history():
    cursor = (await told(10))[-1].cursor
    back = posts(await told(2 * 3600, cursor))
    assert len(back) == 1
    assert back[0].mode == "live"
    assert back[0].created_at == START + timedelta(hours=2)
    soon = posts(await told(15, cursor))
    assert all(post.mode == "live" for post in soon)
