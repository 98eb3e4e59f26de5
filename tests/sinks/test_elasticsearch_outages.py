"""What goes wrong with a real node: nothing is lost, nothing rejected, and the operator is told what to do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from elasticsearch import AsyncElasticsearch

from sinks.elasticsearch.bulk import operation, send
from sinks.elasticsearch.index import Elasticsearch, place_of
from sinks.elasticsearch.ledger import HUSK
from sinks.elasticsearch.outcomes import Item
from sinks.elasticsearch.setup import ElasticsearchConfig
from streams.errors import UnavailableError
from streams.mention import Mention
from streams.outcome import DELIVERED, Outcome, Retry
from streams.search import Search
from streams.secret import Secret
from streams.testing.index_checks import fresh
from streams.testing.make import EPOCH, mention
from tests.real.servers import Elasticsearch as Server
from tests.real.servers import running

pytestmark = pytest.mark.cluster
TRIES = 600


@pytest.fixture
async def index(own_elasticsearch: Server) -> AsyncIterator[Elasticsearch]:
    index = Elasticsearch(ElasticsearchConfig(url=own_elasticsearch.url, alias=fresh()))
    await index.open()
    yield index
    await index.close()


@pytest.fixture
async def client(own_elasticsearch: Server) -> AsyncIterator[AsyncElasticsearch]:
    async with AsyncElasticsearch(own_elasticsearch.url, request_timeout=60) as client:
        yield client


async def delivered_until(
    index: Elasticsearch, batch: Sequence[Mention], enough: Callable[[Sequence[Outcome]], bool]
) -> Sequence[Outcome]:
    """Deliver again and again, as the driver does, until the answer is what is waited for."""
    for _ in range(TRIES):
        outcomes = await index.deliver(batch)
        assert all(isinstance(outcome, Retry) or outcome == DELIVERED for outcome in outcomes)
        if enough(outcomes):
            return outcomes
        await asyncio.sleep(0.2)
    raise AssertionError(f"still {outcomes[0]}")


def all_delivered(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome == DELIVERED for outcome in outcomes)


def all_put_off(outcomes: Sequence[Outcome]) -> bool:
    return all(isinstance(outcome, Retry) and outcome.after_secs > 0 for outcome in outcomes)


async def test_a_kill_during_delivery_costs_repetition_only(
    own_elasticsearch: Server, index: Elasticsearch, client: AsyncElasticsearch
) -> None:
    batches = [[mention(number) for number in range(begin, begin + 50)] for begin in range(0, 2000, 50)]
    answers: list[Sequence[Outcome]] = []
    some = asyncio.Event()

    async def deliver_all() -> None:
        for batch in batches:
            answers.append(await index.deliver(batch))
            if len(answers) == 5:
                some.set()

    delivering = asyncio.create_task(deliver_all())
    await some.wait()
    await asyncio.to_thread(own_elasticsearch.kill)
    await delivering
    assert any(all_put_off(answer) for answer in answers), "the kill came too late"
    assert {type(outcome) for answer in answers for outcome in answer} == {Retry, type(DELIVERED)}
    with pytest.raises(UnavailableError, match="does not answer"):
        await index.search(Search())
    with pytest.raises(UnavailableError, match="url"):
        await Elasticsearch(ElasticsearchConfig(url=own_elasticsearch.url)).open()
    await asyncio.to_thread(own_elasticsearch.start)
    told = [m.id for batch, answer in zip(batches, answers, strict=True)
            for m, outcome in zip(batch, answer, strict=True) if outcome == DELIVERED]  # fmt: skip
    await client.indices.refresh(index=index._config.alias)
    kept = {hit["_id"] for hit in (await client.search(index=index._config.alias, size=5000))["hits"]["hits"]}
    assert kept >= set(told)
    for batch in batches:
        await delivered_until(index, batch, all_delivered)
    await client.indices.refresh(index=index._config.alias)
    assert (await index.summarize(Search(), 86_400_000)).total == 2000


async def test_an_index_that_takes_no_writes_is_waited_for(
    index: Elasticsearch, client: AsyncElasticsearch
) -> None:
    await index.deliver([mention(1)])
    place = place_of(index._config.alias, EPOCH, EPOCH)
    await client.indices.put_settings(index=place, settings={"index.blocks.write": True})
    assert all_put_off(await index.deliver([mention(2), mention(3)]))
    await client.indices.put_settings(index=place, settings={"index.blocks.write": False})
    assert all_delivered(await index.deliver([mention(2), mention(3)]))


async def test_a_full_disk_is_waited_for(index: Elasticsearch, client: AsyncElasticsearch) -> None:
    await index.deliver([mention(1)])
    marks = "cluster.routing.allocation.disk."
    full = {f"{marks}watermark.low": "300tb", f"{marks}watermark.high": "200tb",
            f"{marks}watermark.flood_stage": "100tb", f"{marks}threshold_enabled": True}  # fmt: skip
    await client.cluster.put_settings(persistent=full)
    try:
        await delivered_until(
            index, [mention(1, text="neu", observed_at=EPOCH.replace(hour=12))], all_put_off
        )
    finally:
        await client.cluster.put_settings(persistent=dict.fromkeys(full))
    await delivered_until(index, [mention(2)], all_delivered)


async def test_one_operation_that_spoils_the_request_is_found(
    index: Elasticsearch, client: AsyncElasticsearch
) -> None:
    place = f"{index._config.alias}-other"
    ids = [*(f"good-{number}" for number in range(9)), "ä" * 257, *(f"more-{number}" for number in range(9))]
    items = await send(client, [operation("index", HUSK, index=place, id=each) for each in ids])
    bad = ids.index("ä" * 257)
    assert [item.status for item in items] == [201] * bad + [400] + [201] * 9
    assert items[0] == Item(201)


async def test_a_server_without_tls_is_said(own_elasticsearch: Server) -> None:
    url = own_elasticsearch.url.replace("http:", "https:")
    with pytest.raises(UnavailableError, match="ca_file"):
        await Elasticsearch(ElasticsearchConfig(url=url)).open()


async def test_wrong_credentials_are_said(tmp_path: Path) -> None:
    server = Server(tmp_path, settings=["xpack.security.enabled=true"])
    with running(server):
        config = ElasticsearchConfig(url=server.url, user="elastic", password=Secret("wrong"))
        with pytest.raises(UnavailableError, match="refuses the credentials") as caught:
            await Elasticsearch(config).open()
    assert "wrong" not in str(caught.value)
