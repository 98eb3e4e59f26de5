"""Each change of an alert is told once to each recipient, when it may be told, whatever happens in between."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.agents.notify import NotifyAgent
from streams.alert import Change
from streams.alerting.episodes import acknowledge, close, note, snooze
from streams.alerting.telling import last_change
from streams.codec import encode
from streams.config import AlertsConfig
from streams.log.base import Entry
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.subscription import Alarm, Subscription
from streams.testing.fakes import FakeLog
from streams.testing.notifier_checks import ALERT, NOON
from streams.topics import ALERTS
from tests.streams.agents.records import records

LOG, MAIL, BOSS = "log:", "mailto:presse@example.org", "mailto:chefin@example.org"
ALARM = Alarm(notify=(LOG, MAIL))
OPENED = replace(ALERT, alarm=ALARM, history=(Change(at=NOON, state="open", severity=3),))


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


async def test_each_revision_is_told_once_also_by_another_worker_and_after_forgetting():
    house = House()
    assert await house.hear(OPENED, OPENED) == [DELIVERED] * 2
    house.agent.forget()
    await house.look()
    house.restart()
    await house.hear(OPENED, worse(OPENED))
    assert house.notifiers["log"].seen() == [(LOG, "change", "opened"), (LOG, "change", "worsened")]
    assert house.notifiers["mail"].seen() == [(MAIL, "change", "opened"), (MAIL, "change", "worsened")]


async def test_what_another_worker_has_told_meanwhile_is_not_told_again():
    house = House()
    await house.hear(OPENED)
    first = house.agent
    first.forget()
    house.restart()
    await house.hear(worse(OPENED))
    await first.settle(house.log.records(ALERTS))
    await first.idle()
    assert len(house.notifiers["log"].took) == 2


async def test_a_notification_says_where_more_can_be_seen():
    house = House()
    await house.hear(OPENED)
    [told] = house.notifiers["log"].took
    assert told.page.startswith(
        "https://listening.example.org/?subscription=db&since=2026-11-15T11%3A00%3A00Z"
    )


async def test_a_recipient_that_is_away_keeps_nobody_waiting():
    house = House(log=Notifier(Retry("away")), mail=Notifier())
    assert await house.hear(OPENED) == [DELIVERED]
    assert house.notifiers["mail"].seen() == [(MAIL, "change", "opened")]
    house.notifiers["log"].answer = DELIVERED
    await house.look()
    assert (len(house.notifiers["log"].took), len(house.notifiers["mail"].took)) == (1, 1)


async def test_what_waits_for_a_recipient_is_not_lost_by_a_restart():
    house = House(log=Notifier(), mail=Notifier(Retry("away")))
    await house.hear(OPENED)
    house.notifiers["mail"].answer = DELIVERED
    house.restart()
    await house.look()
    assert (len(house.notifiers["log"].took), len(house.notifiers["mail"].took)) == (1, 1)


async def test_an_alert_that_was_over_before_anybody_was_there_to_tell_it_is_told():
    house = House()
    over = close(OPENED, by=None, now=NOON)
    await house.log.append([Entry(ALERTS, one.id.encode(), encode(one)) for one in (OPENED, over)])
    await house.look()
    assert house.notifiers["mail"].seen() == [(MAIL, "change", "closed")]


async def test_a_snoozed_alert_and_a_mere_note_are_silent():
    house = House()
    await house.hear(snooze(OPENED, until=NOON + timedelta(hours=1), by="anna", now=NOON))
    assert house.notifiers["log"].took == []
    await house.hear(OPENED)
    await house.hear(note(OPENED, by="anna", now=NOON, note="seen"))
    assert house.notifiers["log"].seen() == [(LOG, "change", "opened")]


async def test_what_is_no_alert_is_rejected_and_the_others_are_told():
    house = House()
    fates = await house.agent.settle(records(b"{", None, OPENED, topic=ALERTS))
    await house.agent.idle()
    assert [type(fate) for fate in fates] == [Rejected, Rejected, type(DELIVERED)]
    assert len(house.notifiers["log"].took) == 1


async def test_an_older_value_that_comes_again_is_not_believed():
    house = House()
    await house.hear(OPENED, worse(OPENED))
    await house.agent.settle(house.log.records(ALERTS)[:1])
    await house.agent.idle()
    assert [kind for _, _, kind in house.notifiers["log"].seen()] == ["worsened"]


NIGHT = replace(ALARM, notify=(MAIL,), quiet="22:00-07:00", loud_from=5)
LATE = datetime.fromisoformat("2026-11-15T23:30:00+01:00")


def at_night(**changes):
    change = Change(at=LATE, state="open", severity=3)
    return replace(OPENED, alarm=NIGHT, since=LATE, updated_at=LATE, history=(change,), **changes)


async def test_what_begins_in_quiet_hours_is_told_when_they_end_also_after_a_restart():
    house = House()
    house.now = LATE
    await house.hear(at_night())
    await house.look(timedelta(hours=7, minutes=29))
    assert house.notifiers["mail"].took == []
    house.restart()
    await house.look(timedelta(minutes=1))
    assert house.notifiers["mail"].seen() == [(MAIL, "change", "opened")]


async def test_quiet_hours_do_not_hold_what_is_severe():
    house = House()
    house.now = LATE
    await house.hear(worse(at_night(), 5, LATE))
    assert house.notifiers["mail"].seen() == [(MAIL, "change", "worsened")]


async def test_what_was_over_before_the_quiet_hours_end_is_told_in_one():
    house = House()
    house.now = LATE
    over = [close(at_night(id=id), by=None, now=LATE + timedelta(hours=1)) for id in ("a", "b")]
    await house.hear(*over, at_night(id="c"))
    await house.look(timedelta(hours=8))
    await house.look(timedelta(hours=1))
    house.restart()
    await house.look()
    told = [(one.occasion, [alert.id for alert in one.alerts]) for one in house.notifiers["mail"].took]
    assert sorted(told) == [("change", ["c"]), ("missed", ["a", "b"])]


ESCALATED = replace(ALARM, notify=(LOG,), escalate_after=15, escalate_to=(BOSS,))


async def test_what_nobody_acknowledges_is_escalated_once_and_whoever_was_asked_hears_how_it_goes_on():
    house = House()
    alert = replace(OPENED, alarm=ESCALATED)
    await house.hear(alert)
    await house.look(timedelta(minutes=14))
    assert house.notifiers["mail"].took == []
    await house.look(timedelta(minutes=1))
    house.restart()
    await house.look(timedelta(hours=1))
    await house.hear(acknowledge(alert, by="anna", now=house.now))
    assert house.notifiers["mail"].seen() == [
        (BOSS, "escalation", "opened"),
        (BOSS, "change", "acknowledged"),
    ]


async def test_what_is_acknowledged_in_time_is_not_escalated():
    house = House()
    await house.hear(acknowledge(replace(OPENED, alarm=ESCALATED), by="anna", now=NOON))
    await house.look(timedelta(hours=1))
    assert house.notifiers["mail"].took == []


async def test_a_digest_is_told_once_whatever_restarts():
    house = House()
    alarm = Alarm(digest="daily", digest_to=(MAIL,))
    house.subscriptions = [Subscription(id="db", query="x", alarm=alarm)]
    house.restart()
    await house.hear(
        replace(OPENED, alarm=alarm), replace(OPENED, id="vw-1", subscription="vw", alarm=Alarm())
    )
    for hours in (18, 1, 2, 1, 24, 24):  # 06:00, 07:00 UTC = 08:00, …
        await house.look(timedelta(hours=hours))
        house.restart()
    told = [one for one in house.notifiers["mail"].took if one.occasion == "digest"]
    assert [len(one.alerts) for one in told] == [1, 1, 1]
    assert len({one.id for one in told}) == 3


CHANGES = st.sampled_from(["open", "worse", "ease", "ack", "note", "snooze", "close"])
EVENTS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from("ab"), CHANGES),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.sampled_from([("restart",), ("forget",), ("away",), ("back",), ("look",)]),
)


def changed(alert, what, now):
    if what == "open" or alert is None or alert.state == "closed":
        return None
    severity = {"worse": min(alert.severity + 1, 6), "ease": max(alert.severity - 1, 1)}.get(what)
    if severity:
        return worse(alert, severity, now) if severity != alert.severity else None
    doing = {
        "ack": lambda: acknowledge(alert, by="anna", now=now),
        "note": lambda: note(alert, by="anna", now=now, note="hm"),
        "snooze": lambda: snooze(alert, until=now + timedelta(hours=1), by="anna", now=now),
        "close": lambda: close(alert, by=None, now=now),
    }
    return doing[what]()


async def play(events):
    house, there = House(mail=Notifier()), {}
    for event, *about in events:
        if event == "change":
            id, what = about
            alert = changed(there.get(id), what, house.now)
            if id not in there:
                opened = Change(at=house.now, state="open", severity=3)
                alert = replace(OPENED, id=id, alarm=NIGHT, since=house.now, history=(opened,))
            if alert:
                there[id] = alert
                await house.hear(alert)
        elif event == "wait":
            await house.look(timedelta(minutes=30 * about[0]))
        elif event in ("away", "back"):
            house.notifiers["mail"].answer = Retry("away") if event == "away" else DELIVERED
        elif event == "look":
            await house.look()
        else:
            getattr(house if event == "restart" else house.agent, event)()
    house.notifiers["mail"].answer = DELIVERED
    await house.look(timedelta(hours=12))
    await house.look(timedelta(hours=12))
    return house, there


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_whatever_happens_each_change_is_told_at_most_once_and_the_last_one_is(events):
    house, there = asyncio.run(play(events))
    told = Counter(id for one in house.notifiers["mail"].took for id in (one.settles or (one.id,)))
    assert all(times == 1 for times in told.values())
    last = {
        (alert.id, last_change(alert).revision)
        for one in house.notifiers["mail"].took
        for alert in one.alerts
    }
    for alert in there.values():
        if alert.state != "snoozed":
            assert (alert.id, last_change(alert).revision) in last


@pytest.fixture(autouse=True, scope="module")
def _no_pause():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.agents.outbox.FIRST_PAUSE_SECS", 0.0)
        yield
