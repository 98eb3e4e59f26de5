from dataclasses import dataclass, field

import pytest

from streams.errors import ConfigError
from streams.flow import check_chain, enrich
from streams.mention import Language, Mention
from streams.outcome import Dropped, Rejected
from streams.testing.make import mention


@dataclass
class Scripted:
    """An enricher that answers by the text; a text that names an exception raises it."""

    name: str = "language"
    optional: bool = True
    version: str = "1"
    assigns: frozenset = frozenset({"language"})
    requires: frozenset = frozenset()
    asked: list = field(default_factory=list)

    def enrich(self, batch):
        self.asked.append(len(batch))
        return [self._answer(one) for one in batch]

    def _answer(self, one):
        match one.text:
            case "raises":
                raise ZeroDivisionError
            case "drop":
                return Dropped("no interest")
            case "reject":
                return Rejected("cannot be read")
            case "nothing":
                return {}
        return {"language": Language(code="de", score=1.0)}


def texts(*given):
    return [mention(at, text) for at, text in enumerate(given)]


def test_each_mention_is_answered_in_its_place():
    steps = enrich(texts("a", "drop", "b"), [Scripted(), Scripted("second")])
    assert [getattr(step, "text", step) for step in steps] == ["a", Dropped("no interest"), "b"]
    assert steps[0].enriched == {"language": "1", "second": "1"}


def test_what_was_dropped_is_not_asked_about_again():
    second = Scripted("second")
    enrich(texts("a", "drop"), [Scripted(), second])
    assert second.asked == [1]


def test_one_bad_post_never_spoils_its_batch():
    steps = enrich(texts("a", "raises", "b"), [Scripted()])
    assert [bool(step.language) for step in steps] == [True, False, True]
    assert steps[1].failed == {"language": "ZeroDivisionError in language"}


def test_a_needed_enricher_that_fails_costs_the_post():
    steps = enrich(texts("a", "raises", "reject"), [Scripted(optional=False)])
    assert isinstance(steps[0], Mention)
    assert steps[1:] == [Rejected("ZeroDivisionError in language"), Rejected("cannot be read")]


def test_an_enricher_that_has_nothing_to_add_leaves_no_trace():
    (step,) = enrich(texts("nothing"), [Scripted()])
    assert step == mention(0, "nothing")


def test_an_enricher_that_answers_too_few_costs_its_part_only():
    class Short(Scripted):
        def enrich(self, batch):
            return super().enrich(batch)[1:]

    steps = enrich(texts("a", "b"), [Short(), Scripted("second")])
    assert [step.failed.keys() for step in steps] == [{"language"}, {"language"}]
    assert all("second" in step.enriched for step in steps)


def test_a_chain_must_assign_before_it_requires():
    needs = Scripted("targets", requires=frozenset({"language"}))
    check_chain([Scripted(), needs])
    with pytest.raises(ConfigError, match='"targets" needs language'):
        check_chain([needs, Scripted()])


def test_an_empty_batch_and_an_empty_chain_are_fine():
    assert enrich([], [Scripted()]) == []
    assert enrich(texts("a"), []) == texts("a")
