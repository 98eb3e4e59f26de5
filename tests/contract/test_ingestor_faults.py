"""The checks of ingestors and receivers catch what they claim: each seeded fault fails at least one."""

import asyncio
import inspect
import itertools
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ingestors.webhook import Webhook, WebhookConfig
from streams.components import Page, Refused, Unreadable
from streams.post import Post
from streams.testing.ingestor_checks import INGESTOR_CHECKS, IngestorCase
from streams.testing.receiver_checks import RECEIVER_CHECKS, ReceiverCase
from tests.contract.test_ingestors import forged, signed

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class GoodConfig:
    """`path`: of nothing."""

    path: str


class Good:
    """Seven posts, two a page; keeps every promise."""

    name = "good"
    Config = GoodConfig

    def __init__(self, config, scene="good"):
        self.scene = scene

    async def open(self): ...
    async def close(self): ...

    def post(self, n):
        return Post(id=f"t:{n}", source="t", created_at=START + timedelta(hours=n), text=f"Nr {n}")

    async def pages(self, cursor):
        if self.scene == "throttled":
            yield Page(posts=(), cursor=cursor, not_before=START)
            return
        for at in range(cursor or 0, 0 if self.scene == "empty" else 7, 2):
            bad = [Unreadable("no id", "item 3")] if self.scene == "bad item" and at == 2 else []
            posts = [self.post(n) for n in range(at, min(at + 2, 7))]
            yield Page(posts=posts, cursor=at + 2, unreadable=bad)
        yield Page(posts=(), cursor=max(cursor or 0, 8), last=True)


def changing(change):
    """The good one with each page changed."""

    class Changed(Good):
        async def pages(self, cursor):
            async for page in super().pages(cursor):
                yield change(self, page)

    return Changed


class CursorAhead(Good):
    async def pages(self, cursor):
        async for page in super().pages(cursor):
            yield replace(page, cursor=page.cursor + 1)


class CursorIgnored(Good):
    async def pages(self, cursor):
        async for page in super().pages(None):
            yield page


class NewestFirst(Good):
    async def pages(self, cursor):
        async for page in super().pages(cursor):
            yield replace(page, posts=page.posts[::-1])


class IdsByCounting(Good):
    counter = itertools.count()

    def post(self, n):
        return replace(super().post(n), id=f"t:{next(self.counter)}")


class SameIdTwice(Good):
    def post(self, n):
        return replace(super().post(n), id=f"t:{n // 2}")


class IdWithoutSource(Good):
    def post(self, n):
        return replace(super().post(n), id=str(n))


class Sleeps(Good):
    async def pages(self, cursor):
        await asyncio.sleep(0.01)
        async for page in super().pages(cursor):
            yield page


class ConnectsEarly(Good):
    def __init__(self, config, scene="good"):
        super().__init__(config, scene)
        socket.socket().close()


class CloseNeedsOpen(Good):
    async def close(self):
        del self.opened

    async def open(self):
        self.opened = True


class RaisesOnBadItem(Good):
    async def pages(self, cursor):
        async for page in super().pages(cursor):
            if page.unreadable:
                raise AssertionError("bad item")
            yield page


class RaisesWhenEmpty(Good):
    async def pages(self, cursor):
        assert self.scene != "empty", "nothing there"
        async for page in super().pages(cursor):
            yield page


class StumblesOverUnknownFields(Good):
    def post(self, n):
        assert self.scene != "unknown fields", "mood"
        return super().post(n)


class Spins(Good):
    async def pages(self, cursor):
        async for page in super().pages(cursor):
            yield replace(page, last=False, not_before=None)


@dataclass(frozen=True)
class SilentConfig:
    """Explains nothing."""

    path: str


class Unexplained(Good):
    Config = SilentConfig


FAULTY = [
    CursorAhead,
    CursorIgnored,
    NewestFirst,
    IdsByCounting,
    SameIdTwice,
    IdWithoutSource,
    Sleeps,
    ConnectsEarly,
    CloseNeedsOpen,
    RaisesOnBadItem,
    RaisesWhenEmpty,
    StumblesOverUnknownFields,
    Spins,
    Unexplained,
    changing(lambda self, page: replace(page, unreadable=())),
    changing(lambda self, page: replace(page, cursor=(page.cursor,))),
    changing(lambda self, page: replace(page, not_before=None) if self.scene == "throttled" else page),
    changing(lambda self, page: replace(page, complete_until=START) if self.scene == "throttled" else page),
    changing(lambda self, page: replace(page, unreadable=[Unreadable("", "x")] if page.unreadable else ())),
]


def case_of(kind) -> IngestorCase:
    @asynccontextmanager
    async def stage(scene):
        yield lambda: kind(kind.Config("x"), scene)

    scenes = frozenset({"good", "bad item", "unknown fields", "empty", "throttled"})
    return IngestorCase(component=kind, options={"path": "x"}, stage=stage, scenes=scenes)


async def caught_by(checks, case) -> list[str]:
    caught = []
    for check in checks:
        try:
            answer = check(case)
            if inspect.isawaitable(answer):
                await answer
        except Exception:  # noqa: BLE001 - a check may fail in any way
            caught.append(check.__name__)
    return caught


async def test_the_good_ingestor_passes_every_check():
    assert await caught_by(INGESTOR_CHECKS, case_of(Good)) == []


@pytest.mark.parametrize("kind", FAULTY, ids=lambda kind: kind.__name__)
async def test_each_faulty_ingestor_is_caught(kind):
    assert await caught_by(INGESTOR_CHECKS, case_of(kind))


class TakesAnything(Webhook):
    def __init__(self, config):
        super().__init__(config)
        self._verify = lambda key, request: True


class TakesForgedBody(Webhook):
    def __init__(self, config):
        super().__init__(config)
        self._verify = lambda key, request: "x-hub-signature-256" in request.headers


class Boundless(Webhook):
    def __init__(self, config):
        super().__init__(replace(config, max_bytes=10**12))


class Curt(Webhook):
    def receive(self, request):
        answer = super().receive(request)
        return Refused(answer.status, "no") if isinstance(answer, Refused) else answer


class Careless(Webhook):
    def receive(self, request):
        answer = super().receive(request)
        return replace(answer, unreadable=()) if isinstance(answer, Page) else answer


class Talkative(Webhook):
    def __repr__(self):
        return f"Webhook({self._key})"


@pytest.mark.parametrize("kind", [TakesAnything, TakesForgedBody, Boundless, Curt, Careless, Talkative])
async def test_each_faulty_receiver_is_caught(kind):
    options = {"secret": "hemlig", "scheme": "github"}
    case = ReceiverCase(component=kind, options=options, request=signed, forge=forged)
    assert kind.Config is WebhookConfig
    assert await caught_by(RECEIVER_CHECKS, case)
