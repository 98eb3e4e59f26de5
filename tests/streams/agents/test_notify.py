"""Each change of an alert is told once to each recipient, when it may be told, whatever happens in between."""

from dataclasses import replace
from datetime import datetime, timedelta

from streams.alert import Change
from streams.alerting.episodes import acknowledge, close, note, snooze
from streams.codec import encode
from streams.log.base import Entry
from streams.outcome import DELIVERED, Rejected, Retry
from streams.subscription import Alarm, Subscription
from streams.testing.notifier_checks import NOON
from streams.topics import ALERTS
from tests.streams.agents.records import records
from tests.streams.agents.telling import ALARM, BOSS, LOG, MAIL, NIGHT, OPENED, House, Notifier, worse


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
