"""The client, and what must be there before the first mention: a server of our age, templates, two indices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from elastic_transport import TlsError
from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    ConnectionTimeout,
    TransportError,
    UnsupportedProductError,
)

from sinks.elasticsearch.bulk import error_type
from sinks.elasticsearch.template import ledger_of, ledger_template, mentions_template, other_of
from streams.errors import ConfigError, UnavailableError
from streams.logs import logger
from streams.secret import Secret

TIMEOUT_SECS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchConfig:
    """`url`: `https://host:9200`. `alias`: read under this name, written to `ALIAS-YYYY.MM`.

    `user` with `password`, or `api_key`; needs the privileges `manage_index_templates` and `monitor` on the
    cluster and `all` on `ALIAS` and `ALIAS-*`. `ca_file`: PEM of the authority that signed the server's
    certificate.
    """

    url: str = "http://localhost:9200"
    alias: str = "mentions"
    user: str | None = None
    password: Secret | None = None
    api_key: Secret | None = None
    ca_file: str | None = None


def connect(config: ElasticsearchConfig) -> AsyncElasticsearch:
    """A client that never repeats by itself: whoever delivers knows better when. Raises ConfigError."""
    login: dict[str, Any] = {}
    if config.user is not None:
        login["basic_auth"] = (config.user, config.password.reveal() if config.password else "")
    if config.api_key is not None:
        login["api_key"] = config.api_key.reveal()
    if config.ca_file is not None:
        login["ca_certs"] = config.ca_file
    try:
        return AsyncElasticsearch(
            config.url, request_timeout=TIMEOUT_SECS, max_retries=0, retry_on_timeout=False, **login
        )
    except (ValueError, OSError) as error:
        raise ConfigError(
            f'[index] does not say how to reach Elasticsearch ({error}); write `url = "https://host:9200"`, and '
            "`user` with `password`, or `api_key`"
        ) from None


async def prepare(client: AsyncElasticsearch, alias: str) -> None:
    """Templates, ledger and alias; harmless when repeated. Raises UnavailableError."""
    try:
        await client.info()
        await client.indices.put_index_template(name=alias, **mentions_template(alias))
        await client.indices.put_index_template(name=ledger_of(alias), **ledger_template(alias))
        for index in (ledger_of(alias), other_of(alias)):
            if not await client.indices.exists(index=index):
                await client.options(ignore_status=400).indices.create(index=index)  # 400: another was faster
    except (ApiError, TransportError) as error:
        raise UnavailableError(sentence_of(error)) from None
    await _report_lifecycle(client)


def sentence_of(error: ApiError | TransportError) -> str:
    """What stands in the way, and what to do about it."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence(error)
    if isinstance(error, ApiError):
        return f"Elasticsearch answers {error.meta.status} {error_type(error)}; look into its log"
    return "Elasticsearch does not answer; start it, or mend `url` in [index]"


def _bad_request(error: Any) -> str:
    if error_type(error) == "media_type_header_exception":
        return "Elasticsearch is older than the client; upgrade it to 9, or `pip install 'elasticsearch[async]<9'`"
    return f"Elasticsearch refuses the request ({error_type(error)}); is another template in the way?"


_SENTENCES: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
    (
        AuthenticationException,
        lambda _: (
            "Elasticsearch refuses the credentials; mend `user` and `password`, or `api_key`, in [index]"
        ),
    ),
    (
        AuthorizationException,
        lambda _: (
            "the credentials in [index] may not manage the mention indices and their templates; give them "
            "`manage_index_templates`, and `all` on the indices"
        ),
    ),
    (UnsupportedProductError, lambda _: "this is no Elasticsearch; mend `url` in [index]"),
    (BadRequestError, _bad_request),
    (
        TlsError,
        lambda _: (
            "Elasticsearch's certificate is not trusted, or it does not speak TLS; set `ca_file` in [index] "
            "to its authority's PEM, or write http:// if it has none"
        ),
    ),
    (
        ConnectionTimeout,
        lambda _: f"Elasticsearch does not answer within {TIMEOUT_SECS} s; is it overloaded, or `url` wrong?",
    ),
)


async def _report_lifecycle(client: AsyncElasticsearch) -> None:
    answer = await client.options(ignore_status=(400, 401, 403, 404, 405, 500)).ilm.get_status()
    if "operation_mode" not in answer:
        logger("elasticsearch").info("no lifecycle management; drop old monthly indices yourself")
