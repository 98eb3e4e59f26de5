"""The loop over Faust's events: what it takes, and that it acknowledges a batch whole or not at all."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from streams.agents.consume import batches, consume
from streams.errors import EXIT_BUG, StorageError, UnavailableError

OURS = 7


class LeftError(Exception):
    """Stands for the end of the process."""


@dataclass
class Event:
    """An event of one partition of `posts.v1`."""

    offset: int
    generation: int = OURS
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def message(self) -> SimpleNamespace:
        return SimpleNamespace(
            topic="posts.v1",
            partition=0,
            offset=self.offset,
            timestamp=1.5,
            key=None,
            value=b"{}",
            generation_id=self.generation,
        )

    def ack(self) -> None:
        self.done.set()

    @property
    def acknowledged(self) -> bool:
        return self.done.is_set()


@dataclass
class Stream:
    """A Faust stream in the parts that the loop touches; stops once its events are taken."""

    events: list[Event]
    stopped: bool = False

    def __post_init__(self) -> None:
        self.channel = self
        self.flow = FlowControlEvent(initially_suspended=False)
        self.queue = ThrowableQueue(flow_control=self.flow)
        self.app = SimpleNamespace(consumer_generation_id=OURS, flow_control=self.flow)
        for event in self.events:
            self.queue.put_nowait(event)

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> Event:
        return await self.queue.get()

    async def stop(self) -> None:
        await self.queue.throw(StopAsyncIteration())

    def on_stop_iteration(self) -> None:
        self.stopped = True


AGENT = SimpleNamespace(name="enrich", batch_records=10)


@pytest.fixture(autouse=True)
def _no_gathering(monkeypatch):
    monkeypatch.setattr("streams.agents.consume.GATHER_SECS", 0.0)


async def offsets_of(stream: Stream, size: int, count: int) -> list[list[int]]:
    """The offsets of the first batches."""
    taken: list[list[int]] = []
    async for events in batches(stream, size):
        taken.append([event.offset for event in events])
        if sum(map(len, taken)) >= count:
            break
    return taken


async def test_events_come_oldest_first_and_never_more_than_asked_for():
    stream = Stream([Event(offset) for offset in range(5)])
    assert await offsets_of(stream, 2, 5) == [[0, 1], [2, 3], [4]]


async def test_events_of_an_older_generation_are_left_for_their_return():
    old = Event(0, generation=OURS - 1)
    assert await offsets_of(Stream([old, Event(1), Event(2)]), 10, 2) == [[1, 2]]
    assert not old.acknowledged


async def test_the_loop_ends_with_its_stream():
    stream = Stream([])
    taking = asyncio.create_task(offsets_of(stream, 10, 1))
    await asyncio.sleep(0)
    await stream.stop()
    assert await taking == []
    assert stream.stopped


async def test_a_batch_is_acknowledged_whole_and_only_once_it_is_settled():
    events = [Event(offset) for offset in range(3)]
    stream = Stream(events)
    seen = []

    async def settle(records):
        await asyncio.sleep(0)
        seen.extend((one.offset, one.timestamp, one.value) for one in records)
        assert not any(event.acknowledged for event in events)

    running = asyncio.create_task(consume(stream, settle, AGENT))
    async with asyncio.timeout(20):
        await events[-1].done.wait()
        await stream.stop()
        await running
    assert all(event.acknowledged for event in events)
    assert seen == [(offset, 1500, b"{}") for offset in range(3)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ZeroDivisionError("x"), EXIT_BUG),
        (UnavailableError("the index is away"), EXIT_BUG),  # it was there at the start
        (StorageError("the disk is full"), 74),
    ],
)
async def test_what_cannot_go_on_ends_the_process_and_acknowledges_nothing(monkeypatch, error, code):
    def leave(code):
        raise LeftError(code)

    async def settle(records):
        raise error

    monkeypatch.setattr("os._exit", leave)
    events = [Event(0), Event(1)]
    with pytest.raises(LeftError, match=str(code)):
        await consume(Stream(events), settle, AGENT)
    assert not any(event.acknowledged for event in events)
