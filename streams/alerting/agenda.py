"""Which subscriptions are to be looked at now: those with news at once, the others in turn."""

from collections.abc import Set
from typing import Final

from streams.alerting.counts import bucket_of

LOOKED_AT_ONCE: Final = 200
"""Of those that are due because five minutes have ended; so ten thousand are looked at within a minute."""

FOLLOWED_EVERY_SECS: Final = 1.0
POSTS_A_SECOND: Final = 10_000
"""An alert with so many posts is counted anew every second, one with ten times as many every ten."""

STEADY_BUCKETS: Final = 12
JUMP_BUCKETS: Final = 288


class Agenda:
    """`news`: names something was heard of. `going_on`: names with an open alert, and its posts."""

    def __init__(self) -> None:
        self.news: set[str] = set()
        self.going_on: dict[str, int] = {}
        self._followed: dict[str, float] = {}
        self._in_turn: dict[str, None] = {}
        self._bucket = 0
        self._steady_from = 0

    def due(self, secs: float, names: Set[str]) -> list[str]:
        """Those to look at now, of all names; each once in five minutes at least."""
        if self._bucket != (bucket := bucket_of(secs)):
            if not 0 <= bucket - self._bucket <= JUMP_BUCKETS:
                self._steady_from = bucket
            self._bucket = bucket
            self._in_turn |= dict.fromkeys(sorted(names))
        due = set(self.news)
        for name, posts in self.going_on.items():
            pause_secs = max(FOLLOWED_EVERY_SECS, posts / POSTS_A_SECOND)
            if abs(secs - self._followed.get(name, 0.0)) >= pause_secs:
                due.add(name)
        due.update(list(self._in_turn)[:LOOKED_AT_ONCE])
        return sorted(due & names)

    @property
    def waiting(self) -> int:
        """How many are due and were not looked at yet."""
        return len(self.news | self._in_turn.keys())

    def done(self, name: str, secs: float) -> None:
        """A subscription was looked at."""
        self.news.discard(name)
        self._in_turn.pop(name, None)
        self._followed[name] = secs

    def forget(self, name: str) -> None:
        """A subscription is gone."""
        self.news.discard(name)
        self.going_on.pop(name, None)
        self._followed.pop(name, None)
        self._in_turn.pop(name, None)

    @property
    def steady(self) -> bool:
        """Whether the clock has not jumped within the hour by a day, or back; else nothing is old for sure."""
        return self._bucket - self._steady_from >= STEADY_BUCKETS
