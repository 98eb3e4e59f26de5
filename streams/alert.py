"""An alert: one episode of one subscription, with its history; not a stream of messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "acknowledged", "snoozed", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to an alert, when, and by whom (None: by the detector)."""

    at: datetime
    state: State
    severity: int
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How far an ingestor had read its source, when the alert was last updated. None: nobody knows."""

    ingestor: str
    complete_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something unusual is being said. The id follows from subscription, kind and begin, so it is never doubled.

    `revision` counts the changes: each is told once per channel; between two of them the figures may grow.
    `count` are mentions since `since`, `expected` those that would have been usual; `voices` are distinct
    authors, `stories` distinct texts. `unusual_days`: once in so many days, at its most unusual. `severity` is 0
    to 6 on the Shitstorm-Skala. `posts`: ids of some that reached most.
    """

    id: str
    subscription: str
    name: str
    kind: Literal["volume"] = "volume"
    state: State = "open"
    revision: int = 1
    severity: int = 0
    since: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    count: int = 0
    expected: float = 0.0
    voices: int = 0
    stories: int = 0
    negative_share: float | None = None
    unusual_days: float = 0.0
    posts: tuple[str, ...] = ()
    coverage: tuple[Covered, ...] = ()
    history: tuple[Change, ...] = ()
    notify: tuple[str, ...] = ()
    min_severity: int = 1
