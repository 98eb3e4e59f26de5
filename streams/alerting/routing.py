"""Which notifier takes a recipient."""

import re
import warnings
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from streams.errors import UsageError

Notifier = Literal["log", "mail", "webhook", "apprise"]
ADDRESS = re.compile(r"[^@/\s,;:?<>\"]+@[^@/\s,;:?<>\"]+")


def notifier_of(recipient: str) -> Notifier:
    """The name of the sink for a recipient. Raises UsageError that says what to write."""
    scheme, _, rest = recipient.partition(":")
    if scheme == "log" and not rest:
        return "log"
    if scheme == "mailto" and ADDRESS.fullmatch(rest):
        return "mail"
    if scheme in ("http", "https") and _has_host(recipient):
        return "webhook"
    if rest.startswith("//") and len(rest) > 2 and scheme in apprise_schemes():
        return "apprise"
    raise UsageError(
        f"notify: {_shown(recipient)} is no recipient; write `log:`, `mailto:presse@example.org`, "
        "`https://example.org/hook`, or an address of Apprise as `slack://…`"
    )


def address_of(recipient: str) -> str:
    """The address of a `mailto:` recipient. Raises UsageError."""
    if notifier_of(recipient) != "mail":
        raise UsageError("this recipient is no mail address; write `mailto:presse@example.org`")
    return recipient.partition(":")[2]


@cache
def apprise_schemes() -> frozenset[str]:
    """What Apprise knows; it takes a second to find out."""
    from apprise.manager_plugins import NotificationManager

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # theirs, when a plugin is loaded
        return frozenset(NotificationManager().schemas(include_disabled=False))  # type: ignore[no-untyped-call]


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def scheme_of(recipient: str) -> str:
    """What stands before the colon, if it is no secret by itself."""
    scheme, colon, _ = recipient.partition(":")
    return scheme if colon and re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme) else "?"


def _shown(recipient: str) -> str:
    """Enough to find the line; the path of an address may be a secret."""
    scheme, colon, rest = recipient.partition(":")
    return f'"{scheme_of(recipient)}:…"' if colon and rest else f'"{scheme:.8}…"'
