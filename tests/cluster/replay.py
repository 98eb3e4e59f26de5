"""A crisis played through a whole pipeline: two weeks of the past, two calm days, an evening of outrage.

The player owns the clock: it sends what is said, waits until `watch` has counted it, moves the worker's time on to
the end of that, and waits until `watch` has looked. So hours pass in seconds, and a worker that is killed on the way
finds the time as it left it.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import numpy as np

from streams.alert import Alert
from streams.alerting import memory
from streams.alerting.counts import Counts
from streams.codec import decode_alert, encode
from streams.config import LogConfig
from streams.log.base import Log
from streams.log.opening import open_log
from streams.post import Author, Mode, Post, Venue
from streams.topics import ALERTS, NOTIFICATIONS, WATCH_STATE
from tests.cluster.pipeline import WITHOUT_MODELS
from tests.cluster.replay_worker import put
from tests.contract.far_ends import SECRET, HttpEnd, SmtpEnd, http_end, smtp_end
from tests.real.servers import free_port
from tests.streams.alerting.synthetic import Mentions

BUCKET = timedelta(minutes=5)
STEP = timedelta(minutes=10)
PAST_DAYS, CALM_DAYS = 14, 2
EVERYBODY, DIE_HARDS = 4000, 20
COURSE = (
    *((1, EVERYBODY),) * 3,
    *((posts, EVERYBODY) for posts in (12, 12, 60, 150, 300, 450, 500, 500, 500, 450, 300, 150, 40)),
    *((10, DIE_HARDS),) * 14,
    *((1, EVERYBODY),) * 6,
)
"""The crisis and what follows: about how many posts in each step, by how many people."""

USUAL = 0.4
TEXTS = ("Schon wieder keine Bahn, unfassbar", "Sitze in der Bahn nach Köln", "Die Bahn am Sonntag")
HOOK_SECRET = "invented"
SUBSCRIPTION = "bahn"
WAIT_SECS = 90.0


class Story:
    """All posts of the replay, in their order; they follow from the seed. `begin`: when we begin to listen."""

    def __init__(self, end: datetime, seed: int) -> None:
        self._rng, self._said = np.random.default_rng(seed), 0
        lasts = CALM_DAYS * timedelta(days=1) + len(COURSE) * STEP
        self.begin = datetime.fromtimestamp((end - lasts).timestamp() // 300 * 300, UTC)
        self.past = self._calm(self.begin - timedelta(days=PAST_DAYS), PAST_DAYS, seed, "backfill")
        self.crisis_begins = self.begin + timedelta(days=CALM_DAYS)
        calm = self._calm(self.begin, CALM_DAYS, seed + 1, "live")
        self.steps = [
            (self.crisis_begins - timedelta(hours=hours), []) for hours in (36, 24, 12, 6, 3, 2, 1, 0)
        ]
        for post in calm:
            next(posts for until, posts in self.steps if post.created_at < until).append(post)
        for number, (posts, people) in enumerate(COURSE):
            since = self.crisis_begins + number * STEP
            self.steps.append((since + STEP, self._posts(since, STEP, posts, people)))

    def __len__(self) -> int:
        return self._said

    def _calm(self, since: datetime, days: int, seed: int, mode: Mode) -> list[Post]:
        counts = Mentions(rate=USUAL, bursts=0.0).counts(days, seed)
        return [
            post
            for number, count in enumerate(counts)
            for post in self._posts(since + number * BUCKET, BUCKET, int(count), EVERYBODY, mode)
        ]

    def _posts(
        self, since: datetime, lasts: timedelta, count: int, people: int, mode: Mode = "live"
    ) -> list[Post]:
        ages = sorted(self._rng.uniform(0, lasts.total_seconds(), count))
        return [
            self._post(since + timedelta(seconds=age), int(self._rng.integers(people)), mode) for age in ages
        ]

    def _post(self, at: datetime, voice: int, mode: Mode) -> Post:
        self._said += 1
        return Post(
            id=f"replay:{self._said}",
            source="replay",
            mode=mode,
            created_at=at,
            observed_at=at + timedelta(seconds=1),
            text=f"{TEXTS[self._said % len(TEXTS)]} ({self._said})",
            author=Author(id=f"replay:author-{voice}", followers=voice),
            venue=Venue(id=f"replay:net-{self._said % 4}", kind="network"),
        )


class Worker:
    """A pipeline process in a folder that lives in the replay's time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, folder / "clock"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log_url = f"sqlite:///{folder}/log.db"
        self._process: subprocess.Popen[bytes] | None = None

    def set_time(self, now: datetime) -> None:
        """Let the worker's time go on."""
        put(self.clock, now)

    def start(self) -> None:
        settings = {
            "LOG_URL": self.log_url,
            "INDEX_URL": f"tantivy:///{self.folder}/index",
            "WEB_URL": self.url,
            "ENRICH_CHAIN": WITHOUT_MODELS,
            "INGESTORS_FORUM_TYPE": "webhook",
            "INGESTORS_FORUM_SECRET": HOOK_SECRET,
        }
        environment = {**os.environ, **{f"RESONANZ_{name}": value for name, value in settings.items()}}
        command = [sys.executable, "-m", "tests.cluster.replay_worker", str(self.clock)]
        with (self.folder / "said.log").open("ab") as said:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        assert self._process.poll() is None, "the worker died by itself"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            self.kill()


