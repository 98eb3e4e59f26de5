"""A Kafka URL is read as it is meant, agrees with Faust, and never shows its password."""

from urllib.parse import quote

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth, server_list
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from streams.errors import ConfigError
from streams.log.kafka_url import parse

PASSWORD = "geheim@:/;?#%1"
FULL = (
    f"kafka://anna:{quote(PASSWORD, safe='')}@a:9093;kafka://b:9094?security=sasl_ssl&mechanism=SCRAM-SHA-512"
)


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("kafka://a", ("a:9092",)),
        ("kafka://a:1;kafka://b:2", ("a:1", "b:2")),
        ("kafka://a:1,b:2/", ("a:1", "b:2")),
        ("kafka://[::1]:9092", ("[::1]:9092",)),
    ],
)
def test_the_brokers_are_read(url, servers):
    assert parse(url).servers == servers


def test_user_password_and_options_are_read():
    read = parse(FULL)
    assert (read.user, read.security, read.mechanism) == ("anna", "sasl_ssl", "SCRAM-SHA-512")
    assert read.password is not None
    assert read.password.reveal() == PASSWORD


def test_a_user_alone_means_sasl():
    assert parse("kafka://anna:x@a").security == "sasl_plaintext"


@pytest.mark.parametrize(
    "url", ["kafka://a:9092", FULL, "kafka://anna:x@a", "kafka://a:9093?security=ssl", "kafka://a:1;b:2"]
)
def test_faust_is_told_the_same(url):
    read = parse(url)
    client = read.client_settings()
    broker, credentials = read.faust_broker()
    told = dict(credentials_to_aiokafka_auth(credentials))
    assert server_list([URL(each) for each in broker], 9092) == client.pop("bootstrap_servers")
    assert (told.pop("ssl_context", None) is None) == (client.pop("ssl_context") is None)
    assert told == client


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("kafka://", "write `kafka://broker:9092`"),
        ("kafka://a:port", "write `kafka://broker:9092`"),
        ("kafka://a:70000", "write `kafka://broker:9092`"),
        ("kafka://anna@a", "a user needs a password"),
        ("kafka://a?security=sasl_ssl", "needs a user and a password"),
        ("kafka://anna:x@a?security=ssl", "write `security=sasl_ssl`"),
        ("kafka://a?security=tls", "security is one of plaintext, ssl"),
        ("kafka://a?mechanism=GSSAPI", "mechanism is one of PLAIN"),
        ("kafka://a?acks=1", "unknown acks; there are"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(url, sentence):
    with pytest.raises(ConfigError, match="url: .*") as refused:
        parse(url)
    assert sentence in str(refused.value)


def test_an_unreadable_certificate_is_named():
    with pytest.raises(ConfigError, match='ca_file "/nowhere.pem" cannot be read'):
        parse("kafka://a?security=ssl&ca_file=/nowhere.pem").client_settings()


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S"))))
def test_the_password_is_never_written(rest):
    password = f"Geheim{rest}"
    url = f"kafka://u:{quote(password, safe='')}@h:1?security=sasl_plaintext"
    assert parse(url).password.reveal() == password
    with pytest.raises(ConfigError) as refused:
        parse(url.replace("sasl_plaintext", "ssl"))
    assert "Geheim" not in f"{parse(url)} {parse(url)!r} {refused.value}"
