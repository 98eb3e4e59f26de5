"""KafkaLog against a broker that wants TLS, a user and a password."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.errors import UnavailableError
from streams.log.base import Entry
from streams.log.kafka import KafkaLog
from streams.outcome import DELIVERED
from streams.topics import Topic
from tests.real.servers import Kafka, running

pytestmark = pytest.mark.cluster
SAFE = "listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key store for 127.0.0.1 and, beside it, the certificate to trust."""
    store = tmp_path_factory.mktemp("tls") / "store.p12"
    keytool = ["keytool", "-keystore", store, "-storepass", "changeit", "-alias", "broker"]
    make = ["-genkeypair", "-keyalg", "RSA", "-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1"]
    subprocess.run([*keytool, *make], check=True, capture_output=True)
    subprocess.run(
        [*keytool, "-exportcert", "-rfc", "-file", store.with_suffix(".pem")], check=True, capture_output=True
    )
    return store


@pytest.fixture(scope="module")
def address(tmp_path_factory, certificate) -> Iterator[str]:
    settings = [
        "listener.security.protocol.map=CLIENT:SASL_SSL,CONTROL:PLAINTEXT",
        "sasl.enabled.mechanisms=PLAIN",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        f'{SAFE} user_anna="geheim@1";',
        f"ssl.keystore.location={certificate}",
        "ssl.keystore.password=changeit",
        f"ssl.truststore.location={certificate.with_suffix('.pem')}",
        "ssl.truststore.type=PEM",
    ]
    with running(Kafka(tmp_path_factory.mktemp("secure") / "data", settings=settings)) as kafka:
        yield kafka.url.removeprefix("kafka://")


async def test_the_right_user_writes_and_reads(address, certificate):
    ca = certificate.with_suffix(".pem")
    log = KafkaLog(f"kafka://anna:geheim%401@{address}?security=sasl_ssl&ca_file={ca}")
    await log.open()
    try:
        await log.apply([Topic("safe", "key", compact=True)])
        assert await log.append([Entry("safe", b"k", b"v")]) == [DELIVERED]
        assert [record.value for record in (await log.latest("safe")).values()] == [b"v"]
    finally:
        await log.close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("security=sasl_ssl&ca_file=CA", "refuses the user or the password"),
        ("security=sasl_ssl&ca_file=CA&mechanism=SCRAM-SHA-512", "does not know the mechanism SCRAM-SHA-512"),
        ("security=sasl_ssl", "certificate verify failed"),
        ("security=sasl_plaintext", "cannot be reached"),
    ],
)
async def test_whoever_is_not_let_in_is_told_why(address, certificate, options, sentence):
    options = options.replace("CA", str(certificate.with_suffix(".pem")))
    log = KafkaLog(f"kafka://anna:falsch@{address}?{options}")
    with pytest.raises(UnavailableError) as refused:
        await log.open()
    assert sentence in str(refused.value)
    assert f"anna:***@{address}" in str(refused.value)
    assert "falsch" not in str(refused.value)
