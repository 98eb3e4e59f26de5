"""How a contract is tested: every registered component runs every check of its kind.

A check is a small function named after a promise; it takes a case and raises AssertionError. A kind's test
module holds one case for each component and passes it, with the checks, to `collect`; a component without a
case, a case without a component, and a waiver that is no longer needed all fail.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from streams.registry import Kind, available

C = TypeVar("C")
Check = Callable[[C], Awaitable[None] | None]


@dataclass(frozen=True)
class Run(Generic[C]):
    """One check on one component; `waived`: why it may fail, if it may."""

    component: str
    check: Check[C]
    case: C
    waived: str | None = None

    @property
    def id(self) -> str:
        """As shown by pytest: `feed:resumes_after_any_page`."""
        return f"{self.component}:{self.check.__name__}"

    async def __call__(self) -> None:
        """Run it; a waived check must fail, or the waiver is stale."""
        try:
            answer = self.check(self.case)
            if inspect.isawaitable(answer):
                await answer
        except AssertionError:
            if self.waived is None:
                raise
            return
        assert self.waived is None, f"the waiver of {self.id} is stale: {self.waived}"  # noqa: S101


def collect(
    kind: Kind,
    cases: Mapping[str, C],
    checks: Sequence[Check[C]],
    waivers: Mapping[tuple[str, str], str] | None = None,
    *,
    only: Callable[[type[Any]], bool] = lambda _: True,
) -> list[Run[C]]:
    """Every check on every case. Raises ValueError if a registered component or a named check is missing.

    `only`: which of the kind's components the checks are for, by class.
    """
    waivers = dict(waivers or {})
    registered = {name for name, entry in available(kind).items() if only(entry.load())}
    if set(cases) != registered:
        raise ValueError(f"{kind}: cases {sorted(cases)}, but registered are {sorted(registered)}")
    runs = [
        Run(n, check, cases[n], waivers.pop((n, check.__name__), None))
        for n in sorted(cases)
        for check in checks
    ]
    if waivers or not runs:
        raise ValueError(
            f"{kind}: stale waivers {sorted(waivers)}" if waivers else f"{kind}: nothing to check"
        )
    return runs
