"""Reads the corpora that the entity tagger is made from: texts with labelled spans.

Licences: all are CC BY 4.0 (see `entities.md`). Labels are mapped to ours; what
has no counterpart (dates, derived forms such as "deutsche") is left unlabelled.
"""

import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

Span = tuple[int, int, str]
Example = tuple[str, frozenset[Span]]

_MARKED = re.compile(r"\[([^\]|]+)\|([A-Z]+)\]")
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}%") | {"''", "...", "…", "“"}
_NO_SPACE_AFTER = frozenset("([{„")


def germeval(label: str) -> str | None:
    """GermEval's label as ours."""
    return {"PER": "PER", "LOC": "LOC", "ORG": "ORG", "OTH": "MISC"}.get(label)


def mobie(label: str) -> str | None:
    """MobIE's and SmartData's label as ours."""
    label = label.lower()
    if label.startswith("organization"):
        return "ORG"
    if label.startswith("location"):
        return "LOC"
    return "PER" if label == "person" else None


def wnut(label: str) -> str | None:
    """WNUT 2017's label as ours."""
    return {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}.get(label)


def broad_twitter(label: str) -> str | None:
    """The Broad Twitter Corpus's label as ours."""
    return label if label in ("PER", "LOC", "ORG") else None


def germeval_train(folder: Path) -> list[Example]:
    """The training part, outer layer."""
    lines = (folder / "germeval2014_ner" / "train_bioes.train").read_text(encoding="utf-8").splitlines()
    return [_example(words, germeval) for words in _sentences(lines, 0, 1, " ")]


def germeval_dev(folder: Path) -> list[Example]:
    """The development part, outer layer."""
    lines = (folder / "germeval2014_ner" / "NER-de-dev.tsv").read_text(encoding="utf-8").splitlines()
    return [_example(words, germeval) for words in _sentences(lines, 1, 2, "\t")]


def mobie_train(folder: Path) -> list[Example]:
    """The training part in its CoNLL form, spaces put back where German has them."""
    with zipfile.ZipFile(folder / "mobie" / "ner_conll03_formatted.zip") as archive:
        name = next(name for name in archive.namelist() if "train" in name)
        lines = io.TextIOWrapper(archive.open(name), "utf-8").read().splitlines()
    return [_example(words, mobie, detokenize=True) for words in _sentences(lines, 0, 3, "\t")]


def mobie_dev(folder: Path) -> list[Example]:
    """The development part as whole raw posts."""
    return [(text, spans) for text, spans, _ in _documents(folder / "mobie" / "dev.jsonl.gz")]


def smartdata(folder: Path) -> list[Example]:
    """All of it, by line and sentence, without what is also in MobIE's development part."""
    evaluated = _documents(folder / "mobie" / "dev.jsonl.gz")
    seen = {key for _, _, key in evaluated} | {_beginning(text) for text, _, _ in evaluated}
    found: list[Example] = []
    for file in ("v1_20180119/train.json.gz", "v3_20200302/dev.json.gz"):
        for text, spans, key in _documents(folder / "smartdata" / file):
            if key not in seen and _beginning(text) not in seen:
                seen |= {key, _beginning(text)}
                found += _cut(text, spans)
    return found


def broad_twitter_sections(folder: Path, sections: str) -> list[Example]:
    """Sections by letter. Handles are written `@ name` there: the name counts as labelled, the lone sign never."""
    found = []
    for section in sections:
        file = folder / "broad_twitter_corpus" / f"{section}.conll"
        lines = file.read_text(encoding="utf-8").splitlines()
        found += [
            _example(_signs_apart(words), broad_twitter, detokenize=True)
            for words in _sentences(lines, 0, 1, "\t")
        ]
    return found


def wnut_part(folder: Path, name: str) -> list[Example]:
    """A file of WNUT 2017: `wnut17train` or `emerging.dev`."""
    lines = (folder / "wnut17" / f"{name}.conll").read_text(encoding="utf-8").splitlines()
    return [_example(words, wnut, detokenize=True) for words in _sentences(lines, 0, 1, "\t")]


