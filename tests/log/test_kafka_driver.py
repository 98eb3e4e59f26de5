"""Faust's consumer with our hand-over: the same messages, in the same order, without a task for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import faust
import pytest

from streams.log.base import Entry
from streams.log.handover import Handover
from streams.log.kafka import KafkaLog
from streams.log.kafka_driver import Consumer
from streams.log.kafka_url import parse
from streams.topics import Topic

pytestmark = pytest.mark.cluster
MESSAGES = 1500
_numbers = count()


@pytest.fixture
async def topic(kafka_url) -> str:
    """A topic with numbered values, spread over its partitions."""
    name = f"driver-{next(_numbers)}"
    log = KafkaLog(kafka_url)
    await log.open()
    await log.apply([Topic(name, "key", partitions=3)])
    await log.append([Entry(name, b"%d" % (at % 20), b"%d" % at) for at in range(MESSAGES)])
    await log.close()
    return name


def application(url: str, topic: str, seen: list[int], buffer: int = 4096, work: float = 0.0) -> faust.App:
    """An application whose agent notes what it sees; `work`: seconds a message."""
    app = faust.App(
        f"group-{topic}",
        broker=parse(url).faust_broker().broker,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=buffer,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=0.2,
        broker_heartbeat_interval=0.5,
    )

    async def agent(stream: Any) -> None:
        async for value in stream:
            seen.append(int(value))
            if work:
                await asyncio.sleep(work)

    app.agent(app.topic(topic, value_type=bytes, value_serializer="raw", key_serializer="raw"))(agent)
    return app


@asynccontextmanager
async def running(app: faust.App) -> AsyncIterator[faust.App]:
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def until(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(("buffer", "work"), [(4096, 0.0), (16, 0.0), (16, 0.001)])
async def test_every_message_comes_once_and_in_order_however_far_behind_the_agent_is(
    kafka_url, topic, buffer, work
):
    seen: list[int] = []
    async with running(application(kafka_url, topic, seen, buffer, work)):
        await until(lambda: len(seen) >= MESSAGES)
    assert sorted(seen) == list(range(MESSAGES))
    for key in range(20):
        own = [at for at in seen if at % 20 == key]
        assert own == sorted(own)


async def test_no_message_waits_while_the_agent_keeps_up(kafka_url, topic, monkeypatch):
    waited = []
    original = Handover._must_wait
    monkeypatch.setattr(Handover, "_must_wait", lambda self: waited.append(original(self)) or waited[-1])
    seen: list[int] = []
    async with running(application(kafka_url, topic, seen)) as app:
        assert isinstance(app.consumer, Consumer)
        await until(lambda: len(seen) >= MESSAGES)
    assert waited == [False] * MESSAGES


async def test_nothing_is_lost_when_a_second_worker_joins_and_leaves(kafka_url, topic):
    first: list[int] = []
    second: list[int] = []
    async with running(application(kafka_url, topic, first, 16, 0.005)):
        await until(lambda: len(first) > 100)
        async with running(application(kafka_url, topic, second, 16, 0.005)):
            await until(lambda: len(second) > 100)
        await until(lambda: len({*first, *second}) == MESSAGES)
    assert len(second) > 100
    assert {*first, *second} == set(range(MESSAGES))
