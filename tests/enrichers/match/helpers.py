"""Posts, subscriptions and strategies for the tests of the matcher."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st

from enrichers.match.enricher import Match
from enrichers.match.query import Query
from enrichers.match.syntax import (
    Compare,
    Exact,
    Field,
    Flag,
    Near,
    Wildcard,
    Word,
    all_of,
    any_of,
    none_of,
    phrase_of,
)
from streams.mention import Mention
from streams.subscription import Subscription

WORDS = re.findall(
    r"\S+",
    "Bahn bahn BAHN Bahnhof Bahnstreik Straßenbahnen Äpfel Apfel Apfelsaft Kündigung kuendigung Kündigungsfrist "
    "Carsharing Car Sharing S-Bahn Bahn-Chef Müller Mueller Müller's MÜLLER H&M Disney+ deutsche Deutsche Ei Eier "
    "Partei Streik streiken gestreikt laden Laden Rückruf Café O2-Netz fährt fahren",
)
MARKS = ["#DeutscheBahn", "#bahn", "#Bahn_Streik", "@DB_Bahn", "@bahn@social.de", "😡", "😡🏿", "👩‍💻", "1️⃣"]
BETWEEN = (" ", " ", " ", ", ", "\n", "  ", " – ", "…", "-", "\u00ad", "/", "\u00a0", ". ", "_", "’")

words = st.sampled_from(WORDS)
leaves = st.builds(Word, words) | st.sampled_from(MARKS).map(Word)
families = st.sampled_from([w for w in WORDS if w[-1].isalpha() and "'" not in w and "&" not in w]).map(
    lambda word: Word(word, True)
)
wildcards = st.sampled_from(["bahn*", "*bahn", "b?hn*", "*streik*", "#bahn*", "Kün*frist", "@db*"]).map(
    Wildcard
)
exacts = st.sampled_from(["Bahn", "BAHN", "Bahnhof", "Deutsche Bahn", "Müller", "H&M", "Bahn-Chef"]).map(
    Exact
)
phrases = st.lists(
    st.builds(Word, words) | families | wildcards.filter(lambda w: w.pattern[0] not in "#@"),
    min_size=2,
    max_size=3,
).map(phrase_of)
terms = leaves | families | wildcards | exacts | phrases
groups = terms | st.lists(terms, min_size=2, max_size=3).map(any_of)
nears = st.builds(Near, groups, groups, st.integers(0, 5), st.booleans())
conditions = (
    st.builds(
        Compare,
        st.sampled_from(["likes", "followers"]),
        st.sampled_from(["<", ">=", "="]),
        st.integers(1, 9).map(float),
    )
    | st.sampled_from([Flag("is", "reply"), Flag("has", "link"), Flag("is", "review")])
    | st.sampled_from(
        [Field("site", Word("bahn.de")), Field("source", Word("a")), Field("kind", Word("post"))]
    )
    | st.builds(Field, st.sampled_from(["title", "text", "author"]), terms)
    | st.sampled_from(["Bahn", "H&M", "bahn*"]).map(
        lambda word: Field("url", Wildcard(word) if "*" in word else Word(word))
    )
)


def _extend(inside: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inside, min_size=2, max_size=3)
    return several.map(all_of) | several.map(any_of) | inside.map(none_of)


trees = st.recursive(terms | nears | conditions, _extend, max_leaves=6)
texts = st.lists(st.tuples(st.sampled_from(WORDS + MARKS), st.sampled_from(BETWEEN)), max_size=12).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


def post(text: str = "", **fields) -> Mention:
    return Mention(
        **{"id": "t:1", "source": "t", "created_at": datetime(2026, 1, 1, tzinfo=UTC), "text": text, **fields}
    )


def subscription(query: str, id: str = "q", **fields) -> Subscription:
    return Subscription(id=id, query=query, **fields)


def matches(query: str, text: str) -> bool:
    """Whether the matcher says that the text of a post matches."""
    match = Match(Match.Config())
    match.subscribe(subscription(query))
    return isinstance(match.enrich([post(text)])[0], dict)
