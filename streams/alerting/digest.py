"""Digests: all alerts of a subscription in a day or a week, told at 08:00, on Mondays; pure.

A day or a week without alerts is not told. One that could not be told, because nobody was there to do so, is made up
for in the next, up to `LOOK_BACK` back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from streams.alert import Alert
from streams.alerting.hours import digest_begin, digest_end
from streams.alerting.telling import Told
from streams.errors import UsageError
from streams.notification import Notification, notification_id
from streams.subscription import Subscription

LOOK_BACK = timedelta(days=14)


def digests(
    subscription: Subscription, alerts: Iterable[Alert], told: Mapping[str, Told], now: datetime
) -> list[Notification]:
    """The digests of a subscription to be told now, from its alerts. A time zone that is not known has none."""
    alarm = subscription.alarm
    if alarm.digest == "never":
        return []
    try:
        end = digest_end(alarm, now)
    except UsageError:
        return []
    if subscription.changed_at and end < subscription.changed_at:
        return []  # who has just asked for digests is told the next
    own = sorted(alerts, key=lambda one: one.since)
    found = []
    for recipient in dict.fromkeys(alarm.digest_to):
        begin = _begin(subscription, recipient, end, told)
        within = tuple(one for one in own if one.since < end and (one.closed_at or now) >= begin)
        id = _id(subscription, recipient, end)
        if within and id not in told:
            language = alarm.language
            found.append(
                Notification(id=id, recipient=recipient, alerts=within, occasion="digest", language=language)
            )
    return found


def _begin(subscription: Subscription, recipient: str, end: datetime, told: Mapping[str, Told]) -> datetime:
    """When the last digest that was told ended, or the first that was not told began."""
    begin = digest_begin(subscription.alarm, end)
    while end - begin < LOOK_BACK and _id(subscription, recipient, begin) not in told:
        begin = digest_begin(subscription.alarm, begin)
    return begin


def _id(subscription: Subscription, recipient: str, end: datetime) -> str:
    return notification_id("digest", subscription.id, recipient, end.isoformat())
