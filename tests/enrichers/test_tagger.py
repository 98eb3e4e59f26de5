"""The tagger and its parts: paths are legal and best, files hold numbers only, grouping changes nothing."""

from dataclasses import replace
from itertools import pairwise, product
from zlib import crc32

import numpy as np
import pycrfsuite
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.models import features as f
from enrichers.models.arrays import load
from enrichers.models.decoding import Decoder
from enrichers.models.field import WEIGHT_STEP, Field
from enrichers.models.lexicon import Lexicon
from enrichers.models.tagger import FIELD, LEXICON, NETWORK, Tagger, _word
from enrichers.models.word_table import WordTable
from enrichers.names import tokens
from enrichers.recognizers import COMPONENT, LANGUAGES, MODELS
from enrichers.training import gazetteer, train_field
from enrichers.training.labelled import labelled

LABELS = ["B-LOC", "B-PER", "E-LOC", "E-PER", "I-LOC", "I-PER", "O", "S-LOC", "S-PER"]
ENGLISH = Tagger.load(MODELS / "entities_en" / COMPONENT)
GERMAN = Tagger.load(MODELS / "entities_de" / COMPONENT)
TEXTS = [
    "Anna Bergmann zog von Lüneburg nach Stuttgart.",
    "ich fahre nach köln",
    "",
    "STREIK BEI DER BAHN IN BERLIN",
    "Siemens und Bosch bauen in Leipzig ein Werk, sagt Hans Meier. " * 30,
]


def legal(path):
    inside = ""
    for label in path:
        begins = label[0] in "OBS"
        if begins != (not inside) or (inside and label[2:] != inside):
            return False
        inside = label[2:] if label[0] in "BI" else ""
    return not inside


def read(path):
    names, begin = [], 0
    for at, label in enumerate(path):
        begin = at if label[0] in "BS" else begin
        if label[0] in "ES":
            names.append((begin, at, label[2:]))
    return names


