"""Names in a post: persons, organisations, places, products and others, with their normal form."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from enrichers.known_names import Known, KnownNames, spelled
from enrichers.match.syntax import Word
from enrichers.names import Found, Name, Token, label_of, read, tokens
from enrichers.recognizers import LANGUAGES, OwnTagger, Recognizer, SpacyPipeline
from enrichers.subscribed_names import names_of
from streams.components import Answer
from streams.errors import ConfigError
from streams.mention import Entity, Label, Language, Mention
from streams.subscription import Subscription

if TYPE_CHECKING:
    from enrichers.training.corpora import Example

READ_CHARS = 20_000
"""Names further on are not looked for; the time a post may take stays bounded."""
TRUSTED_LANGUAGE = 0.8
_VERSION = "3"


class Entities:
    """Assigns `entities`: in the order of the text, none overlapping; empty if there are none.

    Three ways, the surer first; what one has found the next cannot take: names and handles of the configuration, names
    of the subscriptions (`subscribed_names.names_of` says which), and a recognizer for the post's language. The first
    two are found in every spelling that the query language takes for the same, and are given under the name as it was
    told; what a recognizer finds is given in its normal form (`normal_form`).

    Uses the language if it is there. `version` tells the options, the lists and the models; a post whose subscriptions
    changed is told by the versions in its `matches`.
    """

    name: ClassVar[str] = "entities"
    assigns: ClassVar[frozenset[str]] = frozenset({"entities"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `names`: label by name, as in `{"Deutsche Bahn" = "ORG", "ICE" = "PROD"}`; found in any spelling and inflection,
        those of up to three characters only as written. `handles`: name by handle, as in `{db_bahn = "Deutsche Bahn"}`;
        label as in `names`, else ORG. `files`: lists of more names, `name<TAB>label` a line.
        `taggers`: languages whose names are looked for even if nobody listed them: `de`, `en`. The first also reads
        posts in other languages; empty for lists only. `model_de`, `model_en`: an installed spaCy pipeline instead of
        our own, by name or folder, as in `"de_core_news_sm"`. `labels`: that pipeline's labels as ours, for labels
        that are its own, as in `{BRAND = "PROD"}`.
        """

        names: Mapping[str, str] = field(default_factory=dict)
        handles: Mapping[str, str] = field(default_factory=dict)
        files: tuple[str, ...] = ()
        taggers: tuple[str, ...] = LANGUAGES
        model_de: str = ""
        model_en: str = ""
        labels: Mapping[str, str] = field(default_factory=dict)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known = KnownNames()
        self._recognizers: dict[str, Recognizer] = {}
        self.version = _version(repr(config))

    async def open(self) -> None:
        """Load lists and models. Raises ConfigError or StorageError, which name what is wrong."""
        own = self._own_names()
        for number, known in enumerate([*self._handles(own), *_listed(own)]):
            self._known.tell(f"configuration {number}", [known])
        self._recognizers = {language: self._recognizer(language) for language in self._config.taggers}
        models = {language: one.version for language, one in self._recognizers.items()}
        self.version = _version(f"{self._config!r} {own!r} {models!r}")

    async def close(self) -> None:
        """Forget the models."""
        self._recognizers = {}

    def subscribe(self, subscription: Subscription) -> None:
        """Find the names of a subscription, instead of those it had before. Raises UsageError on a bad query."""
        self._known.tell(f"subscription {subscription.id}", names_of(subscription))

    def unsubscribe(self, id: str) -> None:
        """No longer find the names of a subscription; none of that id is fine."""
        self._known.forget(f"subscription {id}")

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The names in each post; nothing for the news that a post is gone."""
        posts = [one for one in batch if one.event == "upsert"]
        answers = iter(self._entities(posts))
        return [{"entities": next(answers)} if one.event == "upsert" else {} for one in batch]

    def measure(self, folder: Path) -> Iterator[str]:
        """Precision, recall and F1 of exact spans on the sets of the card: held out when it was made, and now."""
        from enrichers.training import figures
        from enrichers.training.train_entities import PLANS

        for language in self._recognizers:
            card = figures.read().get(f"entities_{language}", {})
            for name, (examples, labels) in PLANS[language].held_out(folder).items():
                yield f"{name}, held out (model card): {_told(card.get(name, {}))}"
                now = self._measured(language, examples, labels)
                yield f"{name}, with this model, which has learned the development parts if it came along: {now}"

    def _measured(self, language: str, examples: Sequence["Example"], labels: Sequence[str]) -> str:
        texts = [text[:READ_CHARS] for text, _ in examples]
        names = self._recognizers[language].find(texts, [tokens(text) for text in texts])
        gold = {(number, *span) for number, (_, spans) in enumerate(examples) for span in spans}
        ours = {
            (n, one.start, one.end, one.label)
            for n, of in enumerate(names)
            for one in of
            if one.label in labels
        }
        right = len(gold & ours)
        precision, recall = right / max(1, len(ours)), right / max(1, len(gold))
        f1 = 2 * right / max(1, len(ours) + len(gold))
        return f"precision {precision:.1%}, recall {recall:.1%}, F1 {f1:.1%} of {len(gold)} names"

    def _entities(self, posts: Sequence[Mention]) -> list[tuple[Entity, ...]]:
        texts = [post.text[:READ_CHARS] for post in posts]
        words = [tokens(text) for text in texts]
        told, recognized = self._known.find(posts), self._recognized(posts, texts, words)
        return [
            _kept(post.text, [*of_post, *names])
            for post, of_post, names in zip(posts, told, recognized, strict=True)
        ]

    def _recognized(
        self, posts: Sequence[Mention], texts: Sequence[str], words: Sequence[Sequence[Token]]
    ) -> list[list[Found]]:
        by_language: dict[str, list[int]] = defaultdict(list)
        for at, post in enumerate(posts):
            by_language[self._read_as(post.language)].append(at)
        found: list[list[Found]] = [[] for _ in posts]
        for language, numbers in by_language.items():
            if recognizer := self._recognizers.get(language):
                names = recognizer.find([texts[at] for at in numbers], [words[at] for at in numbers])
                for at, of_post in zip(numbers, names, strict=True):
                    found[at] = of_post
        return found

    def _read_as(self, language: Language | None) -> str:
        if language and language.score >= TRUSTED_LANGUAGE and language.code in self._recognizers:
            return language.code
        return next(iter(self._recognizers), "")

    def _recognizer(self, language: str) -> Recognizer:
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ConfigError(f'[enrichers.entities] there is no tagger "{language}"; write some of {known}')
        model = {"de": self._config.model_de, "en": self._config.model_en}[language]
        labels = {theirs: self._label(ours, theirs) for theirs, ours in self._config.labels.items()}
        return SpacyPipeline(model, f"model_{language}", labels) if model else OwnTagger(language)

    def _own_names(self) -> list[Name]:
        own = [Name(name, self._label(label, name)) for name, label in self._config.names.items()]
        try:
            for file in self._config.files:
                own += read(Path(file))
        except (OSError, ValueError) as error:
            raise ConfigError(f"[enrichers.entities] {error}") from None
        return own

    def _handles(self, own: Sequence[Name]) -> list[Known]:
        labels = {name.text: name.label for name in own}
        return [
            Known(name, labels.get(name, "ORG"), (Word(f"@{handle.lstrip('@')}"),))
            for handle, name in self._config.handles.items()
        ]

    @staticmethod
    def _label(label: str, where: str) -> Label:
        try:
            return label_of(label, where)
        except ValueError as error:
            raise ConfigError(f"[enrichers.entities] {error}") from None


def _told(figures: Mapping[str, float]) -> str:
    names = {"precision": "P", "recall": "R", "F1": "F1"}
    return ", ".join(f"{name} {figures[key]}%" for name, key in names.items() if key in figures) or "none"


def _listed(own: Sequence[Name]) -> list[Known]:
    known = [Known(name.text, name.label, spelled(name.text, strict=True)) for name in own]
    return [one for one in known if one.forms]


def _kept(text: str, in_order_of_trust: Sequence[Found]) -> tuple[Entity, ...]:
    """Those that overlap none before them, in the order of the text."""
    kept: list[Found] = []
    for one in in_order_of_trust:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    kept.sort(key=lambda one: one.start)
    return tuple(
        Entity(text=text[one.start : one.end], label=one.label, start=one.start, end=one.end, name=one.name)
        for one in kept
    )


def _version(what: str) -> str:
    return f"{_VERSION}-{blake2s(what.encode(errors='replace'), digest_size=4).hexdigest()}"
