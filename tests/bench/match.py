"""How fast 10,000 subscriptions are matched: `python -m tests.bench.match`; ratios are from one run.

Posts and subscriptions are invented: words are drawn as often as they occur in German, one brand in fifty is
an everyday word.
"""

import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from enrichers.match.enricher import Match
from enrichers.match.scan import folded
from enrichers.match.word_family import word_family
from streams.mention import Mention
from streams.subscription import Subscription

TOPICS = re.findall(
    r"\w+",
    "Rückruf Streik Kündigung Skandal Beschwerde Preis Warnung Boykott Ausfall Störung Verspätung Qualität Kritik "
    "Filiale Kunde Klage Urteil Unfall Brand Insolvenz Entlassung Datenleck Gebühr Rechnung Lieferung",
)
SYLLABLES = re.findall(
    r"\w+", "ba ko ri ve lun ta mex dor si ne fa ro gal pi tek wo zen ku hal mi so ran le bru xo"
)
UMLAUTS = {"ae": "ä", "oe": "ö", "ue": "ü"}
BATCH = 500


def brand(rng: random.Random) -> str:
    if rng.random() < 0.02:
        return rng.choice(RARE_NOUNS).capitalize()
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize()


def query(rng: random.Random) -> str:
    name, topics = brand(rng), rng.sample(TOPICS, 3)
    return rng.choice(
        (
            f"{name}~ OR #{name} OR @{name}",
            f'"{name} AG" OR ({name} AND ({topics[0]}~ OR {topics[1]}~ OR {topics[2]}~))',
            f"{name}~ NEAR/5 ({topics[0]}~ OR {topics[1]}~) NOT (Job~ OR Stelle~)",
            f"(@{name} OR {{{name}}} OR {name}*) AND ({topics[0]}~ OR {topics[1]}~)",
            f"{rng.choice(RARE_NOUNS)}~ AND {topics[0]}~ AND {topics[1]}~",
        )
    )


def post(rng: random.Random, number: int) -> Mention:
    words = [spelled(word, rng) for word in rng.choices(WORDS, cum_weights=CUMULATIVE, k=rng.randint(10, 45))]
    if rng.random() < 0.2:
        words.insert(rng.randrange(len(words)), f"#{rng.choice(words)}")
    if rng.random() < 0.1:
        words[0] = f"{words[0]}-{words[1]}"
    text = " ".join(words) + rng.choice(("", ".", "!", " 😡", " …", ", „so geht’s nicht“"))
    return Mention(
        id=f"bench:{number}", source="bench", created_at=datetime(2026, 1, 1, tzinfo=UTC), text=text
    )


def spelled(word: str, rng: random.Random) -> str:
    for plain, umlaut in UMLAUTS.items():
        word = word.replace(plain, umlaut)
    return word.capitalize() if rng.random() < 0.35 else word


def weights() -> tuple[list[str], list[float], list[str]]:
    family = word_family()
    entries = {word: family.entry(word) for word in sorted(family._forms)}
    words = list(entries)
    rare = [w for w, e in entries.items() if e.nouns == (w,) and -14 < e.capital < -12 and 5 < len(w) < 10]
    total, sums = 0.0, []
    for entry in entries.values():
        total += 2.718281828 ** max(entry.capital, entry.lower)
        sums.append(total)
    return words, sums, rare


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
    match, waits, before = Match(Match.Config()), [], resident()
    for number, written in enumerate(queries):
        start = time.perf_counter()
        match.subscribe(Subscription(id=f"s{number}", query=written))
        waits.append(time.perf_counter() - start)
    match._layers.settle()
    mean, worst = sum(waits) / len(waits) * 1e3, max(waits) * 1e3
    print(f"{len(queries)} subscriptions: {mean:.2f} ms each, longest wait {worst:.0f} ms (wall clock)")
    print(f"memory: {resident() - before:.0f} MB for them, {resident():.0f} MB in all")
    return match


def folded_and_scanned(automaton: AhoCorasick, posts: list[Mention]) -> None:
    """The least that any matcher on this library does: fold each post, scan it."""
    for each in posts:
        text = each.text.casefold()
        for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
            text = text.replace(umlaut, plain)
        automaton.find_matches_as_indexes(text, overlapping=True)


def main(subscriptions: int = 10_000, posts: int = 20_000) -> None:
    rng = random.Random(7)
    match = load([query(rng) for _ in range(subscriptions)])
    mentions = [post(rng, number) for number in range(posts)]
    batches = [mentions[at : at + BATCH] for at in range(0, posts, BATCH)]
    matched = sum(isinstance(answer, dict) for batch in batches for answer in match.enrich(batch))
    ours = best_of(3, lambda: [match.enrich(batch) for batch in batches])
    stage = best_of(3, lambda: [match._layers.candidates(batch) for batch in batches])
    scans = [folded("\n".join(mention.text for mention in batch)) for batch in batches]
    patterns = list({a.pattern for layer in match._layers._layers for q in layer.queries for a in q.trigger})
    dfa = BytesAhoCorasick(patterns, implementation=Implementation.DFA)
    usual = AhoCorasick([pattern.decode() for pattern in patterns])
    rows = [
        ("resonanz, exact answers", ours),
        ("resonanz, candidate stage alone", stage),
        ("fold each post and scan it", best_of(3, lambda: folded_and_scanned(usual, mentions))),
        (
            "bare scan of folded batches (DFA)",
            best_of(3, lambda: [dfa.find_matches_as_indexes(scan, overlapping=True) for scan in scans]),
        ),
    ]
    print(
        f"{posts} posts of {sum(map(len, scans)) / posts:.0f} bytes, {matched} match; {len(patterns)} triggers"
    )
    for name, taken in rows:
        print(f"{name:36} {posts / taken:>10,.0f} posts/s per core   resonanz is {taken / ours:.2f} of it")


if __name__ == "__main__":
    WORDS, CUMULATIVE, RARE_NOUNS = weights()
    main()
