"""The matcher in the stream: subscriptions come and go, posts of any size pass."""

import random

import pytest

from enrichers.match import layers
from enrichers.match.enricher import Match
from enrichers.match.layers import LARGE, SMALL
from streams.errors import UsageError
from streams.outcome import Dropped
from streams.post import Author
from tests.enrichers.match.helpers import WORDS, post, subscription


def matching(*queries: str) -> Match:
    match = Match(Match.Config())
    for number, query in enumerate(queries):
        match.subscribe(subscription(query, id=f"s{number}", version=number))
    return match


def matched(match: Match, text: str) -> list[str]:
    (answer,) = match.enrich([post(text)])
    return [] if isinstance(answer, Dropped) else sorted(found.subscription for found in answer["matches"])


def test_a_match_names_subscription_version_spans_and_reason():
    (answer,) = matching("bus", "bahn~").enrich([post("Der Bahnstreik")])
    (found,) = answer["matches"]
    assert (found.subscription, found.version) == ("s1", 1)
    assert (found.spans, found.because) == (((4, 14),), ("bahn~ → Bahnstreik (compound)",))


def test_what_nobody_asked_for_is_dropped():
    assert matching("bahn").enrich([post("Bus")]) == [Dropped("matches no subscription")]
    assert matching().enrich([post("Bus")]) == [Dropped("matches no subscription")]


@pytest.mark.parametrize("event", ["delete", "author_delete"])
def test_deletes_pass(event):
    assert matching("bahn", "is:reply").enrich([post("Bahn", event=event, author=Author(id="a"))]) == [{}]


def test_matches_come_in_the_order_of_their_subscriptions():
    match = matching("bus", *["bahn"] * (SMALL + 20))
    match.subscribe(subscription("bahn", id="a last one"))
    (answer,) = match.enrich([post("bahn")])
    expected = [f"s{number + 1}" for number in range(SMALL + 20)]
    assert [found.subscription for found in answer["matches"]] == [*expected, "a last one"]


def test_a_batch_equals_one_by_one():
    match = matching("bahn~", "streik", "is:reply", "likes:>3")
    posts = [
        post(f"{a} {b}", id=f"t:{a}{b}", parent_id="p" if a == b else None) for a in WORDS for b in WORDS[:5]
    ]
    assert match.enrich(posts) == [match.enrich([each])[0] for each in posts]


def test_a_zero_character_does_not_move_a_match_to_another_post():
    answers = matching("bahn").enrich(
        [post("x \0 y", id="t:1"), post("Bahn", id="t:2"), post("\0", id="t:3")]
    )
    assert [isinstance(answer, dict) for answer in answers] == [False, True, False]


def test_a_subscription_is_replaced_and_removed():
    match = matching("bahn")
    match.subscribe(subscription("bus", id="s0"))
    assert matched(match, "bahn bus") == ["s0"]
    assert matched(match, "bahn") == []
    match.unsubscribe("s0")
    match.unsubscribe("never there")
    assert matched(match, "bahn bus") == []


def test_a_bad_query_leaves_the_old_one():
    match = matching("bahn")
    with pytest.raises(UsageError):
        match.subscribe(subscription("(bus", id="s0"))
    assert matched(match, "bahn") == ["s0"]


@pytest.mark.parametrize("large", [LARGE, SMALL + 50], ids=["one layer", "several full layers"])
def test_random_changes_while_posts_flow_equal_a_plain_list(large, monkeypatch):
    monkeypatch.setattr(layers, "LARGE", large)
    rng = random.Random(3)
    match, kept = matching(), {}
    for step in range(6 * SMALL):
        name = f"s{rng.randrange(3 * SMALL)}"
        if rng.random() < 0.25:
            match.unsubscribe(name)
            kept.pop(name, None)
        else:
            kept[name] = f"langemarke{rng.randrange(50)}"
            match.subscribe(subscription(kept[name], id=name))
        if step % 40 == 0:
            wanted = f"langemarke{rng.randrange(50)}"
            assert matched(match, f"Die {wanted}!") == sorted(
                name for name, query in kept.items() if query == wanted
            )
    match._layers.settle()
    for number in range(50):
        wanted = f"langemarke{number}"
        assert matched(match, wanted) == sorted(name for name, query in kept.items() if query == wanted)


def test_languages_and_sources_restrict_and_the_unknown_passes():
    match = Match(Match.Config())
    match.subscribe(subscription("bahn", languages=("de",), sources=("t", "u")))

    def passes(**fields) -> bool:
        return isinstance(match.enrich([post("Bahn", **fields)])[0], dict)

    assert passes()
    assert passes(language_hint="de-CH")
    assert not passes(language_hint="en")
    assert not passes(source="x")
    explained = match.explain(subscription("bahn", languages=("de",)), post("Bahn", language_hint="en"))
    assert explained.missing == "language is en, not de"


def test_examples_that_fail_are_told_with_the_reason():
    wrong = subscription("bahn~", must_match=("Bahnhof", "Bus"), must_not_match=("Tram", "Autobahn"))
    assert Match(Match.Config()).run_examples(wrong) == [
        "must match: 'Bus': `bahn~` is missing",
        "must not match: 'Autobahn': bahn~ → Autobahn (compound)",
    ]


@pytest.mark.parametrize(
    ("query", "warning"),
    [
        ("bahn and streik", "`and` is looked for as a word; write AND for the operator"),
        ("die OR bahn", "would match more than 1 in 50 of all posts; add a word that must also be there"),
        ("bahn NOT bahn", "can never match: `bahn` must be there and must not; remove one"),
        ("bahn OR bahn", "`bahn` stands 2 times; once is enough"),
        (
            "is:reply",
            "the query has no word to look for, so it is evaluated for every post; add one if you can",
        ),
    ],
)
def test_warnings(query, warning):
    assert warning in Match(Match.Config()).check(subscription(query))


def test_a_sound_query_has_no_warning():
    assert Match(Match.Config()).check(subscription("bahn~ AND streik~")) == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "bahn " * 20_000,
        "ä" * 100_000,
        "a-" * 50_000,
        "#" * 100_000,
        "#a" * 50_000,
        "😡" * 50_000,
        "'" * 100_000,
    ],
    ids=lambda text: text[:3],
)
@pytest.mark.timeout(60)
def test_a_huge_post_is_answered_with_bounded_spans(text):
    match = matching("bahn~ NEAR/5 bahn*", "*a*a*a*b OR a?a?a?a", '"bahn bahn~" OR {bahn}', "Autobahn~ OR a~")
    (answer,) = match.enrich([post(text)])
    for found in answer.get("matches", ()) if isinstance(answer, dict) else ():
        assert 0 < len(found.spans) <= 100
        assert 0 < len(found.because) <= 20
