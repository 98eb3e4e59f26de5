"""Both logs keep every promise; and the promises catch logs that do not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from streams.config import LogConfig
from streams.errors import ResonanzError
from streams.log.base import Batch
from streams.log.embedded.client import EmbeddedLog
from streams.log.opening import open_log
from streams.outcome import DELIVERED
from tests.contract import log_promises
from tests.contract.log_promises import PROMISES


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.cluster)])
def url(request, tmp_path):
    return (
        request.getfixturevalue("kafka_url") if request.param == "kafka" else f"sqlite:///{tmp_path}/log.db"
    )


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_a_log_keeps_its_promise(promise, url):
    log = open_log(LogConfig(url))
    await log.open()
    try:
        await promise(log)
    finally:
        await log.close()


class LosesTheLast(EmbeddedLog):
    async def append(self, entries):
        await super().append(entries[:-1])
        return [DELIVERED] * len(entries)


class ConfirmsWhatItRefused(EmbeddedLog):
    async def append(self, entries):
        await super().append(entries)
        return [DELIVERED] * len(entries)


class TurnsTheOrderAround(EmbeddedLog):
    async def append(self, entries):
        return list(reversed(await super().append(entries[::-1])))


class HashesItsOwnWay(EmbeddedLog):
    async def append(self, entries):
        return await super().append([e._replace(partition=0) if e.partition is None else e for e in entries])


class DropsWhatIsEmpty(EmbeddedLog):
    async def append(self, entries):
        return await super().append([entry._replace(value=entry.value or None) for entry in entries])


class FailsAllForOne(EmbeddedLog):
    async def append(self, entries):
        outcomes = await super().append(entries)
        refused = [outcome for outcome in outcomes if outcome != DELIVERED]
        return refused * len(outcomes) if len(refused) == 1 else outcomes


class TailsFromTheStartAlways(EmbeddedLog):
    def tail(self, topic, *, from_start):
        return super().tail(topic, from_start=True)


class CatchesUpTooEarly(EmbeddedLog):
    async def tail(self, topic, *, from_start) -> AsyncIterator[Batch]:
        async for batch in super().tail(topic, from_start=from_start):
            yield batch._replace(caught_up=True)


class NeverCatchesUpOnNothing(EmbeddedLog):
    async def tail(self, topic, *, from_start) -> AsyncIterator[Batch]:
        async for batch in super().tail(topic, from_start=from_start):
            if batch.records:
                yield batch


class KeepsTheDeleted(EmbeddedLog):
    async def latest(self, topic, partition=None):
        file, stored = self._topic(topic)
        numbers = range(len(stored.partitions)) if partition is None else [partition]
        return {record.key: record for number in numbers for record in file.read(topic, number, 1, 10_000)}


class MixesPartitions(EmbeddedLog):
    async def latest(self, topic, partition=None):
        return await super().latest(topic)


class CreatesWhatIsAskedFor(EmbeddedLog):
    async def ends(self, topic):
        with suppress(ResonanzError):
            return await super().ends(topic)
        return {0: 1}


class PlansNothing(EmbeddedLog):
    async def plan(self, topics):
        return []


class PromisesTooMuch(EmbeddedLog):
    async def plan(self, topics):
        return [change._replace(applicable=True) for change in await super().plan(topics)]


class AppliesOnlyNewTopics(EmbeddedLog):
    async def apply(self, topics):
        missing = {change.topic for change in await self.plan(topics) if change.what == "is missing"}
        await super().apply([topic for topic in topics if topic.name in missing])


class CommittedEverywhere(EmbeddedLog):
    async def committed(self, group, topic):
        return dict.fromkeys(await self.ends(topic), 0)


class ClosesOnce(EmbeddedLog):
    async def close(self):
        await super().close()
        del self._tails


FAULTY = [
    kind for kind in list(globals().values()) if isinstance(kind, type) and issubclass(kind, EmbeddedLog)
]
FAULTY.remove(EmbeddedLog)


@pytest.mark.parametrize("kind", FAULTY, ids=lambda kind: kind.__name__)
async def test_a_faulty_log_is_caught(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(log_promises, "SECS", 0.5)
    for number, promise in enumerate(PROMISES):
        log = kind(f"sqlite:///{tmp_path}/{number}.db?synchronous=OFF")
        try:
            await log.open()
            await asyncio.wait_for(promise(log), 10)
        except (AssertionError, AttributeError, TimeoutError):
            return
        finally:
            with suppress(AttributeError):
                await log.close()
    pytest.fail(f"no promise catches {kind.__name__}")
