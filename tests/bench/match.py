"""How fast 10,000 subscriptions are matched: `python -m tests.bench match`; ratios are from one run.

Posts and subscriptions are invented (`tests.bench.crowd_of_words`). Two yardsticks, on the same posts and the same
triggers (the terms that call up a subscription), both with the library's fastest automaton over batches:

- fold and scan: what the queries look at (text, author, link) is folded (lower case, ä=ae) and scanned, and nothing is
  done with what is found;
- scan alone: the same scan of what was folded before the clock ran.
"""

import asyncio
import random
import time
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick, Implementation

from enrichers.match.enricher import Match
from streams.mention import Mention
from streams.subscription import Subscription
from tests.bench.crowd_of_words import Crowd

SUBSCRIPTIONS, POSTS, BATCH = 10_000, 20_000, 500
FOLDED = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))


def best_of(times: int, work) -> float:
    """Seconds of processor time, so that neighbours on the machine count less."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def load(queries: list[str]) -> Match:
    """Subscribe all, and say what it cost."""
    match = Match(Match.Config())
    asyncio.run(match.open())
    before, start = resident(), time.process_time()
    waits = [subscribed(match, number, written) for number, written in enumerate(queries)]
    match._layers.settle()
    mean, worst = (time.process_time() - start) / len(queries) * 1e3, max(waits) * 1e3
    print(f"{len(queries)} subscriptions: {mean:.2f} ms each, longest wait {worst:.0f} ms")
    print(f"memory: {resident() - before:.0f} MB for them, {resident():.0f} MB in all")
    return match


def subscribed(match: Match, number: int, written: str) -> float:
    """How long it kept others waiting: processor time of all threads meanwhile, so a little too much."""
    start = time.process_time()
    match.subscribe(Subscription(id=f"s{number}", query=written))
    return time.process_time() - start


def change(match: Match, queries: list[str], batch: list[Mention]) -> None:
    """Replace subscriptions one by one while posts flow, and say what it cost."""
    usual, start = best_of(5, lambda: match.enrich(batch)), time.process_time()
    waits = []
    for number, written in enumerate(queries):
        waits += [subscribed(match, number, written), best_of(1, lambda: match.enrich(batch))]
    spent = (time.process_time() - start) / len(queries) - usual
    print(f"{len(queries)} more: {spent * 1e3:.1f} ms each, longest wait {max(waits) * 1e3:.0f} ms")


def folded(batch: list[Mention]) -> bytes:
    """The least that any matcher must do to what the queries look at: texts, authors and links."""
    text = "\n".join([f"{p.text} {p.author.name} {p.author.handle} {p.url}" for p in batch]).lower()
    for umlaut, plain in FOLDED:
        text = text.replace(umlaut, plain)
    return text.encode()


def triggers(match: Match) -> list[bytes]:
    found = (atom.pattern for query in match._layers._queries.values() for atom in query.trigger)
    return list(dict.fromkeys(found))


def main() -> None:
    crowd = Crowd(random.Random(7))
    match = load([crowd.query() for _ in range(SUBSCRIPTIONS)])
    posts = [crowd.post(number) for number in range(POSTS)]
    batches = [posts[at : at + BATCH] for at in range(0, POSTS, BATCH)]
    matched = sum(isinstance(answer, dict) for batch in batches for answer in match.enrich(batch))
    patterns = triggers(match)
    bare = BytesAhoCorasick(patterns, implementation=Implementation.DFA)
    scans = [folded(batch) for batch in batches]

    def scan(data: bytes) -> None:
        bare.find_matches_as_indexes(data, overlapping=True)

    ours = best_of(5, lambda: [match.enrich(batch) for batch in batches])
    rows = [
        ("resonanz, exact answers", ours),
        ("resonanz, candidates alone", best_of(5, lambda: [match._layers.candidates(b) for b in batches])),
        ("fold and scan", best_of(5, lambda: [scan(folded(batch)) for batch in batches])),
        ("scan alone", best_of(5, lambda: [scan(data) for data in scans])),
    ]
    size = sum(len(mention.text) for mention in posts) / POSTS
    print(f"{POSTS} posts of {size:.0f} characters, {matched} match; {len(patterns)} triggers")
    for name, taken in rows:
        print(f"{name:28} {POSTS / taken:>10,.0f} posts/s per core   resonanz is {taken / ours:.2f} of it")
    change(match, [crowd.query() for _ in range(500)], batches[0][:50])


if __name__ == "__main__":
    main()
