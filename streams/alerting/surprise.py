"""How surprising a count is, and how rarely something so surprising happens to this series.

The first is the signed root of the Poisson deviance (McCullagh & Nelder 1989, *Generalized Linear Models*). The
second is read off the tail of the series' own surprises in two ways: peaks over a threshold (Balkema & de Haan
1974, Pickands 1975; declustered by runs, Coles 2001) and block maxima (Gumbel 1958). Both forget exponentially.
A return period is in steps of the series, as its log10: 3 means once in a thousand steps.
"""

from dataclasses import dataclass
from math import exp, log, log10, sqrt

EULER_GAMMA = 0.5772
GUMBEL_SCALE = 0.7797  # sqrt(6) / pi
LN_10 = log(10.0)
PRIOR_PEAKS = 4.0
"""The prior weighs as much as so many peaks, and is given up as real ones come in."""


def poisson_surprise(count: float, expected: float) -> float:
    """About standard normal if `count` is Poisson with mean `expected`; positive above it."""
    expected = max(expected, 1e-9)
    deviance = (count * log(count / expected) if count > 0 else 0.0) - (count - expected)
    root = sqrt(2.0 * deviance) if deviance > 0 else 0.0
    return root if count > expected else -root


def growth_surprise(recent: int, before: int, recent_share: float) -> float:
    """About standard normal if a steady pace brought both counts; positive if it grew.

    `recent_share`: how much of the whole time the recent count took. The signed root of the binomial deviance,
    which knows that the earlier pace is itself but a guess.
    """
    total = recent + before
    if total == 0:
        return 0.0
    deviance = 0.0
    for count, share in ((recent, recent_share), (before, 1 - recent_share)):
        deviance += count * log(count / (total * share)) if count else 0.0
    root = sqrt(2 * max(deviance, 0.0))
    return root if recent > total * recent_share else -root


@dataclass(slots=True)
class Peaks:
    """Exponential law of the peaks above a running high quantile.

    `decay`: what remains of a memory after one step. `threshold`: the running quantile. `clusters` in `exposure`
    steps, and `peaks` whose excesses sum to `excess`: all decayed. `since`: steps since the last exceedance.
    """

    decay: float
    threshold: float = 1.0
    clusters: float = 0.0
    exposure: float = 0.0
    peaks: float = PRIOR_PEAKS
    excess: float = PRIOR_PEAKS
    peak: float = 0.0
    since: int = 1_000_000_000
    scale: float = 1.0
    steps: int = 0

    QUANTILE = 0.98
    GAP = 36  # steps of calm (3 h) that separate two clusters
    PRIOR_EXCESS = 1.0

    def score(self, surprise: float) -> float:
        """Log10 of the return period; 0 below the threshold."""
        if surprise <= self.threshold:
            return 0.0
        rate = (self.clusters + PRIOR_PEAKS) / (self.exposure + 3 * PRIOR_PEAKS / (1 - self.QUANTILE))
        return -log10(rate) + (surprise - self.threshold) / (self.excess / self.peaks) / LN_10

    def learn(self, surprise: float) -> None:
        """Take one step's surprise into the tail."""
        decay = self.decay
        self.exposure = self.exposure * decay + 1
        self.clusters *= decay
        self.excess *= decay
        self.peaks *= decay
        if self.peaks < PRIOR_PEAKS:
            self.excess += self.PRIOR_EXCESS * (PRIOR_PEAKS - self.peaks)
            self.peaks = PRIOR_PEAKS
        over = surprise > self.threshold
        if over:
            self._add(surprise)
            self.since = 0
        else:
            self.since += 1
        self.scale += 0.002 * (abs(surprise) - self.scale)
        pace = 0.5 / (self.steps + 50) if self.steps < 75 else 0.004
        step = pace * max(self.scale, 0.2)
        self.threshold += step * (self.QUANTILE if over else self.QUANTILE - 1)
        self.steps += 1

    def _add(self, surprise: float) -> None:
        """A new cluster, or the same one with a higher peak."""
        if self.since >= self.GAP:
            self.clusters += 1
            self.peaks += 1
            self.excess += surprise - self.threshold
            self.peak = surprise
        elif surprise > self.peak:
            self.excess += surprise - self.peak
            self.peak = surprise


@dataclass(slots=True)
class BlockMaxima:
    """Gumbel law of the highest surprise in each block of 12 hours.

    `decay`: what remains of a memory after one block. `total`, `squares`: decayed sums over `blocks` maxima.
    """

    decay: float
    blocks: float = PRIOR_PEAKS
    total: float = PRIOR_PEAKS * 2.0
    squares: float = PRIOR_PEAKS * 5.0
    highest: float = -1e9
    filled: int = 0

    BLOCK = 144
    PRIOR_MEAN = 2.0
    PRIOR_SD = 1.0

    def score(self, surprise: float) -> float:
        """Log10 of the return period, at least 0."""
        mean = self.total / self.blocks
        sd = sqrt(max(self.squares / self.blocks - mean * mean, 0.04 * self.PRIOR_SD**2))
        beta = sd * GUMBEL_SCALE
        z = (surprise - (mean - EULER_GAMMA * beta)) / beta
        rate = exp(-z) if z > -30 else 1e13
        chance = 1 - exp(-rate) if rate > 1e-8 else rate
        return max(0.0, log10(self.BLOCK) - (log10(chance) if chance > 0 else -z / LN_10))

    def learn(self, surprise: float) -> None:
        """Take one step's surprise into the block, and a full block into the law."""
        self.highest = max(self.highest, surprise)
        self.filled += 1
        if self.filled < self.BLOCK:
            return
        self._forget()
        self.blocks += 1
        self.total += self.highest
        self.squares += self.highest**2
        self.highest, self.filled = -1e9, 0

    def _forget(self) -> None:
        self.blocks *= self.decay
        self.total *= self.decay
        self.squares *= self.decay
        if self.blocks < PRIOR_PEAKS:
            missing = PRIOR_PEAKS - self.blocks
            self.total += missing * self.PRIOR_MEAN
            self.squares += missing * (self.PRIOR_MEAN**2 + self.PRIOR_SD**2)
            self.blocks = PRIOR_PEAKS
