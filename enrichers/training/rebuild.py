"""Rebuild every model and say which figures changed: `python -m enrichers.training.rebuild DATA_FOLDER`.

Each trainer runs in a process of its own, so that none needs another's memory. Needs the extra `train`.
"""

import subprocess
import sys
from pathlib import Path

from enrichers.training import figures


def trainers(folder: str) -> list[list[str]]:
    """Module and arguments of each."""
    import spacy_lookups_data  # type: ignore[import-not-found, import-untyped, unused-ignore]

    lookups = str(Path(spacy_lookups_data.__file__).parent / "data")
    return [
        ["enrichers.training.train_sentiment", folder],
        *(["enrichers.training.train_entities", language, folder, lookups] for language in ("de", "en")),
    ]


def main(folder: str) -> None:
    """Train one after the other; stop at the first that fails."""
    before = figures.read()
    for module, *arguments in trainers(folder):
        print(f"{module} {' '.join(arguments)}", flush=True)  # noqa: T201
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)  # noqa: S603 - our own modules
    changed = list(figures.changes(before, figures.read()))
    print("\n".join(changed) if changed else "no figure changed")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
