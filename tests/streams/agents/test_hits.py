"""What an alert may show of a post travels with its hit, and no more than its source allows."""

from hypothesis import given
from hypothesis import strategies as st

from streams.agents.hits import MAX_QUOTE, hits_of, quote_of
from streams.mention import Match, Mention
from streams.post import Author, Venue
from streams.testing.make import post

LONG = "Das Wetter ist schön. " * 40 + "Die Bahn steht still. " + "Wir warten seit zwei Stunden.\n" * 40
BAHN = (LONG.index("Bahn"), LONG.index("Bahn") + 4)


def matched(text: str, *spans: tuple[int, int], **changes) -> Mention:
    return Mention(
        **{name: getattr(post(0, text, **changes), name) for name in post(0).__slots__},
        matches=(Match(subscription="db", spans=spans),),
    )


def test_a_hit_names_author_venue_and_kind_and_quotes_the_post():
    author = Author(id="a:1", handle="jo", followers=7)
    venue = Venue(id="v:1", name="Bahnforum", kind="forum")
    [hit] = hits_of(matched("Die Bahn steht", (4, 8), author=author, venue=venue))
    assert (hit.author_name, hit.venue_name, hit.venue_kind) == ("jo", "Bahnforum", "forum")
    assert hit.quote == "Die Bahn steht"


def test_nothing_is_quoted_from_a_source_that_forbids_it():
    mention = matched("Die Bahn steht", (4, 8), source="facebook")
    assert [hit.quote for hit in hits_of(mention, ["facebook"])] == [None]
    assert [hit.quote for hit in hits_of(mention)] == ["Die Bahn steht"]


def test_a_quote_is_cut_around_the_match_between_words():
    quote = quote_of(LONG, BAHN)
    assert "Die Bahn steht still." in quote
    assert quote[0] == quote[-1] == "…"
    assert set(quote.strip("…").split()) <= set(LONG.split())


@given(st.text(max_size=600), st.integers(0, 600), st.integers(0, 40))
def test_a_quote_is_one_short_line_of_the_text(text, start, length):
    quote = quote_of(text, (min(start, len(text)), min(start + length, len(text))))
    if quote is None:
        assert not text[-MAX_QUOTE:].strip() or len(text) > MAX_QUOTE
        return
    assert len(quote) <= MAX_QUOTE
    assert len(quote.splitlines()) == 1
    assert quote.strip("…") in " ".join(text.split())


@given(st.lists(st.text("abcäß", min_size=1, max_size=12), min_size=1, max_size=80), st.data())
def test_the_match_is_in_the_quote(words, data):
    at = data.draw(st.integers(0, len(words) - 1))
    start = len(" ".join(words[:at])) + (at > 0)
    assert words[at] in quote_of(" ".join(words), (start, start + len(words[at]))).strip("…").split()
