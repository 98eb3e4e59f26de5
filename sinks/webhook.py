"""Notifications as signed HTTP requests, after the Standard Webhooks specification (standardwebhooks.com)."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import aiohttp
from standardwebhooks import Webhook

from streams.alerting.event import event_of
from streams.alerting.routing import notifier_of
from streams.clock import Clock, system_clock
from streams.codec import encode
from streams.errors import ConfigError, UsageError
from streams.http import outcome_of, session
from streams.notification import Notification
from streams.outcome import Outcome, Rejected, Retry
from streams.secret import Secret

LEAST_SECRET_BYTES = 24
TO_WRITE = 'secret = "whsec_…"` with the output of `openssl rand -base64 32`'


class WebhookNotifier:
    """POSTs each notification to its `https://…` recipient, signed; the id lets the receiver drop a repeat.

    The body is a `streams.alerting.event.Event`; its schema is at `/api/alert.schema.json`.

    Redirects are not followed: they would carry the signed body to somebody nobody named.
    """

    name: ClassVar[str] = "webhook"

    @dataclass(frozen=True, slots=True)
    class Config:
        """`secret`: `whsec_` and base64, shared with the receivers. `timeout_secs`: for one request, in seconds."""

        secret: Secret
        timeout_secs: float = 10.0

    def __init__(self, config: Config, clock: Clock = system_clock) -> None:
        self._config, self._clock = config, clock
        self._session: aiohttp.ClientSession | None = None
        self._signer: Webhook | None = None

    async def open(self) -> None:
        """Read the secret. Raises ConfigError if it is none."""
        self._signer = _signer_of(self._config.secret)
        self._session = session(
            timeout_secs=self._config.timeout_secs, headers={"Content-Type": "application/json"}
        )

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        """POST each; 2xx is delivered, 429, 5xx and no answer are Retry, any other status is Rejected."""
        return await asyncio.gather(*(self._post(notification) for notification in batch))

    async def _post(self, notification: Notification) -> Outcome:
        if self._session is None:
            raise RuntimeError("open the notifier before it delivers")
        try:
            if notifier_of(notification.recipient) != self.name:
                return Rejected("the recipient is no web address")
            body = encode(event_of(notification))
            async with self._session.post(
                notification.recipient,
                data=body,
                headers=self._headers(notification.id, body),
                allow_redirects=False,
            ) as answer:
                return outcome_of(answer.status, answer.headers.get("Retry-After"), now=self._clock())
        except (UsageError, aiohttp.InvalidURL):
            return Rejected("the recipient is no web address")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Retry(type(error).__name__)

    def _headers(self, id: str, body: bytes) -> dict[str, str]:
        if self._signer is None:
            raise RuntimeError("open the notifier before it delivers")
        now = self._clock()
        return {
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(id, now, body.decode()),
        }


def _signer_of(secret: Secret) -> Webhook:
    try:
        key = base64.b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < LEAST_SECRET_BYTES:
        raise ConfigError(f"the webhook notifier needs a longer or readable secret; write `{TO_WRITE}")
    return Webhook(key)
