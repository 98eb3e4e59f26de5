"""Every registered enricher keeps every promise of its kind."""

import pytest

from enrichers.entities import Entities
from enrichers.influence import InfluenceScore
from enrichers.language import LanguageGuess
from enrichers.match.enricher import Match
from enrichers.sentiment import SentimentLabel
from enrichers.story import StoryKey
from streams.mention import Language
from streams.outcome import Dropped
from streams.post import Author, Engagement, Rating, Venue
from streams.subscription import Subscription
from streams.testing.contract import collect
from streams.testing.enricher_checks import ENRICHER_CHECKS, EnricherCase, mention


def language(text, code, **post):
    return mention(text, **post), lambda answer: answer["language"].code == code


def tone(text, label, **post):
    return mention(text, **post), lambda answer: answer["sentiment"].label == label


def names(text, *found):
    return mention(text), lambda answer: tuple((e.text, e.label, e.name) for e in answer["entities"]) == found


def score(low, high, **post):
    return mention("x", **post), lambda answer: low <= answer["influence"].score <= high


def matches(text, *found, **post):
    return mention(
        text, **post
    ), lambda answer: {(m.subscription, m.spans) for m in answer["matches"]} == set(found)


def subscribe(matcher):
    matcher.subscribe(Subscription(id="rail", query="bahn~"))
    matcher.subscribe(Subscription(id="berlin", query='"in Berlin"'))


GERMAN = Language(code="de", score=1.0)
DEFECT = "Schon wieder kaputt, so ein Mist, nie wieder!"

CASES = {
    "language": EnricherCase(
        kind=LanguageGuess,
        options={"languages": ["de", "en", "fr"], "home": ""},
        known=[
            language("Der Zug kommt heute leider nicht.", "de"),
            language("The train is not coming today, sorry.", "en"),
            language("Le train ne vient pas aujourd'hui, désolé.", "fr"),
            language("https://example.org/der/zug @bahn 😀 123", "und"),
            language("", "und", title="!!!"),
        ],
    ),
    "story": EnricherCase(
        kind=StoryKey,
        known=[
            (mention("Köln (dpa) - Die Bahn streikt."), lambda answer: len(answer["story"].signature) == 32),
            (mention("😀"), lambda answer: answer == {}),
        ],
    ),
    "influence": EnricherCase(
        kind=InfluenceScore,
        known=[
            score(90, 100, author=Author(id="a", followers=5_000_000, verified=True),
                  venue=Venue(id="v", kind="news", reach=60_000_000),
                  engagement=Engagement(likes=90_000, replies=9_000, shares=20_000)),
            score(0, 0, author=Author(id="a", followers=0, verified=False), venue=Venue(id="v", kind="network"),
                  engagement=Engagement(likes=0, replies=0, shares=0)),
        ],
    ),
    "entities": EnricherCase(
        kind=Entities,
        options={"names": {"Deutsche Bahn": "ORG", "ICE": "PROD"}, "handles": {"db_bahn": "Deutsche Bahn"}},
        prepare=lambda enricher: enricher.subscribe(Subscription(id="m", name="Müller-Milch", query="milch~")),
        known=[
            names("mit der deutschen bahn im ICE", ("deutschen bahn", "ORG", "Deutsche Bahn"), ("ICE", "PROD", "ICE")),
            names("die MUELLERMILCH ist leer", ("MUELLERMILCH", "ORG", "Müller-Milch")),
            names("@DB_Bahn ihr seid @", ("@DB_Bahn", "ORG", "Deutsche Bahn")),
            names("das ist gut so", ),
        ],
    ),
    "match": EnricherCase(
        kind=Match,
        prepare=subscribe,
        known=[
            matches("Der Bahnstreik in Berlin", ("berlin", ((15, 24),)), ("rail", ((4, 14),))),
            matches("Keine Bahn", ("rail", ((6, 10),))),
            (mention("Er bahnt sich an"), lambda answer: isinstance(answer, Dropped)),
        ],
    ),
    "sentiment": EnricherCase(
        kind=SentimentLabel,
        options={"unsure_below": 0.45, "domains": {"reviews": "feedback"}},
        known=[
            tone(DEFECT, "negative", language=GERMAN),
            tone("Ich liebe es, einfach super, vielen Dank!", "positive", language=GERMAN),
            tone("Die Hauptversammlung findet am 12. Mai in Frankfurt statt.", "neutral", language=GERMAN),
            tone("I love this, thank you so much!", "positive"),
            tone("Terrible service, never again.", "negative"),
            tone("Nikdy jsem nic takového neviděl", "unsure", language=Language(code="cs", score=0.99)),
            tone("", "unsure", title=""),
            tone("Ware erhalten.", "negative", language=GERMAN, rating=Rating(value=1)),
        ],
    ),
}  # fmt: skip
RUNS = collect("enrichers", CASES, ENRICHER_CHECKS)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
async def test_enrichers_keep_their_promises(run):
    await run()
