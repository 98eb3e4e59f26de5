"""Each index against the model: random posts, edits, moves, deletions and departures in random batches."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.components import Index
from streams.mention import Mention
from streams.outcome import Retry
from streams.post import Author
from streams.search import Search
from streams.testing.index_checks import DAY, IndexCase, fresh
from streams.testing.index_model import ModelIndex
from streams.testing.make import EPOCH, mention
from tests.contract import indices

Step = tuple[str, int, int]
steps = st.tuples(
    st.sampled_from(["upsert", "upsert", "delete", "author_delete"]), st.integers(0, 4), st.integers(0, 5)
)
batches = st.lists(st.lists(steps, max_size=5), min_size=1, max_size=8)
examples = itertools.count()
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def made(step: Step, example: int) -> Mention:
    """What a version says, when and by whom is fixed, so that a tie is a repeat; a deletion knows no month."""
    event, number, hours = step
    who = (None, *(Author(id=f"{example}:a{n}") for n in range(2)))[(number + hours) % 3]
    if event == "author_delete":
        who = Author(id=f"{example}:a{number % 2}")
    bare = mention(number, f"Fassung {hours}", author=who, observed_at=EPOCH + timedelta(hours=hours))
    months = (number + hours // 2) % 3
    at = EPOCH - 40 * months * DAY if event == "upsert" else EPOCH
    text = bare.text if event == "upsert" else ""
    return replace(
        bare, id=f"{example}:{number}", source=f"source-{example}", event=event, created_at=at, text=text
    )


async def expected(given_: Sequence[Sequence[Mention]]) -> list[Mention]:
    model = ModelIndex()
    for batch in given_:
        await model.deliver(batch)
    return model.matching(Search())


async def until_delivered(index: Index, batch: Sequence[Mention]) -> None:
    while batch:
        outcomes = await index.deliver(batch)
        assert all(isinstance(outcome, Retry) or outcome for outcome in outcomes)
        batch = [each for each, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, Retry)]


async def found(case: IndexCase, index: Index, example: int) -> list[Mention]:
    return await case.found(index, Search(equal={"source": [f"source-{example}"]}))


@few
@given(batches, st.integers(0, 8))
def test_tantivy_agrees_with_the_model(tmp_path: Path, given_: list[list[Step]], reopened_after: int) -> None:
    async def run() -> None:
        case, name, example = indices.tantivy(tmp_path), fresh(), next(examples)
        made_ = [[made(step, example) for step in batch] for batch in given_]
        for part in (made_[:reopened_after], made_[reopened_after:]):
            async with case.opened(name) as index:
                for batch in part:
                    await until_delivered(index, batch)
        async with case.opened(name) as index:
            assert await found(case, index, example) == await expected(made_)

    asyncio.run(run())


@pytest.fixture(scope="module")
def store() -> str:
    """One for all examples, which keep to a source of their own: making indices takes longest."""
    return fresh()


@pytest.mark.cluster
@few
@given(batches)
def test_elasticsearch_agrees_with_the_model_whoever_else_writes(
    elasticsearch_url: str, store: str, given_: list[list[Step]]
) -> None:
    """Three workers at once: two share the batches, one repeats them all in another order."""

    async def run() -> None:
        case, example = indices.elasticsearch(elasticsearch_url), next(examples)
        made_ = [[made(step, example) for step in batch] for batch in given_]
        async with case.opened(store) as one, case.opened(store) as two, case.opened(store) as three:

            async def work(index: Index, mine: Sequence[Sequence[Mention]]) -> None:
                for batch in mine:
                    await until_delivered(index, batch)

            await asyncio.gather(work(one, made_[::2]), work(two, made_[1::2]), work(three, made_[::-1]))
            assert await found(case, one, example) == await expected(made_)

    asyncio.run(run())
