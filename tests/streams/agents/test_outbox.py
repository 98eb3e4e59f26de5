"""What is given up is a dead letter that can be tried again, and what ends the process is not kept quiet."""

import asyncio
from dataclasses import replace

import pytest

from streams.agents import outbox
from streams.agents.notify import NotifyAgent
from streams.agents.outbox import Outbox
from streams.alert import Change
from streams.alerting.telling import due
from streams.codec import decode_dead_letter
from streams.commands.deadletters import _retry
from streams.notification import Notification
from streams.outcome import DELIVERED, Rejected, Retry
from streams.subscription import Alarm
from streams.testing.fakes import REFUSED, TAKEN, FakeLog
from streams.testing.notifier_checks import ALERT, CANARY, NOON
from streams.topics import ALERTS, DEAD_LETTERS, NOTIFICATIONS
from tests.streams.agents.records import records
from tests.streams.agents.telling import MAIL, Notifier

HOOK = f"https://example.org/{CANARY}"
OPENED = replace(ALERT, alarm=Alarm(notify=(HOOK,)), history=(Change(at=NOON, state="open", severity=3),))


async def rounds(box, alert, count):
    for _ in range(count):
        box.send(due(alert, box.told, NOON))
        await box.idle()


def letters(log):
    return [decode_dead_letter(record.value) for record in log.records(DEAD_LETTERS) if record.value]


async def test_who_is_away_for_too_long_is_given_up_and_the_alert_named_but_not_the_address():
    log, hook = FakeLog(), Notifier(Retry("no answer"))
    box = Outbox(log, {"webhook": hook})
    await rounds(box, OPENED, outbox.MOST_ATTEMPTS - 1)
    assert letters(log) == []
    await rounds(box, OPENED, 3)
    [letter] = letters(log)
    assert letter.reason.startswith(f"alert {OPENED.id} to https:…")
    assert letter.reason.endswith(f"given up after {outbox.MOST_ATTEMPTS} attempts: no answer")
    assert CANARY not in letter.reason
    assert (letter.stage, letter.attempts) == ("notify", outbox.MOST_ATTEMPTS)


async def test_a_dead_letter_that_is_retried_is_told_once_more():
    log, hook = FakeLog(), Notifier(Rejected("no"))
    agent = NotifyAgent(log, {"webhook": hook}, clock=lambda: NOON)
    following, ready = None, asyncio.Event()
    following = asyncio.create_task(agent.follow_notes(ready.set))
    await ready.wait()
    await agent.settle(records(OPENED, topic=ALERTS))
    await agent.idle()
    hook.answer = DELIVERED
    [done] = await _retry(log, None)
    assert done.endswith("tried again")
    await asyncio.sleep(0.01)
    for _ in range(2):
        await agent.look()
        await agent.idle()
    following.cancel()
    assert len(hook.took) == 1
    assert await log.latest(DEAD_LETTERS) == {}


async def test_it_is_told_again_also_if_nobody_was_there_when_that_was_asked():
    log, hook = FakeLog(), Notifier(Rejected("no"))
    await rounds(Outbox(log, {"webhook": hook}), OPENED, 1)
    await _retry(log, None)
    hook.answer = DELIVERED
    agent = NotifyAgent(log, {"webhook": hook}, clock=lambda: NOON)
    await agent.settle(records(OPENED, topic=ALERTS))
    await agent.idle()
    assert len(hook.took) == 1


async def test_a_recipient_without_notifier_is_given_up_with_the_line_to_write():
    log = FakeLog()
    await rounds(Outbox(log, {}), replace(OPENED, alarm=Alarm(notify=(MAIL,))), 2)
    [letter] = letters(log)
    assert 'write [sinks.mail] and `type = "mail"`' in letter.reason


async def test_what_fails_keeps_nothing_else_from_the_same_recipient():
    class Picky(Notifier):
        async def deliver(self, batch):
            self.answer = Retry("not this") if batch[0].alert.id == "a" else DELIVERED
            return await super().deliver(batch)

    hook = Picky()
    box = Outbox(FakeLog(), {"webhook": hook})
    alerts = [replace(OPENED, id=id) for id in "ab"]
    for _ in range(2):
        box.send([one for alert in alerts for one in due(alert, box.told, NOON)])
        await box.idle()
    assert [one.alert.id for one in hook.took] == ["b"]


async def test_who_is_being_told_is_not_told_a_second_time_meanwhile():
    hook = Notifier()
    box = Outbox(FakeLog(), {"webhook": hook})
    for _ in range(3):
        box.send([Notification.of(OPENED, HOOK)])
        await asyncio.sleep(0)
    await box.idle()
    assert len(hook.took) == 1


async def test_a_notifier_that_breaks_ends_the_process():
    class Broken:
        async def deliver(self, batch):
            raise ZeroDivisionError

    box = Outbox(FakeLog(), {"webhook": Broken()})
    box.send([Notification.of(OPENED, HOOK)])
    await asyncio.sleep(0.01)
    with pytest.raises(ZeroDivisionError):
        box.send([])


async def test_a_log_that_refuses_what_was_told_ends_the_process():
    log = FakeLog(lambda entry: REFUSED if entry.topic == NOTIFICATIONS else TAKEN)
    box = Outbox(log, {"webhook": Notifier()})
    box.send([Notification.of(OPENED, HOOK)])
    with pytest.raises(RuntimeError, match="the log refuses"):
        await box.idle()


async def test_after_a_hold_nothing_more_is_begun():
    hook = Notifier()
    box = Outbox(FakeLog(), {"webhook": hook})
    box.send([Notification.of(replace(OPENED, id=id), HOOK) for id in "abc"])
    await asyncio.sleep(0)
    box.hold()
    await box.idle()
    assert len(hook.took) == 1


class Silent:
    async def deliver(self, batch):
        await asyncio.Event().wait()


async def test_a_notifier_that_does_not_come_back_is_as_one_that_is_away(monkeypatch):
    monkeypatch.setattr(outbox, "LONGEST_DELIVERY_SECS", 0.01)
    box = Outbox(FakeLog(), {"webhook": Silent()})
    await rounds(box, OPENED, 2)
    assert box.told == {}


async def test_closing_lets_who_is_being_told_be_told_and_begins_nothing():
    log, hook = FakeLog(), Notifier()
    box = Outbox(log, {"webhook": hook})
    box.send([Notification.of(replace(OPENED, id=id), HOOK) for id in "ab"])
    await asyncio.sleep(0)
    await box.close()
    await box.close()
    assert len(hook.took) == len(log.records(NOTIFICATIONS)) == 1


async def test_closing_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(outbox, "CLOSE_SECS", 0.01)
    log = FakeLog()
    box = Outbox(log, {"webhook": Silent()})
    box.send([Notification.of(OPENED, HOOK)])
    await box.close()
    assert log.records(NOTIFICATIONS) == []
