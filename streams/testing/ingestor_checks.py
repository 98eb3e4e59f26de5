"""What every ingestor must do; import the checks to test your own.

A case knows how to set up the outside world of one component: a stage is that world with something in it.
"""

# ruff: noqa: S101 - a check is made of assertions

import asyncio
import builtins
import io
import json
import os
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, Literal
from unittest import mock

from streams.codec import decode_post, encode
from streams.components import Ingestor, Page
from streams.config import build
from streams.errors import ConfigError
from streams.post import Json, Post

Scene = Literal["good", "bad item", "unknown fields", "empty", "throttled"]
Make = Callable[[], Ingestor]


@dataclass(frozen=True, kw_only=True)
class Common:
    """`component`: the class. `options`: an example configuration, as written in TOML."""

    component: type[Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class IngestorCase(Common):
    """`stage`: sets the source up and gives a maker of unopened ingestors that read it.

    `good` has at least three posts; `bad item` the same and one that cannot be read; `unknown fields` the same
    with fields nobody knows. `scenes`: those that the source can have at all.
    """

    stage: Callable[[Scene], AbstractAsyncContextManager[Make]]
    scenes: frozenset[Scene] = frozenset({"good", "bad item", "unknown fields", "empty"})


async def read(make: Make, cursor: Json = None) -> list[Page]:
    """One pass over the source from a cursor, opened and closed."""
    ingestor = make()
    await ingestor.open()
    try:
        return [page async for page in ingestor.pages(cursor)]
    finally:
        await ingestor.close()


def posts_of(pages: Sequence[Page]) -> list[Post]:
    """All posts, in order."""
    return [post for page in pages for post in page.posts]


def ids_of(pages: Sequence[Page]) -> list[str]:
    """The ids of all posts, in order."""
    return [post.id for post in posts_of(pages)]


def example_config_round_trips(case: Common) -> None:
    """The example builds the configuration, and the component is made from it."""
    config = build(case.component.Config, case.options, "ingestors.example", {})
    assert all(hasattr(config, name) for name in case.options)
    assert config == build(case.component.Config, case.options, "ingestors.example", {})
    case.component(config)


def unknown_option_is_refused(case: Common) -> None:
    """A misspelt option is an error that names the right one."""
    name = next(iter(case.options))
    said = ""
    try:
        build(case.component.Config, {**case.options, f"{name}x": "1"}, "ingestors.example", {})
    except ConfigError as error:
        said = str(error)
    assert f"{name}x" in said


def construction_does_no_io(case: Common) -> None:
    """Making a component opens no file and no socket."""
    config = build(case.component.Config, case.options, "ingestors.example", {})

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("input or output while constructing")

    with ExitStack() as stack:
        for module, name in (
            (builtins, "open"),
            (io, "open"),
            (os, "open"),
            (os, "stat"),
            (socket, "socket"),
        ):
            stack.enter_context(mock.patch.object(module, name, refuse))
        case.component(config)


async def closing_twice_is_harmless(case: Common) -> None:
    """Also before opening."""
    config = build(case.component.Config, case.options, "ingestors.example", {})
    component = case.component(config)
    await component.close()
    await component.close()


def options_are_explained(case: Common) -> None:
    """The docstring of the configuration names every option, and the name of the component is a word."""
    told = case.component.Config.__doc__ or ""
    assert re.fullmatch(r"[a-z][a-z0-9-]*", case.component.name)
    missing = [name for name in case.component.Config.__dataclass_fields__ if f"`{name}`" not in told]
    assert not missing, missing


async def resumes_after_any_page(case: IngestorCase) -> None:
    """Stopping after any page and going on from its cursor loses and repeats nothing."""
    async with case.stage("good") as make:
        whole = await read(make)
        ids = ids_of(whole)
        assert len(set(ids)) == len(ids) >= 3, "an id twice, or too few posts to tell"
        for cut, page in enumerate(whole, 1):
            cursor = json.loads(json.dumps(page.cursor))
            assert ids_of(whole[:cut]) + ids_of(await read(make, cursor)) == ids, f"cut after page {cut}"


async def second_read_says_the_same(case: IngestorCase) -> None:
    """Ids and texts are the same when a source is read again from the start."""
    async with case.stage("good") as make:
        once, again = posts_of(await read(make)), posts_of(await read(make))
        assert [(post.id, post.text) for post in once] == [(post.id, post.text) for post in again]


async def posts_are_complete(case: IngestorCase) -> None:
    """Posts survive JSON, carry UTC times and a source that begins their id."""
    async with case.stage("good") as make:
        for post in posts_of(await read(make)):
            assert decode_post(encode(post)) == post
            assert post.created_at.tzinfo is UTC
            assert post.id.startswith(f"{post.source}:")


async def oldest_comes_first(case: IngestorCase) -> None:
    """Within a pass, time does not go back."""
    async with case.stage("good") as make:
        times = [post.edited_at or post.created_at for post in posts_of(await read(make))]
        assert times == sorted(times)


async def cursor_survives_json(case: IngestorCase) -> None:
    """A cursor is plain JSON, and not larger than a record may be."""
    async with case.stage("good") as make:
        for page in await read(make):
            written = json.dumps(page.cursor)
            assert json.loads(written) == page.cursor
            assert len(written) < 1_000_000


async def unreadable_item_costs_itself_alone(case: IngestorCase) -> None:
    """One bad item among good ones is told with a reason and a place; the others arrive."""
    if "bad item" not in case.scenes:
        return
    async with case.stage("good") as make:
        good = ids_of(await read(make))
    async with case.stage("bad item") as make:
        pages, again = await read(make), await read(make)
    assert ids_of(pages) == good
    unreadable = [item for page in pages for item in page.unreadable]
    assert len(unreadable) == 1
    assert unreadable[0].reason
    assert [i.where for p in again for i in p.unreadable] == [unreadable[0].where], (
        "another place the second time"
    )


async def unknown_fields_are_ignored(case: IngestorCase) -> None:
    """A source may say more than we know of."""
    if "unknown fields" not in case.scenes:
        return
    async with case.stage("good") as make:
        good = ids_of(await read(make))
    async with case.stage("unknown fields") as make:
        pages = await read(make)
    assert ids_of(pages) == good
    assert not [item for page in pages for item in page.unreadable]


async def empty_source_is_fine(case: IngestorCase) -> None:
    """Nothing there is no error."""
    if "empty" not in case.scenes:
        return
    async with case.stage("empty") as make:
        pages = await read(make)
        assert posts_of(pages) == []
        assert posts_of(await read(make, pages[-1].cursor if pages else None)) == []


async def throttled_answer_asks_for_a_wait(case: IngestorCase) -> None:
    """When the source asks for patience, the page says until when, and progress stays."""
    if "throttled" not in case.scenes:
        return
    async with case.stage("good") as make:
        cursor = (await read(make))[-1].cursor
    async with case.stage("throttled") as make:
        (page,) = await read(make, cursor)
        assert page.not_before is not None
        assert (page.cursor, list(page.posts), page.complete_until) == (cursor, [], None)


async def more_comes_only_after_a_wait(case: IngestorCase) -> None:
    """A pass that ends says that the source has ended, or when to ask again: nobody spins."""
    async with case.stage("good") as make:
        last = (await read(make))[-1]
        assert last.last or last.not_before is not None


async def never_sleeps(case: IngestorCase) -> None:
    """Waiting is asked for, not done."""

    async def sleep(secs: float, result: Any = None) -> Any:
        assert secs <= 0, "slept"
        await _real_sleep(0)
        return result

    def stop(_: float) -> None:
        raise AssertionError("slept")

    async with case.stage("good") as make:
        with mock.patch.object(asyncio, "sleep", sleep), mock.patch.object(time, "sleep", stop):
            await read(make)


async def open_ingestor_may_be_opened_again(case: IngestorCase) -> None:
    """Closed twice and opened again, it reads the same."""
    async with case.stage("good") as make:
        ingestor = make()
        for _ in range(2):
            await ingestor.open()
            pages = [page async for page in ingestor.pages(None)]
            await ingestor.close()
            await ingestor.close()
        assert ids_of(pages) == ids_of(await read(make))


_real_sleep = asyncio.sleep

COMMON_CHECKS: Final = (
    example_config_round_trips,
    unknown_option_is_refused,
    construction_does_no_io,
    closing_twice_is_harmless,
    options_are_explained,
)
INGESTOR_CHECKS: Final = (
    *COMMON_CHECKS,
    resumes_after_any_page,
    second_read_says_the_same,
    posts_are_complete,
    oldest_comes_first,
    cursor_survives_json,
    unreadable_item_costs_itself_alone,
    unknown_fields_are_ignored,
    empty_source_is_fine,
    throttled_answer_asks_for_a_wait,
    more_comes_only_after_a_wait,
    never_sleeps,
    open_ingestor_may_be_opened_again,
)
