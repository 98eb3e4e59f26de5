"""A notification: one revision of an alert, for one recipient."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from streams.alert import Alert

Language = Literal["de", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a notifier delivers. `recipient`: `log:`, `mailto:a@b` or `https://…`.

    The id follows from alert, revision and recipient, so that the receiver can tell a repeat; it names none of
    them, because it travels in headers.
    """

    id: str
    alert: Alert
    recipient: str
    language: Language = "de"

    @classmethod
    def of(cls, alert: Alert, recipient: str, language: Language = "de") -> "Notification":
        """The notification of the alert as it is now."""
        return cls(
            id=notification_id(alert.id, alert.revision, recipient),
            alert=alert,
            recipient=recipient,
            language=language,
        )


def notification_id(alert: str, revision: int, recipient: str) -> str:
    """The id of a notification."""
    return "ntf_" + blake2b(f"{alert}\n{revision}\n{recipient}".encode(), digest_size=16).hexdigest()
