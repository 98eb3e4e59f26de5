"""Labelled posts from a CSV file: columns `text` and `label`; `source`, `language`, `subscription` may be there."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from streams.errors import UsageError
from streams.mention import Match, Mention, Tone

LABELS: tuple[Tone, ...] = tuple(label for label in get_args(Tone) if label != "unsure")
NEEDED, ALLOWED = ("text", "label"), ("text", "label", "source", "language", "subscription")
LABELLED_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post and the tone that somebody found in it: toward the one name that it matches, else of the whole."""

    mention: Mention
    label: Tone


def read(path: Path) -> list[Labelled]:
    """All rows. Raises UsageError that names the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = list(_rows(path, csv.DictReader(lines, strict=True)))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it as CSV UTF-8") from None
    if not found:
        raise UsageError(f"{path} has no rows; write a first line `text,label` and a post in each line below")
    return found


def _rows(path: Path, reader: "csv.DictReader[str]") -> Iterator[Labelled]:
    try:
        columns = reader.fieldnames or ()
        if missing := [name for name in NEEDED if name not in columns]:
            raise UsageError(f'{path}, line 1: no column "{missing[0]}"; write {",".join(ALLOWED)}')
        for row in reader:
            yield _labelled(f"{path}, line {reader.line_num}", reader.line_num, row)
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {reader.reader.line_num}: {error}; quote a text that holds a comma"
        ) from None


def _labelled(where: str, number: int, row: Mapping[str | None, str | None]) -> Labelled:
    text, label = row["text"], (row["label"] or "").strip().lower()
    if None in row or text is None:
        raise UsageError(f"{where}: not as many fields as columns; quote a text that holds a comma")
    if label not in LABELS:
        raise UsageError(f'{where}: "{label}" is no label; write one of {", ".join(LABELS)}')
    name = (row.get("subscription") or "").strip()
    return Labelled(
        Mention(
            id=f"labelled:{number}",
            source=row.get("source") or "file",
            created_at=LABELLED_AT,
            text=text,
            language_hint=row.get("language") or None,
            matches=(Match(subscription=name, spans=_places(where, text, name)),) if name else (),
        ),
        next(one for one in LABELS if one == label),
    )


def _places(where: str, text: str, name: str) -> tuple[tuple[int, int], ...]:
    """Where the name stands, whatever its case."""
    found = tuple(place.span() for place in re.finditer(re.escape(name), text, re.IGNORECASE))
    if not found:
        raise UsageError(f'{where}: "{name}" does not stand in the text; write the name as it does')
    return found
