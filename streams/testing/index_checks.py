"""What every mention index promises about what it is given: the newest version wins, and who is gone stays gone."""
# ruff: noqa: S101 - a check is made of assertions

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from streams.codec import MAX_POST_BYTES
from streams.components import Index
from streams.mention import Mention
from streams.outcome import DELIVERED, Rejected
from streams.search import Search
from streams.testing.make import EPOCH, mention

DAY = timedelta(days=1)


async def _at_once(_: Index) -> None:
    """What was delivered can be found."""


@dataclass(frozen=True)
class IndexCase:
    """How to get at an index.

    `make`: one over the store of that name, not opened; the same name is the same store. `visible`: returns when
    all that was delivered can be found. `now`: what the index takes for the time, later than `make.EPOCH`.
    """

    make: Callable[[str], Index]
    now: datetime
    visible: Callable[[Index], Awaitable[None]] = _at_once

    @asynccontextmanager
    async def opened(self, name: str | None = None) -> AsyncIterator[Index]:
        """An opened index, over an empty store unless a name is given."""
        index = self.make(name or fresh())
        await index.open()
        try:
            yield index
        finally:
            await index.close()

    async def found(self, index: Index, search: Search | None = None, size: int = 100) -> list[Mention]:
        """All mentions of a search, page by page."""
        await self.visible(index)
        answer = await index.search(search or Search(), size)
        mentions = [*answer.mentions]
        while answer.cursor is not None:
            answer = await index.search(search or Search(), size, answer.cursor)
            mentions += answer.mentions
        return mentions

    async def ids(self, index: Index, search: Search | None = None) -> list[str]:
        """The ids of a search's mentions."""
        return [found.id for found in await self.found(index, search)]


def fresh() -> str:
    """A name that no store has."""
    return f"checks-{uuid.uuid4().hex[:12]}"


def seen(number: int, hours: int, **changes: Any) -> Mention:
    """The n-th post as it was seen so many hours after all were written."""
    return mention(number, observed_at=EPOCH + timedelta(hours=hours), **changes)


def gone(number: int, hours: int, **changes: Any) -> Mention:
    """The news that the n-th post was deleted; its source no longer knows when it was written."""
    bare = {"event": "delete", "text": "", "author": None, "created_at": EPOCH + timedelta(hours=hours)}
    return seen(number, hours, **{**bare, **changes})


def author_gone(number: int, hours: int) -> Mention:
    """The news that the author of the n-th post is gone."""
    return seen(number, hours, id=f"sample:gone-{number}", event="author_delete", text="")


async def deliver(index: Index, *batch: Mention) -> None:
    """Deliver one batch, all of which is good."""
    outcomes = await index.deliver(batch)
    assert list(outcomes) == [DELIVERED] * len(batch), outcomes


async def what_was_delivered_is_found(case: IndexCase) -> None:
    """As it was, newest first."""
    batch = [seen(number, 1) for number in range(5)]
    async with case.opened() as index:
        await deliver(index, *batch)
        assert await case.found(index) == batch[::-1]


async def the_newest_version_wins(case: IndexCase) -> None:
    """In one batch and over several, whatever the order."""
    async with case.opened() as index:
        await deliver(index, seen(1, 2, text="zwei"), seen(1, 1, text="eins"))
        await deliver(index, seen(1, 4, text="vier"))
        await deliver(index, seen(1, 3, text="drei"))
        assert await case.found(index) == [seen(1, 4, text="vier")]


async def a_repeat_changes_nothing(case: IndexCase) -> None:
    """Every batch may come again, also after newer ones."""
    batches = [[seen(1, 1), seen(2, 1)], [gone(1, 2), seen(2, 2, text="anders")]]
    async with case.opened() as index:
        for batch in [*batches, *batches, batches[0]]:
            await deliver(index, *batch)
        assert await case.found(index) == [seen(2, 2, text="anders")]


async def a_deletion_reaches_a_post_of_another_month(case: IndexCase) -> None:
    """Also one that is not visible yet."""
    async with case.opened() as index:
        await deliver(index, seen(1, 1, created_at=EPOCH - 400 * DAY))
        await deliver(index, gone(1, 2))
        assert await case.ids(index) == []


