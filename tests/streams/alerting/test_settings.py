"""What an alarm cannot mean is refused with the line to write; recipients are shown without their secrets."""

from dataclasses import replace

import pytest

from streams.alerting.masks import masked, with_masks, without_masks
from streams.alerting.routing import notifier_of
from streams.alerting.settings import check_alarm
from streams.errors import UsageError
from streams.subscription import Alarm

MAIL = "mailto:presse@example.org"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def test_an_alarm_with_everything_can_be_meant():
    check_alarm(
        Alarm(
            notify=("log:", MAIL, SLACK, "https://example.org/x"),
            quiet="22:00-07:00",
            digest="weekly",
            digest_to=(MAIL,),
            escalate_after=15,
            escalate_to=(MAIL,),
            playbook={"4": ("Call the press office",)},
        )
    )


@pytest.mark.parametrize(
    ("changes", "to_write"),
    [
        ({"at_most": "often"}, 'write `at_most = "2 a month"`'),
        ({"quiet": "22-7"}, 'write `quiet = "22:00-07:00"`'),
        ({"quiet": "25:00-07:00"}, 'write `quiet = "22:00-07:00"`'),
        ({"quiet": "08:00-08:00"}, 'write `quiet = "22:00-07:00"`'),
        ({"timezone": "Berlin"}, 'write `timezone = "Europe/Berlin"`'),
        ({"timezone": "../etc/passwd"}, 'write `timezone = "Europe/Berlin"`'),
        ({"timezone": ""}, 'write `timezone = "Europe/Berlin"`'),
        ({"min_severity": 7}, "write `min_severity = 4`"),
        ({"loud_from": -1}, "write `loud_from = 4`"),
        ({"digest": "daily"}, 'write `digest_to = ["mailto:presse@example.org"]`'),
        ({"digest_to": (MAIL,)}, 'write `digest = "daily"`'),
        ({"escalate_after": 15}, 'write `escalate_to = ["mailto:chefin@example.org"]`'),
        ({"escalate_to": (MAIL,)}, "write `escalate_after = 15`"),
        ({"escalate_after": 0, "escalate_to": (MAIL,)}, "write `escalate_after = 15`"),
        ({"playbook": {"storm": ("Run",)}}, 'write `playbook = {4 = ["Call …"]}`'),
        ({"digest": "daily", "digest_to": ("presse@example.org",)}, "write `log:`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_meant_is_refused_with_the_line_to_write(changes, to_write):
    with pytest.raises(UsageError) as refused:
        check_alarm(replace(Alarm(), **changes))
    assert to_write in str(refused.value)


@pytest.mark.parametrize(
    ("recipient", "notifier"),
    [
        ("log:", "log"),
        (MAIL, "mail"),
        ("https://example.org/hook?key=1", "webhook"),
        ("http://localhost:8080", "webhook"),
        (SLACK, "apprise"),
        ("json://localhost:8080/x", "apprise"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "apprise"),
        ("msteams://x/y", None),
        ("workflows://host/workflow/signature", "apprise"),
        ("ntfys://topic", "apprise"),
    ],
)
def test_a_recipient_says_which_notifier(recipient, notifier):
    if notifier is None:
        with pytest.raises(UsageError, match="write `log:`"):
            notifier_of(recipient)
    else:
        assert notifier_of(recipient) == notifier


@pytest.mark.parametrize(
    "recipient",
    ["", "presse@example.org", "mailto:", "mailto:a", "mailto:a@b,c@d", "mailto:a@b?cc=c@d", "https://"]
    + ["https:///x", "https://exa mple.org", "ftp://example.org", "log:x", "http://[", "mailto:a@b\nBcc:c@d"]
    + ["slack:", "slack://", "slack:x", "nothing://x"],
)
def test_what_is_no_recipient_is_refused_with_what_to_write(recipient):
    with pytest.raises(UsageError, match="write `log:`, `mailto:presse@example.org`, `https://"):
        notifier_of(recipient)


@pytest.mark.parametrize("recipient", ["xoxb-8321-secret", "secret://secret", "://secret", "SECRET:secret"])
def test_a_refusal_tells_no_secret(recipient):
    with pytest.raises(UsageError) as refused:
        notifier_of(recipient)
    assert "8321" not in str(refused.value)
    assert "…" in str(refused.value)


def test_of_an_address_that_may_hold_a_secret_only_the_scheme_is_shown():
    assert (masked("log:"), masked(MAIL)) == ("log:", MAIL)
    for secret in (SLACK, "https://example.org/hook?key=1", "whatever", "mailto://me:pw@example.org"):
        shown = masked(secret)
        assert len(shown) <= 25
        assert shown.endswith(masked(secret)[-8:])
        assert secret[-4:] not in shown
    assert masked(SLACK).startswith("slack:…")
    assert masked(SLACK) != masked(SLACK + "x")


def test_what_was_shown_can_be_given_back():
    kept = Alarm(notify=("log:", SLACK), escalate_to=(SLACK + "2",), digest_to=(MAIL,))
    shown = with_masks(kept)
    assert SLACK not in str(shown)
    assert without_masks(shown, kept) == kept
    moved = replace(shown, digest_to=shown.notify)
    assert without_masks(moved, kept).digest_to == kept.notify
    with pytest.raises(UsageError, match="write the whole address"):
        without_masks(shown, Alarm())
