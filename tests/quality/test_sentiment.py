"""The sentiment model on posts written for this project: not worse than its card says."""

import asyncio
import csv
import re
from pathlib import Path
from zlib import crc32

import pytest

from enrichers.sentiment import SentimentLabel
from streams.mention import Match
from streams.testing.enricher_checks import mention

DATA = Path(__file__).with_name("data")
POSTS_RIGHT = 0.95
NOTICES_RIGHT = {"neutral": 0.6, "negative": 0.85}
TARGETS_RIGHT = {"dev": 0.66, "held back": 0.63}


@pytest.fixture(scope="module")
def enricher():
    made = SentimentLabel(SentimentLabel.Config(unsure_below=0.0))
    asyncio.run(made.open())
    return made


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def matching(text, name):
    spans = tuple(place.span() for place in re.finditer(rf"\b{re.escape(name)}\b", text))
    return Match(subscription=name, spans=spans)


def test_the_tone_of_posts_is_as_good_as_the_card_says(enricher):
    posts = rows("posts.tsv")
    answers = enricher.enrich([mention(row["text"]) for row in posts])
    right = [row["label"] == answer["sentiment"].label for row, answer in zip(posts, answers, strict=True)]
    print(f"{sum(right)} of {len(right)}")
    assert sum(right) >= POSTS_RIGHT * len(right)


@pytest.mark.parametrize("label", list(NOTICES_RIGHT))
def test_a_notice_is_told_from_a_complaint_about_the_same(enricher, label):
    posts = [row["text"] for row in rows("notices.tsv") if row["label"] == label]
    told = [answer["sentiment"].label for answer in enricher.enrich([mention(text) for text in posts])]
    print(f"{told.count(label)} of {len(told)}")
    assert told.count(label) >= NOTICES_RIGHT[label] * len(told)


@pytest.mark.parametrize("part", list(TARGETS_RIGHT))
def test_the_tone_toward_names_is_as_good_as_the_card_says(enricher, part):
    wanted = {}
    for row in rows("targets.tsv"):
        if (crc32(row["text"].encode()) % 2 == 0) == (part == "dev"):
            wanted.setdefault(row["text"], []).append((row["name"], row["tone"]))
    posts = [
        mention(text, matches=tuple(matching(text, name) for name, _ in names))
        for text, names in wanted.items()
    ]
    told = [
        target.label == tone
        for answer, names in zip(enricher.enrich(posts), wanted.values(), strict=True)
        for target, (_, tone) in zip(answer["sentiment"].targets, names, strict=True)
    ]
    print(f"{sum(told)} of {len(told)}")
    assert sum(told) >= TARGETS_RIGHT[part] * len(told)


def test_the_set_of_targets_is_large_enough():
    assert len({row["text"] for row in rows("targets.tsv")}) >= 150
