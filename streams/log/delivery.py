"""Append until the log has said yes or never: what can succeed later is repeated in place."""

import asyncio
import random
from collections.abc import Callable, Sequence

from streams.log.base import Entry, Log
from streams.outcome import DELIVERED, Delivered, Rejected, Retry

FIRST_PAUSE_SECS = 0.2
LONGEST_PAUSE_SECS = 30.0


def pause_secs(attempt: int, asked_secs: float = 0.0) -> float:
    """How long to wait after the n-th attempt (from 1): exponential, full jitter in its upper half, bounded."""
    grown = min(FIRST_PAUSE_SECS * 2.0 ** min(attempt - 1, 20), LONGEST_PAUSE_SECS)
    return max(asked_secs, grown * (0.5 + random.random() / 2))  # noqa: S311 - no secret depends on it


async def deliver(
    log: Log, entries: Sequence[Entry], *, on_retry: Callable[[str], None] = lambda _: None
) -> list[Delivered | Rejected]:
    """What became of each entry, in its place; returns only when every one is settled.

    `on_retry` is told the reason each time the log could not take some of them yet.
    """
    settled: list[Delivered | Rejected] = [DELIVERED] * len(entries)
    waiting = list(range(len(entries)))
    attempt = 0
    while waiting:
        attempt += 1
        outcomes = await log.append([entries[at] for at in waiting])
        later: list[tuple[int, Retry]] = []
        for at, outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, Retry):
                later.append((at, outcome))
            else:
                settled[at] = outcome
        waiting = [at for at, _ in later]
        if later:
            on_retry(later[0][1].reason)
            await asyncio.sleep(pause_secs(attempt, max(retry.after_secs for _, retry in later)))
    return settled
