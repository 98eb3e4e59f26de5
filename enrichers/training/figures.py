"""The figures of the model cards, kept in `models/figures.json`: by section, set and measure, in percent."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

FILE = Path(__file__).parents[1] / "models" / "figures.json"
Figures = dict[str, dict[str, float]]


def read() -> dict[str, Figures]:
    """All sections; none if no model was trained yet."""
    sections: dict[str, Figures] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return sections


def note(section: str, found: Figures) -> None:
    """Replace a section."""
    text = json.dumps({**read(), section: found}, indent=2, ensure_ascii=False, sort_keys=True)
    FILE.write_text(text + "\n", encoding="utf-8")


def changes(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> Iterator[str]:
    """One line for each figure that is not what it was."""
    old, new = _flat(before), _flat(after)
    for name in sorted(old | new):
        if old.get(name) != new.get(name):
            yield f"{name}: {old.get(name, 'none')} → {new.get(name, 'none')}"


def _flat(sections: Mapping[str, Figures]) -> dict[str, float]:
    return {
        f"{section}, {part}, {measure}": value
        for section, parts in sections.items()
        for part, measures in parts.items()
        for measure, value in measures.items()
    }
