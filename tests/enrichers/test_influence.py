"""Influence: the documented formula, by worked examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.influence import FULL, MOST, influence
from streams.post import Author, Engagement, Venue
from streams.testing.enricher_checks import mention

NETWORK = Venue(id="v", kind="network")


def post(  # noqa: PLR0917
    followers=None, likes=None, replies=None, shares=None, views=None, verified=None, venue=NETWORK
):
    return mention(
        "x",
        author=Author(id="a", followers=followers, verified=verified),
        engagement=Engagement(likes=likes, replies=replies, shares=shares, views=views),
        venue=venue,
    )


EXAMPLES = [
    # (post, followers, venue, engagement, reposts, verified, what was imputed)
    (post(0, 0, 0, 0, 0, False), 0, 0, 0, 0, 0, ()),
    (post(100, 3, 1, 0, None, False), 11.7, 0, 3.9, 0, 0, ()),
    (post(1_200, 3, 0, 0, None, False), 18.0, 0, 3.0, 0, 0, ()),
    (post(50_000, 800, 120, 90, None, True), 27.4, 0, 15.1, 6.5, 5, ()),
    (post(10_000_000, 200_000, 9_000, 40_000, None, True), 35, 0, 20, 10, 5, ()),
    (post(100, 0, 0, 0, 200_000, False), 11.7, 0, 16.5, 0, 0, ()),
    (post(venue=Venue(id="v", kind="news", reach=20_000_000)), 15.8, 29.1, 1.5, 0, 0,
     ("followers", "engagement", "reposts", "verified")),
    (post(venue=Venue(id="v", kind="blog")), 15.8, 10.0, 1.5, 0, 0,
     ("followers", "venue", "engagement", "reposts", "verified")),
    (mention("x"), 15.8, 10.0, 1.5, 0, 0, ("followers", "venue", "engagement", "reposts", "verified")),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_worked_examples(example):
    one, followers, venue, engagement, reposts, verified, imputed = example
    answer = influence(one)
    assert answer.parts == {
        "followers": followers,
        "venue": venue,
        "engagement": engagement,
        "reposts": reposts,
        "verified": verified,
    }
    assert answer.imputed == imputed
    assert answer.formula == "1"


def test_unknown_followers_are_not_none():
    assert influence(post(None)).parts["followers"] > influence(post(0)).parts["followers"]


def test_a_negative_count_is_unknown():
    assert influence(post(-1, -1, -1, -1, -1)) == influence(post())


COUNTS = st.none() | st.integers(-1, 2**63 - 1)
KINDS = st.sampled_from([None, "network", "forum", "blog", "news", "portal", "group", "page"])
VENUES = st.none() | st.builds(Venue, id=st.just("v"), kind=KINDS, reach=COUNTS)
POSTS = st.builds(
    post,
    followers=COUNTS,
    likes=COUNTS,
    replies=COUNTS,
    shares=COUNTS,
    views=COUNTS,
    verified=st.none() | st.booleans(),
    venue=VENUES,
)


@given(POSTS)
def test_a_score_is_the_sum_of_its_bounded_parts(one):
    answer = influence(one)
    assert math.isclose(answer.score, sum(answer.parts.values()), abs_tol=0.05)
    assert 0 <= answer.score <= 100
    assert all(0 <= part <= MOST[name] for name, part in answer.parts.items())
    assert set(answer.imputed) <= set(MOST)


@given(POSTS, st.sampled_from(["followers", "likes", "shares"]), st.integers(1, 10**6))
def test_more_is_never_less(one, what, more):
    counts = {
        "followers": one.author.followers,
        "likes": one.engagement.likes,
        "shares": one.engagement.shares,
    }
    if counts[what] is None or counts[what] < 0:
        return
    richer = post(
        **{**counts, what: counts[what] + more},
        replies=one.engagement.replies,
        views=one.engagement.views,
        verified=one.author.verified,
        venue=one.venue,
    )
    assert influence(richer).score >= influence(one).score


def test_the_parts_add_up_to_a_hundred():
    assert sum(MOST.values()) == 100
    assert set(FULL) | {"verified"} == set(MOST)
