"""`resonanz match`: which of the posts on standard input match a query, where, and why (not)."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.codec import DecodeError, encode
from streams.commands.lines import Numbered, batches, quiet_pipe, read_posts, standard_input
from streams.components import Matcher
from streams.errors import EXIT_BAD_LINES, UsageError
from streams.post import Post
from streams.registry import load
from streams.subscription import Subscription

BATCH = 100
WITHIN_SECS = 0.02


def match(
    query: Annotated[str, typer.Option("--query", help="The query, as in: bahn~ AND streik.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Posts as NDJSON; default: standard input.")
    ] = None,
) -> None:
    """Tell of each post whether it matches: one JSON line {"id", "match", "spans", "because" or "missing"}."""
    component = load("enrichers", "match")
    matcher: Matcher = component(component.Config())
    subscription = Subscription(id="query", query=query)
    for warning in matcher.check(subscription):
        print(f"warning: {warning}", file=sys.stderr)
    all_good = True
    try:
        opened = file.open("rb") if file else nullcontext(standard_input())
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}; name a file of posts, one JSON a line"
        ) from None
    with opened as stream, quiet_pipe():
        for batch in batches(read_posts(stream), BATCH, WITHIN_SECS):
            for numbered in batch:
                all_good &= _tell(matcher, subscription, numbered)
            sys.stdout.flush()
    if not all_good:
        raise typer.Exit(EXIT_BAD_LINES)


def _tell(matcher: Matcher, subscription: Subscription, numbered: Numbered) -> bool:
    """Print the answer to one line; False: it held no post."""
    number, post = numbered
    if isinstance(post, DecodeError):
        print(f"line {number}: {post}", file=sys.stderr)
        return False
    print(encode(_answer(matcher, subscription, post)).decode())
    return True


def _answer(matcher: Matcher, subscription: Subscription, post: Post) -> dict[str, Any]:
    if post.event != "upsert":
        return {
            "id": post.id,
            "match": False,
            "spans": [],
            "missing": f"a post with event {post.event} has no text",
        }
    found = matcher.explain(subscription, post)
    answer = {"id": post.id, "match": found.matched, "spans": found.spans}
    return answer | ({"because": found.because} if found.matched else {"missing": found.missing})
