"""Fields, numbers and flags."""

from datetime import UTC, datetime

import pytest

from enrichers.match.enricher import Match
from streams.post import Author, Engagement, Media, Place, Rating, Venue
from tests.enrichers.match.helpers import post, subscription

FULL = post(
    "Die Bahn kommt https://m.heise.de/artikel",
    title="Warnung vor Rückrufaktion",
    source="mastodon",
    kind="review",
    url="https://www.bahn.de/service/kontakt?x=1",
    language_hint="de-AT",
    author=Author(id="a", name="Erika Muster", handle="erika_m", followers=1200, verified=True),
    venue=Venue(id="v", name="Der Blog", url="https://blog.example.org"),
    place=Place(name="Köln"),
    rating=Rating(value=4, best=10),
    engagement=Engagement(likes=11),
    parent_id="t:0",
    media=(Media(url="https://x/y.jpg"),),
    observed_at=datetime(2026, 1, 3, tzinfo=UTC),
)


def matches(query: str, of=FULL) -> bool:
    """By explanation and by the stream: they must agree."""
    match = Match(Match.Config())
    match.subscribe(subscription(query))
    explained = match.explain(subscription(query), of).matched
    assert explained == isinstance(match.enrich([of])[0], dict)
    return explained


@pytest.mark.parametrize(
    "query",
    [
        "title:(rückruf~ OR skandal)",
        "text:bahn title:warnung",
        "warnung bahn",
        "author:muster",
        "author:erika_m",
        'author:"Erika Muster"',
        "site:bahn.de",
        "site:www.bahn.de",
        "site:heise.de",
        "site:(db.de OR example.org)",
        "source:mastodon",
        "source:(x OR Mastodon)",
        "kind:review",
        "lang:de",
        "lang:de-at",
        "url:kontakt",
        "url:https://www.bahn.de/service",
        'url:"service kontakt"',
        "venue:blog",
        "place:koeln",
        "rating:<=2",
        "rating:2",
        "followers:>=1000",
        "likes:>10",
        "age:<7d",
        "age:>=48h",
        "is:reply is:review is:verified",
        "has:link has:media has:place has:rating",
        "bahn NOT site:spiegel.de",
    ],
)
def test_a_field_matches(query):
    assert matches(query)


@pytest.mark.parametrize(
    "query",
    [
        "title:bahn",
        "text:warnung",
        "artikel",
        "kontakt",
        "author:bahn",
        "site:ahn.de",
        "site:bahn.com",
        "source:x",
        "kind:post",
        "lang:en",
        "rating:>2",
        "followers:<1000",
        "likes:10",
        "age:<1d",
        "is:repost",
        "is:quote",
        "is:comment",
        "views:>1",
        "url:heis",
        "bahn NOT site:bahn.de",
    ],
)
def test_a_field_does_not_match(query):
    assert not matches(query)


@pytest.mark.parametrize("query", ["rating:<=2", "likes:<10", "age:<1d", "lang:de", "is:verified", "place:x"])
def test_what_is_unknown_satisfies_nothing(query):
    assert not matches(query, post("x"))


def test_words_of_a_title_are_reasons_but_no_spans():
    answer = Match(Match.Config()).explain(subscription("warnung"), FULL)
    assert answer.matched
    assert answer.spans == ()
    assert answer.because == ("warnung → Warnung (case, title)",)
