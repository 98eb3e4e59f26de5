"""Five public series with labelled incidents, through `resonanz spikes`: the detector stays as good as it was chosen.

Its parameters were chosen on these very series, so this guards against a regression and promises nothing.
"""

import csv
import io
import json
from functools import cache
from pathlib import Path

import pytest

from streams.commands.spikes import scan
from tests.quality.nab import PROFILES, false_alarms, probation, score

NAB = Path(__file__).parents[3] / "shared" / "data" / "nab"
ROWS_A_WEEK = 2016
LEAST = {"standard": 91.0, "low false alarms": 87.5, "low misses": 93.9}

there = pytest.mark.skipif(not NAB.is_dir(), reason="the data folder is not beside the repository")


@cache
def judged() -> tuple:
    """For each series its alarms, row by row, and its windows as rows."""
    labels = json.loads((NAB / "windows.json").read_text())
    found = []
    for path in sorted(NAB.glob("Twitter_volume_*.csv")):
        out = io.StringIO()
        assert scan(path.read_text().splitlines(), out, io.StringIO()) == 0
        rows = list(csv.DictReader(io.StringIO(out.getvalue())))
        times = [row["timestamp"] for row in rows]
        named = next(windows for name, windows in labels.items() if path.name in name)
        windows = [tuple(times.index(edge.partition(".")[0]) for edge in window) for window in named]
        found.append(([row["alarm"] == "1" for row in rows], windows))
    return tuple(found)


@there
@pytest.mark.parametrize("name", PROFILES)
def test_the_score_is_that_of_the_study(name):
    assert score(judged(), PROFILES[name]) >= LEAST[name]


@there
def test_false_alarms_are_few():
    weeks = 0.0
    for alarms, windows in judged():
        outside = len(alarms) - probation(len(alarms)) - sum(last - first + 1 for first, last in windows)
        weeks += outside / ROWS_A_WEEK
    assert sum(false_alarms(*one) for one in judged()) / weeks <= 0.4


def alarms_at(*rows: int) -> list[bool]:
    return [row in rows for row in range(1000)]


@pytest.mark.parametrize("name", PROFILES)
def test_silence_scores_nought_and_the_first_row_of_each_window_a_hundred(name):
    windows = [(300, 399), (600, 699)]
    assert score([(alarms_at(), windows)], PROFILES[name]) == 0
    assert score([(alarms_at(300, 600), windows)], PROFILES[name]) == pytest.approx(100)
    assert score([(alarms_at(20, 100, 300, 600), windows)], PROFILES[name]) == pytest.approx(100)


def test_an_alarm_counts_less_the_later_and_a_false_one_more_the_farther():
    profile, windows = PROFILES["standard"], [(300, 399)]
    found = [score([(alarms_at(row), windows)], profile) for row in (300, 350, 399)]
    assert found == sorted(found, reverse=True)
    false = [score([(alarms_at(300, row), windows)], profile) for row in (405, 450, 800)]
    assert false == sorted(false, reverse=True)
    assert false[-1] == pytest.approx(100 - 11 / 2)
    assert score([(alarms_at(200, 300), windows)], profile) == pytest.approx(100 - 11 / 2)
