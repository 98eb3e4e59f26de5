"""How fast 10,000 subscriptions are matched: `python -m tests.bench match`; ratios are from one run.

Posts and subscriptions are invented (`tests.bench.crowd_of_words`). Three yardsticks, on the same posts:

- fold and scan: what the queries look at (text, author, link) is folded (lower case, ä=ae) and scanned in batches with
  the library's fastest automaton, and nothing is done with what is found; for the triggers alone (the terms that call
  up a subscription), and for all terms of the subscriptions, on which the answer depends;
- scan alone: the same scan for the triggers, of what was folded before the clock ran;
- one by one: each post's text in lower case, scanned for the triggers with the library's default automaton; no umlaut
  is folded, no author or link looked at.

Each batch is timed several times, in turn, and its shortest time counts, so that neighbours on the machine count less.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from enrichers.match.enricher import Match
from streams.mention import Mention
from streams.subscription import Subscription
from tests.bench.crowd_of_words import Crowd

SUBSCRIPTIONS, POSTS, BATCH, ROUNDS = 10_000, 20_000, 500, 7
FOLDED = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))


def best_of(times: int, work) -> float:
    """Seconds of processor time, so that neighbours on the machine count less."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def microseconds_a_post(work: Callable[[list[Mention]], object], batches: Sequence[list[Mention]]) -> float:
    """Processor time, each batch at its best; the rounds lie apart."""
    rounds = [[best_of(1, partial(work, batch)) for batch in batches] for _ in range(ROUNDS)]
    return sum(map(min, zip(*rounds, strict=True))) / sum(map(len, batches)) * 1e6


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


def terms(match: Match) -> list[bytes]:
    """Triggers, and what else must be there."""
    needs = (pattern for query in match._layers._queries.values() for each in query.needs for pattern in each)
    return list(dict.fromkeys([*triggers(match), *needs]))


def yardsticks(match: Match, batches: Sequence[list[Mention]]) -> dict[str, float]:
    called_up, everything = (
        BytesAhoCorasick(patterns, implementation=Implementation.DFA)
        for patterns in (triggers(match), terms(match))
    )
    usual = AhoCorasick([pattern.decode() for pattern in triggers(match)])
    scans = {id(batch): folded(batch) for batch in batches}
    works = {
        "fold and scan, triggers": lambda batch: called_up.find_matches_as_indexes(
            folded(batch), overlapping=True
        ),
        "fold and scan, all terms": lambda batch: everything.find_matches_as_indexes(
            folded(batch), overlapping=True
        ),
        "scan alone, triggers": lambda batch: called_up.find_matches_as_indexes(
            scans[id(batch)], overlapping=True
        ),
        "one by one, triggers": lambda batch: [
            usual.find_matches_as_indexes(post.text.lower(), overlapping=True) for post in batch
        ],
    }
    return {name: microseconds_a_post(work, batches) for name, work in works.items()}


def main() -> None:
    crowd = Crowd(random.Random(7))
    match = load([crowd.query() for _ in range(SUBSCRIPTIONS)])
    posts = [crowd.post(number) for number in range(POSTS)]
    batches = [posts[at : at + BATCH] for at in range(0, POSTS, BATCH)]
    matched = sum(isinstance(answer, dict) for batch in batches for answer in match.enrich(batch))
    ours = microseconds_a_post(match.enrich, batches)
    rows = {
        "resonanz, exact answers": ours,
        "resonanz, candidates alone": microseconds_a_post(match._layers.candidates, batches),
        **yardsticks(match, batches),
    }
    size = sum(len(mention.text) for mention in posts) / POSTS
    print(
        f"{POSTS} posts of {size:.0f} characters, {matched} match; {len(triggers(match))} triggers, "
        f"{len(terms(match))} terms"
    )
    for name, taken in rows.items():
        print(
            f"{name:26} {taken:5.2f} us a post, {1e6 / taken:>9,.0f} posts/s per core; "
            f"resonanz is {taken / ours:.2f} of it"
        )
    change(match, [crowd.query() for _ in range(500)], batches[0][:50])


if __name__ == "__main__":
    main()
