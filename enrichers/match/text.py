"""A text and a post as the evaluator sees them: tokens by word, by place, by field; each made once, when asked."""

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
    tokens: tuple[Token, ...]


@lru_cache(maxsize=20_000)
def _read(piece: str, words_only: bool) -> Piece:
    """The tokens of a piece; nothing of them depends on what is beyond the blanks around it."""
    found = tuple(tokens(piece, WORDS_ONLY if words_only else TOKEN))
    return Piece(" ".join(token.word for token in found), found)


class Text:
    """A text as tokens.

    Read piece by piece, and what a piece holds is remembered for the next text: nearly all are made of the same
    words. Where tokens stand is worked out only for those that are asked for.
    """

    def __init__(self, raw: str, field: str = "text") -> None:
        self.raw = raw
        self.field = field

    def __getitem__(self, token: Token) -> str:
        return self.raw[token.start : token.end]

    @cached_property
    def _pieces(self) -> Sequence[Piece]:
        words_only = self.field == "url"
        return [
            _read(piece, words_only) if len(piece) <= SHORT else _read.__wrapped__(piece, words_only)
            for piece in self.raw.split()
        ]

    @cached_property
    def all_words(self) -> str:
        """Folded words, hashtags with `#`, handles with `@`, plain emoji: what is not in it is in no name."""
        return " ".join([piece.words for piece in self._pieces])

    @cached_property
    def _places(self) -> Sequence[int]:
        """At which place each piece begins."""
        return list(accumulate([p.tokens[-1].after if p.tokens else 0 for p in self._pieces], initial=0))

    @cached_property
    def _starts(self) -> Sequence[int]:
        """At which code point each piece begins."""
        starts, end = [], 0
        for piece in self.raw.split():
            start = self.raw.index(piece, end)
            starts.append(start)
            end = start + len(piece)
        return starts

    def _moved(self, number: int, token: Token) -> Token:
        """A token as it stands in the text."""
        place, start = self._places[number], self._starts[number]
        word, kind, first, after, begin, end, joined, within = token
        return Token(word, kind, place + first, place + after, start + begin, start + end, joined, within)

    def find(self, word: str) -> list[Token]:
        """The tokens of that name, in order; links have none."""
        return [token for token in self.holding((word,)) if token.word == word]

    def holding(self, stretches: Iterable[str]) -> Iterator[Token]:
        """The tokens with one of these in their names, in order; links have none."""
        wanted = [stretch for stretch in stretches if stretch in self.all_words]
        if not wanted:
            return
        for number, piece in enumerate(self._pieces):
            for stretch in wanted:
                if stretch in piece.words:
                    break
            else:
                continue
            for token in piece.tokens:
                if token.kind != "url" and any(stretch in token.word for stretch in wanted):
                    yield self._moved(number, token)

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """All of them, in order of their places, shorter readings first."""
        return [self._moved(number, token) for number, p in enumerate(self._pieces) for token in p.tokens]

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