@given(st.integers(0, 10_000), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_the_best_legal_path_is_found(seed, lengths):
    draw = np.random.default_rng(seed)
    moves = draw.normal(size=(9, 9)).astype(np.float32)
    scores = [draw.normal(size=(length, 9)).astype(np.float32) for length in lengths]
    for text, names in zip(scores, Decoder(LABELS, moves).names(scores), strict=True):
        paths = [path for path in product(range(9), repeat=len(text)) if legal([LABELS[at] for at in path])]
        worth = [
            sum(text[at, label] for at, label in enumerate(path))
            + sum(moves[one, other] for one, other in pairwise(path))
            for path in paths
        ]
        best = paths[int(np.argmax(worth))]
        assert names == read([LABELS[at] for at in best])


def test_grouping_changes_no_answer():
    words = [tokens(text) for text in TEXTS]
    together = GERMAN.names(words)
    assert together == [GERMAN.names([one])[0] for one in words]
    assert GERMAN.names(words[::-1]) == together[::-1]
    assert together[2] == []
    assert len(together[4]) > 30


@pytest.mark.parametrize("text", ["@ somebody_new thanks", "thanks @ somebody_new"])
def test_a_handle_written_apart_is_a_name_and_its_sign_is_none(text):
    (names,) = ENGLISH.names([tokens(text)])
    at = [token.text for token in tokens(text)].index("somebody_new")
    assert [(first, last) for first, last, _ in names] == [(at, at)]


def test_a_lone_sign_says_nothing_of_the_next_text():
    assert ENGLISH.names([tokens("home @"), tokens("the train is late")]) == [[], []]


@pytest.mark.parametrize("tagger", [ENGLISH, GERMAN])
@pytest.mark.parametrize("mode", "CLU")
def test_all_links_are_one_word(tagger, mode):
    links = ["https://t.co/Xy", "www.köln.de", "http://example.org/" + "a" * 100]
    (one,) = {_word(link) for link in links}
    for link in links:
        assert np.array_equal(f.checksums(one, mode, tagger.lexicon), f.checksums(link, mode, tagger.lexicon))


def test_no_text_is_no_trouble():
    assert GERMAN.names([]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shipped_tagger_is_numbers_and_labels_only(language):
    folder = MODELS / f"entities_{language}"
    for file in (folder / COMPONENT).glob("*.npz"):
        arrays = load(file)
        assert {array.dtype.kind for array in arrays.values()} <= {"u", "i", "f"}
        assert all(np.isfinite(array).all() for array in arrays.values())
        assert file.stat().st_size < 20_000_000
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 20_000_000
    assert not list(folder.rglob("*.pkl"))


def test_a_saved_tagger_answers_alike(tmp_path):
    GERMAN.save(tmp_path)
    words = [tokens(text) for text in TEXTS]
    assert Tagger.load(tmp_path).names(words) == GERMAN.names(words)


def test_a_field_scores_what_crfsuite_learned(tmp_path):
    spans = frozenset({(0, 4, "PER"), (14, 18, "LOC")})
    data = labelled(
        {"own": [("Anna fährt nach Köln heim", spans), ("der Zug fährt", frozenset())]}, GERMAN.lexicon
    )
    arrays = train_field.fit(data, {"c1": 0.0, "c2": 0.01, "max_iterations": 30})
    rows = data.sentences[0][0]
    framed = np.pad(rows, f.REACH)
    field = Field(arrays)
    said = field.words(data.features) * (np.arange(len(data.features)) > 0)[:, None, None]
    scores = field.scores(said[framed], data.features[framed])[f.REACH : -f.REACH] * WEIGHT_STEP
    weights = dict(zip(arrays["features"].tolist(), arrays["weights"].tolist(), strict=True))
    for at, given_features in enumerate(train_field.sequence(data.features, rows)):
        expected = sum(
            (np.array(weights[int(one)]) for one in given_features if int(one) in weights), np.zeros(1)
        )
        assert scores[at] == pytest.approx(expected * WEIGHT_STEP, abs=1e-4)
    best = [data.labels[at] for at in scores.argmax(axis=1)]
    assert best == [data.labels[at] for at in data.sentences[0][1].argmax(axis=1)]
    assert pycrfsuite.Tagger


def test_a_word_table_forgets_rather_than_grows():
    computed = []

    def compute(words):
        computed.extend(words)
        return (np.array([[crc32(word.encode())] for word, _ in words], np.uint32),)

    table = WordTable(compute, 4)
    for word in "abcdefgabc":
        (row,) = table.rows([(word, "C")])
        assert table.columns[0][row, 0] == crc32(word.encode())
        assert 0 < row < 4
    assert table.columns[0][0, 0] == 0
    before = len(computed)
    table.rows([("c", "C"), ("c", "C")])
    assert len(computed) == before


@pytest.mark.parametrize(
    ("text", "mode"),
    [("Der Zug hält in Köln", "C"), ("der zug hält", "L"), ("DER ZUG HÄLT NICHT", "U"), ("OK", "C")],
)
def test_capitals_are_trusted_as_far_as_they_are_used(text, mode):
    assert f.mode_of(tokens(text)) == mode


@pytest.mark.parametrize(
    "word", ["Köln", "a", "#", "@", "https://x.example", "Rhein-Main-", "-", "\ud800", "🚆", "ß"]
)
def test_every_word_has_the_same_number_of_features(word):
    for mode in "CLU":
        assert f.checksums(word, mode, GERMAN.lexicon).shape == (f.SEEN_FROM[0],)


def test_the_lexicon_knows_how_words_are_written():
    lexicon = GERMAN.lexicon
    assert lexicon.truecased("köln") == "Köln"
    assert lexicon.truecased("#UND") == "#und"
    assert lexicon.cluster("Köln") == lexicon.cluster("Alt-Köln") != 0
    assert lexicon.case_preference("Köln") > 0 > lexicon.case_preference("und")
    assert lexicon.cluster("qqqxyz") == 0
    assert lexicon.knows("KÖLN")
    assert not lexicon.knows("qqqxyz")


def test_a_lexicon_without_words_knows_none():
    empty = Lexicon({name: np.zeros(0, kind) for name, kind in
                     (("words", np.uint32), ("clusters", np.uint16), ("rarity", np.uint8))})  # fmt: skip
    assert not empty.knows("Köln")


def test_a_gazetteer_lists_words_in_any_case():
    parts = {"words": np.uint32, "clusters": np.uint16, "rarity": np.uint8}
    plain = {name: np.zeros(0, kind) for name, kind in parts.items()}
    names = {"names": np.array([crc32(b"leeds")], np.uint32), "kinds": np.array([4], np.uint8)}
    with_names, without = Lexicon(plain | names), Lexicon(plain)
    assert with_names.listed("Leeds") == with_names.listed("LEEDS") == "g4"
    assert with_names.listed("leed") == without.listed("Leeds") == ""
    shown = set(f.described("Leeds", "C", with_names)) - set(f.described("Leeds", "C", without))
    assert shown == {"c4=0g4", "in=g4"}


def test_the_english_lexicon_lists_towns_and_persons():
    kinds = {word: int(ENGLISH.lexicon.listed(word)[1:] or 0) for word in ("London", "Laura", "qqqxyz")}
    assert kinds["London"] & gazetteer.CITY
    assert kinds["Laura"] & gazetteer.FIRST
    assert kinds["qqqxyz"] == 0


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("BBCNews", ("BBC", "News")),
        ("new_york", ("new", "york")),
        ("iPhone", ("i", "Phone")),
        ("Rhein-Main-Bahn", ("Rhein", "Bahn")),
        ("ÖBBInfo0", ("ÖBB", "0")),
        ("BBC", ("", "")),
        ("news", ("", "")),
    ],
)
def test_words_written_as_one_are_told_apart_with_a_gazetteer(word, ends):
    found = f.described(word, "C", ENGLISH.lexicon)
    assert (f"hf={ends[0].lower()}" in found, f"hl={ends[1].lower()}" in found) == (True, True)


def test_odds_favour_a_label():
    words = [tokens(text) for text in TEXTS]
    arrays = [load(MODELS / "entities_de" / COMPONENT / name) for name in (LEXICON, FIELD, NETWORK)]
    none = Tagger(replace(GERMAN.parts, outside=1e6), *arrays).names(words)
    persons = Tagger(replace(GERMAN.parts, person=1e6), *arrays).names(words)
    assert not any(none)
    assert {label for text in persons for _, _, label in text} == {"PER"}


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04"])
def test_a_damaged_file_is_a_value_error(tmp_path, content):
    file = tmp_path / "model.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"model|pickle"):
        load(file)
