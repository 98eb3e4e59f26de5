"""What followed a measure: the counts before and after it, each measured by what was usual then; pure.

The change is the ratio of rates after to before, each divided by the expected rate, so that an ordinary evening is not
taken for an effect. Its 95 % interval is that of a log rate ratio of quasi-Poisson counts (McCullagh and Nelder,
Generalized Linear Models, 1989, §6.2.3): the variance 1/after + 1/before is multiplied by the dispersion of the steps
around their means, at least 1, and by (1 + r) / (1 - r) for the correlation r of neighbouring steps, which makes many
steps say less (Bartlett, 1946).

What it cannot say: whether the measure is the cause. A storm calms down by itself, and measures are taken at its
height, so a ratio below 1 is what mostly follows nothing at all. The interval is wide for few posts; it knows nothing
of what else happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from streams.alert import Alert, Effect
from streams.alerting.counts import BUCKET_SECS, HOUR, bucket_of

STEP = timedelta(seconds=BUCKET_SECS)
LEAST_STEPS = 3
LONGEST = timedelta(hours=24)
MOST_CORRELATION = 0.9
Z = NormalDist().inv_cdf(0.975)


class Step(NamedTuple):
    """Five minutes: mentions, how many would have been usual, and how many of those of known tone were negative."""

    mentions: int
    expected: float
    negative: int = 0
    toned: int = 0


class Stretch(NamedTuple):
    """Steps of one side, as numbers of five minutes since 1970; the last one is included."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        """Of its steps."""
        return range(self.first, self.last + 1)


def effects_now(alert: Alert, step: Callable[[int], Step], now: datetime) -> tuple[Effect, ...]:
    """The effects of an alert as they show now; one that has had its day stays as it is.

    `step`: what was said in the five minutes of that number since 1970.
    """

    def followed(effect: Effect) -> Effect:
        if effect.change is not None and not grows(effect, now):
            return effect
        before, after = stretches(effect.at, alert.since, now)
        return measured(effect, [step(n) for n in before.numbers], [step(n) for n in after.numbers])

    return tuple(map(followed, alert.effects))


def stretches(at: datetime, since: datetime, now: datetime) -> tuple[Stretch, Stretch]:
    """Which steps lie before and after a measure; the one it was taken in is neither, nor is the one not yet over.

    Before: since the episode began. Both sides last a day at most.
    """
    measure = _number(at)
    longest = LONGEST // STEP
    first = min(max(_number(since), measure - longest), measure - LEAST_STEPS)
    return Stretch(first, measure - 1), Stretch(measure + 1, min(_number(now) - 1, measure + longest))


def grows(effect: Effect, now: datetime) -> bool:
    """Whether the stretch after the measure is not full yet."""
    return now < effect.at + LONGEST + 2 * STEP


def measured(effect: Effect, before: Sequence[Step], after: Sequence[Step]) -> Effect:
    """The effect with figures; without a ratio while either side is shorter than `LEAST_STEPS`."""
    if min(len(before), len(after)) < LEAST_STEPS:
        return effect
    ratio, spread = _ratio(before, after)
    return replace(
        effect,
        before=_hourly(before, lambda step: step.mentions),
        after=_hourly(after, lambda step: step.mentions),
        expected=_hourly(after, lambda step: step.expected),
        change=_factor(ratio),
        low=_factor(ratio - Z * spread),
        high=_factor(ratio + Z * spread),
        negative_before=_negative(before),
        negative_after=_negative(after),
    )


def _ratio(before: Sequence[Step], after: Sequence[Step]) -> tuple[float, float]:
    """The logarithm of the ratio, and its standard error. Half a post is added to each side, which may be silent."""
    sides = (before, after)
    posts = [sum(step.mentions for step in side) + 0.5 for side in sides]
    usual = [max(sum(step.expected for step in side), 1e-9) for side in sides]
    residuals = [
        _residual(step, count / expected)
        for side, count, expected in zip(sides, posts, usual, strict=True)
        for step in side
    ]
    dispersion = max(sum(one * one for one in residuals) / max(len(residuals) - 2, 1), 1.0)
    repeated = min(max(_correlation(residuals), 0.0), MOST_CORRELATION)
    variance = (1 / posts[0] + 1 / posts[1]) * dispersion * (1 + repeated) / (1 - repeated)
    return log(posts[1] / usual[1]) - log(posts[0] / usual[0]), sqrt(variance)


def _residual(step: Step, rate: float) -> float:
    """How far a step lies from the mean of its side, in standard deviations of a Poisson count."""
    mean = max(step.expected * rate, 1e-9)
    return (step.mentions - mean) / sqrt(mean)


def _correlation(values: Sequence[float]) -> float:
    """Of each with the next."""
    total = sum(one * one for one in values)
    return sum(one * other for one, other in pairwise(values)) / total if total else 0.0


def _hourly(steps: Sequence[Step], of: Callable[[Step], float]) -> float:
    return round(sum(map(of, steps)) / len(steps) * HOUR, 1)


def _negative(steps: Sequence[Step]) -> float | None:
    toned = sum(step.toned for step in steps)
    return round(sum(step.negative for step in steps) / toned, 3) if toned else None


def _number(at: datetime) -> int:
    return bucket_of(at.timestamp())


def _factor(logarithm: float) -> float:
    """To three digits, and bounded: nobody can tell a thousand billion times from more."""
    return float(f"{exp(min(max(logarithm, -30.0), 30.0)):.3g}")
