"""How well the alarm budget is met, and what a crisis needs to be found: `python -m tests.quality.budget [SERIES]`.

Prints Markdown: for each size of series the alarms as a multiple of the budget, with the threshold fitted and not; and
of crises of six hours that begin at any time of the week the share that is found, and after how many steps.
"""

import sys
from collections.abc import Iterator
from math import log10
from statistics import median

from streams.alerting.detector import ALARM_DAYS, COOL_DOWN, STEPS_A_DAY, WARM_UP, Detector
from streams.alerting.rarity import Highs
from tests.streams.alerting.synthetic import Mentions, crisis

RATES = (0.3, 3.0, 30.0)
BUDGETS = {"1 a week": 7.0, "2 a month": 15.0, "1 a month": 30.0}
DAYS = 84
TIMES = (3, 5, 10, 20)


def scores(rate: float, seed: int) -> list[float]:
    """The detector's score of each step of a series."""
    detector = Detector()
    return [detector.update(float(count)).score for count in Mentions(rate=rate).counts(DAYS, seed)]


def alarms(series: list[float], days: float, *, fitted: bool) -> Iterator[int]:
    """The steps at which it alarms, once a day."""
    highs, last = Highs(), -COOL_DOWN - 1
    for step, score in enumerate(series):
        rare = highs.days(score, step) >= days if fitted else score >= log10(days / ALARM_DAYS)
        if step >= WARM_UP and rare and step - last > COOL_DOWN:
            last = step
            yield step
        highs.note(step, score)


def delays(rate: float, times: float, seeds: int) -> list[int | None]:
    """Of crises in the fourth week the steps until each is found, None if it is not."""
    found: list[int | None] = []
    for seed in range(seeds):
        detector, highs = Detector(), Highs()
        for step, count in enumerate(Mentions(rate=rate).counts(28, 1000 + seed)):
            if step > 21 * STEPS_A_DAY and step % 120 == 0:
                begin = step % (7 * STEPS_A_DAY)
                storm = crisis(Mentions(rate=rate), 8, seed + step, times=times, begin=begin)[
                    begin : begin + 72
                ]
                copy = detector.copy()
                rare = (highs.days(copy.update(float(n)).score, copy.steps) >= 15 for n in storm)
                found.append(next((at for at, one in enumerate(rare) if one), None))
            highs.note(step, detector.update(float(count)).score)
    return found


def main(series: int) -> None:
    """Print both tables."""
    print("| mentions a step | " + " | ".join(f"{name}: fitted (not)" for name in BUDGETS) + " |")
    print("|---" * (1 + len(BUDGETS)) + "|")
    for rate in RATES:
        scored = [scores(rate, seed) for seed in range(series)]
        cells = []
        for days in BUDGETS.values():
            budget = series * (DAYS - WARM_UP / STEPS_A_DAY) / days
            met, not_fitted = (
                sum(len(list(alarms(one, days, fitted=fitted))) for one in scored) / budget
                for fitted in (True, False)
            )
            cells.append(f"{met:.2f} ({not_fitted:.2f})")
        print(f"| {rate:g} | " + " | ".join(cells) + " |", flush=True)
    print("\n| mentions a step | " + " | ".join(f"x{times}: found, steps" for times in TIMES) + " |")
    print("|---" * (1 + len(TIMES)) + "|")
    for rate in RATES:
        cells = []
        for times in TIMES:
            found = delays(rate, times, max(series // 5, 1))
            seen = [one for one in found if one is not None]
            cells.append(f"{len(seen) / len(found):.2f}, {median(seen):g}" if seen else "0.00, -")
        print(f"| {rate:g} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
