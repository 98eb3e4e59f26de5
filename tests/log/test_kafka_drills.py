"""What happens to KafkaLog when the broker goes away: nothing is lost, nothing doubled, and it goes on by itself."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from streams.errors import UnavailableError
from streams.log.base import Entry, Log
from streams.log.delivery import deliver
from streams.log.kafka import KafkaLog
from streams.outcome import DELIVERED, Retry
from streams.topics import Topic
from tests.real.servers import Kafka, running

pytestmark = pytest.mark.cluster
_numbers = count()


@pytest.fixture
async def log(own_kafka: Kafka) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(own_kafka.url)
    await log.open()
    yield log
    await log.close()


async def write(log: Log, topic: Topic, stop: asyncio.Event) -> list[bytes]:
    """Append batch after batch until told to stop; what was confirmed."""
    written: list[bytes] = []
    while not stop.is_set():
        values = [b"%06d" % (len(written) + at) for at in range(20)]
        outcomes = await deliver(
            log, [Entry(topic.name, b"k%d" % (at % 7), value) for at, value in enumerate(values)]
        )
        assert outcomes == [DELIVERED] * 20
        written += values
        await asyncio.sleep(0.02)
    return written


async def read_until(log: Log, topic: Topic, wanted: int, seen: dict[int, list[bytes]]) -> None:
    async for batch in log.tail(topic.name, from_start=True):
        for record in batch.records:
            seen.setdefault(record.partition, []).append(record.value or b"")
        if sum(map(len, seen.values())) >= wanted:
            return


async def away(kafka: Kafka, how: str) -> None:
    """Take the broker away for some seconds and bring it back."""
    await asyncio.to_thread(getattr(kafka, how))
    await asyncio.sleep(10)
    await asyncio.to_thread(kafka.resume if how == "pause" else kafka.start)


@pytest.mark.parametrize("how", ["stop", "kill", "pause"])
async def test_an_outage_loses_and_doubles_nothing(own_kafka, log, how):
    topic = Topic(f"outage-{next(_numbers)}", "key", partitions=3)
    await log.apply([topic])
    stop, seen = asyncio.Event(), {}
    writing = asyncio.create_task(write(log, topic, stop))
    tail = asyncio.create_task(read_until(log, topic, 10**9, seen))
    await asyncio.sleep(1)
    await away(own_kafka, how)
    await asyncio.sleep(2)
    stop.set()
    written = await asyncio.wait_for(writing, 60)
    for _ in range(300):
        if sum(map(len, seen.values())) >= len(written):
            break
        await asyncio.sleep(0.1)
    tail.cancel()
    assert sorted(value for values in seen.values() for value in values) == written
    assert all(values == sorted(values) for values in seen.values())


async def test_a_tail_begun_while_the_broker_is_away_begins_when_it_is_back(own_kafka, log):
    topic = Topic(f"later-{next(_numbers)}", "key", partitions=1)
    await log.apply([topic])
    await log.append([Entry(topic.name, b"k", b"v")])
    await asyncio.to_thread(own_kafka.stop)
    seen: dict[int, list[bytes]] = {}
    reading = asyncio.create_task(read_until(log, topic, 1, seen))
    await asyncio.sleep(3)
    assert not reading.done()
    await asyncio.to_thread(own_kafka.start)
    await asyncio.wait_for(reading, 60)
    assert seen == {0: [b"v"]}


async def test_a_broker_that_is_frozen_is_named_when_we_open(own_kafka):
    await asyncio.to_thread(own_kafka.pause)
    try:
        with pytest.raises(UnavailableError, match=f"{own_kafka.url} does not answer within 3 s"):
            await asyncio.wait_for(KafkaLog(own_kafka.url).open(), 30)
    finally:
        await asyncio.to_thread(own_kafka.resume)


async def test_closing_while_the_broker_is_away_ends_and_confirms_nothing(own_kafka, log):
    topic = Topic(f"closing-{next(_numbers)}", "key", partitions=1)
    await log.apply([topic])
    await log.append([Entry(topic.name, b"k", b"v")])
    await asyncio.to_thread(own_kafka.stop)
    try:
        waiting = asyncio.create_task(log.append([Entry(topic.name, b"k", b"v")]))
        await asyncio.sleep(1)
        await asyncio.wait_for(log.close(), 60)
        outcomes = await asyncio.wait_for(waiting, 60)
    finally:
        await asyncio.to_thread(own_kafka.start)
    assert isinstance(outcomes[0], Retry)
    assert isinstance((await log.append([Entry(topic.name, b"k", b"v")]))[0], Retry)


async def test_the_loss_of_one_broker_of_three_stops_nobody(tmp_path):
    topic = Topic("three", "key", partitions=6)
    with running(Kafka(tmp_path / "three", brokers=3)) as kafka:
        log = KafkaLog(kafka.url, replication=3)
        await log.open()
        try:
            await log.apply([topic])
            assert await log.plan([topic]) == []
            stop, seen = asyncio.Event(), {}
            writing = asyncio.create_task(write(log, topic, stop))
            await asyncio.sleep(1)
            await asyncio.to_thread(kafka.node(1).kill)
            await asyncio.sleep(15)
            stop.set()
            written = await asyncio.wait_for(writing, 60)
            await asyncio.wait_for(read_until(log, topic, len(written), seen), 60)
        finally:
            await log.close()
    assert sorted(value for values in seen.values() for value in values) == written
