"""What any `streams.log.base.Log` promises: small functions named after a promise, over an open log."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator

from aiokafka.partitioner import murmur2

from streams.errors import UnavailableError
from streams.log.base import Batch, Entry, Log, Record
from streams.outcome import DELIVERED, Rejected
from streams.topics import DAY_MS, Topic

SECS = 20.0
_numbers = itertools.count()


async def new_topic(log: Log, **settings) -> str:
    topic = Topic(f"promise-{os.getpid()}-{next(_numbers)}", "key", **settings)
    await log.apply([topic])
    return topic.name


async def what_is_there(log: Log, topic: str) -> list[Record]:
    """All records of a topic, by way of `tail`."""
    records = []
    async with asyncio.timeout(SECS):
        async for batch in log.tail(topic, from_start=True):
            records += batch.records
            if batch.caught_up:
                return records
    raise AssertionError("the tail ended")


async def following(batches: AsyncIterator[Batch]) -> Batch:
    async with asyncio.timeout(SECS):
        return await anext(batches)


async def what_is_confirmed_is_readable_in_order(log):
    topic = await new_topic(log, partitions=3)
    entries = [Entry(topic, b"%d" % (number % 10), b"%d" % number) for number in range(500)]
    outcomes = await asyncio.gather(log.append(entries[:300]), log.append(entries[300:]))
    assert [outcome for part in outcomes for outcome in part] == [DELIVERED] * 500
    records = await what_is_there(log, topic)
    assert sorted(int(record.value) for record in records) == list(range(500))
    for number in range(3):
        mine = [record for record in records if record.partition == number]
        assert mine == sorted(mine, key=lambda record: record.offset)
        for part in (range(300), range(300, 500)):
            values = [int(record.value) for record in mine if int(record.value) in part]
            assert values == sorted(values)


async def a_key_goes_where_other_clients_put_it(log):
    topic = await new_topic(log, partitions=5)
    keys = [b"21", b"foobar", b"mastodon:1127", b"", "größe".encode()] + [b"%d" % n for n in range(30)]
    await log.append([Entry(topic, key, b"v") for key in keys])
    for record in await what_is_there(log, topic):
        assert record.partition == (murmur2(record.key) & 0x7FFFFFFF) % 5


async def a_partition_can_be_asked_for(log):
    topic = await new_topic(log, partitions=3)
    before = await log.ends(topic)
    outcomes = await log.append([Entry(topic, b"k", b"v", partition=number) for number in (0, 1, 2, 2)])
    assert list(outcomes) == [DELIVERED] * 4
    after = await log.ends(topic)
    assert {number: after[number] - before[number] for number in after} == {0: 1, 1: 1, 2: 2}


async def a_partition_that_is_not_there_is_refused_alone(log):
    topic = await new_topic(log, partitions=2)
    outcomes = await log.append([Entry(topic, b"k", b"a", partition=7), Entry(topic, b"k", b"b")])
    assert [type(outcome) for outcome in outcomes] == [Rejected, type(DELIVERED)]


async def a_record_carries_what_was_written_and_when(log):
    topic = await new_topic(log, partitions=1)
    value = bytes(range(256))
    await log.append([Entry(topic, b"\x00key", value), Entry(topic, None, b""), Entry(topic, b"k", None)])
    records = await what_is_there(log, topic)
    assert [record[4:] for record in records] == [(b"\x00key", value), (None, b""), (b"k", None)]
    assert all(record.topic == topic and record.timestamp > 1_700_000_000_000 for record in records)


async def a_tail_from_now_begins_now(log):
    topic = await new_topic(log)
    await log.append([Entry(topic, b"k", b"before")])
    batches = log.tail(topic, from_start=False)
    assert await following(batches) == Batch([], caught_up=True)
    await log.append([Entry(topic, b"k", b"after")])
    batch = await following(batches)
    assert [record.value for record in batch.records] == [b"after"]
    assert batch.caught_up
    await batches.aclose()


async def a_tail_says_when_it_has_caught_up(log):
    topic = await new_topic(log)
    values = {b"%d" % number for number in range(5000)}
    await log.append([Entry(topic, value, value) for value in values])
    batches = log.tail(topic, from_start=True)
    caught_up, seen = False, set()
    while not caught_up:
        batch = await following(batches)
        caught_up = batch.caught_up
        seen |= {record.value for record in batch.records}
        assert not caught_up or seen == values
    await log.append([Entry(topic, b"k", b"later")])
    batch = await following(batches)
    assert batch.caught_up
    assert [record.value for record in batch.records] == [b"later"]
    await batches.aclose()


async def a_tail_of_nothing_has_caught_up(log):
    batches = log.tail(await new_topic(log), from_start=True)
    assert await following(batches) == Batch([], caught_up=True)
    await batches.aclose()


async def the_latest_value_of_each_key_is_known_without_the_deleted(log):
    topic = await new_topic(log, partitions=2, compact=True)
    await log.append([Entry(topic, b"%d" % (n % 7), b"%d" % n, n % 7 % 2) for n in range(100)])
    await log.append(
        [Entry(topic, b"3", None, 1), Entry(topic, b"4", None, 0), Entry(topic, b"4", b"back", 0)]
    )
    latest = await log.latest(topic)
    values = {b"0": b"98", b"1": b"99", b"2": b"93", b"4": b"back", b"5": b"96", b"6": b"97"}
    assert {key: record.value for key, record in latest.items()} == values
    assert set(await log.latest(topic, 1)) == {b"1", b"5"}
    assert await log.latest(await new_topic(log, compact=True)) == {}


async def what_is_too_large_is_rejected_alone(log):
    topic = await new_topic(log, max_message_bytes=100_000)
    entries = [Entry(topic, b"k", size) for size in (b"small", os.urandom(300_000), b"small too")]
    outcomes = await log.append(entries)
    assert [type(outcome) for outcome in outcomes] == [type(DELIVERED), Rejected, type(DELIVERED)]
    assert [record.value for record in await what_is_there(log, topic)] == [b"small", b"small too"]


async def a_compacted_topic_refuses_what_has_no_key(log):
    topic = await new_topic(log, compact=True, partitions=1)
    outcomes = await log.append([Entry(topic, None, b"v"), Entry(topic, b"k", b"v")])
    assert [type(outcome) for outcome in outcomes] == [Rejected, type(DELIVERED)]


async def an_unknown_topic_is_answered_with_the_command(log):
    async def tailed():
        await following(log.tail("promise-nosuch", from_start=True))

    for asked in (
        log.append([Entry("promise-nosuch", b"k", b"v")]),
        log.latest("promise-nosuch"),
        log.ends("promise-nosuch"),
        tailed(),
    ):
        try:
            await asked
        except UnavailableError as error:
            assert "promise-nosuch" in str(error)  # noqa: PT017 - these functions are also run on faulty logs
            assert "resonanz topics apply" in str(error)  # noqa: PT017
        else:
            raise AssertionError("no error")


async def a_plan_lists_what_is_missing_until_it_is_applied(log):
    topics = [
        Topic(f"plan-{os.getpid()}-{next(_numbers)}", "key", partitions=2, retention_ms=DAY_MS),
        Topic(f"plan-{os.getpid()}-{next(_numbers)}", "key", partitions=1, compact=True),
        Topic(f"plan-{os.getpid()}-{next(_numbers)}", "key", compact=True, retention_ms=DAY_MS),
    ]
    plan = await log.plan(topics)
    assert [(change.topic, change.applicable) for change in plan] == [(topic.name, True) for topic in topics]
    await log.apply(topics)
    assert list(await log.plan(topics)) == []
    assert len(await log.ends(topics[0].name)) == 2
    await log.apply(topics)


async def a_plan_lists_what_is_different_and_apply_mends_what_can_be(log):
    name = await new_topic(log, partitions=2, retention_ms=DAY_MS)
    await log.append([Entry(name, b"k", b"v")])
    wanted = Topic(name, "key", partitions=2, retention_ms=2 * DAY_MS, max_message_bytes=3_000_000)
    assert [change.applicable for change in await log.plan([wanted])] == [True, True]
    await log.apply([wanted])
    assert list(await log.plan([wanted])) == []
    grown = Topic(name, "key", 3, retention_ms=2 * DAY_MS, compact=True, max_message_bytes=3_000_000)
    assert [change.applicable for change in await log.plan([grown])].count(False) >= 1
    await log.apply([wanted])
    assert [record.value for record in await what_is_there(log, name)] == [b"v"]


async def a_group_that_never_committed_is_nowhere(log):
    topic = await new_topic(log)
    assert dict(await log.committed("promise-nobody", topic)) == {}


async def what_was_confirmed_is_there_for_whoever_opens_the_log_next(log):
    topic = await new_topic(log, partitions=1)
    await log.append([Entry(topic, b"k", b"v")])
    ends = await log.ends(topic)
    await log.close()
    again = type(log)(log.url)
    await again.open()
    assert await again.ends(topic) == ends
    assert [record.value for record in await what_is_there(again, topic)] == [b"v"]
    await again.close()


async def closing_twice_is_harmless(log):
    await log.close()
    await log.close()


PROMISES = [
    what_is_confirmed_is_readable_in_order,
    a_key_goes_where_other_clients_put_it,
    a_partition_can_be_asked_for,
    a_partition_that_is_not_there_is_refused_alone,
    a_record_carries_what_was_written_and_when,
    a_tail_from_now_begins_now,
    a_tail_says_when_it_has_caught_up,
    a_tail_of_nothing_has_caught_up,
    the_latest_value_of_each_key_is_known_without_the_deleted,
    what_is_too_large_is_rejected_alone,
    a_compacted_topic_refuses_what_has_no_key,
    an_unknown_topic_is_answered_with_the_command,
    a_plan_lists_what_is_missing_until_it_is_applied,
    a_plan_lists_what_is_different_and_apply_mends_what_can_be,
    a_group_that_never_committed_is_nowhere,
    what_was_confirmed_is_there_for_whoever_opens_the_log_next,
    closing_twice_is_harmless,
]
