"""Faust's way to read the log. One process, so it is assigned every partition."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from faust.transport.consumer import RecordMap
from faust.types import TP, ConsumerMessage

from streams.log.base import Record
from streams.log.embedded.client import partition_of
from streams.log.embedded.producer import Holder
from streams.log.handover import Handover

FETCH = 2_000
"""Records read at once, over all partitions."""


class Consumer(Holder, Handover):  # type: ignore[misc]
    """Reads from the log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._assigned: set[TP] = set()
        self._position: dict[TP, int] = {}
        self._wake = asyncio.Event()

    async def on_start(self) -> None:
        """Claim the log and listen to its writes."""
        self._writer.listeners.add(self._wake.set)
        await super().on_start()

    async def on_stop(self) -> None:
        """Commit and let go."""
        if self._held is None:  # another service failed first, and Faust stops what it never started
            return
        await super().on_stop()
        self._writer.listeners.discard(self._wake.set)
        await self._release()

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Take all partitions of the topics. Raises UnavailableError if one is missing."""
        assigned = {
            TP(topic, number)
            for topic in topics
            for number in range(len(self._writer.file.topic(topic).partitions))
        }
        # not awaited here: the assignment itself waits for the subscription to be done
        self.add_future(self._assign(assigned))

    async def _assign(self, assigned: set[TP]) -> None:
        self.app.on_rebalance_start()
        await self.on_partitions_revoked(self.assignment())
        self._assigned = assigned
        await self._set_positions()
        self.app.consumer_generation_id += 1  # streams skip messages of another generation
        await self.on_partitions_assigned(self.assignment(), self.app.consumer_generation_id)

    async def _set_positions(self) -> None:
        """Start where the group stopped.

        A group's first position is noted at once: Faust guards the committed offset against gaps only once there
        is one.
        """
        edge = "head" if self.app.conf.consumer_auto_offset_reset == "earliest" else "tail"
        committed = self._committed()
        self._position = {tp: committed.get(tp, getattr(self._partition(tp), edge)) for tp in self._assigned}
        first = {tp: at for tp, at in self._position.items() if tp not in committed}
        if first:
            await self._commit(first)

    def _committed(self) -> dict[TP, int]:
        """Where the group goes on; not before the first record that retention left."""
        file, group = self._writer.file, self.app.conf.id
        return {
            TP(topic, number): max(position, file.topic(topic).partitions[number].head)
            for topic in {tp.topic for tp in self._assigned}
            for number, position in file.committed(group, topic).items()
        }

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to what is committed."""
        self._position.update(self._committed())
        return dict(self._position)

    async def _seek(self, partition: TP, offset: int) -> None:
        self._position[partition] = offset
        self._wake.set()

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Go to these offsets."""
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        positions = {self._partition(tp).id: offset for tp, offset in offsets.items()}
        await self._writer.commit(self.app.conf.id, positions)
        return True

    async def _wait_next_records(self, timeout: float) -> tuple[RecordMap | None, set[TP] | None]:  # noqa: ASYNC109
        # the base class sleeps a whole second when every partition's buffer is full
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
        active = self._get_active_partitions()
        return await self._getmany(active, timeout), active

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109
        self._wake.clear()
        ready = self._ready(active_partitions or set())
        if not ready:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):  # `wait_for` of Python 3.11 may swallow a cancellation
                    await self._wake.wait()
            ready = self._ready(active_partitions or set())
        return await asyncio.to_thread(self._read, ready) if ready else {}

    def _ready(self, active: set[TP]) -> dict[TP, int]:
        """The partitions with something to read, and where they end now."""
        ends = {tp: self._partition(tp).tail for tp in active} if self.flow_active else {}
        return {tp: end for tp, end in ends.items() if self._position[tp] < end}

    def _read(self, ready: Mapping[TP, int]) -> RecordMap:
        found = {}
        for tp, end in ready.items():
            records = self._writer.file.read(*tp, self._position[tp], max(1, FETCH // len(ready)))
            self._position[tp] = records[-1].offset + 1 if records else end
            if records:
                found[tp] = records
        return found

    def _to_message(self, tp: TP, record: Record) -> ConsumerMessage:
        _, _, offset, timestamp, key, value = record
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            offset,
            timestamp / 1000,
            0,
            [],
            key,
            value,
            None,
            len(key or b""),
            len(value or b""),
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def on_buffer_drop(self, tp: TP) -> None:
        """Read on: an agent caught up."""
        super().on_buffer_drop(tp)
        self._wake.set()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Read on: the partitions are no longer paused."""
        super().resume_partitions(tps)
        self._wake.set()

    def assignment(self) -> set[TP]:
        """All partitions of all subscribed topics."""
        return set(self._assigned)

    def highwater(self, tp: TP) -> int:
        """The offset the next record will get."""
        return self._partition(tp).tail

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """The offsets the next records will get."""
        return {tp: self._partition(tp).tail for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """The first offsets that may still be there."""
        return {tp: self._partition(tp).head for tp in partitions}

    async def position(self, tp: TP) -> int | None:
        """What is read next."""
        return self._position.get(tp)

    def topic_partitions(self, topic: str) -> int | None:
        """How many partitions a topic has."""
        return len(self._writer.file.topic(topic).partitions)

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        """The partition of a key."""
        return partition_of(key, self.topic_partitions(topic) or 1) if partition is None else partition

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)
