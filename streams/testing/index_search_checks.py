"""What every mention index promises about its answers: pages, texts, filters and counts."""
# ruff: noqa: S101 - a check is made of assertions

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.errors import UsageError
from streams.mention import Language, Match, Mention, Sentiment
from streams.search import MAX_SIZE, Position, Search, Summary
from streams.testing.index_checks import DAY, IndexCase, deliver, seen
from streams.testing.index_model import ModelIndex
from streams.testing.make import EPOCH, mention

HOUR_MS = 3_600_000
WORDS = ("Bahn", "Streik", "Müller", "MUELLER", "Straße", "strasse", "Zug", "#Berlin", "S-Bahn", "Angebot!")


async def pages_neither_skip_nor_repeat(case: IndexCase) -> None:
    """Though many posts are of one millisecond, and newer ones arrive between two pages."""
    batch = [seen(n, 1, created_at=EPOCH + (n // 7) * timedelta(milliseconds=1)) for n in range(30)]
    expected = [m.id for m in sorted(batch, key=lambda m: (m.created_at, m.id.encode()), reverse=True)]
    async with case.opened() as index:
        await deliver(index, *batch)
        await case.visible(index)
        answer, found, newer = await index.search(Search(), 4), [], 100
        while True:
            found += [hit.id for hit in answer.mentions]
            if answer.cursor is None:
                break
            newer += 1
            await deliver(index, seen(newer, 1, created_at=EPOCH + DAY))
            await case.visible(index)
            answer = await index.search(Search(), 4, answer.cursor)
        assert found == expected


async def an_empty_index_answers(case: IndexCase) -> None:
    """Nothing, rather than an error."""
    async with case.opened() as index:
        answer = await index.search(Search(text="Bahn"))
        assert (answer.mentions, answer.cursor) == ((), None)
        assert (await index.summarize(Search(), HOUR_MS)).total == 0


async def what_cannot_be_asked_is_refused(case: IndexCase) -> None:
    """With a UsageError: a bad cursor, size, text or interval."""
    other = Position(1, "x").cursor()
    async with case.opened() as index:
        await deliver(index, mention(1))
        for cursor in ("nonsense", "bm9uc2Vuc2U=", other[:-6], "WyJhIiwxXQ==", "WzFd", "e30=", "ü"):
            with pytest.raises(UsageError):
                await index.search(Search(), 20, cursor)
        for size in (0, -1, MAX_SIZE + 1):
            with pytest.raises(UsageError):
                await index.search(Search(), size)
        for text in ('"offen', 'zwei "Wörter" "', "\ud800", "wort " * 1000):
            with pytest.raises(UsageError):
                await index.search(Search(text=text))
            with pytest.raises(UsageError):
                await index.summarize(Search(text=text), HOUR_MS)
        for interval in (0, -5):
            with pytest.raises(UsageError):
                await index.summarize(Search(), interval)
        assert len((await index.search(Search(), 20, Position(2**62, "x").cursor())).mentions) <= 1


async def no_text_breaks_the_search(case: IndexCase) -> None:
    """What people paste is words, not syntax."""
    async with case.opened() as index:
        await deliver(index, mention(1, "a AND b"))
        for text in (
            "AND",
            "a:b",
            "(",
            "*",
            "-",
            "~",
            "[1 TO 2]",
            "\\",
            "/x/",
            "\x00",
            "😡",
            "'",
            "{}",
            "^2",
        ):
            await index.search(Search(text=text))
        assert await case.ids(index, Search(text="AND")) == ["sample:1"]


async def umlauts_and_case_do_not_matter(case: IndexCase) -> None:
    """However either side writes them."""
    async with case.opened() as index:
        names = ("Müller", "Mueller", "MÜLLER")
        await deliver(index, *[mention(n, f"Herr {name} kam") for n, name in enumerate(names)])
        await deliver(index, mention(3, "Die Straße"), mention(4, "DIE STRASSE"), mention(5, "Neue Quelle"))
        for name in (*names, "mueller"):
            assert await case.ids(index, Search(text=name)) == ["sample:2", "sample:1", "sample:0"]
        for name in ("Straße", "strasse"):
            assert await case.ids(index, Search(text=name)) == ["sample:4", "sample:3"]
        assert await case.ids(index, Search(text="neue quelle")) == ["sample:5"]


async def inflected_words_are_found(case: IndexCase) -> None:
    """The plain ones, both ways."""
    pairs = (("Haus", "Häuser"), ("Straßenbahn", "Straßenbahnen"), ("Kündigung", "Kuendigungen"))
    async with case.opened() as index:
        for at, pair in enumerate(pairs):
            await deliver(index, *[mention(2 * at + n, f"Hier: {word}") for n, word in enumerate(pair)])
        for at, pair in enumerate(pairs):
            for word in pair:
                assert await case.ids(index, Search(text=word)) == [
                    f"sample:{2 * at + 1}",
                    f"sample:{2 * at}",
                ]


async def every_word_must_occur_and_phrases_as_one(case: IndexCase) -> None:
    """In title or text."""
    async with case.opened() as index:
        await deliver(
            index,
            mention(1, "Die Deutsche Bahn streikt"),
            mention(2, "Bahn und Deutsche Post"),
            mention(3, "streikt wieder", title="Deutsche Bahn"),
            mention(4, "Bahn frei", title="Neue Deutsche"),
        )
        expected = {
            "deutsche bahn": ["sample:4", "sample:3", "sample:2", "sample:1"],
            '"deutsche bahn"': ["sample:3", "sample:1"],
            "„deutsche bahn“ streikt": ["sample:3", "sample:1"],
            '"bahn streikt"': ["sample:1"],
            "bahn flug": [],
            '""': ["sample:4", "sample:3", "sample:2", "sample:1"],
        }
        for text, ids in expected.items():
            assert await case.ids(index, Search(text=text)) == ids, text


async def answers_agree_with_plain_python(case: IndexCase) -> None:
    """Filters, pages, histogram and facets of invented mentions, for all kinds of searches."""
    chosen = random.Random(7)  # noqa: S311 - not a secret
    batch = [_invented(number, chosen) for number in range(120)]
    model = ModelIndex()
    async with case.opened() as index:
        for one in (index, model):
            await deliver(one, *batch[:90])
            await deliver(one, *batch[30:])
        for search in _searches(chosen):
            assert await case.found(index, search, 50) == model.matching(search), search
            for interval in (HOUR_MS, 24 * HOUR_MS):
                summary = _plain(await index.summarize(search, interval))
                assert summary == _plain(await model.summarize(search, interval)), search


def _invented(number: int, chosen: random.Random) -> Mention:
    at = EPOCH - chosen.randrange(50) * timedelta(hours=7, microseconds=1)
    bare = mention(number, " ".join(chosen.choices(WORDS, k=6)), created_at=at, observed_at=EPOCH)
    names = chosen.sample(["db", "post", "müller & söhne"], chosen.randrange(4))
    return replace(
        bare,
        source=chosen.choice(["sample", "forum", "Zeitung"]),
        language=chosen.choice([None, Language(code="de", score=0.9), Language(code="en", score=0.8)]),
        sentiment=chosen.choice([None, Sentiment(label="negative", score=-0.5), Sentiment(label="unsure", score=0)]),
        matches=tuple(Match(subscription=name) for name in [*names, *names[:1]]),
        author=chosen.choice([None, bare.author]),
    )  # fmt: skip


def _searches(chosen: random.Random) -> Sequence[Search]:
    texts = [None, "bahn", "müller", "strasse zug", '"s bahn"', '"bahn streik"', "berlin", "fehlt"]
    facets: Sequence[Search] = [
        Search(equal={"source": ["forum"]}),
        Search(equal={"source": ["forum", "Zeitung"], "language": ["de"]}),
        Search(equal={"subscription": ["müller & söhne", "db"], "sentiment": ["negative"]}),
        Search(equal={"source": []}),
        Search(equal={"source": ["zeitung"]}),
        Search(author="sample:3"),
        Search(author="nobody"),
    ]
    times = [EPOCH - chosen.randrange(50) * timedelta(hours=7, microseconds=1) for _ in range(4)]
    spans = [Search(since=a, until=b) for a in [None, *times[:2]] for b in [None, *times[2:]]]
    both = Search(text="bahn", equal={"source": ["forum"]}, since=min(times), until=EPOCH)
    return [*(Search(text=text) for text in texts), *facets, *spans, both]


def _plain(summary: Summary) -> tuple[int, dict[int, int], dict[str, dict[str, int]]]:
    facets = {str(facet): dict(counts) for facet, counts in summary.facets.items()}
    return summary.total, dict(summary.histogram), facets


SEARCHING: Sequence[Callable[[IndexCase], Awaitable[None]]] = (
    pages_neither_skip_nor_repeat,
    an_empty_index_answers,
    what_cannot_be_asked_is_refused,
    no_text_breaks_the_search,
    umlauts_and_case_do_not_matter,
    inflected_words_are_found,
    every_word_must_occur_and_phrases_as_one,
    answers_agree_with_plain_python,
)
