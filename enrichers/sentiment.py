"""The tone of a post, toward whom, and about what; `unsure` where the model does not know.

The model and how good it is: `models/sentiment.md`. Confidence is calibrated, so that of posts labelled at 0.8
about eight in ten are right, on posts like those it learned from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from enrichers.aspects import aspects
from enrichers.models.tone import LABELS, ToneModel
from enrichers.text import readable, whole
from streams.components import Answer
from streams.errors import ConfigError, StorageError
from streams.mention import Match, Mention, Sentiment, Target, Tone

SHIPPED = Path(__file__).parent / "models" / "sentiment.npz"
READ_CHARS = 20_000
CLAUSE_SHARE = 0.8
"""How much the clause around the name counts for the tone toward it; the rest is the whole post's."""
RATING_SHARE = 0.7
TRUSTED_LANGUAGE = 0.8

Probabilities = tuple[float, float, float]
NOTHING: Probabilities = (1 / 3, 1 / 3, 1 / 3)

_CLAUSE_END = re.compile(
    r"[.!?;:\n]+(?=\s|$)|,?\s(?=(?:aber|doch|jedoch|während|dagegen|hingegen|sondern|but|while|whereas|however)\s)",
    re.IGNORECASE,
)


class SentimentLabel:
    """Assigns `sentiment`. Uses the language and the matches if they are there."""

    name: ClassVar[str] = "sentiment"
    version = "de-en-1"
    assigns: ClassVar[frozenset[str]] = frozenset({"sentiment"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `model`: file of a model of your own (see `models/train_sentiment.py`); empty for the one that comes along.
        `unsure_below`: label `unsure` if the likeliest label has a smaller probability, 0 to 1.
        `domain`: what posts are like if their source is not in `domains`: general, feedback or transport.
        `domains`: domain by source, as in `{reviews = "feedback"}`.
        """

        model: str = ""
        unsure_below: float = 0.6
        domain: str = "general"
        domains: Mapping[str, str] = field(default_factory=dict)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._model: ToneModel | None = None

    async def open(self) -> None:
        """Load the model (about 15 MB). Raises ConfigError on a bad bound or domain, StorageError on a bad file."""
        if not 0 <= self._config.unsure_below <= 1:
            raise ConfigError(
                "[enrichers.sentiment] unsure_below is a probability; write `unsure_below = 0.6`"
            )
        path = Path(self._config.model) if self._config.model else SHIPPED
        try:
            model = ToneModel.load(path)
        except (OSError, ValueError, KeyError) as error:
            raise StorageError(
                f"{path} is not a tone model ({type(error).__name__}); train or install it"
            ) from None
        for domain in (self._config.domain, *self._config.domains.values()):
            if domain not in model.domains:
                raise ConfigError(
                    f'[enrichers.sentiment] there is no domain "{domain}"; write one of {", ".join(model.domains)}'
                )
        self._model = model

    async def close(self) -> None:
        """Forget the model."""
        self._model = None

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The tone of each post; nothing for the news that a post is gone."""
        return [{"sentiment": self._judge(one)} if one.event == "upsert" else {} for one in batch]

    def _judge(self, mention: Mention) -> Sentiment:
        text = readable(whole(mention.title, mention.text)[:READ_CHARS])
        tone = _with_rating(self._tone(mention, text), mention)
        targets = tuple(self._toward(match, mention, tone) for match in mention.matches)
        return Sentiment(
            label=self._label(tone),
            score=_score(tone),
            scores=_rounded(tone),
            targets=targets,
            aspects=aspects(text),
        )

    def _tone(self, mention: Mention, text: str) -> Probabilities:
        assert self._model is not None, "open() first"  # noqa: S101
        language = mention.language
        if not text.strip() or (
            language
            and language.code not in {"und", *self._model.languages}
            and language.score >= TRUSTED_LANGUAGE
        ):
            return NOTHING
        return self._model.probabilities(text, self._config.domains.get(mention.source, self._config.domain))

    def _toward(self, match: Match, mention: Mention, tone: Probabilities) -> Target:
        clauses = " ".join(_clauses_at(mention.text, match.spans))
        if clauses and len(clauses) < len(mention.text.strip()):
            tone = _mixed(self._tone(mention, readable(clauses)), tone, CLAUSE_SHARE)
        return Target(subscription=match.subscription, label=self._label(tone), score=_score(tone))

    def _label(self, tone: Probabilities) -> Tone:
        sure = max(tone)
        if sure < self._config.unsure_below or tone == NOTHING:
            return "unsure"
        return LABELS[tone.index(sure)]


def _clauses_at(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The clauses that hold a span, in their order."""
    start, ends = 0, [*(end.end() for end in _CLAUSE_END.finditer(text[:READ_CHARS])), len(text)]
    for end in ends:
        if any(begin < end and stop > start for begin, stop in spans):
            yield text[start : min(end, start + READ_CHARS)].strip()
        start = end


def _with_rating(tone: Probabilities, mention: Mention) -> Probabilities:
    """Stars are the author's own word on the tone: a better witness than our reading of the text."""
    rating = mention.rating
    if rating is None or rating.best <= 1 or not 0 <= rating.value <= rating.best:
        return tone
    share = rating.value / rating.best
    stars = (0.85, 0.12, 0.03) if share <= 0.4 else (0.03, 0.12, 0.85) if share >= 0.8 else (0.2, 0.6, 0.2)
    return _mixed(stars, tone, RATING_SHARE)


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
