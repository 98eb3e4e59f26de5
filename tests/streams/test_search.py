"""What is asked of an index, as it is read from what a person or a program sends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.config import IndexConfig
from streams.errors import ConfigError, UsageError
from streams.index import open_index
from streams.search import EPOCH, Position, check_interval, check_size, in_ms, phrases
from tests.strategies import filled


@given(st.integers(), filled)
def test_a_cursor_is_read_as_it_was_written(created_ms: int, id: str) -> None:
    position = Position(created_ms, id)
    assert Position.read(position.cursor()) == position


@given(st.text())
def test_a_cursor_is_read_or_refused(cursor: str) -> None:
    try:
        position = Position.read(cursor)
    except UsageError:
        return
    assert Position.read(position.cursor()) == position


@given(st.datetimes(timezones=st.just(UTC)))
def test_milliseconds_are_exact_and_rounded_down(at: datetime) -> None:
    begin = EPOCH + timedelta(milliseconds=in_ms(at))
    assert begin <= at
    assert at - begin < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ()),
        ("  ", ()),
        ("zwei Wörter", ("zwei", "Wörter")),
        ('"zwei Wörter" drei', ("zwei Wörter", "drei")),
        ('vor"mitten"nach', ("vor", "mitten", "nach")),
        ("„deutsche Bahn“ »und« Post", ("deutsche Bahn", "und", "Post")),
        ('""', ()),
    ],
)
def test_words_and_phrases_are_told_apart(text: str | None, expected: tuple[str, ...]) -> None:
    assert phrases(text) == expected


@pytest.mark.parametrize("text", ['"offen', 'a" "b" c', "x " * 65, "\udcff"])
def test_a_text_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        phrases(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = phrases(text)
    except UsageError:
        return
    assert all('"' not in phrase for phrase in found)


@pytest.mark.parametrize("size", [-1, 0, 1001])
def test_an_odd_size_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match=str(size)):
        check_size(size)


def test_no_interval_is_refused() -> None:
    with pytest.raises(UsageError):
        check_interval(0)


def test_the_url_chooses_the_index() -> None:
    for url, name in {
        "tantivy:///data/index": "tantivy",
        "http://h:9200": "elasticsearch",
        "https://h:9200": "elasticsearch",
    }.items():
        assert type(open_index(IndexConfig(url=url))).name == name


@pytest.mark.parametrize("url", ["", "data/index", "sqlite:///x", "ftp://h"])
def test_another_url_is_refused_with_the_line_to_write(url: str) -> None:
    with pytest.raises(ConfigError, match=r'write `url = "tantivy:///data/index"`'):
        open_index(IndexConfig(url=url))
