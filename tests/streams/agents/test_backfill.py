"""What a subscription that comes late finds of the past, and what becomes of what was known already."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.agents import backfill
from streams.agents.backfill import Backfiller, outputs_of
from streams.agents.hits import hits_of
from streams.backfill import Backfill, Backfills, ask
from streams.chain import new_matcher
from streams.codec import decode_hit
from streams.errors import UnavailableError, UsageError
from streams.flow import enrich
from streams.mention import Match, Mention
from streams.post import Author
from streams.subscription import Subscription
from streams.testing.fakes import REFUSED, FakeLog
from streams.testing.make import EPOCH, post
from streams.topics import BACKFILLS, MENTIONS, POSTS
from tests.streams.agents.house import EARLY, LATE, NOW, OTHER, REQUEST, House


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    for name in ("FOLLOWED_SECS", "LOOK_SECS", "TOLD_EVERY_SECS", "PAUSE_SECS"):
        monkeypatch.setattr(backfill, name, 0.0)
    monkeypatch.setattr(backfill, "MISSING_SECS", 0.2)


async def test_what_nobody_asked_for_before_is_found_and_what_was_known_has_all_its_matches():
    house = House()
    await house.hears(post(0), post(1, "Die Bahn kommt"), post(2, "Schon spät"), post(3, OTHER))
    done = await house.backfilled()
    assert house.matches() == {
        "sample:0": ["early", "late"],
        "sample:1": ["early"],
        "sample:2": ["late"],
    }
    assert str(done) == "late: done, 6 of 6 read, 2 found"  # four of the log, and two of the index
    assert {one.id: one.mode for one in house.index.alive()} == {
        "sample:0": "live",
        "sample:1": "live",
        "sample:2": "backfill",
    }
    assert {(hit.post, hit.mode) for hit in house.late_hits()} == {
        ("sample:0", "backfill"),
        ("sample:2", "backfill"),
    }


async def test_a_repeated_run_changes_nothing():
    house = House()
    await house.hears(*(post(number) for number in range(5)))
    await house.backfilled()
    there, counted, written = house.matches(), house.counted(), len(house.log.records(MENTIONS))
    again = await house.backfilled(request=replace(REQUEST, at=NOW))
    assert (again.found, len(house.log.records(MENTIONS))) == (5, written)
    assert (house.matches(), house.counted()) == (there, counted)


async def test_an_edit_that_concerned_nobody_then_is_found_by_who_comes_later():
    house = House()
    await house.hears(post(0, "Die Bahn"), post(0, "Schon spät", edited_at=NOW, observed_at=NOW))
    assert house.matches() == {}
    await house.backfilled()
    assert house.matches() == {"sample:0": ["late"]}


async def test_what_older_subscriptions_found_stays_found_after_they_changed_or_left():
    house = House()
    await house.hears(post(0))
    house.matcher.unsubscribe("early")
    await house.backfilled()
    assert house.matches() == {"sample:0": ["early", "late"]}


async def test_what_is_deleted_or_edited_while_it_runs_is_not_counted():
    house = House()
    await house.hears(post(0), post(1), post(2))
    backfiller, take = house.backfiller(), Backfiller._take

    async def meanwhile(self, matched, subscription):
        gone = post(0, "", event="delete", observed_at=NOW)
        edited = post(1, "Die Bahn kommt", edited_at=NOW, observed_at=NOW)
        if not house.late_hits():
            await house.hears(gone, edited)  # their retractions now lie before the hits
        return await take(self, matched, subscription)

    backfiller._take = meanwhile.__get__(backfiller)
    await house.backfilled(backfiller)
    assert house.matches() == {"sample:1": ["early"], "sample:2": ["early", "late"]}
    assert house.counted() == {"early": 2, "late": 1}


async def test_only_what_is_younger_than_asked_for_is_looked_at():
    house = House()
    await house.hears(post(0), post(600))
    await house.backfilled(request=replace(REQUEST, since=EPOCH + timedelta(hours=1)))
    assert house.matches() == {"sample:0": ["early"], "sample:600": ["early", "late"]}


async def test_a_subscription_that_is_not_there_stops_it_with_the_reason():
    house = House()
    backfiller = house.backfiller()
    backfiller.unsubscribe("late")
    done = await house.backfilled(backfiller)
    assert str(done) == "late: stopped (there is no such subscription)"


async def test_a_query_that_cannot_be_meant_stops_it_with_the_reason():
    house = House()
    backfiller = house.backfiller()
    backfiller.subscribe(replace(LATE, query="(spät"))
    done = await house.backfilled(backfiller)
    assert (done.state, "expected" in done.reason) == ("stopped", True)


async def test_an_outage_of_the_index_is_waited_out():
    house = House()
    await house.hears(post(0))
    get, failures = house.index.get, [UnavailableError("away")] * 3

    async def sometimes(ids):
        if failures:
            raise failures.pop()
        return await get(ids)

    house.index.get = sometimes
    assert (await house.backfilled()).state == "done"
    assert house.matches() == {"sample:0": ["early", "late"]}


async def test_nothing_is_written_before_the_live_stream_has_settled_what_came_before():
    house, looks = House(), []
    await house.hears(post(0))
    settled = house.log.committed

    async def slowly(group, topic):
        looks.append((topic, len(house.late_hits())))
        return await settled(group, topic) if len(looks) % 4 == 0 else {}

    house.log.committed = slowly
    await house.backfilled()
    assert looks == [(POSTS, 0)] * 4 + [(MENTIONS, 0)] * 4
    assert len(house.late_hits()) == 1


async def test_it_stands_still_while_live_posts_wait():
    house, waiting = House(), [5000, 3000, 1500]
    await house.hears(post(0))
    await house.backfilled(house.backfiller(behind=lambda: waiting.pop(0) if waiting else 0))
    assert waiting == []


async def test_a_worker_that_does_not_hold_the_first_partition_does_nothing():
    house = House()
    await house.hears(post(0))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await house.backfilled(ours=lambda: False)
    assert house.told() == Backfill(request=REQUEST, at=EPOCH)


async def test_a_request_that_the_log_refuses_is_told():
    with pytest.raises(UsageError, match="too large"):
        await ask(FakeLog(lambda _: REFUSED), REQUEST)


def test_the_oldest_request_that_is_not_finished_is_next():
    known = Backfills()
    assert known.next() is None
    records = [
        replace(REQUEST, subscription=name, at=EPOCH + timedelta(hours=h)) for name, h in (("b", 2), ("a", 1))
    ]
    log = FakeLog()
    for request in records:
        asyncio.run(ask(log, request))
    for record in log.records(BACKFILLS):
        known.learn(record)
    assert known.next() == Backfill(request=records[1], at=records[1].at)
    known.note(Backfill(request=records[1], at=NOW, state="done"))
    known.note(Backfill(request=records[1], at=EPOCH, state="running"))  # read late, as our own words are
    assert known.next() == Backfill(request=records[0], at=records[0].at)


steps = st.lists(
    st.tuples(st.sampled_from([OTHER, "Bahn", "spät", "Bahn spät"]), st.integers(0, 2), st.booleans()),
    max_size=8,
)


@settings(max_examples=40)
@given(steps, st.lists(st.integers(1, 30), max_size=4))
def test_however_often_it_is_killed_all_end_with_all_their_matches_and_count_once(given_, kills):
    """An edit is a later version; the truth is what a pipeline that always listened for both would show."""

    async def run():
        versions = [
            post(number, text, observed_at=EPOCH + at * timedelta(hours=1),
                 edited_at=EPOCH + at * timedelta(hours=1) if edited else None, author=Author(id=f"a{number}"))
            for at, (text, number, edited) in enumerate(given_)
        ]  # fmt: skip
        house, always = House(), House()
        always.matcher.subscribe(LATE)
        await house.hears(*versions)
        await always.hears(*versions)
        await ask(house.log, REQUEST)
        for steps_ in kills:
            dying = asyncio.create_task(house.backfilled(house.backfiller()))
            for _ in range(steps_):
                await asyncio.sleep(0)
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        await house.backfilled()
        newest = {one.id: one for one in versions}
        wanted = {one.id for one in newest.values() if "spät" in one.text}
        assert {id for id, matches in house.matches().items() if "late" in matches} == wanted
        assert house.counted().get("late", 0) == len(wanted)
        for id in wanted:
            assert house.matches()[id] == always.matches()[id]

    asyncio.run(run())


def test_a_newer_state_in_the_index_is_left_alone_and_so_is_who_no_longer_matches():
    (mention,) = enrich([Mention.of(post(0))], [_matcher(EARLY, LATE)])
    newer = replace(mention, observed_at=NOW)
    assert outputs_of(mention, newer, LATE) == []
    assert outputs_of(mention, None, Subscription(id="gone", query="x")) == []
    known = replace(mention, matches=(Match(subscription="late", version=3),))
    assert [decode_hit(one.value) for one in outputs_of(mention, known, LATE)] == [
        one
        for one in hits_of(replace(mention, mode="backfill"), {mention.source})
        if one.subscription == "late"
    ]


def _matcher(*subscriptions):
    matcher = new_matcher()
    for one in subscriptions:
        matcher.subscribe(one)
    return matcher
