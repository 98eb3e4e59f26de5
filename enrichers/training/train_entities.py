"""Train an entity tagger: `python -m enrichers.training.train_entities de|en DATA_FOLDER LOOKUPS_FOLDER`.

DATA_FOLDER holds germeval2014_ner, mobie and smartdata, or broad_twitter_corpus and wnut17; LOOKUPS_FOLDER is
`spacy_lookups_data/data` of the package spacy-lookups-data 1.0.5. Writes the spaCy pipeline `models/entities_LANGUAGE`,
and how good it is on the development parts to `models/figures.json`. Needs the extra `train`. What came out:
`entities.md`.
"""

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from enrichers.models import pipeline
from enrichers.models.arrays import Arrays
from enrichers.models.lexicon import STEP, Lexicon
from enrichers.models.tagger import Parts, Tagger
from enrichers.names import tokens
from enrichers.training import corpora, figures, gazetteer, train_field, train_network
from enrichers.training.corpora import Example, Span
from enrichers.training.figures import Figures
from enrichers.training.labelled import Chances, Labelled, labelled, lowered
from enrichers.training.teacher import Teacher
from enrichers.training.train_network import Settings

MODELS = Path(pipeline.__file__).parent
WORDS_ABOVE = -17.0  # log probability; rarer forms help less than they weigh
SAMPLE = "own sample"
POSTS = "posts"
THREE = ("PER", "ORG", "LOC")


@dataclass(frozen=True)
class Plan:
    """`field`: of crfsuite; `network`: of the one that is shipped, which `teachers` help to learn.

    `posts`: parts that are read without labels, at `most` so many texts. All was chosen on the development parts.
    """

    version: str
    field: dict[str, float]
    teachers: tuple[Settings, ...]
    network: Settings
    posts: tuple[str, ...]
    most: int
    shares: tuple[float, float]
    outside: float
    person: float
    handle: float
    gazetteer: bool
    training: Callable[[Path, bool], dict[str, list[Example]]]
    held_out: Callable[[Path], dict[str, tuple[list[Example], tuple[str, ...]]]]


def german(folder: Path, everything: bool) -> dict[str, list[Example]]:
    """What is learned; `everything`: the development parts too. MobIE counts twice: posts are what will be read."""
    news, posts = corpora.germeval_train(folder), corpora.mobie_train(folder)
    if everything:
        news, posts = news + corpora.germeval_dev(folder), posts + corpora.mobie_dev(folder)
    return {"germeval": news, "mobie": [*posts, *posts], "smartdata": corpora.smartdata(folder)}


def english(folder: Path, everything: bool) -> dict[str, list[Example]]:
    """What is learned, posts and emerging names; `everything`: the development parts too."""
    posts, emerging = corpora.broad_twitter_sections(folder, "abeg"), corpora.wnut_part(folder, "wnut17train")
    if everything:
        posts = posts + corpora.broad_twitter_sections(folder, "h")
        emerging = emerging + corpora.wnut_part(folder, "emerging.dev")
    return {"btc": posts, "wnut": emerging}


PLANS = {
    "de": Plan(
        version="4.0.0",
        field={"c1": 0.1, "c2": 0.5, "max_iterations": 80, "feature.minfreq": 2},
        teachers=(
            Settings(seed=1, epochs=8, swapped=0.25, dropout=0.25, dropped=(0.1, 0.3)),
            Settings(seed=2, epochs=5, until=3, swapped=0.1, dropout=0.33, dropped=(0.12, 0.45)),
        ),
        network=Settings(
            seed=3, epochs=5, until=4, width=64, swapped=0.1, dropout=0.25, dropped=(0.12, 0.45)
        ),
        posts=("umsab_german", "sb10k", "potts", "ge17", "mobasa"),
        most=25_000,
        shares=(0.6, 0.4),
        outside=1.0,
        person=1.0,
        handle=1.0,
        gazetteer=False,
        training=german,
        held_out=lambda folder: {
            "GermEval 2014 dev": (corpora.germeval_dev(folder), (*THREE, "MISC")),
            "MobIE dev": (corpora.mobie_dev(folder), THREE),
            SAMPLE: (corpora.sample("de"), THREE),
        },
    ),
    "en": Plan(
        version="4.1.0",
        field={"c1": 0.1, "c2": 0.5, "max_iterations": 80, "feature.minfreq": 1},
        teachers=(
            Settings(seed=1, epochs=4, swapped=0.1, dropout=0.4, dropped=(0.15, 0.5)),
            Settings(seed=2, epochs=4, swapped=0.0, dropout=0.4, dropped=(0.2, 0.5)),
        ),
        network=Settings(seed=3, epochs=4, until=3, width=64, swapped=0.1, dropout=0.25, dropped=(0.15, 0.5)),
        posts=("umsab_english", "semeval"),
        most=12_000,
        shares=(0.5, 0.5),
        outside=0.5,
        person=1.4,
        handle=0.1,
        gazetteer=True,
        training=english,
        held_out=lambda folder: {
            "Broad Twitter h": (corpora.broad_twitter_sections(folder, "h"), THREE),
            "WNUT 2017 dev": (corpora.wnut_part(folder, "emerging.dev"), THREE),
            SAMPLE: (corpora.sample("en"), THREE),
        },
    ),
}


