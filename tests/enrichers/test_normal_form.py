"""What the spellings of a name have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.models.tagger import Tagger
from enrichers.names import LABELS
from enrichers.normal_form import normal_form
from enrichers.recognizers import COMPONENT, MODELS

LEXICON = Tagger.load(MODELS / "entities_de" / COMPONENT).lexicon


@pytest.mark.parametrize(
    ("written", "label", "mode", "normal"),
    [
        ("Berlins", "LOC", "C", "Berlin"),
        ("Deutschlands", "LOC", "C", "Deutschland"),
        ("Merkels", "PER", "C", "Merkel"),
        ("Paris", "LOC", "C", "Paris"),
        ("Siemens", "ORG", "C", "Siemens"),
        ("Mercedes", "ORG", "C", "Mercedes"),
        ("Jürgen Peters", "PER", "C", "Jürgen Peters"),
        ("ÖBBS", "ORG", "C", "ÖBBS"),
        ("Müller's", "ORG", "C", "Müller"),
        ("Hans’", "PER", "C", "Hans"),
        ("Deutsche Bahn AG", "ORG", "C", "Deutsche Bahn"),
        ("Acme GmbH & Co. KG", "ORG", "C", "Acme"),
        ("Acme e.V.", "ORG", "C", "Acme"),
        ("Foo, Inc.", "ORG", "C", "Foo"),
        ("AG", "ORG", "C", "AG"),
        ("Sportverein Sage", "ORG", "C", "Sportverein Sage"),
        ("#Stuttgart", "LOC", "C", "Stuttgart"),
        ("„Spiegel“", "ORG", "C", "Spiegel"),
        ("stuttgart", "LOC", "L", "Stuttgart"),
        ("STUTTGART", "LOC", "U", "Stuttgart"),
        ("baden-württemberg", "LOC", "L", "Baden-Württemberg"),
        ("qwertzuio", "LOC", "L", "Qwertzuio"),
        ("bmw", "ORG", "L", "BMW"),
    ],
)
def test_a_name_has_a_normal_form(written, label, mode, normal):
    assert normal_form(written, label, mode, LEXICON) == normal


def test_without_a_lexicon_case_and_genitive_stay():
    assert normal_form("berlins", "LOC", "L") == "berlins"
    assert normal_form("Acme GmbH", "ORG", "L") == "Acme"


@given(st.text(st.sampled_from("aBs -'’#@&.,AGmbH„“\n"), min_size=1, max_size=20), st.sampled_from(LABELS))
def test_a_normal_form_is_never_empty(written, label):
    assert normal_form(written, label, "L", LEXICON)
