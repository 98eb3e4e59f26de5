"""Posts per CPU-second of the working process, from posts.v1 to index and counts; without models.

    python -m tests.bench pipeline            30,000 and 100,000 posts, both logs
    POSTS=30000,100000,1000000 LOGS=embedded python -m tests.bench pipeline

The chain is `match` alone. One in five posts matches, as where a source is read whole, and all match, as where it is
searched. The ratio is to
a bare Faust consumer of the same posts on the same log, measured in the same run.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from streams.codec import encode
from streams.config import LogConfig
from streams.log.base import Entry
from streams.log.delivery import deliver
from streams.log.opening import open_log
from streams.post import Author, Post, Venue
from streams.topics import POSTS, TOPICS
from tests.bench._stores import stores
from tests.cluster.crowd import ELSEWHERE, SUBSCRIPTION, TEXTS, recently
from tests.cluster.pipeline import Pipeline, running

SIZES = tuple(int(size) for size in os.environ.get("POSTS", "30000,100000").split(","))
LOGS = os.environ.get("LOGS", "embedded,cluster").split(",")
SHARES = (0.2, 1.0)
FILLER = " " + "und so weiter im Text, wie man ihn eben schreibt, wenn der Tag lang ist" * 3


def posts(count: int, share: float) -> Iterator[Entry]:
    """Posts of some 820 bytes, of the last hours, by a thousand authors."""
    chance, now = random.Random(count), recently()
    for number in range(count):
        text = chance.choice(TEXTS) if chance.random() < share else ELSEWHERE
        post = Post(
            id=f"bench:{number}",
            source="bench",
            created_at=now - timedelta(seconds=chance.randrange(7200)),
            text=f"{text} {number}{FILLER}",
            author=Author(
                id=f"bench:{chance.randrange(1000)}", handle="jemand", followers=chance.randrange(5000)
            ),
            venue=Venue(id="bench:net", kind="network"),
        )
        yield Entry(POSTS, post.id.encode(), encode(post))


async def fill(url: str, count: int, share: float) -> None:
    log = open_log(LogConfig(url))
    await log.open()
    await log.apply(TOPICS)
    made = list(posts(count, share)) if count <= 100_000 else None
    entries: list[Entry] = []
    for entry in made or posts(count, share):
        entries.append(entry)
        if len(entries) == 2000:
            await deliver(log, entries)
            entries = []
    await deliver(log, entries)
    await log.close()


def cpu_secs(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def whole(folder: Path, log_url: str, index_url: str, count: int) -> tuple[float, float]:
    """Posts per CPU-second and per second, between a tenth of the way and the end."""
    (folder / "bahn.toml").write_text(SUBSCRIPTION.format(notify="log:"))
    (folder / "resonanz.toml").write_text('[subscriptions]\nfiles = ["bahn.toml"]\n')
    with running(
        Pipeline(folder, log_url, index_url, command="work", RESONANZ_ENRICH_CHAIN="match")
    ) as pipeline:
        done = lambda: pipeline.get("/health/ready")[1].get("agents", {})  # noqa: E731
        while done().get("enrich", {}).get("settled", 0) < count / 10:
            time.sleep(0.2)
        settled, cpu, wall = done()["enrich"]["settled"], cpu_secs(pipeline.worker), time.monotonic()
        while not pipeline.settled():
            time.sleep(0.5)
        used, took = cpu_secs(pipeline.worker) - cpu, time.monotonic() - wall
        pipeline.stop()
    return (count - settled) / used, (count - settled) / took


def bare(log_url: str, count: int) -> float:
    """Posts per CPU-second of a Faust agent that takes batches and acknowledges them."""
    command = [sys.executable, "-m", "tests.bench._bare_consumer", log_url, str(count)]
    return count / float(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    )


def main() -> None:
    print(
        f"{'log':10} {'posts':>9} {'match':>6} {'posts/CPU-s':>12} {'posts/s':>9} {'bare Faust':>11} {'ratio':>6}"
    )
    for kind in LOGS:
        for share in SHARES:
            for size in SIZES:
                with stores(kind) as (folder, log_url, index_url):
                    asyncio.run(fill(log_url, size, share))
                    rate, wall = whole(folder, log_url, index_url, size)
                    least = bare(log_url, size)
                    start = f"{kind:10} {size:9,} {share:6.0%} {rate:12,.0f} {wall:9,.0f}"
                    print(f"{start} {least:11,.0f} {rate / least:6.2f}", flush=True)


if __name__ == "__main__":
    main()