def build_lexicon(lookups: Path, language: str) -> Arrays:
    """Clusters and probabilities of the forms above `WORDS_ABOVE`; where the plan wants it, a gazetteer."""
    clusters = _json(lookups / f"{language}_lexeme_cluster.json.gz")
    probabilities = _json(lookups / f"{language}_lexeme_prob.json.gz")
    frequent = sorted((p, word) for word, p in probabilities.items() if p > WORDS_ABOVE)
    kept = {crc32(word.encode()): word for _, word in frequent}  # of two with one checksum, the more frequent
    checksums = sorted(kept)
    listed = gazetteer.arrays() if PLANS[language].gazetteer else {}
    return listed | {
        "words": np.array(checksums, np.uint32),
        "clusters": np.array([clusters.get(kept[one], 0) & 0xFFFF for one in checksums], np.uint16),
        "rarity": np.array([round(-probabilities[kept[one]] / STEP) for one in checksums], np.uint8),
    }


def _json(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


@dataclass(frozen=True)
class Course:
    """Labelled texts and, with the same table of words, the posts that are only read."""

    labelled: Labelled
    posts: Labelled

    @classmethod
    def of(cls, texts: dict[str, list[Example]], posts: Sequence[str], lexicon: Arrays) -> "Course":
        """Of corpora and posts."""
        unnamed = [(text, frozenset[Span]()) for text in posts]
        both = labelled({**texts, POSTS: unnamed}, Lexicon(lexicon))
        return cls(both.chosen(lambda kind: kind[:-1] != POSTS), both.chosen(lambda kind: kind[:-1] == POSTS))

    def taught(self, lesson: Sequence[Chances]) -> Labelled:
        """All of it, the posts with the labels that a teacher holds likely."""
        read = [(rows, chances) for (rows, _), chances in zip(self.posts.sentences, lesson, strict=True)]
        return replace(
            self.labelled,
            sentences=self.labelled.sentences + read,
            kinds=self.labelled.kinds + self.posts.kinds,
        )


def taught(plan: Plan, course: Course, field: Arrays) -> list[Chances]:
    """What the teachers, one after another, hold likely of the posts of a course."""
    networks = [train_network.fit(course.labelled, settings, _told) for settings in plan.teachers]
    return list(Teacher(field, networks, plan.shares).chances(course.labelled, course.posts))


def fit(plan: Plan, lexicon: Arrays, field: Arrays, course: Course, lesson: Sequence[Chances]) -> Tagger:
    """The tagger of a plan."""
    network = train_network.fit(course.taught(lesson), plan.network, _told)
    odds = plan.outside, plan.person, plan.handle
    parts = Parts(course.labelled.labels, plan.version, *plan.shares, *odds)
    return Tagger(parts, lexicon, field, network)


def _told(epoch: int) -> None:
    print(f"network: epoch {epoch}", flush=True)  # noqa: T201


def measured(tagger: Tagger, examples: Sequence[Example], labels: Sequence[str]) -> dict[str, float]:
    """Precision, recall and F1 in per cent of exact spans with label, and F1 by label; a lone `@` is no name."""
    gold, guess = set(), set()
    words = [tokens(text) for text, _ in examples]
    for number, ((text, spans), found, names) in enumerate(
        zip(examples, words, tagger.names(words), strict=True)
    ):
        gold |= {(number, *span) for span in spans}
        places = [(found[first].start, found[last].end, label) for first, last, label in names]
        guess |= {(number, *place) for place in places if text[place[0] : place[1]] != "@"}
    overall = _scores(gold, {one for one in guess if one[3] in labels})
    by_label = {label: _scores(_only(gold, label), _only(guess, label))["F1"] for label in labels}
    return {**overall, **by_label}


def _only(spans: set[Any], label: str) -> set[Any]:
    return {span for span in spans if span[3] == label}


def _scores(gold: set[Any], guess: set[Any]) -> dict[str, float]:
    right = len(gold & guess)
    p, r = right / max(1, len(guess)), right / max(1, len(gold))
    f1 = 2 * p * r / max(1e-9, p + r)
    return {name: round(100 * value, 1) for name, value in {"P": p, "R": r, "F1": f1}.items()}


def measured_all(tagger: Tagger, plan: Plan, data: Path) -> Figures:
    """How good a tagger is on each development part, as written and without capitals."""
    found = {}
    for name, (examples, labels) in plan.held_out(data).items():
        found[name] = measured(tagger, examples, labels)
        found[f"{name}, lower case"] = measured(tagger, lowered(examples), labels)
    return found


def main(language: str, folder: str, lookups: str) -> None:
    """Make the lexicon, fit, measure; fit on everything with the same settings, save."""
    plan, data, lexicon = PLANS[language], Path(folder), build_lexicon(Path(lookups), language)
    posts = corpora.posts(data, plan.posts, plan.most)
    course = Course.of(plan.training(data, False), posts, lexicon)
    field = train_field.fit(course.labelled, plan.field)
    lesson = taught(plan, course, field)
    found = measured_all(fit(plan, lexicon, field, course, lesson), plan, data)
    everything = Course.of(plan.training(data, True), posts, lexicon)
    final = fit(plan, lexicon, train_field.fit(everything.labelled, plan.field), everything, lesson)
    pipeline.save(final, language, MODELS / f"entities_{language}")
    own = {name: one for name, one in measured_all(final, plan, data).items() if name.startswith(SAMPLE)}
    figures.note(f"entities_{language}", found | own)
    print(json.dumps(found | own, indent=2, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
