"""Notifications as lines of the log, for a machine that watches it, and for trying."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from streams.alerting.routing import notifier_of
from streams.alerting.telling import happened
from streams.errors import UsageError
from streams.logs import logger
from streams.notification import Notification
from streams.outcome import DELIVERED, Outcome, Rejected


class LogNotifier:
    """Writes one structured line for each notification to `log:`; it names nobody and quotes nothing."""

    name: ClassVar[str] = "log"

    @dataclass(frozen=True, slots=True)
    class Config:
        """There is nothing to configure."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._logger = logger("alerts")

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        """Delivered for each; Rejected if the recipient is another than `log:`."""
        return [self._write(notification) for notification in batch]

    def _write(self, notification: Notification) -> Outcome:
        alert = notification.alert
        try:
            if notifier_of(notification.recipient) != self.name:
                return Rejected("the recipient is not log:")
        except UsageError:
            return Rejected("the recipient is not log:")
        if len(notification.alerts) > 1:
            self._logger.info(notification.occasion, alerts=[one.id for one in notification.alerts])
            return DELIVERED
        self._logger.info(
            happened(notification),
            alert=alert.id,
            revision=alert.revision,
            severity=alert.severity,
            count=alert.count,
            expected=alert.expected,
            unusual_days=alert.unusual_days,
            voices=alert.voices,
            stories=alert.stories,
        )
        return DELIVERED
