"""Apprise: what its yes and no mean, and that nothing calls a whole chat."""

import pytest

from sinks.apprise import AppriseNotifier
from streams.alert import Change, TopStory
from streams.outcome import DELIVERED, Rejected, Retry
from streams.testing.notifier_checks import CANARY, NOON, to
from tests.contract.far_ends import json_end


async def test_the_words_arrive_with_the_alert_named_last():
    async with json_end() as far:
        assert await far.notifier.deliver([to(far.recipient)]) == [DELIVERED]
        [body] = far.bodies
    assert body["title"] == "Deutsche Bahn: ungewöhnlich viele Erwähnungen (Stufe 3 von 6: Frische Brise)"
    assert "einmal in 40 Tagen" in body["message"]
    assert body["message"].splitlines()[-1] == "Alarm db-volume-20261115T1200Z, Stand 1"


async def test_a_quote_can_call_nobody():
    story = TopStory(post="a:1", source="a", quote="Hallo @everyone und <!channel> & <b>alle</b>")
    async with json_end() as far:
        await far.notifier.deliver([to(far.recipient, top_stories=(story,))])
        said = far.bodies[0]["message"]
    assert "@everyone" not in said
    assert "<!channel>" not in said
    assert "<b>alle</b>" in said


@pytest.mark.parametrize("recipient", [f"slack://{CANARY}", "tgram://x", "json://"])
async def test_an_address_apprise_cannot_read_is_rejected_with_where_to_look(recipient):
    notifier = AppriseNotifier(AppriseNotifier.Config())
    await notifier.open()
    [outcome] = await notifier.deliver([to(recipient)])
    assert isinstance(outcome, Rejected)
    assert CANARY not in outcome.reason


async def test_where_nobody_listens_it_is_tried_again():
    notifier = AppriseNotifier(AppriseNotifier.Config(timeout_secs=2))
    await notifier.open()
    [outcome] = await notifier.deliver([to("json://127.0.0.1:1/hook")])
    assert isinstance(outcome, Retry)


async def test_refused_credentials_can_be_mended():
    async with json_end() as far:
        far.answer = 401
        assert isinstance((await far.notifier.deliver([to(far.recipient)]))[0], Retry)


async def test_apprise_itself_logs_nothing():
    async with json_end() as far:
        far.behave("fail")
        await far.notifier.deliver([to(far.recipient), to("slack://x")])
        assert far.logged() == "[[], []]"


async def test_what_is_too_long_for_a_service_comes_in_parts():
    note = Change(at=NOON, state="open", severity=3, note="lang " * 10_000)
    async with json_end() as far:
        assert await far.notifier.deliver([to(far.recipient, history=(note,))]) == [DELIVERED]
        assert len(far.bodies) > 1
        assert far.bodies[-1]["message"].endswith("Stand 1")


async def test_a_plugin_that_breaks_is_tried_again_and_quoted_nowhere(monkeypatch):
    async def breaks(self, **given):
        raise ValueError(CANARY)

    monkeypatch.setattr("apprise.Apprise.async_notify", breaks)
    async with json_end() as far:
        assert await far.notifier.deliver([to(far.recipient)]) == [Retry("ValueError")]
