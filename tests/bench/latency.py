"""How long until a post can be found, at half load; how long a start takes; what an idle pipeline costs.

    python -m tests.bench latency                       embedded
    LOGS=embedded,cluster RATE=1000 python -m tests.bench latency

`RATE`: posts per second pushed by HTTP, of which one in five matches. Once a second a post with a word of its own
is among them; the time counts from before the request until the search finds it, asked every 20 ms.
"""

import asyncio
import hashlib
import hmac
import os
import random
import statistics
import time
from datetime import UTC, datetime

import aiohttp

from streams.codec import encode
from streams.post import Author, Post
from tests.bench._stores import stores
from tests.bench.pipeline import cpu_secs, fill
from tests.cluster.crowd import ELSEWHERE, SUBSCRIPTION, TEXTS
from tests.cluster.pipeline import Pipeline, eventually, running

LOGS = os.environ.get("LOGS", "embedded").split(",")
RATE = int(os.environ.get("RATE", "1000"))
PROBES = int(os.environ.get("PROBES", "60"))
SECRET = "only-for-the-bench"
CONFIG = f"""
[subscriptions]
files = ["bahn.toml"]
[ingestors.push]
type = "webhook"
scheme = "github"
secret = "{SECRET}"
"""


def post(number: int, text: str) -> bytes:
    author = Author(id=f"bench:{number % 1000}", followers=number % 5000)
    return encode(
        Post(id=f"bench:{number}", source="bench", created_at=datetime.now(UTC), text=text, author=author)
    )


async def push(http: aiohttp.ClientSession, url: str, posts: list[bytes]) -> None:
    body = b"\n".join(posts)
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/x-ndjson"}
    async with http.post(f"{url}/hooks/push", data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def load(http: aiohttp.ClientSession, url: str) -> None:
    """Push for ever, ten times a second."""
    chance, number, due = random.Random(1), 0, time.monotonic()
    while True:
        texts = [chance.choice(TEXTS) if chance.random() < 0.2 else ELSEWHERE for _ in range(RATE // 10)]
        await push(http, url, [post(number + at, text) for at, text in enumerate(texts)])
        number += len(texts)
        due += 0.1
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def probe(http: aiohttp.ClientSession, url: str, number: int) -> float:
    word = f"probe{number}x{random.randrange(10**9)}"
    started = time.monotonic()
    await push(http, url, [post(10**9 + number, f"Die Bahn und {word}")])
    while True:
        async with http.get(f"{url}/api/mentions", params={"q": word}) as answer:
            if answer.status == 200 and (await answer.json())["mentions"]:
                return time.monotonic() - started
            if answer.status != 200:
                print(f"{answer.status}: {await answer.text()}", flush=True)
        await asyncio.sleep(0.02)


async def measured(url: str) -> list[float]:
    async with aiohttp.ClientSession() as http:
        loading = asyncio.create_task(load(http, url))
        await asyncio.sleep(5)
        took = []
        for number in range(PROBES):
            took.append(await probe(http, url, number))
            await asyncio.sleep(max(0.0, 1.0 - took[-1]))
        loading.cancel()
        return sorted(took)


def main() -> None:
    for kind in LOGS:
        with stores(kind) as (folder, log_url, index_url):
            asyncio.run(fill(log_url, 0, 1.0))  # the topics alone
            report(kind, Pipeline(folder, log_url, index_url, RESONANZ_ENRICH_CHAIN="match"))


def report(kind: str, pipeline: Pipeline) -> None:
    (pipeline.folder / "bahn.toml").write_text(SUBSCRIPTION.format(notify="log:"))
    (pipeline.folder / "resonanz.toml").write_text(CONFIG)
    started = time.monotonic()
    with running(pipeline):
        eventually(lambda: pipeline.get("/health/ready")[0] == 200, every=0.05)
        asyncio.run(one(pipeline.url))
        print(f"{kind:10} start to first mention found: {time.monotonic() - started:.2f} s", flush=True)
        cpu, wall = cpu_secs(pipeline.worker), time.monotonic()
        time.sleep(20)
        idle = (cpu_secs(pipeline.worker) - cpu) / (time.monotonic() - wall)
        print(f"{kind:10} idle: {idle:.1%} of a core, {pipeline.resident_mib():.0f} MiB", flush=True)
        took = asyncio.run(measured(pipeline.url))
        p50, p99 = statistics.median(took), took[min(len(took) - 1, int(0.99 * len(took)))]
        print(f"{kind:10} post to searchable at {RATE} posts/s: p50 {p50:.2f} s, p99 {p99:.2f} s", flush=True)
        pipeline.stop()


async def one(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        await probe(http, url, 0)


if __name__ == "__main__":
    main()
