"""The one loop over Faust events: take a batch, settle every record in it, then acknowledge it whole, in order.

Why so strict: Faust acknowledges what raised, and commits over holes (`streams/decisions/0003-…`). So no
exception leaves the body, nothing is acknowledged behind something unsettled, and what cannot go on ends the
process at once; its supervisor starts it again from the committed offset.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from streams import metrics
from streams.codec import encode
from streams.dead_letter import KEPT_BYTES, DeadLetter, Origin
from streams.errors import EXIT_BUG, ResonanzError, UnavailableError
from streams.health import Health
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver, pause_secs
from streams.logs import logger
from streams.outcome import Fate, Rejected, Retry
from streams.topics import DEAD_LETTERS

GATHER_SECS = 0.05
"""How long a batch gathers after its first record."""


class Agent(Protocol):
    """What an agent does with a batch; everything else is the loop's."""

    name: str
    topic: str
    batch_records: int

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """The fate of each record, in its place. An exception means that this process cannot go on."""
        ...


class Settler:
    """Settles batches for one agent: repeats in place, buries, counts."""

    def __init__(self, agent: Agent, log: Log, health: Health) -> None:
        self._agent, self._log, self._health = agent, log, health
        self._logger = logger(agent.name)

    async def __call__(self, records: Sequence[Record]) -> None:
        """Return when every record is delivered, dropped or buried."""
        waiting, attempt, first_at = list(records), 0, datetime.now(UTC)
        while waiting:
            attempt += 1
            fates = await self._agent.settle(waiting)
            again = [(r, f) for r, f in zip(waiting, fates, strict=True) if isinstance(f, Retry)]
            dead = [(r, f.reason) for r, f in zip(waiting, fates, strict=True) if isinstance(f, Rejected)]
            await self._bury([self._letter(r, reason, attempt, first_at) for r, reason in dead])
            self._count(fates)
            waiting = [record for record, _ in again]
            if again:
                self._hold(again[0][1].reason)
                await asyncio.sleep(pause_secs(attempt, max(fate.after_secs for _, fate in again)))

    def _letter(self, record: Record, reason: str, attempt: int, first_at: datetime) -> Entry:
        value = record.value or b""
        letter = DeadLetter(
            reason=reason,
            stage=self._agent.name,
            attempts=attempt,
            first_at=first_at,
            buried_at=datetime.now(UTC),
            origin=Origin(topic=record.topic, partition=record.partition, offset=record.offset),
            key=record.key,
            value=value[:KEPT_BYTES],
            size=len(value),
        )
        return Entry(DEAD_LETTERS, letter.origin.key, encode(letter))

    async def _bury(self, letters: Sequence[Entry]) -> None:
        refused = [
            f for f in await deliver(self._log, letters, on_retry=self._hold) if isinstance(f, Rejected)
        ]
        if refused:
            raise RuntimeError(f"the dead letters refuse a record: {refused[0].reason}")

    def _hold(self, reason: str) -> None:
        metrics.retried(self._agent.name)
        self._health.holding(self._agent.name, reason)
        self._logger.warning("batch held back", reason=reason)

    def _count(self, fates: Sequence[Fate]) -> None:
        settled = Counter(type(fate).__name__.lower() for fate in fates if not isinstance(fate, Retry))
        for kind, count in settled.items():
            metrics.settled(self._agent.name, kind, count)


async def consume(stream: Any, settle: Callable[[Sequence[Record]], Awaitable[None]], agent: Agent) -> None:
    """Run one agent over its Faust stream, for ever."""
    async for events in batches(stream, agent.batch_records):
        started = time.monotonic()
        try:
            await settle([_record(event) for event in events])
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing of this batch may be acknowledged
            leave(agent.name, error)
        for event in events:
            event.ack()
        metrics.batch_took(agent.name, time.monotonic() - started)


async def batches(stream: Any, size: int) -> AsyncIterator[Sequence[Any]]:
    """The events that wait for a stream, oldest first, at most `size` at once; sleeps while there are none.

    Takes them from the stream's own channel, as Faust does. Faust's iterators would acknowledge the events that they
    skip after a rebalance, and its `noack_take` wakes ten times a second to find nothing.
    """
    app, channel = stream.app, aiter(stream.channel)
    try:
        while True:
            waiting = [await channel.queue.get()]
            await asyncio.sleep(GATHER_SECS)
            while len(waiting) < size and not channel.queue.empty():
                waiting.append(channel.queue.get_nowait())
            # those of an older generation, or taken while partitions move, come again
            generation = app.consumer_generation_id if app.flow_control.is_active() else None
            if events := [event for event in waiting if event.message.generation_id == generation]:
                yield events
    except StopAsyncIteration:  # how Faust tells a stream that it stops
        return
    finally:
        channel.on_stop_iteration()


def _record(event: Any) -> Record:
    message = event.message
    return Record(
        message.topic,
        message.partition,
        message.offset,
        int(message.timestamp * 1000),
        message.key,
        message.value,
    )


def leave(part: str, error: Exception) -> None:
    """End the process at once, acknowledging nothing more: the exit code says whether a restart may help.

    It does where a service does not answer: it did when the process started.
    """
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, ResonanzError):
        sys.stderr.write(f"resonanz: {error}\n")
        os._exit(EXIT_BUG if isinstance(error, UnavailableError) else error.exit_code)
    logger(part).error("cannot go on; the process ends", error=type(error).__name__, exc_info=error)
    os._exit(EXIT_BUG)
