"""What the model cards are made of: mapped aspects, figures and what changed in them."""

import json

import pytest

from enrichers.training import aspect_data, figures
from enrichers.training.aspect_data import Labelled, measure


def test_categories_of_both_corpora_become_our_aspects(tmp_path):
    (tmp_path / "germeval2017_db").mkdir()
    lines = [
        "id\tZug zu spät\ttrue\tnegative\tZugfahrt#Pünktlichkeit:negative Allgemein#Haupt:negative",
        "",
        "id\tZugbegleiter nett\ttrue\tpositive\tService_und_Kundenbetreuung#Zugbetreuung:positive",
        "id\tHotline\ttrue\tneutral\tService_und_Kundenbetreuung#Haupt:neutral",
        "id\tUrlaub\tfalse\tneutral",
    ]
    (tmp_path / "germeval2017_db" / "dev_v1.4.tsv").write_text("\n".join(lines), encoding="utf-8")
    found = [sorted(row.aspects) for row in aspect_data.germeval(tmp_path)]
    assert found == [["punctuality"], ["staff"], ["service"], []]
    (tmp_path / "mobasa").mkdir()
    item = {"text": "Aufzug", "labels": [["lift", "negative", "Aufzug"], ["demonstration", "neutral", "x"]]}
    for part in ("train", "dev"):
        (tmp_path / "mobasa" / f"{part}.json").write_text(json.dumps(item) + "\n", encoding="utf-8")
    assert [row.aspects for row in aspect_data.mobasa(tmp_path)] == [{"accessibility"}] * 2


def test_precision_and_recall_follow_from_counts():
    rows = [
        Labelled("a", frozenset({"price"})),
        Labelled("b", frozenset({"price"})),
        Labelled("c", frozenset()),
    ]
    found = measure(rows, {"a": ("price",), "b": (), "c": ("price", "staff")}.__getitem__)
    assert found == {"price": (2, 0.5, 0.5), "all": (2, 0.5, 0.5)}


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FILE", tmp_path / "figures.json")


@pytest.mark.usefixtures("file")
def test_a_section_is_replaced_and_the_others_stay():
    assert figures.read() == {}
    figures.note("one", {"dev": {"F1": 70.0}})
    figures.note("two", {"dev": {"F1": 80.0}})
    figures.note("one", {"dev": {"F1": 71.0}})
    assert figures.read() == {"one": {"dev": {"F1": 71.0}}, "two": {"dev": {"F1": 80.0}}}


def test_only_what_changed_is_told():
    before = {"one": {"dev": {"F1": 70.0, "P": 1.0}}}
    after = {"one": {"dev": {"F1": 71.0, "P": 1.0, "R": 2.0}}}
    assert list(figures.changes(before, after)) == ["one, dev, F1: 70.0 → 71.0", "one, dev, R: none → 2.0"]
