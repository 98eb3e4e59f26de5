"""Which mention index a URL means."""

from dataclasses import fields

from streams.components import Index
from streams.config import IndexConfig
from streams.errors import ConfigError
from streams.registry import load

_BY_SCHEME = {"tantivy": "tantivy", "http": "elasticsearch", "https": "elasticsearch"}


def open_index(config: IndexConfig) -> Index:
    """The index of a configuration, not opened yet. Raises ConfigError on an unknown scheme."""
    name = _BY_SCHEME.get(config.url.partition(":")[0])
    if name is None:
        raise ConfigError(
            f'[index] url: "{config.url}" is neither tantivy nor http; write `url = "tantivy:///data/index"` '
            'or `url = "http://localhost:9200"`'
        )
    kind = load("sinks", name)
    index: Index = kind(
        kind.Config(**{part.name: getattr(config, part.name) for part in fields(kind.Config)})
    )
    return index
