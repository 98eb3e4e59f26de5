"""Train an entity tagger: `python -m enrichers.models.train_entities de|en DATA_FOLDER LOOKUPS_FOLDER`.

DATA_FOLDER holds germeval2014_ner, mobie and smartdata, or broad_twitter_corpus and wnut17; LOOKUPS_FOLDER is
`spacy_lookups_data/data` of the package spacy-lookups-data 1.0.5. Writes `lexicon-LANGUAGE.npz` and
`entities-LANGUAGE.npz` beside this file. Needs python-crfsuite, which the running product does not. Seed 1. What came
out: `entities.md`.
"""

import gzip
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from enrichers.models.arrays import Arrays
from enrichers.models.corpora import (
    Example,
    broad_twitter_sections,
    germeval_dev,
    germeval_train,
    mobie_dev,
    mobie_train,
    smartdata,
    wnut_part,
)
from enrichers.models.lexicon import STEP, Lexicon
from enrichers.models.tagger import REACH, Features, Tagger, mode_of, pairs
from enrichers.names import Token, tokens

HERE = Path(__file__).parent
WORDS_ABOVE = -17.0  # log probability; rarer forms help less than they weigh
LOWERED, RAISED = 0.10, 0.03  # shares of copies without any, or with only capitals: people write so
MAX_TOKENS = 400
WEIGHT_STEP = 0.04  # weights are kept in steps of this
SETTINGS = {
    "de": {"c1": 0.1, "c2": 0.5, "max_iterations": 90, "feature.minfreq": 2},
    "en": {"c1": 0.1, "c2": 0.5, "max_iterations": 80, "feature.minfreq": 1},
}
OUTSIDE_ODDS = {
    "de": 1.0,
    "en": 0.3,
}  # how much the label "no name" is taken back; English annotators left out much


def build_lexicon(lookups: Path, language: str) -> Arrays:
    """Clusters and probabilities of the forms above `WORDS_ABOVE`."""
    clusters = _json(lookups / f"{language}_lexeme_cluster.json.gz")
    probabilities = _json(lookups / f"{language}_lexeme_prob.json.gz")
    frequent = sorted((p, word) for word, p in probabilities.items() if p > WORDS_ABOVE)
    kept = {crc32(word.encode()): word for _, word in frequent}  # of two with one checksum, the more frequent
    checksums = sorted(kept)
    return {
        "words": np.array(checksums, np.uint32),
        "clusters": np.array([clusters.get(kept[one], 0) & 0xFFFF for one in checksums], np.uint16),
        "rarity": np.array([round(-probabilities[kept[one]] / STEP) for one in checksums], np.uint8),
    }


