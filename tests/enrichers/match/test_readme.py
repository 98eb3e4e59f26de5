"""The tables of `enrichers/match/README.md` are true."""

import re
from pathlib import Path

import pytest

import enrichers.match
from tests.enrichers.match.helpers import matches

README = Path(enrichers.match.__file__).with_name("README.md")
ROW = re.compile(r"\| `(?P<query>.+?)` \| (?P<wanted>.+?) \| (?P<unwanted>.+?) \|")
ROWS = [found.groups() for line in README.read_text("utf-8").splitlines() if (found := ROW.fullmatch(line))]


def test_the_tables_are_read():
    assert len(ROWS) >= 20


@pytest.mark.parametrize(("query", "wanted", "unwanted"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_says_what_is_so(query, wanted, unwanted):
    assert [text for text in wanted.split(" · ") if not matches(query, text)] == []
    assert [text for text in unwanted.split(" · ") if matches(query, text)] == []
