"""Subscriptions from files to the log, and from the log to whoever listens."""

import asyncio
from dataclasses import replace

import pytest

from streams.chain import new_matcher
from streams.codec import encode
from streams.errors import ConfigError, UsageError
from streams.log.base import Entry
from streams.subscription import Alarm, Subscription
from streams.subscriptions import check, compare, follow, read_file, remove, save, stored
from streams.testing.fakes import REFUSED, FakeLog
from streams.testing.make import EPOCH
from streams.topics import SUBSCRIPTIONS

DB = Subscription(id="db", query="bahn~", alarm=Alarm(at_most="1 a week", notify=("log:",)))
BVG = Subscription(id="bvg", query="bvg")
FILE = """
[[subscription]]
id = "db"
query = "bahn~"
[subscription.alarm]
at_most = "1 a week"
notify = ["log:"]

[[subscription]]
id = "bvg"
query = "bvg"
"""


def test_a_file_holds_subscriptions_in_order(tmp_path):
    file = tmp_path / "some.toml"
    file.write_text(FILE)
    assert read_file(file) == [DB, BVG]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "is not TOML"),
        ("", r"write \[\[subscription\]\] above each"),
        ('[subscription]\nid = "a"', r"write \[\[subscription\]\] above each"),
        ('subscription = ["db"]', r"write \[\[subscription\]\] above each"),
        (FILE + "[other]", r"write \[\[subscription\]\] above each"),
        ('[[subscription]]\nid = "a"\nquerry = "b"', 'write "query = …"'),
        ('[[subscription]]\nid = "a"', 'needs `query = "…"`'),
        ('[[subscription]]\nid = "a"\nquery = "b"\nalarm = 5', r"write \[subscription.alarm\]"),
        ('[[subscription]]\nid = "a"\nquery = "b"\nversion = 3', "version is counted by us; remove the line"),
        ('[[subscription]]\nid = "a"\nquery = "b"\n' * 2, "the id 'a' occurs twice; give each"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_line_to_write(tmp_path, text, says):
    file = tmp_path / "some.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=says):
        read_file(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        read_file(tmp_path / "none.toml")


def test_a_comparison_says_what_is_new_what_changed_and_what_is_equal():
    there = {"db": replace(DB, query="bahn", version=4, changed_by="anna")}
    assert [str(one) for one in compare([DB, BVG], there)] == [
        f"~ db: query: bahn → {DB.query}",
        "+ bvg: bvg",
    ]
    assert [str(one) for one in compare([DB], {"db": replace(DB, version=9)})] == ["= db"]


async def test_only_what_changed_is_saved_and_gets_the_next_version():
    log = FakeLog()
    first = await save(log, [DB, BVG], by="anna", clock=lambda: EPOCH)
    assert [(one.id, one.version, one.changed_at, one.changed_by) for one in first] == [
        ("db", 1, EPOCH, "anna"),
        ("bvg", 1, EPOCH, "anna"),
    ]
    assert await save(log, [DB, BVG], by="ben") == []
    [second] = await save(log, [replace(DB, query="bahn"), BVG], by="ben")
    assert (second.id, second.version, second.changed_by) == ("db", 2, "ben")
    assert len(log.records(SUBSCRIPTIONS)) == 3
    assert await stored(log) == {"db": second, "bvg": first[1]}


async def test_what_is_removed_is_no_longer_in_force_and_the_unreadable_never_was():
    log = FakeLog()
    await save(log, [DB, BVG], by="anna")
    await log.append([Entry(SUBSCRIPTIONS, b"bad", b"{")])
    await remove(log, "db", by="anna")
    assert set(await stored(log)) == {"bvg"}


async def test_a_subscription_that_the_log_refuses_is_not_saved_silently():
    with pytest.raises(UsageError, match="too large"):
        await save(FakeLog(lambda _: REFUSED), [DB], by="anna")


def test_a_failing_example_is_told():
    with pytest.raises(UsageError, match="subscription 'db'"):
        check(replace(DB, must_match=("nichts davon",)), new_matcher())


async def test_a_follower_hears_all_that_is_stored_then_every_change_and_skips_the_bad():
    log, heard, ready, gone = FakeLog(), [], asyncio.Event(), asyncio.Event()
    matcher = new_matcher()

    def subscribe(one):
        matcher.subscribe(one)
        heard.append(one.id)

    def unsubscribe(name):
        heard.append(f"-{name}")
        gone.set()

    await save(log, [DB], by="anna")
    await log.append(
        [
            Entry(SUBSCRIPTIONS, b"unreadable", b"{"),
            Entry(SUBSCRIPTIONS, b"bad", encode(replace(BVG, id="bad", query="(bvg"))),
        ]
    )
    await save(log, [BVG], by="anna")
    following = asyncio.create_task(follow(log, subscribe, unsubscribe, ready.set))
    async with asyncio.timeout(20):
        await ready.wait()
        assert heard == ["db", "bvg"]
        await remove(log, "db", by="anna")
        await gone.wait()
    following.cancel()
    assert heard[2] == "-db"


def test_a_file_says_when_and_to_whom_alerts_are_told(tmp_path):
    file = tmp_path / "s.toml"
    file.write_text(
        """[[subscription]]
id = "db"
query = "bahn"
[subscription.alarm]
notify = ["slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"]
quiet = "22:00-07:00"
loud_from = 5
digest = "daily"
digest_to = ["mailto:presse@example.org"]
escalate_after = 15
escalate_to = ["mailto:chefin@example.org"]
playbook = { 4 = ["Anrufen"] }
"""
    )
    [one] = read_file(file)
    assert check(one, new_matcher()) == []
    assert (one.alarm.loud_from, one.alarm.playbook) == (5, {"4": ("Anrufen",)})
    file.write_text(file.read_text().replace("22:00-07:00", "22-7"))
    with pytest.raises(UsageError, match="subscription 'db': quiet: '22-7' is no span .*; write `quiet = "):
        check(read_file(file)[0], new_matcher())
