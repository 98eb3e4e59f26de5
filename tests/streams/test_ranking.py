"""Actors and places: who says most, and where."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from streams.mention import Influence, Sentiment, Target
from streams.post import Author, Engagement, Venue
from streams.ranking import MEASURES, Ranking
from streams.testing.make import mention
from tests.strategies import mentions

NEGATIVE = Sentiment(label="negative", score=-0.9)
POSITIVE = Sentiment(label="positive", score=0.9)
UNSURE = Sentiment(label="unsure", score=0.0)
ERIKA = Author(id="n:erika", handle="erika", followers=100)
MAX = Author(id="n:max", name="Max M.", followers=5_000)


def top(said, of="actors", by="influence", subscription=None):
    ranking = Ranking(of, subscription)
    for one in said:
        ranking.add(one)
    return ranking.top(by)


def test_an_author_has_a_name_a_reach_and_a_share_of_negatives():
    said = [
        mention(1, author=ERIKA, sentiment=NEGATIVE, influence=Influence(score=12.0)),
        mention(2, author=ERIKA, sentiment=POSITIVE, influence=Influence(score=30.0)),
        mention(3, author=ERIKA, sentiment=UNSURE),
    ]
    [erika] = top(said)
    assert (erika.name, erika.mentions, erika.reach, erika.influence) == ("erika", 3, 100, 30.0)
    assert (erika.toned, erika.negative, erika.negative_share) == (2, 1, 0.5)


def test_the_newest_word_about_the_reach_holds_and_unknown_is_not_zero():
    said = [
        mention(2, author=replace(ERIKA, followers=120)),
        mention(1, author=ERIKA),
        mention(3, author=replace(ERIKA, followers=None)),
        mention(4, author=Author(id="n:who")),
    ]
    assert {one.id: one.reach for one in top(said)} == {"n:erika": 120, "n:who": None}


def test_the_tone_is_the_one_toward_the_subscription():
    toward = replace(POSITIVE, targets=(Target(subscription="lh", label="negative", score=-0.8),))
    said = [mention(1, author=ERIKA, sentiment=toward)]
    assert [one.negative for one in top(said, subscription="lh")] == [1]
    assert [one.negative for one in top(said, subscription="db")] == [0]


def test_one_angry_post_of_one_is_not_worse_than_forty_of_fifty():
    said = [mention(n, author=ERIKA, sentiment=NEGATIVE if n < 40 else POSITIVE) for n in range(50)]
    said.append(mention(99, author=MAX, sentiment=NEGATIVE))
    assert [one.id for one in top(said, by="negative")] == ["n:erika", "n:max"]


def test_replies_are_what_the_source_counts_or_what_we_have_seen_whichever_is_more():
    said = [
        mention(1, author=ERIKA, engagement=Engagement(replies=7)),
        mention(2, author=MAX),
        *(mention(n, author=Author(id=f"n:{n}"), parent_id="sample:2") for n in range(3, 13)),
    ]
    assert [(one.id, one.replies) for one in top(said, by="replies")[:2]] == [("n:max", 10), ("n:erika", 7)]


def test_places_are_the_venues():
    forum = Venue(id="f:1", name="Bahnforum", kind="forum", reach=9_000)
    said = [mention(1, venue=forum), mention(2, venue=forum), mention(3)]
    [place] = top(said, of="places", by="mentions")
    assert (place.name, place.kind, place.reach, place.mentions) == ("Bahnforum", "forum", 9_000, 2)


def test_the_news_that_a_post_is_gone_counts_nothing():
    assert top([mention(1, event="delete", text="")]) == []


@given(
    st.lists(mentions(), max_size=12, unique_by=lambda one: one.id), st.randoms(), st.sampled_from(MEASURES)
)
def test_the_order_of_the_mentions_does_not_matter(said, random, by):
    shuffled = random.sample(said, len(said))
    for of in ("actors", "places"):
        assert top(said, of, by) == top(shuffled, of, by)
