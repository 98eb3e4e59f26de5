"""Texts of known language, to measure the language enricher: posts (UMSAB, ELD), words and sentences (lingua)."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

UMSAB = {
    "german": "de",
    "english": "en",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
}
LINGUA = ("sentences", "word-pairs", "single-words")

Pair = tuple[str, str]


def sets(folder: Path) -> Iterator[tuple[str, list[Pair]]]:
    """Each set with its texts and their languages. Raises OSError if the folder lacks one."""
    yield "UMSAB train", _umsab(folder)
    yield "ELD tweets", _eld(folder)
    for kind in LINGUA:
        yield f"lingua {kind}", _lingua(folder, kind)


def table(
    folder: Path, guess: Callable[[Sequence[str]], Sequence[str]], short: Callable[[str], bool]
) -> Iterator[str]:
    """Percent right of each set: all, by language, and of the short ones."""
    for name, pairs in sets(folder):
        right, seen = Counter[str](), Counter[str]()
        for (text, gold), code in zip(pairs, guess([text for text, _ in pairs]), strict=True):
            groups = ["all", gold, *(["short"] if short(text) else [])]
            seen.update(groups)
            right.update(groups if code == gold else [])
        yield f"{name}: " + ", ".join(f"{group} {100 * right[group] / seen[group]:.1f}" for group in seen)


def _umsab(folder: Path) -> list[Pair]:
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    wanted = {f"umsab_{name}": code for name, code in UMSAB.items()}
    return [(item["text"], wanted[item["part"]]) for item in items if item["part"] in wanted]


def _eld(folder: Path) -> list[Pair]:
    file = folder / "lid_short_text" / "eld_benchmark" / "tweets.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [(text, code) for code, _, text in (line.partition("\t") for line in lines)]


def _lingua(folder: Path, kind: str) -> list[Pair]:
    files = sorted((folder / "lid_short_text" / "lingua_testdata" / kind).glob("*.txt"))
    return [(line, file.stem) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
