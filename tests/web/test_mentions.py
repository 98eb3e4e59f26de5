from datetime import timedelta

import pytest

from streams.errors import UnavailableError
from streams.mention import Language, Match, Sentiment
from streams.post import Author
from tests.web.samples import NOW, a_mention, serving

NEGATIVE = Sentiment(label="negative", score=-0.9)
MENTIONS = (
    a_mention("mastodon:1", "Die Bahn kommt"),
    a_mention(
        "forum:2",
        "Die Bahn kommt nicht",
        source="forum",
        created_at=NOW - timedelta(hours=3),
        sentiment=NEGATIVE,
    ),
    a_mention(
        "mastodon:3",
        "The train is late",
        created_at=NOW - timedelta(days=2),
        author=Author(id="mastodon:9"),
        matches=(Match(subscription="train"),),
        language=Language(code="en", score=0.9),
        sentiment=NEGATIVE,
    ),
)


async def ids(served, query: str) -> list[str]:
    status, answer = await served.ask("GET", f"/api/mentions?{query}")
    assert status == 200, answer
    return [mention["id"] for mention in answer["mentions"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["mastodon:1", "forum:2", "mastodon:3"]),
        ("q=bahn", ["mastodon:1", "forum:2"]),
        ("q=bahn+nicht", ["forum:2"]),
        ("q=+", ["mastodon:1", "forum:2", "mastodon:3"]),
        ("since=1h", ["mastodon:1"]),
        ("since=2026-11-01T08:00:00Z", ["mastodon:1", "forum:2"]),
        ("since=2026-11-01T09:00:00+01:00", ["mastodon:1", "forum:2"]),
        ("since=2026-11-01T09:00:00%2B01:00", ["mastodon:1", "forum:2"]),
        ("until=2026-11-01T09:00:00Z", ["mastodon:3"]),
        ("since=1w&until=1d", ["mastodon:3"]),
        ("source=forum", ["forum:2"]),
        ("source=forum&source=mastodon", ["mastodon:1", "forum:2", "mastodon:3"]),
        ("language=en", ["mastodon:3"]),
        ("sentiment=negative", ["forum:2", "mastodon:3"]),
        ("sentiment=negative&source=mastodon", ["mastodon:3"]),
        ("subscription=train", ["mastodon:3"]),
        ("author=mastodon:9", ["mastodon:3"]),
    ],
)
async def test_all_filters_hold(query: str, expected: list[str]):
    async with serving() as served:
        await served.hears(*MENTIONS)
        assert await ids(served, query) == expected


async def test_the_cursor_goes_through_all_pages():
    async with serving() as served:
        await served.hears(*MENTIONS)
        found, cursor = [], ""
        while cursor is not None:
            query = f"size=1&cursor={cursor}" if cursor else "size=1"
            _, answer = await served.ask("GET", f"/api/mentions?{query}")
            found += [mention["id"] for mention in answer["mentions"]]
            cursor = answer["cursor"]
        assert found == ["mastodon:1", "forum:2", "mastodon:3"]


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("size=0", "write size=20"),
        ("size=201", "from 1 to 200"),
        ("size=²", "write size=20"),
        ("since=yesterday", "write since=2026-11-01T10:00:00Z or since=24h"),
        ("since=2026-11-01T10:00:00", "with its zone"),
        ("since=1h&until=2h", "swap them"),
        ("cursor=nonsense", "leave it out"),
        ("q=" + "x" * 1001, "shorten it"),
        ("sorce=forum", 'did you mean "source"?'),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_advice(query: str, advice: str):
    async with serving() as served:
        status, answer = await served.ask("GET", f"/api/mentions?{query}")
        assert (status, advice in answer["error"]) == (400, True), answer


async def test_the_summary_counts_over_time_and_by_facet():
    async with serving() as served:
        await served.hears(*MENTIONS)
        status, answer = await served.ask("GET", "/api/mentions/summary?interval=1d&by=sentiment")
        assert (status, answer["total"], answer["interval_ms"]) == (200, 3, 86_400_000)
        assert [(one["at"][:10], one["count"]) for one in answer["histogram"]] == [
            ("2026-10-30", 1),
            ("2026-11-01", 2),
        ]
        assert answer["facets"]["source"] == {"mastodon": 2, "forum": 1}
        counted = {tone: sum(one["count"] for one in series) for tone, series in answer["series"].items()}
        assert counted == {"negative": 2, "positive": 1}


async def test_the_series_are_those_asked_for():
    async with serving() as served:
        await served.hears(*MENTIONS)
        _, answer = await served.ask(
            "GET", "/api/mentions/summary?by=source&sentiment=positive&source=mastodon"
        )
        assert list(answer["series"]) == ["mastodon"]
        assert answer["total"] == 1


async def test_the_series_are_those_asked_for_though_a_mention_has_more():
    async with serving() as served:
        await served.hears(a_mention(matches=(Match(subscription="db"), Match(subscription="vbb"))))
        _, answer = await served.ask("GET", "/api/mentions/summary?by=subscription&subscription=db")
        assert list(answer["series"]) == ["db"]


@pytest.mark.parametrize("query", ["interval=hour", "interval=0m", "by=mood", "size=3"])
async def test_a_summary_that_cannot_be_meant_is_refused(query: str):
    async with serving() as served:
        status, answer = await served.ask("GET", f"/api/mentions/summary?{query}")
        assert status == 400, answer


async def test_without_an_index_it_says_so():
    async with serving(index=None) as served:
        status, answer = await served.ask("GET", "/api/mentions")
        assert (status, "[index] url" in answer["error"]) == (503, True)


async def test_an_index_that_does_not_answer_is_not_our_fault():
    class Gone:
        async def search(self, *_: object):
            raise UnavailableError("the index does not answer")

    async with serving(index=Gone()) as served:
        assert await served.ask("GET", "/api/mentions") == (503, {"error": "the index does not answer"})
