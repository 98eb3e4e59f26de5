"""Where alerts are told: a log, notifiers that remember, a clock, and the agent that is at work."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

from streams.agents.notify import NotifyAgent
from streams.alert import Change
from streams.alerting.telling import last_change
from streams.codec import encode
from streams.config import AlertsConfig
from streams.log.base import Entry
from streams.outcome import DELIVERED, Outcome
from streams.subscription import Alarm, Subscription
from streams.testing.fakes import FakeLog
from streams.testing.notifier_checks import ALERT, NOON
from streams.topics import ALERTS

LOG, MAIL, BOSS = "log:", "mailto:presse@example.org", "mailto:chefin@example.org"
ALARM = Alarm(notify=(LOG, MAIL))
OPENED = replace(ALERT, alarm=ALARM, history=(Change(at=NOON, state="open", severity=3),))
NIGHT = replace(ALARM, notify=(MAIL,), quiet="22:00-07:00", loud_from=5)


@dataclass
class Notifier:
    """Answers what it is told to, and remembers what it took."""

    answer: Outcome = DELIVERED
    took: list = field(default_factory=list)

    async def deliver(self, batch):
        await asyncio.sleep(0)
        self.took += [one for one in batch if self.answer == DELIVERED]
        return [self.answer] * len(batch)

    def seen(self):
        return [(one.recipient, one.occasion, last_change(one.alert).happening) for one in self.took]


class House:
    """A log, notifiers, a clock, and the agent that is at work."""

    def __init__(self, **notifiers) -> None:
        self.log, self.now, self.notifiers = (
            FakeLog(),
            NOON,
            notifiers or {"log": Notifier(), "mail": Notifier()},
        )
        self.subscriptions: list[Subscription] = []
        self.restart()

    def restart(self) -> None:
        config = AlertsConfig(page="https://listening.example.org")
        self.agent = NotifyAgent(self.log, self.notifiers, config, lambda: self.now)
        for subscription in self.subscriptions:
            self.agent.subscribe(subscription)

    async def hear(self, *alerts):
        """The alerts are on the log, and come to the agent."""
        before = len(self.log.records(ALERTS))
        await self.log.append([Entry(ALERTS, one.id.encode(), encode(one)) for one in alerts])
        fates = await self.agent.settle(self.log.records(ALERTS)[before:])
        await self.agent.idle()
        return fates

    async def look(self, after: timedelta = timedelta()):
        self.now += after
        await self.agent.look()
        await self.agent.idle()


def worse(alert, severity=5, at=NOON):
    change = Change(at=at, state=alert.state, severity=severity)
    return replace(
        alert, severity=severity, revision=alert.revision + 1, history=(*alert.history, change), updated_at=at
    )
