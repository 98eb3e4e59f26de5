"""KafkaLog on a real broker: what the contract of all logs does not ask."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from random import Random

import pytest
from aiokafka import AIOKafkaProducer

from streams.errors import UnavailableError
from streams.log.base import Batch, Entry
from streams.log.kafka import KafkaLog
from streams.outcome import DELIVERED, Rejected
from streams.topics import Topic
from tests.real.servers import free_port

pytestmark = pytest.mark.cluster
_numbers = count()


@pytest.fixture
async def log(kafka_url) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(kafka_url)
    await log.open()
    yield log
    await log.close()


@pytest.fixture
async def topic(log) -> Topic:
    topic = Topic(f"kafka-{next(_numbers)}", "key", partitions=3, max_message_bytes=100_000)
    await log.apply([topic])
    return topic


def entries(topic: Topic, n: int, size: int = 10) -> list[Entry]:
    return [Entry(topic.name, b"%d" % at, b"%d " % at + b"x" * size) for at in range(n)]


async def read(log: KafkaLog, topic: Topic) -> list[bytes | None]:
    """All values, by partition."""
    values: dict[int, list[bytes | None]] = {}
    async for batch in log.tail(topic.name, from_start=True):
        for record in batch.records:
            values.setdefault(record.partition, []).append(record.value)
        if batch.caught_up:
            return [value for number in sorted(values) for value in values[number]]
    raise AssertionError("the tail ended")


async def test_too_large_an_entry_does_not_spoil_its_batch(log, topic):
    good = entries(topic, 20)
    outcomes = await log.append([*good[:10], Entry(topic.name, b"big", b"x" * 100_000), *good[10:]])
    assert [type(outcome) for outcome in outcomes] == [type(DELIVERED)] * 10 + [Rejected] + [
        type(DELIVERED)
    ] * 10
    assert sorted(await read(log, topic)) == sorted(entry.value for entry in good)


async def test_a_lowered_limit_is_noticed_and_costs_only_what_is_too_large(log, topic):
    await log.append([Entry(topic.name, b"same", b"first")])  # so that the limit is known
    lower = Topic(topic.name, topic.key, partitions=3, max_message_bytes=2000)
    admin = KafkaLog(log.url)
    await admin.open()
    await admin.apply([lower])
    probe = Entry(topic.name, b"same", Random(0).randbytes(3000))
    async with asyncio.timeout(30):  # until the broker does as it was told
        while await admin.append([probe]) == [DELIVERED]:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.1)
    await admin.close()
    sizes = [1000] * 10 + [3000] + [1000] * 10
    values = [Random(at).randbytes(size) for at, size in enumerate(sizes)]  # does not compress
    outcomes = await log.append([Entry(topic.name, b"same", value) for value in values])
    assert isinstance(outcomes.pop(10), Rejected)
    assert outcomes == [DELIVERED] * 20
    assert (await read(log, topic))[-20:] == values[:10] + values[11:]


async def test_more_than_a_batch_holds_is_written_in_order(log, topic):
    many = [Entry(topic.name, b"same", b"%06d" % at + b"x" * 50_000) for at in range(60)]
    assert await log.append(many) == [DELIVERED] * 60
    assert await read(log, topic) == [entry.value for entry in many]


async def test_keys_go_where_every_other_client_puts_them(log, topic):
    wanted = entries(topic, 50)
    producer = AIOKafkaProducer(bootstrap_servers=log.url.removeprefix("kafka://"))
    await producer.start()
    try:
        theirs = [await producer.send_and_wait(topic.name, key=entry.key, value=b"") for entry in wanted]
    finally:
        await producer.stop()
    await log.append(wanted)
    where = {}
    async for batch in log.tail(topic.name, from_start=True):
        where |= {record.key: record.partition for record in batch.records if record.value}
        if batch.caught_up:
            break
    assert [where[entry.key] for entry in wanted] == [answer.partition for answer in theirs]


async def test_an_unknown_topic_says_how_to_create_it(log):
    for asked in (log.append([Entry("nowhere", b"k", b"v")]), log.latest("nowhere"), log.ends("nowhere")):
        with pytest.raises(UnavailableError, match="topic nowhere does not exist .*`resonanz topics apply`"):
            await asked
    with pytest.raises(UnavailableError, match="nowhere"):
        await anext(log.tail("nowhere", from_start=True))


async def test_an_entry_without_key_is_refused_by_a_compacted_topic_alone(log):
    compacted = Topic(f"kafka-{next(_numbers)}", "key", partitions=1, compact=True)
    await log.apply([compacted])
    outcomes = await log.append([Entry(compacted.name, b"a", b"1"), Entry(compacted.name, None, b"2")])
    assert outcomes[0] == DELIVERED
    assert isinstance(outcomes[1], Rejected)
    assert [record.value for record in (await log.latest(compacted.name)).values()] == [b"1"]


async def test_a_partition_that_is_not_there_is_refused(log, topic):
    outcomes = await log.append([Entry(topic.name, b"k", b"v", 7), Entry(topic.name, b"k", b"v", 2)])
    assert isinstance(outcomes[0], Rejected)
    assert outcomes[1] == DELIVERED
    assert await log.ends(topic.name) == {0: 0, 1: 0, 2: 1}


async def test_what_can_be_adjusted_is_adjusted_and_the_rest_is_said(log, topic):
    wanted = Topic(
        topic.name, "key", partitions=5, retention_ms=60_000, compact=True, max_message_bytes=200_000
    )
    planned = {change.what.split(" is ")[0]: change.applicable for change in await log.plan([wanted])}
    assert planned.pop("retention.ms")
    assert planned.pop("max.message.bytes")
    await log.apply([wanted])
    left = await log.plan([wanted])
    assert [change.applicable for change in left] == [False, False]
    assert "has 3 partitions, must have 5" in left[0].what
    assert "cleanup.policy is delete, must be compact,delete" in left[1].what


async def test_adjusting_leaves_other_settings_alone(log, topic):
    found = (await log._admin.find_all([topic.name]))[topic.name]
    assert found.overrides["cleanup.policy"] == "delete"
    await log.apply([Topic(topic.name, "key", partitions=3, retention_ms=1000)])
    after = (await log._admin.find_all([topic.name]))[topic.name]
    assert after.overrides == {**found.overrides, "retention.ms": "1000", "max.message.bytes": "2000000"}


async def test_new_partitions_are_followed_too(log, topic):
    await log.append(entries(topic, 3))
    seen: list[bytes | None] = []
    tail = log.tail(topic.name, from_start=True)
    while not (await _next(tail, seen)).caught_up:
        pass
    await log._admin.ask(lambda client: client.create_partitions({topic.name: _NewPartitions(4)}))
    log._admin.forget(topic.name)
    while (outcome := (await log.append([Entry(topic.name, b"k", b"new", 3)]))[0]) != DELIVERED:
        assert isinstance(outcome, Rejected)  # the producer learns of it within a minute
        await log._appender._producer.client.force_metadata_update()
    while b"new" not in seen:
        await _next(tail, seen)
    await tail.aclose()
    assert len(seen) == 4


async def _next(tail: AsyncIterator[Batch], seen: list[bytes | None]) -> Batch:
    batch = await anext(tail)
    seen.extend(record.value for record in batch.records)
    return batch


class _NewPartitions:
    new_assignments = None

    def __init__(self, total_count: int) -> None:
        self.total_count = total_count


@pytest.mark.parametrize("address", ["127.0.0.1:PORT", "no-such-host.invalid:9092"])
async def test_a_wrong_address_is_named(kafka_url, address):
    host = address.replace("PORT", str(free_port()))
    log = KafkaLog(f"kafka://anna:geheim@{host}")
    with pytest.raises(UnavailableError, match=f"^kafka://anna:\\*\\*\\*@{host} cannot be reached: "):
        await log.open()
    await log.close()


async def test_a_port_without_users_says_so(kafka_url):
    with pytest.raises(UnavailableError, match="knows no users there"):
        await KafkaLog(kafka_url.replace("kafka://", "kafka://anna:geheim@")).open()


async def test_a_closed_log_ends_what_is_followed_and_closes_twice(kafka_url, topic):
    log = KafkaLog(kafka_url)
    await log.open()
    tail = log.tail(topic.name, from_start=True)
    assert (await anext(tail)).caught_up
    await log.close()
    await log.close()
    assert [batch async for batch in tail] == []


async def test_a_log_can_be_opened_again(kafka_url, topic):
    log = KafkaLog(kafka_url)
    for number in range(2):
        await log.open()
        assert await log.append([Entry(topic.name, b"k", b"%d" % number)]) == [DELIVERED]
        assert len(await read(log, topic)) == number + 1
        await log.close()
