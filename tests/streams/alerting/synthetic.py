"""Invented series of counts that behave as mentions do: a day, a week, moods, bursts - and, if asked, a crisis.

The intensity has a daily and a weekly cycle, times a mood that drifts (log-normal, autoregressive with a memory of
hours), times the bursts; each count is Poisson with a gamma-distributed mean, so more dispersed than Poisson. Bursts
come about every ten days, with Pareto heights. All series are of five-minute steps and follow from the seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEPS_A_DAY = 288
Counts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """How a subject is talked about.

    `rate`: mentions a step on average, without bursts. `mood`: sd of the log-intensity, `memory`: hours after which
    it has forgotten two thirds. `dispersion`: squared coefficient of variation of a step's mean. `bursts`: how many
    a day.
    """

    rate: float
    day: float = 0.6
    weekend: float = 0.7
    mood: float = 0.3
    memory: float = 6.0
    dispersion: float = 0.1
    bursts: float = 0.1

    def intensity(self, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """The mean of each step."""
        steps = np.arange(days * STEPS_A_DAY)
        hour = steps / STEPS_A_DAY * 2 * np.pi
        daily = np.exp(self.day * np.sin(hour - 2.0))
        weekly = np.where(steps // STEPS_A_DAY % 7 < 5, 1.0, self.weekend)
        usual = daily * weekly
        return self.rate * usual / usual.mean() * self._mood(len(steps), rng) * self._bursts(days, rng)

    def counts(self, days: int, seed: int) -> Counts:
        """So many days of counts."""
        rng = np.random.default_rng(seed)
        return self.observed(self.intensity(days, rng), rng)

    def observed(self, intensity: NDArray[np.float64], rng: np.random.Generator) -> Counts:
        """Counts at that intensity."""
        return rng.poisson(intensity * rng.gamma(1 / self.dispersion, self.dispersion, len(intensity)))

    def _mood(self, steps: int, rng: np.random.Generator) -> NDArray[np.float64]:
        keeps = float(np.exp(-1 / (self.memory * 12)))
        shocks = rng.normal(0.0, self.mood * np.sqrt(1 - keeps**2), steps)
        mood = np.empty(steps)
        last = rng.normal(0.0, self.mood)
        for step, shock in enumerate(shocks):
            last = keeps * last + shock
            mood[step] = last
        return np.exp(mood - self.mood**2 / 2)

    def _bursts(self, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Something is talked about: up at once, and forgotten within an hour or some."""
        factor = np.ones(days * STEPS_A_DAY)
        for begin in rng.integers(0, len(factor), rng.poisson(self.bursts * days)):
            height, lasts = 1.0 + rng.pareto(2.0), rng.uniform(6, 36)
            factor[begin:] += height * np.exp(-np.arange(len(factor) - begin) / lasts)
        return factor


def crisis(mentions: Mentions, days: int, seed: int, *, times: float, begin: int) -> Counts:
    """The counts with a crisis that begins at a step: half an hour up to `times` the mean rate, in all six hours."""
    rng = np.random.default_rng(seed)
    intensity = mentions.intensity(days, rng)
    ramp, lasts = 6, 72
    shape = np.minimum(np.arange(1, lasts + 1) / ramp, 1.0)[: len(intensity) - begin]
    intensity[begin : begin + lasts] += (times - 1) * mentions.rate * shape
    return mentions.observed(intensity, rng)
