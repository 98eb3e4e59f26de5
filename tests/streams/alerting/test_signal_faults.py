"""The checks of every detector catch what they claim: each fault is seeded on purpose, and found."""

from dataclasses import dataclass, field

import pytest

from streams.alerting.finding import Finding, Step
from streams.alerting.negativity import Negativity
from tests.streams.alerting import test_signals as checks


@dataclass(slots=True)
class Eager(Negativity):
    """Knows it all from the first day."""

    def update(self, step: Step) -> Finding | None:
        self.steps += 800
        found = Negativity.update(self, step)
        self.steps -= 800
        return found


@dataclass(slots=True)
class Backward(Negativity):
    """Takes the past for the present."""

    def update(self, step: Step) -> Finding | None:
        return Negativity.update(self, step._replace(live=True))


@dataclass(slots=True)
class Copyist(Negativity):
    """Takes every copy for a voice and a story of its own."""

    copies: int = 0

    def update(self, step: Step) -> Finding | None:
        said = []
        for one in step.posts:
            self.copies += 1
            said.append(one._replace(author=self.copies, story=self.copies))
        return Negativity.update(self, step._replace(posts=said))


@dataclass(slots=True)
class Hoarder(Negativity):
    """Keeps everything."""

    hoard: list[int] = field(default_factory=list)

    def update(self, step: Step) -> Finding | None:
        self.hoard += [said.post for said in step.posts]
        return Negativity.update(self, step)


class Forgetful(Negativity):
    """Has a memory that is not saved."""

    def update(self, step: Step) -> Finding | None:
        self.seen = getattr(self, "seen", 0) + len(step.posts)
        return Finding("sentiment", None, 0.0, self.seen, 0.0)


@pytest.mark.parametrize(
    ("faulty", "check"),
    [
        (Eager, checks.test_nothing_is_found_while_learning),
        (Hoarder, checks.test_no_series_needs_more_than_eight_kilobytes),
    ],
)
def test_a_fault_from_the_start_is_caught(monkeypatch, faulty, check):
    monkeypatch.setitem(checks.SIGNALS, "faulty", faulty)
    with pytest.raises(AssertionError):
        check("faulty")


@pytest.mark.parametrize(
    ("faulty", "check"),
    [
        (Backward, checks.test_the_past_teaches_and_finds_nothing),
        (Copyist, checks.test_five_hundred_copies_of_one_story_by_five_authors_raise_nothing),
        (Copyist, checks.test_one_account_that_says_a_hundred_things_raises_nothing),
        (Forgetful, checks.test_a_saved_detector_goes_on_as_if_nothing_had_happened),
    ],
)
def test_a_fault_of_one_that_has_learned_is_caught(monkeypatch, faulty, check):
    monkeypatch.setattr(checks, "SIGNALS", {"faulty": faulty})
    taught = checks.teach()
    with pytest.raises(AssertionError):
        check(taught, "faulty")
