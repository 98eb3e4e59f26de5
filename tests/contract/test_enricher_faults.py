"""The checks catch what they claim: each of these enrichers breaks a promise, and at least one check says so."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from streams.mention import Entity, Sentiment
from streams.testing.contract import Run
from streams.testing.enricher_checks import ENRICHER_CHECKS, EnricherCase, mention


class WordCount:
    """Counts words: correct, and the ground on which faults are seeded."""

    name: ClassVar[str] = "words"
    version = "1"
    assigns = frozenset({"words"})
    requires = frozenset()
    optional = True

    @dataclass(frozen=True, slots=True)
    class Config:
        """`at_least`: letters of a word."""

        at_least: int = 1

    def __init__(self, config):
        self._config = config

    async def open(self):
        """Nothing to load."""

    async def close(self):
        """Nothing to release."""

    def enrich(self, batch):
        return [{"words": self.count(one)} if one.event == "upsert" else {} for one in batch]

    def count(self, one):
        return sum(len(word) >= self._config.at_least for word in one.text.split())


class AnswersTooFew(WordCount):
    def enrich(self, batch):
        return super().enrich(batch)[:-1]


class AnswersNothingWithoutPosts(WordCount):
    def enrich(self, batch):
        return super().enrich(batch) or None


class DependsOnTheBatch(WordCount):
    def enrich(self, batch):
        return [answer and {"words": len(batch)} for answer in super().enrich(batch)]


class Sorts(WordCount):
    def enrich(self, batch):
        return sorted(super().enrich(batch), key=lambda answer: answer.get("words", 0))


class AnswersNaN(WordCount):
    def count(self, one):
        return math.nan


class AddsUndeclared(WordCount):
    def enrich(self, batch):
        return [answer and {**answer, "letters": 1} for answer in super().enrich(batch)]


class CannotBeEncoded(WordCount):
    def count(self, one):
        return object()


class ComesBackOtherwise(WordCount):
    def count(self, one):
        return (1, 2)


class FailsOnEmptyText(WordCount):
    def count(self, one):
        return ord(one.text[0])


class FailsOnNul(WordCount):
    def count(self, one):
        if "\x00" in one.text:
            raise ValueError
        return 1


class CountsWhatItSaw(WordCount):
    seen = 0

    def count(self, one):
        CountsWhatItSaw.seen += 1
        return self.seen


class RemembersWhatItSaw(WordCount):
    def __init__(self, config):
        super().__init__(config)
        self.seen = {}

    def count(self, one):
        return self.seen.setdefault((one.id, one.text), super().count(one))


class ChangesItsInput(WordCount):
    def count(self, one):
        object.__setattr__(one, "text", one.text.strip() + ".")
        return 1


class CountsBytes(WordCount):
    assigns = frozenset({"entities"})

    def enrich(self, batch):
        return [{"entities": self.entities(one)} if one.event == "upsert" else {} for one in batch]

    def entities(self, one):
        at = one.text.encode().find(b"Bahn")
        return () if at < 0 else (Entity(text="Bahn", label="ORG", start=at, end=at + 4, name="Bahn"),)


class Tells:
    """Adds a tone, the same for every post."""

    assigns = frozenset({"sentiment"})
    tone = Sentiment(label="positive", score=0.1, scores={"negative": 0.4, "neutral": 0.1, "positive": 0.5})

    def enrich(self, batch):
        return [{"sentiment": self.tone} if one.event == "upsert" else {} for one in batch]


class SaysTheLessLikely(Tells, WordCount):
    tone = replace(Tells.tone, label="neutral")


class BelievesMoreThanAll(Tells, WordCount):
    tone = replace(Tells.tone, scores={"negative": 0.5, "neutral": 0.5, "positive": 0.5})


class IsSurerThanSure(Tells, WordCount):
    tone = replace(Tells.tone, score=1.5)


class JudgesWhatIsGone(WordCount):
    def enrich(self, batch):
        return [{"words": self.count(one)} for one in batch]


class ReadsInItsConstructor(WordCount):
    def __init__(self, config):
        super().__init__(config)
        self.read = Path(__file__).read_bytes()


class ClosesOnce(WordCount):
    there = True

    async def close(self):
        del self.there


class HasNoVersion(WordCount):
    version = ""


class CanBeChanged(WordCount):
    @dataclass
    class Config:
        """Not frozen."""

        at_least: int = 1


class ForgetsAnOption(WordCount):
    @dataclass(frozen=True)
    class Config:
        """`at_least`: never as given."""

        at_least: int = 1

        def __post_init__(self):
            object.__setattr__(self, "at_least", self.at_least + 1)


class IsWrong(WordCount):
    def count(self, one):
        return 7


FAULTS = WordCount.__subclasses__()


def case_of(kind):
    known = [(mention("drei kleine Wörter"), lambda answer: answer.get("words", 3) == 3)]
    if kind in (AnswersNaN, CannotBeEncoded, ComesBackOtherwise, FailsOnEmptyText, CountsWhatItSaw, ChangesItsInput,
                DependsOnTheBatch, FailsOnNul):  # fmt: skip
        known = [(mention("drei kleine Wörter"), lambda answer: True)]
    return EnricherCase(kind=kind, options={"at_least": 1}, known=known)


async def caught_by(kind):
    found = []
    for check in ENRICHER_CHECKS:
        try:
            await Run(kind.__name__, check, case_of(kind))()
        except Exception:  # noqa: BLE001 - a check may also trip over the fault
            found.append(check.__name__)
    return found


async def test_a_correct_enricher_passes_every_check():
    assert await caught_by(WordCount) == []


async def test_a_tone_that_is_one_passes():
    class TellsATone(Tells, WordCount):
        """Correct."""

    assert await caught_by(TellsATone) == []


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.__name__)
async def test_a_seeded_fault_is_caught(kind):
    assert await caught_by(kind)


async def test_every_check_catches_something():
    caught = {name for kind in FAULTS for name in await caught_by(kind)}
    assert caught == {check.__name__ for check in ENRICHER_CHECKS} - {"refuses_an_unknown_option"}
