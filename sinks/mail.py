"""Notifications as mail over SMTP, one thread an alert."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from typing import ClassVar

import aiosmtplib

from streams.alerting.routing import address_of
from streams.alerting.wording import lines, title
from streams.errors import UsageError
from streams.notification import Notification
from streams.outcome import DELIVERED, Outcome, Rejected, Retry
from streams.secret import Secret


class Mail:
    """Sends each notification to its `mailto:` recipient, as text and HTML; a repeat has the same Message-ID."""

    name: ClassVar[str] = "mail"

    @dataclass(frozen=True, slots=True)
    class Config:
        """`sender`: the address mails come from. `host`, `port`: the SMTP server. `page`: linked below.

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
        page: str | None = None

    def __init__(self, config: Config) -> None:
        self._config = config

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
                mail_of(notification, address, config.sender, config.page),
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


def mail_of(notification: Notification, address: str, sender: str, page: str | None = None) -> EmailMessage:
    """The mail, threaded below the alert's own (never sent) message."""
    alert, language = notification.alert, notification.language
    subject, said = title(alert, language), lines(alert, language)
    if page:
        said.append(page)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    thread = f"<alert-{blake2b(alert.id.encode(), digest_size=16).hexdigest()}@{domain}>"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, subject
    mail["Date"] = format_datetime(alert.updated_at)
    mail["Message-ID"] = f"<{notification.id}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.set_content("\n".join(said) + "\n")
    mail.add_alternative(_html(subject, said, language), subtype="html")
    return mail


def _html(subject: str, said: Sequence[str], language: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in said)
    return f'<html lang="{language}"><body><h1>{html.escape(subject)}</h1>{paragraphs}</body></html>\n'


def _by_code(what: str, code: int) -> Outcome:
    reason = f"SMTP {code}: {what} refused"
    return Rejected(reason) if code >= 500 else Retry(reason)
