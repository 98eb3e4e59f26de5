"""How fast 10,000 subscriptions are matched: `python -m tests.bench.match`; ratios are from one run.

Posts and subscriptions are invented: words are drawn as often as they occur in German, one brand in fifty is
an everyday word.
"""

import gc
import random
import resource
import time
from datetime import UTC, datetime

from ahocorasick_rs import BytesAhoCorasick, Implementation

from enrichers.match.enricher import Match
from enrichers.match.scan import folded
from enrichers.match.word_family import word_family
from streams.mention import Mention
from streams.subscription import Subscription

TOPICS = [
    "Rückruf",
    "Streik",
    "Kündigung",
    "Skandal",
    "Beschwerde",
    "Preis",
    "Warnung",
    "Boykott",
    "Ausfall",
    "Störung",
    "Verspätung",
    "Qualität",
    "Kritik",
    "Filiale",
    "Kunde",
    "Klage",
    "Urteil",
    "Unfall",
    "Brand",
    "Insolvenz",
    "Entlassung",
    "Datenleck",
    "Gebühr",
    "Rechnung",
    "Lieferung",
]
SYLLABLES = [
    "ba",
    "ko",
    "ri",
    "ve",
    "lun",
    "ta",
    "mex",
    "dor",
    "si",
    "ne",
    "fa",
    "ro",
    "gal",
    "pi",
    "tek",
    "wo",
    "zen",
    "ku",
    "hal",
    "mi",
    "so",
    "ran",
    "le",
    "bru",
    "xo",
]
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
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main(subscriptions: int = 10_000, posts: int = 20_000) -> None:
    rng = random.Random(7)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    match = Match(Match.Config())
    start = time.process_time()
    slowest = 0.0
    for number in range(subscriptions):
        begun = time.process_time()
        match.subscribe(Subscription(id=f"s{number}", query=query(rng)))
        slowest = max(slowest, time.process_time() - begun)
    match._layers.settle()
    loading = time.process_time() - start
    mentions = [post(rng, number) for number in range(posts)]
    batches = [mentions[at : at + BATCH] for at in range(0, posts, BATCH)]
    match.enrich(batches[0])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    gc.freeze()

    matched = sum(not hasattr(answer, "reason") for batch in batches for answer in match.enrich(batch))
    ours = best_of(3, lambda: [match.enrich(batch) for batch in batches])
    scans = [folded("\n".join(mention.text for mention in batch)) for batch in batches]
    queries = [query for layer in match._layers._current()[0] for query in layer.queries]
    triggers = list({atom.pattern for q in queries for atom in q.trigger})
    terms = list({p for q in queries for clause in q.needs for p in clause} | set(triggers))
    rows = [("resonanz", ours)]
    for name, patterns in (("bare scan, our triggers", triggers), ("bare scan, all terms", terms)):
        for kind in ("DFA", "ContiguousNFA"):
            automaton = BytesAhoCorasick(patterns, implementation=getattr(Implementation, kind))
            bare = best_of(
                3, lambda a=automaton: [a.find_matches_as_indexes(s, overlapping=True) for s in scans]
            )
            rows.append((f"{name}, {kind}", bare))
    print(
        f"{subscriptions} subscriptions, {posts} posts of {sum(map(len, scans)) / posts:.0f} bytes, {matched} match"
    )
    print(
        f"added in {loading:.2f} s, {loading / subscriptions * 1e3:.3f} ms each, slowest {slowest * 1e3:.1f} ms"
    )
    print(
        f"memory {memory / 1024:.0f} MB, of it word families and caches; {len(triggers)} triggers, {len(terms)} terms"
    )
    for name, taken in rows:
        print(f"{name:40} {posts / taken:>10,.0f} posts/s   ours is {taken / ours:.2f} of it")


if __name__ == "__main__":
    WORDS, CUMULATIVE, RARE_NOUNS = weights()
    main()
