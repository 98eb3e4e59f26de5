"""Precision and recall on whole posts that were written before the matcher's answers were seen.

At the first run: 0.976 and 0.960 on the half to look at, 0.973 and 0.979 on the half held back. What was changed after
that was learnt from the former only; it brought the latter to 0.973 and 1.000, before its four mistakes were looked at.
"""

from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from enrichers.match.enricher import Match
from tests.enrichers.match.helpers import post, subscription

Case = tuple[str, str, bool]
"""Query, text, and whether it must match."""

HALVES = ("to look at", "held back")


@cache
def cases(half: str) -> tuple[Case, ...]:
    found, query = [], ""
    for line in (Path(__file__).parent / "held_back_cases.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "?":
            query = rest
        elif mark in ("+", "-") and HALVES[crc32(query.encode()) % 2] == half:
            found.append((query, rest.replace("\\n", "\n"), mark == "+"))
    return tuple(found)


def matches(query: str, text: str) -> bool:
    match = Match(Match.Config())
    match.subscribe(subscription(query))
    return isinstance(match.enrich([post(text)])[0], dict)


def measured(half: str) -> tuple[float, float, list[Case]]:
    """Precision, recall, and what was answered wrongly."""
    answers = [(case, matches(*case[:2])) for case in cases(half)]
    right = sum(found and case[2] for case, found in answers)
    wrong = [case for case, found in answers if found != case[2]]
    return right / sum(found for _, found in answers), right / sum(case[2] for case, _ in answers), wrong


def test_there_are_enough_cases():
    assert sum(len(cases(half)) for half in HALVES) >= 300
    assert len({case[:2] for half in HALVES for case in cases(half)}) >= 300


@pytest.mark.parametrize("half", HALVES)
def test_precision_and_recall_on_whole_posts(half):
    precision, recall, _ = measured(half)
    assert precision >= 0.98
    assert recall >= 0.98
