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
from streams.mention import Entity, Language, Mention

MODELS = Path(__file__).parent / "models"
READ_CHARS = 20_000
"""Names further on are not looked for; the time a post may take stays bounded."""
TAGGED = ("de", "en")
TRUSTED_LANGUAGE = 0.8
_NO_NAME = ("http", "www.")


class Entities:
    """Assigns `entities`: in the order of the text, none overlapping; empty if there are none.

    Uses the language if it is there.
    """

    name: ClassVar[str] = "entities"
    version = "de-en-1"
    assigns: ClassVar[frozenset[str]] = frozenset({"entities"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `names`: label by name, as in `{"Deutsche Bahn" = "ORG", "ICE" = "PROD"}`; found in any case and inflection.
        `handles`: name by handle, as in `{db_bahn = "Deutsche Bahn"}`; label as in `names`, else ORG.
        `files`: lists of more names, `name<TAB>label` a line.
        `taggers`: languages whose trained taggers look for names that nobody listed: `de`, `en`. The first also reads
        what is in none of them; empty for lists only.
        """

        names: Mapping[str, str] = field(default_factory=dict)
        handles: Mapping[str, str] = field(default_factory=dict)
        files: tuple[str, ...] = ()
        taggers: tuple[str, ...] = ("de", "en")

    def __init__(self, config: Config) -> None:
        self._config = config
        self._own = Names((), exact=False)
        self._handles: dict[str, Name] = {}
        self._shipped = Names((), exact=True)
        self._taggers: dict[str, Tagger] = {}

    async def open(self) -> None:
        """Load lists and taggers (about 5 MB each). Raises ConfigError or StorageError, which name the bad file."""
        for language in self._config.taggers:
            if language not in TAGGED:
                raise ConfigError(
                    f'[enrichers.entities] there is no tagger "{language}"; write some of {", ".join(TAGGED)}'
                )
        own = self._own_names()
        self._own = Names(own, exact=False)
        labels = {name.text: name.label for name in own}
        self._handles = {
            handle.lstrip("@").casefold(): Name(name, labels.get(name, "ORG"))
            for handle, name in self._config.handles.items()
        }
        try:
            self._shipped = Names(read(MODELS / "names.tsv"), exact=True)
            self._taggers = {language: _tagger(language) for language in self._config.taggers}
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(f"a file in {MODELS} is damaged ({error}); install resonanz anew") from None

    async def close(self) -> None:
        """Forget the taggers."""
        self._taggers = {}

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The names in each post; nothing for the news that a post is gone."""
        return [{"entities": self._entities(one)} if one.event == "upsert" else {} for one in batch]

    def _own_names(self) -> list[Name]:
        try:
            own = [Name(name, label_of(label, name)) for name, label in self._config.names.items()]
            for file in self._config.files:
                own += read(Path(file))
        except (OSError, ValueError) as error:
            raise ConfigError(f"[enrichers.entities] {error}") from None
        return own

    def _entities(self, mention: Mention) -> tuple[Entity, ...]:
        text, tagger = mention.text, self._tagger_for(mention.language)
        found = tokens(text[:READ_CHARS])
        taken = [False] * len(text)
        kept = []
        for name in self._in_order_of_trust(found, tagger):
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

    def _tagger_for(self, language: Language | None) -> Tagger | None:
        first = next(iter(self._taggers.values()), None)
        if language is None or language.score < TRUSTED_LANGUAGE:
            return first
        return self._taggers.get(language.code, first)

    def _in_order_of_trust(self, found: Sequence[Token], tagger: Tagger | None) -> Iterator[Found]:
        for token in found:
            if token.text[0] == "@" and (name := self._handles.get(token.text[1:].casefold())):
                yield Found(token.start, token.end, name.label, name.text)
        yield from self._own.find(found)
        if tagger is not None:
            yield from _tagged(found, tagger)
        yield from self._shipped.find(found)


def _tagger(language: str) -> Tagger:
    lexicon = Lexicon.load(MODELS / f"lexicon-{language}.npz")
    return Tagger.load(MODELS / f"entities-{language}.npz", lexicon)


def _tagged(found: Sequence[Token], tagger: Tagger) -> Iterator[Found]:
    for first, last, label in tagger.spans(found):
        words = [token.word.lstrip("@") for token in found[first : last + 1]]
        name = " ".join(filter(None, words))
        if any(map(str.isalnum, name)) and not found[first].text.startswith(_NO_NAME):
            yield Found(found[first].start, found[last].end, label_of(label, "model"), name)