async def a_deletion_of_the_same_age_wins(case: IndexCase) -> None:
    """Some sources tell no time of a deletion but the post's."""
    async with case.opened() as index:
        for number, together in enumerate((True, True, False, False)):
            both = [mention(number), mention(number, event="delete", text="")]
            first, last = both[:: 1 if number % 2 else -1]
            for batch in ([first, last],) if together else ([first], [last]):
                await deliver(index, *batch)
        assert await case.ids(index) == []


async def a_deletion_that_comes_first_wins(case: IndexCase) -> None:
    """The post may come hours later, over another way."""
    async with case.opened() as index:
        await deliver(index, gone(1, 2))
        await deliver(index, seen(1, 1), seen(2, 1))
        assert await case.ids(index) == ["sample:2"]


async def a_deletion_wins_after_a_restart(case: IndexCase) -> None:
    """What is gone is not kept in memory."""
    name = fresh()
    async with case.opened(name) as index:
        await deliver(index, seen(1, 1), author_gone(2, 2))
        await deliver(index, gone(1, 2))
    async with case.opened(name) as index:
        await deliver(index, seen(1, 1), seen(2, 1), seen(3, 1))
        assert await case.ids(index) == ["sample:3"]


async def a_deleted_post_may_return(case: IndexCase) -> None:
    """A newer version is newer."""
    async with case.opened() as index:
        await deliver(index, gone(1, 1))
        await deliver(index, seen(1, 2))
        assert await case.ids(index) == ["sample:1"]


async def a_retraction_is_a_deletion(case: IndexCase) -> None:
    """A post that matches nothing any more is gone for this index."""
    async with case.opened() as index:
        await deliver(index, seen(1, 1))
        await deliver(index, seen(1, 2, event="delete", reason="no subscription matches any more"))
        await deliver(index, seen(1, 1))
        assert await case.ids(index) == []


async def a_post_that_was_matched_again_replaces_itself(case: IndexCase) -> None:
    """Of one version the later revision holds, also over a retraction, but not over a deletion or a newer version."""
    again, retracted = seen(1, 1, revision=1), seen(2, 1, event="delete", text="", reason="no longer matches")
    async with case.opened() as index:
        await deliver(index, seen(1, 1), retracted, gone(3, 1), seen(4, 2))
        await deliver(index, again, *(seen(number, 1, revision=1) for number in (2, 3, 4)))
        await deliver(index, seen(1, 1), retracted)
        assert await case.found(index) == [seen(4, 2), seen(2, 1, revision=1), again]
        await deliver(index, gone(1, 1), author_gone(2, 1))
        assert await case.ids(index) == ["sample:4"]


async def posts_are_read_by_id_at_once(case: IndexCase) -> None:
    """In their newest state, as soon as they were delivered; what is not there or gone is left out."""
    async with case.opened() as index:
        await deliver(index, seen(1, 1), seen(2, 1), seen(3, 1), seen(1, 2))
        await deliver(index, gone(2, 2))
        asked = [f"sample:{number}" for number in (1, 2, 9)]
        assert dict(await index.get(asked)) == {"sample:1": seen(1, 2)}
        assert dict(await index.get([])) == {}


async def an_authors_posts_go_with_the_author(case: IndexCase) -> None:
    """Those of all months, and of that author alone; also those of the same batch."""
    async with case.opened() as index:
        await deliver(index, seen(1, 1), seen(11, 1, created_at=EPOCH - 100 * DAY), seen(2, 1))
        await deliver(index, seen(21, 1), author_gone(1, 2), seen(31, 1))
        assert await case.ids(index) == ["sample:2"]


async def an_older_post_of_a_gone_author_stays_away(case: IndexCase) -> None:
    """However late it comes; a newer one is a new beginning."""
    async with case.opened() as index:
        await deliver(index, author_gone(1, 2))
        await deliver(index, seen(1, 1), seen(11, 3))
        assert await case.ids(index) == ["sample:11"]


