"""What holds for every detector beside that of volume."""

import copy
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerting.detector import WARM_UP
from streams.alerting.finding import Finding, Said, Signal, Step, days, findings
from streams.alerting.negativity import Negativity
from streams.alerting.newcomers import Newcomers
from streams.alerting.silence import Silence
from streams.alerting.terms import NewTerms
from streams.codec import decode, encode
from tests.streams.alerting.crowd import DAY, MONDAY, counts, talk

MOST_BYTES = 8_192
SIGNALS: dict[str, Callable[[], Signal]] = {
    "negativity": Negativity,
    "actors": lambda: Newcomers("actor"),
    "venues": lambda: Newcomers("venue"),
    "terms": NewTerms,
    "silence": Silence,
}
every_signal = pytest.mark.parametrize("name", SIGNALS)
WORDS = [f"wort{number}" for number in range(300)]


def anybody(rng: random.Random, at: int) -> Said:
    """Somebody who says something: a fifth of it negative."""
    author, words = rng.getrandbits(62), rng.sample(WORDS, 6)
    return Said(
        post=rng.getrandbits(62),
        author=author,
        story=rng.getrandbits(32),
        venue=author % 40 + 1,
        tone=2 if rng.random() < 0.2 else 1,
        influence=15 + rng.expovariate(1 / 7),
        terms=tuple(words),
    )


def teach() -> dict[str, Signal]:
    """Every detector after six calm days of about two posts a step."""
    made = {name: make() for name, make in SIGNALS.items()}
    rng = random.Random(11)
    for step in talk(rng, counts(rng, 6 * DAY, 2.0), anybody):
        list(findings(made.values(), step))
    return made


@pytest.fixture(scope="module")
def taught() -> dict[str, Signal]:
    return teach()


def after(signal: Signal, *batches: tuple[Said, ...], live: bool = True) -> list[Finding]:
    """What it finds in these steps, which follow the six days."""
    start, signal = MONDAY + 6 * DAY * 300, copy.deepcopy(signal)
    steps = [
        Step(start + at * 300, said, live=live, complete_until=start + at * 300 + 300)
        for at, said in enumerate(batches)
    ]
    return [found for step in steps if (found := signal.update(step))]


def scandal(rng: random.Random) -> tuple[Said, ...]:
    """Sixty angry voices, one of them heard everywhere, with a word nobody used before."""
    said = [anybody(rng, 0)._replace(tone=2, terms=("rueckruf", *rng.sample(WORDS, 3))) for _ in range(60)]
    return (said[0]._replace(influence=95.0, venue=999_999), *said[1:])


posts = st.builds(
    Said,
    post=st.integers(1, 2**64 - 1),
    author=st.integers(0, 2**64 - 1),
    story=st.integers(0, 2**32 - 1),
    venue=st.integers(0, 2**32 - 1),
    tone=st.integers(0, 2),
    influence=st.none() | st.floats(0, 100),
    terms=st.lists(st.sampled_from(WORDS), max_size=12).map(tuple),
)


@every_signal
@settings(max_examples=20, deadline=None)
@given(batches=st.lists(st.lists(posts, max_size=30).map(tuple), max_size=30), cut=st.integers(0, 30))
def test_a_saved_detector_goes_on_as_if_nothing_had_happened(taught, name, batches, cut):
    straight = copy.deepcopy(taught[name])
    saved = copy.deepcopy(straight)
    for at, said in enumerate(batches):
        if at == cut:
            saved = decode(type(saved), encode(saved))
        step = Step(MONDAY + (6 * DAY + at) * 300, said, complete_until=2**40)
        assert saved.update(step) == straight.update(step)
    assert encode(saved) == encode(straight)


@every_signal
def test_no_series_needs_more_than_eight_kilobytes(name):
    signal, rng = SIGNALS[name](), random.Random(1)
    for at in range(120):
        said = tuple(
            anybody(rng, at)._replace(
                influence=100 * rng.random(), terms=tuple("ж" * 12 + str(rng.random()) for _ in range(12))
            )
            for _ in range(100)
        )
        signal.update(Step(MONDAY + at * 300, said, complete_until=2**40))
        assert len(encode(signal)) <= MOST_BYTES


@every_signal
def test_nothing_is_found_while_learning(name):
    signal, rng = SIGNALS[name](), random.Random(2)
    steps = [
        Step(at * 300, scandal(rng) if at % 50 == 20 else (), complete_until=2**40) for at in range(WARM_UP)
    ]
    assert signal.learning
    assert not [found for step in steps if (found := signal.update(step))]
    assert not signal.learning


def test_a_scandal_is_found_by_all_who_listen_to_it(taught):
    for name in ("negativity", "actors", "venues", "terms"):
        found = after(taught[name], scandal(random.Random(3)))
        assert found, name
        assert found[0].unusual_days > 14, (name, found)


@every_signal
def test_the_past_teaches_and_finds_nothing(taught, name):
    assert after(taught[name], scandal(random.Random(3)), *[()] * DAY, live=False) == []


@every_signal
def test_five_hundred_copies_of_one_story_by_five_authors_raise_nothing(taught, name):
    rng = random.Random(4)
    story = anybody(rng, 0)._replace(tone=2, terms=("rueckruf", "kennzahl", "#agentur"))
    copies = [
        story._replace(post=rng.getrandbits(62), author=author + 1, venue=author % 3 + 1)
        for author in range(5)
    ]
    batches = [tuple(rng.choices(copies, k=100)) for _ in range(5)]
    assert all(found.unusual_days < 7 for found in after(taught[name], *batches))


@every_signal
def test_one_account_that_says_a_hundred_things_raises_nothing(taught, name):
    rng = random.Random(5)
    shouts = [anybody(rng, 0)._replace(author=7, venue=7, tone=2, terms=("betrug",)) for _ in range(100)]
    found = after(taught[name], *(tuple(shouts[at : at + 10]) for at in range(0, 100, 10)))
    assert all(one.unusual_days < 7 for one in found)


def test_a_return_period_in_days_has_an_end():
    assert days(0) == pytest.approx(1 / 288)
    assert days(5) == pytest.approx(347.2, abs=0.1)
    assert days(400) == days(7) == 3650
