"""How rare something must be to be told: `at_most = "2 a month"` means once in 15 days or rarer."""

import re

from streams.errors import UsageError

DAYS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
FORM = re.compile(r"(\d{1,3}) an? (day|week|month|year)")


def days_between(at_most: str) -> float:
    """The days between two alarms at that rate. Raises UsageError."""
    found = FORM.fullmatch(at_most.strip().lower())
    if not found or int(found[1]) == 0:
        raise UsageError(
            f'at_most = "{at_most}" cannot be read; write `at_most = "2 a month"` (day, week, month, year)'
        )
    return DAYS[found[2]] / int(found[1])
