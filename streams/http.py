"""The one way to speak HTTP: time limits, our name, and what an answer means."""

import email.utils
import math
from datetime import UTC, datetime
from importlib.metadata import version

import aiohttp

from streams.outcome import DELIVERED, Outcome, Rejected, Retry

MAX_WAIT_SECS = 3600.0
RETRIED = frozenset({408, 425, 429})
REFUSED_CREDENTIALS = frozenset({401, 403})


def session(*, timeout_secs: float = 30.0, headers: dict[str, str] | None = None) -> aiohttp.ClientSession:
    """A client session that never waits without end and says who asks."""
    agent = f"resonanz/{version('resonanz')}"
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=timeout_secs, connect=min(10.0, timeout_secs)),
        headers={"User-Agent": agent, **(headers or {})},
    )


def outcome_of(status: int, retry_after: str | None = None, *, now: datetime | None = None) -> Outcome:
    """What an HTTP status means for what was sent.

    Refused credentials are Retry: the operator can mend them, and rejecting would empty the queue into the dead
    letters.
    """
    if 200 <= status < 300:
        return DELIVERED
    if status in RETRIED or status in REFUSED_CREDENTIALS or status >= 500:
        return Retry(f"HTTP {status}", wait_secs(retry_after, now=now))
    return Rejected(f"HTTP {status}")


def wait_secs(retry_after: str | None, *, now: datetime | None = None) -> float:
    """Seconds asked for by a Retry-After header (a number or a date), bounded; 0 if there is none."""
    if not retry_after:
        return 0.0
    try:
        secs = float(retry_after)
    except ValueError:
        try:
            until = email.utils.parsedate_to_datetime(retry_after)
        except ValueError:
            return 0.0
        secs = (until.astimezone(UTC) - (now or datetime.now(UTC))).total_seconds()
    return min(max(secs, 0.0), MAX_WAIT_SECS) if not math.isnan(secs) else 0.0
