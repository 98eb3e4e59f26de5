"""The chain is what the configuration says, in its order."""

import pytest

from streams.chain import build_chain
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
