"""Reading topics outside any consumer group: followed for ever, or read up to their end."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from streams.errors import UnavailableError
from streams.log.base import Batch, Record
from streams.log.kafka_admin import KafkaAdmin
from streams.log.kafka_url import KafkaUrl
from streams.logs import logger

FETCH_MS = 500
FETCH_RECORDS = 2000
PAUSE_SECS = 1.0
STALLED_SECS = 30.0

Places = dict[TopicPartition, int]
_log = logger("kafka")


class Reader:
    """Reads with a consumer of its own for each call."""

    def __init__(self, url: KafkaUrl, admin: KafkaAdmin) -> None:
        self._url = url
        self._admin = admin
        self._consumers: set[AIOKafkaConsumer] = set()
        self._closed = False

    def open(self) -> None:
        """Allow reading, again after a close; connects only for a call."""
        self._closed = False

    async def close(self) -> None:
        """End whatever reads; harmless when repeated."""
        self._closed = True
        await asyncio.gather(*(consumer.stop() for consumer in list(self._consumers)))

    async def ends(self, topic: str) -> dict[int, int]:
        """The offset the next record will get, by partition. Raises UnavailableError."""
        partitions = await self._admin.partitions(topic)
        try:
            async with asyncio.timeout(STALLED_SECS), self._consumer() as consumer:
                ends = await consumer.end_offsets(partitions)
        except (KafkaError, TimeoutError) as error:
            raise UnavailableError(f"{self._url} does not say where {topic} ends: {error}") from None
        return {at.partition: end for at, end in ends.items()}

    async def latest(self, topic: str, partition: int | None) -> dict[bytes, Record]:
        """The last record of each key, without the deleted. Raises UnavailableError."""
        partitions = await self._admin.partitions(topic)
        wanted = [at for at in partitions if partition is None or at.partition == partition]
        values: dict[bytes, Record] = {}
        try:
            async with self._consumer() as consumer:
                places = await consumer.beginning_offsets(wanted)
                ends = await consumer.end_offsets(wanted)
                _go_to(consumer, places)
                heard_at = time.monotonic()
                while not _reached(places, ends):
                    records = await _fetch(consumer, places)
                    _keep(values, records)
                    heard_at = time.monotonic() if records else heard_at
                    if time.monotonic() - heard_at > STALLED_SECS:
                        raise UnavailableError(f"{self._url} stopped while {topic} was read")
        except KafkaError as error:
            raise UnavailableError(f"{self._url} stopped while {topic} was read: {error}") from None
        return values

    async def follow(self, topic: str, *, from_start: bool) -> AsyncIterator[Batch]:
        """See `Log.tail`. An outage only delays it. Raises UnavailableError if there is no such topic."""
        course = _Course(await self._admin.partitions(topic), from_start=from_start)
        while not self._closed:
            try:
                async with self._consumer() as consumer:
                    await course.resume(consumer)
                    while True:
                        batch = await course.advance(consumer)
                        if batch is not None:
                            yield batch
                        _notice_new(consumer, topic, course.places)
            except ConsumerStoppedError:
                continue
            except KafkaError as error:
                if not error.retriable:
                    raise UnavailableError(f"{self._url} does not let us read {topic}: {error}") from None
                _log.warning("reading waits for the broker", topic=topic, error=type(error).__name__)
                await asyncio.sleep(PAUSE_SECS)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            **self._url.client_settings(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # what retention took away before we came is skipped
            metadata_max_age_ms=5000,
        )
        self._consumers.add(consumer)
        try:
            await consumer.start()
            yield consumer
        finally:
            self._consumers.discard(consumer)
            await consumer.stop()


class _Course:
    """How far a topic has been followed; outlives the consumers that read it."""

    def __init__(self, partitions: list[TopicPartition], *, from_start: bool) -> None:
        self._partitions = partitions
        self._from_start = from_start
        self._ends: Places | None = None
        self._told = False
        self.places: Places = {}

    async def resume(self, consumer: AIOKafkaConsumer) -> None:
        """Find out where to begin, or go on where the last consumer stopped."""
        if self._ends is None:
            ends = await consumer.end_offsets(self._partitions)
            begins = await consumer.beginning_offsets(self._partitions) if self._from_start else ends
            self._ends, self.places = ends, dict(begins)
        _go_to(consumer, self.places)

    async def advance(self, consumer: AIOKafkaConsumer) -> Batch | None:
        """The next records, if any came; that all of the start has been read is said once even without any."""
        nothing_there = not self._told and self._caught_up
        records = [] if nothing_there else await _fetch(consumer, self.places)
        news = bool(records) or self._caught_up > self._told
        self._told = self._caught_up
        return Batch(records, self._caught_up) if news else None

    @property
    def _caught_up(self) -> bool:
        return _reached(self.places, self._ends or {})


def _go_to(consumer: AIOKafkaConsumer, places: Places) -> None:
    consumer.assign(list(places))
    for at, offset in places.items():
        consumer.seek(at, offset)


async def _fetch(consumer: AIOKafkaConsumer, places: Places) -> list[Record]:
    """The next records; `places` then says where the next ones are, also past what compaction took away."""
    fetched = await consumer.getmany(timeout_ms=FETCH_MS, max_records=FETCH_RECORDS)
    for at in places:
        places[at] = await consumer.position(at)
    return [
        Record(one.topic, one.partition, one.offset, one.timestamp, one.key, one.value)
        for part in fetched.values()
        for one in part
    ]


def _reached(places: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> bool:
    return all(places[at] >= end for at, end in ends.items())


def _keep(values: dict[bytes, Record], records: list[Record]) -> None:
    for record in records:
        if record.key is None:
            continue
        values.pop(record.key, None)
        if record.value is not None:
            values[record.key] = record


def _notice_new(consumer: AIOKafkaConsumer, topic: str, places: Places) -> None:
    """A topic may get more partitions while it is followed."""
    known = {TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()}
    if known - set(places):
        places |= dict.fromkeys(known - set(places), 0)
        _go_to(consumer, places)
