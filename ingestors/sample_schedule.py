"""When the posts of the sample were said: some weeks of history, then live, with a crisis in it."""

import bisect
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

HISTORY_A_DAY: Final = 215
CRISIS_SECS: Final = 60.0
CRISIS_FACTOR: Final = 20.0
BY_HOUR: Final = (2, 1, 1, 1, 2, 5, 10, 16, 14, 9, 7, 7, 8, 7, 7, 9, 13, 16, 13, 10, 8, 7, 5, 3)
"""How busy each hour of the day is; commuters write on the way."""

Phase = Literal["history", "calm", "crisis"]


class Schedule:
    """The time of the n-th post, counted from the oldest; a function of its arguments alone."""

    def __init__(
        self, started: datetime, *, history_days: int, rate: float, crisis_after: float, seed: int
    ) -> None:
        self._started = started
        self._rate = rate
        self._crisis_after = crisis_after
        self.history = _history(started, history_days, seed)

    def time_of(self, number: int) -> datetime:
        """When the post was said."""
        if number < len(self.history):
            return self.history[number]
        return self._started + timedelta(seconds=self._secs_of(number - len(self.history)))

    def phase_of(self, number: int) -> Phase:
        """What was going on then."""
        if number < len(self.history):
            return "history"
        secs = self._secs_of(number - len(self.history))
        return "crisis" if 0 <= secs - self._crisis_after < CRISIS_SECS else "calm"

    def count_until(self, now: datetime) -> int:
        """How many posts have been said by then."""
        secs = (now - self._started).total_seconds()
        if secs < 0:
            return bisect.bisect_right(self.history, now)
        count = len(self.history) + int(self._said_after(secs))
        while self.time_of(count) <= now:
            count += 1
        return count

    def _said_after(self, secs: float) -> float:
        in_crisis = min(max(secs - self._crisis_after, 0.0), CRISIS_SECS)
        return self._rate * (secs + (CRISIS_FACTOR - 1) * in_crisis)

    def _secs_of(self, number: int) -> float:
        """The inverse of `_said_after`."""
        even = number / self._rate
        if even <= self._crisis_after:
            return even
        in_crisis = (even - self._crisis_after) / CRISIS_FACTOR
        if in_crisis <= CRISIS_SECS:
            return self._crisis_after + in_crisis
        return even - (CRISIS_FACTOR - 1) * CRISIS_SECS


@lru_cache(maxsize=2)
def _history(started: datetime, days: int, seed: int) -> Sequence[datetime]:
    chance = random.Random(f"{seed}/history")  # noqa: S311 - invented posts
    times: list[datetime] = []
    while len(times) < days * HISTORY_A_DAY:
        at = started - timedelta(seconds=chance.uniform(1, days * 86_400))
        if chance.random() * max(BY_HOUR) < BY_HOUR[(at.astimezone(UTC) + timedelta(hours=1)).hour]:
            times.append(at)
    return tuple(sorted(times))
