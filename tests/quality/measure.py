"""Measure the enrichers: `python -m tests.quality.measure DATA_FOLDER`; prints quality and posts per CPU second.

DATA_FOLDER holds `sentiment_mix`, `lid_short_text`, `germeval2014_ner` and `mobie`. Nothing is written.
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
from enrichers.models.corpora import germeval_dev, mobie_dev
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
    tagger = opened(Entities)
    sets = {"GermEval dev": germeval_dev(folder), "MobIE dev": mobie_dev(folder)}
    for name, data in sets.items():
        gold, ours = set(), set()
        for (text, spans), answer in zip(data, tagger.enrich(mentions(t for t, _ in data)), strict=True):
            gold |= {(text, *span) for span in spans}
            ours |= {(text, e.start, e.end, e.label) for e in answer["entities"]}
        for label in (None, "PER", "ORG", "LOC", "MISC"):
            g = {one for one in gold if label in (None, one[3])}
            o = {one for one in ours if label in (None, one[3])}
            p, r = len(g & o) / max(1, len(o)), len(g & o) / max(1, len(g))
            print(
                f"entities, {name}, {label or 'all'}: P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f}"
            )


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
