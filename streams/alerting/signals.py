"""The detectors beside that of volume, kept up with one subscription's posts.

They are fed finished buckets, `SETTLED_BUCKETS` later, so that what a source tells at its next look is among them;
silence, of the subscription and of up to `MOST_SOURCES` sources it hears from, waits until they are read so far, at
most an hour. What comes later is counted, and not judged: nobody
is alarmed by catching up. Posts are told from what is counted, so after a restart the same steps are taken again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from streams.alerting.counts import (
    BUCKET_SECS,
    KEPT_BUCKETS,
    UNKNOWN_INFLUENCE,
    Counted,
    Counts,
    bucket_of,
    hash_of,
)
from streams.alerting.finding import Finding, Said, Signal, Step
from streams.alerting.negativity import Negativity
from streams.alerting.newcomers import Newcomers
from streams.alerting.silence import Silence
from streams.alerting.sources import GONE_AFTER_SECS
from streams.alerting.terms import NewTerms
from streams.subscription import AlarmKind

SETTLED_BUCKETS: Final = 2
LATEST_BUCKETS: Final = 12
SAVED_EVERY_BUCKETS: Final = 12
MOST_SOURCES: Final = 3
TALKED_OF: Final[tuple[AlarmKind, ...]] = ("sentiment", "actor", "venue", "term")


Whole = Mapping[int, int | None]


class Found(NamedTuple):
    """A finding, and the bucket in which it was found."""

    bucket: int
    finding: Finding


@dataclass(slots=True)
class Signals:
    """What has been learned, and by each of them `through` which bucket. `sources`: silence by the ingestor's hash."""

    sentiment: Negativity = field(default_factory=Negativity)
    actor: Newcomers = field(default_factory=lambda: Newcomers("actor"))
    venue: Newcomers = field(default_factory=lambda: Newcomers("venue"))
    term: NewTerms = field(default_factory=NewTerms)
    silence: Silence = field(default_factory=Silence)
    sources: dict[int, Silence] = field(default_factory=dict)
    through: dict[str, int] = field(default_factory=dict)


class Lane(NamedTuple):
    """A detector, through which bucket it may go now, and of which ingestor, by its hash (None: of all)."""

    name: str
    signal: Signal
    target: int
    complete_until: int | None = None
    ingestor: int | None = None


