"""The cases of both indices: where they keep their stores, and what time it is there."""

from datetime import UTC, datetime
from pathlib import Path

from sinks.elasticsearch.index import Elasticsearch
from sinks.elasticsearch.setup import ElasticsearchConfig
from sinks.tantivy.index import Tantivy, TantivyConfig
from streams.components import Index
from streams.testing.index_checks import IndexCase
from streams.testing.index_model import Memory, ModelIndex

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _clock() -> datetime:
    return NOW


def elasticsearch(url: str) -> IndexCase:
    """Stores are aliases of one server."""

    def make(name: str) -> Index:
        return Elasticsearch(ElasticsearchConfig(url=url, alias=name), _clock)

    return IndexCase(make, NOW, refresh)


async def refresh(index: Index) -> None:
    """Rather than wait a second."""
    assert isinstance(index, Elasticsearch)
    await index._opened().indices.refresh(index=index._config.alias)


def tantivy(folder: Path) -> IndexCase:
    """Stores are folders."""
    return IndexCase(lambda name: Tantivy(TantivyConfig(url=f"tantivy:///{folder / name}"), _clock), NOW)


def model(kind: type[ModelIndex] = ModelIndex) -> IndexCase:
    """Stores are remembered as long as the case."""
    stores: dict[str, Memory] = {}
    return IndexCase(lambda name: kind(stores.setdefault(name, Memory()), _clock), NOW)