async def a_post_is_in_one_month_only(case: IndexCase) -> None:
    """Feeds change the date of an article."""
    async with case.opened() as index:
        moved = [seen(1, hours, created_at=EPOCH - hours * 30 * DAY) for hours in (1, 2, 3)]
        for version in (moved[0], moved[2], moved[1], moved[0]):
            await deliver(index, version)
        assert await case.found(index) == [moved[2]]
        await deliver(index, gone(1, 4))
        for version in moved:
            await deliver(index, version)
        assert await case.ids(index) == []


async def a_broken_clock_costs_nothing(case: IndexCase) -> None:
    """Posts of any time are found, and a version of the far future can be replaced a day later at the latest."""
    times = [EPOCH.replace(year=year) for year in (1, 1969, 1999, 2099, 9999)]
    batch = [mention(number, created_at=at, observed_at=EPOCH) for number, at in enumerate(times)]
    async with case.opened() as index:
        await deliver(index, *batch)
        assert await case.found(index) == batch[::-1]
        await deliver(index, mention(0, observed_at=case.now.replace(year=9999), text="morgen"))
        await deliver(index, mention(0, observed_at=case.now + DAY, event="delete", text=""))
        assert "sample:0" not in await case.ids(index)


async def a_bad_mention_spoils_no_other(case: IndexCase) -> None:
    """More than 1 MB is Rejected; each answer is in its place."""
    batch = [seen(0, 1), seen(1, 1, text="x" * (MAX_POST_BYTES + 1)), seen(2, 1)]
    async with case.opened() as index:
        outcomes = await index.deliver(batch)
        assert [type(outcome) for outcome in outcomes] == [type(DELIVERED), Rejected, type(DELIVERED)]
        assert await case.ids(index) == ["sample:2", "sample:0"]
        assert list(await index.deliver([])) == []


async def odd_ids_and_values_are_kept(case: IndexCase) -> None:
    """Ids of 512 bytes, emoji, quotation marks, long names."""
    ids = ["ä" * 256, '"', "\\", "a b", "😡", "../x", "\t", "a" * 512]
    batch = [replace(seen(0, 1), id=odd, thread_id="t" * 40_000, source=f"s{odd}") for odd in ids]
    async with case.opened() as index:
        await deliver(index, *batch)
        assert {found.id for found in await case.found(index, size=3)} == set(ids)
        assert sorted(await case.found(index), key=lambda found: found.id) == sorted(
            batch, key=lambda m: m.id
        )
        await deliver(index, *[replace(each, event="delete", observed_at=EPOCH + DAY) for each in batch])
        assert await case.ids(index) == []


async def sweeping_forgets_only_what_is_older(case: IndexCase) -> None:
    """A younger tombstone still holds; no deleted post returns by sweeping."""
    async with case.opened() as index:
        await deliver(index, seen(1, 1), seen(2, 1))
        await deliver(index, gone(1, 2), author_gone(3, 2))
        assert await index.sweep(case.now - DAY) == 0
        await deliver(index, seen(1, 1), seen(3, 1))
        assert await case.ids(index) == ["sample:2"]
        assert await index.sweep(case.now + DAY) > 0
        assert await index.sweep(case.now + DAY) == 0
        assert await case.ids(index) == ["sample:2"]


WRITING: Sequence[Callable[[IndexCase], Awaitable[None]]] = (
    what_was_delivered_is_found,
    the_newest_version_wins,
    a_repeat_changes_nothing,
    a_deletion_reaches_a_post_of_another_month,
    a_deletion_of_the_same_age_wins,
    a_deletion_that_comes_first_wins,
    a_deletion_wins_after_a_restart,
    a_deleted_post_may_return,
    a_retraction_is_a_deletion,
    a_post_that_was_matched_again_replaces_itself,
    posts_are_read_by_id_at_once,
    an_authors_posts_go_with_the_author,
    an_older_post_of_a_gone_author_stays_away,
    a_post_is_in_one_month_only,
    a_broken_clock_costs_nothing,
    a_bad_mention_spoils_no_other,
    odd_ids_and_values_are_kept,
    sweeping_forgets_only_what_is_older,
)
