"""A subscription: what a company listens for, and how it wants to be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

AlarmKind = Literal["volume", "sentiment", "actor", "venue", "term", "silence"]
ALARM_KINDS: Final[tuple[AlarmKind, ...]] = ("volume", "sentiment", "actor", "venue", "term", "silence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How often one may be disturbed, by what, where and when.

    `kinds`: what may alarm; all of them together keep to `at_most`. `notify`: `log:`, `mailto:a@b`, `https://…`, or an
    address of Apprise. `quiet`: hours of `timezone` in which only alerts from severity `loud_from` on are told at once,
    as "22:00-07:00". `digest`: "daily" or "weekly", to `digest_to`. If nobody acknowledges an alert within
    `escalate_after` minutes, `escalate_to` is told. `playbook`: measures by severity, as in `{4 = ["Call the press
    office"]}`; those of the highest step reached are named.
    """

    at_most: str = "2 a month"
    kinds: tuple[AlarmKind, ...] = ALARM_KINDS
    notify: tuple[str, ...] = ()
    min_severity: int = 1
    language: Literal["de", "en"] = "de"
    quiet: str | None = None
    timezone: str = "Europe/Berlin"
    loud_from: int = 4
    digest: Literal["never", "daily", "weekly"] = "never"
    digest_to: tuple[str, ...] = ()
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()
    playbook: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One question put to the stream. `version` counts its changes; a mention says by which it matched."""

    id: str
    query: str
    name: str = ""
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    owner: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    alarm: Alarm = field(default_factory=Alarm)
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange:
    """What a version of a subscription changed, who did it, and when. `fields`: before and after; None is absent."""

    subscription: str
    version: int
    kind: Literal["added", "changed", "removed"]
    at: datetime
    by: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        told = told_fields(self.fields)
        return "\t".join([f"v{self.version}", f"{self.at:%Y-%m-%d %H:%M:%S}Z", self.by, self.kind, *told])


def told_fields(fields: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """Each change as `query: bahn~ → bahn~ OR zug`."""
    return [f"{name}: {_brief(before)} → {_brief(after)}" for name, (before, after) in fields.items()]


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        value = [f"{name}={_brief(one)}" for name, one in value.items()]
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return "–" if value in (None, "") else str(value)
