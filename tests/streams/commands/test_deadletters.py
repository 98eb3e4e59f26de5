"""`resonanz deadletters`: a letter goes back where it came from, or says why it cannot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from streams.dead_letter import DeadLetter, Origin
from streams.log.base import Record
from streams.topics import DEAD_LETTERS, POSTS
from tests.streams.commands.typed import apply_topics, latest, lines, on_log, refusal, resonanz, write

AT = datetime(2026, 11, 1, 10, tzinfo=UTC)
LETTER = DeadLetter(
    reason="no `text`",
    stage="enrich",
    attempts=1,
    first_at=AT,
    buried_at=AT,
    origin=Origin(topic=POSTS, partition=2, offset=7),
    key=b"a:1",
    value=b'{"id": "a:1"}',
    size=13,
)
CUT = replace(LETTER, size=1_000, buried_at=AT - timedelta(hours=1))
FOREIGN = replace(
    LETTER, origin=Origin(topic="news", partition=0, offset=3), buried_at=AT + timedelta(hours=1)
)
LETTERS = {"posts.v1/2/7": LETTER, "posts.v1/2/8": CUT, "news/0/3": FOREIGN}
REFUSALS = {
    "! posts.v1/2/8: only 13 of 1000 bytes were kept",
    "! news/0/3: it came from a source, not from a topic; mend it there",
}


@pytest.fixture
def folder(tmp_path):
    apply_topics(tmp_path)
    for key, letter in LETTERS.items():
        write(tmp_path, DEAD_LETTERS, key, letter)
    return tmp_path


def posts(folder) -> list[Record]:
    async def read(log):
        batch = await anext(log.tail(POSTS, from_start=True))
        return list(batch.records)

    return on_log(folder, read)


def retry(folder, *arguments):
    return resonanz(folder, "deadletters", "retry", *arguments)


def test_they_are_listed_oldest_first_with_the_reason(folder):
    assert lines(resonanz(folder, "deadletters", "list")) == [
        "posts.v1/2/8\tenrich\t1\t1000 bytes\tno `text`",
        "posts.v1/2/7\tenrich\t1\t13 bytes\tno `text`",
        "news/0/3\tenrich\t1\t13 bytes\tno `text`",
    ]


def test_one_goes_back_to_its_partition_as_it_was_and_is_no_longer_listed(folder):
    assert lines(retry(folder, "posts.v1/2/7")) == ["~ posts.v1/2/7: tried again"]
    assert [(post.partition, post.key, post.value) for post in posts(folder)] == [(2, b"a:1", LETTER.value)]
    assert set(latest(folder, DEAD_LETTERS)) == {"posts.v1/2/8", "news/0/3"}


def test_all_that_can_go_back_do_and_the_others_say_why_not(folder):
    assert set(lines(retry(folder, "--all"))) == {"~ posts.v1/2/7: tried again", *REFUSALS}
    assert set(lines(retry(folder, "--all"))) == REFUSALS
    assert len(posts(folder)) == 1
    assert set(latest(folder, DEAD_LETTERS)) == {"posts.v1/2/8", "news/0/3"}


def test_one_that_the_log_refuses_stays(folder):
    nowhere = replace(LETTER, origin=Origin(topic=POSTS, partition=99, offset=1))
    write(folder, DEAD_LETTERS, "posts.v1/99/1", nowhere)
    (line,) = lines(retry(folder, "posts.v1/99/1"))
    assert line.startswith("! posts.v1/99/1: ")
    assert "posts.v1/99/1" in latest(folder, DEAD_LETTERS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name the origins to try again, or write --all"),
        (["posts.v1/2/7", "--all"], "name the origins to try again, or write --all"),
        (["posts.v1/2/7", "posts.v1/9/9"], "there is no dead letter 'posts.v1/9/9'"),
    ],
    ids=["nothing", "both", "unknown"],
)
def test_what_cannot_be_meant_is_refused_and_nothing_moves(folder, arguments, sentence):
    assert sentence in refusal(retry(folder, *arguments))
    assert set(latest(folder, DEAD_LETTERS)) == set(LETTERS)
    assert posts(folder) == []
