"""The driver of the ingestors: nothing skipped, whatever fails and whenever it ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from streams import topics
from streams.codec import decode, decode_dead_letter, decode_post
from streams.components import Echo, Page, Refused, Request, Unreadable
from streams.coverage import Coverage
from streams.errors import UnavailableError
from streams.ingest import Ingest
from streams.outcome import Retry
from streams.testing.fakes import ANSWER_LOST, LATER, REFUSED, TAKEN, FakeLog, Fate
from streams.testing.make import post

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def told():
    """What was logged; at least it is out of the way."""
    with capture_logs() as lines:
        yield lines


class Listed:
    """Tells these pages; the cursor is the number of pages told."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.told, self.opened, self.failing = pages, 0, 0

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        pass

    async def pages(self, cursor) -> AsyncIterator[Page]:
        for page in self.told[cursor or 0 :]:
            if self.failing:
                self.failing -= 1
                raise UnavailableError("the source is away")
            yield page
        yield Page(posts=[], cursor=len(self.told), last=True)


def listed(*sizes: int) -> Listed:
    pages, number = [], 0
    for at, size in enumerate(sizes, 1):
        posts = [post(number + n) for n in range(size)]
        pages.append(Page(posts=posts, cursor=at))
        number += size
    return Listed(pages)


async def no_wait(secs: float) -> None:
    await asyncio.sleep(0)


def ingest(log, **ingestors) -> Ingest:
    return Ingest(log, ingestors, clock=lambda: NOW, sleep=no_wait)


def written(log) -> list[str]:
    return [decode_post(record.value).id for record in log.records(topics.POSTS)]


async def coverage(log, name="news") -> Coverage:
    return decode(Coverage, (await log.latest(topics.COVERAGE))[name.encode()].value)


def one_partition() -> FakeLog:
    log = FakeLog()
    log._partitions[topics.POSTS] = 1
    return log


async def test_posts_are_stamped_keyed_and_in_order_and_the_cursor_follows():
    log = one_partition()
    await ingest(log, news=listed(2, 3)).run()
    records = log.records(topics.POSTS)
    assert written(log) == [f"sample:{n}" for n in range(5)]
    assert [record.key.decode() for record in records] == written(log)
    assert {decode_post(record.value).ingestor for record in records} == {"news"}
    assert [json.loads(record.value) for record in log.records(topics.CURSORS)] == [1, 2, 2]


async def test_a_cursor_is_saved_only_after_its_posts():
    order = []
    log = FakeLog(lambda entry: order.append(entry.topic) or TAKEN)
    await ingest(log, news=listed(2, 1)).run()
    kept = [topic for topic in order if topic in (topics.POSTS, topics.CURSORS)]
    assert kept == [topics.POSTS] * 2 + [topics.CURSORS] + [topics.POSTS] + [topics.CURSORS] * 2


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 4), min_size=1, max_size=5),
    fates=st.lists(st.sampled_from(["taken", "later", "lost", "raise", "crash"]), max_size=40),
)
async def test_whatever_fails_every_post_arrives_in_order_and_nothing_is_skipped(sizes, fates):
    class Crash(BaseException):
        """The process is gone."""

    waiting = iter(fates)

    def decide(entry) -> Fate:
        fate = next(waiting, "taken")
        if fate == "crash":
            raise Crash
        if fate == "raise":
            raise OSError("connection reset")
        return {"taken": TAKEN, "later": LATER, "lost": ANSWER_LOST}[fate]

    log = one_partition()
    log.decide = decide
    done = False
    while not done:
        try:
            await ingest(log, news=listed(*sizes)).run()
            done = True
        except* Crash:
            done = False
    ids = written(log)
    expected = [f"sample:{n}" for n in range(sum(sizes))]
    assert set(ids) == set(expected), "skipped"
    last_seen = sorted(expected, key=lambda one: len(ids) - ids[::-1].index(one))
    assert last_seen == expected, "an older post was written last"
    saved = (await log.latest(topics.CURSORS))[b"news"]
    assert json.loads(saved.value) == len(sizes)


async def test_a_cursor_never_runs_ahead_of_the_posts_when_the_process_is_cancelled():
    for moment in range(30):
        log = one_partition()
        running = asyncio.create_task(ingest(log, news=listed(2, 2, 2)).run())
        for _ in range(moment):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        saved = (await log.latest(topics.CURSORS)).get(b"news")
        confirmed = 2 * json.loads(saved.value) if saved else 0
        assert len(written(log)) >= confirmed
        await ingest(log, news=listed(2, 2, 2)).run()
        assert sorted(set(written(log))) == [f"sample:{n}" for n in range(6)]


async def test_what_cannot_be_read_or_written_becomes_one_dead_letter_however_often():
    bad = Unreadable("no `id`", "posts.csv, line 7", b"raw")
    page = Page(posts=[post(0), post(1), post(2)], cursor=1, unreadable=[bad])
    log = one_partition()
    log.decide = lambda entry: REFUSED if entry.topic == topics.POSTS and entry.key == b"sample:1" else TAKEN
    for _ in range(2):
        driver = ingest(log, news=Listed([page]))
        await driver._publish("news", page)
    assert written(log) == ["sample:0", "sample:2"] * 2
    letters = {
        key: decode_dead_letter(record.value)
        for key, record in (await log.latest(topics.DEAD_LETTERS)).items()
    }
    assert len(letters) == 2
    refused, unreadable = sorted(letters.values(), key=lambda letter: letter.key is None)
    assert refused.key == b"sample:1"
    assert decode_post(refused.value).id == "sample:1"
    assert "too large" in refused.reason
    assert (unreadable.reason, unreadable.value) == ("posts.csv, line 7: no `id`", b"raw")
    assert {letter.origin.topic for letter in letters.values()} == {"ingestors/news"}
    assert {key.decode() for key in letters} == {
        f"{letter.origin.topic}/{letter.origin.partition}/{letter.origin.offset}"
        for letter in letters.values()
    }


