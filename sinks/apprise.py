"""Notifications by the services that Apprise knows: Slack, Teams, Telegram, ntfy and some hundred more.

Apprise (https://github.com/caronc/apprise, BSD-2) is synchronous, so it works in threads; a service that does not
answer in time is left to itself, and may still deliver what is then tried again.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from streams.alerting.routing import notifier_of
from streams.alerting.wording import Message, message_of
from streams.errors import UsageError
from streams.http import outcome_of
from streams.notification import Notification
from streams.outcome import DELIVERED, Outcome, Rejected, Retry

HTTP_ERROR = re.compile(r"\berror=([45]\d\d)\b")
NOT_READABLE = (
    "Apprise cannot read the address of this recipient; compare it with https://appriseit.com/services/"
)


class AppriseNotifier:
    """Sends each notification to its `service://…` recipient.

    No id tells the receiver a repeat; the last line names the alert and its revision.
    """

    name: ClassVar[str] = "apprise"

    @dataclass(frozen=True, slots=True)
    class Config:
        """`timeout_secs`: for one notification, in seconds."""

        timeout_secs: float = 20.0

    def __init__(self, config: Config) -> None:
        self._config = config

    async def open(self) -> None:
        """Keep Apprise from logging by itself: it would quote what was sent and answered."""
        quiet = logging.getLogger("apprise")
        quiet.propagate = False
        quiet.addHandler(logging.NullHandler())

    async def close(self) -> None:
        """Nothing to close: each notification has its own connection."""

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        """Send each; what Apprise says no to is Retry, unless it names an HTTP status that no repetition mends.

        An address that Apprise cannot read is Rejected.
        """
        return await asyncio.gather(*(self._send(notification) for notification in batch))

    async def _send(self, notification: Notification) -> Outcome:
        try:
            if notifier_of(notification.recipient) != self.name:
                return Rejected("the recipient is no address of Apprise")
        except UsageError:
            return Rejected("the recipient is no address of Apprise")
        sender = await asyncio.to_thread(_sender, notification.recipient, self._config.timeout_secs)
        if sender is None:
            return Rejected(NOT_READABLE)
        words = _words(message_of(notification))
        try:
            return _outcome_of(await sender.async_notify(**words, timeout=self._config.timeout_secs))
        except Exception as error:  # noqa: BLE001 - any of its plugins may raise anything, and quote anything
            return Retry(type(error).__name__)


def _sender(recipient: str, timeout_secs: float) -> Any:
    """Apprise with that address alone; None if it cannot read it. It is loaded when it is first needed."""
    from apprise import Apprise, AppriseAsset, OverflowMode, PersistentStoreMode

    asset = AppriseAsset(
        app_id="Resonanz",
        app_desc="Resonanz",
        app_url="",
        service_timeout=timeout_secs,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    asset.http_redirects = False  # they would carry it to somebody nobody named
    sender = Apprise(asset=asset)
    if not sender.add(recipient):
        return None
    for service in sender:
        service.overflow_mode = OverflowMode.SPLIT  # rather than let it refuse what is too long
    return sender


def _words(message: Message) -> dict[str, Any]:
    return {"title": _plain(message.title), "body": _plain(message.text), "body_format": "text"}


def _plain(text: str) -> str:
    """What a chat takes for a call of all its members becomes mere text."""
    return text.replace("@", "@\u200b").replace("<!", "<\u200b!")


def _outcome_of(result: Any) -> Outcome:
    """Apprise says yes or no; why is at most said in its log, which may quote secrets and answers."""
    if result:
        return DELIVERED
    if result.status.name == "TIMEOUT":
        return Retry("no answer in time")
    found = [HTTP_ERROR.search(str(entry.message)) for entry in result.logs()]
    statuses = [int(one[1]) for one in found if one]
    return outcome_of(statuses[-1]) if statuses else Retry("Apprise could not deliver it")
