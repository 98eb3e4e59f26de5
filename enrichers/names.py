"""Finds listed names in a text: longest first, by word, with the usual endings of German.

A list is text, `name<TAB>label` a line. What is listed is found the same way every time; this is what alerts on
one's own brands need, and it needs no training.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.mention import Label

LABELS: tuple[Label, ...] = ("PER", "ORG", "LOC", "PROD", "MISC")

TOKEN = re.compile(
    r"(?:https?://|www\.)\S+|[@#]\w+(?:[-_.]\w+)*(?:@[\w-]+(?:\.[\w-]+)+)?|\d+(?:[.,:]\d+)+|['’]s\b|\w+(?:[-&.]\w+)*|\S"
)
_ENDING = re.compile(r"(?<=\w{4})e[nrms]?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign with its place, in code points, half open."""

    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """Without the sign of a hashtag."""
        return self.text[1:] if self.text[0] == "#" and len(self.text) > 1 else self.text


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


class Names:
    """A set of names, searched together.

    `exact`: upper and lower case must be as listed; else only names of up to three characters are that strict.
    """

    def __init__(self, names: Iterable[Name], *, exact: bool) -> None:
        self._exact = exact
        self._by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = {}
        for name in names:
            words = tuple(self._folded(token.word, name) for token in tokens(name.text))
            if words:
                self._by_first.setdefault(words[0], []).append((words, name))
        for listed in self._by_first.values():
            listed.sort(key=lambda pair: (-len(pair[0]), pair[1].text))

    def find(self, found: Sequence[Token]) -> Iterator[Found]:
        """Names in these tokens, first to last, none inside another."""
        at = 0
        while at < len(found):
            hit = self._at(found, at)
            if hit is None:
                at += 1
                continue
            count, name = hit
            yield Found(found[at].start, found[at + count - 1].end, name.label, name.text)
            at += count

    def _at(self, found: Sequence[Token], at: int) -> tuple[int, Name] | None:
        for key in self._keys(found[at].word):
            for words, name in self._by_first.get(key, ()):
                if self._follows(found, at, words):
                    return len(words), name
        return None

    def _follows(self, found: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
        if at + len(words) > len(found):
            return False
        return all(word in self._keys(found[at + k].word) for k, word in enumerate(words))

    def _keys(self, word: str) -> tuple[str, ...]:
        """The listed forms that a word of the text may stand for: itself, without an ending, without a genitive s."""
        forms = [word, _ENDING.sub("", word)]
        if len(word) > 4 and word.endswith("s"):
            forms.append(word[:-1])
        folded = [form if self._exact else form.casefold() for form in forms]
        return tuple(dict.fromkeys([word, *folded]))

    def _folded(self, word: str, name: Name) -> str:
        if len(tokens(name.text)) > 1:
            word = _ENDING.sub("", word)
        return word if self._exact or len(name.text) <= 3 else word.casefold()


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
