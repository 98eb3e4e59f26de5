"""Which parts of a query a post holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.match.enricher import Match
from enrichers.match.evaluation import prove
from enrichers.match.presence import presences
from enrichers.match.printing import printed
from enrichers.match.syntax import any_of
from enrichers.match.text import View
from tests.enrichers.match.helpers import post, subscription, texts, trees


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bahn~", {"bahn~": "inside"}),
        ("streik", {"streik": "whole"}),
        ("bus", {"bus": "absent"}),
        ("bahn~ AND streik NOT bus", {"bahn~": "inside", "streik": "whole"}),
        (
            "bus OR (streik AND tram)",
            {"bus": "absent", "streik AND tram": "absent", "streik": "whole", "tram": "absent"},
        ),
        ("streik NEAR/9 (bus OR bahn~)", {"streik": "whole", "bus": "absent", "bahn~": "inside"}),
        ("title:(bahn~ OR streik)", {"title:bahn~": "whole", "title:streik": "absent"}),
        ("kind:post AND likes:>3", {"kind:post": "whole", "likes:>3": "absent"}),
        ('"der autobahn~"', {'"der autobahn~"': "whole"}),
    ],
)
def test_each_part_is_told_by_its_spelling(query, expected):
    title = "Bahn" if query.startswith("title") else None
    mention = post("Streik: Stau auf der Autobahn, #Bahnstreik", title=title)
    assert Match(Match.Config()).presences(subscription(query), mention) == expected


@given(st.lists(trees, min_size=2, max_size=3), texts)
def test_a_branch_is_there_exactly_if_it_matches(branches, text):
    query, view = any_of(branches), View(post(text or "x"))
    found = presences(query, view)
    for branch in query.parts:
        assert (found[printed(branch)] != "absent") == (prove(branch, view) is not None)
