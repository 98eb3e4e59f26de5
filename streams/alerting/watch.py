"""The memory of one partition of the hits, and the alerts that follow from it.

Nothing in here waits, reads a clock or writes: the agent restores it, gives it hits and the time, appends what it
answers, and only then acknowledges. Counting is by post, so a replay counts nothing twice, whichever of the
entries of a save arrived before a crash.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from streams.alert import Alert, Covered
from streams.alerting import memory
from streams.alerting.budget import days_between
from streams.alerting.counts import Counted, Counts, bucket_of, hash_of
from streams.alerting.episodes import Episode, close, merge
from streams.alerting.memory import StateEntry
from streams.alerting.moment import HOUR
from streams.alerting.track import Example, Track
from streams.hit import Hit, Retraction
from streams.subscription import Subscription

LEARNED_ANEW_AT_ONCE = 3
"""Tracks per evaluation that may take a tenth of a second; the others wait for the next."""

FOLLOWED_EVERY_SECS = 1.0
TOLD_AGAIN = timedelta(hours=1)
UNSUBSCRIBED = "unsubscribed"


class Arrived(NamedTuple):
    """A record of `hits.v1`: where it lies, when it was appended (ms since 1970), and what it says."""

    offset: int
    at_ms: int
    record: Hit | Retraction


class Watch:
    """Watches the subscriptions of one partition."""

    def __init__(self, partition: int, *, new_counts: Callable[[], Counts] = Counts) -> None:
        self.partition = partition
        self._new_counts = new_counts
        self._tracks: dict[str, Track] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._unsubscribed: set[str] = set()
        self._coverage: dict[str, Covered] = {}
        self._news: set[str] = set()
        self._changed: set[str] = set()
        self._going_on: set[str] = set()
        self._heard: dict[str, int] = {}
        self._followed: dict[str, float] = {}
        self._restored: list[str] = []
        self._to_tell: dict[str, Alert] = {}
        self._to_forget: list[StateEntry] = []
        self._bucket = 0
        self._seen = -1
        self._live_since: dict[str, int] = {}

    def restore(self, entries: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take in this partition's entries of `watch-state.v1`, before anything else. Raises DecodeError."""
        for name, parts in memory.by_subscription(entries).items():
            self._tracks[name] = memory.load(parts, self._new_counts())
            self._news.add(name)
            self._note(name)
            self._restored.append(name)

    def subscribe(self, subscription: Subscription) -> None:
        """Watch for a subscription, or replace the one of that id. Raises UsageError if `at_most` is wrong."""
        days_between(subscription.alarm.at_most)
        self._unsubscribed.discard(subscription.id)
        self._subscriptions[subscription.id] = subscription
        track = self._tracks.get(subscription.id)
        if track and track.episode:
            alert = replace(
                track.episode.alert,
                name=subscription.name or subscription.id,
                alarm=subscription.alarm,
            )
            track.episode, track.changed = replace(track.episode, alert=alert), True
            self._changed.add(subscription.id)

    def remembered(self) -> set[str]:
        """The subscriptions there is a memory of; one that no longer exists must be unsubscribed."""
        return set(self._tracks)

    def unsubscribe(self, id: str) -> None:
        """Forget a subscription and what it heard; its alert is closed. None of that id is fine."""
        self._unsubscribed.add(id)
        self._subscriptions.pop(id, None)
        for names in (self._news, self._changed, self._going_on):
            names.discard(id)
        track = self._tracks.pop(id, None)
        if track is None:
            return
        self._to_forget += memory.forget(track, self.partition, id)
        if track.episode and track.going_on:
            alert = track.episode.alert
            self._to_tell[alert.id] = close(alert, by=None, now=alert.updated_at, note=UNSUBSCRIBED)

    def cover(
        self, ingestor: str, complete_until: datetime | None, live_since: datetime | None = None
    ) -> None:
        """Note how far an ingestor has read its source, which alerts say, and since when it reads it live."""
        self._coverage[ingestor] = Covered(ingestor=ingestor, complete_until=complete_until)
        if live_since is not None:
            self._live_since[ingestor] = int(live_since.timestamp())

    def absorb(self, arrived: Sequence[Arrived]) -> Mapping[str, int]:
        """Count hits, take back what is retracted; how many were counted, taken back, or refused and why."""
        happened: Counter[str] = Counter()
        for offset, at_ms, record in arrived:
            if isinstance(record, Hit):
                happened[self._count(record, at_ms // 1000)] += 1
            else:
                happened["taken back"] += self._take_back(record)
            self._seen = max(self._seen, offset)
        return happened

    def evaluate(self, now: datetime) -> list[Alert]:
        """The alerts that changed: after each batch, and every second without one.

        What is told here is told again after a restart, with the same id and revision.
        """
        secs = now.timestamp()
        self._tell_again(now)
        changed, self._to_tell = self._to_tell, {}
        anew = 0
        for name in self._due(secs):
            track = self._tracks[name]
            if track.learning.stale(track.counts) and track.counts.heard_from:
                anew += 1
                if anew > LEARNED_ANEW_AT_ONCE:
                    continue
            self._news.discard(name)
            self._followed[name] = secs
            alert = track.evaluate(self._subscriptions[name], secs, self._covered())
            self._note(name)
            if alert:
                changed[alert.id] = alert
        return list(changed.values())

    def adopt(self, alert: Alert) -> None:
        """Take in an alert read from `alerts.v1`, ours or as a person changed it.

        The newer revision holds, and of two the same both words are kept. What we take over is told again by the
        next `evaluate`: we may have appended figures behind it before we read it.
        """
        track = self._tracks.get(alert.subscription)
        if track is None:
            return
        ours = track.episode.alert if track.episode else None
        if ours is None or ours.id != alert.id:
            if ours is None or alert.since > ours.since:
                track.episode, track.changed = Episode(alert=alert), True
                self._note(alert.subscription)
            return
        merged = merge(ours, alert)
        if merged is ours:
            return
        track.episode, track.changed = Episode(alert=merged), True
        self._note(alert.subscription)
        self._to_tell[alert.id] = merged

    def changed(self) -> list[StateEntry]:
        """The entries of `watch-state.v1` that changed since the last call, in the order they must be appended."""
        entries, self._to_forget = self._to_forget, []
        for name in sorted(self._changed & self._tracks.keys()):
            entries += memory.save(self._tracks[name], self.partition, name, self._seen)
        self._changed.clear()
        return entries

    def learning(self, id: str) -> bool:
        """Whether a subscription is too young to alarm."""
        track = self._tracks.get(id)
        head = track.learning.head if track else None
        return head is None or head.learning

    def _count(self, hit: Hit, arrived: int) -> str:
        if hit.subscription in self._unsubscribed:
            return UNSUBSCRIBED
        track = self._tracks.get(hit.subscription)
        if track is None:
            track = self._tracks[hit.subscription] = Track(self._new_counts())
        post = Counted.of(hit)
        if refusal := track.counts.add(post, arrived, self._listening(hit, arrived)):
            return refusal
        track.changed = True
        self._changed.add(hit.subscription)
        if post.live:
            track.show(Example(post.at, hit.influence or 0.0, hit.post, post.story))
        self._news.add(hit.subscription)
        self._heard[hit.subscription] = max(self._heard.get(hit.subscription, 0), post.bucket)
        return "counted"

    def _listening(self, hit: Hit, arrived: int) -> int:
        """The second since which we are known to listen for this at where it comes from, whatever was said there."""
        observed = int(hit.observed_at.timestamp()) if hit.observed_at else arrived
        live_since = self._live_since.get(hit.ingestor or "", arrived)
        subscription = self._subscriptions.get(hit.subscription)
        if subscription and subscription.changed_at:
            live_since = max(live_since, int(subscription.changed_at.timestamp()))
        return min(observed, arrived, live_since)

    def _take_back(self, retraction: Retraction) -> int:
        taken = 0
        for name, track in self._tracks.items():
            if name in retraction.keep:
                continue
            gone = {hash_of(retraction.post)} if retraction.post else set()
            if retraction.author:
                gone.update(track.counts.posts_of(hash_of(retraction.author)))
            known = sum(track.counts.take_back(post) for post in gone)
            if known:
                track.examples = [one for one in track.examples if hash_of(one.post) not in gone]
                track.changed = True
                self._changed.add(name)
                self._news.add(name)
            taken += known
        return taken

    def _due(self, secs: float) -> list[str]:
        """Those with news, with an alert that goes on, or, when a bucket has ended, heard of within the hour."""
        due = set(self._news)
        due.update(
            name for name in self._going_on if secs - self._followed.get(name, 0.0) >= FOLLOWED_EVERY_SECS
        )
        bucket = bucket_of(secs)
        if bucket != self._bucket:
            self._bucket = bucket
            self._heard = {name: last for name, last in self._heard.items() if last > bucket - HOUR}
            due.update(self._heard)
            if bucket % HOUR == 0:
                for name, track in self._tracks.items():
                    track.counts.expire(bucket)
                    self._changed.add(name)
        return sorted(due & self._subscriptions.keys() & self._tracks.keys())

    def _note(self, name: str) -> None:
        """A track may have changed, and its alert begun or ended."""
        self._changed.add(name)
        (self._going_on.add if self._tracks[name].going_on else self._going_on.discard)(name)

    def _tell_again(self, now: datetime) -> None:
        """After a restart nobody knows whether the last alerts were appended."""
        for name in self._restored:
            track = self._tracks.get(name)
            alert = track.episode.alert if track and track.episode else None
            if alert and (alert.closed_at is None or now - alert.closed_at < TOLD_AGAIN):
                self._to_tell.setdefault(alert.id, alert)
        self._restored.clear()

    def _covered(self) -> tuple[Covered, ...]:
        return tuple(self._coverage[name] for name in sorted(self._coverage))
