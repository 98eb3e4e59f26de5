"""The tone of a post, toward whom, and about what; `unsure` where the model does not know.

The model and how good it is: `models/sentiment.md`. Confidence is calibrated, so that of posts labelled at 0.8
about eight in ten are right, on posts like those it learned from.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from enrichers.aspects import aspects
from enrichers.models.embeddings import Embeddings
from enrichers.models.encoder import Excerpt
from enrichers.models.tone import GUESS, LABELS, SHIPPED, UNSURE_BELOW, ToneModel
from enrichers.targets import Said, about
from enrichers.text import readable, whole
from streams.components import Answer
from streams.errors import ConfigError, StorageError
from streams.mention import Match, Mention, Sentiment, Target, Tone

READ_CHARS = 20_000
CLAUSE_SHARE = 0.9
"""How much the clause around the name counts for the tone toward it; the rest is the whole post's."""
NEUTRAL_FACTOR = 0.4
"""Who sets one name apart from another seldom does so without an opinion."""
RATING_SHARE = 0.85
TRUSTED_LANGUAGE = 0.8
GENERAL = "general"

Probabilities = tuple[float, float, float]
NOTHING: Probabilities = (1 / 3, 1 / 3, 1 / 3)


class SentimentLabel:
    """Assigns `sentiment`. Uses the language and the matches if they are there."""

    name: ClassVar[str] = "sentiment"
    version = "de-en-5"
    assigns: ClassVar[frozenset[str]] = frozenset({"sentiment"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `model`: file of a model of your own, made by `resonanz train sentiment`; empty for the one that comes along.
        `unsure_below`: label `unsure` if the likeliest label has a smaller probability, 0 to 1.
        `domain`: what posts are like if their source is not in `domains`: general, feedback, transport, or one
        of your own model; `guess` goes by the text.
        `domains`: domain by source, as in `{reviews = "feedback"}`.
        `accurate`: read posts with a larger network too (extra `accurate`): more often right, some 15 posts a second.
        """

        model: str = ""
        unsure_below: float = UNSURE_BELOW
        domain: str = "general"
        domains: Mapping[str, str] = field(default_factory=dict)
        accurate: bool = False

    def __init__(self, config: Config) -> None:
        self._config = config
        self._model: ToneModel | None = None
        self._embeddings: Embeddings | None = None

    async def open(self) -> None:
        """Load the model: 250 MB. Raises ConfigError on a bad bound or domain, StorageError on a bad file."""
        if not 0 <= self._config.unsure_below <= 1:
            raise ConfigError(
                f"[enrichers.sentiment] unsure_below is a probability; write `unsure_below = {UNSURE_BELOW}`"
            )
        path = Path(self._config.model) if self._config.model else SHIPPED
        try:
            model = ToneModel.load(path)
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(
                f"{path} is not a tone model ({type(error).__name__}); train or install it"
            ) from None
        for domain in (self._config.domain, *self._config.domains.values()):
            if domain not in {GUESS, *model.domains}:
                raise ConfigError(
                    f'[enrichers.sentiment] there is no domain "{domain}"; write one of'
                    f" {', '.join(model.domains)}, {GUESS}"
                )
        self._model, self._embeddings = model, self._larger(model) if self._config.accurate else None

    def _larger(self, model: ToneModel) -> Embeddings:
        if not model.accurate:
            raise ConfigError(
                f"{self._config.model} knows no larger network; train it anew, or write `accurate = false`"
            )
        try:
            return Embeddings()
        except (ImportError, OSError) as error:
            raise ConfigError(
                f"[enrichers.sentiment] the larger network is not there ({type(error).__name__}); install"
                ' it with `pip install "resonanz[accurate]"` (x86-64 with AVX2), or write `accurate = false`'
            ) from None

    async def close(self) -> None:
        """Forget the model."""
        self._model = self._embeddings = None

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The tone of each post; nothing for the news that a post is gone."""
        alive = [one for one in batch if one.event == "upsert"]
        texts, said = [_text(one) for one in alive], [_said(one) for one in alive]
        tones = iter(self._tones(alive, texts, said))
        judged = iter([self._judge(*one, tones) for one in zip(alive, texts, said, strict=True)])
        return [{"sentiment": next(judged)} if one.event == "upsert" else {} for one in batch]

    def train(
        self, posts: Sequence[Mention], labels: Sequence[str], name: str, say: Callable[[str], None]
    ) -> bytes:
        """A model file that also knows the domain `name`: posts like these. Raises UsageError on too few of them."""
        from enrichers.training.adapt import Aim, adapted

        base = GENERAL if self._config.domain == GUESS else self._config.domain
        numbers = np.array([LABELS.index(cast("Tone", label)) for label in labels], np.intp)
        return adapted(
            self._open,
            [_text(one) for one in posts],
            numbers,
            Aim(base, name, self._config.unsure_below),
            say,
        )

    def measure(self, folder: Path) -> Iterator[str]:
        """The table of the card: the posts held out when its figures were made, then and now."""
        from enrichers.training import figures
        from enrichers.training.sentiment_data import measured, read

        card = figures.read().get("accurate sentiment" if self._embeddings else "sentiment", {})
        held_out = [row for row in read(folder) if row.held_out]
        vectors = self._embeddings.of([row.text for row in held_out]) if self._embeddings else None
        for part, now in measured(self._open, held_out, vectors).items():
            yield f"{part}, held out (model card): {_listed(card.get(part, {}))}"
            yield f"{part}, with this model, which has learned them if it came along: {_listed(now)}"

    @property
    def _open(self) -> ToneModel:
        assert self._model is not None, "open() first"  # noqa: S101
        return self._model

    def _tones(
        self, mentions: Sequence[Mention], texts: Sequence[str], said: Sequence[Sequence[Said | None]]
    ) -> list[Probabilities]:
        """Of each mention its tone and that of what it says about each match, all in one go."""
        asked: list[str] = []
        domains: list[str] = []
        excerpts: dict[int, Excerpt] = {}
        numbers: list[int | None] = []
        for mention, text, clauses in zip(mentions, texts, said, strict=True):
            post = len(asked)
            for one in (None, *filter(None, clauses)):
                part = readable(one.text) if one else text
                if not self._reads(part, mention):
                    numbers.append(None)
                    continue
                numbers.append(len(asked))
                if one:
                    excerpts[len(asked)] = Excerpt(post, _parted(mention, one))
                asked.append(part)
                domains.append(self._config.domains.get(mention.source, self._config.domain))
        vectors = self._vectors(asked, excerpts)
        rows = self._open.probabilities(asked, domains, excerpts, vectors).tolist()
        return [NOTHING if at is None else tuple(rows[at]) for at in numbers]

    def _vectors(self, texts: Sequence[str], excerpts: Container[int]) -> Mapping[int, NDArray[np.float32]]:
        """Of whole posts, by number: what is said about a name is not worth the time of a second reading."""
        if not self._embeddings:
            return {}
        posts = [at for at in range(len(texts)) if at not in excerpts]
        return dict(zip(posts, self._embeddings.of([texts[at] for at in posts]), strict=True))

    def _reads(self, text: str, mention: Mention) -> bool:
        language = mention.language
        known = not language or language.code in {"und", *self._open.languages}
        return bool(text.strip()) and (known or language is None or language.score < TRUSTED_LANGUAGE)

    def _judge(
        self, mention: Mention, text: str, said: Sequence[Said | None], tones: Iterator[Probabilities]
    ) -> Sentiment:
        tone = _with_rating(next(tones), mention)
        toward = [_toward(about, next(tones), tone) if about else tone for about in said]
        return Sentiment(
            label=self._label(tone),
            score=_score(tone),
            scores=_rounded(tone),
            targets=tuple(
                Target(subscription=match.subscription, label=self._label(one), score=_score(one))
                for match, one in zip(mention.matches, toward, strict=True)
            ),
            aspects=aspects(text),
        )

    def _label(self, tone: Probabilities) -> Tone:
        sure = max(tone)
        if sure < self._config.unsure_below or tone == NOTHING:
            return "unsure"
        return LABELS[tone.index(sure)]


def _listed(measures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value}" for name, value in measures.items()) or "none"


def _text(mention: Mention) -> str:
    return readable(whole(mention.title, mention.text)[:READ_CHARS])


def _parted(mention: Mention, said: Said) -> list[str]:
    """The post in parts, of which every second is what was said."""
    text = whole(mention.title, mention.text)
    shift, begin, parts = len(text) - len(mention.text), 0, []
    text = text[:READ_CHARS]
    for start, end in said.places:
        parts += [text[begin : start + shift], text[start + shift : end + shift]]
        begin = end + shift
    return [readable(part) for part in (*parts, text[begin:])]


def _said(mention: Mention) -> list[Said | None]:
    """By match, what the post says about it; None if that is all there is."""
    found: list[Said | None] = []
    for match in mention.matches:
        said = about(mention.text, match.spans, _others(mention, match)) if match.spans else None
        rest = said is not None and said.text and len(said.text) < len(mention.text.strip())
        found.append(said if said and (rest or said.compared) else None)
    return found


def _others(mention: Mention, match: Match) -> list[tuple[int, int]]:
    """Where other names stand: of other subscriptions, and companies and products."""
    spans = [span for other in mention.matches if other.spans != match.spans for span in other.spans]
    spans += [(one.start, one.end) for one in mention.entities if one.label in {"ORG", "PROD"}]
    return [(a, b) for a, b in spans if not any(a < end and b > start for start, end in match.spans)]


def _with_rating(tone: Probabilities, mention: Mention) -> Probabilities:
    """Stars are the author's own word on the tone: a better witness than our reading of the text."""
    rating = mention.rating
    if rating is None or rating.best <= 1 or not 0 <= rating.value <= rating.best:
        return tone
    share = rating.value / rating.best
    stars = (0.85, 0.12, 0.03) if share <= 0.4 else (0.03, 0.12, 0.85) if share >= 0.8 else (0.2, 0.6, 0.2)
    return _mixed(stars, tone, RATING_SHARE)


def _toward(about: Said, clause: Probabilities, tone: Probabilities) -> Probabilities:
    negative, neutral, positive = _mixed(_turned(clause) if about.compared else clause, tone, CLAUSE_SHARE)
    rest = negative + NEUTRAL_FACTOR * neutral + positive
    return negative / rest, NEUTRAL_FACTOR * neutral / rest, positive / rest


def _turned(tone: Probabilities) -> Probabilities:
    """Praise in comparison is a rebuke of what is compared to."""
    negative, neutral, positive = tone
    return positive, neutral, negative


def _mixed(one: Probabilities, other: Probabilities, share: float) -> Probabilities:
    negative, neutral, positive = (share * a + (1 - share) * b for a, b in zip(one, other, strict=True))
    return negative, neutral, positive


def _score(tone: Probabilities) -> float:
    return round(tone[2] - tone[0], 4)


def _rounded(tone: Probabilities) -> dict[str, float]:
    """Four digits that still sum to one."""
    negative, positive = round(tone[0], 4), round(tone[2], 4)
    neutral = max(0.0, round(1 - negative - positive, 4))
    return dict(zip(LABELS, (negative, neutral, positive), strict=True))
