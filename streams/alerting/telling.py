"""Which notifications an alert calls for, given what has been told already and the time; pure.

The newest change is told, once per recipient; a mere note is none. Who is told that something began is told how it
goes on and that it is over. What happens in quiet hours is told when they end, as it stands then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from streams.alert import Alert, Change
from streams.alerting.hours import silent_until
from streams.notification import Notification, Occasion, notification_id

Happening = Literal["opened", "worsened", "eased", "acknowledged", "snoozed", "reopened", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The value of `notifications.v1`, keyed by the notification's id.

    `given_up`: it is a dead letter; `again`: it was taken out of there, and is told if it is still news. `revision`:
    that of the alert when it was told.
    """

    state: Literal["told", "given_up", "again"]
    attempts: int = 1
    revision: int = 0


class LastChange(NamedTuple):
    """What happened to an alert last, notes aside, by whom (None: the detector), and what revision it became."""

    happening: Happening
    by: str | None
    revision: int


def last_change(alert: Alert) -> LastChange:
    """The newest change that is more than a note."""
    history = alert.history
    for at in range(len(history) - 1, 0, -1):
        if happening := _happening(history[at - 1], history[at]):
            return LastChange(happening, history[at].by, alert.revision - (len(history) - 1 - at))
    state = history[0].state if history else alert.state
    first = max(alert.revision - max(len(history) - 1, 0), 1)
    return LastChange("opened" if state == "open" else state, history[0].by if history else None, first)


def happened(notification: Notification) -> Happening | Occasion:
    """What a notification tells: the change of its alert, or else why it is sent."""
    if notification.occasion == "change":
        return last_change(notification.alert).happening
    return notification.occasion


def wanted(alert: Alert, told: Mapping[str, Told]) -> list[Notification]:
    """The changes still to be told, quiet hours aside, in the order of `notify`."""
    if alert.state == "snoozed" or not _reached(alert):
        return []
    revision = last_change(alert).revision
    recipients = dict.fromkeys((*alert.alarm.notify, *_escalated_before(alert, revision, told)))
    changes = [Notification.of(alert, recipient, revision) for recipient in recipients]
    return [one for one in changes if one.id not in told]


def escalations(alert: Alert, told: Mapping[str, Told], now: datetime) -> list[Notification]:
    """Once an alert: that nobody has acknowledged it so long after it could be told."""
    alarm = alert.alarm
    if alert.state != "open" or alarm.escalate_after is None or not _reached(alert):
        return []
    if now < _tellable_since(alert) + timedelta(minutes=alarm.escalate_after):
        return []
    return [
        replace(Notification.of(alert, recipient), id=_escalation_id(alert, recipient), occasion="escalation")
        for recipient in dict.fromkeys(alarm.escalate_to)
        if _escalation_id(alert, recipient) not in told
    ]


def due(alert: Alert, told: Mapping[str, Told], now: datetime) -> list[Notification]:
    """What is to be told of an alert now."""
    severity = 0 if alert.state == "closed" else alert.severity
    if silent_until(alert.alarm, severity, now):
        return []
    return [*wanted(alert, told), *escalations(alert, told, now)]


def together(notifications: Iterable[Notification], told: Mapping[str, Told]) -> list[Notification]:
    """The same, but alerts of one subscription that were over before a recipient was told of them in one."""

    def key(one: Notification) -> tuple[str, str]:
        return one.alert.subscription, one.recipient

    found = list(notifications)
    missed = [one for one in found if one.alert.state == "closed" and not _told_before(one, told)]
    singles = [one for one in found if one not in missed]
    for (subscription, recipient), group in groupby(sorted(missed, key=key), key):
        singles += _as_one(subscription, recipient, sorted(group, key=lambda one: one.alert.since))
    return singles


def _as_one(subscription: str, recipient: str, missed: Sequence[Notification]) -> list[Notification]:
    if len(missed) == 1:
        return list(missed)
    ids = tuple(one.id for one in missed)
    return [
        Notification(
            id=notification_id("missed", subscription, recipient, *ids),
            recipient=recipient,
            alerts=tuple(one.alert for one in missed),
            occasion="missed",
            language=missed[-1].language,
            settles=ids,
        )
    ]


def _happening(before: Change, last: Change) -> Happening | None:
    """None: it is a note."""
    if last.state != before.state:
        return "reopened" if last.state == "open" else last.state
    if last.severity != before.severity:
        return "worsened" if last.severity > before.severity else "eased"
    return None


def _reached(alert: Alert) -> bool:
    """Whether it has ever been severe enough to be told."""
    return max([alert.severity, *(change.severity for change in alert.history)]) >= alert.alarm.min_severity


def _told_before(notification: Notification, told: Mapping[str, Told]) -> bool:
    alert, recipient = notification.alert, notification.recipient
    return any(notification_id(alert.id, n, recipient) in told for n in range(1, alert.revision))


def _escalation_id(alert: Alert, recipient: str) -> str:
    return notification_id(alert.id, "escalation", recipient)


def _escalated_before(alert: Alert, revision: int, told: Mapping[str, Told]) -> list[str]:
    """Those it was escalated to before it became what it is."""
    notes = {recipient: told.get(_escalation_id(alert, recipient)) for recipient in alert.alarm.escalate_to}
    return [one for one, note in notes.items() if note and note.state == "told" and note.revision < revision]


def _tellable_since(alert: Alert) -> datetime:
    """The first moment since it was last opened at which it could be told."""
    began = next((at for at in reversed(range(len(alert.history))) if _opens(alert.history, at)), 0)
    moments = [
        silent_until(alert.alarm, change.severity, change.at) or change.at
        for change in alert.history[began:]
        if change.severity >= alert.alarm.min_severity
    ]
    return min(moments, default=alert.since)


def _opens(history: Sequence[Change], at: int) -> bool:
    return history[at].state == "open" and (at == 0 or history[at - 1].state != "open")
