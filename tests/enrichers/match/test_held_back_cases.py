"""Precision and recall on whole posts that were written before the matcher's answers were seen.

Four authors; all but the first knew the specification only. A query's checksum puts it into a half that may be looked
at and a half that only counts. At the first run of each file, and held-back halves as they are now:

| file | cases | first run | held back now |
|---|---|---|---|
| held_back_cases | 487 | 0.974, 0.969 | 0.993, 1.000; four of its errors were looked at |
| held_back_cases_2 | 924 | 0.993, 0.962 | 1.000, 0.972; never looked at |
| held_back_cases_3 | 786 | 1.000, 0.978 | 1.000, 0.986; never looked at |
| held_back_cases_4 | 833 | 0.993, 0.965 | 0.995, 0.981; looked at |
"""

from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from tests.enrichers.match.helpers import matches

Case = tuple[str, str, bool]
"""Query, text, and whether it must match."""

HALVES = ("to look at", "held back")
FILES = sorted(Path(__file__).parent.glob("held_back_cases*.txt"))


@cache
def cases(half: str) -> tuple[Case, ...]:
    found, query = [], ""
    for line in [line for file in FILES for line in file.read_text("utf-8").splitlines()]:
        mark, _, rest = line.partition(" ")
        if mark == "?":
            query = rest
        elif mark in ("+", "-") and HALVES[crc32(query.encode()) % 2] == half:
            found.append((query, rest.replace("\\n", "\n"), mark == "+"))
    return tuple(found)


def measured(half: str) -> tuple[float, float, list[Case]]:
    """Precision, recall, and what was answered wrongly."""
    answers = [(case, matches(*case[:2])) for case in cases(half)]
    right = sum(found and case[2] for case, found in answers)
    wrong = [case for case, found in answers if found != case[2]]
    return right / sum(found for _, found in answers), right / sum(case[2] for case, _ in answers), wrong


def test_there_are_enough_cases():
    assert len(FILES) == 4
    assert len({case[:2] for half in HALVES for case in cases(half)}) >= 3000


@pytest.mark.parametrize("half", HALVES)
def test_precision_and_recall_on_whole_posts(half):
    precision, recall, _ = measured(half)
    assert precision >= 0.98
    assert recall >= 0.98
