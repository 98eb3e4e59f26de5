"""A backfill: one subscription run over the past. What was asked for, and how far it has come.

Both lie on `backfills.v1` under keys of their own, `ID|request` and `ID|progress`, so that each has one writer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from streams.codec import decode, encode
from streams.errors import UsageError
from streams.history import Place
from streams.log.base import Entry, Log, Record
from streams.log.delivery import deliver
from streams.outcome import Rejected
from streams.topics import BACKFILLS

State = Literal["waiting", "running", "done", "stopped"]
REQUEST, PROGRESS = "request", "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRequest:
    """Run this version of a subscription over what was said from `since` on (None: over all that is kept)."""

    subscription: str
    version: int
    since: datetime | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """How far a request has come: `read` of `total` records; `found` posts that match, `failed` to be enriched.

    `version`: of the subscription, as it is run. `reason`: why it was stopped. `ends`: how far the log is read, by
    partition, fixed at the start. `place`: where it goes on after a crash.
    """

    request: BackfillRequest
    state: State = "waiting"
    at: datetime
    version: int = 0
    read: int = 0
    total: int = 0
    found: int = 0
    failed: int = 0
    reason: str | None = None
    ends: Mapping[int, int] = field(default_factory=dict)
    place: Place = field(default_factory=Place)

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "stopped")

    def __str__(self) -> str:
        said = f"{self.request.subscription}: {self.state}"
        if self.total:
            said += f", {self.read:,} of {self.total:,} read, {self.found:,} found"
        if self.failed:
            said += f", {self.failed:,} failed"
        return f"{said} ({self.reason})" if self.reason else said


class Backfills:
    """What is known of all backfills, learned record by record."""

    def __init__(self) -> None:
        self._requests: dict[str, BackfillRequest] = {}
        self._progress: dict[str, Backfill] = {}

    def learn(self, record: Record) -> None:
        """Take in a record of the topic. Raises DecodeError."""
        id, _, what = (record.key or b"").decode(errors="replace").rpartition("|")
        if what == REQUEST:
            self._requests[id] = decode(BackfillRequest, record.value)
        elif what == PROGRESS:
            self.note(decode(Backfill, record.value))

    def note(self, backfill: Backfill) -> None:
        """Take in how far one has come, unless more is known already."""
        known = self._progress.get(backfill.request.subscription)
        if known is None or known.at <= backfill.at:
            self._progress[backfill.request.subscription] = backfill

    def of(self, subscription: str) -> Backfill | None:
        """How far the newest request for a subscription has come; None if there was none."""
        request, progress = self._requests.get(subscription), self._progress.get(subscription)
        if request is None or (progress is not None and progress.request == request):
            return progress
        return Backfill(request=request, at=request.at)

    def next(self) -> Backfill | None:
        """The one to work on: the oldest that is not finished."""
        known = (self.of(id) for id in self._requests)
        waiting = [backfill for backfill in known if backfill and not backfill.finished]
        return min(waiting, key=lambda backfill: backfill.request.at, default=None)


async def ask(log: Log, request: BackfillRequest) -> None:
    """Ask for a backfill, in place of an earlier one of that subscription; a worker does it."""
    key = f"{request.subscription}|{REQUEST}".encode()
    for fate in await deliver(log, [Entry(BACKFILLS, key, encode(request))]):
        if isinstance(fate, Rejected):
            raise UsageError(f"the log refuses it: {fate.reason}")


def telling(backfill: Backfill) -> Entry:
    """The record that tells how far one has come."""
    return Entry(BACKFILLS, f"{backfill.request.subscription}|{PROGRESS}".encode(), encode(backfill))
