"""A text and a post as the evaluator sees them: tokens by word, by place, by field; each made once, when asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from enrichers.match import fields
from enrichers.match.tokens import TOKEN, WORDS_ONLY, Token, tokens
from streams.post import Post


class Text:
    """A text as tokens, in order of their places, and by what they may be called."""

    def __init__(self, raw: str, field: str = "text") -> None:
        self.raw = raw
        self.field = field
        self.tokens = tuple(tokens(raw, WORDS_ONLY if field == "url" else TOKEN))

    def __getitem__(self, token: Token) -> str:
        return self.raw[token.start : token.end]

    @cached_property
    def by_word(self) -> Mapping[str, Sequence[Token]]:
        """Folded words, hashtags with `#`, handles with `@`, plain emoji."""
        found: dict[str, list[Token]] = defaultdict(list)
        for token in self.tokens:
            if token.kind != "url":
                found[token.word].append(token)
        return dict(found)

    @cached_property
    def all_words(self) -> str:
        """The words in one string: what is not in it is in no word."""
        return " ".join(self.by_word)

    @cached_property
    def by_place(self) -> Mapping[int, Sequence[Token]]:
        """Tokens by where they begin."""
        found: dict[int, list[Token]] = defaultdict(list)
        for token in self.tokens:
            found[token.place].append(token)
        return dict(found)


class View:
    """A post by fields; its texts are read only when a query looks at them."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self._texts: dict[str, tuple[Text, ...]] = {}

    def texts(self, field: str | None) -> tuple[Text, ...]:
        """The texts of a field of words; None: title and text, where a bare term looks."""
        if field is None:
            return (*self.texts("text"), *self.texts("title"))
        if field not in self._texts:
            raws = fields.TEXTS[field](self.post)
            self._texts[field] = tuple(Text(raw, field) for raw in raws if raw)
        return self._texts[field]
