"""Measure the enrichers: `python -m tests.quality.measure DATA_FOLDER`; prints quality and posts per CPU second.

DATA_FOLDER holds `sentiment_mix`, `lid_short_text` and the corpora of `train_entities.py`. Nothing is written.
"""

import asyncio
import gzip
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from enrichers.entities import Entities
from enrichers.influence import InfluenceScore
from enrichers.language import SHORT_CHARS, LanguageGuess
from enrichers.sentiment import SentimentLabel
from enrichers.story import StoryKey
from enrichers.text import prose
from streams.codec import encode
from streams.flow import enrich
from streams.mention import Mention

UMSAB = {
    "german": "de",
    "english": "en",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
}


def opened(kind):
    enricher = kind(kind.Config())
    asyncio.run(enricher.open())
    return enricher


def mentions(texts):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Mention(id=f"t:{n}", source="t", created_at=at, text=text) for n, text in enumerate(texts)]


def umsab(folder):
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = {f"umsab_{name}": code for name, code in UMSAB.items()}
    return [(row["text"], wanted[row["part"]]) for row in rows if row["part"] in wanted]


def lid_tweets(folder):
    lines = (
        (folder / "lid_short_text" / "eld_benchmark" / "tweets.txt").read_text(encoding="utf-8").splitlines()
    )
    return [(text, code) for code, _, text in (line.partition("\t") for line in lines)]


def lid_words(folder, kind):
    files = (folder / "lid_short_text" / "lingua_testdata" / kind).glob("*.txt")
    return [
        (line, file.stem) for file in sorted(files) for line in file.read_text(encoding="utf-8").splitlines()
    ]


def language(folder):
    guess = opened(LanguageGuess)
    sets = {"UMSAB train": umsab(folder), "ELD tweets": lid_tweets(folder)}
    sets |= {
        f"lingua {kind}": lid_words(folder, kind) for kind in ("sentences", "word-pairs", "single-words")
    }
    for name, pairs in sets.items():
        answers = guess.enrich(mentions(text for text, _ in pairs))
        right, seen = Counter(), Counter()
        for (text, gold), answer in zip(pairs, answers, strict=True):
            kinds = ["all", gold, *(["short", f"short {gold}"] if len(prose(text)) < SHORT_CHARS else [])]
            seen.update(kinds)
            right.update(kinds if answer["language"].code == gold else [])
        print(f"language, {name}:", ", ".join(f"{k} {100 * right[k] / seen[k]:.1f}" for k in seen))


def entities(folder):
    print("\n".join(opened(Entities).measure(folder)))


def speed(folder):
    posts = mentions([text for text, code in umsab(folder) if code in ("de", "en")])
    chain = [opened(kind) for kind in (LanguageGuess, StoryKey, Entities, SentimentLabel, InfluenceScore)]
    for part in ([one] for one in chain):
        print(f"speed, {part[0].name}: {rate(posts, part):.0f} posts per CPU second")
    print(f"speed, chain: {rate(posts, chain):.0f} posts per CPU second, JSON included")


def rate(posts, chain):
    start = time.process_time()
    for at in range(0, len(posts), 64):
        for step in enrich(posts[at : at + 64], chain):
            if len(chain) > 1:
                encode(step)
    return len(posts) / (time.process_time() - start)


if __name__ == "__main__":
    for measure in (language, entities, speed):
        measure(Path(sys.argv[1]))
