"""Names in a post: persons, organisations, places, products and others, with their normal form.

Three ways, the surer first; what one has found the next cannot take: names and handles of the configuration (one's
own brands: always found, always alike), a trained tagger (`models/entities.md`), and the list that comes along.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from enrichers.models.lexicon import Lexicon
from enrichers.models.tagger import Tagger
from enrichers.names import Found, Name, Names, Token, label_of, read, tokens
from streams.components import Answer
from streams.errors import ConfigError, StorageError
from streams.mention import Entity, Mention

MODELS = Path(__file__).parent / "models"
READ_CHARS = 20_000
"""Names further on are not looked for; the time a post may take stays bounded."""
_NO_NAME = ("http", "www.")


class Entities:
    """Assigns `entities`: in the order of the text, none overlapping; empty if there are none."""

    name: ClassVar[str] = "entities"
    version = "de-1"
    assigns: ClassVar[frozenset[str]] = frozenset({"entities"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `names`: label by name, as in `{"Deutsche Bahn" = "ORG", "ICE" = "PROD"}`; found in any case and inflection.
        `handles`: name by handle, as in `{db_bahn = "Deutsche Bahn"}`; label as in `names`, else ORG.
        `files`: lists of more names, `name<TAB>label` a line.
        `tagger`: whether the trained tagger looks for names that nobody listed.
        """

        names: Mapping[str, str] = field(default_factory=dict)
        handles: Mapping[str, str] = field(default_factory=dict)
        files: tuple[str, ...] = ()
        tagger: bool = True

    def __init__(self, config: Config) -> None:
        self._config = config
        self._own = Names((), exact=False)
        self._handles: dict[str, Name] = {}
        self._shipped = Names((), exact=True)
        self._tagger: Tagger | None = None

    async def open(self) -> None:
        """Load lists and tagger (about 30 MB). Raises ConfigError on a bad list, StorageError on a damaged file."""
        own = self._own_names()
        self._own = Names(own, exact=False)
        labels = {name.text: name.label for name in own}
        self._handles = {
            handle.lstrip("@").casefold(): Name(name, labels.get(name, "ORG"))
            for handle, name in self._config.handles.items()
        }
        try:
            self._shipped = Names(read(MODELS / "names.tsv"), exact=True)
            if self._config.tagger:
                lexicon = Lexicon.load(MODELS / "lexicon.npz")
                self._tagger = Tagger.load(MODELS / "entities.npz", lexicon)
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(f"a file in {MODELS} is damaged ({error}); install resonanz anew") from None

    async def close(self) -> None:
        """Forget the tagger."""
        self._tagger = None

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The names in each post; nothing for the news that a post is gone."""
        return [{"entities": self._entities(one.text)} if one.event == "upsert" else {} for one in batch]

    def _own_names(self) -> list[Name]:
        try:
            own = [Name(name, label_of(label, name)) for name, label in self._config.names.items()]
            for file in self._config.files:
                own += read(Path(file))
        except (OSError, ValueError) as error:
            raise ConfigError(f"[enrichers.entities] {error}") from None
        return own

    def _entities(self, text: str) -> tuple[Entity, ...]:
        found = tokens(text[:READ_CHARS])
        taken = [False] * len(text)
        kept = []
        for name in self._in_order_of_trust(found):
            if not any(taken[name.start : name.end]):
                taken[name.start : name.end] = [True] * (name.end - name.start)
                kept.append(name)
        kept.sort(key=lambda one: one.start)
        return tuple(
            Entity(
                text=text[one.start : one.end], label=one.label, start=one.start, end=one.end, name=one.name
            )
            for one in kept
        )

    def _in_order_of_trust(self, found: Sequence[Token]) -> Iterator[Found]:
        for token in found:
            if token.text[0] == "@" and (name := self._handles.get(token.text[1:].casefold())):
                yield Found(token.start, token.end, name.label, name.text)
        yield from self._own.find(found)
        yield from self._tagged(found)
        yield from self._shipped.find(found)

    def _tagged(self, found: Sequence[Token]) -> Iterator[Found]:
        if self._tagger is None:
            return
        for first, last, label in self._tagger.spans(found):
            words = [token.word.lstrip("@") for token in found[first : last + 1]]
            name = " ".join(filter(None, words))
            if any(map(str.isalnum, name)) and not found[first].text.startswith(_NO_NAME):
                yield Found(found[first].start, found[last].end, label_of(label, "model"), name)
