"""Request bodies, from what is asked. Pure."""

from typing import Any

from streams.search import FACETS, Facet, Position, Search, in_ms, phrases

FIELDS: dict[Facet, str] = {
    "source": "source",
    "language": "language.code",
    "sentiment": "sentiment.label",
    "subscription": "matches.subscription",
}
FACET_VALUES = 1000
NEWEST_FIRST = [{"created_at": "desc"}, {"id": "desc"}]


def query_of(search: Search) -> dict[str, Any]:
    """The query of a search. Raises UsageError."""
    conditions: list[dict[str, Any]] = [
        # text without a letter or digit asks for nothing, as in a phrase
        {"match_phrase": {"words": {"query": phrase, "zero_terms_query": "all"}}}
        for phrase in phrases(search.text)
    ]
    conditions += [{"terms": {FIELDS[facet]: list(values)}} for facet, values in search.equal.items()]
    if search.author is not None:
        conditions.append({"term": {"author.id": search.author}})
    if search.since or search.until:
        bounds: dict[str, Any] = {"format": "epoch_millis"}
        if search.since:
            bounds["gte"] = in_ms(search.since)
        if search.until:
            bounds["lt"] = in_ms(search.until)
        conditions.append({"range": {"created_at": bounds}})
    return {"bool": {"filter": conditions}} if conditions else {"match_all": {}}


def page_body(search: Search, size: int, after: Position | None) -> dict[str, Any]:
    """One page, newest first, and one more hit that tells whether there is a next page."""
    body: dict[str, Any] = {
        "query": query_of(search),
        "sort": NEWEST_FIRST,
        "size": size + 1,
        "track_total_hits": False,
    }
    return body | {"search_after": list(after)} if after else body


def summary_body(search: Search, interval_ms: int) -> dict[str, Any]:
    """Total, histogram and facets, without hits."""
    facets = {facet: {"terms": {"field": FIELDS[facet], "size": FACET_VALUES}} for facet in FACETS}
    histogram = {
        "date_histogram": {
            "field": "created_at",
            "fixed_interval": f"{interval_ms}ms",
            "min_doc_count": 1,
        }
    }
    return {
        "query": query_of(search),
        "size": 0,
        "track_total_hits": True,
        "aggs": {**facets, "histogram": histogram},
    }


def author_body(author: str, pit: str, after: list[Any] | None) -> dict[str, Any]:
    """One page of an author's posts within a point in time: ids and versions only."""
    body: dict[str, Any] = {
        "query": {"term": {"author.id": author}},
        "pit": {"id": pit, "keep_alive": "1m"},
        "sort": ["_shard_doc"],
        "size": 1000,
        "version": True,
        "_source": False,
    }
    return body | {"search_after": after} if after else body


def gone_body(before_ms: int) -> dict[str, Any]:
    """Ledger entries of what was gone before then."""
    return {
        "query": {"range": {"deleted_at": {"lt": before_ms, "format": "epoch_millis"}}},
        "size": 1000,
        "seq_no_primary_term": True,
    }
