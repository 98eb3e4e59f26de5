"""How rare something must be to be told: `at_most = "2 a month"`, shared by all kinds of alarm."""

import re
from collections.abc import Mapping
from typing import Final

from streams.errors import UsageError
from streams.subscription import Alarm, AlarmKind

DAYS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
FORM = re.compile(r"(\d{1,3}) an? (day|week|month|year)")

SHARES: Final[Mapping[AlarmKind, float]] = {
    "volume": 0.5,
    "sentiment": 0.15,
    "actor": 0.1,
    "venue": 0.05,
    "term": 0.1,
    "silence": 0.1,
}
"""Of all alarms that may be raised, how many of each kind; those of kinds not chosen go to the others."""


def days_between(at_most: str) -> float:
    """The days between two alarms at that rate. Raises UsageError."""
    found = FORM.fullmatch(at_most.strip().lower())
    if not found or int(found[1]) == 0:
        raise UsageError(
            f'at_most = "{at_most}" cannot be read; write `at_most = "2 a month"` (day, week, month, year)'
        )
    return DAYS[found[2]] / int(found[1])


def rare_days(alarm: Alarm, kind: AlarmKind) -> float:
    """Once in how many days something of a kind that is chosen may be told, so that all keep to `at_most`.

    Raises UsageError.
    """
    shared = sum(SHARES[one] for one in {*alarm.kinds, kind})
    return days_between(alarm.at_most) * shared / SHARES[kind]
