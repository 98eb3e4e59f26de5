"""What of a recipient may be shown: its address may hold a token, which is a secret of those who are told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import TypeVar

from streams.alert import Alert
from streams.alerting.routing import ADDRESS, scheme_of
from streams.errors import UsageError
from streams.subscription import Alarm, Subscription

Shown = TypeVar("Shown", Alert, Subscription)
MASKED = re.compile(r"[a-z?][a-z0-9+.-]*:…[0-9a-f]{8}")


def masked(recipient: str) -> str:
    """The recipient as it may be shown: the scheme and a short hash, unless there is nothing to hide."""
    scheme, _, rest = recipient.partition(":")
    if recipient == "log:" or (scheme == "mailto" and ADDRESS.fullmatch(rest)):
        return recipient
    return f"{scheme_of(recipient)}:…{blake2b(recipient.encode(), digest_size=4).hexdigest()}"


def shown(record: Shown) -> Shown:
    """An alert or a subscription as it may be shown."""
    return replace(record, alarm=with_masks(record.alarm))


def with_masks(alarm: Alarm) -> Alarm:
    """The alarm as it may be shown."""
    return replace(
        alarm,
        notify=tuple(map(masked, alarm.notify)),
        digest_to=tuple(map(masked, alarm.digest_to)),
        escalate_to=tuple(map(masked, alarm.escalate_to)),
    )


def without_masks(alarm: Alarm, kept: Alarm) -> Alarm:
    """What is meant by an alarm that was shown, and is given back: the recipients of `kept` behind the masks.

    Raises UsageError if there is none behind one of them.
    """
    known = {masked(one): one for one in (*kept.notify, *kept.digest_to, *kept.escalate_to)}
    return replace(
        alarm,
        notify=_unmasked(alarm.notify, known),
        digest_to=_unmasked(alarm.digest_to, known),
        escalate_to=_unmasked(alarm.escalate_to, known),
    )


def _unmasked(recipients: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(known.get(one, one) for one in recipients)
    if wrong := next((one for one in found if MASKED.fullmatch(one)), None):
        raise UsageError(f"notify: it is not known what {wrong} stands for; write the whole address")
    return found
