"""The life of an alert: it opens, worsens, eases and closes, and people have their say; pure functions.

There is hysteresis: it takes something rare to open an alert, two steps up the scale (or five minutes since the
last change) to worsen it, an hour on a lower step to ease it, and calm for as long as its kind asks to close it.
Whatever happened is a change in its history, and a revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from streams.alert import Alert, Change, Covered, Effect, RisingTerm, State
from streams.alerting.counts import hash_of
from streams.alerting.facts import Facts
from streams.errors import UsageError
from streams.subscription import AlarmKind, Subscription

WORSENS_AFTER = timedelta(minutes=5)
WORSENS_AT_ONCE = 2
EASES_AFTER = timedelta(hours=1)
REFRESHED_EVERY = timedelta(seconds=10)
KEPT_CHANGES = 100
KEPT_EFFECTS = 20
CLOSES_AFTER: Final[Mapping[AlarmKind, timedelta]] = {
    "volume": timedelta(minutes=30),
    "sentiment": timedelta(hours=1),
    "actor": timedelta(hours=6),
    "venue": timedelta(hours=6),
    "term": timedelta(hours=1),
    "silence": timedelta(0),
}
"""Calm of so long gives the all-clear; a silence ends with the next post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of an episode at one moment; the fields are those of `Alert`. `calm`: nothing unusual now."""

    severity: int
    count: int
    expected: float
    voices: int
    stories: int
    negative_share: float | None
    unusual_days: float
    negative_usual: float | None = None
    learned_days: float = 0.0
    severity_parts: Mapping[str, int] = field(default_factory=dict)
    terms: tuple[RisingTerm, ...] = ()
    coverage: tuple[Covered, ...] = ()
    calm: bool = False


MEASURED: Final = tuple(
    part.name for part in fields(Figures) if part.name not in {"severity", "unusual_days", "calm"}
)
SHOWN: Final = tuple(part.name for part in fields(Facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An alert that goes on, and since when it has been calm, or on a lower step of the scale."""

    alert: Alert
    calm_since: datetime | None = None
    lower_since: datetime | None = None

    @property
    def going_on(self) -> bool:
        """Whether it is not closed."""
        return self.alert.state != "closed"


class Subject(NamedTuple):
    """Whom or what an alert is about: how it is told, and what tells it from others."""

    name: str
    id: str


def alert_id(subscription: str, kind: AlarmKind, since: datetime, subject: Subject | None = None) -> str:
    """The id of an alert, which follows from what it is about; a subject, perhaps a person, is hashed."""
    about = f"-{hash_of(subject.id, 32):08x}" if subject else ""
    return f"{subscription}-{kind}-{since:%Y%m%dT%H%MZ}{about}"


def open_episode(
    subscription: Subscription,
    since: datetime,
    figures: Figures,
    now: datetime,
    *,
    kind: AlarmKind = "volume",
    subject: Subject | None = None,
) -> Episode:
    """A new alert about what began then."""
    alert = Alert(
        id=alert_id(subscription.id, kind, since, subject),
        subscription=subscription.id,
        name=subscription.name or subscription.id,
        kind=kind,
        subject=subject.name if subject else None,
        severity=figures.severity,
        since=since,
        updated_at=now,
        alarm=subscription.alarm,
        history=(Change(at=now, state="open", severity=figures.severity),),
    )
    return Episode(alert=_with(alert, figures, now))


def follow(episode: Episode, figures: Figures, now: datetime) -> Episode:
    """The episode a little later; the same object if there is nothing new to say."""
    alert = episode.alert
    calm_since = (episode.calm_since or now) if figures.calm else None
    lower_since = (episode.lower_since or now) if figures.severity < alert.severity else None
    if alert.state == "snoozed" and alert.snoozed_until and now >= alert.snoozed_until:
        alert = _changed(replace(alert, snoozed_until=None), "open", now)
    if calm_since and now - calm_since >= CLOSES_AFTER[alert.kind]:
        alert = _changed(replace(_with(alert, figures, now), closed_at=now, severity=0), "closed", now)
    elif _worsens(alert, figures, now) or (lower_since and now - lower_since >= EASES_AFTER):
        alert = _with(alert, figures, now)
        alert, lower_since = _changed(replace(alert, severity=figures.severity), alert.state, now), None
    elif now - alert.updated_at >= REFRESHED_EVERY and alert.count != figures.count:
        alert = _with(alert, figures, now)
    later = Episode(alert=alert, calm_since=calm_since, lower_since=lower_since)
    return episode if later == episode else later


def showing(episode: Episode, facts: Facts) -> Episode:
    """The episode with what its alert shows."""
    shown: dict[str, Any] = {name: getattr(facts, name) for name in SHOWN}
    return replace(episode, alert=replace(episode.alert, **shown))


