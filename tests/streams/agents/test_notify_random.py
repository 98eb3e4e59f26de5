"""Whatever happens to alerts, recipients and workers: each change is told once, and the last one is told."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alert import Change
from streams.alerting.episodes import acknowledge, close, note, snooze
from streams.alerting.telling import last_change
from streams.outcome import DELIVERED, Retry
from tests.streams.agents.telling import NIGHT, OPENED, House, Notifier, worse

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
