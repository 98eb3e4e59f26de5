"""A password or key that does not show itself."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Masks itself in logs and errors; `reveal()` where it is used."""

    _value: str = field(repr=False)

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def reveal(self) -> str:
        """The value itself."""
        return self._value
