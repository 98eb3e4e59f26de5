import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from streams.codec import MAX_POST_BYTES, DecodeError, decode, decode_hit, decode_mention, decode_post, encode
from streams.hit import Hit, Retraction
from streams.mention import Language
from streams.post import Post
from streams.testing.make import EPOCH, mention, post
from tests.strategies import mentions, posts

SMALLEST = {"id": "a:1", "source": "a", "created_at": "2026-11-01T10:00:00Z", "text": "Hallo"}


def bytes_of(**changes):
    return json.dumps({**SMALLEST, **changes}).encode()


@given(posts)
def test_a_post_survives_the_wire(one):
    assert decode_post(encode(one)) == one


@given(mentions())
def test_a_mention_survives_the_wire(one):
    assert decode_mention(encode(one)) == one


@given(mentions())
def test_a_mention_can_be_read_as_a_post(one):
    assert decode(Post, encode(one)).id == one.id


def test_four_fields_are_enough():
    assert decode_post(bytes_of()).kind == "post"


def test_unknown_fields_are_ignored():
    assert decode_post(bytes_of(from_the_future={"a": [1]})) == decode_post(bytes_of())


def test_times_are_kept_in_utc():
    assert decode_post(bytes_of(created_at="2026-11-01T11:00:00+01:00")).created_at == EPOCH
    assert decode_post(bytes_of(created_at="2026-11-01T11:00:00+01:00")).created_at.tzinfo is UTC


def test_the_version_is_when_the_state_was_seen():
    late = datetime(2026, 11, 2, tzinfo=UTC)
    assert post().version == int(EPOCH.timestamp() * 1000)
    assert post(edited_at=late).version == int(late.timestamp() * 1000)
    assert post(edited_at=EPOCH, observed_at=late).version == int(late.timestamp() * 1000)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "cut off"),
        (None, "no value"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "Expected `object`"),
        (b'{"id":"a:1"', "cut off"),
        (b'{"id":"a:1","source":"a","created_at":"2026-11-01T10:00:00Z","text":"\\ud800"}', "lone surrogate"),
        (
            b'{"id":"a:1","source":"a","created_at":"2026-11-01T10:00:00Z","text":"x","place":{"lat":NaN}}',
            "malformed",
        ),
        (bytes_of(id=7), "`$.id`"),
        (bytes_of(id=""), "id must have"),
        (bytes_of(id="ü" * 300), "id must have"),
        (bytes_of(source=""), "source must not be empty"),
        (bytes_of(text=None), "`$.text`"),
        (bytes_of(text="  "), "needs `text`"),
        (bytes_of(created_at="gestern"), "`$.created_at`"),
        (bytes_of(created_at="2026-11-01T10:00:00"), "time zone"),
        (bytes_of(kind="sermon"), "`$.kind`"),
        (bytes_of(author={"id": "a", "followers": "viele"}), "`$.author.followers`"),
        (bytes_of(event="author_delete"), "must name the author"),
        (bytes_of(text="x" * MAX_POST_BYTES), "longer than"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"deep":' + b"[" * 100_000, "recursion|cut off"),
    ],
)
def test_what_is_no_post_is_refused_with_a_reason(value, reason):
    with pytest.raises(DecodeError, match=reason.replace("$", r"\$")):
        decode_post(value)


def test_a_reason_never_quotes_the_writer():
    with pytest.raises(DecodeError) as refused:
        decode_post(bytes_of(kind="geheim"))
    assert "geheim" not in str(refused.value)


def test_a_lone_surrogate_is_refused_before_it_reaches_the_log():
    with pytest.raises(ValueError, match="surrogate"):
        post(text="\ud800")


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        post().text = "anders"


def test_parts_nobody_declared_go_to_extra():
    assert mention().adding("wordcount", "2", {"words": 5}).extra == {"words": 5}
    assert mention().adding("wordcount", "2", {"words": 5}).enriched == {"wordcount": "2"}


@given(mentions())
def test_what_an_enricher_adds_changes_nothing_else(one):
    language = Language(code="de", score=0.5)
    assert one.adding("x", "1", {"language": language}) == replace(
        one, language=language, enriched={**one.enriched, "x": "1"}
    )
    assert one.lacking("x", "why") == replace(one, failed={**one.failed, "x": "why"})


def test_hits_and_retractions_are_told_apart():
    hit = Hit(subscription="db", post="a:1", created_at=EPOCH, source="a")
    gone = Retraction(created_at=EPOCH, post="a:1", keep=("db",))
    assert decode_hit(encode(hit)) == hit
    assert decode_hit(encode(gone)) == gone
