"""Entities: what is listed is always found; what is found has its place and its normal form."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.entities import Entities
from enrichers.names import Name, read, tokens
from enrichers.training.train_entities import PLANS
from streams.errors import ConfigError
from streams.mention import Language
from streams.testing.enricher_checks import mention

OWN = Entities.Config(
    names={"Deutsche Bahn": "ORG", "ICE": "PROD", "Müller & Söhne": "ORG", "BahnCard 25": "PROD"},
    handles={"@DB_Bahn": "Deutsche Bahn", "acme@social.example": "Acme"},
    taggers=(),
)


async def found(text, config=OWN, **post):
    enricher = Entities(config)
    await enricher.open()
    return [(e.text, e.label, e.name) for e in enricher.enrich([mention(text, **post)])[0]["entities"]]


@pytest.mark.parametrize(
    "written", ["Deutsche Bahn", "Deutschen Bahn", "deutsche bahn", "DEUTSCHE BAHN", "Deutsche  Bahn"]
)
async def test_a_listed_name_is_found_however_it_is_written(written):
    assert await found(f"bei der {written} heute") == [(written, "ORG", "Deutsche Bahn")]


async def test_a_genitive_is_the_same_name():
    assert await found("Berlins Busse", Entities.Config(names={"Berlin": "LOC"}, taggers=())) == [
        ("Berlins", "LOC", "Berlin")
    ]


async def test_short_names_keep_their_case():
    assert await found("ICE und ice und Eis") == [("ICE", "PROD", "ICE")]


async def test_names_with_signs_and_digits_are_found():
    assert await found("müller & söhne, BahnCard 25!") == [
        ("müller & söhne", "ORG", "Müller & Söhne"),
        ("BahnCard 25", "PROD", "BahnCard 25"),
    ]


async def test_part_of_a_word_is_no_name():
    assert await found("Deutsche Bahnen, ICEs? MICE") == []


async def test_a_name_within_a_compound_is_found():
    assert await found("die ICE-Strecke, der Deutsche-Bahn-Chef") == [
        ("ICE", "PROD", "ICE"),
        ("Deutsche-Bahn", "ORG", "Deutsche Bahn"),
    ]


async def test_a_handle_is_its_brand():
    assert await found("@db_bahn, @acme@social.example und @niemand") == [
        ("@db_bahn", "ORG", "Deutsche Bahn"),
        ("@acme@social.example", "ORG", "Acme"),
    ]


@pytest.mark.parametrize(
    "text", ["@", "@ @ @", "a @ b", "mail@example.org", "#", "https://deutsche-bahn.example/ICE"]
)
async def test_signs_and_addresses_are_no_names(text):
    assert await found(text) == []


async def test_a_hashtag_is_a_name_with_its_sign():
    assert await found("#ICE fällt aus") == [("#ICE", "PROD", "ICE")]


async def test_places_are_code_points():
    enricher = Entities(OWN)
    await enricher.open()
    (entity,) = enricher.enrich([mention("😀👩‍👩‍👧 Deutsche Bahn")])[0]["entities"]
    assert (entity.start, entity.end) == (7, 20)


async def test_lists_of_ones_own_are_read(tmp_path):
    file = tmp_path / "brands.tsv"
    file.write_text("# ours\nGurkenhof\tPROD\n\n", encoding="utf-8")
    assert await found("vom Gurkenhof", Entities.Config(files=(str(file),), taggers=())) == [
        ("Gurkenhof", "PROD", "Gurkenhof")
    ]


@pytest.mark.parametrize("content", ["Gurkenhof PROD", "Gurkenhof\tTHING", None])
async def test_a_bad_list_is_named_with_its_line(tmp_path, content):
    file = tmp_path / "brands.tsv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"brands\.tsv"):
        await Entities(Entities.Config(files=(str(file),))).open()


async def test_an_unknown_label_is_refused_with_a_list():
    with pytest.raises(ConfigError, match="PER, ORG, LOC, PROD, MISC"):
        await Entities(Entities.Config(names={"X": "BRAND"})).open()


async def test_the_tagger_finds_what_nobody_listed():
    answer = await found(
        "Anna Bergmann zog von Lüneburg nach Stuttgart zur Firma Siemens.", Entities.Config()
    )
    assert ("Anna Bergmann", "PER", "Anna Bergmann") in answer
    assert ("Stuttgart", "LOC", "Stuttgart") in answer
    assert ("Siemens", "ORG", "Siemens") in answer


async def test_the_tagger_reads_posts_without_capitals():
    assert ("stuttgart", "LOC", "Stuttgart") in await found("ich fahre nach stuttgart", Entities.Config())


async def test_english_posts_are_read_by_the_english_tagger():
    text = "my flight with Southwest from Chicago to Boston was cancelled again"
    answer = await found(text, Entities.Config(), language=Language(code="en", score=0.99))
    assert ("Chicago", "LOC", "Chicago") in answer


async def test_an_unknown_tagger_is_refused_with_a_list():
    with pytest.raises(ConfigError, match="de, en"):
        await Entities(Entities.Config(taggers=("fr",))).open()


async def version(**options):
    enricher = Entities(Entities.Config(**options))
    before = enricher.version
    await enricher.open()
    return before, enricher.version


async def test_the_version_tells_options_lists_and_models(tmp_path):
    file = tmp_path / "brands.tsv"
    file.write_text("Acme\tORG\n", encoding="utf-8")
    listed = (await version(files=(str(file),), taggers=()))[1]
    file.write_text("Acme\tPROD\n", encoding="utf-8")
    versions = [
        listed,
        (await version(files=(str(file),), taggers=()))[1],
        *[
            (await version(**options))[1]
            for options in ({}, {"taggers": ("de",)}, {"names": {"Acme": "ORG"}})
        ],
    ]
    assert len(set(versions)) == len(versions)
    assert await version() == await version()


async def test_it_is_measured_on_what_is_held_out(monkeypatch):
    plan = PLANS["de"]
    held_out = {"own": ([("Ich bin in Stuttgart.", frozenset({(11, 20, "LOC")}))], ("LOC",))}
    monkeypatch.setitem(PLANS, "de", replace(plan, held_out=lambda folder: held_out))
    enricher = Entities(Entities.Config(taggers=("de",)))
    await enricher.open()
    card, now = enricher.measure(Path())
    assert card == "own, held out (model card): none"
    assert now.startswith("own, with this model")
    assert now.endswith(": precision 100.0%, recall 100.0%, F1 100.0% of 1 names")


async def test_what_is_listed_wins_over_the_tagger():
    config = Entities.Config(names={"Stuttgart": "PROD"})
    assert await found("Ich fahre nach Stuttgart.", config) == [("Stuttgart", "PROD", "Stuttgart")]


@given(st.text(st.sampled_from("aB-&.,@# 😀\nß'1"), max_size=40))
def test_tokens_cover_all_but_space(text):
    pieces = tokens(text)
    assert all(text[one.start : one.end] == one.text for one in pieces)
    assert all(a.end <= b.start for a, b in pairwise(pieces))
    assert "".join(one.text for one in pieces) == "".join(text.split())


def test_a_list_gives_back_what_was_written(tmp_path):
    file = tmp_path / "names.tsv"
    file.write_text("Bahn Park\tLOC\n", encoding="utf-8")
    assert read(file) == [Name("Bahn Park", "LOC")]
