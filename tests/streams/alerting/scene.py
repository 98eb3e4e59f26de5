"""Invented hits along a clock, given to a watch second by second."""

import random
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache

from streams.alert import Alert
from streams.alerting.watch import Arrived, Watch
from streams.hit import Hit
from streams.subscription import Alarm, Subscription

START = datetime(2026, 11, 15, 9, 3, 20, tzinfo=UTC)
BAHN = Subscription(id="db", query="bahn~", name="Deutsche Bahn", alarm=Alarm(notify=("log:",)))


def hit(number: int, at: datetime, **changes) -> Hit:
    """The n-th hit: one of 400 authors, three venues, half negative."""
    given = {
        "subscription": "db",
        "post": f"sample:{number}",
        "created_at": at,
        "source": "sample",
        "author": f"sample:a{number % 400}",
        "venue": f"sample:v{number % 3}",
        "story": f"s{number}",
        "tone": "negative" if number % 2 else "neutral",
    }
    return Hit(**{**given, **changes})


class Scene:
    """A watch, a clock that only goes forward, and the alerts there were, each with when."""

    def __init__(self, *, now: datetime = START, seed: int = 1, subscription: Subscription = BAHN) -> None:
        self.watch, self.now, self.random = Watch(0), now, random.Random(seed)
        self.watch.subscribe(subscription)
        self.alerts: list[tuple[datetime, Alert]] = []
        self.numbers: Iterator[int] = iter(range(10**9))
        self.offsets: Iterator[int] = iter(range(10**9))

    def give(self, *hits: Hit) -> None:
        """Let hits arrive now."""
        at_ms = int(self.now.timestamp() * 1000)
        self.watch.absorb([Arrived(next(self.offsets), at_ms, one) for one in hits])

    def backfill(self, posts: int, days: float) -> None:
        """So many posts of the days before now, oldest first, in pages."""
        begin = self.now - timedelta(days=days)
        ages = sorted(self.random.uniform(0, days * 86_400) for _ in range(posts))
        self.give(*(hit(next(self.numbers), begin + timedelta(seconds=age), mode="backfill") for age in ages))
        self.tick()

    def live(self, secs: int, a_second: float, **changes) -> None:
        """Posts at that rate, evenly but for chance, with a look every second."""
        for _ in range(secs):
            self.now += timedelta(seconds=1)
            count = self._poisson(a_second)
            self.give(*(hit(next(self.numbers), self.now, **changes) for _ in range(count)))
            self.tick()

    def tick(self) -> None:
        """Look, and note what changed."""
        self.alerts += [(self.now, alert) for alert in self.watch.evaluate(self.now)]

    def revisions(self) -> list[tuple[int, str, int]]:
        """Revision, state and severity of what was told, without mere refreshments."""
        told = [(alert.revision, alert.state, alert.severity) for _, alert in self.alerts]
        return sorted(set(told))

    def _poisson(self, mean: float) -> int:
        count, waited = 0, self.random.expovariate(1)
        while waited < mean:
            count += 1
            waited += self.random.expovariate(1)
        return count


def watched_for_days() -> Scene:
    """Two weeks of the past and two days live, at about two posts an hour; settled."""
    return deepcopy(_watched_for_days())


@cache
def _watched_for_days() -> Scene:
    scene = Scene()
    scene.backfill(700, days=14)
    for _ in range(96):
        scene.now += timedelta(minutes=30)
        scene.give(hit(next(scene.numbers), scene.now))
        scene.tick()
    return scene
