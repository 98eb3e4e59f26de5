"""The live stream: everybody who listens is told what is new, and nobody is waited for."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from streams.alert import Alert
from streams.mention import Mention

REMEMBERED = 500
"""Events kept for a client that comes back."""

WAITING = 200
"""Events that wait for a slow client; older ones are left out for it."""

Kind = Literal["mention", "alert", "gone"]


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
    """Something new. `id` names the process too: numbers start anew with it."""

    id: str
    kind: Kind
    record: Mention | Alert | Gone


class Client:
    """One listener: what it has not been sent yet. `missed`: how many events were left out for it."""

    def __init__(self, waiting: tuple[Event, ...] = ()) -> None:
        self.missed = 0
        self._waiting = deque(waiting, maxlen=WAITING)
        self._changed = asyncio.Event()
        self._closed = False
        if waiting:
            self._changed.set()

    def put(self, event: Event) -> None:
        """Add an event; never waits."""
        self.missed += len(self._waiting) == WAITING
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
        if self._closed:
            return None
        self._changed.clear()
        events = list(self._waiting)
        self._waiting.clear()
        return events


class Live:
    """Who listens, and the last events."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()
        self._remembered: deque[Event] = deque(maxlen=REMEMBERED)
        self._process = os.urandom(4).hex()
        self._count = 0

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    @contextmanager
    def listen(self, last_id: str | None = None) -> Iterator[Client]:
        """A client from now on, or after the event of that id if it is still remembered."""
        client = Client(self._after(last_id))
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)

    def tell(self, kind: Kind, record: Mention | Alert | Gone) -> None:
        """Something is new."""
        self._count += 1
        event = Event(f"{self._process}-{self._count}", kind, record)
        self._remembered.append(event)
        for client in self._clients:
            client.put(event)

    def forget(self, gone: Gone) -> None:
        """Tell everybody, and never send it to anybody who comes back."""
        kept = [event for event in self._remembered if not gone.means(event.record)]
        self._remembered = deque(kept, maxlen=REMEMBERED)
        self.tell("gone", gone)

    def close(self) -> None:
        """End all streams."""
        for client in self._clients:
            client.close()

    def _after(self, last_id: str | None) -> tuple[Event, ...]:
        events = tuple(self._remembered)
        for at, event in enumerate(events):
            if event.id == last_id:
                return events[at + 1 :]
        return ()
