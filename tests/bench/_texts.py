"""Posts to measure speed with: words as often as German has them, so that a cache of words meets new ones too."""

import random
from datetime import UTC, datetime

from enrichers.match.word_family import word_family
from streams.mention import Mention

TWEET, LONG = (8, 28), (60, 160)
"""Words of a post on a network, and of one on the web."""

NAMES = (
    "Deutsche Bahn",
    "Lufthansa",
    "Köln",
    "Anna Bergmann",
    "@db_bahn",
    "#Streik",
    "https://example.org/a",
    "😡",
)
ENDS = (".", "!", "?", " …", "", " 😡")


def posts(count: int, words: tuple[int, int], seed: int = 1) -> list[Mention]:
    """So many posts of so many words, always the same."""
    rng, (known, weights) = random.Random(seed), _words()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Mention(id=f"bench:{number}", source="bench", created_at=at, text=_text(rng, known, weights, words))
        for number in range(count)
    ]


def _text(rng: random.Random, known: list[str], weights: list[float], words: tuple[int, int]) -> str:
    size = rng.randint(*words)
    drawn = [
        word.capitalize() if rng.random() < 0.35 else word
        for word in rng.choices(known, cum_weights=weights, k=size)
    ]
    for _ in range(max(1, size // 12)):
        drawn[rng.randrange(size)] = rng.choice(NAMES)
    for at in range(11, size, 14):
        drawn[at] += rng.choice(ENDS)
    return " ".join(drawn) + rng.choice(ENDS)


def _words() -> tuple[list[str], list[float]]:
    family = word_family()
    known = sorted(family._forms)
    weights, total = [], 0.0
    for word in known:
        entry = family.entry(word)
        total += 2.718281828 ** max(entry.capital, entry.lower)
        weights.append(total)
    return known, weights
