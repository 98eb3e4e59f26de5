"""Faust's way to append to the log."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from faust.transport import base
from faust.types import TP, RecordMetadata

from streams.errors import UnavailableError
from streams.log.embedded.client import partition_of, path_of
from streams.log.embedded.file import Partition
from streams.log.embedded.writer import Writer, acquire


class Holder:
    """What producer and consumer share: a hold on the process's writer."""

    transport: base.Transport
    _held: Writer | None = None

    @property
    def _writer(self) -> Writer:
        if self._held is None:
            url = self.transport.url[0]
            self._held = acquire(path_of(str(url)), url.query.get("synchronous", "FULL"))
        return self._held

    async def _release(self) -> None:
        held, self._held = self._held, None
        if held:
            await held.release()

    def _partition(self, tp: TP) -> Partition:
        return self._writer.file.topic(tp.topic).partitions[tp.partition]

    async def create_topic(self, topic: str, *_: Any, **__: Any) -> None:
        """Refuse: what the product needs is created beforehand, here as on Kafka."""
        raise UnavailableError(f"topic {topic} is missing; run resonanz topics apply")


class Producer(Holder, base.Producer):  # type: ignore[misc]
    """What `topic.send` uses. Agents of this product append through `EmbeddedLog` instead, a batch at a time."""

    async def on_start(self) -> None:
        """Claim the log."""
        _ = self._writer
        await super().on_start()

    async def on_stop(self) -> None:
        """Finish and let go."""
        await super().on_stop()
        await self._release()

    async def send(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None, *_: Any, **__: Any
    ) -> Awaitable[RecordMetadata]:
        """Append one record; the log stamps it with its own time and keeps no headers."""
        tp = self.key_partition(topic, key) if partition is None else TP(topic, partition)
        return asyncio.ensure_future(self._append(tp, key, value))

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> RecordMetadata:
        """Append one record and wait until it is on disk."""
        return await (await self.send(*args, **kwargs))

    async def _append(self, tp: TP, key: bytes | None, value: bytes | None) -> RecordMetadata:
        [offset] = await self._writer.append([(self._partition(tp), key, value)])
        return RecordMetadata(tp.topic, tp.partition, tp, offset)

    async def flush(self) -> None:
        """Wait until all is on disk. Raises StorageError, so that nothing is committed after a failed write."""
        await self.buffer.flush()
        await self._writer.flush()

    def key_partition(self, topic: str, key: bytes | None) -> TP:
        """The partition of a key."""
        return TP(topic, partition_of(key, len(self._writer.file.topic(topic).partitions)))
