"""What can become of a record at one step: a closed set, so that `match` is checked for completeness."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Delivered:
    """The destination has it, durably."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Left out on purpose; counted, not an error."""

    reason: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now: try again, no sooner than `after_secs`."""

    reason: str
    after_secs: float = 0.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: no repetition will help; goes to the dead letters."""

    reason: str


Outcome: TypeAlias = Delivered | Retry | Rejected
"""What a sink answers for each record."""

Fate: TypeAlias = Delivered | Dropped | Retry | Rejected
"""What the driver decides for each record."""

DELIVERED = Delivered()


def worst(outcomes: list[Outcome]) -> Outcome:
    """What several destinations said of one record, as one: Retry over Rejected over Delivered.

    Retry comes first: a record that one destination may still take is not finished, and repeating it to the
    others changes nothing.
    """
    for kind in (Retry, Rejected):
        for outcome in outcomes:
            if isinstance(outcome, kind):
                return outcome
    return DELIVERED
