"""What the detectors beside that of volume are fed, five minutes at a time, and what they find.

A `Step` holds the posts said in one five-minute bucket, each once, and is taken when the bucket has ended; steps come
in order and without gaps, empty ones too. What arrives later than that is lost to a detector: who wants it counted
keeps a copy that stays behind (as `Learning` does for the counts) and takes the steps again. A step that was partly
read in of the past (`live=False`) teaches and finds nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from streams.alerting.detector import MAX_DAYS, STEPS_A_DAY
from streams.subscription import AlarmKind


class Said(NamedTuple):
    """One post as hashes, 0 for unknown; `tone` as `Counted` has it; `influence` 0 to 100 or None, `terms` folded."""

    post: int
    author: int = 0
    story: int = 0
    venue: int = 0
    tone: int = 0
    influence: float | None = None
    terms: tuple[str, ...] = ()


class Step(NamedTuple):
    """Five minutes from the second `start` of 1970.

    `complete_until`: the second up to which every source of the series is known to be read, None if one is down or
    nobody knows; only `silence` asks for it.
    """

    start: int
    posts: Sequence[Said] = ()
    live: bool = True
    complete_until: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual. The return period (once in `unusual_days`, for this series) decides whether it is told.

    `subject`: the term, or the hash of the actor or venue; None if it is about all. `count` where `expected` would be
    usual: shares of negatives in an hour (sentiment), influence (actor, venue), voices within an hour (term), posts
    since the last one (silence).
    """

    kind: AlarmKind
    subject: str | int | None
    unusual_days: float
    count: float
    expected: float


class Signal(Protocol):
    """A detector of one series: at most 8 kB when saved by `streams.codec`, no look-ahead, no clock."""

    @property
    def learning(self) -> bool:
        """Too young to find anything."""

    def update(self, step: Step) -> Finding | None:
        """Judge a finished step, then learn from it; the most unusual it found, however usual that is."""


def days(log10_steps: float) -> float:
    """A return period in days, from the log10 of one in steps."""
    return min(10.0**log10_steps / STEPS_A_DAY, MAX_DAYS) if log10_steps < 8 else MAX_DAYS


def findings(signals: Iterable[Signal], step: Step) -> Iterator[Finding]:
    """What each of them finds in this step."""
    for signal in signals:
        if found := signal.update(step):
            yield found
