"""The memory of one partition of the hits, and the alerts that follow from it.

Nothing in here waits, reads a clock or writes: the agent restores it, gives it hits and the time, appends what it
answers, and only then acknowledges. Counting is by post, so a replay counts nothing twice, whichever of the
entries of a save arrived before a crash.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from streams.alert import Alert
from streams.alerting import memory
from streams.alerting.agenda import Agenda
from streams.alerting.budget import days_between
from streams.alerting.counts import Counted, Counts, bucket_of, hash_of
from streams.alerting.episodes import Episode, close, merge
from streams.alerting.facts import Example
from streams.alerting.learning import Learning
from streams.alerting.memory import StateEntry
from streams.alerting.retraction import Gone, scrubbed
from streams.alerting.sources import Sources
from streams.alerting.told import Told
from streams.alerting.track import Reading, Track
from streams.coverage import Coverage
from streams.hit import Hit, Retraction
from streams.subscription import Subscription

LEARNED_ANEW_AT_ONCE = 3
"""Tracks per evaluation that may take a tenth of a second; the others wait for the next."""

STEPS_AT_ONCE, STEPS_OF_ONE, STEPS_ANYWAY = 1000, 288, 2
"""Steps of the detectors beside that of volume per evaluation, of one track, and of one though there were too many."""

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
        self._sources = Sources()
        self._agenda = Agenda()
        self._told = Told()
        self._changed: set[str] = set()
        self._restored: list[str] = []
        self._to_tell: dict[str, Alert] = {}
        self._to_forget: list[StateEntry] = []
        self._seen = -1

    def restore(self, entries: Iterable[tuple[bytes, bytes | None]]) -> list[str]:
        """Take in this partition's entries of `watch-state.v1`, before anything else; which could not be read."""
        found, unreadable = memory.by_subscription(entries)
        with _uncollected():
            for name, parts in found.items():
                self._tracks[name], lost = memory.load(parts, self._new_counts())
                unreadable += [f"{name}|{what}" for what in lost]
                self._note(name)
                self._restored.append(name)
                for episode in self._tracks[name].episodes.values():
                    self._told.note(episode.alert)
        return unreadable

    def subscribe(self, subscription: Subscription) -> None:
        """Watch for a subscription, or replace the one of that id. Raises UsageError if `at_most` is wrong."""
        days_between(subscription.alarm.at_most)
        self._unsubscribed.discard(subscription.id)
        self._subscriptions[subscription.id] = subscription
        if track := self._tracks.get(subscription.id):
            name = subscription.name or subscription.id
            for kind, episode in track.episodes.items():
                alert = replace(episode.alert, name=name, alarm=subscription.alarm)
                track.episodes[kind] = replace(episode, alert=alert)
                track.changed = True
            self._changed.add(subscription.id)

    def remembered(self) -> set[str]:
        """The subscriptions there is a memory of; one that no longer exists must be unsubscribed."""
        return set(self._tracks)

    def unsubscribe(self, id: str) -> None:
        """Forget a subscription and what it heard; its alerts are closed. None of that id is fine."""
        self._unsubscribed.add(id)
        self._subscriptions.pop(id, None)
        self._changed.discard(id)
        self._agenda.forget(id)
        track = self._tracks.pop(id, None)
        if track is None:
            return
        self._to_forget += memory.forget(track, self.partition, id)
        for alert in (episode.alert for episode in track.episodes.values() if episode.going_on):
            self._to_tell[alert.id] = close(alert, by=None, now=alert.updated_at, note=UNSUBSCRIBED)

    def cover(self, coverage: Coverage) -> None:
        """Note how far an ingestor has read its source, and since when it reads it live."""
        self._sources.note(coverage)

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

    def evaluate(self, now: datetime, *, up_to_date: bool = True) -> list[Alert]:
        """The alerts that changed: after each batch, and every second without one.

        What is told here is told again after a restart, with the same id and revision. `up_to_date`: whether what
        the sources said has come through to us; if not, nobody can be said to be silent.
        """
        secs, anew, steps = now.timestamp(), 0, STEPS_AT_ONCE
        self._tell_again(now)
        changed, self._to_tell = self._to_tell, {}
        sources = self._sources
        whole = sources.whole if up_to_date else {}
        reading = Reading(sources.covered(now), sources.missing(now), whole, sources.names)
        for name in self._agenda.due(secs, self._subscriptions.keys() & self._tracks.keys()):
            track = self._tracks[name]
            if track.stale(bucket_of(secs)):
                anew += 1
                if anew > LEARNED_ANEW_AT_ONCE:
                    self._agenda.news.add(name)
                    continue
            most_steps = max(min(steps, STEPS_OF_ONE), STEPS_ANYWAY)
            steps -= min(track.steps_behind(bucket_of(secs)), most_steps)
            for alert in track.evaluate(self._subscriptions[name], secs, reading, most_steps):
                changed[alert.id] = alert
            self._looked_at(name, track, secs)
        for alert in changed.values():
            self._told.note(alert)
        return list(changed.values())

    @property
    def waiting(self) -> int:
        """How many are still to be looked at."""
        return self._agenda.waiting

    def _looked_at(self, name: str, track: Track, secs: float) -> None:
        if self._agenda.steady:
            track.expire(secs)
        self._agenda.done(name, secs)
        if track.steps_behind(bucket_of(secs)):
            self._agenda.news.add(name)
        self._note(name)

    def adopt(self, alert: Alert) -> None:
        """Take in an alert read from `alerts.v1`, ours or as a person changed it.

        The newer revision holds, and of two the same both words are kept. What we take over is told again by the
        next `evaluate`: we may have appended figures behind it before we read it.
        """
        track = self._tracks.get(alert.subscription)
        if track is None:
            if alert.subscription not in self._subscriptions:
                self._told.note(alert)
            return
        last = track.episodes.get(alert.kind)
        if last is None or last.alert.id != alert.id:
            self._told.note(alert)
            if last is None or alert.since > last.alert.since:
                self._replace(track, alert)
            return
        merged = merge(last.alert, alert)
        if merged is not last.alert:
            self._replace(track, merged)
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

    def learned(self, id: str) -> Learning:
        """What is usual for a subscription, as far as it was heard of."""
        track = self._tracks.get(id)
        return track.learning if track else Learning()

    def _count(self, hit: Hit, arrived: int) -> str:
        if hit.subscription in self._unsubscribed:
            return UNSUBSCRIBED
        track = self._tracks.get(hit.subscription)
        if track is None:
            track = self._tracks[hit.subscription] = Track(self._new_counts())
        post = Counted.of(hit)
        if refusal := track.counts.add(post, arrived, self._listening(hit, arrived)):
            if refusal == "known":
                track.show_again(Example.of(hit))
                self._changed.add(hit.subscription)
            return refusal
        track.changed = True
        self._changed.add(hit.subscription)
        if post.live:
            track.show(Example.of(hit))
        self._agenda.news.add(hit.subscription)
        return "counted"

    def _listening(self, hit: Hit, arrived: int) -> int:
        """The second since which we are known to listen for this at where it comes from, whatever was said there."""
        observed = int(hit.observed_at.timestamp()) if hit.observed_at else arrived
        live_since = self._sources.live_since(hit.ingestor)
        live_since = arrived if live_since is None else live_since
        subscription = self._subscriptions.get(hit.subscription)
        if subscription and subscription.changed_at:
            live_since = max(live_since, int(subscription.changed_at.timestamp()))
        return min(observed, arrived, live_since)

    def _take_back(self, retraction: Retraction) -> int:
        """Uncount it, and take its words and names out of whatever shows them."""
        named = Gone(frozenset({hash_of(retraction.post)} if retraction.post else ()), retraction.author)
        taken = 0
        for name, track in self._tracks.items():
            if name in retraction.keep:
                continue
            if known := track.take_back(named):
                self._changed.add(name)
                self._agenda.news.add(name)
            taken += known
        for alert in self._told.take_back(named, retraction.keep):
            self._to_tell[alert.id] = alert
            owner = self._tracks.get(alert.subscription)
            last = owner.episodes.get(alert.kind) if owner else None
            if owner and last and last.alert.id == alert.id:
                self._replace(owner, scrubbed(last.alert, named))
                self._to_tell[alert.id] = owner.episodes[alert.kind].alert
        return taken

    def _replace(self, track: Track, alert: Alert) -> None:
        """Go on with another version of an alert."""
        track.episodes[alert.kind], track.changed = Episode(alert=alert), True
        self._told.note(alert)
        self._note(alert.subscription)

    def _note(self, name: str) -> None:
        """A track may have changed, and its alerts begun or ended."""
        self._changed.add(name)
        open_ones = [one.alert.count for one in self._tracks[name].episodes.values() if one.going_on]
        if open_ones:
            self._agenda.going_on[name] = sum(open_ones)
        else:
            self._agenda.going_on.pop(name, None)

    def _tell_again(self, now: datetime) -> None:
        """After a restart nobody knows whether the last alerts were appended."""
        for name in self._restored:
            track = self._tracks.get(name)
            for episode in track.episodes.values() if track else ():
                alert = episode.alert
                if alert.closed_at is None or now - alert.closed_at < TOLD_AGAIN:
                    self._to_tell.setdefault(alert.id, alert)
        self._restored.clear()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Whatever is made in here is there to stay; looking for garbage in it would take twice as long as making it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
