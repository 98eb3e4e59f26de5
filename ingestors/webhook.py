"""Posts that others send to us: one HTTP receiver for every scheme of signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import msgspec

from ingestors.lines import nested
from ingestors.signatures import CHALLENGES, SIGNED, Scheme, fingerprint, is_standard_secret, shared
from streams.clock import Clock, system_clock
from streams.codec import DecodeError, post_of
from streams.components import Echo, Page, Refused, Request, Unreadable
from streams.errors import ConfigError
from streams.post import Post
from streams.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """Who may send, and what the fields of their JSON are called.

    `secret`: known to the sender and to us. `scheme`: how the sender proves it: `shared` (the secret itself in
    `header`), `standard` (standardwebhooks.com), `github`, `meta`, `websub`, `discourse`, `linkedin` or `x`.
    `header`: of `shared`, such as `X-Telegram-Bot-Api-Secret-Token`.
    `verify_token`: what a `hub.challenge` must bring along (Meta).
    `items`: dotted path to the list of posts in foreign JSON. `mapping`: post field → dotted path in each of them,
    as in `{ id = "data.id", text = "data.message", "author.name" = "data.from.name" }`.
    `source`: of posts that name none; with a mapping it also goes before their ids.
    `max_bytes`: of a request.
    """

    secret: Secret
    scheme: Scheme = "shared"
    header: str = "X-Webhook-Secret"
    verify_token: Secret | None = None
    items: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    source: str = ""
    max_bytes: int = 1_000_000


class Webhook:
    """Take posts from HTTP requests that are signed.

    Input       POST with one post, a list of posts, or one post a line, as the JSON of a post or as `mapping` says;
                GET with the challenge of `meta`, `websub`, `linkedin` or `x`.
    Output      a page; a post without `observed_at` was observed when it came.
    Errors      401 not signed by who knows the secret, 413 too large, 400 no JSON or no post in it, 405 neither GET
                nor POST. A bad post among good ones is Unreadable.
    """

    name: ClassVar[str] = "webhook"
    Config: ClassVar[type] = WebhookConfig

    def __init__(self, config: WebhookConfig, clock: Clock = system_clock) -> None:
        if not config.secret.reveal():
            raise ConfigError('secret is empty; write `secret = "…"`, long and by chance')
        if config.scheme == "standard" and not is_standard_secret(config.secret.reveal()):
            raise ConfigError(
                'secret is not one of standardwebhooks.com; write `secret = "whsec_…"`, then base64'
            )
        self._config = config
        self._clock = clock
        self._key = config.secret.reveal().encode()
        self._verify = SIGNED.get(config.scheme) or shared(config.header.lower())

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go."""

    def receive(self, request: Request) -> Page | Refused | Echo:
        """Verify and read one request; see `streams.components.Receiver`."""
        if request.method == "GET":
            return self._challenge(request)
        if request.method != "POST":
            return Refused(405, "send POST")
        if len(request.body) > self._config.max_bytes:
            return Refused(413, f"more than {self._config.max_bytes} bytes; send fewer posts at once")
        if not self._verify(self._key, request):
            return Refused(401, f"not signed as {self._config.scheme} with the secret of this hook")
        try:
            items = _items(_json(request.body), self._config.items)
        except DecodeError as error:
            return Refused(400, str(error))
        return self._page(items, fingerprint(request.body))

    def _challenge(self, request: Request) -> Echo | Refused:
        token = self._config.verify_token.reveal() if self._config.verify_token else None
        answer = CHALLENGES.get(self._config.scheme)
        text = answer(self._key, request.query, token) if answer else None
        return (
            Refused(405, "send POST; this is no challenge that this hook answers")
            if text is None
            else Echo(text)
        )

    def _page(self, items: list[Any], delivery: str) -> Page | Refused:
        posts: list[Post] = []
        unreadable: list[Unreadable] = []
        for number, item in enumerate(items, 1):
            try:
                posts.append(self._post(item))
            except DecodeError as error:
                unreadable.append(
                    Unreadable(str(error), f"{delivery}, item {number}", msgspec.json.encode(item))
                )
        if unreadable and not posts:
            return Refused(
                400, f"item 1: {unreadable[0].reason}; write a post as JSON, or set `mapping` for this hook"
            )
        return Page(posts=posts, cursor=None, unreadable=unreadable)

    def _post(self, item: Any) -> Post:
        if not isinstance(item, dict):
            raise DecodeError("a post is a JSON object")
        fields = dict(item)
        if self._config.mapping:
            fields = nested({name: _at(item, path) for name, path in self._config.mapping.items()})
            if self._config.source and "id" in fields:
                fields["id"] = f"{self._config.source}:{fields['id']}"
        if self._config.source:
            fields.setdefault("source", self._config.source)
        post = post_of(fields)
        return post if post.observed_at else replace(post, observed_at=self._clock())


def _json(body: bytes) -> Any:
    """The body as JSON, or its lines as a list."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        if lines := [msgspec.json.decode(line) for line in body.splitlines() if line.strip()]:
            return lines
        raise DecodeError("nothing in it; write one post, a list of posts, or one post a line")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise DecodeError("not JSON in UTF-8; write one post, a list of posts, or one post a line") from None


def _items(value: Any, path: str) -> list[Any]:
    found = _at(value, path) if path else value
    if found is None:
        raise DecodeError(f"there is nothing at {path}")
    return found if isinstance(found, list) else [found]


def _at(value: Any, path: str) -> Any:
    """What lies at a dotted path, with numbers for places in lists; None if there is nothing."""
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
