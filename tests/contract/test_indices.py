"""Every registered mention index keeps every promise of an index, and those of a sink."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from streams.registry import load
from streams.testing import sink_checks
from streams.testing.contract import Run, collect
from streams.testing.index_checks import WRITING, IndexCase, fresh, seen
from streams.testing.index_search_checks import SEARCHING
from tests.contract import indices


@dataclass(frozen=True)
class Place:
    """Where the stores of a component are, once its server runs: `fixture` tells."""

    name: str
    fixture: str
    case: Callable[[Any], IndexCase]
    options: Callable[[Any], dict[str, Any]]


PLACES = {
    "elasticsearch": Place(
        "elasticsearch",
        "elasticsearch_url",
        indices.elasticsearch,
        lambda url: {"url": url, "alias": fresh()},
    ),
    "tantivy": Place(
        "tantivy", "tmp_path", indices.tantivy, lambda folder: {"url": f"tantivy:///{folder / fresh()}"}
    ),
}


def is_index(kind: type[Any]) -> bool:
    return hasattr(kind, "summarize")


def runs(*checks: Any) -> list[Any]:
    marks = {"elasticsearch": [pytest.mark.cluster]}
    collected = collect("sinks", PLACES, checks, only=is_index)
    return [pytest.param(run, id=run.id, marks=marks.get(run.component, [])) for run in collected]


@pytest.mark.parametrize("run", runs(*WRITING, *SEARCHING))
async def test_an_index_keeps_its_promises(run: Run[Any], request: pytest.FixtureRequest) -> None:
    await run.check(run.case.case(request.getfixturevalue(run.case.fixture)))


@pytest.mark.parametrize("run", runs(*sink_checks.CHECKS))
async def test_an_index_keeps_the_promises_of_a_sink(run: Run[Any], request: pytest.FixtureRequest) -> None:
    options = run.case.options(request.getfixturevalue(run.case.fixture))
    records = [seen(number, 1) for number in range(3)]
    bad = seen(9, 1, text="x" * 1_000_001)
    case = sink_checks.SinkCase(load("sinks", run.component), lambda: options, records, bad)
    answer = run.check(case)
    if answer is not None:
        await answer
