"""`FIELD=VALUE`, as one types what shall change of a subscription: `query=bahn~`, `alarm.notify=["log:"]`."""

import tomllib
from collections.abc import Sequence
from typing import Any

from streams.errors import UsageError
from streams.subscription import Subscription
from streams.subscriptions import from_table, to_table


def assigned(kept: Subscription, typed: Sequence[str]) -> Subscription:
    """A subscription with these fields changed; no value: as if it had not been written.

    Raises UsageError, and ConfigError that holds the line to write.
    """
    table = to_table(kept)
    for one in typed:
        field, is_assignment, value = one.partition("=")
        if not is_assignment:
            raise UsageError(f"{one!r} says no value; write `{one}=…`")
        _assign(table, field.split("."), value, one)
    return from_table(table, kept.id)


def _assign(table: dict[str, Any], path: Sequence[str], value: str, typed: str) -> None:
    *outer, name = path
    for part in outer:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise UsageError(f"{typed!r}: {part} has no parts; write `{part}=…`")
    if value:
        table[name] = _read(value, typed)
    else:
        table.pop(name, None)


def _read(value: str, typed: str) -> Any:
    """Text as it stands, since queries are full of quotes; only a list is read as in a file."""
    if not value.startswith("["):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        raise UsageError(f'{typed!r}: {value} is no list; write ["…", "…"]') from None
