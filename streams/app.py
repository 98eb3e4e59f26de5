"""The application: one process's share of the pipeline, put together from the configuration."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal, TypeVar

from streams import registry, subscriptions
from streams.agents.backfill import Backfiller
from streams.agents.consume import Agent, leave
from streams.agents.enrich import EnrichAgent
from streams.agents.index import IndexAgent
from streams.agents.notify import NotifyAgent
from streams.agents.pulse import Pulse
from streams.agents.watch import WatchAgent
from streams.agents.worker import GROUP, Worker, faust_app
from streams.chain import build_chain, followers, new_matcher, opened
from streams.clock import Clock, system_clock
from streams.components import Component, Follower, Index, Ingestor, Receiver, Sink
from streams.config import Config, Part, build
from streams.errors import UnavailableError
from streams.health import Health, watch_lag
from streams.index import keep_swept, open_index
from streams.ingest import Ingest, components_of
from streams.log.opening import faust_broker, open_log
from streams.notification import Notification
from streams.subscription import Subscription
from streams.topics import ALERTS, HITS, MENTIONS, POSTS, topics
from streams.web.server import Web
from streams.web.services import Services
from streams.web.view import View

Role = Literal["ingest", "work", "web"]
ROLES: tuple[Role, ...] = ("ingest", "work", "web")
AGENT_TOPICS = {"enrich": POSTS, "index": MENTIONS, "watch": HITS, "notify": ALERTS}

IN_FLIGHT = 2000
"""Records that may wait while all goes well: two batches of each agent."""

C = TypeVar("C", bound=Component)


class Application:
    """Runs until it is told to stop; whatever cannot go on ends the process (see `agents.consume.leave`).

    `clock`: what `watch` takes for now; another than the system's replays what was.
    """

    def __init__(self, config: Config, roles: Sequence[Role] = ROLES, clock: Clock = system_clock) -> None:
        self._config, self._roles, self._clock = config, roles, clock
        self._health = Health(started=False)
        self._stack = AsyncExitStack()
        self._log = open_log(config.log)
        self._ingest = Ingest(self._log, self._sources())

    async def run(self, stop: asyncio.Event, started: Callable[[str], object] = lambda _: None) -> None:
        """Start, work until `stop` is set, and let go of everything. Raises a ResonanzError if it cannot start.

        `started` is told the URL where it listens.
        """
        async with self._stack:
            await self._log.open()
            self._stack.push_async_callback(self._log.close)
            await self._require_topics()
            index = await self._opened(open_index(self._config.index)) if self._needs_index() else None
            await self._start_web(index)
            if "work" in self._roles and index:
                await self._start_worker(index)
                self._keep(keep_swept(index, self._config.index.tombstone_days), "sweep")
            self._keep(watch_lag(self._log, GROUP, AGENT_TOPICS, self._health), "health")
            self._keep(self._ingest.run(), "ingest")
            self._health.started = True
            started(self._config.web.url)
            await stop.wait()

    def _sources(self) -> dict[str, Ingestor | Receiver]:
        """Those that are asked go with `ingest`; those that come to us, with the HTTP server."""
        sources = components_of(self._config.ingestors)
        return {
            name: source
            for name, source in sources.items()
            if ("web" if hasattr(source, "receive") else "ingest") in self._roles
        }

    def _needs_index(self) -> bool:
        return bool({"work", "web"} & set(self._roles))

    async def _require_topics(self) -> None:
        """A worker without its topics would idle or hang in silence, so it refuses to start."""
        wanted = topics(self._config.log.partitions)
        if not self._log.shared:
            await self._log.apply(wanted)
        if wrong := [
            f"{change.topic} {change.what}" for change in await self._log.plan(wanted) if change.fatal
        ]:
            raise UnavailableError(f"{'; '.join(wrong)}: run `resonanz topics apply`")

    async def _start_web(self, index: Index | None) -> None:
        services = Services(
            log=self._log,
            view=View(self._log),
            health=self._health,
            new_matcher=new_matcher,
            new_chain=lambda: build_chain(self._config),
            index=index,
            receivers=self._ingest.receivers,
            accept=self._ingest.accept,
            token=self._config.web.token,
        )
        web = Web(self._config.web, services, whole="web" in self._roles)
        await web.start()
        self._stack.push_async_callback(web.stop)

    async def _start_worker(self, index: Index) -> None:
        chain = await self._stack.enter_async_context(opened(build_chain(self._config)))
        notifiers = {name: await self._opened(sink) for name, sink in _notifiers(self._config.sinks).items()}
        pulse = Pulse() if self._log.shared else None
        if pulse:
            self._keep(pulse.beat(), "pulse")
        watch = WatchAgent(self._log, self._clock, up_to_date=self._up_to_date, pulse=pulse)
        notify = NotifyAgent(self._log, notifiers, self._config.alerts, self._clock)
        hit_partitions = len(await self._log.ends(HITS))
        enrich = EnrichAgent(chain, self._log, hit_partitions, self._config.alerts.no_quotes_from)
        backfiller = Backfiller(self._log, index, enrich, new_matcher, self._waiting_posts)
        await self._listen([*followers(chain), watch, notify, backfiller])
        await self._following(backfiller.follow, "backfill requests")
        await self._following(watch.follow_alerts, "alerts")
        await self._following(watch.follow_coverage, "coverage")
        await self._following(notify.follow_notes, "notifications")
        agents: list[Agent] = [enrich, IndexAgent(index), watch, notify]
        worker = Worker(faust_app(*faust_broker(self._config.log.url)), agents, self._log, self._health)
        worker.on_revoked(watch.forget, notify.forget)
        await worker.start()
        self._stack.push_async_callback(worker.stop)
        self._keep(worker.watch(), "worker")
        self._keep(watch.tick(lambda: worker.assigned(HITS)), "watch")
        self._keep(notify.tick(lambda: worker.assigned(ALERTS)), "notify")
        # one worker at a time: the one that enriches the first partition
        self._keep(backfiller.run(lambda: 0 in worker.assigned(POSTS)), "backfill")

    def _up_to_date(self) -> bool:
        """Whether what the sources said has come through to `watch`, but for what is in flight."""
        agents = self._health.report().agents
        before = [agents[name] for name in ("enrich", "watch") if name in agents]
        return all(one.trouble is None and one.lag <= IN_FLIGHT for one in before)

    def _waiting_posts(self) -> int:
        enrich = self._health.report().agents.get("enrich")
        return enrich.lag if enrich else 0

    async def _listen(self, listeners: Sequence[Follower]) -> None:
        """Apply the subscriptions of the configuration, and wait until all that are stored are listened for."""
        wanted = [
            one for file in self._config.subscriptions.files for one in subscriptions.read_file(Path(file))
        ]
        matcher = new_matcher()
        for one in wanted:
            subscriptions.check(one, matcher)
        await subscriptions.save(self._log, wanted, by="configuration")

        def subscribe(subscription: Subscription) -> None:
            for listener in listeners:
                listener.subscribe(subscription)

        def unsubscribe(id: str) -> None:
            for listener in listeners:
                listener.unsubscribe(id)

        await self._following(
            lambda ready: subscriptions.follow(self._log, subscribe, unsubscribe, ready), "subscriptions"
        )

    async def _following(
        self, follow: Callable[[Callable[[], None]], Coroutine[Any, Any, None]], part: str
    ) -> None:
        """Follow a topic in the background; returns once what was there at the start has been read."""
        ready = asyncio.Event()
        self._keep(follow(ready.set), part)
        await ready.wait()

    async def _opened(self, component: C) -> C:
        await component.open()
        self._stack.push_async_callback(component.close)
        return component

    def _keep(self, work: Coroutine[Any, Any, None], part: str) -> None:
        """Run something in the background for ever; if it cannot go on, neither can the process."""
        task = asyncio.create_task(_or_leave(work, part), name=part)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(end)


async def _or_leave(work: Awaitable[None], part: str) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - a part that stopped in silence is worse than a restart
        leave(part, error)


def _notifiers(parts: Mapping[str, Part]) -> dict[str, Sink[Notification]]:
    """The configured notifiers by type, and those that need no configuration."""
    notifiers = {}
    for name, part in {"log": Part("log"), "apprise": Part("apprise"), **parts}.items():
        kind = registry.load("sinks", part.type)
        notifiers[part.type] = kind(build(kind.Config, part.options, f"sinks.{name}"))
    return notifiers
