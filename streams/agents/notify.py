"""Agent `notify`: tells the recipients of an alert each of its changes once, when they want to be told.

An alert is acknowledged as soon as it is known: what is due follows, at any moment, from the last value of each alert,
the subscriptions, what has been told, and the time; all of it is on the log (decision 11).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from streams.agents.outbox import Outbox
from streams.alert import Alert
from streams.alerting.digest import LOOK_BACK, digests
from streams.alerting.links import links_of
from streams.alerting.telling import Told, due, together, wanted
from streams.clock import Clock, system_clock
from streams.codec import DecodeError, decode, decode_alert
from streams.components import Sink
from streams.config import AlertsConfig
from streams.log.base import Log, Record
from streams.log.following import follow
from streams.logs import logger
from streams.notification import Notification
from streams.outcome import DELIVERED, Fate, Rejected
from streams.subscription import Subscription
from streams.topics import ALERTS, NOTIFICATIONS

TICK_SECS = 1.0
DIGESTS_EVERY_SECS = 60.0


class NotifyAgent:
    """Knows the alerts, and hands what is due to the outbox: when an alert comes, and every second."""

    name = "notify"
    topic = ALERTS
    batch_records = 100

    def __init__(
        self,
        log: Log,
        notifiers: Mapping[str, Sink[Notification]],
        config: AlertsConfig | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._log, self._clock, self._config = log, clock, config or AlertsConfig()
        self._outbox = Outbox(log, notifiers)
        self._subscriptions: dict[str, Subscription] = {}
        self._alerts: dict[str, Alert] = {}
        self._offsets: dict[str, int] = {}
        self._active: set[str] = set()
        self._digests: Sequence[Notification] = ()
        self._digests_at: datetime | None = None
        self._loaded = False
        self._one_at_a_time = asyncio.Lock()

    def subscribe(self, subscription: Subscription) -> None:
        """Know how a subscription wants its digests."""
        self._subscriptions[subscription.id] = subscription

    def unsubscribe(self, id: str) -> None:
        """Forget a subscription."""
        self._subscriptions.pop(id, None)

    def forget(self) -> None:
        """The alerts may have gone to another worker, who will do the telling."""
        self._loaded = False
        self._outbox.hold()

    async def settle(self, records: Sequence[Record]) -> Sequence[Fate]:
        """Know the alerts, and begin to tell what is due."""
        fates: list[Fate] = []
        async with self._one_at_a_time:
            await self._load()
            for record in records:
                try:
                    self._learn(record)
                    fates.append(DELIVERED)
                except DecodeError as error:
                    fates.append(Rejected(str(error)))
            self._send()
        return fates

    async def tick(self, ours: Callable[[], Iterable[int]]) -> None:
        """For ever: tell what becomes due as time passes, while the alerts are ours."""
        try:
            while True:
                await asyncio.sleep(TICK_SECS)
                if list(ours()):
                    await self.look()
        finally:
            await self._outbox.close()

    async def look(self) -> None:
        """Begin to tell what is due now."""
        async with self._one_at_a_time:
            await self._load()
            self._send()

    async def idle(self) -> None:
        """Until nobody is being told."""
        await self._outbox.idle()

    async def follow_notes(self, ready: Callable[[], None]) -> None:
        """For ever: learn what is to be told again; `ready` from when on nothing is missed."""

        def learn(record: Record) -> None:
            if _note(record).state == "again":
                self._outbox.told.pop((record.key or b"").decode(errors="replace"), None)
                self._active.update(self._alerts)

        await follow(self._log, NOTIFICATIONS, learn, ready, from_start=False)

    async def _load(self) -> None:
        """Read what there is, when the alerts have just become ours."""
        if self._loaded:
            return
        notes = await self._log.latest(NOTIFICATIONS)
        told = {key.decode(errors="replace"): _note(record) for key, record in notes.items()}
        self._outbox.told.update({id: note for id, note in told.items() if note.state != "again"})
        for record in (await self._log.latest(ALERTS)).values():
            try:
                self._learn(record)
            except DecodeError as error:
                logger(self.name).warning("unreadable, ignored", topic=ALERTS, reason=str(error))
        self._digests_at = None
        self._loaded = True

    def _learn(self, record: Record) -> None:
        alert = decode_alert(record.value)
        if record.offset >= self._offsets.get(alert.id, 0):
            self._offsets[alert.id] = record.offset
            self._alerts[alert.id] = alert
            self._active.add(alert.id)

    def _send(self) -> None:
        now, told = self._clock(), self._outbox.told
        changes = [one for id in sorted(self._active) for one in due(self._alerts[id], told, now)]
        found = [*together(changes, told), *self._due_digests(now)]
        self._outbox.send([links_of(one, self._config, now) for one in found])
        self._forget_what_is_over(now)

    def _due_digests(self, now: datetime) -> list[Notification]:
        """Looked for once a minute; there may be thousands of subscriptions."""
        if self._digests_at is None or (now - self._digests_at).total_seconds() >= DIGESTS_EVERY_SECS:
            told, alerts = self._outbox.told, defaultdict(list)
            for alert in self._alerts.values():
                alerts[alert.subscription].append(alert)
            self._digests = [
                digest
                for id, own in alerts.items()
                if id in self._subscriptions
                for digest in digests(self._subscriptions[id], own, told, now)
            ]
            self._digests_at = now
        return [one for one in self._digests if one.id not in self._outbox.told]

    def _forget_what_is_over(self, now: datetime) -> None:
        """Look no more at what is over and told; a digest may still name it."""
        over = [id for id in self._active if self._alerts[id].state == "closed"]
        self._active.difference_update(id for id in over if not wanted(self._alerts[id], self._outbox.told))
        for id in self._alerts.keys() - self._active:
            if now - (self._alerts[id].closed_at or now) > 2 * LOOK_BACK:
                del self._alerts[id], self._offsets[id]


def _note(record: Record) -> Told:
    """What was noted; what nobody can read is told again rather than never."""
    try:
        return decode(Told, record.value)
    except DecodeError as error:
        logger("notify").warning("unreadable, told again", topic=NOTIFICATIONS, reason=str(error))
        return Told(state="again")
