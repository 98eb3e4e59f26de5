"""Which notifications an alert calls for, given what has been told already; pure.

The newest revision is told, once per recipient. Somebody who was told that something began is told how it goes on
and that it is over, whatever the severity; somebody who was not, is told once it is severe enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from streams.alert import Alert
from streams.notification import Language, Notification, notification_id

Happening = Literal["opened", "worsened", "eased", "acknowledged", "snoozed", "reopened", "closed", "noted"]
SILENT: tuple[Happening, ...] = ("snoozed", "noted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The value of `notifications.v1`, keyed by the notification's id."""

    state: Literal["told", "given_up"]
    attempts: int = 1


def happening_of(alert: Alert) -> Happening:
    """What the last change in the alert's history was."""
    if len(alert.history) < 2:
        return "opened" if alert.state == "open" else alert.state
    before, last = alert.history[-2:]
    if last.state != before.state:
        return "reopened" if last.state == "open" else last.state
    if last.severity != before.severity:
        return "worsened" if last.severity > before.severity else "eased"
    return "noted"


def due(alert: Alert, told: Mapping[str, Told], language: Language = "de") -> list[Notification]:
    """The notifications to deliver now, in the order of `notify`."""
    if alert.state == "snoozed" or happening_of(alert) in SILENT:
        return []
    return [
        Notification.of(alert, recipient, language)
        for recipient in dict.fromkeys(alert.alarm.notify)
        if notification_id(alert.id, alert.revision, recipient) not in told
        and _concerns(alert, recipient, told)
    ]


def _concerns(alert: Alert, recipient: str, told: Mapping[str, Told]) -> bool:
    if alert.state != "closed" and alert.severity >= alert.alarm.min_severity:
        return True
    earlier = (told.get(notification_id(alert.id, number, recipient)) for number in range(1, alert.revision))
    return any(one is not None and one.state == "told" for one in earlier)
