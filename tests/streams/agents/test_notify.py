"""Each change of an alert is told once to each recipient, or given up where one can see it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from streams.agents.notify import MOST_ATTEMPTS, NotifyAgent
from streams.alert import Change
from streams.alerting.episodes import note, snooze
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.subscription import Alarm
from streams.testing.fakes import FakeLog
from streams.testing.notifier_checks import ALERT, NOON
from streams.topics import ALERTS
from tests.streams.agents.records import records

LOG, MAIL = "log:", "mailto:presse@example.org"
OPENED = replace(ALERT, alarm=Alarm(notify=(LOG, MAIL)), history=(Change(at=NOON, state="open", severity=3),))


@dataclass
class Notifier:
    """Answers what it is told to, and remembers what it took."""

    answer: Outcome = DELIVERED
    took: list = field(default_factory=list)

    async def deliver(self, batch):
        self.took += [(one.recipient, one.alert.revision) for one in batch if self.answer == DELIVERED]
        return [self.answer] * len(batch)


async def settle(agent, *alerts):
    return await agent.settle(records(*alerts, topic=ALERTS))


def worse(alert):
    change = Change(at=NOON, state="open", severity=5)
    return replace(alert, severity=5, revision=alert.revision + 1, history=(*alert.history, change))


async def test_each_revision_is_told_once_also_by_another_worker_and_after_forgetting():
    log, to_log, mail = FakeLog(), Notifier(), Notifier()
    agent = NotifyAgent(log, {"log": to_log, "mail": mail})
    assert await settle(agent, OPENED, OPENED) == [DELIVERED] * 2
    agent.forget()
    await settle(agent, OPENED)
    another = NotifyAgent(log, {"log": to_log, "mail": mail})
    await settle(another, OPENED, worse(OPENED))
    first = OPENED.revision
    assert to_log.took == [(LOG, first), (LOG, first + 1)]
    assert mail.took == [(MAIL, first), (MAIL, first + 1)]


async def test_who_is_away_for_too_long_is_given_up_and_the_alert_named():
    log, mail = FakeLog(), Notifier(Retry("no answer"))
    agent = NotifyAgent(log, {"mail": mail})
    alert = replace(OPENED, alarm=Alarm(notify=(MAIL,)))
    fates = [(await settle(agent, alert))[0] for _ in range(MOST_ATTEMPTS)]
    assert fates[:-1] == [Retry("no answer")] * (MOST_ATTEMPTS - 1)
    reason = f"alert {alert.id}: given up after {MOST_ATTEMPTS} attempts: no answer"
    assert fates[-1] == Rejected(reason)
    mail.answer = DELIVERED
    assert await settle(NotifyAgent(log, {"mail": mail}), alert) == [DELIVERED]
    assert mail.took == []


async def test_a_recipient_without_notifier_is_rejected_with_the_line_to_write():
    [fate] = await settle(NotifyAgent(FakeLog(), {}), replace(OPENED, alarm=Alarm(notify=(MAIL,))))
    assert isinstance(fate, Rejected)
    assert OPENED.id in fate.reason
    assert 'write [sinks.mail] and `type = "mail"`' in fate.reason


async def test_a_second_recipient_is_told_though_the_first_refuses():
    mail = Notifier()
    agent = NotifyAgent(FakeLog(), {"log": Notifier(Rejected("no")), "mail": mail})
    assert await settle(agent, OPENED) == [Rejected(f"alert {OPENED.id}: no")]
    assert mail.took == [(MAIL, OPENED.revision)]


async def test_a_second_recipient_is_told_though_the_first_is_away_and_not_told_again():
    to_log, mail = Notifier(Retry("away")), Notifier()
    agent = NotifyAgent(FakeLog(), {"log": to_log, "mail": mail})
    assert await settle(agent, OPENED) == [Retry("away")]
    to_log.answer = DELIVERED
    assert await settle(agent, OPENED) == [DELIVERED]
    assert (len(to_log.took), len(mail.took)) == (1, 1)


async def test_a_snoozed_alert_and_a_mere_note_are_silent():
    to_log = Notifier()
    agent = NotifyAgent(FakeLog(), {"log": to_log, "mail": to_log})
    quiet = snooze(OPENED, until=NOON + timedelta(hours=1), by="anna", now=NOON)
    assert await settle(agent, quiet, note(OPENED, by="anna", now=NOON, note="seen")) == [DELIVERED] * 2
    assert to_log.took == []


async def test_what_is_no_alert_is_rejected():
    fates = await settle(NotifyAgent(FakeLog(), {}), b"{", None)
    assert [type(fate) for fate in fates] == [Rejected] * 2


async def test_who_refused_is_buried_though_another_had_to_be_waited_for():
    mail = Notifier(Retry("away"))
    agent = NotifyAgent(FakeLog(), {"log": Notifier(Rejected("no")), "mail": mail})
    assert await settle(agent, OPENED) == [Retry("away")]
    mail.answer = DELIVERED
    assert await settle(agent, OPENED) == [Rejected(f"alert {OPENED.id}: no")]
