"""A text and a post as the evaluator sees them: tokens by word, by place, by field; each made once, when asked."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from enrichers.match import fields
from enrichers.match.tokens import TOKEN, WORDS_ONLY, Token, tokens
from streams.folding import SHORT
from streams.post import Post


class Piece(NamedTuple):
    """What stands between two blanks: the names of its tokens, and they as if it stood alone."""

    words: str
    places: int
    tokens: tuple[Token, ...]


def _piece(written: str, pattern: re.Pattern[str] = TOKEN) -> Piece:
    """Nothing of it depends on what is beyond the blanks around it."""
    found = tuple(tokens(written, pattern))
    return Piece(" ".join([token.word for token in found]), found[-1].after if found else 0, found)


_known_piece = lru_cache(maxsize=20_000)(_piece)


class Offsets(NamedTuple):
    """Of each piece of a text: where it ends in `all_words`, its first place, its first code point."""

    ends: Sequence[int]
    places: Sequence[int]
    starts: Sequence[int]


class Text:
    """A text as tokens.

    Read piece by piece, and what a piece holds is remembered for the next text: nearly all are made of the same
    words. Where tokens stand is worked out only for those that are asked for.

    `all_words`: folded words, hashtags with `#`, handles with `@`, plain emoji; what is not in it is in no name.
    """

    def __init__(self, raw: str, field: str = "text") -> None:
        self.raw = raw
        self.field = field
        self._written = raw.replace("\n", " ").split(" ")
        self._words = [
            each.lower() if each.isascii() and each.isalpha() else self._piece(each).words
            for each in self._written
        ]
        self.all_words = f" {' '.join(self._words)} "

    def _piece(self, written: str) -> Piece:
        if self.field == "url":
            return _piece(written, WORDS_ONLY)
        return _known_piece(written) if len(written) <= SHORT else _piece(written)

    def __getitem__(self, token: Token) -> str:
        return self.raw[token.start : token.end]

    @cached_property
    def _offsets(self) -> Offsets:
        places = [1 if each.isalpha() else self._piece(each).places for each in self._written]
        return Offsets(
            list(accumulate([len(words) + 1 for words in self._words])),
            list(accumulate(places, initial=0)),
            list(accumulate([len(each) + 1 for each in self._written], initial=0)),
        )

    def _tokens(self, number: int) -> Iterator[Token]:
        """Those of a piece, as they stand in the text."""
        _, places, starts = self._offsets
        place, start = places[number], starts[number]
        for word, kind, first, after, begin, end, joined, within in self._piece(self._written[number]).tokens:
            yield Token(word, kind, place + first, place + after, start + begin, start + end, joined, within)

    def _numbers(self, stretch: str) -> Iterator[int]:
        """The pieces in whose words this stands, in order."""
        at = self.all_words.find(stretch)
        while at >= 0:
            number = bisect_right(self._offsets.ends, at)
            yield number
            at = self.all_words.find(stretch, self._offsets.ends[number])

    def find(self, word: str) -> Sequence[Token]:
        """The tokens of that name, in order; links have none."""
        whole = f" {word} "
        if whole not in self.all_words:
            return ()
        return [
            token
            for number in self._numbers(whole)
            for token in self._tokens(number)
            if token.word == word and token.kind != "url"
        ]

    def holding(self, stretches: Iterable[str]) -> Sequence[Token]:
        """The tokens with one of these in their names, in order; links have none."""
        wanted = [stretch for stretch in stretches if stretch in self.all_words]
        if not wanted:
            return ()
        return [
            token
            for number in sorted({number for stretch in wanted for number in self._numbers(stretch)})
            for token in self._tokens(number)
            if token.kind != "url" and any(stretch in token.word for stretch in wanted)
        ]

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """All of them, in order of their places, shorter readings first."""
        return [token for number in range(len(self._written)) for token in self._tokens(number)]

    @cached_property
    def by_place(self) -> Mapping[int, Sequence[Token]]:
        """Tokens by where they begin."""
        found: dict[int, list[Token]] = defaultdict(list)
        for token in self.tokens:
            found[token.place].append(token)
        return found


class View:
    """A post by fields; its texts are read only when a query looks at them."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self._texts: dict[str | None, tuple[Text, ...]] = {}

    def texts(self, field: str | None) -> tuple[Text, ...]:
        """The texts of a field of words; None: title and text, where a bare term looks."""
        if field not in self._texts:
            self._texts[field] = self._read(field) if field else (*self.texts("text"), *self.texts("title"))
        return self._texts[field]

    def _read(self, field: str) -> tuple[Text, ...]:
        return tuple(Text(raw, field) for raw in fields.TEXTS[field](self.post) if raw)
