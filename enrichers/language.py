"""Which language a post is in: eldc, and for short posts lingua's second opinion.

eldc is right and fast from about 40 characters on; below, the two err differently, so their evidence is
added (measured by `resonanz evaluate --data`). Links, handles and hashtag signs are not language.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from enrichers.text import prose, whole
from streams.components import Answer
from streams.errors import ConfigError
from streams.mention import Language, Mention

SHORT_CHARS = 40
"""Below, lingua is asked as well."""
VERY_SHORT_CHARS = 20
"""Below, the home language is the likeliest when the words do not decide."""
READ_CHARS = 1_000
"""No post changes its language after so many characters often enough to pay for reading on."""

ELDC_WEIGHT = 40.0  # turns eldc's scores into log odds; chosen on lid_short_text and UMSAB train
LINGUA_FLOOR = 1e-3  # lingua's zero is no proof
HOME_BONUS = 3.0
HINT_BONUS = 1.5

UNDETERMINED = Language(code="und", score=0.0)

Evidence = dict[str, float]


class LanguageGuess:
    """Assigns `language`: BCP 47 code and probability; `und` with score 0 for a post without language."""

    name: ClassVar[str] = "language"
    version = "eldc-0.4+lingua-2.1/1"
    assigns: ClassVar[frozenset[str]] = frozenset({"language"})
    requires: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[bool] = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """Options.

        `languages`: ISO 639-1 codes to choose among; fewer are told apart better.
        `home`: the language that is likeliest under 20 characters; empty for none.
        """

        languages: tuple[str, ...] = (
            "de", "en", "fr", "it", "es", "pt", "nl", "pl", "tr", "ru", "uk", "ar",
        )  # fmt: skip
        home: str = "de"

    def __init__(self, config: Config) -> None:
        self._config = config
        self._eldc: Any = None
        self._lingua: Any = None

    async def open(self) -> None:
        """Load eldc's table, once a process. Raises ConfigError on a language it does not know."""
        import eldc

        for code in self._config.languages:
            if code not in eldc.LANGUAGES:
                known = ", ".join(eldc.LANGUAGES)
                raise ConfigError(f'[enrichers.language] languages: "{code}" is not one of {known}')
        if not self._config.languages:
            raise ConfigError('[enrichers.language] languages is empty; write `languages = ["de", "en"]`')
        eldc.init()
        self._eldc = eldc.instance()
        self._eldc.set_languages(list(self._config.languages))
        self._eldc.set_scores(min(eldc.MAX_SCORES, len(self._config.languages)))

    async def close(self) -> None:
        """Forget the detectors."""
        self._eldc = self._lingua = None

    def enrich(self, batch: Sequence[Mention]) -> Sequence[Answer]:
        """The language of each post; nothing for the news that a post is gone."""
        return [{"language": self._guess(one)} if one.event == "upsert" else {} for one in batch]

    def measure(self, folder: Path) -> Iterator[str]:
        """The table of the card: percent right by set and language."""
        from enrichers.training.language_data import table

        return table(folder, self._codes, lambda text: len(prose(text)) < SHORT_CHARS)

    def _codes(self, texts: Sequence[str]) -> list[str]:
        at = datetime(2000, 1, 1, tzinfo=UTC)
        return [self._guess(Mention(id="t:1", source="t", created_at=at, text=text)).code for text in texts]

    def _guess(self, mention: Mention) -> Language:
        text = prose(whole(mention.title, mention.text)[: READ_CHARS * 4])[:READ_CHARS]
        if not any(char.isalpha() for char in text):
            return UNDETERMINED
        evidence = self._by_eldc(text)
        if len(text) < SHORT_CHARS or not evidence:
            evidence = self._added(evidence, self._by_lingua(text))
        if not evidence:
            return UNDETERMINED
        if (hint := (mention.language_hint or "").lower().partition("-")[0]) in evidence:
            evidence[hint] += HINT_BONUS
        if len(text) < VERY_SHORT_CHARS and self._config.home in evidence:
            evidence[self._config.home] += HOME_BONUS
        return _likeliest(evidence)

    def _by_eldc(self, text: str) -> Evidence:
        scores: Mapping[str, float] = self._eldc.detect_details(text).scores
        if not scores:
            return {}
        return {code: ELDC_WEIGHT * scores.get(code, 0.0) for code in self._config.languages}

    def _by_lingua(self, text: str) -> Evidence:
        if self._lingua is None:
            self._lingua = _lingua(self._config.languages)
        if self._lingua is False:
            return {}
        values = {
            value.language.iso_code_639_1.name.lower(): float(value.value)
            for value in self._lingua.compute_language_confidence_values(text)
        }
        if not any(values.values()):
            return {}
        return {code: math.log(values[code] + LINGUA_FLOOR) for code in values}

    def _added(self, one: Evidence, other: Evidence) -> Evidence:
        """Log odds add up; what only one of the two knows keeps the floor of the other."""
        if not one or not other:
            return one or other
        floor = math.log(LINGUA_FLOOR)
        return {code: odds + other.get(code, floor) for code, odds in one.items()}


def _likeliest(evidence: Evidence) -> Language:
    code = max(evidence, key=lambda one: (evidence[one], one))
    total = sum(math.exp(odds - evidence[code]) for odds in evidence.values())
    return Language(code=code, score=round(1 / total, 4))


def _lingua(codes: Sequence[str]) -> Any:
    """Lingua for those of the codes it knows, in its low accuracy mode (17 MB instead of 240); False below two."""
    import lingua

    known: list[Any] = [
        getattr(lingua.IsoCode639_1, code.upper())
        for code in codes
        if hasattr(lingua.IsoCode639_1, code.upper())
    ]
    if len(known) < 2:
        return False
    builder = lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*known)
    return builder.with_low_accuracy_mode().build()
