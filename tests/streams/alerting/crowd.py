"""Invented talk about one subscription: a daily cycle, bursty counts, a drifting mood; always the same for a seed.

Counts are gamma-Poisson about a cycle times an autoregressive mood of the day, as in the study the detector of volume
was measured with.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from streams.alerting.finding import Finding, Said, Signal, Step

DAY = 288
MONDAY = 1_767_571_200
"""A Monday's midnight, in UTC."""

NEVER = 1_000_000_000
WORDS = [f"wort{number}" for number in range(5_000)]
WORDS_SAID = list(accumulate(1 / (rank + 3) for rank in range(len(WORDS))))
"""Zipf's law, which needs sums for `random.choices`."""

Speak = Callable[[random.Random, int], Said]


class Crowd:
    """Who speaks: half of it 400 regulars, half strangers; by chance about a tenth carries far.

    A fifth is negative, more on some days than on others; `angry` of it from the step `angry_from` on. A classifier
    finds three of four negatives and takes one in twelve others for one. From the step `word_from` on, `word_share`
    say a word nobody said before.
    """

    def __init__(
        self,
        seed: int,
        *,
        angry_from: int = NEVER,
        angry: float = 0.6,
        word_from: int = NEVER,
        word_share: float = 0.3,
    ) -> None:
        rng = random.Random(seed)
        self.angry_from, self.angry = angry_from, angry
        self.word_from, self.word_share = word_from, word_share
        self.regulars = [(rng.getrandbits(62), 14 + rng.expovariate(1 / 8)) for _ in range(400)]
        self.moods = [rng.gauss(math.log(0.25), 0.25) for _ in range(100)]

    def __call__(self, rng: random.Random, at: int) -> Said:
        """What one of them says in that step."""
        author, influence = rng.getrandbits(62), 14 + rng.expovariate(1 / 7)
        if rng.random() < 0.5:
            author, influence = self.regulars[int(400 * rng.random() ** 2)]
        heard_as_negative = rng.random() < (0.75 if rng.random() < self.share(at) else 0.08)
        words = rng.choices(WORDS, cum_weights=WORDS_SAID, k=6)
        if at >= self.word_from and rng.random() < self.word_share:
            words.append("rueckruf")
        return Said(
            post=rng.getrandbits(62),
            author=author,
            story=rng.getrandbits(32),
            venue=author % 1_000 + 1,
            tone=2 if heard_as_negative else 1,
            influence=min(influence, 95.0) if rng.random() < 0.9 else None,
            terms=tuple(words),
        )

    def share(self, at: int) -> float:
        """How much of it is truly negative."""
        if at >= self.angry_from:
            return self.angry
        day, later = at // DAY, at % DAY / DAY
        mood = self.moods[day] * (1 - later) + self.moods[day + 1] * later
        return 1 / (1 + math.exp(-mood))


def calm(seed: int, days: int, rate: float) -> Iterator[Step]:
    """So many days of nothing in particular."""
    rng = random.Random(seed)
    return talk(rng, counts(rng, days * DAY, rate), Crowd(seed))


def counts(rng: random.Random, steps: int, rate: float, *, bursty: float = 0.3) -> Iterator[int]:
    """Posts a step: on average `rate`, four times as many at noon as at night."""
    mood, remains = 0.0, math.exp(-1 / 36)
    for step in range(steps):
        mood = remains * mood + bursty * math.sqrt(1 - remains**2) * rng.gauss(0, 1)
        cycle = 1 + 0.6 * math.sin(2 * math.pi * (step % DAY - 90) / DAY)
        yield poisson(rng, rng.gammavariate(5, rate * cycle * math.exp(mood - bursty**2 / 2) / 5))


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number; a rounded normal one above 50."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def talk(rng: random.Random, numbers: Iterable[int], speak: Speak, *, live: bool = True) -> Iterator[Step]:
    """A step for each number, of that many posts."""
    for at, number in enumerate(numbers):
        start = MONDAY + at * 300
        said = tuple(speak(rng, at) for _ in range(number))
        yield Step(start, said, live=live, complete_until=start + 300)


def alarms(signal: Signal, steps: Iterable[Step], at_most_days: float) -> list[tuple[int, Finding]]:
    """What would be told: the number of the step, and what was found; one a day."""
    told: list[tuple[int, Finding]] = []
    for at, step in enumerate(steps):
        found = signal.update(step)
        if found and found.unusual_days >= at_most_days and (not told or at - told[-1][0] > DAY):
            told.append((at, found))
    return told