def posts(folder: Path, parts: Sequence[str], most: int) -> list[str]:
    """Texts of parts of `sentiment_mix`, each once, in an order by chance; their labels say nothing of names."""
    with gzip.open(folder / "sentiment_mix" / "parts.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [item["text"] for item in map(json.loads, lines) if item["part"] in parts]
    once = list(dict.fromkeys(found))
    random.Random(0).shuffle(once)  # noqa: S311 - not for secrets
    return once[:most]


def sample(language: str) -> list[Example]:
    """Posts written for this project, which come along: `entities_sample_LANGUAGE.txt`. Nothing learns from them."""
    path = Path(__file__).with_name(f"entities_sample_{language}.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_unmarked(line) for line in lines if line and not line.startswith("# ")]


def _unmarked(line: str) -> Example:
    text, spans, end = "", set(), 0
    for found in _MARKED.finditer(line):
        text += line[end : found.start()]
        spans.add((len(text), len(text) + len(found[1]), found[2]))
        text, end = text + found[1], found.end()
    return text + line[end:], frozenset(spans)


def _signs_apart(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A lone `@` is no name; one that begins with it begins with the next word."""
    tags = [(word, tag if word != "@" else "O") for word, tag in words]
    for at, (word, tag) in enumerate(words[:-1]):
        following, next_tag = words[at + 1]
        if word == "@" and tag[0] == "B" and next_tag[0] == "I":
            tags[at + 1] = following, f"B{next_tag[1:]}"
    return tags


def _sentences(lines: Iterable[str], word: int, tag: int, separator: str) -> Iterator[list[tuple[str, str]]]:
    sentence: list[tuple[str, str]] = []
    for line in lines:
        columns = line.split(separator)
        if not line.strip() or line.startswith(("#\t", "-DOCSTART")):
            if sentence:
                yield sentence
            sentence = []
        elif len(columns) > max(word, tag):
            sentence.append((columns[word], columns[tag]))
    if sentence:
        yield sentence


def _example(sentence: list[tuple[str, str]], mapped: Any, *, detokenize: bool = False) -> Example:
    text, places = "", []
    for at, (word, _) in enumerate(sentence):
        places.append((len(text), len(text) + len(word)))
        following = sentence[at + 1][0] if at + 1 < len(sentence) else ""
        glued = detokenize and (following in _NO_SPACE_BEFORE or word in _NO_SPACE_AFTER)
        text += word if glued or not following else f"{word} "
    spans: set[Span] = set()
    begin: int | None = None
    kind = ""
    for at, (_, tag) in enumerate([*sentence, ("", "O")]):
        if begin is not None and (tag[0] in "BSO" or tag[2:] != kind):
            if label := mapped(kind):
                spans.add((places[begin][0], places[at - 1][1], label))
            begin = None
        if tag[0] != "O" and begin is None:
            begin, kind = at, tag[2:]
    return text, frozenset(spans)


def _documents(path: Path) -> list[tuple[str, frozenset[Span], str]]:
    """Texts with spans and ids. Offsets in these files count UTF-16 units; ours count code points."""
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            item = json.loads(line)
            text = _plain(item["text"])
            place = _code_points(text)
            spans = set()
            for entity in _plain(item.get("conceptMentions")) or _plain(item.get("entities")) or []:
                at = entity.get("span") or entity.get("charOffset")
                if label := mobie(entity["type"]):
                    spans.add((place[at["start"]], place[at["end"]], label))
            found.append((text, frozenset(spans), str(item["id"])))
    return found


def _plain(value: Any) -> Any:
    """The value itself; in one version it is wrapped in an object with its type."""
    return next(iter(value.values())) if isinstance(value, dict) else value


def _code_points(text: str) -> list[int]:
    places: list[int] = []
    for at, char in enumerate(text):
        places += [at] * (2 if ord(char) > 0xFFFF else 1)
    return [*places, len(text), len(text)]


def _beginning(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()[:40]


def _cut(text: str, spans: frozenset[Span]) -> Iterator[Example]:
    start = 0
    ends = [*re.finditer(r"\n+|(?<=[.!?])\s+(?=[A-ZÄÖÜ])", text), None]
    for end in ends:
        stop = end.start() if end else len(text)
        if end and any(a < end.end() and b > end.start() for a, b, _ in spans):
            continue
        if len(text[start:stop].split()) > 2:
            inside = {(a - start, b - start, label) for a, b, label in spans if a >= start and b <= stop}
            yield text[start:stop], frozenset(inside)
        start = end.end() if end else 0
