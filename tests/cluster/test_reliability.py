"""What goes in comes out: once, in its newest version, whatever dies on the way."""

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from streams.codec import decode_dead_letter
from streams.config import IndexConfig, LogConfig
from streams.index import open_index
from streams.log.base import Entry
from streams.log.delivery import deliver
from streams.log.opening import open_log
from streams.search import Search
from streams.topics import DEAD_LETTERS, TOPICS
from tests.cluster.crowd import SUBSCRIPTION, Crowd, crowd, recently
from tests.cluster.pipeline import Pipeline, eventually, running
from tests.real.servers import Elasticsearch, Kafka, free_port
from tests.real.servers import running as serving

RECORDS, POISON, KILLS = 20_000, 200, 5


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=pytest.mark.cluster)])
def urls(request, tmp_path):
    """Log and index."""
    if request.param == "embedded":
        yield f"sqlite:///{tmp_path}/log.db", f"tantivy:///{tmp_path}/index"
        return
    with (
        serving(Kafka(tmp_path / "kafka")) as kafka,
        serving(Elasticsearch(tmp_path / "es")) as elasticsearch,
    ):
        yield kafka.url, elasticsearch.url


@asynccontextmanager
async def opened(component):
    await component.open()
    try:
        yield component
    finally:
        await component.close()


async def fill(url: str, entries) -> None:
    async with opened(open_log(LogConfig(url))) as log:
        await log.apply(TOPICS)
        for start in range(0, len(entries), 1000):
            await deliver(log, entries[start : start + 1000])


async def buried(url: str) -> Counter:
    """The keys of the dead letters, and how often each is there."""
    async with opened(open_log(LogConfig(url))) as log:
        letters = [decode_dead_letter(record.value) for record in (await log.latest(DEAD_LETTERS)).values()]
    return Counter(letter.key for letter in letters)


async def found(url: str) -> Counter:
    """The id and version of everything the index shows, and how often."""
    shown, cursor = Counter(), None
    async with opened(open_index(IndexConfig(url))) as index:
        while True:
            page = await index.search(Search(), size=500, cursor=cursor)
            shown.update((mention.id, mention.version) for mention in page.mentions)
            cursor = page.cursor
            if cursor is None:
                return shown


@asynccontextmanager
async def receiver():
    """A real HTTP server that is told of alerts: its URL, and the ids of the notifications it took."""
    told: list[str] = []

    async def take(request: web.Request) -> web.Response:
        told.append(request.headers["webhook-id"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/", told
    finally:
        await runner.cleanup()


def configured(folder, notify: str) -> None:
    (folder / "bahn.toml").write_text(SUBSCRIPTION.format(notify=notify))
    secret = "whsec_" + "c2VjcmV0" * 4
    (folder / "resonanz.toml").write_text(
        f'[subscriptions]\nfiles = ["bahn.toml"]\n[sinks.webhook]\ntype = "webhook"\nsecret = "{secret}"\n'
    )


async def assert_whole(urls, made: Crowd) -> None:
    assert await buried(urls[0]) == Counter(made.poison)
    assert await found(urls[1]) == Counter(made.expected.items())


async def test_killed_five_times_the_index_is_exact(urls, tmp_path):
    made, chance = crowd(RECORDS, POISON, seed=7, now=recently()), random.Random(11)
    await fill(urls[0], made.entries)
    async with receiver() as (url, told):
        configured(tmp_path, url)
        with running(Pipeline(tmp_path, *urls)) as pipeline:
            for _ in range(KILLS):
                await asyncio.to_thread(eventually, lambda: pipeline.get("/health/ready")[0], 60)
                await asyncio.sleep(chance.uniform(0.0, 3.0))
                await asyncio.to_thread(pipeline.kill_worker)
            await asyncio.to_thread(pipeline.wait_settled)
            assert pipeline.said.read_text().count("starting it again") == KILLS
            assert pipeline.stop() == 0
    await assert_whole(urls, made)
    assert told, "the burst raised no alert"
    assert len(told) == len(set(told))


@pytest.mark.cluster
async def test_an_outage_of_elasticsearch_is_lag_and_a_red_light(tmp_path):
    made = crowd(6_000, 20, seed=8, now=recently())
    with (
        serving(Kafka(tmp_path / "kafka")) as kafka,
        serving(Elasticsearch(tmp_path / "es")) as elasticsearch,
    ):
        urls = kafka.url, elasticsearch.url
        configured(tmp_path, "log:")
        await fill(urls[0], made.entries[:2000])
        with running(Pipeline(tmp_path, *urls)) as pipeline:
            await asyncio.to_thread(pipeline.wait_settled)
            before = pipeline.resident_mib()
            await asyncio.to_thread(elasticsearch.stop)
            stopped = time.monotonic()
            await fill(urls[0], made.entries[2000:])
            await asyncio.to_thread(eventually, lambda: pipeline.get("/health/ready")[0] == 503, 60)
            await asyncio.sleep(max(0.0, 60 - (time.monotonic() - stopped)))
            assert pipeline.get("/health/ready")[0] == 503
            assert pipeline.resident_mib() < before + 150
            await asyncio.to_thread(elasticsearch.start)
            await asyncio.to_thread(pipeline.wait_settled)
            assert pipeline.stop() == 0
        await assert_whole(urls, made)


@pytest.mark.cluster
async def test_a_killed_broker_and_a_second_worker_lose_nothing(tmp_path):
    made = crowd(6_000, 20, seed=9, now=recently())
    with (
        serving(Kafka(tmp_path / "kafka")) as kafka,
        serving(Elasticsearch(tmp_path / "es")) as elasticsearch,
    ):
        urls = kafka.url, elasticsearch.url
        configured(tmp_path, "log:")
        await fill(urls[0], made.entries[:2000])
        with running(Pipeline(tmp_path, *urls)) as pipeline:
            await asyncio.to_thread(eventually, lambda: pipeline.get("/health/ready")[0] == 200, 60)
            filling = asyncio.create_task(fill(urls[0], made.entries[2000:4000]))
            await asyncio.to_thread(kafka.kill)
            await asyncio.to_thread(kafka.start)
            await filling
            with running(Pipeline(tmp_path, *urls, command="work")) as second:
                await fill(urls[0], made.entries[4000:])
                await asyncio.to_thread(eventually, lambda: second.get("/health/live")[0] == 200, 60)
                await asyncio.sleep(5)
                assert second.stop() == 0
            await asyncio.to_thread(pipeline.wait_settled)
            assert pipeline.stop() == 0
        await assert_whole(urls, made)


def test_the_crowd_is_what_it_claims():
    made = crowd(2_000, 20, seed=1, now=recently())
    events = Counter(
        json.loads(entry.value).get("event") for entry in made.entries if entry.key not in made.poison
    )
    assert len(made.entries) == 2_000
    assert len(made.poison) == 20
    assert events["delete"] > 50
    assert 1_000 < len(made.expected) < len({entry.key for entry in made.entries})
    assert isinstance(made.entries[0], Entry)