class Listening:
    """The signals of one subscription. `last`: found in the newest step of each lane. `changed`: since it was saved."""

    def __init__(self, signals: Signals | None = None) -> None:
        self.signals = signals or Signals()
        self.last: dict[str, Finding] = {}
        self.changed = False

    def learn_anew(self, now: int) -> None:
        """Forget what was learned without the history read in, but for terms once known: their words are not kept."""
        term, through = self.signals.term, self.signals.through.get("term", 0)
        self.signals = (
            Signals() if term.learning else Signals(term=term, through={"term": min(through, now - 1)})
        )
        self.last.clear()
        self.changed = True

    def advance(self, counts: Counts, now: int, whole: Whole, most: int) -> list[Found]:
        """Take the finished buckets before `now`, at most so many steps; what was found within the last hour.

        `whole`: the second up to which each ingestor is read, by its hash.
        """
        if max(self.signals.through.values(), default=0) >= now:
            self.learn_anew(now)  # the clock was turned back
        found: list[Found] = []
        steps: dict[tuple[int, int | None], Step] = {}
        began = _began(counts, now)
        for lane in self._lanes(counts, now, whole):
            first = max(self.signals.through.get(lane.name, 0) + 1, began)
            for bucket in range(first, min(lane.target, first + most - 1) + 1):
                if (key := (bucket, lane.ingestor)) not in steps:
                    steps[key] = _step(counts, bucket, lane)
                self._take(lane, steps[key], found, now)
                # once an hour, not all subscriptions at once
                self.changed |= (
                    lane.name == "term" and not (bucket + (counts.began or 0)) % SAVED_EVERY_BUCKETS
                )
        return found

    def finds(self, kind: AlarmKind, subject: str | None) -> Finding | None:
        """What is found now of a kind, about a subject where there are several to ask."""
        return self.last.get(_lane_of(hash_of(subject, 32)) if kind == "silence" and subject else kind)

    def behind(self, counts: Counts, now: int) -> int:
        """Steps that the slowest has to catch up with, but for silence, which waits for its sources."""
        slowest = min(self.signals.through.get(kind, 0) for kind in TALKED_OF)
        return now - SETTLED_BUCKETS - max(slowest + 1, _began(counts, now))

    def _lanes(self, counts: Counts, now: int, whole: Whole) -> list[Lane]:
        own, settled = self.signals, now - 1 - SETTLED_BUCKETS
        heard = [one for one, at in counts.ingestors.items() if now * BUCKET_SECS - at < GONE_AFTER_SECS]
        read = [whole.get(one) for one in heard]
        known = [until for until in read if until is not None]
        all_read = min(known) if known and len(known) == len(read) else None
        self._attend(heard)
        return [
            Lane("sentiment", own.sentiment, settled),
            Lane("actor", own.actor, settled),
            Lane("venue", own.venue, settled),
            Lane("term", own.term, settled),
            Lane("silence", own.silence, _read_through(all_read, now), all_read),
            *(
                Lane(_lane_of(one), signal, _read_through(whole.get(one), now), whole.get(one), one)
                for one, signal in own.sources.items()
            ),
        ]

    def _attend(self, heard: list[int]) -> None:
        """Follow the sources that are heard, if there are several; forget those that are gone."""
        sources = self.signals.sources
        for one in [one for one in sources if one not in heard]:
            del sources[one]
        if len(heard) > 1:
            for one in heard:
                if one and one not in sources and len(sources) < MOST_SOURCES:
                    sources[one] = Silence(subject=one)

    def _take(self, lane: Lane, step: Step, found: list[Found], now: int) -> None:
        bucket = bucket_of(step.start)
        finding = lane.signal.update(step)
        self.signals.through[lane.name] = bucket
        self.last.pop(lane.name, None)
        if finding and finding.kind == "silence":  # several are asked, so that much oftener one is found
            asked = 1 + len(self.signals.sources)
            finding = replace(finding, unusual_days=finding.unusual_days / asked)
        if finding:
            self.last[lane.name] = finding
            if bucket >= now - 2 * LATEST_BUCKETS:
                found.append(Found(bucket, finding))


def _lane_of(ingestor: int) -> str:
    return f"silence of {ingestor}"


def _read_through(complete_until: int | None, now: int) -> int:
    """The last bucket that is read, or an hour old; hits of the newest may still be on their way."""
    read = bucket_of(complete_until) - 1 if complete_until is not None else 0
    return max(min(now - 2, read), now - 1 - LATEST_BUCKETS)


def _began(counts: Counts, now: int) -> int:
    """The first bucket there is to learn from."""
    return max(counts.began if counts.began is not None else now, now - KEPT_BUCKETS)


def said(post: Counted) -> Said:
    """A counted post as detectors take it."""
    influence = None if post.influence == UNKNOWN_INFLUENCE else post.influence
    return Said(post.post, post.author, post.story, post.venue, post.tone, influence, post.terms)


def _step(counts: Counts, bucket: int, lane: Lane) -> Step:
    """The posts of a bucket; those read in of the past teach only, and are all there is to read."""
    listening = min(counts.heard_from.values(), default=0)
    live = counts.mentions(bucket) == counts.live(bucket) and bucket * BUCKET_SECS >= listening > 0
    posts = counts.between(bucket, bucket)
    mine = [said(post) for post in posts if lane.ingestor in {None, post.ingestor}]
    complete_until = lane.complete_until if live else (bucket + 1) * BUCKET_SECS
    return Step(bucket * BUCKET_SECS, mine, live, complete_until)
