"""The n-grams of posts as vectors."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.models import ngrams
from enrichers.models.arrays import places
from enrichers.models.ngrams import Vocabulary, characters, runs

TEXTS = [["der", "zug", "ist", "spät"], [], ["zug", "zug"], ["qqq"], ["spät", "!", "der", "zug", "a"]]
SEEN = np.unique(
    np.array([*runs(TEXTS[0]), *runs(TEXTS[2]), *characters("zug"), *characters("a")], np.uint32)
)
VOCABULARY = Vocabulary(SEEN, np.linspace(1, 2, len(SEEN), dtype=np.float32))


def expected(units):
    """The definition, n-gram by n-gram."""
    counted = Counter([*runs(units), *(checksum for word in units for checksum in characters(word))])
    known = sorted((row, counted[id]) for row, id in enumerate(SEEN.tolist()) if id in counted)
    values = np.array([(1 + np.log(tf)) * (1 + row / (len(SEEN) - 1)) for row, tf in known])
    return [row for row, _ in known], values / max(1e-9, np.sqrt(np.sum(values * values)))


def test_a_vector_is_what_its_definition_says():
    for (rows, values), units in zip(VOCABULARY.vectors(TEXTS), TEXTS, strict=True):
        wanted, weights = expected(units)
        assert rows.tolist() == wanted
        assert values == pytest.approx(weights, abs=1e-6)


def test_neither_the_other_posts_nor_what_is_kept_change_a_vector(monkeypatch):
    alone = [VOCABULARY.vector(units) for units in TEXTS]
    monkeypatch.setattr(ngrams, "TOGETHER", 2)
    monkeypatch.setattr(ngrams, "KEPT_WORDS", 5)
    small = Vocabulary(SEEN, np.linspace(1, 2, len(SEEN), dtype=np.float32))
    for together, one in zip(small.vectors(TEXTS * 2), alone * 2, strict=True):
        assert np.array_equal(together[0], one[0])
        assert np.array_equal(together[1], one[1])


@given(st.sets(st.integers(0, 50), min_size=1), st.lists(st.integers(0, 50)))
def test_each_number_is_found_in_its_place(listed, wanted):
    table = np.array(sorted(listed), np.uint32)
    rows, known = places(table, np.array(wanted, np.uint32))
    assert known.tolist() == [one in listed for one in wanted]
    assert table[rows[known]].tolist() == [one for one in wanted if one in listed]
