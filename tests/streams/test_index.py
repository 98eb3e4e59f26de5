import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from streams.config import IndexConfig
from streams.errors import ConfigError, UnavailableError
from streams.index import keep_swept, open_index

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Sweeping:
    """An index that is away at the first sweep, then forgets two tombstones."""

    def __init__(self):
        self.asked, self.often = [], asyncio.Event()

    async def sweep(self, before):
        self.asked.append(before)
        if len(self.asked) == 1:
            raise UnavailableError("away")
        if len(self.asked) == 3:
            self.often.set()
        return 2


async def test_tombstones_are_swept_again_and_again_though_the_index_was_away(monkeypatch):
    monkeypatch.setattr("streams.index.SWEEP_EVERY_SECS", 0.0)
    index = Sweeping()
    sweeping = asyncio.create_task(keep_swept(index, 90, clock=lambda: NOON))
    await index.often.wait()
    sweeping.cancel()
    assert set(index.asked) == {NOON - timedelta(days=90)}


def test_the_url_chooses_the_index():
    assert open_index(IndexConfig("tantivy:///data/index")).name == "tantivy"
    assert open_index(IndexConfig("https://host:9200")).name == "elasticsearch"
    with pytest.raises(ConfigError, match="neither tantivy nor http"):
        open_index(IndexConfig("mongodb://host"))
