"""Pages and summaries of an opened tantivy index; blocking, from any thread."""

from collections.abc import Sequence

import tantivy

from sinks.tantivy.queries import query_of, summary_of
from sinks.tantivy.schema import order_of
from streams.codec import decode_mention
from streams.errors import UsageError
from streams.mention import Mention
from streams.search import FACETS, Found, Position, Search, Summary


def page(index: tantivy.Index, search: Search, size: int, after: Position | None) -> Found:
    """Mentions, newest first. Raises UsageError."""
    searcher, schema = index.searcher(), index.schema
    # tantivy has no "search after" in text: skip what was of the cursor's own millisecond and came before it
    skipped = searcher.doc_freq("created", after.created_ms) if after else 0
    query = query_of(schema, search, after.created_ms if after else None)
    hits = searcher.search(query, skipped + size + 1, count=False, order_by_field="order").hits
    if after:
        last = order_of(after)
        hits = [hit for hit in hits if hit[0] < last]
    mentions = tuple(decode_mention(bytes(searcher.doc(address)["body"][0])) for _, address in hits[:size])
    return Found(mentions=mentions, cursor=Position.of(mentions[-1]).cursor() if len(hits) > size else None)


def named(index: tantivy.Index, ids: Sequence[str]) -> dict[str, Mention]:
    """The mentions of these ids that are there."""
    if not ids:
        return {}
    searcher = index.searcher()
    query = tantivy.Query.term_set_query(index.schema, "id", list(ids))
    hits = searcher.search(query, len(ids), count=False).hits
    found = (decode_mention(bytes(searcher.doc(address)["body"][0])) for _, address in hits)
    return {mention.id: mention for mention in found}


def summary(index: tantivy.Index, search: Search, interval_ms: int) -> Summary:
    """Counts, from one scan. Raises UsageError."""
    query = query_of(index.schema, search)
    try:
        counted = index.searcher().aggregate(query, summary_of(interval_ms))
    except ValueError:
        raise UsageError("these are too many counts for one answer; ask for a longer interval") from None
    return Summary(
        total=int(counted["total"]["value"]),
        histogram={int(bucket["key"]): bucket["doc_count"] for bucket in counted["histogram"]["buckets"]},
        facets={
            facet: {bucket["key"]: bucket["doc_count"] for bucket in counted[facet]["buckets"]}
            for facet in FACETS
        },
    )
