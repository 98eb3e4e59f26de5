"""Days of ordinary talk in steps of five minutes, after which a watch is past learning all it needs."""

from copy import deepcopy
from datetime import timedelta
from functools import cache

from streams.coverage import Coverage
from streams.hit import Hit
from tests.streams.alerting.scene import Scene, hit

STEP = timedelta(minutes=5)
NETWORK = {"source": "net", "ingestor": "net", "venue": "net", "venue_kind": "network"}


class Talk(Scene):
    """A scene with a source `net`, read completely at every step, unless it is `down`."""

    down = False

    def steps(self, count: int, mean: float, negative: float = 0.2, **changes) -> None:
        """So many steps of about so many posts each, of which that share is negative."""
        for _ in range(count):
            self.now += STEP
            self.give(*(self.post(negative, **changes) for _ in range(self._poisson(mean))))
            self.read()
            self.tick()

    def post(self, negative: float = 0.2, **changes) -> Hit:
        """Somebody's post of the last five minutes."""
        number, draw = next(self.numbers), self.random
        given = {
            "author": f"net:a{draw.randrange(3000)}",
            "author_name": "Alex",
            "tone": "negative" if draw.random() < negative else "neutral",
            "influence": draw.uniform(5, 25),
            "terms": tuple(draw.sample([f"wort{n}" for n in range(60)], 3)),
            "quote": f"Satz {number}",
            **NETWORK,
        }
        return hit(number, self.now - timedelta(seconds=draw.uniform(1, 299)), **{**given, **changes})

    def read(self) -> None:
        """The source says how far it is read."""
        if not self.down:
            self.watch.cover(Coverage(ingestor="net", complete_until=self.now, at=self.now))

    def kinds(self) -> list[str]:
        """The kinds of the alerts told, in the order they were opened."""
        return list(dict.fromkeys(alert.kind for _, alert in self.alerts))


@cache
def _calm(days: float, mean: float) -> Talk:
    talk = Talk()
    talk.steps(int(days * 288), mean)
    return talk


def calm_talk(days: float = 3.5, mean: float = 1.0) -> Talk:
    """After calm days."""
    return deepcopy(_calm(days, mean))
