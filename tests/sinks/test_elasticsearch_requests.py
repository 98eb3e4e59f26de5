"""What is sent to Elasticsearch, without one: chunks, months, templates, and what its refusals are called."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from sinks.elasticsearch import bulk
from sinks.elasticsearch.bulk import MAX_BYTES, MAX_OPERATIONS, Operation
from sinks.elasticsearch.index import Elasticsearch, place_of
from sinks.elasticsearch.queries import FIELDS
from sinks.elasticsearch.setup import ElasticsearchConfig
from sinks.elasticsearch.template import mentions_template
from streams.errors import ConfigError, UnavailableError, UsageError
from streams.search import FACETS

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@given(st.lists(st.integers(0, MAX_BYTES), max_size=30))
def test_requests_hold_all_operations_in_order_and_keep_the_limits(sizes: list[int]) -> None:
    class Sized(bytes):
        def __len__(self) -> int:
            return sizes[int(bytes(self))]

    operations = [Operation(b"{}", Sized(b"%d" % at)) for at in range(len(sizes))]
    chunks = list(bulk._chunks(operations))
    assert [each for chunk in chunks for each in chunk] == operations
    assert all(chunks)
    for chunk in chunks:
        assert len(chunk) == 1 or sum(len(each.source or b"") for each in chunk) <= MAX_BYTES


def test_a_request_holds_a_thousand_operations() -> None:
    chunks = list(bulk._chunks([Operation(b"{}")] * (2 * MAX_OPERATIONS + 1)))
    assert [len(chunk) for chunk in chunks] == [MAX_OPERATIONS, MAX_OPERATIONS, 1]


@pytest.mark.parametrize(
    ("created_at", "place"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "mentions-2026.11"),
        (datetime(2000, 1, 1, tzinfo=UTC), "mentions-2000.01"),
        (datetime(1999, 12, 31, tzinfo=UTC), "mentions-other"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "mentions-2026.12"),
        (datetime(2027, 1, 1, tzinfo=UTC), "mentions-other"),
        (datetime(9999, 12, 31, tzinfo=UTC), "mentions-other"),
        (datetime(1, 1, 1, tzinfo=UTC), "mentions-other"),
    ],
)
def test_only_a_time_that_an_honest_clock_tells_makes_an_index(created_at: datetime, place: str) -> None:
    assert place_of("mentions", created_at, NOW) == place


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.integers(1, 25_000).map(lambda days: NOW + timedelta(days=days)),
)
def test_there_are_never_more_indices_than_months(created_at: datetime, now: datetime) -> None:
    months = (now.year - 2000) * 12 + now.month + 1
    place = place_of("m", created_at, now)
    if place != "m-other":
        year, month = map(int, place.removeprefix("m-").split("."))
        assert 0 <= (year - 2000) * 12 + month - 1 < months


def test_every_facet_is_mapped_as_a_keyword() -> None:
    mapped = mentions_template("m")["template"]["mappings"]["properties"]
    for facet in FACETS:
        *parents, name = FIELDS[facet].split(".")
        fields = mapped
        for parent in parents:
            fields = fields[parent]["properties"]
        assert fields[name]["type"] == "keyword"


async def answer_of(answer: web.Response) -> str:
    """What `open` says when that is all the server answers."""

    async def handle(_: web.Request) -> web.Response:
        return answer

    application = web.Application()
    application.router.add_get("/", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        with pytest.raises(UnavailableError) as caught:
            await Elasticsearch(ElasticsearchConfig(url=f"http://127.0.0.1:{port}")).open()
        return str(caught.value)
    finally:
        await runner.cleanup()


def refusal(status: int, kind: str) -> web.Response:
    body = {"error": {"type": kind, "reason": "secret words"}, "status": status}
    return web.json_response(body, status=status, headers={"X-Elastic-Product": "Elasticsearch"})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusal(400, "media_type_header_exception"), "older than the client"),
        (refusal(401, "security_exception"), "refuses the credentials"),
        (refusal(403, "security_exception"), "may not manage"),
        (refusal(503, "master_not_discovered_exception"), "503 master_not_discovered_exception"),
        (web.json_response({"hello": "world"}), "no Elasticsearch"),
        (web.Response(text="<html>"), "Elasticsearch"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_stands_in_the_way_is_said(answer: web.Response, sentence: str) -> None:
    said = await answer_of(answer)
    assert sentence in said
    assert "secret words" not in said


async def test_nobody_there_is_said() -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        await Elasticsearch(ElasticsearchConfig(url="http://127.0.0.1:9")).open()


@pytest.mark.parametrize(
    "options", [{"url": "localhost:9200"}, {"url": "https://h:9200", "ca_file": "no-such-file.pem"}]
)
async def test_a_configuration_that_cannot_be_meant_is_refused(options: dict[str, str]) -> None:
    with pytest.raises((ConfigError, UsageError), match="url"):
        await Elasticsearch(ElasticsearchConfig(**options)).open()
