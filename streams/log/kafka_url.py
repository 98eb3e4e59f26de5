"""A Kafka cluster and how to be let in, in one URL.

    kafka://broker:9092
    kafka://user:password@broker1:9092;kafka://broker2:9092?security=sasl_ssl&mechanism=SCRAM-SHA-512

`security`: `plaintext` (the default; `sasl_plaintext` when there is a user), `ssl`, `sasl_plaintext`, `sasl_ssl`.
`mechanism`: `PLAIN` (the default), `SCRAM-SHA-256`, `SCRAM-SHA-512`. `ca_file`: certificates to trust instead of
the system's. User and password are percent-encoded where they hold `@ : / ; ? # %`.
"""

import ssl
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from streams.errors import ConfigError
from streams.secret import Secret

SECURITIES = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
DEFAULT_PORT = 9092


class FaustBroker(NamedTuple):
    """What `faust.App` takes as `broker` and `broker_credentials`."""

    broker: list[str]
    credentials: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaUrl:
    """The brokers, `host:port`, and the credentials. Written with its password masked."""

    servers: tuple[str, ...]
    user: str | None = None
    password: Secret | None = None
    security: str = "plaintext"
    mechanism: str = "PLAIN"
    ca_file: str | None = None

    def __str__(self) -> str:
        user = f"{self.user}:***@" if self.user else ""
        return f"kafka://{user}{';'.join(self.servers)}"

    def client_settings(self) -> dict[str, Any]:
        """Keyword arguments for every client of aiokafka. Raises ConfigError on an unreadable `ca_file`."""
        settings: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.security.upper(),
            "ssl_context": self._ssl_context(),
        }
        if self.password is not None:
            settings |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password.reveal(),
            }
        return settings

    def faust_broker(self) -> FaustBroker:
        """The same for Faust, over `kafka_driver`. Raises ConfigError on an unreadable `ca_file`."""
        from faust.auth import SASLCredentials, SSLCredentials

        from streams.log.kafka_driver import SCHEME

        context = self._ssl_context()
        credentials: Any = None
        if self.password is not None:
            credentials = SASLCredentials(
                username=self.user,
                password=self.password.reveal(),
                mechanism=self.mechanism,
                ssl_context=context,
            )
        elif context is not None:
            credentials = SSLCredentials(context)
        return FaustBroker([f"{SCHEME}://{server}" for server in self.servers], credentials)

    def _ssl_context(self) -> ssl.SSLContext | None:
        if not self.security.endswith("ssl"):
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise ConfigError(f'[log] url: ca_file "{self.ca_file}" cannot be read: {error}') from None


def parse(url: str) -> KafkaUrl:
    """Read a URL. Raises ConfigError with a sentence that never holds the password."""
    addresses, _, query = url.partition("?")
    login, _, rest = addresses.removeprefix("kafka://").rpartition("@")
    user, _, password = login.partition(":")
    if bool(user) != bool(password):
        raise ConfigError("[log] url: a user needs a password; write `kafka://user:password@broker:9092`")
    options = _options(query)
    security = options.get("security", "sasl_plaintext" if user else "plaintext")
    if security.startswith("sasl") != bool(user):
        raise ConfigError(
            f"[log] url: security={security} "
            + (
                f"lets no user in; write `security=sasl_{security}`"
                if user
                else "needs a user and a password"
            )
        )
    return KafkaUrl(
        servers=tuple(_server(part) for part in rest.replace(",", ";").split(";")),
        user=unquote(user) or None,
        password=Secret(unquote(password)) if password else None,
        security=security,
        mechanism=options.get("mechanism", "PLAIN"),
        ca_file=options.get("ca_file"),
    )


def _server(text: str) -> str:
    host, colon, port = text.removeprefix("kafka://").strip("/").rpartition(":")
    if not colon:
        host, port = port, str(DEFAULT_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536 or "@" in host or "/" in host:
        raise ConfigError("[log] url: every broker is a host and a port; write `kafka://broker:9092`")
    return f"{host}:{int(port)}"


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name, allowed in (("security", SECURITIES), ("mechanism", MECHANISMS)):
        if options.get(name, allowed[0]) not in allowed:
            raise ConfigError(f"[log] url: {name} is one of {', '.join(allowed)}")
    unknown = set(options) - {"security", "mechanism", "ca_file"}
    if unknown:
        raise ConfigError(
            f"[log] url: unknown {', '.join(sorted(unknown))}; there are security, mechanism, ca_file"
        )
    return options
