"""Measure the detectors beside that of volume on invented talk: `python -m tests.quality.signals`; some minutes.

False alarms a week at a return period of 14 days, how surely and how soon something is found, CPU time a step,
bytes when saved. Nothing is read or written; the same seeds give the same figures, but for the time.
"""

import random
import time
from statistics import median

from streams.alerting.finding import Said, Step
from streams.alerting.negativity import Negativity
from streams.alerting.newcomers import Newcomers
from streams.alerting.silence import Silence
from streams.alerting.terms import NewTerms
from streams.codec import encode
from tests.streams.alerting.crowd import DAY, MONDAY, Crowd, alarms, calm, counts, talk

AT_MOST_DAYS = 14.0
DAYS, LEARNING_DAYS = 28, 2.6
SERIES = {0.3: 6, 3.0: 3, 30.0: 1}
WITHIN = 72
RUNS = 24
MAKE = {
    "negativity": Negativity,
    "actors": lambda: Newcomers("actor"),
    "venues": lambda: Newcomers("venue"),
    "terms": NewTerms,
    "silence": Silence,
}


def false_alarms():
    print("detector    posts/step  false alarms/week  us/step  bytes")
    for rate, series in SERIES.items():
        streams = [list(calm(seed, DAYS, rate)) for seed in range(series)]
        for name, make in MAKE.items():
            began, told, size = time.process_time(), 0, 0
            for steps in streams:
                signal = make()
                told += len(alarms(signal, steps, AT_MOST_DAYS))
                size = max(size, len(encode(signal)))
            cost = (time.process_time() - began) / (series * DAYS * DAY) * 1e6
            weeks = series * (DAYS - LEARNING_DAYS) / 7
            print(f"{name:12}{rate:10}{told / weeks:19.2f}{cost:9.0f}{size:7}", flush=True)


def delay(signal, crowd, seed, rate, begin):
    rng = random.Random(seed)
    for at, step in enumerate(talk(rng, counts(rng, begin + WITHIN, rate), crowd)):
        found = signal.update(step)
        if at >= begin and found and found.unusual_days >= AT_MOST_DAYS:
            return at - begin
    return None


def power(what, make, rate, **change):
    found = []
    for seed in range(1_000, 1_000 + RUNS):
        begin = 14 * DAY + seed * 37 % DAY
        crowd = Crowd(seed, **{key: begin if value is None else value for key, value in change.items()})
        found.append(delay(make(), crowd, seed, rate, begin))
    delays = [steps for steps in found if steps is not None]
    late = median(delays) if delays else "-"
    print(f"{what}, {rate} posts a step: found {len(delays) / RUNS:.2f}, after {late} steps", flush=True)


def newcomer(rate):
    for influence in (50.0, 70.0, 90.0):
        rare = []
        for seed in range(6):
            signal = Newcomers("actor")
            for step in calm(seed, 14, rate):
                signal.update(step)
            found = signal.update(Step(MONDAY, (Said(post=1, author=1, influence=influence),)))
            rare.append(found.unusual_days if found else 0.0)
        print(
            f"newcomer of influence {influence:.0f}, {rate} posts a step: once in {median(rare):.0f} days",
            flush=True,
        )


def main():
    false_alarms()
    for rate in (1.0, 5.0):
        power("negatives 0.2 -> 0.6", Negativity, rate, angry_from=None)
        power("negatives 0.2 -> 0.8", Negativity, rate, angry_from=None, angry=0.8)
    power("a new word in 30 %", NewTerms, 3.0, word_from=None)
    power("a new word in 10 %", NewTerms, 3.0, word_from=None, word_share=0.1)
    for rate in (0.3, 3.0):
        newcomer(rate)


if __name__ == "__main__":
    main()
