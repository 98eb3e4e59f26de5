"""A text and a post as the evaluator sees them: tokens by word, by place, by field; each made once, when asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from enrichers.match import fields
from enrichers.match.folding import SHORT
from enrichers.match.tokens import TOKEN, WORDS_ONLY, Token, tokens
from streams.post import Post

Reading = tuple[int, Token]
"""The number of a piece of text between blanks, and a token of it as if the piece stood alone."""


@lru_cache(maxsize=20_000)
def _read(piece: str, words_only: bool) -> tuple[Token, ...]:
    """The tokens of a piece; nothing of them depends on what is beyond the blanks around it."""
    return tuple(tokens(piece, WORDS_ONLY if words_only else TOKEN))


class Text:
    """A text as tokens, by what they may be called.

    Read piece by piece, and what a piece holds is remembered for the next text: nearly all are made of the same
    words. Where tokens stand is worked out only for those that are asked for.
    """

    def __init__(self, raw: str, field: str = "text") -> None:
        self.raw = raw
        self.field = field

    def __getitem__(self, token: Token) -> str:
        return self.raw[token.start : token.end]

    @cached_property
    def _pieces(self) -> Sequence[tuple[Token, ...]]:
        words_only = self.field == "url"
        return [
            _read(piece, words_only) if len(piece) <= SHORT else _read.__wrapped__(piece, words_only)
            for piece in self.raw.split()
        ]

    @cached_property
    def _by_word(self) -> Mapping[str, list[Reading]]:
        found: dict[str, list[Reading]] = {}
        for number, piece in enumerate(self._pieces):
            for token in piece:
                known = found.get(token[0])
                if known is None:
                    found[token[0]] = [(number, token)]
                else:
                    known.append((number, token))
        return found

    @cached_property
    def _places(self) -> Sequence[int]:
        """At which place each piece begins."""
        return list(accumulate((piece[-1].after if piece else 0 for piece in self._pieces), initial=0))

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

    @property
    def words(self) -> Iterable[str]:
        """What occurs: folded words, hashtags with `#`, handles with `@`, plain emoji; and links as written."""
        return self._by_word

    def find(self, word: str) -> list[Token]:
        """The tokens of that name, in order; links have none."""
        found = self._by_word.get(word)
        return [self._moved(*each) for each in found if each[1].kind != "url"] if found else []

    @cached_property
    def all_words(self) -> str:
        """The words in one string: what is not in it is in no word."""
        return " ".join(self._by_word)

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """All of them, in order of their places, shorter readings first."""
        return [self._moved(number, token) for number, piece in enumerate(self._pieces) for token in piece]

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
