"""Finds components by kind and name among the installed entry points; imports only the one asked for."""

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from streams.errors import ConfigError

Kind = Literal["ingestors", "enrichers", "sinks"]
KINDS: tuple[Kind, ...] = ("ingestors", "enrichers", "sinks")


def available(kind: Kind) -> dict[str, EntryPoint]:
    """The installed components of one kind, by name."""
    return {entry.name: entry for entry in sorted(entry_points(group=f"resonanz.{kind}"))}


def load(kind: Kind, name: str) -> type[Any]:
    """Import one component's class. Raises ConfigError that lists what there is."""
    found = available(kind)
    if name not in found:
        near = difflib.get_close_matches(name, found, 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ConfigError(f'there is no {kind[:-1]} "{name}"{hint} (there are: {", ".join(found) or "none"})')
    try:
        component: type[Any] = found[name].load()
    except ImportError as error:
        raise ConfigError(f'{kind[:-1]} "{name}" needs a package that is not installed: {error}') from error
    return component