def _json(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def german(folder: Path) -> list[Example]:
    """MobIE counts twice, as posts are what the tagger will read."""
    posts = mobie_train(folder)
    return [*with_other_case([*germeval_train(folder), *posts, *smartdata(folder)]), *posts]


def english(folder: Path) -> list[Example]:
    """Posts of five sections and the emerging entities."""
    return with_other_case([*broad_twitter_sections(folder, "abeg"), *wnut_part(folder, "wnut17train")])


def with_other_case(data: Sequence[Example]) -> list[Example]:
    """The examples, and some of them once more without capitals or in capitals only."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    copies = []
    for text, spans in data:
        drawn = chance.random()
        changed = text.lower() if drawn < LOWERED else text.upper() if drawn < LOWERED + RAISED else ""
        if len(changed) == len(text):
            copies.append((changed, spans))
    return [*data, *copies]


def bioes(found: Sequence[Token], spans: frozenset[tuple[int, int, str]]) -> list[str]:
    """One label a token; a span that cuts a token takes all of it, the longer of two overlapping spans wins."""
    labels = ["O"] * len(found)
    for start, end, label in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        inside = [at for at, token in enumerate(found) if token.start < end and token.end > start]
        if not inside or any(labels[at] != "O" for at in inside):
            continue
        for at in inside:
            labels[at] = f"I-{label}"
        labels[inside[0]], labels[inside[-1]] = f"B-{label}", f"E-{label}"
        if len(inside) == 1:
            labels[inside[0]] = f"S-{label}"
    return labels


def sequence(found: Sequence[Token], features: Features, mode: str) -> list[list[str]]:
    """Each token's features, as checksums."""
    words = [features.word(token.text[:60], mode) for token in found]
    rows = []
    for at in range(len(found)):
        row = pairs([word for _, word in words], at)
        for offset in range(-REACH, REACH + 1):
            if 0 <= at + offset < len(found):
                row = row + words[at + offset][0][offset]
        rows.append([str(crc32(one.encode())) for one in row])
    return rows


def fit(data: Sequence[Example], lexicon: Lexicon, language: str) -> Arrays:
    """The arrays of a tagger."""
    import pycrfsuite  # type: ignore[import-not-found, unused-ignore]

    trainer, features = pycrfsuite.Trainer("lbfgs", verbose=False), Features(lexicon)
    trainer.set_params(SETTINGS[language])
    for text, spans in data:
        found = tokens(text)
        if 0 < len(found) <= MAX_TOKENS:
            trainer.append(sequence(found, features, mode_of(found)), bioes(found, spans))
    with tempfile.NamedTemporaryFile() as file:
        trainer.train(file.name)
        tagger = pycrfsuite.Tagger()
        tagger.open(file.name)
        return _arrays(tagger.info(), sorted(tagger.labels()), OUTSIDE_ODDS[language])


def _arrays(info: Any, labels: Sequence[str], outside_odds: float) -> Arrays:
    column = {label: at for at, label in enumerate(labels)}
    ids = sorted({int(name) for name, _ in info.state_features})
    row = {checksum: at for at, checksum in enumerate(ids)}
    weights = np.zeros((len(ids), len(labels)))
    for (name, label), weight in info.state_features.items():
        weights[row[int(name)], column[label]] = weight
    weights[row[crc32(b"bias")], column["O"]] += np.log(outside_odds)
    moves = np.zeros((len(labels), len(labels)))
    for (one, other), weight in info.transitions.items():
        moves[column[one], column[other]] = weight
    whole = np.clip(np.round(weights / WEIGHT_STEP), -127, 127).astype(np.int8)
    used = whole.any(axis=1)
    return {
        "features": np.array(ids, np.uint32)[used],
        "weights": whole[used],
        "transitions": np.round(moves / WEIGHT_STEP).astype(np.int32),
        "labels": np.array(labels),
    }


def report(name: str, data: Sequence[Example], tagger: Tagger, labels: Sequence[str]) -> None:
    """Print precision, recall and F1 of exact spans with label, in all and by label."""
    gold, guess = set(), set()
    for number, (text, spans) in enumerate(data):
        found = tokens(text)
        gold |= {(number, *span) for span in spans}
        guess |= {(number, found[a].start, found[b].end, label) for a, b, label in tagger.spans(found)}
    for label in (None, *labels):
        mine = {one for one in gold if (one[3] == label if label else one[3] in labels)}
        ours = {one for one in guess if (one[3] == label if label else one[3] in labels)}
        right = len(mine & ours)
        p, r = right / max(1, len(ours)), right / max(1, len(mine))
        f1 = 2 * p * r / max(1e-9, p + r)
        print(f"{name} {label or 'all'}: P {100 * p:.1f} R {100 * r:.1f} F1 {100 * f1:.1f}")  # noqa: T201


def lowered(data: Sequence[Example]) -> list[Example]:
    """The same without capitals."""
    return [(text.lower(), spans) for text, spans in data if len(text.lower()) == len(text)]


def main(language: str, folder: str, lookups: str) -> None:
    """Make the lexicon, fit, save, measure on the development parts."""
    data = Path(folder)
    words = build_lexicon(Path(lookups), language)
    np.savez_compressed(HERE / f"lexicon-{language}.npz", **words)  # type: ignore[arg-type, unused-ignore]
    lexicon = Lexicon(words)
    arrays = fit(german(data) if language == "de" else english(data), lexicon, language)
    np.savez_compressed(HERE / f"entities-{language}.npz", **arrays)  # type: ignore[arg-type, unused-ignore]
    tagger = Tagger(arrays, lexicon)
    for name, examples, labels in held_out(language, data):
        report(name, examples, tagger, labels)
        report(f"{name} lower", lowered(examples), tagger, labels)


def held_out(language: str, data: Path) -> list[tuple[str, list[Example], tuple[str, ...]]]:
    """What a tagger is measured on, and the labels that are annotated there."""
    three = ("PER", "ORG", "LOC")
    if language == "de":
        return [("GermEval dev", germeval_dev(data), (*three, "MISC")), ("MobIE dev", mobie_dev(data), three)]
    return [
        ("BTC h", broad_twitter_sections(data, "h"), three),
        ("WNUT dev", wnut_part(data, "emerging.dev"), three),
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
