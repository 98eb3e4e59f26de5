"""Posts and mentions for tests, and hypothesis strategies of them; everything in them is invented."""

from datetime import UTC, datetime, timedelta
from typing import Any

from streams.mention import Mention
from streams.post import Author, Post

EPOCH = datetime(2026, 11, 1, 10, tzinfo=UTC)


def post(number: int = 0, text: str = "Die Bahn ist wieder zu spät", **changes: Any) -> Post:
    """The n-th invented post: one a minute, by ten authors."""
    author = Author(id=f"sample:{number % 10}", handle=f"person{number % 10}", followers=10 * (number % 10))
    at = EPOCH + timedelta(minutes=number)
    given = {"id": f"sample:{number}", "source": "sample", "created_at": at, "text": text, "author": author}
    return Post(**{**given, **changes})


def mention(number: int = 0, text: str = "Die Bahn ist wieder zu spät", **changes: Any) -> Mention:
    """The mention of the n-th invented post; `changes` may name parts as well as fields of the post."""
    parts = {name: changes.pop(name) for name in list(changes) if name not in Post.__dataclass_fields__}
    bare = Mention.of(post(number, text, **changes))
    return Mention(**{**{name: getattr(bare, name) for name in Mention.__dataclass_fields__}, **parts})