async def test_a_dead_letter_that_cannot_be_written_yet_holds_the_page():
    tries = iter([LATER, ANSWER_LOST])
    log = one_partition()
    log.decide = lambda entry: (
        REFUSED
        if entry.topic == topics.POSTS
        else next(tries, TAKEN)
        if entry.topic == topics.DEAD_LETTERS
        else TAKEN
    )
    await ingest(log, news=listed(1)).run()
    assert len(await log.latest(topics.DEAD_LETTERS)) == 1
    assert len(await log.latest(topics.CURSORS)) == 1


async def test_a_source_in_trouble_is_down_until_it_is_back_and_the_others_go_on():
    log = one_partition()
    sick, well = listed(1, 1), listed(3)
    sick.failing = 3
    said = []
    log.decide = lambda entry: said.append(entry) or TAKEN
    await ingest(log, news=sick, forum=well).run()
    states = [decode(Coverage, e.value) for e in said if e.topic == topics.COVERAGE and e.key == b"news"]
    assert [(c.state, c.reason) for c in states] == [("down", "the source is away")] * 3 + [("ok", None)]
    assert sick.opened == 4
    assert (await coverage(log, "forum")).state == "ok"
    assert len(written(log)) == 5


async def test_complete_until_moves_only_when_the_source_says_so_and_survives_trouble():
    until = NOW - timedelta(minutes=2)
    log = one_partition()
    first = Page(posts=[], cursor=1, complete_until=until)
    source = Listed([first, Page(posts=[post(0)], cursor=2)])
    await ingest(log, news=source).run()
    assert (await coverage(log)).complete_until == until
    again = Listed([first, first, Page(posts=[], cursor=3)])
    again.failing = 1
    driver = ingest(log, news=again)
    await driver.run()
    assert [decode(Coverage, r.value).complete_until for r in log.records(topics.COVERAGE)] == [until] * 4
    assert [decode(Coverage, r.value).state for r in log.records(topics.COVERAGE)] == [
        "ok",
        "ok",
        "down",
        "ok",
    ]
    assert decode(Coverage, log.records(topics.COVERAGE)[-1].value).live_since == NOW


async def test_a_source_far_behind_is_late():
    log = one_partition()
    page = Page(posts=[], cursor=1, complete_until=NOW - timedelta(hours=1))
    await ingest(log, news=Listed([page])).run()
    assert (await coverage(log)).state == "late"


async def test_the_driver_sleeps_until_the_page_allows_more():
    slept = []

    async def sleep(secs: float) -> None:
        slept.append(secs)

    pages = [
        Page(posts=[], cursor=1, not_before=NOW + timedelta(seconds=42)),
        Page(posts=[], cursor=2, last=True),
    ]
    await Ingest(FakeLog(), {"news": Listed(pages)}, clock=lambda: NOW, sleep=sleep).run()
    assert slept == [42]


async def test_the_next_pass_goes_on_where_the_last_one_ended():
    class InPasses(Listed):
        """One page a pass, as a source that is polled."""

        async def pages(self, cursor):
            async for page in super().pages(cursor):
                yield page
                return

    log = one_partition()
    await ingest(log, news=InPasses(listed(2, 2, 2).told)).run()
    assert written(log) == [f"sample:{n}" for n in range(6)]


class Hook:
    """A receiver that gives a prepared answer."""

    def __init__(self, answer) -> None:
        self.answer = answer

    async def open(self) -> None: ...
    async def close(self) -> None: ...

    def receive(self, request: Request):
        return self.answer


PUSHED = Request(method="POST", headers={}, query={}, body=b"")


async def test_a_push_is_answered_2xx_only_after_the_log_has_confirmed():
    log = one_partition()
    hook = Hook(Page(posts=[post(0), post(1)], cursor=None))
    driver = ingest(log, hook=hook)
    assert (await driver.accept("hook", hook, PUSHED))[:2] == (200, "2 posts taken")
    assert written(log) == ["sample:0", "sample:1"]
    log.decide = lambda entry: Fate(Retry("full", 7.0), written=False)
    assert (await driver.accept("hook", hook, PUSHED))[0] == 503
    log.decide = lambda entry: (_ for _ in ()).throw(UnavailableError("gone"))
    assert (await driver.accept("hook", hook, PUSHED))[0] == 503
    assert len(written(log)) == 2


@pytest.mark.parametrize(
    ("answer", "status", "text"), [(Refused(401, "no"), 401, "no"), (Echo("abc"), 200, "abc")]
)
async def test_a_refusal_and_a_challenge_are_passed_on(answer, status, text):
    hook = Hook(answer)
    assert (await ingest(FakeLog(), hook=hook).accept("hook", hook, PUSHED)) == (status, text)
