"""A teacher's chances are those of the whole field: checked against every way to label a short text."""

import json
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.models.arrays import load
from enrichers.recognizers import COMPONENT, MODELS
from enrichers.training.teacher import Moves, Teacher, framed, marginals
from enrichers.training.train_entities import POSTS, Course

FOLDER = MODELS / "entities_de" / COMPONENT
LEXICON = load(FOLDER / "lexicon.npz")


@given(st.integers(0, 10_000), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_chances_are_those_of_all_ways_to_label(seed, lengths):
    draw = np.random.default_rng(seed)
    moves = Moves(*(draw.normal(size=size).astype(np.float32) for size in (3, (3, 3), 3)))
    scores = draw.normal(size=(len(lengths), max(lengths), 3)).astype(np.float32)
    inside = np.arange(max(lengths)) < np.array(lengths)[:, None]
    for text, length, found in zip(scores, lengths, marginals(scores, inside, moves), strict=True):
        expected = np.zeros((length, 3))
        for path in product(range(3), repeat=length):
            worth = moves.first[path[0]] + moves.last[path[-1]]
            worth += sum(text[at, label] for at, label in enumerate(path))
            worth += sum(moves.next[one, other] for one, other in pairwise(path))
            expected[range(length), path] += np.exp(worth)
        assert found[:length] == pytest.approx(expected / expected.sum(axis=1, keepdims=True), abs=1e-4)


def test_sentences_are_framed_with_edges():
    rows, inside = framed([np.array([5, 6], np.int32), np.array([7], np.int32)])
    assert rows.tolist() == [[0, 0, 0, 5, 6, 0, 0, 0], [0, 0, 0, 7, 0, 0, 0, 0]]
    assert inside.tolist() == [[True, True], [True, False]]


def every_label():
    """Names of one, two and three words of each label, with other words between and behind them."""
    text = "B C und so A und D E F so"
    places = ((0, 3), (11, 12), (17, 22))
    return [(text, frozenset((*place, label) for place in places)) for label in ("PER", "ORG", "LOC", "MISC")]


def test_a_teacher_finds_names_that_nobody_labelled():
    texts = ["Anna Bergmann zog nach Stuttgart.", "so", "Der Zug hält nicht."]
    course = Course.of({"own": every_label()}, texts, LEXICON)
    parts = json.loads((FOLDER / "tagger.json").read_text(encoding="utf-8"))
    network = load(FOLDER / "network.npz")
    teacher = Teacher(load(FOLDER / "field.npz"), [network], (parts["field"], parts["network"]))
    lesson = list(teacher.chances(course.labelled, course.posts))
    assert [len(one) for one in lesson[:3]] == [6, 1, 5]
    assert all(one.sum(axis=1) == pytest.approx(1, abs=0.01) for one in lesson)
    likeliest = [course.labelled.labels[at] for at in lesson[0].argmax(axis=1)]
    assert likeliest == ["B-PER", "E-PER", "O", "O", "S-LOC", "O"]
    taught = course.taught(lesson)
    assert len(taught.sentences) == len(taught.kinds) == len(course.labelled.sentences) + len(lesson)
    assert all(kind.startswith(POSTS) for kind in taught.kinds[len(course.labelled.kinds) :])
