"""Words and signs of a text; names in it; and lists of names, `name<TAB>label` a line."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from streams.mention import Label

LABELS: tuple[Label, ...] = ("PER", "ORG", "LOC", "PROD", "MISC")

TOKEN = re.compile(
    r"(?:https?://|www\.)\S+|[@#]\w+(?:[-_.]\w+)*(?:@[\w-]+(?:\.[\w-]+)+)?|\d+(?:[.,:]\d+)+|['’]s\b|\w+(?:[-&.]\w+)*|\S"
)


class Token(NamedTuple):
    """A word or sign with its place, in code points, half open."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A listed name: how it is written when nothing inflects it."""

    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text."""

    start: int
    end: int
    label: Label
    name: str


def tokens(text: str) -> list[Token]:
    """Words and signs; links, handles and hashtags are one token each."""
    return [Token(match[0], match.start(), match.end()) for match in TOKEN.finditer(text)]


def read(path: Path) -> list[Name]:
    """A list from its file. Raises OSError, ValueError."""
    names = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        text, _, label = line.partition("\t")
        names.append(Name(text, label_of(label, f"{path.name}:{number}")))
    return names


def label_of(label: str, where: str) -> Label:
    """The label of that name. Raises ValueError."""
    for known in LABELS:
        if label == known:
            return known
    raise ValueError(f'{where}: "{label}" is no label; write one of {", ".join(LABELS)}')
