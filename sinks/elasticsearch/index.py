"""The mention index on Elasticsearch 9: one index a month behind an alias, newest version wins."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, TransportError

from sinks.elasticsearch import queries
from sinks.elasticsearch.bulk import error_type, item_of
from sinks.elasticsearch.ledger import Change, key_of
from sinks.elasticsearch.outcomes import outcome_of
from sinks.elasticsearch.setup import ElasticsearchConfig, connect, prepare, sentence_of
from sinks.elasticsearch.store import Store
from sinks.elasticsearch.template import other_of
from streams.clock import Clock, system_clock
from streams.codec import MAX_POST_BYTES, decode_mention, encode
from streams.errors import UnavailableError, UsageError
from streams.mention import Mention
from streams.outcome import Delivered, Outcome, Rejected, worst
from streams.search import FACETS, Found, Position, Search, Summary, check_interval, check_size, in_ms

FIRST_YEAR = 2000


class Elasticsearch:
    """Documents are the mentions' JSON; deletions stay known until they are swept."""

    name: ClassVar[str] = "elasticsearch"
    Config: ClassVar[type] = ElasticsearchConfig

    def __init__(self, config: ElasticsearchConfig, clock: Clock = system_clock) -> None:
        self._config = config
        self._clock = clock
        self._client: AsyncElasticsearch | None = None

    async def open(self) -> None:
        """Connect and set up what is missing. Raises ConfigError or UnavailableError."""
        self._client = connect(self._config)
        try:
            await prepare(self._client, self._config.alias)
        except UnavailableError as error:
            await self.close()
            raise UnavailableError(f"{self._config.url}: {error}") from None

    async def close(self) -> None:
        """Let the connections go."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def deliver(self, batch: Sequence[Mention]) -> Sequence[Outcome]:
        """Answer each mention; searchable a second after Delivered. More than 1 MB of JSON is Rejected."""
        now = self._clock()
        store = Store(self._opened(), self._config.alias, in_ms(now))
        changes = [self._change(mention, now) for mention in batch]
        try:
            settled = iter(await store.settle([change for change in changes if isinstance(change, Change)]))
            outcomes = [change if isinstance(change, Rejected) else next(settled) for change in changes]
            await self._follow_authors(store, batch, changes, outcomes)
        except (ApiError, TransportError) as error:
            failed = outcome_of(item_of(error))
            if isinstance(failed, Rejected):  # no mention's fault: the request itself is wrong
                raise
            return [change if isinstance(change, Rejected) else failed for change in changes]
        return outcomes

    def _change(self, mention: Mention, now: datetime) -> Change | Rejected:
        edition = mention.edition(now)
        if mention.event == "author_delete" and mention.author:
            return Change(key_of("author", mention.author.id), "", edition)
        if mention.event != "upsert":
            return Change(key_of("post", mention.id), mention.id, edition)
        body = encode(mention)
        if len(body) > MAX_POST_BYTES:
            return Rejected(f"longer than {MAX_POST_BYTES} bytes")
        place = place_of(self._config.alias, mention.created_at, now)
        return Change(key_of("post", mention.id), mention.id, edition, place, body)

    async def _follow_authors(
        self,
        store: Store,
        batch: Sequence[Mention],
        changes: Sequence[Change | Rejected],
        outcomes: list[Outcome],
    ) -> None:
        """Posts of an author who is gone go too, those that are there and those that were just written."""
        written = [
            (at, key_of("author", mention.author.id), change)
            for at, (mention, change) in enumerate(zip(batch, changes, strict=True))
            if mention.author and isinstance(change, Change) and isinstance(outcomes[at], Delivered)
        ]
        gone = await store.read(list({author for _, author, _ in written}))
        doomed: list[tuple[int, Change]] = []
        for at, author, change in written:
            known = gone.get(author)
            if change.place and known and known.entry.edition >= change.edition:
                doomed.append((at, change._replace(place=None)))
            elif batch[at].event == "author_delete" and (who := batch[at].author):
                doomed += [(at, post) async for post in self._posts_of(who.id, change.edition)]
        for (at, _), outcome in zip(
            doomed, await store.settle([change for _, change in doomed]), strict=True
        ):
            outcomes[at] = worst([outcomes[at], outcome])

    async def _posts_of(self, author: str, edition: int) -> AsyncIterator[Change]:
        """Deletions of an author's posts up to that edition; all that was answered before the call is seen."""
        client, after = self._opened(), None
        await client.indices.refresh(index=self._config.alias)
        pit = (await client.open_point_in_time(index=self._config.alias, keep_alive="1m"))["id"]
        try:
            while hits := (await self._page(queries.author_body(author, pit, after))):
                for hit in hits:
                    if hit["_version"] <= edition:
                        yield Change(key_of("post", hit["_id"]), hit["_id"], hit["_version"])
                after = hits[-1]["sort"]
        finally:
            await client.options(ignore_status=404).close_point_in_time(id=pit)

    async def _page(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self._opened().search(allow_partial_search_results=False, **body)
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    async def search(self, search: Search, size: int = 20, cursor: str | None = None) -> Found:
        """Mentions, newest first. Raises UsageError or UnavailableError."""
        check_size(size)
        after = Position.read(cursor) if cursor else None
        hits = (await self._ask(queries.page_body(search, size, after)))["hits"]["hits"]
        mentions = tuple(decode_mention(encode(hit["_source"])) for hit in hits[:size])
        return Found(
            mentions=mentions, cursor=Position.of(mentions[-1]).cursor() if len(hits) > size else None
        )

    async def get(self, ids: Sequence[str]) -> Mapping[str, Mention]:
        """What is there of these posts, also what was delivered this instant. Raises UnavailableError."""
        store = Store(self._opened(), self._config.alias, in_ms(self._clock()))
        try:
            return {id: decode_mention(encode(found)) for id, found in (await store.get(ids)).items()}
        except (ApiError, TransportError) as error:
            raise UnavailableError(sentence_of(error)) from None

    async def summarize(self, search: Search, interval_ms: int) -> Summary:
        """Counts over time and by facet, the 1000 most frequent values each. Raises UsageError or UnavailableError."""
        check_interval(interval_ms)
        answer = await self._ask(queries.summary_body(search, interval_ms))
        counted = answer["aggregations"]
        return Summary(
            total=answer["hits"]["total"]["value"],
            histogram={bucket["key"]: bucket["doc_count"] for bucket in counted["histogram"]["buckets"]},
            facets={
                facet: {bucket["key"]: bucket["doc_count"] for bucket in counted[facet]["buckets"]}
                for facet in FACETS
            },
        )

    async def _ask(self, body: dict[str, Any]) -> Any:
        try:
            return await self._opened().search(
                index=self._config.alias, allow_partial_search_results=False, **body
            )
        except BadRequestError as error:
            raise UsageError(
                f"Elasticsearch cannot answer this ({error_type(error)}); ask for a shorter text, or a longer interval"
            ) from None
        except (ApiError, TransportError) as error:
            raise UnavailableError(sentence_of(error)) from None

    async def sweep(self, before: datetime) -> int:
        """Forget what was gone before then; how many. Raises UnavailableError."""
        try:
            return await Store(self._opened(), self._config.alias, in_ms(self._clock())).sweep(in_ms(before))
        except (ApiError, TransportError) as error:
            raise UnavailableError(sentence_of(error)) from None

    def _opened(self) -> AsyncElasticsearch:
        if self._client is None:
            raise UnavailableError("the index is not open")
        return self._client


def place_of(alias: str, created_at: datetime, now: datetime) -> str:
    """The index of a month; one for all times that no honest clock tells."""
    after_next = (now.replace(day=1) + timedelta(days=62)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    honest = created_at.year >= FIRST_YEAR and created_at < after_next
    return f"{alias}-{created_at:%Y.%m}" if honest else other_of(alias)
