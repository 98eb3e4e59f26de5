"""Writes changes so that the newest wins, whoever else writes: first the ledger, then the documents."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch, TransportError

from sinks.elasticsearch import queries
from sinks.elasticsearch.bulk import operation, send
from sinks.elasticsearch.ledger import Change, Entry, Known, claim, claiming, key_of, rank, writing
from sinks.elasticsearch.outcomes import conflicts, outcome_of
from sinks.elasticsearch.template import ledger_of
from streams.outcome import DELIVERED, Delivered, Outcome, Retry, worst

ATTEMPTS = 5
READ_AT_ONCE = 1000


class Store:
    """The indices behind an alias, and their ledger. Errors of the client come through."""

    def __init__(self, client: AsyncElasticsearch, alias: str, now_ms: int) -> None:
        self._client = client
        self._ledger = ledger_of(alias)
        self._now_ms = now_ms

    async def settle(self, changes: Sequence[Change]) -> list[Outcome]:
        """Answer each change; an older one of the same post shares the answer of the newest."""
        newest: dict[str, Change] = {}
        for change in changes:
            if change.key not in newest or rank(change) > rank(newest[change.key]):
                newest[change.key] = change
        entries: dict[str, Entry] = {}
        outcomes: dict[str, Outcome] = {}
        waiting = list(newest.values())
        for _ in range(ATTEMPTS):
            waiting = await self._claim(waiting, entries, outcomes)
            if not waiting:
                break
        outcomes |= {change.key: Retry("other writers are faster", 1.0) for change in waiting}
        outcomes |= await self._write([newest[key] for key in entries], entries)
        return [outcomes[change.key] for change in changes]

    async def _claim(
        self, changes: Sequence[Change], entries: dict[str, Entry], outcomes: dict[str, Outcome]
    ) -> list[Change]:
        """Enter the changes; those to be tried again, because somebody else changed the entry meanwhile."""
        known = await self.read([change.key for change in changes])
        claims: list[tuple[Change, Entry]] = []
        for change in changes:
            there = known.get(change.key)
            if (entry := claim(change, there, self._now_ms)) is not None:
                claims.append((change, entry))
            elif there:
                entries[change.key] = there.entry
        items = await send(
            self._client, [claiming(self._ledger, c.key, entry, known.get(c.key)) for c, entry in claims]
        )
        again = []
        for (change, entry), item in zip(claims, items, strict=True):
            if conflicts(item):
                again.append(change)
            elif isinstance(outcome := outcome_of(item), Delivered):
                entries[change.key] = entry
            else:
                outcomes[change.key] = outcome
        return again

    async def _write(self, changes: Sequence[Change], entries: Mapping[str, Entry]) -> dict[str, Outcome]:
        written = [(change.key, op) for change in changes for op in writing(change, entries[change.key])]
        items = await send(self._client, [op for _, op in written])
        outcomes: dict[str, Outcome] = {change.key: DELIVERED for change in changes}
        for (key, _), item in zip(written, items, strict=True):
            outcomes[key] = worst([outcomes[key], outcome_of(item)])
        return outcomes

    async def read(self, keys: Sequence[str]) -> dict[str, Known]:
        """What the ledger says now, also of what was written this instant; absent keys are left out."""
        known: dict[str, Known] = {}
        for begin in range(0, len(keys), READ_AT_ONCE):
            answer = await self._client.mget(
                index=self._ledger,
                ids=keys[begin : begin + READ_AT_ONCE],
                filter_path="docs._id,docs.found,docs._seq_no,docs._primary_term,docs._source,docs.error.type",
            )
            for doc in answer["docs"]:
                if "error" in doc:
                    raise TransportError(f"the ledger cannot be read: {doc['error']['type']}")
                if doc["found"]:
                    entry = msgspec.convert(doc["_source"], Entry)
                    known[doc["_id"]] = Known(entry, doc["_seq_no"], doc["_primary_term"])
        return known

    async def get(self, ids: Sequence[str]) -> dict[str, Any]:
        """The documents of these posts, read from where the ledger says that they lie."""
        known = await self.read([key_of("post", id) for id in ids])
        places = {id: known[key].entry.place for id in ids if (key := key_of("post", id)) in known}
        wanted = [{"_index": place, "_id": id} for id, place in places.items() if place]
        if not wanted:
            return {}
        answer = await self._client.mget(docs=wanted)
        return {
            doc["_id"]: doc["_source"]
            for doc in answer["docs"]
            if doc.get("found") and not doc["_source"].get("deleted")
        }

    async def sweep(self, before_ms: int) -> int:
        """Take out the entries of what was gone before then; how many."""
        swept = 0
        while True:
            await self._client.indices.refresh(index=self._ledger)
            hits = (await self._client.search(index=self._ledger, **queries.gone_body(before_ms)))["hits"][
                "hits"
            ]
            items = await send(
                self._client,
                [
                    operation("delete", index=self._ledger, id=hit["_id"],
                              if_seq_no=hit["_seq_no"], if_primary_term=hit["_primary_term"])
                    for hit in hits
                ],
            )  # fmt: skip
            removed = sum(item.status == 200 for item in items)
            swept += removed
            if not removed:
                return swept
