"""What every enricher promises, as checks for `streams.testing.contract.collect`.

To test your own: make an `EnricherCase` and run each of `ENRICHER_CHECKS` on it.
"""

# ruff: noqa: S101 - a check is made of assertions

import gc
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import msgspec

from streams.codec import decode_mention, encode
from streams.components import Answer, Enricher
from streams.config import build
from streams.errors import ConfigError
from streams.mention import PART_FIELDS, Mention
from streams.outcome import Dropped, Rejected, Retry
from streams.post import Author
from streams.testing import parts
from streams.testing.texts import HOSTILE, PLAIN
from streams.testing.touching import touched_by

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _nothing(_: Enricher) -> None:
    """Most enrichers need no preparation."""


@dataclass(frozen=True, kw_only=True)
class EnricherCase:
    """An enricher under test.

    `known`: mentions and what must be true of their answers. `options`: options that differ from the defaults,
    as written in TOML. `prepare`: what is done after `open`, such as subscribing.
    """

    kind: type[Any]
    known: Sequence[tuple[Mention, Callable[[Answer], bool]]]
    options: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Any], None] = _nothing

    def make(self) -> Enricher:
        """A fresh one with these options, not open."""
        config = build(self.kind.Config, self.options, "enrichers.case", {})
        enricher: Enricher = self.kind(config)
        return enricher

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Enricher]:
        """A fresh one, open and prepared."""
        enricher = self.make()
        await enricher.open()
        try:
            self.prepare(enricher)
            yield enricher
        finally:
            await enricher.close()


def mention(text: str, **more: Any) -> Mention:
    """A mention whose id follows from its text."""
    return Mention(
        **{"id": f"test:{crc32(text.encode())}", "source": "test", "created_at": EPOCH, "text": text, **more}
    )


def _batch(case: EnricherCase) -> list[Mention]:
    return [mention(text) for text in PLAIN] + [one for one, _ in case.known]


async def answers_each_mention_also_none(case: EnricherCase) -> None:
    """One answer a mention, and none for an empty batch."""
    async with case.opened() as enricher:
        batch = _batch(case)
        assert len(enricher.enrich(batch)) == len(batch)
        assert len(enricher.enrich([])) == 0


async def gives_known_answers(case: EnricherCase) -> None:
    """The table of the case holds."""
    assert case.known
    async with case.opened() as enricher:
        answers = enricher.enrich([one for one, _ in case.known])
        for number, (answer, (_, holds)) in enumerate(zip(answers, case.known, strict=True)):
            assert holds(answer), f"known answer {number}: {answer}"


async def leaves_its_input_alone(case: EnricherCase) -> None:
    """The batch is the same afterwards."""
    async with case.opened() as enricher:
        batch = _batch(case)
        before = [encode(one) for one in batch]
        enricher.enrich(batch)
        assert [encode(one) for one in batch] == before


async def answers_a_batch_as_one_by_one(case: EnricherCase) -> None:
    """How mentions are grouped does not show."""
    async with case.opened() as enricher:
        batch = [*_batch(case), *(mention(text[:300]) for text in HOSTILE)]
        assert list(enricher.enrich(batch)) == [enricher.enrich([one])[0] for one in batch]


async def order_does_not_matter(case: EnricherCase) -> None:
    """A batch turned round gives the answers turned round."""
    async with case.opened() as enricher:
        batch = _batch(case)
        forward = list(enricher.enrich(batch))
        assert list(enricher.enrich(batch[::-1])) == forward[::-1]
        assert list(enricher.enrich(batch[1:] + batch[:1])) == forward[1:] + forward[:1]


async def answers_the_same_twice(case: EnricherCase) -> None:
    """Nothing that was asked before shows, neither here nor in a fresh one."""
    batch = _batch(case)
    async with case.opened() as enricher:
        first = list(enricher.enrich(batch))
        assert list(enricher.enrich(batch)) == first
    async with case.opened() as fresh:
        assert list(fresh.enrich(batch)) == first


async def adds_only_what_it_declares(case: EnricherCase) -> None:
    """Names among `assigns`; and the known parts of a mention or something of its own."""
    async with case.opened() as enricher:
        assert enricher.assigns
        for answer in enricher.enrich(_batch(case)):
            if not isinstance(answer, Dropped | Retry | Rejected):
                assert set(answer) <= enricher.assigns


async def answers_survive_the_codec(case: EnricherCase) -> None:
    """A mention with the answers is strict JSON and comes back equal."""
    async with case.opened() as enricher:
        batch = _batch(case)
        for one, answer in zip(batch, enricher.enrich(batch), strict=True):
            if isinstance(answer, Dropped | Retry | Rejected):
                continue
            added = one.adding(enricher.name, enricher.version, answer)
            assert decode_mention(encode(added)) == added
            parts.strict_json(answer)
            for name, part in answer.items():
                assert name in PART_FIELDS or added.extra[name] == part


