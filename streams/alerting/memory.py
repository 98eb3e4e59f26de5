"""A track as entries of `watch-state.v1`, and back.

Keys are `PARTITION|subscription|what`. Posts lie in chunks, so that a batch rewrites a few kilobytes. The order
matters when only the first entries of a save arrive: chunks before the fold that replaces older ones, those
after it, and the standing last. Each entry says which offset of the hits it has seen. An entry that cannot be read is
left out, and named: what it said is learned again, and an alert is on its own topic as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from streams.alerting.counts import Counted, Counts
from streams.alerting.detector import Detector
from streams.alerting.episodes import Episode
from streams.alerting.facts import Example
from streams.alerting.learning import Learning
from streams.alerting.rarity import Highs
from streams.alerting.signals import Listening, Signals
from streams.alerting.track import Track
from streams.codec import DecodeError, decode, encode
from streams.subscription import AlarmKind

StateEntry = tuple[bytes, bytes | None]
FOLD, LEARNING, SIGNALS, STANDING, EXAMPLES = "fold", "learning", "signals", "standing", "examples"
CHUNK = "posts/"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedChunk:
    """Posts known one by one."""

    seen: int
    posts: list[Counted]


@dataclass(frozen=True, slots=True)
class SavedFold:
    """The bare counts of the posts of all chunks up to `upto`: bucket to mentions, and live ones."""

    seen: int
    upto: int
    horizon: int
    folded: dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SavedLearning:
    """What has been learned through a bucket."""

    seen: int
    through: int
    levels: dict[int, float]
    detector: Detector
    highs: Highs = field(default_factory=Highs)


@dataclass(frozen=True, slots=True)
class SavedSignals:
    """What the other detectors have learned."""

    seen: int
    signals: Signals


@dataclass(frozen=True, slots=True)
class SavedExamples:
    """Posts that may be shown: the only entry with words and names beside the alerts."""

    seen: int
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class SavedStanding:
    """The rest. `episode`, `examples`: as an earlier version saved them, when there was one kind of alarm."""

    seen: int
    began: int | None = None
    heard_from: dict[int, int] = field(default_factory=dict)
    touched: int | None = None
    settled: int = 0
    episodes: dict[AlarmKind, Episode] = field(default_factory=dict)
    episode: Episode | None = None
    examples: list[Example] = field(default_factory=list)


def key(partition: int, subscription: str, what: str) -> bytes:
    """The key of an entry."""
    return f"{partition}|{subscription}|{what}".encode()


def split(value: bytes) -> tuple[int, str, str]:
    """Partition, subscription and what, of a key. Raises ValueError."""
    partition, _, rest = value.decode().partition("|")
    subscription, _, what = rest.rpartition("|")
    if what.startswith(CHUNK):
        int(what.removeprefix(CHUNK))
    return int(partition), subscription, what


def save(track: Track, partition: int, subscription: str, seen: int) -> list[StateEntry]:
    """The entries that changed since the last save; empty if none did."""
    counts, learning, listening = track.counts, track.learning, track.listening
    parts: list[tuple[str, object]] = _posts(counts, seen)
    if learning.changed and learning.base is not None:
        learned = SavedLearning(seen, learning.through, learning.levels, learning.base, learning.highs)
        parts.append((LEARNING, learned))
    if listening.changed:
        parts.append((SIGNALS, SavedSignals(seen, listening.signals)))
    if track.shown_changed:
        parts.append((EXAMPLES, SavedExamples(seen, track.examples)))
    if parts or track.changed:
        parts.append((STANDING, _standing(track, seen)))
    counts.changed.clear()
    track.changed = track.shown_changed = learning.changed = listening.changed = False
    return [
        (key(partition, subscription, what), None if part is None else encode(part)) for what, part in parts
    ]


def forget(track: Track, partition: int, subscription: str) -> list[StateEntry]:
    """The entries that delete a track."""
    numbers = {*track.counts.chunks, *track.counts.changed}
    chunks = (f"{CHUNK}{number}" for number in sorted(numbers))
    return [
        (key(partition, subscription, name), None)
        for name in (*chunks, FOLD, LEARNING, SIGNALS, EXAMPLES, STANDING)
    ]


def load(parts: Mapping[str, bytes], counts: Counts) -> tuple[Track, list[str]]:
    """The track of these entries, by what they are, and what of them cannot be read; `counts` is empty."""
    track = Track(counts)
    reader = Reader(parts)
    if fold := reader.read(FOLD, SavedFold):
        counts.folded, counts.upto, counts.horizon = fold.folded, fold.upto, fold.horizon
    chunks = {what: reader.read(what, SavedChunk) for what in parts if what.startswith(CHUNK)}
    counts.restore(
        {int(what.removeprefix(CHUNK)): chunk.posts for what, chunk in chunks.items() if chunk is not None}
    )
    track.learning = learned(reader)
    if signals := reader.read(SIGNALS, SavedSignals):
        track.listening = Listening(signals.signals)
    if standing := reader.read(STANDING, SavedStanding):
        _stand(track, standing)
    if examples := reader.read(EXAMPLES, SavedExamples):
        track.examples = examples.examples
    return track, reader.unreadable


def learned(reader: "Reader") -> Learning:
    """What is usual, as far as it was saved."""
    saved = reader.read(LEARNING, SavedLearning)
    return Learning(saved.detector, saved.through, saved.levels, saved.highs) if saved else Learning()


class Reader:
    """Reads entries, and notes those that it cannot."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self.unreadable: list[str] = []

    def read(self, what: str, kind: type[T]) -> T | None:
        """The entry, None if it is not there or cannot be read."""
        if what not in self._parts:
            return None
        try:
            return decode(kind, self._parts[what])
        except DecodeError:
            self.unreadable.append(what)
            return None


def by_subscription(
    entries: Iterable[tuple[bytes, bytes | None]],
) -> tuple[dict[str, dict[str, bytes]], list[str]]:
    """The last value of each entry, by subscription and what it is; and the keys that are none."""
    found: dict[str, dict[str, bytes]] = {}
    unreadable = []
    for entry, value in entries:
        try:
            _, subscription, what = split(entry)
        except ValueError:
            unreadable.append(repr(entry[:80]))
            continue
        parts = found.setdefault(subscription, {})
        if value is None:
            parts.pop(what, None)
        else:
            parts[what] = value
    return {subscription: parts for subscription, parts in found.items() if parts}, unreadable


def _posts(counts: Counts, seen: int) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    kept = sorted(number for number in counts.changed if counts.chunks.get(number))
    gone = sorted(counts.changed - set(kept))
    parts += [(f"{CHUNK}{n}", SavedChunk(seen, list(counts.chunks[n].values()))) for n in kept]
    if any(number <= counts.upto for number in gone):
        parts.append((FOLD, SavedFold(seen, counts.upto, counts.horizon, counts.folded)))
    return [*parts, *((f"{CHUNK}{number}", None) for number in gone)]


def _standing(track: Track, seen: int) -> SavedStanding:
    counts = track.counts
    return SavedStanding(
        seen=seen,
        began=counts.began,
        heard_from=counts.heard_from,
        touched=counts.touched,
        settled=track.settled,
        episodes=track.episodes,
    )


def _stand(track: Track, standing: SavedStanding) -> None:
    counts = track.counts
    counts.began, counts.heard_from = standing.began, standing.heard_from
    counts.touched, track.settled = standing.touched, standing.settled
    track.episodes = dict(standing.episodes)
    if standing.episode:
        track.episodes.setdefault(standing.episode.alert.kind, standing.episode)
    track.examples = standing.examples
