"""How mistakes in a query are told, and what is refused."""

import pytest

from enrichers.match.printing import printed
from enrichers.match.query import parse
from streams.errors import UsageError


def refusal(query: str) -> str:
    with pytest.raises(UsageError) as raised:
        parse(query)
    return str(raised.value)


def test_a_mistake_shows_its_place_what_was_expected_and_the_line_to_write():
    assert refusal("bahn AND AND streik") == (
        'line 1, column 10: expected a word, a phrase or "("\n'
        "  bahn AND AND streik\n"
        "           ^\n"
        "write: bahn AND streik"
    )


def test_the_place_in_a_query_of_several_lines():
    assert refusal("bahn~\n AND (streik").startswith("line 2, column 13:")


@pytest.mark.parametrize(
    ("query", "column", "write"),
    [
        ("(bahn", 6, "(bahn)"),
        ("bahn)", 5, "bahn"),
        ('"deutsche bahn', 1, '"deutsche bahn"'),
        ("{BahnCard", 1, "{BahnCard}"),
        ("bahn OR", 8, "bahn"),
        ("bahn~ AND (streik OR)", 21, "bahn~ AND (streik )"),
        ("bahn NEAR/5) x", 12, "bahn NEAR/5 x"),
        ("bahn, streik", 5, "bahn streik"),
        ("a ONEAR/3 b", 3, "a NEAR/3f b"),
        ("a NEAR b", 3, "a NEAR/5 b"),
        ("a near/3 b", 3, "a NEAR/3 b"),
        ("a /4 b", 3, "a NEAR/4 b"),
        ('"a b"~5', 1, "a NEAR/5 b"),
        ("a && b", 3, "a AND b"),
        ("a || b", 3, "a OR b"),
        ("a !b", 3, "a NOT b"),
        ("a - b", 3, "a NOT b"),
        ("bahn~2", 1, "bahn~"),
        ("bahn^9", 1, "bahn"),
        ("raw:Google+", 1, "{Google+}"),
        ("titel:x", 1, "title:x"),
        ("autor:x", 1, "author:x"),
        ("sitee:bahn.de", 1, "site:bahn.de"),
        ("is:repli", 4, "is:reply"),
        ("kind:revew", 6, "kind:review"),
        ("site:bahn.de/x", 6, "site:bahn.de"),
        ("age:<7", 5, "age:<7d"),
        ("12:30", 1, '"12:30"'),
        ("https://bahn.de", 1, 'url:"https://bahn.de"'),
        ("#bahn~", 1, "#bahn"),
        ("a NEAR/5 (b AND c)", 3, "a AND (b AND c)"),
        ("a NEAR/500 b", 3, "a NEAR/100 b"),
    ],
)
def test_advice(query, column, write):
    message = refusal(query)
    assert message.startswith(f"line 1, column {column}: ")
    assert message.endswith(f"\nwrite: {write}")
    parse(write)


@pytest.mark.parametrize(
    "query", ["", "  ", "()", "NOT x", "*", "x OR NOT y", "likes:>=0", "-a -b", "ab*", '""', "{}"]
)
def test_what_could_match_everything_or_nothing_is_refused(query):
    assert "\nwrite: " in refusal(query)


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("bahn " * 1000, "4096 bytes"),
        (" ".join(f"a{n}" for n in range(201)), "200 operands"),
        ("(" * 31 + "bahn" + ")" * 31, "30 deep"),
    ],
)
def test_a_limit_is_named(query, limit):
    assert limit in refusal(query)


def test_what_is_within_the_limits_is_read():
    parse(" ".join(f"a{n}" for n in range(200)))
    parse("(" * 30 + "bahn" + ")" * 30)
    parse("NOT " * 999 + "NOT bahn")


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("bahn streik", "bahn AND streik"),
        ("bahn UND (streik ODER NICHT bus)", "bahn AND (streik OR NOT bus)"),
        ("a b OR c -d", "a AND b OR c AND NOT d"),
        ("((a))", "a"),
        ('"bahn"', "bahn"),
        ('"AND"', '"AND"'),
        ("title:(a)", "title:a"),
        ("a NEAR/3 b NEAR/4f c", "a NEAR/3 b NEAR/4f c"),
        ("a NEAR/3 (b NEAR/4 c)", "a NEAR/3 (b NEAR/4 c)"),
        ("likes:=>3", "likes:>=3"),
        ("NOT NOT a", "a"),
        ("a and b", "a AND and AND b"),
        ("„deutsche bahn“", '"deutsche bahn"'),
    ],
)
def test_the_canonical_spelling(query, canonical):
    assert printed(parse(query)) == canonical
