"""The tagger: its paths are legal, and its arrays say all there is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.entities import MODELS, TAGGED
from enrichers.models.arrays import load
from enrichers.models.lexicon import Lexicon
from enrichers.models.tagger import Tagger, mode_of
from enrichers.names import tokens

LABELS = ["B-LOC", "B-PER", "E-LOC", "E-PER", "I-LOC", "I-PER", "O", "S-LOC", "S-PER"]
LEXICON = Lexicon(
    {"words": np.zeros(1, np.uint32), "clusters": np.zeros(1, np.uint16), "rarity": np.zeros(1, np.uint8)}
)
GERMAN = Lexicon.load(MODELS / "lexicon-de.npz")


def random_tagger(seed):
    """A tagger whose weights mean nothing: every illegal path would be chosen somewhere."""
    random = np.random.default_rng(seed)
    from zlib import crc32

    features = sorted(crc32(f"{kind}={word}".encode()) for kind in ("w", "l", "1l", "-1l") for word in "abcd")
    return Tagger(
        {
            "features": np.array(features, np.uint32),
            "weights": random.integers(-100, 100, (len(features), len(LABELS))).astype(np.int8),
            "transitions": random.integers(-100, 100, (len(LABELS), len(LABELS))),
            "labels": np.array(LABELS),
        },
        LEXICON,
    )


@given(st.integers(0, 10_000), st.lists(st.sampled_from("abcd"), max_size=12))
def test_names_are_whole_and_do_not_overlap(seed, words):
    end = -1
    for first, last, label in random_tagger(seed).spans(tokens(" ".join(words))):
        assert end < first <= last < len(words)
        assert label in {"LOC", "PER"}
        end = last


@pytest.mark.parametrize("language", TAGGED)
def test_a_shipped_tagger_is_numbers_and_labels_only(language):
    arrays = load(MODELS / f"entities-{language}.npz") | load(MODELS / f"lexicon-{language}.npz")
    assert {name for name, array in arrays.items() if array.dtype.kind == "U"} == {"labels"}
    assert {array.dtype.kind for array in arrays.values()} <= {"u", "i", "U"}
    assert np.all(np.diff(arrays["features"].astype(np.int64)) > 0)
    assert (
        sum((MODELS / f"{kind}-{language}.npz").stat().st_size for kind in ("entities", "lexicon"))
        < 20_000_000
    )


@pytest.mark.parametrize(
    ("text", "mode"),
    [("Der Zug hält in Köln", "C"), ("der zug hält", "L"), ("DER ZUG HÄLT NICHT", "U"), ("OK", "C")],
)
def test_capitals_are_trusted_as_far_as_they_are_used(text, mode):
    assert mode_of(tokens(text)) == mode


def test_the_lexicon_knows_how_words_are_written():
    assert GERMAN.truecased("köln") == "Köln"
    assert GERMAN.truecased("#UND") == "#und"
    assert GERMAN.cluster("Köln") == GERMAN.cluster("Alt-Köln") != 0
    assert GERMAN.case_preference("Köln") > 0 > GERMAN.case_preference("und")
    assert GERMAN.cluster("qqqxyz") == 0


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04"])
def test_a_damaged_file_is_a_value_error(tmp_path, content):
    file = tmp_path / "model.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"model|pickle"):
        load(file)
