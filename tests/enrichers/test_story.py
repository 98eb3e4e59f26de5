"""Stories: copies are one, voices are many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.story import StoryKey, folded, same_story, signature, similarity
from streams.testing.enricher_checks import mention

TOLD = "Die Bahn streikt ab Montag bundesweit, das teilte die Gewerkschaft am Abend in Frankfurt mit."


def story(text, **post):
    return StoryKey(StoryKey.Config()).enrich([mention(text, **post)])[0].get("story")


@pytest.mark.parametrize(
    "copy",
    [
        "Köln (dpa) - " + TOLD,
        "Frankfurt am Main (dpa/lhe) – " + TOLD,
        "NEW YORK, Nov 3 (Reuters) - " + TOLD,
        "(Reuters) " + TOLD,
        "dpa: " + TOLD,
        "dpa " + TOLD,
        TOLD + " (AFP)",
        TOLD + " https://t.co/abc",
        "RT @tagesschau: " + TOLD,
        "@a @b@c.social " + TOLD.upper(),
        TOLD.replace(",", " –").replace(".", "!!! 😡"),
        TOLD.replace("Gewerkschaft", "Gewerk\u00adschaft"),
        f"<p>{TOLD}</p>",
    ],
)
def test_a_copy_has_the_same_key(copy):
    assert story(copy) == story(TOLD)


def test_an_edited_copy_is_nearly_the_same():
    other = story(TOLD + " Mehr in Kürze.")
    assert other.key != story(TOLD).key
    assert same_story(other, story(TOLD))


def test_another_voice_tells_another_story():
    voice = story("Schon wieder Streik bei der Bahn, ich komme am Montag nicht nach Frankfurt und bin sauer.")
    assert not same_story(voice, story(TOLD))


def test_two_hundred_copies_are_told_from_two_hundred_voices():
    copies = [story(f"{TOLD} https://example.org/{n}") for n in range(200)]
    voices = [story(f"Meine Meinung Nummer {n}: der Streik ist {n * 7} mal berechtigt") for n in range(200)]
    assert len({one.key for one in copies}) == 1
    assert len({one.key for one in voices}) == 200


def test_a_place_in_brackets_is_no_agency():
    assert folded("Der Apfel (AP) fiel vom Baum")[:3] == ["der", "apfel", "ap"]


def test_posts_of_links_alone_share_their_link():
    assert story("https://a.example/1") == story("  https://a.example/1 😀")
    assert story("https://a.example/1") != story("https://a.example/2")
    assert story("https://a.example/1").signature == ()


def test_nothing_told_is_no_story():
    assert story("😀") is None
    assert story("@db_bahn") is None


def test_a_title_tells_what_a_text_does_not():
    assert story("", title=TOLD) == story(TOLD)


def test_short_texts_have_a_key_only():
    assert story("Danke!").signature == ()
    assert story("Danke!").key == story("danke").key


WORDS = st.lists(
    st.sampled_from(["der", "zug", "kommt", "heute", "nicht", "nach", "köln", "weil", "niemand", "fährt"]),
    min_size=3,
    max_size=60,
)


@given(WORDS, WORDS)
def test_similarity_estimates_the_share_of_common_shingles(one, other):
    def shingles(words):
        return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}

    a, b = shingles(one), shingles(other)
    estimated = similarity(signature(one), signature(other))
    assert abs(estimated - len(a & b) / len(a | b)) < 0.45  # five standard errors
    assert (estimated == 1) >= (a == b)


def test_signatures_of_other_lengths_are_not_compared():
    assert similarity((), ()) == 0
    assert similarity((1, 2), (1, 2, 3)) == 0
