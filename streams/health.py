"""Is the work getting done? Judged by offsets that move, not by what a process thinks of itself.

An agent is stuck when records wait in one of its partitions and none of them was settled for a while, or when
it holds a batch back for as long. An idle agent is well.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from streams import metrics
from streams.errors import ResonanzError
from streams.log.base import Log
from streams.logs import logger

STALL_SECS = 15.0
LOOK_EVERY_SECS = 2.0
LOG = "log"
"""Under this name the log itself is judged: it holds everything back while it does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHealth:
    """How one agent is doing. `lag`: records that wait. `idle_secs`: since one was last settled (None: never).

    `holding`: why a batch is held back, since `holding_secs`. `trouble`: what makes it red, if it is.
    """

    lag: int
    settled: int
    idle_secs: float | None
    holding: str | None
    holding_secs: float | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All agents by name; `ready` when the process has started and none of them is in trouble."""

    ready: bool
    started: bool
    agents: Mapping[str, AgentHealth]


@dataclass(slots=True)
class _Lane:
    """One partition of an agent's topic."""

    lag: int = 0
    waiting_since: float | None = None
    moved_at: float | None = None

    def standing_secs(self, now: float) -> float:
        if self.waiting_since is None:
            return 0.0
        return now - max(self.waiting_since, self.moved_at or self.waiting_since)


@dataclass(slots=True)
class _Agent:
    lanes: dict[int, _Lane] = field(default_factory=dict)
    settled: int = 0
    holding: str | None = None
    holding_since: float = 0.0


class Health:
    """Collects what is known of each agent. `clock`: seconds, never backwards.

    `started`: false as long as the process answers but does not work yet; whoever makes it sets it.
    """

    def __init__(
        self,
        *,
        started: bool = True,
        stall_secs: float = STALL_SECS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.started = started
        self._stall_secs = stall_secs
        self._clock = clock
        self._agents: dict[str, _Agent] = {}

    def progress(self, agent: str, settled: int, partition: int = 0) -> None:
        """So many more records were settled; a batch that was held back no longer is."""
        if settled > 0:
            state = self._agent(agent)
            state.settled += settled
            state.holding = None
            self._lane(agent, partition).moved_at = self._clock()

    def holding(self, agent: str, reason: str) -> None:
        """A batch is held back and repeated in place, until there is progress. The reason holds no post."""
        state = self._agent(agent)
        if state.holding is None:
            state.holding_since = self._clock()
        state.holding = reason

    def lag(self, agent: str, records: int, partition: int = 0) -> None:
        """So many records wait in a partition of the agent's topic."""
        lane = self._lane(agent, partition)
        lane.lag = records
        if records <= 0:
            lane.waiting_since = None
        elif lane.waiting_since is None:
            lane.waiting_since = self._clock()

    def report(self) -> Report:
        """How everyone is doing now."""
        now = self._clock()
        agents = {name: self._judge(state, now) for name, state in sorted(self._agents.items())}
        well = all(agent.trouble is None for agent in agents.values())
        return Report(ready=self.started and well, started=self.started, agents=agents)

    def _judge(self, state: _Agent, now: float) -> AgentHealth:
        moved = [lane.moved_at for lane in state.lanes.values() if lane.moved_at is not None]
        held_secs = None if state.holding is None else now - state.holding_since
        standing_secs = max((lane.standing_secs(now) for lane in state.lanes.values()), default=0.0)
        trouble = None
        if held_secs is not None and held_secs > self._stall_secs:
            trouble = f"a batch is held back: {state.holding}"
        elif standing_secs > self._stall_secs:
            trouble = f"records wait, and none of a partition was settled for {standing_secs:.0f} s"
        return AgentHealth(
            lag=sum(lane.lag for lane in state.lanes.values()),
            settled=state.settled,
            idle_secs=now - max(moved) if moved else None,
            holding=state.holding,
            holding_secs=held_secs,
            trouble=trouble,
        )

    def _agent(self, agent: str) -> _Agent:
        return self._agents.setdefault(agent, _Agent())

    def _lane(self, agent: str, partition: int) -> _Lane:
        return self._agent(agent).lanes.setdefault(partition, _Lane())


async def watch_lag(
    log: Log, group: str, topics: Mapping[str, str], health: Health, *, every_secs: float = LOOK_EVERY_SECS
) -> None:
    """For ever: compare what is there with what the group has committed, for each agent and its topic.

    A partition without a commit counts from its start.
    """
    before: dict[tuple[str, int], int] = {}
    while True:
        try:
            for agent, topic in topics.items():
                await _look(log, group, agent, topic, health, before)
        except ResonanzError as error:
            logger("health").warning("the log does not answer", error=type(error).__name__)
            health.holding(LOG, "the log does not answer")
        else:
            health.progress(LOG, 1)
        await asyncio.sleep(every_secs)


async def _look(
    log: Log, group: str, agent: str, topic: str, health: Health, before: dict[tuple[str, int], int]
) -> None:
    committed = await log.committed(group, topic)
    ends = await log.ends(topic)  # read after the commits, so that the lag is never below zero
    for partition, end in ends.items():
        offset = committed.get(partition, 0)
        health.progress(agent, offset - before.get((agent, partition), offset), partition)
        health.lag(agent, end - offset, partition)
        before[agent, partition] = offset
    metrics.lag(topic, sum(end - committed.get(partition, 0) for partition, end in ends.items()))
