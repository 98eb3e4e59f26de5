"""A notification: what one recipient is told at once."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from streams.alert import Alert

Language = Literal["de", "en"]
Occasion = Literal["change", "escalation", "missed", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a notifier delivers. `recipient`: `log:`, `mailto:a@b`, `https://…` or an address of Apprise.

    `occasion`: a change of one alert; that nobody has acknowledged it; alerts that were over before anybody could be
    told, or all of a day or a week. `alerts`: those it tells of, in the last two cases one or more. `page`, `kibana`:
    where more can be seen.

    The id follows from occasion, alerts and recipient, so that the receiver can tell a repeat; it names none of them,
    because it travels in headers. `settles`: the ids that need no telling after it, if not its own.
    """

    id: str
    recipient: str
    alerts: tuple[Alert, ...]
    occasion: Occasion = "change"
    language: Language = "de"
    page: str | None = None
    kibana: str | None = None
    settles: tuple[str, ...] = ()

    @property
    def alert(self) -> Alert:
        """The alert, or the first of them."""
        return self.alerts[0]

    @classmethod
    def of(cls, alert: Alert, recipient: str, revision: int | None = None) -> "Notification":
        """What the alert has become with this revision (None: its last), as it is now."""
        return cls(
            id=notification_id(alert.id, alert.revision if revision is None else revision, recipient),
            alerts=(alert,),
            recipient=recipient,
            language=alert.alarm.language,
        )


def notification_id(*parts: str | int) -> str:
    """The id of a notification: alert, revision and recipient, or whatever else makes it the only one."""
    return "ntf_" + blake2b("\n".join(map(str, parts)).encode(), digest_size=16).hexdigest()
