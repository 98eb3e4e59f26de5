"""Which clauses speak about a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.targets import about


def said(text, name, *others):
    def span(one):
        return text.index(one), text.index(one) + len(one)

    return about(text, [span(name)], [span(other) for other in others])


@pytest.mark.parametrize(
    ("text", "name", "others", "expected"),
    [
        ("Die Bahn ist super, aber Lufthansa mies.", "Bahn", ("Lufthansa",), "Die Bahn ist super,"),
        ("Die Bahn ist super, aber Lufthansa mies.", "Lufthansa", ("Bahn",), "aber Lufthansa mies."),
        ("Alpha hui, Beta pfui", "Beta", ("Alpha",), "Beta pfui"),
        ("Alpha war nett und die Beta nicht", "Beta", ("Alpha",), "und die Beta nicht"),
        ("Alpha ist mies. Nie wieder! Beta ist gut.", "Alpha", ("Beta",), "Alpha ist mies. Nie wieder!"),
        ("Alpha und Beta sind gut", "Alpha", ("Beta",), "Alpha und Beta sind gut"),
        ("Weder Alpha noch Beta hilft", "Beta", ("Alpha",), "Weder Alpha noch Beta hilft"),
        ("Alpha ist so schlecht wie Beta", "Beta", ("Alpha",), "Alpha ist so schlecht wie Beta"),
        ("Schön hier. Alpha fährt. Tolle Band!", "Alpha", (), "Alpha fährt."),
    ],
)
def test_a_clause_is_about_the_name_in_it(text, name, others, expected):
    assert said(text, name, *others).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Beta ist besser als Alpha",
        "Im Gegensatz zu Alpha geht bei Beta jemand ans Telefon",
        "Statt Alpha nehme ich Beta",
        "Ich bin von Alpha zu Beta gewechselt",
        "Unlike Alpha, Beta answers",
        "I take Beta over Alpha",
    ],
)
def test_what_is_compared_to_is_told_from_what_is_compared(text):
    assert said(text, "Alpha", "Beta").compared
    assert not said(text, "Beta", "Alpha").compared


@given(st.text(alphabet="aB ,.!als ün#@", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_whatever_stands_there_has_an_answer_from_the_text(text, first, second):
    found = about(text, [(first, first + 2)], [(second, second + 2)])
    assert found.text.replace(" ", "") in text.replace(" ", "")
    assert len(found.text) <= len(text)
