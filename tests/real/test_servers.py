"""The real servers do what the drills ask of them, and say what is missing when they cannot start."""

import socket
import urllib.request

import pytest

from tests.real.servers import Elasticsearch, Kafka, ServerError, free_port


def listens(url: str) -> bool:
    host, port = url.rpartition("/")[2].split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_without_java_the_tests_fail_with_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match="need Java 17 or newer: no `java` on the PATH"):
        Kafka(tmp_path / "data").start()


def test_a_taken_port_is_not_offered():
    with socket.create_server(("127.0.0.1", free_port())) as listener:
        taken = listener.getsockname()[1]
        assert free_port() != taken
        assert free_port(also=1) not in (taken, taken - 1)


@pytest.mark.cluster
def test_a_killed_broker_comes_back_on_its_port(own_kafka):
    before = own_kafka.url
    own_kafka.kill()
    assert not listens(before)
    own_kafka.start()
    assert own_kafka.url == before
    assert listens(before)
    own_kafka.stop()
    assert not listens(before)


@pytest.mark.cluster
def test_elasticsearch_answers_and_comes_back(own_elasticsearch: Elasticsearch):
    before = own_elasticsearch.url
    with urllib.request.urlopen(f"{before}/_cluster/health") as answer:
        assert b'"status":"green"' in answer.read()
    own_elasticsearch.kill()
    own_elasticsearch.kill()
    assert not listens(before)
    own_elasticsearch.start()
    assert own_elasticsearch.url == before
