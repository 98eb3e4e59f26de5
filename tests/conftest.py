"""What all tests share: no settings of the machine they run on, and real servers started when first asked for."""

import logging
import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from tests.real.servers import Elasticsearch, Kafka, running

hypothesis.settings.register_profile("resonanz", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("resonanz")

# a run that is terminated, as by `timeout`, ends its servers as one does that is interrupted
signal.signal(signal.SIGTERM, signal.default_int_handler)

for noisy in ("aiokafka", "faust", "mode", "elastic_transport"):
    logging.getLogger(noisy).setLevel(logging.CRITICAL)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RESONANZ_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def kafka_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One broker that all tests share; nobody stops it, and everybody uses topics of their own."""
    with running(Kafka(tmp_path_factory.mktemp("kafka") / "data")) as kafka:
        yield kafka.url


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """One broker for the tests of a module, which may stop, kill and freeze it."""
    with running(Kafka(tmp_path_factory.mktemp("own-kafka") / "data")) as kafka:
        yield kafka


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One node that all tests share; everybody uses indices of their own."""
    with running(Elasticsearch(tmp_path_factory.mktemp("elasticsearch"))) as elasticsearch:
        yield elasticsearch.url


@pytest.fixture(scope="module")
def own_elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elasticsearch]:
    """One node for the tests of a module, which may stop, kill and freeze it."""
    with running(Elasticsearch(tmp_path_factory.mktemp("own-elasticsearch"))) as elasticsearch:
        yield elasticsearch
