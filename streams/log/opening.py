"""Which log a URL means."""

from typing import Any

from streams.config import LogConfig
from streams.errors import ConfigError
from streams.log.base import Log


def open_log(config: LogConfig) -> Log:
    """The log of a configuration, not opened yet. Raises ConfigError on an unknown scheme."""
    scheme = config.url.partition(":")[0]
    if scheme == "kafka":
        from streams.log.kafka import KafkaLog

        return KafkaLog(config.url, config.replication)
    if scheme == "sqlite":
        from streams.log.embedded.client import EmbeddedLog

        return EmbeddedLog(config.url)
    raise ConfigError(
        f'[log] url: "{config.url}" is neither kafka nor sqlite; write `url = "sqlite:///data/log.db"` '
        'or `url = "kafka://broker:9092"`'
    )


def faust_broker(url: str) -> tuple[str | list[str], Any]:
    """The same log for Faust: its broker and credentials."""
    if url.startswith("kafka:"):
        from streams.log.kafka_url import parse

        return parse(url).faust_broker()
    return url, None
