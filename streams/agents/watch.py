"""Agent `watch`: counts hits and raises alerts; its memory is on the log before a hit is acknowledged."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from streams import metrics
from streams.agents.pulse import Pulse
from streams.alert import Alert
from streams.alerting.budget import days_between
from streams.alerting.watch import Arrived, Watch
from streams.clock import Clock, system_clock
from streams.codec import DecodeError, decode, decode_hit, encode
from streams.coverage import Coverage
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver
from streams.log.following import follow
from streams.logs import logger
from streams.outcome import DELIVERED, Fate, Rejected
from streams.subscription import Subscription
from streams.topics import ALERTS, COVERAGE, HITS, WATCH_STATE

TICK_SECS = 1.0
_log = logger("watch")


class WatchAgent:
    """Holds one `Watch` for each partition of the hits that is ours."""

    name = "watch"
    topic = HITS
    batch_records = 1000

    def __init__(
        self,
        log: Log,
        clock: Clock = system_clock,
        *,
        up_to_date: Callable[[], bool] = lambda: True,
        pulse: Pulse | None = None,
    ) -> None:
        """`up_to_date`: whether what the sources said has come through to the hits. `pulse`: of a shared log."""
        self._log, self._clock = log, clock
        self._up_to_date, self._pulse = up_to_date, pulse
        self._watches: dict[int, Watch] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._alerts: dict[str, Alert] = {}
        self._coverage: dict[str, Coverage] = {}
        self._one_at_a_time = asyncio.Lock()

    def subscribe(self, subscription: Subscription) -> None:
        """Watch for a subscription. Raises UsageError if its alarm cannot be meant."""
        days_between(
            subscription.alarm.at_most
        )  # also while no partition is ours: kept, it would stop the next one
        self._subscriptions[subscription.id] = subscription
        for watch in self._watches.values():
            watch.subscribe(subscription)

    def unsubscribe(self, id: str) -> None:
        """Forget a subscription."""
        self._subscriptions.pop(id, None)
        for watch in self._watches.values():
            watch.unsubscribe(id)

    def forget(self) -> None:
        """Partitions may have gone to another worker: what we remember may no longer be true."""
        self._watches.clear()

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """Count the hits; answers once memory and alerts are on the log."""
        fates: list[Fate] = [DELIVERED] * len(records)
        arrived: defaultdict[int, list[Arrived]] = defaultdict(list)
        for at, record in enumerate(records):
            try:
                arrived[record.partition].append(
                    Arrived(record.offset, record.timestamp, decode_hit(record.value))
                )
            except DecodeError as error:
                fates[at] = Rejected(str(error))
        async with self._one_at_a_time:
            # held on to: `forget` may come in between, and what was absorbed must be saved all the same
            watches = {partition: await self._watch(partition) for partition in arrived}
            for partition, watch in watches.items():
                for happened, times in watch.absorb(arrived[partition]).items():
                    metrics.heard(happened, times)
            await self._save(list(watches.values()))
        return fates

    async def tick(self, ours: Callable[[], Iterable[int]]) -> None:
        """For ever: let time pass for the partitions that are ours, also when nothing is said."""
        while True:
            await asyncio.sleep(TICK_SECS)
            async with self._one_at_a_time:
                await self._save([await self._watch(partition) for partition in ours()])

    async def follow_alerts(self, ready: Callable[[], None]) -> None:
        """For ever: take in what people did to alerts; `ready` once all that was there is in."""

        def learn(record: Record) -> None:
            alert = decode(Alert, record.value)
            self._alerts[alert.id] = alert
            for watch in self._watches.values():
                watch.adopt(alert)

        await follow(self._log, ALERTS, learn, ready)

    async def follow_coverage(self, ready: Callable[[], None]) -> None:
        """For ever: learn how far each source has been read; `ready` once all that was there is in."""

        def learn(record: Record) -> None:
            coverage = decode(Coverage, record.value)
            self._coverage[coverage.ingestor] = coverage
            for watch in self._watches.values():
                watch.cover(coverage)

        await follow(self._log, COVERAGE, learn, ready)

    async def _watch(self, partition: int) -> Watch:
        """The memory of a partition; read back from the log when the partition has just become ours."""
        if partition not in self._watches:
            entries = await self._log.latest(WATCH_STATE, partition)
            watch = Watch(partition)
            for lost in watch.restore((key, record.value) for key, record in entries.items()):
                metrics.forgotten(self.name)
                _log.warning("unreadable memory, left out", partition=partition, entry=lost)
            for subscription in self._subscriptions.values():
                watch.subscribe(subscription)
            for gone in watch.remembered() - self._subscriptions.keys():
                watch.unsubscribe(gone)
            for alert in self._alerts.values():
                watch.adopt(alert)
            for coverage in self._coverage.values():
                watch.cover(coverage)
            self._watches[partition] = watch
        return self._watches[partition]

    async def _save(self, watches: Sequence[Watch]) -> None:
        now, entries = self._clock(), []
        for watch in watches:
            alerts = watch.evaluate(now, up_to_date=self._up_to_date())
            entries += [Entry(WATCH_STATE, key, value, watch.partition) for key, value in watch.changed()]
            entries += [Entry(ALERTS, alert.id.encode(), encode(alert)) for alert in alerts]
        if self._pulse:
            self._pulse.check()
        refused = [fate for fate in await deliver(self._log, entries) if isinstance(fate, Rejected)]
        if refused:
            raise RuntimeError(f"the log refuses what watch remembers: {refused[0].reason}")
