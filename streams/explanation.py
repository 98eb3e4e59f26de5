"""Why a post matches a subscription, or why not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`spans` are code points of `text`, half open; `because` names each rule; `missing`: what a miss lacks."""

    matched: bool
    spans: tuple[tuple[int, int], ...] = ()
    because: tuple[str, ...] = ()
    missing: str | None = None
