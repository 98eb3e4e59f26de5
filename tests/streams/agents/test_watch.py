"""What `watch` remembers is on the log before a hit is acknowledged, whoever counts next."""

import asyncio
from datetime import timedelta

import pytest

from streams import metrics
from streams.agents.pulse import Pulse
from streams.agents.watch import WatchAgent
from streams.alerting.episodes import acknowledge
from streams.alerting.memory import key
from streams.alerting.watch import Watch
from streams.codec import decode_alert, encode
from streams.errors import UsageError
from streams.log.base import Entry
from streams.outcome import DELIVERED, Rejected
from streams.subscription import Alarm, Subscription
from streams.testing.fakes import FakeLog
from streams.topics import ALERTS, HITS, WATCH_STATE
from tests.streams.agents.records import record
from tests.streams.alerting.scene import BAHN, START, hit


class Bench:
    """An agent on a log, a clock, and hits that arrive."""

    def __init__(self, log: FakeLog | None = None) -> None:
        self.log, self.now, self.offset = log or FakeLog(), START, 0
        self.restart()

    def restart(self) -> None:
        self.agent = WatchAgent(self.log, lambda: self.now)
        self.agent.subscribe(BAHN)

    def batch(self, *hits, partition=0):
        at_ms = int(self.now.timestamp() * 1000)
        start, self.offset = self.offset, self.offset + len(hits)
        return [
            record(start + n, one, topic=HITS, partition=partition, at_ms=at_ms) for n, one in enumerate(hits)
        ]

    async def give(self, *hits, partition=0):
        return await self.agent.settle(self.batch(*hits, partition=partition))

    async def counted(self, partition=0) -> int:
        """How many posts the log remembers."""
        watch = Watch(partition)
        entries = await self.log.latest(WATCH_STATE, partition)
        watch.restore((key, one.value) for key, one in entries.items())
        return sum(len(watch._tracks[name].counts) for name in watch.remembered())


def hits(start, count):
    return [hit(number, START - timedelta(seconds=number)) for number in range(start, start + count)]


async def test_counts_survive_a_restart_and_a_replay_counts_nothing_twice():
    bench = Bench()
    batch = bench.batch(*hits(0, 5))
    assert await bench.agent.settle(batch) == [DELIVERED] * 5
    await bench.agent.settle(batch)
    bench.restart()
    await bench.agent.settle(batch)
    await bench.give(*hits(5, 3))
    assert await bench.counted() == 8


async def test_what_is_no_hit_is_rejected_and_the_others_count():
    bench = Bench()
    fates = await bench.give(hits(0, 1)[0], b"{", hits(1, 1)[0])
    assert [type(fate) for fate in fates] == [type(DELIVERED), Rejected, type(DELIVERED)]
    assert await bench.counted() == 2


class Held(FakeLog):
    """Waits before it appends, or before it reads a partition's memory, until it is let go."""

    def __init__(self, holds: str) -> None:
        super().__init__()
        self.holds, self.reached, self.go = holds, asyncio.Event(), asyncio.Event()

    async def _wait(self, where):
        if where == self.holds:
            self.reached.set()
            await self.go.wait()

    async def append(self, entries):
        await self._wait("append")
        return await super().append(entries)

    async def latest(self, topic, partition=None):
        if partition == 1:
            await self._wait("latest")
        return await super().latest(topic, partition)


@pytest.mark.parametrize("held", ["append", "latest"])
async def test_forgetting_in_the_middle_of_a_batch_loses_nothing(held):
    bench = Bench(Held(held))
    both = bench.batch(*hits(0, 3)) + bench.batch(*hits(3, 2), partition=1)
    settling = asyncio.create_task(bench.agent.settle(both))
    async with asyncio.timeout(20):
        await bench.log.reached.wait()
    bench.agent.forget()
    bench.log.go.set()
    assert await settling == [DELIVERED] * 5
    await bench.give(*hits(9, 1))
    assert (await bench.counted(0), await bench.counted(1)) == (4, 2)


