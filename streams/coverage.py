"""What is known of a source's completeness: the value of `coverage.v1`, key: the ingestor's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CoverageState = Literal["ok", "late", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All that the source said up to `complete_until` has been read (None: it cannot tell).

    `late`: it is read, but far behind. `down`: the last pass ended in an error, named in `reason`; the time up
    to which it was complete stays. `at`: when this was written. `live_since`: when the first live post came.
    """

    ingestor: str
    complete_until: datetime | None
    at: datetime
    state: CoverageState = "ok"
    reason: str | None = None
    live_since: datetime | None = None
