"""The detectors beside that of volume, kept up with one subscription's posts.

They are fed finished buckets, `SETTLED_BUCKETS` later, so that what a source tells at its next look is among them;
silence waits until all sources are read so far, at most an hour. What comes later is counted, and not judged: nobody
is alarmed by catching up. Posts are told from what is counted, so after a restart the same steps are taken again.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from streams.alerting.counts import BUCKET_SECS, KEPT_BUCKETS, UNKNOWN_INFLUENCE, Counted, Counts, bucket_of
from streams.alerting.finding import Finding, Said, Signal, Step
from streams.alerting.negativity import Negativity
from streams.alerting.newcomers import Newcomers
from streams.alerting.silence import Silence
from streams.alerting.terms import NewTerms
from streams.subscription import AlarmKind

SETTLED_BUCKETS: Final = 2
LATEST_BUCKETS: Final = 12
SAVED_EVERY_BUCKETS: Final = 12
TALKED_OF: Final[tuple[AlarmKind, ...]] = ("sentiment", "actor", "venue", "term")


class Found(NamedTuple):
    """A finding, and the bucket in which it was found."""

    bucket: int
    finding: Finding


@dataclass(slots=True)
class Signals:
    """What has been learned, and by each of them `through` which bucket."""

    sentiment: Negativity = field(default_factory=Negativity)
    actor: Newcomers = field(default_factory=lambda: Newcomers("actor"))
    venue: Newcomers = field(default_factory=lambda: Newcomers("venue"))
    term: NewTerms = field(default_factory=NewTerms)
    silence: Silence = field(default_factory=Silence)
    through: dict[AlarmKind, int] = field(default_factory=dict)


class Listening:
    """The signals of one subscription. `last`: what each found in its newest step. `changed`: since the last save."""

    def __init__(self, signals: Signals | None = None) -> None:
        self.signals = signals or Signals()
        self.last: dict[AlarmKind, Finding] = {}
        self.changed = False

    def learn_anew(self, now: int) -> None:
        """Forget what was learned without the history read in, but for terms once known: their words are not kept."""
        term, through = self.signals.term, self.signals.through.get("term", 0)
        self.signals = (
            Signals() if term.learning else Signals(term=term, through={"term": min(through, now - 1)})
        )
        self.last.clear()
        self.changed = True

    def advance(self, counts: Counts, now: int, complete_until: int | None, most: int) -> list[Found]:
        """Take the finished buckets before `now`, at most so many steps; what was found within the last hour."""
        if max(self.signals.through.values(), default=0) >= now:
            self.learn_anew(now)  # the clock was turned back
        found: list[Found] = []
        steps: dict[int, Step] = {}
        began, settled = _began(counts, now), now - 1 - SETTLED_BUCKETS
        read = bucket_of(complete_until) - 1 if complete_until is not None else 0
        for kind, signal in self._signals():
            first = max(self.signals.through.get(kind, 0) + 1, began)
            target = max(min(now - 2, read), now - 1 - LATEST_BUCKETS) if kind == "silence" else settled
            for bucket in range(first, min(target, first + most - 1) + 1):
                if bucket not in steps:
                    steps[bucket] = _step(counts, bucket, complete_until)
                self._take(kind, signal, steps[bucket], found, now)
                # once an hour, not all subscriptions at once
                self.changed |= kind == "term" and (bucket + (counts.began or 0)) % SAVED_EVERY_BUCKETS == 0
        return found

    def behind(self, counts: Counts, now: int) -> int:
        """Steps that the slowest has to catch up with, but for silence, which waits for its sources."""
        slowest = min(self.signals.through.get(kind, 0) for kind in TALKED_OF)
        return now - SETTLED_BUCKETS - max(slowest + 1, _began(counts, now))

    def _signals(self) -> tuple[tuple[AlarmKind, Signal], ...]:
        own = self.signals
        return (
            ("sentiment", own.sentiment),
            ("actor", own.actor),
            ("venue", own.venue),
            ("term", own.term),
            ("silence", own.silence),
        )

    def _take(self, kind: AlarmKind, signal: Signal, step: Step, found: list[Found], now: int) -> None:
        bucket = bucket_of(step.start)
        finding = signal.update(step)
        self.signals.through[kind] = bucket
        self.last.pop(kind, None)
        if finding:
            self.last[kind] = finding
            if bucket >= now - 2 * LATEST_BUCKETS:
                found.append(Found(bucket, finding))


def _began(counts: Counts, now: int) -> int:
    """The first bucket there is to learn from."""
    return max(counts.began if counts.began is not None else now, now - KEPT_BUCKETS)


def said(post: Counted) -> Said:
    """A counted post as detectors take it."""
    influence = None if post.influence == UNKNOWN_INFLUENCE else post.influence
    return Said(post.post, post.author, post.story, post.venue, post.tone, influence, post.terms)


def _step(counts: Counts, bucket: int, complete_until: int | None) -> Step:
    """The posts of a bucket; those read in of the past teach only, and are all there is to read."""
    listening = min(counts.heard_from.values(), default=0)
    live = counts.mentions(bucket) == counts.live(bucket) and bucket * BUCKET_SECS >= listening > 0
    posts = [said(post) for post in counts.between(bucket, bucket)]
    return Step(bucket * BUCKET_SECS, posts, live, complete_until if live else (bucket + 1) * BUCKET_SECS)
