"""The index templates, as data. Plain parts only: valid on any Elasticsearch 9, whatever its licence."""

from typing import Any

_ANALYSIS: dict[str, Any] = {
    # ä, ae → a; ß → ss; then the stem: Häuser = Haus, Müller = Mueller = MÜLLER
    "filter": {"stem_de": {"type": "stemmer", "language": "german"}},
    "analyzer": {
        "words_de": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": ["lowercase", "german_normalization", "stem_de", "asciifolding"],
        }
    },
}
_KEYWORD = {"type": "keyword"}
_SHORT = {"type": "keyword", "ignore_above": 256}
_LONG = {"type": "keyword", "ignore_above": 8000}  # a longer one would cost the mention: 32,766 bytes at most
_COUNT = {"type": "long"}
_SCORE = {"type": "half_float"}
_STORED = {"type": "keyword", "index": False, "doc_values": False}

_MENTION: dict[str, Any] = {
    "deleted": {"type": "boolean"},
    "id": _KEYWORD,
    "source": _SHORT,
    "kind": _KEYWORD,
    "mode": _KEYWORD,
    "created_at": {"type": "date"},
    "observed_at": {"type": "date"},
    "url": _STORED,
    "title": {"type": "text", "index": False, "copy_to": "words"},
    "text": {"type": "text", "index": False, "copy_to": "words"},
    "words": {"type": "text", "analyzer": "words_de"},
    "author": {"properties": {"id": _LONG, "name": _SHORT, "followers": _COUNT}},
    "venue": {"properties": {"id": _SHORT, "name": _SHORT, "kind": _KEYWORD}},
    "engagement": {"properties": dict.fromkeys(("likes", "replies", "shares", "views"), _COUNT)},
    "matches": {"properties": {"subscription": _LONG}},
    "language": {"properties": {"code": _SHORT, "score": _SCORE}},
    "story": {"properties": {"key": _SHORT}},
    "entities": {"properties": {"name": _SHORT, "label": _KEYWORD}},
    "sentiment": {
        "properties": {
            "label": _KEYWORD,
            "score": _SCORE,
            "aspects": _SHORT,
            "targets": {"properties": {"subscription": _LONG, "label": _KEYWORD, "score": _SCORE}},
        }
    },
    "influence": {"properties": {"score": _SCORE}},
}


def mentions_template(alias: str) -> dict[str, Any]:
    """For the monthly indices: one shard, visible after a second, hidden husks, and no surprise from a new field.

    `ignore_malformed`: a count beyond 2^63 costs that field, not the mention.
    """
    return {
        "index_patterns": [f"{alias}-*"],
        "priority": 200,
        "template": {
            "aliases": {alias: {"filter": {"bool": {"must_not": {"term": {"deleted": True}}}}}},
            "settings": {
                "number_of_shards": 1,
                "refresh_interval": "1s",
                "mapping": {"ignore_malformed": True},
                "analysis": _ANALYSIS,
            },
            "mappings": {"dynamic": False, "properties": _MENTION},
        },
    }


def ledger_template(alias: str) -> dict[str, Any]:
    """For the ledger: read by id alone, searched only by the age of what is gone."""
    return {
        "index_patterns": [ledger_of(alias)],
        "priority": 201,
        "template": {
            "settings": {"number_of_shards": 1, "refresh_interval": "30s"},
            "mappings": {
                "dynamic": False,
                "properties": {"deleted_at": {"type": "date", "format": "epoch_millis"}},
            },
        },
    }


def ledger_of(alias: str) -> str:
    """The index of the ledger."""
    return f"{alias}-ledger"


def other_of(alias: str) -> str:
    """The index for times no honest clock tells, so that they do not make an index each."""
    return f"{alias}-other"
