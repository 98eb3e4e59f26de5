"""Digests: which alerts they tell of, and when."""

from dataclasses import replace
from datetime import datetime, timedelta

from streams.alerting.digest import digests
from streams.alerting.episodes import close
from streams.alerting.telling import Told
from streams.subscription import Alarm, Subscription
from streams.testing.notifier_checks import ALERT

MAIL, OTHER = "mailto:presse@example.org", "mailto:chefin@example.org"
DAILY = Subscription(id="db", query="bahn", alarm=Alarm(digest="daily", digest_to=(MAIL,)))
EIGHT = datetime.fromisoformat("2026-11-18T08:00:00+01:00")
DAY = timedelta(days=1)


def alert(id: str, since: datetime, closed: datetime | None = None, **changes):
    one = replace(ALERT, id=id, since=since, updated_at=since, **changes)
    return close(one, by=None, now=closed) if closed else one


def names(found):
    return [[one.id for one in each.alerts] for each in found]


def told(*found):
    return {one.id: Told(state="told") for one in found}


def test_a_digest_tells_of_what_went_on_in_the_day_closed_or_not():
    alerts = [
        alert("open", EIGHT - 3 * DAY),
        alert("over", EIGHT - DAY / 2, EIGHT - DAY / 4),
        alert("today", EIGHT + DAY / 8),
    ]
    assert names(digests(DAILY, alerts, {}, EIGHT + DAY / 4)) == [["open", "over"]]


def test_a_day_without_alerts_is_not_told():
    assert digests(DAILY, [], {}, EIGHT) == []


def test_it_is_told_once_to_each_and_the_next_day_brings_what_is_new():
    both = replace(DAILY, alarm=replace(DAILY.alarm, digest_to=(MAIL, OTHER, MAIL)))
    old = alert("old", EIGHT - DAY / 2, EIGHT - DAY / 4)
    first = digests(both, [old], {}, EIGHT)
    assert [one.recipient for one in first] == [MAIL, OTHER]
    assert digests(both, [old], told(*first), EIGHT + DAY / 2) == []
    new = alert("new", EIGHT + DAY / 2)
    assert names(digests(both, [old, new], told(*first), EIGHT + DAY)) == [["new"], ["new"]]


def test_what_could_not_be_told_for_days_is_made_up_for():
    first = digests(DAILY, [alert("a", EIGHT - DAY / 2, EIGHT - DAY / 4)], {}, EIGHT)
    missed = alert("b", EIGHT + DAY / 2, EIGHT + DAY / 2 + DAY / 8)
    assert names(digests(DAILY, [missed], told(*first), EIGHT + 5 * DAY)) == [["b"]]
    assert digests(DAILY, [missed], told(*first), EIGHT + 30 * DAY) == []


def test_who_has_just_asked_for_digests_is_told_the_next():
    asked = replace(DAILY, changed_at=EIGHT + DAY / 8)
    assert digests(asked, [alert("a", EIGHT - DAY / 2)], {}, EIGHT + DAY / 4) == []
    assert names(digests(asked, [alert("a", EIGHT - DAY / 2)], {}, EIGHT + DAY)) == [["a"]]


def test_a_zone_that_is_not_known_has_none():
    odd = replace(DAILY, alarm=replace(DAILY.alarm, timezone="Mars/Olympus"))
    assert digests(odd, [alert("a", EIGHT - DAY / 2)], {}, EIGHT) == []
