"""An alert: one episode of one subscription, with its history; not a stream of messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from streams.coverage import CoverageState
from streams.subscription import Alarm, AlarmKind

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
    state: CoverageState = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopStory:
    """One text that many share, by the post that carries furthest.

    `quote`: at most 200 characters of it, None where the source's terms forbid it or the post is gone. `author`:
    the name, by whose `author_id` it is taken back. `mentions`: copies of it, by so many `voices`.
    """

    post: str
    source: str
    quote: str | None = None
    url: str | None = None
    author: str | None = None
    author_id: str | None = None
    mentions: int = 1
    voices: int = 1
    influence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prominent:
    """An author or a venue of an episode: `influence` 0 to 100 of its furthest post, `negative` of its `mentions`."""

    id: str
    name: str
    mentions: int = 1
    negative: int = 0
    influence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingTerm:
    """A word that is said in `mentions` posts by so many `voices`, where `expected` would be usual."""

    term: str
    mentions: int
    voices: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What followed a measure, against what would have been usual and what came before.

    `at`: when the measure was taken, `measure`: what it was, `by`: who marked it. Mentions an hour `before` and `after`
    it, and `expected` an hour; `change`: the ratio after to before, each measured by what was usual then, with the ends
    of its 95 % interval (`alerting/effect.py`).
    """

    at: datetime
    measure: str
    by: str
    before: float = 0.0
    after: float = 0.0
    expected: float = 0.0
    change: float | None = None
    low: float | None = None
    high: float | None = None
    negative_before: float | None = None
    negative_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something unusual is being said. The id follows from subscription, kind and begin, so it is never doubled.

    `revision` counts the changes: each is told once per channel; between two of them the figures may grow.
    `count` are mentions since `since`, `expected` those that would have been usual; `voices` are distinct
    authors, `stories` distinct texts. `unusual_days`: once in so many days, at its most unusual. `severity` is 0
    to 6 on the Shitstorm-Skala, `severity_parts` each step reached by one of its measures (voices, growth, …).
    `subject`: the actor, venue, term or source it is about, None for all mentions. `negative_usual`: the usual share of
    negatives, beside the one now. `posts`: ids of some that reached most. `learned_days`: how long we have listened.
    """

    id: str
    subscription: str
    name: str
    kind: AlarmKind = "volume"
    subject: str | None = None
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
    negative_usual: float | None = None
    unusual_days: float = 0.0
    learned_days: float = 0.0
    severity_parts: Mapping[str, int] = field(default_factory=dict)
    posts: tuple[str, ...] = ()
    top_stories: tuple[TopStory, ...] = ()
    actors: tuple[Prominent, ...] = ()
    venues: tuple[Prominent, ...] = ()
    terms: tuple[RisingTerm, ...] = ()
    coverage: tuple[Covered, ...] = ()
    effects: tuple[Effect, ...] = ()
    history: tuple[Change, ...] = ()
    alarm: Alarm = field(default_factory=Alarm)