def _worsens(alert: Alert, figures: Figures, now: datetime) -> bool:
    """A storm climbs the scale in a minute; nobody wants to be told of every step."""
    steps = figures.severity - alert.severity
    settled = not alert.history or now - alert.history[-1].at >= WORSENS_AFTER
    return steps >= WORSENS_AT_ONCE or (steps > 0 and settled)


def acknowledge(alert: Alert, *, by: str, now: datetime, note: str | None = None) -> Alert:
    """Somebody takes care of it. Raises UsageError if it is closed."""
    return _changed(_going_on(alert), "acknowledged", now, by, note)


def snooze(alert: Alert, *, until: datetime, by: str, now: datetime, note: str | None = None) -> Alert:
    """Say nothing more about it for a while. Raises UsageError if it is closed or `until` lies behind us."""
    if until <= now:
        raise UsageError(f"snooze until {until:%Y-%m-%d %H:%M} lies in the past; write a later time")
    return _changed(replace(_going_on(alert), snoozed_until=until), "snoozed", now, by, note)


def close(alert: Alert, *, by: str | None, now: datetime, note: str | None = None) -> Alert:
    """Somebody says that it is over (None: we do). Raises UsageError if it is closed already."""
    return _changed(replace(_going_on(alert), closed_at=now), "closed", now, by, note)


def note(alert: Alert, *, by: str, now: datetime, note: str) -> Alert:
    """Something to remember; the state stays."""
    return _changed(alert, alert.state, now, by, note)


def measure(alert: Alert, *, at: datetime, measure: str, by: str, now: datetime) -> Alert:
    """Somebody did something about it then; what follows is compared with what came before.

    Raises UsageError if that was before it began, or is to come.
    """
    if not alert.since <= at <= now:
        began = f"{alert.since:%Y-%m-%dT%H:%M:%SZ}"
        raise UsageError(f"a measure is taken while an alert lasts; write a time between {began} and now")
    effects = (*alert.effects, Effect(at=at, measure=measure, by=by))[-KEPT_EFFECTS:]
    return replace(note(alert, by=by, now=now, note=measure), effects=effects)


def merge(ours: Alert, theirs: Alert) -> Alert:
    """One alert of two that grew apart: the state of the newer revision, the history of both.

    If both made the same revision, the person's word holds - but closed is closed - and the merged alert is the
    next revision; `ours` or `theirs` itself if the other says nothing new. What is shown is ours: of theirs something
    may have been taken back meanwhile.
    """
    if set(theirs.history) <= set(ours.history):
        return ours
    if set(ours.history) <= set(theirs.history) and theirs.revision > ours.revision:
        return _shown_as(ours, theirs)
    changes = sorted({*ours.history, *theirs.history}, key=lambda change: change.at)
    closed = next((alert for alert in (ours, theirs) if alert.state == "closed"), None)
    leading = closed or (theirs if theirs.revision > ours.revision or _by_person(theirs) else ours)
    return replace(
        _shown_as(ours, leading),
        severity=leading.severity if closed else ours.severity,
        revision=max(ours.revision, theirs.revision) + 1,
        history=tuple(changes[-KEPT_CHANGES:]),
        effects=_effects(ours, theirs),
    )


def _shown_as(ours: Alert, theirs: Alert) -> Alert:
    shown: dict[str, Any] = {name: getattr(ours, name) for name in (*SHOWN, "subject")}
    return (
        theirs if all(getattr(theirs, n) == value for n, value in shown.items()) else replace(theirs, **shown)
    )


def _effects(ours: Alert, theirs: Alert) -> tuple[Effect, ...]:
    """Those marked on either; the figures are ours."""
    found = {(one.at, one.measure, one.by): one for one in (*theirs.effects, *ours.effects)}
    return tuple(sorted(found.values(), key=lambda one: one.at)[-KEPT_EFFECTS:])


def _by_person(alert: Alert) -> bool:
    return bool(alert.history) and alert.history[-1].by is not None


def _going_on(alert: Alert) -> Alert:
    if alert.state == "closed":
        raise UsageError(f"alert {alert.id} is closed; only an open one can be changed")
    return alert


def _changed(
    alert: Alert, state: State, now: datetime, by: str | None = None, note: str | None = None
) -> Alert:
    change = Change(at=now, state=state, severity=alert.severity, by=by, note=note)
    history = (*alert.history, change)[-KEPT_CHANGES:]
    return replace(alert, state=state, revision=alert.revision + 1, updated_at=now, history=history)


def _with(alert: Alert, figures: Figures, now: datetime) -> Alert:
    """The alert with newer figures; the return period of its worst moment stays, as does what was usual before."""
    measured: dict[str, Any] = {name: getattr(figures, name) for name in MEASURED}
    if alert.negative_usual is not None:
        measured["negative_usual"] = alert.negative_usual
    rarest = max(alert.unusual_days, figures.unusual_days)
    return replace(alert, updated_at=now, unusual_days=rarest, **measured)
