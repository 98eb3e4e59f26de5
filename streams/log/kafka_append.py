"""Appending to Kafka: one record batch per partition instead of a task and a future per record.

Twice the records per CPU-second of `producer.send`. The producer is idempotent: what it repeats by itself, as
after an answer lost in a broker's crash, is written once.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerClosed,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import DefaultPartitioner

from streams.errors import UnavailableError
from streams.log.base import Entry
from streams.log.kafka_admin import Found, KafkaAdmin, missing
from streams.log.kafka_url import KafkaUrl
from streams.outcome import DELIVERED, Outcome, Rejected, Retry

BATCH_BYTES = 1024 * 1024  # before compression; a batch of 2000 posts over four partitions fits in one each
RECORD_OVERHEAD = 96  # what a batch of one record adds to key and value, at most
START_SECS = 7.0
CLOSE_SECS = 10.0
REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTimestampError, CorruptRecordException)
"""The broker looked at the data and said no."""

_partition_of = DefaultPartitioner()


class Waiting(NamedTuple):
    """An entry and its place in the call."""

    place: int
    entry: Entry


class Appender:
    """Writes entries and answers for each; makes a new producer when one is spent."""

    def __init__(self, url: KafkaUrl, admin: KafkaAdmin) -> None:
        self._url = url
        self._admin = admin
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Connect. Raises KafkaError, OSError or TimeoutError."""
        self._closed = False
        await self._started()

    async def close(self) -> None:
        """Wait some seconds for what is under way and let go; harmless when repeated."""
        self._closed = True
        self._retire(self._producer)
        if self._closing:
            await asyncio.gather(*self._closing)

    async def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """See `Log.append`. Raises UnavailableError on an unknown topic or one we may not write to."""
        try:
            producer = await self._started()
            topics = {name: await self._topic(producer, name) for name in {entry.topic for entry in entries}}
        except (KafkaError, OSError, TimeoutError, _AwayError) as error:
            return [_retry(error)] * len(entries)
        outcomes: list[Outcome] = [Retry("not attempted")] * len(entries)
        lanes: dict[TopicPartition, list[Waiting]] = defaultdict(list)
        for place, entry in enumerate(entries):
            reason = _unfit(entry, *topics[entry.topic])
            if reason is None:
                lanes[_destination(entry, topics[entry.topic][1])].append(Waiting(place, entry))
            else:
                outcomes[place] = Rejected(reason)
        await asyncio.gather(
            *(self._fill(at, lane, topics[at.topic][0], outcomes) for at, lane in lanes.items())
        )
        return outcomes

    async def _topic(self, producer: AIOKafkaProducer, name: str) -> tuple[Found, list[int]]:
        try:
            found = await self._admin.find(name)
        except UnavailableError as error:
            raise _AwayError(str(error)) from None
        if found is None:
            raise missing(name, self._url)
        return found, sorted(await producer.partitions_for(name))

    async def _fill(
        self, at: TopicPartition, lane: list[Waiting], found: Found, outcomes: list[Outcome]
    ) -> None:
        """Write one partition's entries, batch after batch, so that they stay in order."""
        start, limit = 0, min(BATCH_BYTES, found.max_message_bytes)
        while start < len(lane):
            outcome, count = await self._write(at, lane[start:], limit)
            if isinstance(outcome, Rejected) and count > 1:
                limit //= 8  # one of them is to blame: find it in smaller batches
                continue
            settled = lane[start:] if isinstance(outcome, Retry) else lane[start : start + count]
            for place, _ in settled:  # what follows a Retry must not overtake it
                outcomes[place] = outcome
            start += len(settled)

    async def _write(self, at: TopicPartition, lane: list[Waiting], limit: int) -> tuple[Outcome, int]:
        """Write as many entries as one batch holds; what became of them, and how many they are."""
        producer: AIOKafkaProducer | None = None
        count = 1
        try:
            producer = await self._started()
            batch, count = _pack(producer, lane, limit)
            await (await producer.send_batch(batch, at.topic, partition=at.partition))
        except (KafkaError, OSError, TimeoutError) as error:
            return self._explain(error, producer, at), count
        return DELIVERED, count

    def _explain(self, error: Exception, producer: AIOKafkaProducer | None, at: TopicPartition) -> Outcome:
        self._admin.forget(at.topic)
        if isinstance(error, TopicAuthorizationFailedError):
            raise UnavailableError(f"{self._url} does not let us write to topic {at.topic}") from None
        if isinstance(error, KafkaError) and not error.retriable:
            # its sequence numbers have a hole now: the broker takes nothing more from it
            self._retire(producer)
        if isinstance(error, REFUSALS):
            return Rejected(f"{at.topic} refused it: {type(error).__name__}")
        return _retry(error)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._closed:
                raise ProducerClosed
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._url.client_settings(),
                    enable_idempotence=True,
                    acks="all",
                    compression_type="zstd",
                    max_batch_size=BATCH_BYTES,
                    request_timeout_ms=30_000,
                    metadata_max_age_ms=60_000,
                )
                try:
                    await asyncio.wait_for(producer.start(), START_SECS)
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    def _retire(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None or producer is not self._producer:
            return
        self._producer = None
        task = asyncio.create_task(_stop(producer))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class _AwayError(Exception):
    """The cluster could not be asked about a topic; not the same as knowing that there is none."""


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop a producer; what the broker still has not taken after some seconds fails instead of waiting for ever."""
    with contextlib.suppress(KafkaError, TimeoutError):
        await asyncio.wait_for(producer.stop(), CLOSE_SECS)
        return
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(producer._sender.close(), CLOSE_SECS)
    producer._message_accumulator.fail_all(ProducerClosed())
    await producer.client.close()


def _retry(error: Exception) -> Retry:
    return Retry(f"Kafka: {str(error) or type(error).__name__}")


def _unfit(entry: Entry, found: Found, partitions: Sequence[int]) -> str | None:
    """Why the topic can never take this entry; one such entry would have its whole batch refused."""
    size = len(entry.key or b"") + len(entry.value or b"") + RECORD_OVERHEAD
    if size > found.max_message_bytes:
        return f"{size} bytes are more than {entry.topic} takes ({found.max_message_bytes})"
    if entry.key is None and found.compacted:
        return f"{entry.topic} keeps the last value of each key, and this entry has no key"
    if entry.partition is not None and entry.partition not in partitions:
        return f"{entry.topic} has no partition {entry.partition}"
    return None


def _destination(entry: Entry, partitions: list[int]) -> TopicPartition:
    number = entry.partition
    if number is None:
        number = _partition_of(entry.key, partitions, partitions)
    return TopicPartition(entry.topic, number)


def _pack(producer: AIOKafkaProducer, lane: Sequence[Waiting], limit: int) -> tuple[Any, int]:
    """A batch of the first entries: all, or as many as fit; at least one."""
    batch = producer.create_batch()
    count = 0
    for _, entry in lane:
        size = len(entry.key or b"") + len(entry.value or b"") + RECORD_OVERHEAD
        if count and batch.size() + size > limit:
            break
        if batch.append(timestamp=None, key=entry.key, value=entry.value) is None:
            break
        count += 1
    batch.close()
    return batch, count
