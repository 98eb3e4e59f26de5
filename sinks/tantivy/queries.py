"""Tantivy queries and aggregations, from what is asked."""

from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query

from sinks.tantivy.schema import analyzer, fold
from streams.search import FACETS, Search, in_ms, phrases

FACET_VALUES = 1000
_ANALYZER = analyzer()


def query_of(schema: tantivy.Schema, search: Search, until_ms: int | None = None) -> Query:
    """The query of a search, up to and with `until_ms` if given. Raises UsageError."""
    conditions = [_phrase(schema, words) for words in map(words_of, phrases(search.text)) if words]
    for facet, values in search.equal.items():
        conditions.append(
            Query.term_set_query(schema, facet, list(values)) if values else Query.empty_query()
        )
    if search.author is not None:
        conditions.append(Query.term_query(schema, "author", search.author))
    if search.since or search.until:
        since, until = (in_ms(at) if at else None for at in (search.since, search.until))
        conditions.append(
            Query.range_query(schema, "created", FieldType.Integer, since, until, include_upper=until is None)
        )
    if until_ms is not None:
        conditions.append(Query.range_query(schema, "created", FieldType.Integer, None, until_ms))
    return (
        Query.boolean_query([(Occur.Must, each) for each in conditions]) if conditions else Query.all_query()
    )


def words_of(text: str) -> list[str]:
    """The stems of a text, as they are indexed."""
    stems: list[str] = _ANALYZER.analyze(fold(text))
    return stems


def summary_of(interval_ms: int) -> dict[str, Any]:
    """The aggregations of a summary."""
    facets: dict[str, Any] = {facet: {"terms": {"field": facet, "size": FACET_VALUES}} for facet in FACETS}
    histogram = {"histogram": {"field": "created", "interval": interval_ms, "min_doc_count": 1}}
    return {**facets, "histogram": histogram, "total": {"value_count": {"field": "created"}}}


def _phrase(schema: tantivy.Schema, words: list[str]) -> Query:
    if len(words) == 1:
        return Query.term_query(schema, "words", words[0])
    return Query.phrase_query(schema, "words", [*words])
