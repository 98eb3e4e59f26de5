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
STRICT = 3
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

    `exact`: upper and lower case must be as listed; else only names of up to `STRICT` characters are that strict.
    """

    def __init__(self, names: Iterable[Name], *, exact: bool) -> None:
        self._exact = exact
        self._by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = {}
        for name in names:
            folded = [
                self._folded(token.word, strict=len(name.text) <= STRICT) for token in tokens(name.text)
            ]
            if folded:
                words = (*(_ENDING.sub("", word) for word in folded[:-1]), folded[-1])
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
        word = found[at].word
        best: tuple[int, Name] | None = None
        for key in dict.fromkeys((*self._inner(word), *self._last(word))):
            for words, name in self._by_first.get(key, ()):
                longer = best is None or len(words) > best[0]
                if longer and self._follows(found, at, words):
                    best = len(words), name
        return best

    def _follows(self, found: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
        if at + len(words) > len(found):
            return False
        forms = [self._inner(token.word) for token in found[at : at + len(words) - 1]]
        forms.append(self._last(found[at + len(words) - 1].word))
        return all(word in possible for word, possible in zip(words, forms, strict=True))

    def _inner(self, word: str) -> tuple[str, ...]:
        """What a word before the last may stand for: an adjective loses its ending (`Deutschen Bahn`)."""
        return (_ENDING.sub("", self._folded(word)),)

    def _last(self, word: str) -> tuple[str, ...]:
        """What the last word may stand for: itself, or what it is the genitive of (`Berlins`)."""
        folded = self._folded(word)
        genitive = folded[:-1] if len(word) > STRICT + 1 and folded.endswith("s") else folded
        return word, folded, genitive

    def _folded(self, word: str, *, strict: bool = False) -> str:
        return word if self._exact or strict else word.casefold()


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
