"""How long after a burst begins its alert is there, while many other posts pass: `python -m tests.bench alarm`.

`RATE` posts a second (1,000) are pushed by HTTP to a pipeline without models that knows two weeks of the past; none
matches. Then fifty a second do, each by another author. The time counts from before the first of them is pushed until
the alert is listed, so it holds the moments in which too few voices had spoken.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from streams.codec import encode
from streams.post import Author, Post
from tests.bench.latency import CONFIG, RATE, push
from tests.cluster.crowd import ELSEWHERE, SUBSCRIPTION, TEXTS
from tests.cluster.pipeline import Pipeline, eventually, running

PAST, PAST_DAYS = 3_000, 14
CALM_SECS, LONGEST_SECS = 45.0, 60.0
PUSHES_A_SEC = 10
BURST_A_SEC = 50


def past() -> Iterator[bytes]:
    """Posts of two weeks that were read in."""
    chance, now = random.Random(1), datetime.now(UTC)
    for number in range(PAST):
        at = now - timedelta(days=PAST_DAYS) * chance.random()
        author = Author(id=f"past:{number}")
        made = Post(
            id=f"past:{number}", source="bench", mode="backfill", created_at=at, text=TEXTS[0], author=author
        )
        yield encode(made)


class Talk:
    """Pushes `RATE` posts a second for ever; from `begin` on some of them match."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self.burst_since: float | None = None
        self.begin = asyncio.Event()

    async def run(self) -> None:
        number, due = 0, time.monotonic()
        while True:
            share = BURST_A_SEC // PUSHES_A_SEC if self.begin.is_set() else 0
            if share and self.burst_since is None:
                self.burst_since = time.monotonic()
            texts = [
                f"{TEXTS[2]} {number}" if at < share else ELSEWHERE for at in range(RATE // PUSHES_A_SEC)
            ]
            await push(self._http, self._url, [_post(number + at, text) for at, text in enumerate(texts)])
            number += len(texts)
            due += 1 / PUSHES_A_SEC
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def _post(number: int, text: str) -> bytes:
    author = Author(id=f"bench:{number}", followers=number % 5000)
    return encode(
        Post(id=f"bench:{number}", source="bench", created_at=datetime.now(UTC), text=text, author=author)
    )


async def secs_until_told(url: str) -> float:
    """From the first post of the burst until the alert is listed."""
    async with aiohttp.ClientSession() as http:
        read_in = list(past())
        for at in range(0, len(read_in), 500):
            await push(http, url, read_in[at : at + 500])
        talk = Talk(http, url)
        running_talk = asyncio.create_task(talk.run())
        await asyncio.sleep(CALM_SECS)
        assert not await _alerts(http, url)
        talk.begin.set()
        async with asyncio.timeout(LONGEST_SECS):
            while not await _alerts(http, url):  # noqa: ASYNC110 - another process raises it
                await asyncio.sleep(0.02)
        took = time.monotonic() - (talk.burst_since or 0.0)
        running_talk.cancel()
        return took


async def _alerts(http: aiohttp.ClientSession, url: str) -> list[object]:
    async with http.get(f"{url}/api/alerts") as answer:
        return list((await answer.json()).get("alerts", []))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bahn.toml").write_text(SUBSCRIPTION.format(notify="log:"))
        (folder / "resonanz.toml").write_text(CONFIG)
        urls = f"sqlite:///{name}/log.db", f"tantivy:///{name}/index"
        with running(Pipeline(folder, *urls, RESONANZ_ENRICH_CHAIN="match")) as pipeline:
            eventually(lambda: pipeline.get("/health/ready")[0] == 200, every=0.05)
            took = asyncio.run(secs_until_told(pipeline.url))
            print(
                f"embedded   alert listed {took:.1f} s after the first of the burst, at {RATE} posts/s",
                flush=True,
            )
            pipeline.stop()


if __name__ == "__main__":
    main()
