"""A track as entries of `watch-state.v1`, and back.

Keys are `PARTITION|subscription|what`. Posts lie in chunks, so that a batch rewrites a few kilobytes. The order
matters when only the first entries of a save arrive: chunks before the fold that replaces older ones, those
after it, and the standing last. Each entry says which offset of the hits it has seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.alerting.counts import Counted, Counts
from streams.alerting.detector import Detector
from streams.alerting.episodes import Episode
from streams.alerting.learning import Learning
from streams.alerting.track import Example, Track
from streams.codec import decode, encode

StateEntry = tuple[bytes, bytes | None]
FOLD, LEARNING, STANDING, CHUNK = "fold", "learning", "standing", "posts/"


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


@dataclass(frozen=True, slots=True)
class SavedStanding:
    """The rest."""

    seen: int
    began: int | None = None
    heard_from: dict[int, int] = field(default_factory=dict)
    touched: int | None = None
    settled: int = 0
    episode: Episode | None = None
    examples: list[Example] = field(default_factory=list)


def key(partition: int, subscription: str, what: str) -> bytes:
    """The key of an entry."""
    return f"{partition}|{subscription}|{what}".encode()


def split(value: bytes) -> tuple[int, str, str]:
    """Partition, subscription and what, of a key."""
    partition, _, rest = value.decode().partition("|")
    subscription, _, what = rest.rpartition("|")
    return int(partition), subscription, what


def save(track: Track, partition: int, subscription: str, seen: int) -> list[StateEntry]:
    """The entries that changed since the last save; empty if none did."""
    counts, learning = track.counts, track.learning
    if not (counts.changed or learning.changed or track.changed):
        return []
    parts: list[tuple[str, object]] = []
    kept = sorted(number for number in counts.changed if counts.chunks.get(number))
    gone = sorted(counts.changed - set(kept))
    parts += [(f"{CHUNK}{n}", SavedChunk(seen, list(counts.chunks[n].values()))) for n in kept]
    if any(number <= counts.upto for number in gone):
        parts.append((FOLD, SavedFold(seen, counts.upto, counts.horizon, counts.folded)))
    parts += [(f"{CHUNK}{number}", None) for number in gone]
    if learning.changed and learning.base is not None:
        parts.append((LEARNING, SavedLearning(seen, learning.through, learning.levels, learning.base)))
    parts.append((STANDING, _standing(track, seen)))
    counts.changed.clear()
    track.changed = learning.changed = False
    return [
        (key(partition, subscription, what), None if part is None else encode(part)) for what, part in parts
    ]


def forget(track: Track, partition: int, subscription: str) -> list[StateEntry]:
    """The entries that delete a track."""
    numbers = {*track.counts.chunks, *track.counts.changed}
    names = [*(f"{CHUNK}{number}" for number in sorted(numbers)), FOLD, LEARNING, STANDING]
    return [(key(partition, subscription, name), None) for name in names]


def load(parts: Mapping[str, bytes], counts: Counts) -> Track:
    """The track of these entries, by what they are; `counts` is empty. Raises DecodeError."""
    track = Track(counts)
    if value := parts.get(FOLD):
        fold = decode(SavedFold, value)
        counts.folded, counts.upto, counts.horizon = fold.folded, fold.upto, fold.horizon
    counts.restore(
        {
            int(what.removeprefix(CHUNK)): decode(SavedChunk, value).posts
            for what, value in parts.items()
            if what.startswith(CHUNK)
        }
    )
    if value := parts.get(LEARNING):
        learned = decode(SavedLearning, value)
        track.learning = Learning(learned.detector, learned.through, learned.levels)
    if value := parts.get(STANDING):
        standing = decode(SavedStanding, value)
        counts.began, counts.heard_from = standing.began, standing.heard_from
        counts.touched, track.settled = standing.touched, standing.settled
        track.episode, track.examples = standing.episode, standing.examples
    return track


def by_subscription(entries: Iterable[tuple[bytes, bytes | None]]) -> dict[str, dict[str, bytes]]:
    """The last value of each entry, by subscription and what it is."""
    found: dict[str, dict[str, bytes]] = {}
    for entry, value in entries:
        _, subscription, what = split(entry)
        parts = found.setdefault(subscription, {})
        if value is None:
            parts.pop(what, None)
        else:
            parts[what] = value
    return {subscription: parts for subscription, parts in found.items() if parts}


def _standing(track: Track, seen: int) -> SavedStanding:
    counts = track.counts
    return SavedStanding(
        seen=seen,
        began=counts.began,
        heard_from=counts.heard_from,
        touched=counts.touched,
        settled=track.settled,
        episode=track.episode,
        examples=track.examples,
    )
