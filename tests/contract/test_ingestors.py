"""Every registered ingestor and receiver keeps every promise of its kind."""

import hashlib
import hmac
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestors.feed import Feed, FeedConfig
from ingestors.file import File, FileConfig
from ingestors.sample import Sample, SampleConfig
from ingestors.webhook import Webhook
from streams.components import Request
from streams.testing.contract import Run, collect
from streams.testing.ingestor_checks import INGESTOR_CHECKS, IngestorCase, Make, Scene
from streams.testing.receiver_checks import RECEIVER_CHECKS, ReceiverCase
from tests.ingestors.feed_server import feed_server, item, rss

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def write_file(folder: str, scene: Scene) -> Path:
    def line(n: int, **more: object) -> str:
        at = f"2026-11-01T{n:02}:00:00Z"
        return json.dumps({"id": f"t:{n}", "source": "t", "created_at": at, "text": f"Nr {n}", **more})

    unknown = {"mood": "good", "author": {"id": "a", "shoe": 43}} if scene == "unknown fields" else {}
    lines = [] if scene == "empty" else [line(n, **unknown) for n in range(7)]
    if scene == "bad item":
        lines.insert(3, '{"id": "t:x"')
    path = Path(folder, "posts.ndjson")
    path.write_text("\n".join(lines))
    return path


@asynccontextmanager
async def file_stage(scene: Scene) -> AsyncIterator[Make]:
    with tempfile.TemporaryDirectory() as folder:
        config = FileConfig(path=str(write_file(folder, scene)), page_posts=2)
        yield lambda: File(config)


@asynccontextmanager
async def feed_stage(scene: Scene) -> AsyncIterator[Make]:
    items = [item(n) for n in (5, 2, 9)]
    if scene == "bad item":
        items.insert(1, "<item><pubDate>Sun, 01 Nov 2026 10:00:00 GMT</pubDate></item>")
    if scene == "unknown fields":
        items = [item(n, more="<mood>good</mood><x:y xmlns:x='urn:x'>1</x:y>") for n in (5, 2, 9)]
    async with feed_server() as server:
        server.say(rss(*([] if scene == "empty" else items)))
        if scene == "throttled":
            server.say("", status=429, Retry_After="120")
        config = FeedConfig(url=f"{server.url}/feed")
        yield lambda: Feed(config, clock=lambda: NOW)


@asynccontextmanager
async def sample_stage(scene: Scene) -> AsyncIterator[Make]:
    """Two looks: the history, then what was said in the first 22 seconds, of which two are crisis."""
    config = SampleConfig(history_days=1, posts_per_sec=4)
    told_until = NOW + timedelta(seconds=22)

    class Played(Sample):
        async def pages(self, cursor):  # type: ignore[no-untyped-def]
            begun = {"started": int(NOW.timestamp() * 1000), "history_days": 1, "told": 0}
            async for page in super().pages(cursor or begun):
                yield page

    yield lambda: Played(config, clock=lambda: told_until)


INGESTORS = {
    "file": IngestorCase(component=File, options={"path": "posts.ndjson"}, stage=file_stage),
    "feed": IngestorCase(
        component=Feed,
        options={"url": "https://example.org/feed.xml", "interval_secs": 60},
        stage=feed_stage,
        scenes=frozenset({"good", "bad item", "unknown fields", "empty", "throttled"}),
    ),
    "sample": IngestorCase(
        component=Sample, options={"posts_per_sec": 2.0}, stage=sample_stage, scenes=frozenset({"good"})
    ),
}


def signed(body: bytes) -> Request:
    digest = hmac.new(b"hemlig", body, hashlib.sha256).hexdigest()
    return Request(method="POST", headers={"x-hub-signature-256": f"sha256={digest}"}, query={}, body=body)


def forged(request: Request) -> Request:
    return replace(request, body=request.body + b" ")


RECEIVERS = {
    "webhook": ReceiverCase(
        component=Webhook, options={"secret": "hemlig", "scheme": "github"}, request=signed, forge=forged
    )
}

RUNS = [
    *collect("ingestors", INGESTORS, INGESTOR_CHECKS, only=lambda kind: hasattr(kind, "pages")),
    *collect("ingestors", RECEIVERS, RECEIVER_CHECKS, only=lambda kind: hasattr(kind, "receive")),
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
async def test_contract(run: Run) -> None:
    await run()
