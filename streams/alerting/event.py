"""The JSON of a notification, as webhooks carry it; its schema is made from these records."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from streams.alert import Alert
from streams.alerting.telling import happened
from streams.alerting.wording import message_of
from streams.notification import Notification
from streams.subscription import Alarm

EventType = Literal[
    "alert.opened",
    "alert.worsened",
    "alert.eased",
    "alert.acknowledged",
    "alert.snoozed",
    "alert.reopened",
    "alert.closed",
    "alert.escalation",
    "alert.missed",
    "alert.digest",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """`alerts`: the alert, or several for `missed` and `digest`, without their recipients. The words for them.

    `page`, `kibana`: where more can be seen.
    """

    alerts: tuple[Alert, ...]
    title: str
    text: str
    page: str | None = None
    kibana: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`type`: what happened. `timestamp`: when the newest of the alerts was last updated."""

    type: EventType
    timestamp: datetime
    data: EventData


def event_of(notification: Notification) -> Event:
    """A notification as JSON knows it."""
    message, alerts = message_of(notification), notification.alerts
    return Event(
        type=msgspec.convert(f"alert.{happened(notification)}", EventType),
        timestamp=max(one.updated_at for one in alerts),
        data=EventData(
            alerts=tuple(replace(one, alarm=Alarm(playbook=one.alarm.playbook)) for one in alerts),
            title=message.title,
            text=message.text,
            page=notification.page,
            kibana=notification.kibana,
        ),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of an event (draft 2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Event)}
