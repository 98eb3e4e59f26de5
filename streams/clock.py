"""Time as something that is given, so that tests can give another."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Now, in ms since 1970."""
    return int(time.time() * 1000)