async def stands_hostile_texts(case: EnricherCase) -> None:
    """An answer or a reason for every text, never an exception, and never NaN."""
    async with case.opened() as enricher:
        for text in HOSTILE:
            answers = [
                *enricher.enrich([mention(text)]),
                *enricher.enrich([mention("", title=text[:1_000], language_hint=text[:20])]),
            ]
            for answer in answers:
                assert isinstance(answer, Mapping | Dropped | Rejected), (
                    f"{type(answer).__name__}: {text[:20]!r}"
                )
                if isinstance(answer, Mapping):
                    parts.strict_json(answer)


async def parts_are_what_they_say(case: EnricherCase) -> None:
    """Spans lie within the text and hold what is said to stand there; probabilities and scores are such."""
    texts = [*PLAIN, *(text[:5_000] for text in HOSTILE), *("😀 " + text for text in PLAIN)]
    async with case.opened() as enricher:
        for one in [*map(mention, texts), *(known for known, _ in case.known)]:
            (answer,) = enricher.enrich([one])
            if isinstance(answer, Mapping):
                parts.places(one.text, answer)
                parts.measures(answer)


async def passes_over_what_is_gone(case: EnricherCase) -> None:
    """The news that a post or an author is gone gets no parts, and is never dropped."""
    gone = [
        mention(PLAIN[0], event="delete"),
        mention("", event="delete"),
        mention(PLAIN[1], event="author_delete", author=Author(id="test:1")),
    ]
    async with case.opened() as enricher:
        assert list(enricher.enrich(gone)) == [{}, {}, {}]


async def keeps_nothing_of_what_it_saw(case: EnricherCase) -> None:
    """Ten thousand posts leave no more memory behind than the first two thousand (counted in blocks)."""
    async with case.opened() as enricher:
        _see(enricher, 0, 2_000)
        before = _blocks()
        _see(enricher, 2_000, 10_000)
        assert _blocks() - before < 2_000


def _see(enricher: Enricher, start: int, stop: int) -> None:
    words = " ".join(PLAIN).split()
    for begin in range(start, stop, 100):
        enricher.enrich(
            [
                mention(
                    f"{words[n % len(words)]} {words[n * 7 % len(words)]} {n // 100 % 10} {n % 100}",
                    id=f"t:{n}",
                )
                for n in range(begin, begin + 100)
            ]
        )


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


async def reads_its_options_back(case: EnricherCase) -> None:
    """Options written out and read again are the same; defaults need none written."""
    kind = case.kind.Config
    for options in ({}, case.options):
        config = build(kind, options, "enrichers.case", {})
        written = {part.name: msgspec.to_builtins(getattr(config, part.name)) for part in fields(kind)}
        assert build(kind, written, "enrichers.case", {}) == config
    assert kind.__doc__
    assert kind.__dataclass_params__.frozen


def refuses_an_unknown_option(case: EnricherCase) -> None:
    """A misspelt option is no silence."""
    try:
        build(case.kind.Config, {"no_such_option": 1}, "enrichers.case", {})
    except ConfigError:
        return
    raise AssertionError("no_such_option was taken")


def touches_nothing_before_open(case: EnricherCase) -> None:
    """A constructor opens no file, directory, socket or process."""
    touched = touched_by(case.make)
    assert not touched, touched


async def closes_at_any_time(case: EnricherCase) -> None:
    """Harmless before `open`, and twice after."""
    enricher = case.make()
    await enricher.close()
    await enricher.open()
    await enricher.close()
    await enricher.close()


def says_who_it_is(case: EnricherCase) -> None:
    """A name, and a version that stands in the mention."""
    enricher = case.make()
    assert enricher.name
    assert enricher.version
    assert enricher.requires.isdisjoint(enricher.assigns)


ENRICHER_CHECKS: tuple[Callable[[EnricherCase], Any], ...] = (
    answers_each_mention_also_none,
    gives_known_answers,
    leaves_its_input_alone,
    answers_a_batch_as_one_by_one,
    order_does_not_matter,
    answers_the_same_twice,
    adds_only_what_it_declares,
    answers_survive_the_codec,
    stands_hostile_texts,
    parts_are_what_they_say,
    passes_over_what_is_gone,
    keeps_nothing_of_what_it_saw,
    reads_its_options_back,
    refuses_an_unknown_option,
    touches_nothing_before_open,
    closes_at_any_time,
    says_who_it_is,
)
