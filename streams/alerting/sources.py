"""Which sources are missing, and what can be judged without them.

A source is missing from the second up to which it is complete (if it cannot tell: from when it went down), while it is
down or more than `LATE_AFTER_SECS` behind. Meanwhile its posts are left out of what is judged, and its usual share
out of what is expected. Who stays away for a week is gone: less is the new normal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from streams.alert import Covered
from streams.alerting.counts import BUCKET_SECS, Counts, hash_of
from streams.coverage import Coverage, CoverageState

LATE_AFTER_SECS: Final = 900
GONE_AFTER_SECS: Final = 7 * 86_400
SHARE_OF_SECS: Final = 7 * 86_400
NOTHING: Final[Mapping[int, int]] = {}


class Sources:
    """How far each ingestor has read its source.

    By its hash, `whole`: the second up to which all is read, None if it cannot tell; `names`: what it is called.
    """

    def __init__(self) -> None:
        self._coverage: dict[str, Coverage] = {}
        self.whole: dict[int, int | None] = {}
        self.names: dict[int, str] = {}

    def note(self, coverage: Coverage) -> None:
        """Take in what an ingestor says of itself."""
        self._coverage[coverage.ingestor] = coverage
        hashed, until = hash_of(coverage.ingestor, 32), coverage.complete_until
        self.names[hashed] = coverage.ingestor
        self.whole[hashed] = int(until.timestamp()) if until else None

    def live_since(self, ingestor: str | None) -> int | None:
        """The second since which an ingestor reads its source live; None if it never said so."""
        coverage = self._coverage.get(ingestor or "")
        return int(coverage.live_since.timestamp()) if coverage and coverage.live_since else None

    def covered(self, now: datetime) -> tuple[Covered, ...]:
        """The coverage line of an alert, by name."""
        return tuple(
            Covered(ingestor=name, complete_until=one.complete_until, state=_state(one, now))
            for name, one in sorted(self._coverage.items())
        )

    def missing(self, now: datetime) -> Mapping[int, int]:
        """The ingestors that are missing, by their hashes, each with the second from which on."""
        found = {}
        for name, one in self._coverage.items():
            since = int((one.complete_until or one.at).timestamp())
            if _state(one, now) != "ok" and now.timestamp() - since < GONE_AFTER_SECS:
                found[hash_of(name, 32)] = since
        return found


def _state(coverage: Coverage, now: datetime) -> CoverageState:
    """What it said last, or late if it has fallen silent since."""
    until = coverage.complete_until
    behind = until is not None and (now - until).total_seconds() > LATE_AFTER_SECS
    if coverage.state == "down":
        return "down"
    return "late" if behind else "ok"


@dataclass(slots=True)
class Seen:
    """What of a subscription's posts can be judged: those of sources that are not missing.

    `missing`: the second from which on, by the ingestor's hash. `_shares`: of the usual mentions, of those missing.
    """

    counts: Counts
    missing: Mapping[int, int] = field(default_factory=dict)
    _shares: Mapping[int, float] = field(default_factory=dict)
    _asked: tuple[Mapping[int, int], int] = (NOTHING, -1)

    def look(self, missing: Mapping[int, int], hour: int) -> None:
        """Note what is missing now; the shares are measured when that changes, and once an hour."""
        missing = {one: since for one, since in missing.items() if one in self.counts.ingestors}
        self.missing = missing
        if missing and self._asked != (missing, hour):
            self._shares = {one: _share(self.counts, one, since) for one, since in missing.items()}
            self._asked = (missing, hour)

    def present(self, bucket: int) -> float:
        """The share of the usual mentions that can be seen of a bucket."""
        gone = (self._shares[one] for one, since in self.missing.items() if _lacks(bucket, since))
        return max(1.0 - sum(gone), 0.0) if self.missing else 1.0

    def mentions(self, bucket: int) -> int:
        """How many posts count there, live or not."""
        return self.counts.mentions(bucket) - self._left_out(bucket, live=False)

    def live(self, bucket: int) -> int:
        """How many live posts count there."""
        return self.counts.live(bucket) - self._left_out(bucket, live=True)

    def _left_out(self, bucket: int, *, live: bool) -> int:
        lacking = {one for one, since in self.missing.items() if _lacks(bucket, since)}
        if not lacking:
            return 0
        posts = self.counts.between(bucket, bucket)
        return sum(post.ingestor in lacking and (post.live or not live) for post in posts)


def _lacks(bucket: int, since: int) -> bool:
    """Whether a source that is missing since that second is missing at the end of a bucket."""
    return since < (bucket + 1) * BUCKET_SECS


def _share(counts: Counts, ingestor: int, since: int) -> float:
    """An ingestor's share of the live posts of the week before it went missing."""
    week = [post for post in counts.known() if post.live and since - SHARE_OF_SECS <= post.at < since]
    return sum(post.ingestor == ingestor for post in week) / len(week) if week else 0.0
