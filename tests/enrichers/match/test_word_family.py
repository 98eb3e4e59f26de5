"""`word~` on three lists of pairs, each written before the analyser's errors on it were seen.

The third, of 2,470 pairs by an author who knew the specification only, at the first run: precision 0.969, recall 0.919.
What was changed then was learnt from the errors of one half of it (by head); the other half, whose errors nobody
read, rose from 0.978 and 0.934 to 0.977 and 0.971.
"""

from functools import cache
from pathlib import Path

import pytest

from enrichers.match.hits import hits
from enrichers.match.query import parse
from enrichers.match.syntax import Query
from enrichers.match.text import Text
from enrichers.match.word_family import MAX_LETTERS, word_family


def pairs(name: str) -> list[tuple[str, str, bool]]:
    found = []
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            head, _, forms = line.partition(": + ")
            wanted, _, unwanted = forms.partition(" - ")
            found += [(head, form, True) for form in wanted.split()]
            found += [(head, form, False) for form in unwanted.split()]
    return found


def matches(head: str, form: str) -> bool:
    return bool(hits(query(head), Text(form)))


@cache
def query(head: str) -> Query:
    return parse(f"{head}~")


LISTS = ("word_family_pairs.txt", "word_family_pairs_2.txt", "word_family_pairs_3.txt")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("spelled", [str, str.lower], ids=["as written", "lower case"])
def test_precision_and_recall_on_fresh_lists(spelled, name):
    answers = [(matches(head, spelled(form)), wanted) for head, form, wanted in pairs(name)]
    assert len(answers) >= 500
    right = sum(found and wanted for found, wanted in answers)
    assert right / sum(found for found, _ in answers) >= 0.98
    assert right / sum(wanted for _, wanted in answers) >= 0.97


@pytest.mark.parametrize(
    ("head", "forms"),
    [
        ("Kündigung", "Vertragskündigung Kuendigungsfrist"),
        ("Apfel", "Äpfel Apfelsaft"),
        ("Bahn", "Straßenbahnen"),
        ("laden", "geladen Buchladen lädt"),
        ("Zeuge", "Zeugin Zeuginnen"),
        ("Schaffner", "Schaffnerinnen"),
        ("schön", "Schönes"),
        ("Reis", "Reispfanne"),
        ("Krieg", "Kriegsende"),
        ("Ladesäule", "Schnellladesäule Ladesäulenstecker"),
        ("Garten", "Gärten Gartenverein"),
        ("Glas", "Gläser"),
        ("deutsch", "Deutschen"),
        ("alt", "Ältere"),
        ("abzocken", "abgezockt"),
        ("krank", "kränker"),
        ("Bote", "Paketbotin"),
        ("Zwitscho", "Zwitschofiliale"),
        ("Buße", "Bußgeld"),
    ],
)
def test_what_must_match(head, forms):
    assert all(matches(head, form) for form in forms.split())


@pytest.mark.parametrize(
    ("head", "forms"),
    [
        ("Ei", "Partei Datei"),
        ("Tor", "Motor Doktor Historie Monitor"),
        ("Kündigung", "Ankündigung"),
        ("Laden", "geladen Geladen"),
        ("Kunde", "Sekunden"),
        ("Bier", "Bierhoff"),
        ("Rat", "Verrat"),
        ("zahlen", "Zahl"),
        ("kaufen", "verkaufen"),
        ("kündigen", "angekündigt ankündigen"),
        ("Marke", "Mark Knochenmark"),
        ("messe", "gemessen"),
        ("Reis", "Reißverschluss"),
        ("Stahl", "Diebstahl"),
        ("lang", "gelangte"),
    ],
)
def test_what_must_not_match(head, forms):
    assert not any(matches(head, form) for form in forms.split())


def test_a_word_of_any_length_is_answered():
    assert word_family().members("bahn" * 10_000, True) == {"bahn" * 10_000}
    assert MAX_LETTERS < 100


def test_the_table_is_small_enough_to_ship():
    path = Path(__file__).parents[3] / "enrichers/match/word_family.tsv.gz"
    assert path.stat().st_size <= 6_000_000
