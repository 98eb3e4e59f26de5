"""Invented talk about one subscription: a daily cycle, bursty counts, a drifting mood; always the same for a seed.

Counts are gamma-Poisson about a cycle times an autoregressive mood of the day, as in the study the detector of volume
was measured with.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator

from streams.alerting.finding import Finding, Said, Signal, Step

DAY = 288
MONDAY = 1_767_571_200
"""A Monday's midnight, in UTC."""

Speak = Callable[[random.Random, int], Said]


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
