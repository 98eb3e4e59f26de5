"""What the page shows without asking the index: the small compacted topics whole, and mentions as they come."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from streams.alert import Alert
from streams.codec import DecodeError, decode, decode_alert, decode_mention, decode_subscription
from streams.errors import ResonanzError
from streams.log.base import Batch, Log, Record
from streams.logs import logger
from streams.mention import Mention
from streams.subscription import Subscription
from streams.topics import ALERTS, COVERAGE, MENTIONS, SUBSCRIPTIONS

T = TypeVar("T")
Kind = Literal["mention", "alert", "gone"]
RING = 500
"""Events remembered for a client that comes back."""

QUEUE = 200
"""Events that wait for a slow client; older ones are left out for it."""

RETRY_SECS = 1.0


@dataclass(frozen=True, slots=True)
class Gone:
    """A post, or all posts of an author, must no longer be shown."""

    post: str | None = None
    author: str | None = None

    def means(self, record: object) -> bool:
        """Whether it speaks of this record."""
        if not isinstance(record, Mention):
            return False
        return record.id == self.post or (record.author is not None and record.author.id == self.author)


@dataclass(frozen=True, slots=True)
class Event:
    """Something new for the live stream. `id` names the process too: numbers start anew with it."""

    id: str
    kind: Kind
    record: Mention | Alert | Gone


class Client:
    """One listener: what it has not been sent yet, the newest `QUEUE` of it. `missed`: how many were left out."""

    def __init__(self, waiting: tuple[Event, ...] = ()) -> None:
        self.missed = 0
        self._waiting = deque(waiting, maxlen=QUEUE)
        self._changed = asyncio.Event()
        self._closed = False
        if waiting:
            self._changed.set()

    def put(self, event: Event) -> None:
        """Add an event; never waits."""
        self.missed += len(self._waiting) == QUEUE
        self._waiting.append(event)
        self._changed.set()

    def close(self) -> None:
        """There will be no more."""
        self._closed = True
        self._changed.set()

    async def take(self, wait_secs: float) -> list[Event] | None:
        """All that waits; empty when nothing came for so long; None when there will be no more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_secs):
                await self._changed.wait()
        self._changed.clear()
        events = list(self._waiting)
        self._waiting.clear()
        return None if self._closed else events


class View:
    """Follows the log from `start` to `stop`, in the running loop. An outage of the log is waited out."""

    def __init__(self, log: Log) -> None:
        self.alerts: dict[str, Alert] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.coverage: dict[str, Mapping[str, Any]] = {}
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self._clients: set[Client] = set()
        self._ring: deque[Event] = deque(maxlen=RING)
        self._process = os.urandom(4).hex()
        self._count = 0
        self._behind = {ALERTS, SUBSCRIPTIONS, COVERAGE}
        self._all_read = asyncio.Event()

    @property
    def caught_up(self) -> bool:
        """Whether everything that was there at the start has been read."""
        return self._all_read.is_set()

    async def wait_caught_up(self) -> None:
        """Until everything that was there at the start has been read."""
        await self._all_read.wait()

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    def start(self) -> None:
        """Begin to follow the topics."""
        follow = {
            ALERTS: lambda record: self._keep(self.alerts, record, decode_alert, self._tell_alert),
            SUBSCRIPTIONS: lambda record: self._keep(self.subscriptions, record, decode_subscription),
            COVERAGE: lambda record: self._keep(self.coverage, record, _decode_object),
            MENTIONS: self._tell_mention,
        }
        self._tasks = [asyncio.create_task(self._follow(topic, learn)) for topic, learn in follow.items()]

    async def stop(self) -> None:
        """End the live streams and let go of the topics; harmless when repeated."""
        for client in tuple(self._clients):
            client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    @contextmanager
    def listen(self, last_id: str | None = None) -> Iterator[Client]:
        """A client from now on, or after the event of that id if it is still remembered."""
        client = Client(self._after(last_id))
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)

    def _after(self, last_id: str | None) -> tuple[Event, ...]:
        events = tuple(self._ring)
        for at, event in enumerate(events):
            if event.id == last_id:
                return events[at + 1 :]
        return ()

    async def _follow(self, topic: str, learn: Callable[[Record], None]) -> None:
        while True:
            try:
                async for batch in _batches(self._log, topic):
                    for record in batch.records:
                        self._learn(learn, record)
                    if batch.caught_up:
                        self._has_caught_up(topic)
            except ResonanzError as error:
                logger("web").warning("a topic is out of reach", topic=topic, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECS)

    def _learn(self, learn: Callable[[Record], None], record: Record) -> None:
        try:
            learn(record)
        except DecodeError as error:
            logger("web").warning(
                "a record was left out", topic=record.topic, offset=record.offset, reason=str(error)
            )

    def _has_caught_up(self, topic: str) -> None:
        self._behind.discard(topic)
        if not self._behind:
            self._all_read.set()

    def _keep(
        self,
        table: dict[str, T],
        record: Record,
        read: Callable[[bytes | None], T],
        then: Callable[[T], None] | None = None,
    ) -> None:
        if record.key is None:
            return
        key = record.key.decode(errors="replace")
        if record.value is None:
            table.pop(key, None)
            return
        table[key] = value = read(record.value)
        if then is not None:
            then(value)

    def _tell_alert(self, alert: Alert) -> None:
        if self.caught_up:
            self._tell("alert", alert)

    def _tell_mention(self, record: Record) -> None:
        mention = decode_mention(record.value)
        match mention.event:
            case "upsert":
                self._tell("mention", mention)
            case "delete":
                self._forget(Gone(post=mention.id))
            case "author_delete" if mention.author:
                self._forget(Gone(author=mention.author.id))

    def _forget(self, gone: Gone) -> None:
        kept = [event for event in self._ring if not gone.means(event.record)]
        self._ring = deque(kept, maxlen=RING)
        self._tell("gone", gone)

    def _tell(self, kind: Kind, record: Mention | Alert | Gone) -> None:
        self._count += 1
        event = Event(f"{self._process}-{self._count}", kind, record)
        self._ring.append(event)
        for client in self._clients:
            client.put(event)


def _batches(log: Log, topic: str) -> AsyncIterator[Batch]:
    return log.tail(topic, from_start=topic != MENTIONS)


def _decode_object(value: bytes | None) -> Mapping[str, Any]:
    return decode(dict[str, Any], value)
