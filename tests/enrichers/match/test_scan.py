"""The candidate stage misses nothing: what the evaluator may look for stands in the scan of a post."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from enrichers.match.scan import Scanned, folded
from enrichers.match.text import Text
from enrichers.match.tokens import name_parts, tokens
from tests.enrichers.match.helpers import post, texts

marked = st.text(alphabet="abAB12äÖßé _#@-–＃.'’&+\n😡…\u0308\u00ad\u0323\0", max_size=30)
some_text = marked | texts | st.text(max_size=40)


@settings(max_examples=400)
@given(some_text)
@example("#DeutscheBahn-Chef und @Foo.BarBaz-Q: S–Bahn, ＃WeitesFeld")
@example("@a-B#cD-E_f a\u00ad-b A\u0308-o\u0308\u0323")
def test_every_token_stands_in_the_scan_of_its_post(text):
    posts = [post("davor x-y", id="t:1"), post(text, id="t:2"), post("#DanachDas", id="t:3")]
    part = Scanned(posts, ()).part(1)
    for token in tokens(text):
        if token.kind == "word":
            assert b" " + folded(token.word).strip() + b" " in part, token
        elif token.kind == "emoji":
            assert next(c for c in token.word if ord(c) > 0x2000 or c in "0123456789#*").encode() in part


@given(st.lists(some_text, min_size=1, max_size=5))
def test_each_place_belongs_to_its_post(written):
    posts = [
        post(f"{text} anker{number} #AnkerTag{number}", id=f"t:{number}")
        for number, text in enumerate(written)
    ]
    scanned = Scanned(posts, ("author", "site"))
    for number in range(len(posts)):
        for word in (f" anker{number} ".encode(), f" ankertag{number} ".encode()):
            assert scanned.owner(scanned.data.index(word)) == number
            assert word in scanned.part(number)


def test_names_and_links_are_scanned_where_a_query_looks_at_them():
    mention = post("x", url="https://www.Bahn.de/Störung")
    assert b" bahn de stoerung " in Scanned([mention], ("site",)).part(0)
    assert b"bahn" not in Scanned([mention], ("author",)).part(0)


@given(some_text)
def test_a_text_has_the_tokens_of_its_pieces(text):
    read = Text(text)
    assert list(read.tokens) == list(tokens(text))
    for token in tokens(text):
        if token.kind != "url":
            assert token in read.find(token.word)
            assert token in read.holding((token.word[:2],))


@given(st.text(alphabet="abABZ12_", max_size=12))
def test_the_parts_of_a_name_are_in_the_scan(name):
    part = Scanned([post(f"x #a{name}")], ()).part(0)
    for start, end in name_parts(f"a{name}"):
        assert b" " + f"a{name}"[start:end].lower().encode() + b" " in part