class Player:
    """Tells a worker the story, step by step."""

    def __init__(self, worker: Worker, log: Log, http: aiohttp.ClientSession) -> None:
        self._worker, self._log, self._http = worker, log, http
        self._sent = 0

    async def say(self, posts: Sequence[Post]) -> None:
        """Send posts until they are taken: what was sent twice counts once."""
        for start in range(0, len(posts), 1000):
            body = b"\n".join(encode(post) for post in posts[start : start + 1000])
            await self.until(lambda body=body: self._taken(body))
        self._sent += len(posts)

    async def settled(self) -> None:
        """Wait until `watch` has counted every post so far, and saved that."""
        await self.until(self._watch_has_seen)

    async def looked(self, now: datetime) -> None:
        """Wait until `watch` has looked at everything at that time, and saved what it found."""
        await self.until(lambda: self._has_looked(now))

    async def all_settled(self) -> None:
        """Wait until nothing waits in any agent's topic."""
        await self.until(self._nothing_waits)

    async def shown(self) -> dict[str, str]:
        """The alerts as the page shows them, each with its state."""
        async with self._http.get(f"{self._worker.url}/api/alerts") as answer:
            return {alert["id"]: alert["state"] for alert in (await answer.json())["alerts"]}

    async def until(self, done) -> None:
        async with asyncio.timeout(WAIT_SECS):
            while not await done():  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.15)

    async def _taken(self, body: bytes) -> bool:
        headers = {"X-Webhook-Secret": HOOK_SECRET}
        try:
            async with self._http.post(
                f"{self._worker.url}/hooks/forum", data=body, headers=headers
            ) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _watch_has_seen(self) -> bool:
        entries = (await self._log.latest(WATCH_STATE)).items()
        remembered, _ = memory.by_subscription((key, record.value) for key, record in entries)
        parts = remembered.get(SUBSCRIPTION)
        return bool(parts) and len(memory.load(parts, Counts())[0].counts) == self._sent

    async def _has_looked(self, now: datetime) -> bool:
        seen = self._worker.clock.with_suffix(".seen")
        return seen.exists() and float(seen.read_text()) >= now.timestamp()

    async def _nothing_waits(self) -> bool:
        try:
            async with self._http.get(f"{self._worker.url}/health/ready") as answer:
                agents = (await answer.json())["agents"]
        except (aiohttp.ClientError, json.JSONDecodeError):
            return False
        return (
            answer.status == 200 and len(agents) >= 4 and not any(agent["lag"] for agent in agents.values())
        )


class Played:
    """What came of a replay: the alerts as they stand on the log and the page, and what arrived at the far ends."""

    def __init__(
        self,
        alerts: Sequence[Alert],
        shown: dict[str, str],
        notes: Sequence[str],
        mails: SmtpEnd,
        hooks: HttpEnd,
    ) -> None:
        self.alerts, self.shown, self.notes = alerts, shown, notes
        self.mails, self.hooks = mails.mails, hooks.requests


async def play(folder: Path, story: Story, kills: dict[int, float]) -> Played:
    """Tell the story. In the steps of `kills` the worker dies so many seconds after it took their posts, and once more
    so long after its time went on.

    Its time goes on when all that was said before is counted: else it would look at half of it, or hear silence.
    """

    async def died(number: int) -> None:
        if number in kills:
            await asyncio.sleep(kills[number])
            worker.kill()
            worker.start()

    async with smtp_end() as mails, http_end() as hooks, _worker(folder, mails, hooks) as (worker, player):
        worker.set_time(story.begin)
        worker.start()
        await player.say(story.past)
        await player.settled()
        for number, (now, posts) in enumerate(story.steps):
            await player.say(posts)
            await died(number)
            await player.settled()
            worker.set_time(now)
            await died(number)
            await player.looked(now)
        await player.until(lambda: _closed(player._log))
        await player.all_settled()
        alerts = [decode_alert(record.value) for record in (await player._log.latest(ALERTS)).values()]
        notes = [key.decode() for key in await player._log.latest(NOTIFICATIONS)]
        return Played(alerts, await player.shown(), notes, mails, hooks)


async def _closed(log: Log) -> bool:
    alerts = [decode_alert(record.value) for record in (await log.latest(ALERTS)).values()]
    return bool(alerts) and all(alert.state == "closed" for alert in alerts)


@asynccontextmanager
async def _worker(folder: Path, mails: SmtpEnd, hooks: HttpEnd) -> AsyncIterator[tuple[Worker, Player]]:
    worker = Worker(folder)
    notify = f'notify = ["{mails.recipient}", "{hooks.recipient}"]'
    (folder / "bahn.toml").write_text(
        f'[[subscription]]\nid = "{SUBSCRIPTION}"\nname = "Bahn"\nquery = "bahn~"\n'
        f'[subscription.alarm]\nat_most = "1 a week"\n{notify}\n'
    )
    (folder / "resonanz.toml").write_text(
        '[subscriptions]\nfiles = ["bahn.toml"]\n'
        f'[sinks.webhook]\ntype = "webhook"\nsecret = "{SECRET}"\n'
        f'[sinks.mail]\ntype = "mail"\nsender = "alerts@example.org"\nhost = "127.0.0.1"\nport = {mails.port}\n'
    )
    log = open_log(LogConfig(worker.log_url))
    worker.set_time(datetime.now(UTC))
    try:
        async with aiohttp.ClientSession() as http:
            worker.folder.mkdir(exist_ok=True)
            await log.open()
            yield worker, Player(worker, log, http)
    finally:
        worker.end()
        await log.close()
