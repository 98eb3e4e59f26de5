"""What holds for all queries and posts."""

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from enrichers.match.enricher import Match
from enrichers.match.evaluation import because, prove, spans
from enrichers.match.printing import printed
from enrichers.match.query import parse
from enrichers.match.text import View
from enrichers.match.tokens import tokens
from enrichers.match.word_family import word_family
from streams.errors import UsageError
from streams.folding import fold, fold_word
from tests.enrichers.match.helpers import post, subscription, texts, trees

any_text = st.text(max_size=60) | texts


def parsed(query: str):
    try:
        return parse(query)
    except UsageError:
        assume(False)


@given(any_text)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert fold_word(fold_word(text)) == fold_word(text)


@given(any_text)
def test_case_and_umlauts_fold_to_the_same(text):
    plain = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    assert fold(plain) == fold(text)


@given(any_text)
def test_a_token_stands_where_its_span_says(text):
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.place < token.after
        written = text[token.start : token.end]
        if token.kind == "word" and not token.joined and token.within == "word":
            assert fold_word(written) == token.word


@given(any_text)
def test_places_are_filled_without_a_gap(text):
    found = list(tokens(text))
    assert {token.place for token in found} == set(range(max((token.after for token in found), default=0)))


@given(trees)
def test_parsing_what_was_printed_gives_the_same_query(tree):
    query = parsed(printed(tree))
    assert query == tree
    assert parse(printed(query)) == query


@given(st.text(alphabet=string.ascii_letters + ' "(){}:~*?#@-/<>=&|!ANDORNOTNEAR/5ä😡,.', max_size=40))
def test_any_input_is_a_query_or_a_usage_error_with_a_line_to_write(text):
    try:
        query = parse(text)
    except UsageError as error:
        head, _, line = str(error).rpartition("\nwrite: ")
        assert head.startswith("line ")
        assert "^" in head
        parse(line)
    else:
        assert parse(printed(query)) == query


@settings(max_examples=300)
@given(st.lists(trees, min_size=1, max_size=6), st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
def test_the_fast_matcher_equals_plain_evaluation(queries, written):
    match = Match(Match.Config())
    kept = {}
    for number, tree in enumerate(queries):
        try:
            match.subscribe(subscription(printed(tree), id=f"s{number}"))
        except UsageError:
            continue
        kept[f"s{number}"] = parse(printed(tree))
    posts = [
        post(text or "x", id=f"t:{n}", title=title or None, url="https://www.bahn.de/Bahn")
        for n, (text, title) in enumerate(written)
    ]
    for mention, answer in zip(posts, match.enrich(posts), strict=True):
        proofs = {name: prove(query, View(mention)) for name, query in kept.items()}
        expected = {
            name: (spans(proof), because(proof)) for name, proof in proofs.items() if proof is not None
        }
        found = (
            {m.subscription: (m.spans, m.because) for m in answer.get("matches", ())}
            if isinstance(answer, dict)
            else {}
        )
        assert found == expected


@given(trees, texts)
def test_an_explanation_says_why_or_why_not(tree, text):
    query = parsed(printed(tree))
    answer = Match(Match.Config()).explain(subscription(printed(query)), post(text or "x"))
    assert answer.matched == (prove(query, View(post(text or "x"))) is not None)
    assert answer.matched == (answer.missing is None)
    assert all(0 <= start < end <= len(text) for start, end in answer.spans)


@pytest.mark.parametrize("seed", range(3))
def test_every_form_of_a_family_holds_one_of_its_stems(seed):
    family = word_family()
    forms = sorted(family._forms)[seed::400]
    for form in forms:
        for member in family.members(form, True) | family.members(form, False):
            assert any(stem in form for stem in family.stems(member)), (form, member)
