"""The chain is what the configuration says, in its order."""

import pytest

from streams.chain import build_chain, opened
from streams.config import Config, EnrichConfig, Part
from streams.errors import ConfigError


def names(config):
    return [enricher.name for enricher in build_chain(config)]


def test_the_default_chain_has_every_enricher_match_first():
    assert names(Config()) == ["match", "language", "story", "entities", "sentiment", "influence"]


def test_the_order_is_kept():
    assert names(Config(enrich=EnrichConfig(("story", "language")))) == ["story", "language"]


def test_options_reach_their_enricher():
    with pytest.raises(ConfigError, match=r"enrichers\.language"):
        names(Config(enrichers={"language": Part("language", {"hoem": "de"})}))


def test_a_table_may_name_another_component():
    config = Config(enrich=EnrichConfig(("mine",)), enrichers={"mine": Part("influence")})
    assert names(config) == ["influence"]


class Noted:
    def __init__(self, name, told, fails=False):
        self.name, self.told, self.fails = name, told, fails

    async def open(self):
        if self.fails:
            raise ConfigError(self.name)
        self.told.append(f"open {self.name}")

    async def close(self):
        self.told.append(f"close {self.name}")


async def test_what_is_opened_is_closed_the_last_first():
    told = []
    async with opened([Noted("a", told), Noted("b", told)]):
        told.append("work")
    assert told == ["open a", "open b", "work", "close b", "close a"]


async def test_one_that_does_not_open_leaves_none_open():
    told = []
    with pytest.raises(ConfigError):
        async with opened([Noted("a", told), Noted("b", told, fails=True)]):
            told.append("work")
    assert told == ["open a", "close a"]
