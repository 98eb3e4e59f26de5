"""A subscription: what a company listens for, and how it wants to be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How often one may be disturbed, and where. `notify`: `log:`, `mailto:a@b`, `https://…`."""

    at_most: str = "2 a month"
    notify: tuple[str, ...] = ()
    min_severity: int = 1


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
