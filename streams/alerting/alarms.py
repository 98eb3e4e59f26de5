"""Which findings become an alert of their own: one event is told once.

At most one alert of a kind goes on at a time, and another of that kind within a day only if it is worse. The volume
alone is judged every second and may open an alert whatever else goes on. What is found in tone, terms, actors or
places while an alert goes on, or within `ECHO` of the end of one, is part of it: it shows in its facts and in its
severity, and opens nothing. A silence is told of by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from streams.alert import Alert
from streams.alerting.budget import rare_days
from streams.alerting.counts import BUCKET_SECS, HOUR, Counts, bucket_of, when
from streams.alerting.episodes import Episode, Figures, Subject
from streams.alerting.facts import Example
from streams.alerting.finding import Finding
from streams.alerting.signals import Found
from streams.subscription import Alarm, AlarmKind

DAY = timedelta(days=1)
ECHO: Final = timedelta(hours=6)
TALK: Final[frozenset[AlarmKind]] = frozenset({"volume", "sentiment", "actor", "venue", "term"})
"""Kinds that are about what is said."""

Episodes = Mapping[AlarmKind, Episode]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding rare enough to be told, since when, and about whom."""

    kind: AlarmKind
    unusual_days: float
    since: datetime
    subject: Subject | None = None


def candidates(
    found: list[Found], alarm: Alarm, counts: Counts, examples: list[Example], sources: Mapping[int, str]
) -> list[Candidate]:
    """What may be told, the rarest by the measure of its kind first. Somebody nobody can name is left out.

    `sources`: the names of ingestors, by their hashes.
    """
    rare = [
        (finding.unusual_days / rare_days(alarm, finding.kind), bucket, finding)
        for bucket, finding in found
        if finding.kind in alarm.kinds and finding.unusual_days >= rare_days(alarm, finding.kind)
    ]
    told = []
    for _, bucket, finding in sorted(rare, key=lambda one: -one[0]):
        subject = _subject(finding, examples, sources)
        if subject is not None or finding.subject is None:
            told.append(
                Candidate(finding.kind, finding.unusual_days, _since(finding, bucket, counts), subject)
            )
    return told


def is_news(kind: AlarmKind, since: datetime, episodes: Episodes, now: datetime) -> bool:
    """Whether no alert tells of this already."""
    own = episodes.get(kind)
    if own and (own.going_on or since <= own.alert.since):
        return False
    if kind in {"volume", "silence"}:
        return True
    return not any(_covers(episodes[one], now) for one in TALK & episodes.keys())


def cooled_down(last: Alert | None, now: datetime, figures: Figures) -> bool:
    """A day after the last alert of this kind began, or when it comes back worse."""
    if last is None:
        return True
    worst = max((change.severity for change in last.history), default=0)
    return now - last.since >= DAY or figures.severity > worst


def _covers(episode: Episode, now: datetime) -> bool:
    ended = episode.alert.closed_at
    return episode.going_on or (ended is not None and now - ended < ECHO)


def _since(finding: Finding, bucket: int, counts: Counts) -> datetime:
    """Tone and terms are found in an hour, a newcomer in five minutes; a silence begins after the last post."""
    if finding.kind == "silence":
        if finding.subject is not None:
            return when((bucket_of(counts.ingestors[int(finding.subject)]) + 1) * BUCKET_SECS)
        said = [number for number, one in counts.buckets.items() if one.live and number <= bucket]
        return when((max(said, default=bucket - 1) + 1) * BUCKET_SECS)
    first = bucket if finding.kind in {"actor", "venue"} else bucket - HOUR + 1
    return when(first * BUCKET_SECS)


def _subject(finding: Finding, examples: list[Example], sources: Mapping[int, str]) -> Subject | None:
    """A term speaks for itself; an actor or a place is known by its posts, a source by its coverage."""
    name = sources.get(finding.subject) if isinstance(finding.subject, int) else finding.subject
    if name and finding.kind in {"term", "silence"}:
        return Subject(name, name)
    for one in examples:
        if finding.kind == "actor" and one.voice == finding.subject and one.author:
            return Subject(one.author_name or one.author, one.author)
        if finding.kind == "venue" and one.place == finding.subject:
            return Subject(one.venue_name or one.venue or one.source, one.venue or one.source)
    return None
