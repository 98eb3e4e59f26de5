"""Webhooks: every scheme of signature, every challenge, foreign JSON."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks

from ingestors.webhook import Webhook, WebhookConfig
from streams.components import Echo, Page, Refused, Request
from streams.errors import ConfigError
from streams.secret import Secret

KEY = b"hemlig"
STANDARD = "whsec_" + base64.b64encode(b"long and by chance").decode()
BODY = json.dumps(
    {"id": "t:1", "source": "t", "created_at": "2026-11-01T10:00:00Z", "text": "Größe"}
).encode()


def hook(scheme="shared", **options) -> Webhook:
    secret = STANDARD if scheme == "standard" else KEY.decode()
    return Webhook(WebhookConfig(secret=Secret(secret), scheme=scheme, **options))


def sent(headers, body=BODY, method="POST", query=None) -> Request:
    return Request(method=method, headers=headers, query=query or {}, body=body)


def hexed(signed: bytes, method="sha256") -> str:
    return hmac.new(KEY, signed, method).hexdigest()


def standard(at: datetime) -> dict[str, str]:
    signature = standardwebhooks.Webhook(STANDARD).sign("msg_1", at, BODY.decode())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


SIGNED = [
    ("shared", {"x-webhook-secret": "hemlig"}),
    ("github", {"x-hub-signature-256": "sha256=" + hexed(BODY)}),
    ("meta", {"x-hub-signature-256": "sha256=" + hexed(BODY)}),
    *[
        ("websub", {"x-hub-signature": f"{m}={hexed(BODY, m)}"})
        for m in ("sha1", "sha256", "sha384", "sha512")
    ],
    ("discourse", {"x-discourse-event-signature": "sha256=" + hexed(BODY)}),
    ("linkedin", {"x-li-signature": hexed(b"hmacsha256=" + BODY)}),
    (
        "x",
        {
            "x-twitter-webhooks-signature": "sha256="
            + base64.b64encode(hmac.digest(KEY, BODY, "sha256")).decode()
        },
    ),
    ("standard", None),  # signed when it is sent: an old signature is a replay
]


@pytest.mark.parametrize(("scheme", "headers"), SIGNED)
def test_a_signed_body_is_taken_and_any_other_is_refused(scheme, headers):
    headers = headers or standard(datetime.now(UTC))
    assert isinstance(hook(scheme).receive(sent(headers)), Page)
    for bad in (
        {},
        dict.fromkeys(headers, "ü"),
        {name: value[:-1] + "?" for name, value in headers.items()},
    ):
        assert hook(scheme).receive(sent(bad)).status == 401
    if scheme != "shared":
        assert hook(scheme).receive(sent(headers, BODY.replace(b"t:1", b"t:2"))).status == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_out_of_time_is_refused(minutes):
    headers = standard(datetime.now(UTC) + timedelta(minutes=minutes))
    assert hook("standard").receive(sent(headers)).status == 401


def test_websub_does_not_take_a_hash_it_does_not_know():
    assert hook("websub").receive(sent({"x-hub-signature": "md5=" + hexed(BODY, "md5")})).status == 401


def test_the_header_of_a_shared_secret_may_be_another():
    telegram = hook(header="X-Telegram-Bot-Api-Secret-Token")
    assert isinstance(telegram.receive(sent({"x-telegram-bot-api-secret-token": "hemlig"})), Page)


def asked(scheme, query, **options):
    return hook(scheme, **options).receive(sent({}, b"", "GET", query))


def test_challenges_are_answered():
    hub = {"hub.mode": "subscribe", "hub.challenge": "123", "hub.verify_token": "tok"}
    assert asked("meta", hub, verify_token=Secret("tok")) == Echo("123")
    assert asked("meta", {**hub, "hub.verify_token": "no"}, verify_token=Secret("tok")).status == 405
    assert asked("websub", {"hub.mode": "subscribe", "hub.challenge": "abc"}) == Echo("abc")
    assert asked("websub", {"hub.mode": "unsubscribe", "hub.challenge": "abc"}).status == 405
    answer = json.loads(asked("linkedin", {"challengeCode": "c"}).text)
    assert answer == {"challengeCode": "c", "challengeResponse": hexed(b"c")}
    token = base64.b64encode(hmac.new(KEY, b"crc", hashlib.sha256).digest()).decode()
    assert json.loads(asked("x", {"crc_token": "crc"}).text) == {"response_token": f"sha256={token}"}
    assert asked("github", hub).status == 405


def test_foreign_json_is_mapped():
    body = json.dumps(
        {
            "batch": {
                "entries": [
                    {"d": {"n": 7, "msg": "Hallo", "at": "2026-11-01T10:00:00Z"}, "u": [{"id": "u1"}]},
                    {},
                ]
            }
        }
    ).encode()
    mapping = {"id": "d.n", "text": "d.msg", "created_at": "d.at", "author.id": "u.0.id"}
    page = hook(mapping=mapping, items="batch.entries", source="shop").receive(
        sent({"x-webhook-secret": "hemlig"}, body)
    )
    assert isinstance(page, Page)
    (post,) = page.posts
    assert (post.id, post.source, post.text, post.author.id) == ("shop:7", "shop", "Hallo", "u1")
    assert len(page.unreadable) == 1


def test_an_edit_of_a_post_is_a_newer_version():
    first, second = (hook().receive(sent({"x-webhook-secret": "hemlig"})) for _ in range(2))
    assert first.posts[0].version <= second.posts[0].version
    assert first.posts[0].observed_at is not None


def test_a_secret_that_cannot_be_one_is_refused_at_once():
    for options in ({"secret": Secret("")}, {"secret": Secret("whsec_"), "scheme": "standard"}):
        with pytest.raises(ConfigError, match="secret"):
            Webhook(WebhookConfig(**options))


def test_other_methods_are_refused():
    assert hook().receive(sent({"x-webhook-secret": "hemlig"}, method="PUT")) == Refused(405, "send POST")
