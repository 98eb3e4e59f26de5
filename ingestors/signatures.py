"""How the senders of webhooks prove who they are: one table of schemes.

Sources: Meta Graph API webhooks, GitHub webhooks, W3C WebSub (2018), Discourse webhooks, LinkedIn webhooks, X
Account Activity API, standardwebhooks.com. Every comparison takes the same time whatever is sent.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Final, Literal

import standardwebhooks

from streams.components import Request

Scheme = Literal["shared", "standard", "github", "meta", "websub", "discourse", "linkedin", "x"]
Verify = Callable[[bytes, Request], bool]
HASHES: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})


def _equal(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))


def _digest(key: bytes, signed: bytes, method: str = "sha256") -> bytes:
    return hmac.new(key, signed, method).digest()


def _hex_under(header: str, prefix: str = "sha256=", before: bytes = b"") -> Verify:
    """A hexadecimal SHA-256 HMAC of the raw body, in a header."""

    def verify(key: bytes, request: Request) -> bool:
        return _equal(prefix + _digest(key, before + request.body).hex(), request.headers.get(header, ""))

    return verify


def _websub(key: bytes, request: Request) -> bool:
    """The sender chooses the hash, as the recommendation allows."""
    method, _, sent = request.headers.get("x-hub-signature", "").partition("=")
    return method in HASHES and _equal(_digest(key, request.body, method).hex(), sent)


def _x(key: bytes, request: Request) -> bool:
    ours = "sha256=" + base64.b64encode(_digest(key, request.body)).decode()
    return _equal(ours, request.headers.get("x-twitter-webhooks-signature", ""))


def _standard(key: bytes, request: Request) -> bool:
    """Also refuses what is older, or newer, than five minutes."""
    try:
        standardwebhooks.Webhook(key.decode()).verify(request.body, dict(request.headers), json_parse=False)
    except (standardwebhooks.WebhookVerificationError, ValueError):
        return False
    return True


def is_standard_secret(secret: str) -> bool:
    """Whether the secret is base64, with or without `whsec_` before it."""
    try:
        standardwebhooks.Webhook(secret)
    except (ValueError, RuntimeError, standardwebhooks.webhooks.EmptyWebhookSecretError):
        return False
    return True


def shared(header: str) -> Verify:
    """The secret itself in a header: only for senders that can do no better."""

    def verify(key: bytes, request: Request) -> bool:
        return hmac.compare_digest(key, request.headers.get(header, "").encode(errors="replace"))

    return verify


SIGNED: Final[Mapping[str, Verify]] = {
    "standard": _standard,
    "github": _hex_under("x-hub-signature-256"),
    "meta": _hex_under("x-hub-signature-256"),
    "websub": _websub,
    "discourse": _hex_under("x-discourse-event-signature"),
    "linkedin": _hex_under("x-li-signature", prefix="", before=b"hmacsha256="),
    "x": _x,
}


def _hub(_: bytes, query: Mapping[str, str], token: str | None) -> str | None:
    """Meta and WebSub: the challenge itself. Only for `subscribe`, and only with our token if there is one."""
    wanted = query.get("hub.mode") == "subscribe"
    ours = token is None or _equal(token, query.get("hub.verify_token", ""))
    return query.get("hub.challenge") if wanted and ours else None


def _linkedin_challenge(key: bytes, query: Mapping[str, str], _: str | None) -> str | None:
    if not (code := query.get("challengeCode")):
        return None
    return json.dumps({"challengeCode": code, "challengeResponse": _digest(key, code.encode()).hex()})


def _x_challenge(key: bytes, query: Mapping[str, str], _: str | None) -> str | None:
    if not (token := query.get("crc_token")):
        return None
    return json.dumps({"response_token": "sha256=" + base64.b64encode(_digest(key, token.encode())).decode()})


CHALLENGES: Final[Mapping[str, Callable[[bytes, Mapping[str, str], str | None], str | None]]] = {
    "meta": _hub,
    "websub": _hub,
    "linkedin": _linkedin_challenge,
    "x": _x_challenge,
}


def fingerprint(body: bytes) -> str:
    """A short name of a body: the same for a repeated delivery."""
    return hashlib.sha256(body).hexdigest()[:16]
