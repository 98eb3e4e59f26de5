"""The scoring of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, arXiv 1510.03336; NAB `sweeper.py`).

A window counts once, the more the earlier an alarm in it; an alarm outside costs the more the farther it lies behind
the last window. 0 is a detector that never alarms, 100 one that alarms at the first row of every window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

PROBATION = 0.15
MOST_PROBATION_ROWS = 750

Window = tuple[int, int]
"""The first and the last row."""


@dataclass(frozen=True)
class Profile:
    """What a window found, a false alarm and a window missed weigh."""

    found: float
    false_alarm: float
    missed: float


PROFILES = {
    "standard": Profile(1.0, 0.11, 1.0),
    "low false alarms": Profile(1.0, 0.22, 1.0),
    "low misses": Profile(1.0, 0.11, 2.0),
}


def score(series: Sequence[tuple[Sequence[bool], Sequence[Window]]], profile: Profile) -> float:
    """The score of the alarms, row by row, of several series with their windows."""
    windows = sum(len(of_one) for _, of_one in series)
    least, most = -profile.missed * windows, profile.found * windows
    return 100 * (sum(_raw(alarms, of_one, profile) for alarms, of_one in series) - least) / (most - least)


def false_alarms(alarms: Sequence[bool], windows: Sequence[Window]) -> int:
    """Rows of alarm outside all windows, after probation."""
    judged = range(probation(len(alarms)), len(alarms))
    return sum(alarms[row] and not any(first <= row <= last for first, last in windows) for row in judged)


def probation(rows: int) -> int:
    """Rows in which nothing counts."""
    return min(int(PROBATION * rows), MOST_PROBATION_ROWS)


def _raw(alarms: Sequence[bool], windows: Sequence[Window], profile: Profile) -> float:
    total = 0.0
    found: set[Window] = set()
    for row in range(probation(len(alarms)), len(alarms)):
        if not alarms[row]:
            continue
        inside = next((window for window in windows if window[0] <= row <= window[1]), None)
        if inside is None:
            total += profile.false_alarm * _outside(row, windows)
        elif inside not in found:
            found.add(inside)
            position = -(inside[1] - row + 1) / (inside[1] - inside[0] + 1)
            total += profile.found * _sigmoid(position) / _sigmoid(-1.0)
    return total - profile.missed * (len(windows) - len(found))


def _outside(row: int, windows: Sequence[Window]) -> float:
    before = [window for window in windows if window[1] < row]
    if not before:
        return -1.0
    first, last = max(before)
    return _sigmoid((row - last) / (last - first))


def _sigmoid(position: float) -> float:
    return -1.0 if position > 3.0 else 2 / (1 + exp(5 * position)) - 1
