import asyncio
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import given

from streams import metrics
from streams.errors import UnavailableError
from streams.health import LOG, Health, watch_lag
from streams.log.base import Entry
from streams.testing.fakes import FakeLog
from streams.topics import MENTIONS, POSTS

STALL_SECS = 15.0


@dataclass
class Bench:
    """A health whose time is set by hand."""

    now: float = 100.0
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        self.health = Health(stall_secs=STALL_SECS, clock=lambda: self.now)

    def later(self, secs: float) -> "Bench":
        self.now += secs
        return self

    @property
    def ready(self) -> bool:
        return self.health.report().ready


def test_an_idle_agent_is_well_however_long_it_idles():
    bench = Bench()
    bench.health.progress("index", 5)
    bench.health.lag("index", 0)
    assert bench.later(100_000).ready


def test_records_that_wait_while_nothing_is_settled_make_it_red():
    bench = Bench()
    bench.health.lag("index", 7)
    assert bench.later(STALL_SECS).ready
    assert not bench.later(0.1).ready
    assert "none of a partition was settled" in (bench.health.report().agents["index"].trouble or "")


def test_progress_makes_it_green_again():
    bench = Bench()
    bench.health.lag("index", 7)
    bench.later(20)
    bench.health.progress("index", 1)
    assert bench.ready


def test_time_before_records_waited_does_not_count():
    bench = Bench()
    bench.health.progress("index", 1)
    bench.later(1000)
    bench.health.lag("index", 1)
    assert bench.later(STALL_SECS).ready


def test_one_standing_partition_is_red_while_the_others_move():
    bench = Bench()
    for _ in range(10):
        bench.health.lag("index", 3, partition=0)
        bench.health.lag("index", 3, partition=1)
        bench.health.progress("index", 100, partition=0)
        bench.later(2)
    assert not bench.ready


def test_progress_counts_for_its_own_partition():
    bench = Bench()
    bench.health.lag("index", 3, partition=1)
    bench.later(20)
    bench.health.progress("index", 1, partition=1)
    assert bench.ready


def test_a_batch_held_back_for_long_is_red_and_says_why():
    bench = Bench()
    bench.health.holding("index", "HTTP 503")
    bench.later(10)
    bench.health.holding("index", "HTTP 429")
    assert bench.ready
    assert not bench.later(6).ready
    assert bench.health.report().agents["index"].trouble == "a batch is held back: HTTP 429"


def test_progress_lets_go_of_what_was_held():
    bench = Bench()
    bench.health.holding("index", "HTTP 503")
    bench.later(100)
    bench.health.progress("index", 1)
    assert bench.ready
    assert bench.health.report().agents["index"].holding is None


def test_settling_nothing_is_no_progress():
    bench = Bench()
    bench.health.lag("index", 7)
    bench.later(20)
    bench.health.progress("index", 0)
    assert not bench.ready


steps = st.lists(
    st.tuples(st.floats(0, 20), st.sampled_from(["lag", "progress", "none"]), st.integers(0, 3)), max_size=30
)


@given(steps)
def test_it_is_red_exactly_when_records_waited_that_long_without_progress(events):
    bench, waiting_since, moved_at = Bench(), None, float("-inf")
    for secs, what, count in events:
        bench.later(secs)
        if what == "lag":
            bench.health.lag("index", count)
            waiting_since = (bench.now if waiting_since is None else waiting_since) if count else None
        elif what == "progress":
            bench.health.progress("index", count)
            moved_at = bench.now if count else moved_at
        red = waiting_since is not None and bench.now - max(waiting_since, moved_at) > STALL_SECS
        assert bench.ready is not red


@given(st.permutations(["enrich", "index", "watch"]), st.integers(0, 2))
def test_it_is_ready_when_every_agent_is(names, stuck):
    bench = Bench()
    for at, name in enumerate(names):
        bench.health.lag(name, int(at < stuck))
    bench.later(STALL_SECS + 1)
    assert bench.ready is (stuck == 0)
    assert {n for n, a in bench.health.report().agents.items() if a.trouble} == set(names[:stuck])


class Watch:
    """`watch_lag` over a fake log, look by look."""

    def __init__(self) -> None:
        self.log, self.bench = FakeLog(), Bench()

    async def __aenter__(self) -> "Watch":
        self._task = asyncio.create_task(
            watch_lag(
                self.log, "resonanz", {"index": MENTIONS, "enrich": POSTS}, self.bench.health, every_secs=0
            )
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def looks(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


async def test_lag_is_what_was_written_less_what_was_committed():
    async with Watch() as watch:
        await watch.log.append([Entry(MENTIONS, b"a", b"1", 0), Entry(MENTIONS, b"b", b"1", 1)] * 3)
        watch.log.commits["resonanz", MENTIONS] = {0: 2}
        await watch.looks()
        agents = watch.bench.health.report().agents
        assert (agents["index"].lag, agents["enrich"].lag) == (4, 0)
        assert f'resonanz_lag_records{{topic="{MENTIONS}"}} 4.0' in metrics.render().decode()


async def test_a_commit_is_progress_and_a_standing_one_is_not():
    watch = Watch()
    await watch.log.append([Entry(MENTIONS, b"a", b"1", 0)] * 5)
    watch.log.commits["resonanz", MENTIONS] = {0: 1}
    async with watch:
        await watch.looks()
        watch.bench.later(16)
        assert not watch.bench.ready
        watch.log.commits["resonanz", MENTIONS] = {0: 2}
        await watch.looks()
        assert watch.bench.ready
        assert watch.bench.health.report().agents["index"].settled == 1


async def test_a_log_that_does_not_answer_turns_red_and_recovers(monkeypatch: pytest.MonkeyPatch):
    async with Watch() as watch:
        await watch.looks()
        answers = watch.log.ends

        async def fails(topic: str):
            raise UnavailableError("gone")

        monkeypatch.setattr(watch.log, "ends", fails)
        await watch.looks()
        watch.bench.later(16)
        assert watch.bench.health.report().agents[LOG].trouble
        monkeypatch.setattr(watch.log, "ends", answers)
        await watch.looks()
        assert watch.bench.ready
