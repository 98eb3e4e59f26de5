"""The webhook: signed, never redirected, as patient as the receiver asks."""

from dataclasses import replace

import pytest
from aiohttp import web

from sinks.webhook import WebhookNotifier
from streams.alert import TopStory
from streams.alerting.event import Event, schema
from streams.codec import decode, encode
from streams.errors import ConfigError
from streams.outcome import DELIVERED, Rejected, Retry
from streams.secret import Secret
from streams.testing.notifier_checks import ALERT, NOON, to
from tests.contract.far_ends import http_end


async def test_the_receiver_gets_the_alert_in_words_and_figures_but_not_who_else_is_told():
    async with http_end() as far:
        assert await far.notifier.deliver([to(far.recipient)]) == [DELIVERED]
        [(sent, body)] = far.requests
    assert sent == to(far.recipient).id
    assert body["type"] == "alert.opened"
    [alert] = body["data"]["alerts"]
    assert alert["severity"] == 3
    assert alert["alarm"]["notify"] == []
    assert body["data"]["title"].startswith("Deutsche Bahn: ungewöhnlich viele")
    assert "einmal in 40 Tagen" in body["data"]["text"]


async def test_a_receiver_that_asks_for_patience_gets_it():
    async with http_end() as far:
        far.answers.append(web.Response(status=429, headers={"Retry-After": "17"}))
        assert await far.notifier.deliver([to(far.recipient)]) == [Retry("HTTP 429", 17.0)]


async def test_a_redirect_is_not_followed():
    async with http_end() as far:
        far.answers.append(web.Response(status=302, headers={"Location": far.recipient}))
        assert await far.notifier.deliver([to(far.recipient)]) == [Rejected("HTTP 302")]
        assert far.requests == []


async def test_where_nobody_listens_it_is_tried_again():
    async with http_end() as far:
        [outcome] = await far.notifier.deliver([to("http://127.0.0.1:1/hook")])
    assert isinstance(outcome, Retry)


async def test_the_type_says_what_happened():
    closed = replace(ALERT.history[0], state="closed", at=NOON)
    async with http_end() as far:
        await far.notifier.deliver([to(far.recipient, state="closed", history=(*ALERT.history, closed))])
        assert far.requests[0][1]["type"] == "alert.closed"


def unknown_to(schema, value, definitions):
    """The places of a value that a schema does not describe."""
    schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if isinstance(value, dict) and "properties" in schema:
        missing = [name for name in schema.get("required", ()) if name not in value]
        return missing + [
            place
            for name, part in value.items()
            for place in (
                unknown_to(schema["properties"][name], part, definitions)
                if name in schema["properties"]
                else [name]
            )
        ]
    if isinstance(value, list):
        return [place for part in value for place in unknown_to(schema["items"], part, definitions)]
    return []


@pytest.mark.parametrize("occasion", ["change", "escalation", "missed", "digest"])
async def test_what_arrives_is_as_the_schema_says(occasion):
    async with http_end() as far:
        await far.notifier.deliver(
            [replace(to(far.recipient, top_stories=(TopStory(post="a", source="b"),)), occasion=occasion)]
        )
        [(_, body)] = far.requests
    assert decode(Event, encode(body)).type == body["type"]
    written = schema()
    assert unknown_to(written, body, written["$defs"]) == []
    assert unknown_to(written, {**body, "new": 1}, written["$defs"]) == ["new"]
    assert body["type"] in written["$defs"]["Event"]["properties"]["type"]["enum"]


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64, but long enough!", "ä"]
)
async def test_a_secret_that_is_none_is_refused_with_what_to_write(secret):
    notifier = WebhookNotifier(WebhookNotifier.Config(secret=Secret(secret)))
    with pytest.raises(ConfigError, match="whsec_…") as refused:
        await notifier.open()
    assert not secret or secret == "whsec_" or secret not in str(refused.value)
