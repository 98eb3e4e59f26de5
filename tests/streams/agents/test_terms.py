"""The words that say what a post is about."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.agents.enrich import outputs
from streams.agents.terms import LEAST_LETTERS, LONGEST, MOST_TERMS, STOP_WORDS, beside, terms_of
from streams.codec import decode_hit
from streams.mention import Entity, Match, Mention
from streams.topics import HITS

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def mention(text: str, **parts) -> Mention:
    return Mention(id="t:1", source="t", created_at=AT, text=text, **parts)


def test_nouns_and_hashtags_of_a_german_sentence_are_found_and_its_small_words_are_not():
    said = mention(
        "Während der Störung am Hauptbahnhof können wir wirklich nichts machen. Überall nur Chaos #Zugausfall"
    )
    assert terms_of(said) == ("#zugausfall", "stoerung", "hauptbahnhof")


def test_umlauts_fold_as_in_queries():
    assert terms_of(mention("Zugverspätung")) == terms_of(mention("Zugverspaetung")) == ("zugverspaetung",)


def test_nouns_come_before_verbs_and_names_before_all():
    said = mention(
        "ich kündige heute mein Abonnement bei Huber Reisen",
        entities=(Entity(text="Huber Reisen", label="ORG", start=36, end=48, name="Huber Reisen"),),
    )
    assert terms_of(said) == ("huber reisen", "abonnement", "reisen", "kuendige")


def test_addresses_links_and_handles_are_no_terms():
    said = mention(
        "@kundenservice siehe https://beispiel.example/Datenleck oder presse@beispiel.example: Datenpanne"
    )
    assert terms_of(said) == ("datenpanne",)


def test_the_title_is_read_too():
    assert terms_of(mention("Mehr dazu gleich.", title="Rückruf von Babynahrung")) == (
        "rueckruf",
        "babynahrung",
    )


def test_compounds_with_a_hyphen_stay_whole():
    assert terms_of(mention("Der Bahn-Streik geht weiter")) == ("bahn-streik",)


def test_what_the_subscription_asked_for_is_no_term_of_its_hit():
    said = mention("Die Musterbank sperrt Girokonten #Musterbank")
    match = Match(subscription="s", spans=((4, 14),))
    assert beside(match, said, terms_of(said)) == ("girokonten", "sperrt")


def test_a_hit_carries_its_terms():
    said = mention("Die Musterbank sperrt Girokonten", matches=(Match(subscription="s", spans=((4, 14),)),))
    hits = [decode_hit(entry.value) for entry in outputs(said, said, 1) if entry.topic == HITS]
    assert [hit.terms for hit in hits] == [("girokonten", "sperrt")]


@pytest.mark.parametrize("word", STOP_WORDS.split())
def test_a_stop_word_is_no_term_however_it_is_written(word):
    assert len(word) >= LEAST_LETTERS
    assert terms_of(mention(f"{word} {word.title()} {word.upper()}")) == ()


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), title=st.none() | st.text(max_size=50))
def test_terms_are_few_short_and_folded_whatever_the_text(text, title):
    found = terms_of(mention(text, title=title))
    assert len(found) == len(set(found)) <= MOST_TERMS
    assert all(0 < len(term) <= LONGEST for term in found)
