"""Names that were told are found in every spelling that the query language takes for the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.known_names import Known, KnownNames, spelled
from streams.testing.enricher_checks import mention

NAMES = ("Deutsche Bahn", "Müller-Milch", "Straßenkaiser", "Citroën", "H&M", "Coca-Cola", "1. FC Köln", "VW")


def telling(*names, strict=False):
    known = KnownNames()
    for name in names:
        known.tell(name, [Known(name, "ORG", spelled(name, strict=strict))])
    return known


EVERY = telling(*NAMES)


def found(text, known=EVERY):
    return [(text[one.start : one.end], one.name) for one in known.find([mention(text)])[0]]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("deutsche bahn", "Deutsche Bahn"),
        ("DEUTSCHE BAHN", "Deutsche Bahn"),
        ("Deutsche  Bahn", "Deutsche Bahn"),
        ("Deutsche-Bahn", "Deutsche Bahn"),
        ("DeutscheBahn", "Deutsche Bahn"),
        ("#DeutscheBahn", "Deutsche Bahn"),
        ("#deutschebahn", "Deutsche Bahn"),
        ("@DeutscheBahn", "Deutsche Bahn"),
        ("Deutschen Bahn", "Deutsche Bahn"),
        ("Deutscher Bahn", "Deutsche Bahn"),
        ("Mueller-Milch", "Müller-Milch"),
        ("MÜLLER-MILCH", "Müller-Milch"),
        ("Müller Milch", "Müller-Milch"),
        ("Müller–Milch", "Müller-Milch"),
        ("Mu\u0308ller-Milch", "Müller-Milch"),
        ("muellermilch", "Müller-Milch"),
        ("Strassenkaiser", "Straßenkaiser"),
        ("STRASSENKAISER", "Straßenkaiser"),
        ("STRAẞENKAISER", "Straßenkaiser"),
        ("Straßenkaisers", "Straßenkaiser"),
        ("Straßenkaiser's", "Straßenkaiser"),
        ("Straßenkaiser’s", "Straßenkaiser"),
        ("Citroen", "Citroën"),
        ("Citroëns", "Citroën"),
        ("h&m", "H&M"),
        ("CocaCola", "Coca-Cola"),
        ("coca cola", "Coca-Cola"),
        ("1. fc koeln", "1. FC Köln"),
        ("vw", "VW"),
    ],
)
def test_a_spelling_is_found_as_the_name_that_was_told(written, name):
    assert found(f"ach, {written} ist da") == [(written, name)]


@pytest.mark.parametrize(
    "text",
    [
        "Muller-Milch",
        "Deutsche Bahnen",
        "Bahn Deutsche",
        "Autobahn",
        "VWL",
        "https://h.example/Citroen",
        "@vw_fan",
    ],
)
def test_another_word_is_not_found(text):
    assert found(f"ach, {text} ist da") == []


def test_a_name_within_a_compound_is_found_without_the_rest():
    assert found("der Coca-Cola-Chef und #VWSkandal") == [("Coca-Cola", "Coca-Cola"), ("VW", "VW")]


def test_a_short_name_keeps_its_case_if_that_is_asked():
    assert found("ICE, ice und Eis", telling("ICE", strict=True)) == [("ICE", "ICE")]


@given(
    st.sampled_from(NAMES),
    st.sampled_from([str.upper, str.lower, str.title, lambda n: n.replace("-", " ").replace("ß", "ss")]),
    st.text(st.sampled_from("ab ,😀\n"), max_size=8),
)
def test_a_place_is_where_the_name_stands(name, spelling, before):
    text = f"{before} {spelling(name)}."
    assert (spelling(name), name) in found(text)


@given(st.text(max_size=30))
def test_any_name_may_be_told(name):
    known = telling(name)
    for one in known.find([mention(f"so {name} da")])[0]:
        assert 0 <= one.start < one.end


def test_the_longest_name_comes_first():
    known = telling("Bahn", "Bahn Park")
    assert found("im Bahn Park", known) == [("Bahn Park", "Bahn Park"), ("Bahn", "Bahn")]


def test_what_is_forgotten_is_found_no_longer():
    known = telling("Acme", "Beta")
    known.forget("Acme")
    known.forget("nobody")
    assert found("Acme und Beta", known) == [("Beta", "Beta")]


def test_names_of_an_id_are_replaced():
    known = telling("Acme")
    known.tell("Acme", [Known("Beta", "PROD", spelled("Beta"))])
    assert found("Acme und Beta", known) == [("Beta", "Beta")]
    known.tell("Acme", [])
    assert found("Acme und Beta", known) == []
