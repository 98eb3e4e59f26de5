"""Records to JSON bytes and back.

Read tolerantly: unknown fields are ignored. What cannot be read raises DecodeError with a sentence that names
the field; it never holds the text of a post.
"""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from streams.alert import Alert
from streams.dead_letter import DeadLetter
from streams.hit import Hit, Retraction
from streams.mention import Mention
from streams.post import Post
from streams.subscription import Subscription

T = TypeVar("T")

MAX_POST_BYTES = 1_000_000
"""A longer post is no utterance; Elasticsearch holds a multiple of it on its heap while indexing."""


class DecodeError(ValueError):
    """These bytes are not such a record; the message says why."""


_encoder = msgspec.json.Encoder()


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def encode(record: object) -> bytes:
    """A record as JSON."""
    return _encoder.encode(record)


def decode(kind: type[T], value: bytes | None) -> T:
    """JSON as a record of that kind. Raises DecodeError."""
    if value is None:
        raise DecodeError("no value")
    try:
        record: T = _decoder(cast("Hashable", kind)).decode(value)
        return record
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise DecodeError(_without_values(str(error))) from None


def decode_post(value: bytes | None) -> Post:
    """A post from its JSON; refuses one of more than `MAX_POST_BYTES`. Raises DecodeError."""
    if value is not None and len(value) > MAX_POST_BYTES:
        raise DecodeError(f"longer than {MAX_POST_BYTES} bytes")
    return _with_text(decode(Post, value))


def post_of(fields: Mapping[str, Any]) -> Post:
    """A post from its fields as a table or somebody else's JSON holds them: numbers may be text. Raises DecodeError."""
    try:
        return _with_text(msgspec.convert(fields, Post, strict=False))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DecodeError(_without_values(str(error))) from None


def _with_text(post: Post) -> Post:
    if post.event == "upsert" and not post.text.strip() and not (post.title or "").strip() and not post.media:
        raise DecodeError("an upsert needs `text`")
    return post


def decode_mention(value: bytes | None) -> Mention:
    """A mention from its JSON. Raises DecodeError."""
    return decode(Mention, value)


def decode_hit(value: bytes | None) -> Hit | Retraction:
    """What `enrich` tells `watch`. Raises DecodeError."""
    retracts = decode(dict[str, Any], value).get("type") == "retraction"
    return decode(Retraction, value) if retracts else decode(Hit, value)


def decode_alert(value: bytes | None) -> Alert:
    """An alert from its JSON. Raises DecodeError."""
    return decode(Alert, value)


def decode_subscription(value: bytes | None) -> Subscription:
    """A subscription from its JSON. Raises DecodeError."""
    return decode(Subscription, value)


def decode_dead_letter(value: bytes | None) -> DeadLetter:
    """A dead letter from its JSON. Raises DecodeError."""
    return decode(DeadLetter, value)


def _without_values(message: str) -> str:
    """The reason without what the writer wrote: msgspec quotes an invalid enum value."""
    reason, _, path = message.partition(" - at ")
    reason = reason.split(" '", 1)[0].replace(
        "Input data was truncated", "JSON is cut off or holds a lone surrogate"
    )
    return f"{reason} - at {path}" if path else reason
