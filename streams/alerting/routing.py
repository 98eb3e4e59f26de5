"""Which notifier takes a recipient."""

import re
from typing import Literal
from urllib.parse import urlsplit

from streams.errors import UsageError

Notifier = Literal["log", "mail", "webhook"]
ADDRESS = re.compile(r"[^@\s,;:?<>\"]+@[^@\s,;:?<>\"]+")


def notifier_of(recipient: str) -> Notifier:
    """The name of the sink for a recipient. Raises UsageError that says what to write."""
    scheme, _, rest = recipient.partition(":")
    if scheme == "log" and not rest:
        return "log"
    if scheme == "mailto" and ADDRESS.fullmatch(rest):
        return "mail"
    if scheme in ("http", "https") and _has_host(recipient):
        return "webhook"
    raise UsageError(
        f"notify: {_shown(scheme, rest)} is no recipient; write `log:`, `mailto:presse@example.org` or `https://example.org/hook`"
    )


def address_of(recipient: str) -> str:
    """The address of a `mailto:` recipient. Raises UsageError."""
    if notifier_of(recipient) != "mail":
        raise UsageError("this recipient is no mail address; write `mailto:presse@example.org`")
    return recipient.partition(":")[2]


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def _shown(scheme: str, rest: str) -> str:
    """Enough to find the line; the path of an address may be a secret."""
    return f'"{scheme}:…"' if rest else f'"{scheme}"'