async def raised() -> Bench:
    """Two weeks of the past, two calm days, then a burst that raised an alert."""
    bench = Bench()
    past = [hit(n, START - timedelta(minutes=29 * n), mode="backfill") for n in range(700)]
    await bench.give(*reversed(past))
    for number in range(96):
        bench.now += timedelta(minutes=30)
        await bench.give(hit(1000 + number, bench.now))
    await burst(bench, 2000)
    return bench


async def burst(bench, first):
    for number in range(first, first + 30):
        bench.now += timedelta(seconds=1)
        await bench.give(hit(number, bench.now, author=f"b{number}"))


def told(bench):
    return [decode_alert(one.value) for one in bench.log.records(ALERTS)]


async def test_what_a_person_says_is_adopted_and_not_overwritten():
    bench = await raised()
    opened = told(bench)[-1]
    assert opened.state == "open"
    word = acknowledge(opened, by="anna", now=bench.now)
    await bench.log.append([Entry(ALERTS, word.id.encode(), encode(word))])
    await burst(bench, 3000)
    ready = asyncio.Event()
    following = asyncio.create_task(bench.agent.follow_alerts(ready.set))
    async with asyncio.timeout(20):
        await ready.wait()
    await burst(bench, 4000)
    following.cancel()
    last = told(bench)[-1]
    assert (last.id, last.state) == (opened.id, "acknowledged")
    assert "anna" in {change.by for change in last.history}
    bench.restart()
    await burst(bench, 5000)
    assert told(bench)[-1].state == "acknowledged"


async def test_what_is_refused_is_counted_by_its_reason_in_the_metrics():
    def refused(reason):
        return metrics.REGISTRY.get_sample_value("resonanz_hits_total", {"outcome": reason}) or 0

    before = {reason: refused(reason) for reason in ("counted", "known", "future")}
    bench = Bench()
    await bench.give(*hits(0, 2), *hits(1, 1), hit(9, START + timedelta(days=1)))
    assert {reason: refused(reason) - before[reason] for reason in before} == {
        "counted": 2,
        "known": 1,
        "future": 1,
    }


async def test_memory_that_cannot_be_read_is_counted_and_stops_nothing():
    bench = Bench()
    await bench.give(*hits(0, 3))
    await bench.log.append([Entry(WATCH_STATE, key(0, "db", "standing"), b"{", 0)])
    bench.restart()
    before = unreadable()
    assert await bench.give(*hits(3, 2)) == [DELIVERED] * 2
    assert unreadable() == before + 1
    assert await bench.counted() == 5


def unreadable():
    return metrics.REGISTRY.get_sample_value("resonanz_memory_unreadable_total", {"agent": "watch"}) or 0


async def test_who_stood_still_writes_nothing_over_what_the_next_owner_wrote():
    log, now = FakeLog(), [0.0]
    pulse = Pulse(lambda: now[0])
    agent = WatchAgent(log, lambda: START, pulse=pulse)
    agent.subscribe(BAHN)
    batch = Bench(log).batch(*hits(0, 3))
    assert await agent.settle(batch) == [DELIVERED] * 3
    written = len(log.records(WATCH_STATE))
    now[0] += 60
    with pytest.raises(RuntimeError, match="stood still for 60 s"):
        await agent.settle(Bench(log).batch(*hits(3, 2)))
    with pytest.raises(RuntimeError, match="stood still"):
        await pulse.beat()
    assert len(log.records(WATCH_STATE)) == written


async def test_a_pulse_beats_while_the_loop_runs(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("streams.agents.pulse.BEAT_SECS", 0)
    pulse = Pulse(lambda: now[0])
    beating = asyncio.create_task(pulse.beat())
    for _ in range(5):
        now[0] += 5
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    pulse.check()
    beating.cancel()


async def test_an_alarm_that_cannot_be_meant_is_refused_at_once_and_stops_nothing():
    bench = Bench()
    with pytest.raises(UsageError, match="at_most"):
        bench.agent.subscribe(Subscription(id="x", query="x", alarm=Alarm(at_most="often")))
    assert await bench.give(*hits(0, 1)) == [DELIVERED]
