"""Notifications as mail over SMTP, one thread an alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from hashlib import blake2b
from typing import ClassVar

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from streams.alerting.routing import address_of
from streams.alerting.wording import message_of
from streams.clock import Clock, system_clock
from streams.errors import UsageError
from streams.notification import Notification
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.secret import Secret


class Mail:
    """Sends each notification to its `mailto:` recipient, as text and HTML; a repeat has the same Message-ID."""

    name: ClassVar[str] = "mail"

    @dataclass(frozen=True, slots=True)
    class Config:
        """`sender`: the address mails come from. `host`, `port`: the SMTP server.

        `user`, `password`: if it asks for them. `tls`: from the first byte (port 465); otherwise STARTTLS is used
        where the server offers it, or always if `starttls` is true. `timeout_secs`: for one mail, in seconds.
        """

        sender: str
        host: str = "localhost"
        port: int = 25
        user: str | None = None
        password: Secret | None = None
        tls: bool = False
        starttls: bool = False
        timeout_secs: float = 20.0

    def __init__(self, config: Config, clock: Clock = system_clock) -> None:
        self._config, self._clock = config, clock

    async def open(self) -> None:
        """Nothing to open: each mail has its own connection, alerts are few."""

    async def close(self) -> None:
        """Nothing to close."""

    async def deliver(self, batch: Sequence[Notification]) -> Sequence[Outcome]:
        """Send each; no connection and 4xx are Retry, a refused recipient or content is Rejected."""
        return [await self._send(notification) for notification in batch]

    async def _send(self, notification: Notification) -> Outcome:
        config = self._config
        try:
            address = address_of(notification.recipient)
            await aiosmtplib.send(
                mail_of(notification, address, config.sender, self._clock()),
                sender=config.sender,
                recipients=[address],
                hostname=config.host,
                port=config.port,
                username=config.user,
                password=config.password.reveal() if config.password else None,
                use_tls=config.tls,
                start_tls=True if config.starttls and not config.tls else None,
                timeout=config.timeout_secs,
            )
        except UsageError:
            return Rejected("the recipient is no mail address")
        except (aiosmtplib.SMTPException, OSError) as error:
            return outcome_of(error)
        return DELIVERED


def outcome_of(error: Exception) -> Outcome:
    """What an SMTP failure means for the mail; the reason holds no address.

    Refused credentials and a refused sender are Retry: the operator can mend them.
    """
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            return _by_code("recipient", refused.code)
        case aiosmtplib.SMTPRecipientRefused():
            return _by_code("recipient", error.code)
        case aiosmtplib.SMTPDataError():
            return _by_code("content", error.code)
        case aiosmtplib.SMTPResponseException():
            return Retry(f"SMTP {error.code}: {type(error).__name__}")
        case _:
            return Retry(type(error).__name__)


def mail_of(notification: Notification, address: str, sender: str, now: datetime) -> EmailMessage:
    """The mail, threaded below the alert's own (never sent) message; what tells of several alerts starts anew."""
    message, alert = message_of(notification), notification.alert
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, message.title
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{notification.id}@{domain}>"
    if notification.occasion in ("change", "escalation"):
        thread = f"<alert-{blake2b(alert.id.encode(), digest_size=16).hexdigest()}@{domain}>"
        mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = notification.language
    mail.set_content(message.text + "\n")
    mail.add_alternative(_html().render(message=message, language=notification.language), subtype="html")
    return mail


@cache
def _html() -> Template:
    return Environment(
        loader=PackageLoader("sinks", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("mail.html")


def _by_code(what: str, code: int) -> Outcome:
    reason = f"SMTP {code}: {what} refused"
    return Rejected(reason) if code >= 500 else Retry(reason)
