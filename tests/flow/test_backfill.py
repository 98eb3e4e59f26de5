"""A subscription that comes late, run over the past by a pipeline that is killed meanwhile."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from streams.alerting import memory
from streams.alerting.counts import Counts
from streams.codec import encode
from streams.log.base import Entry
from streams.log.delivery import deliver
from streams.post import Author, Post
from streams.topics import ALERTS, MENTIONS, POSTS, WATCH_STATE, topics
from tests.cluster.crowd import recently
from tests.cluster.pipeline import Pipeline, eventually, running
from tests.streams.commands.typed import lines, on_log, resonanz

POSTS_WRITTEN = 6000
SAID = ("Die Bahn steht", "Der Kaffee ist kalt", "Kaffee in der Bahn, zu teuer", "Es regnet")
EARLY = '[[subscription]]\nid = "bahn"\nquery = "bahn~"\n'
LATE = EARLY + '[[subscription]]\nid = "kaffee"\nquery = "kaffee~"\n'


def past(now):
    """Posts of twelve days; one in five is changed, deleted, left by its author or told twice."""
    chance, posts = random.Random(4), []
    for number in range(POSTS_WRITTEN):
        at = now - timedelta(days=12) * (1 - number / POSTS_WRITTEN)
        if posts and chance.random() < 0.2:
            posts.append(_again(chance.choice(posts), at, chance))
            continue
        author = Author(id=f"s:a{number % 700}")
        posts.append(
            Post(id=f"s:{number}", source="s", created_at=at, observed_at=at, mode="backfill",
                 text=chance.choice(SAID), author=author)
        )  # fmt: skip
    return posts


def _again(post, at, chance):
    match chance.randrange(4):
        case 0:
            return replace(post, event="delete", text="", observed_at=at)
        case 1:
            return replace(post, event="upsert", text=chance.choice(SAID), observed_at=at, edited_at=at)
        case 2 if chance.random() < 0.1:
            return replace(post, id=f"{post.id}-left", event="author_delete", text="", observed_at=at)
        case _:
            return post


def expected(posts):
    """Who must be found, with which matches."""
    newest, left = {}, {}
    for post in posts:
        if post.event == "author_delete":
            left[post.author.id] = max(post.version, left.get(post.author.id, 0))
        elif post.id not in newest or _rank(post) > _rank(newest[post.id]):
            newest[post.id] = post
    matches = {}
    for post in newest.values():
        text = post.text.lower()
        found = {name for name in ("bahn", "kaffee") if name in text}
        if found and post.event == "upsert" and left.get(post.author.id, 0) < post.version:
            matches[post.id] = found
    return matches


def _rank(post):
    return post.version, post.event == "delete"


def indexed(pipeline):
    mentions, cursor = {}, ""
    while cursor is not None:
        status, page = pipeline.get(f"/api/mentions?size=200{cursor and '&cursor=' + cursor}")
        assert status == 200
        mentions |= {one["id"]: one for one in page["mentions"]}
        cursor = page["cursor"]
    return mentions


class Place:
    """A folder with its log and index, and what lies on the log."""

    def __init__(self, folder, **urls):
        self.folder, self.urls = folder, urls
        (folder / "kept.toml").write_text(EARLY)

    def on_log(self, work):
        return on_log(self.folder, work, self.urls["LOG_URL"])

    def typed(self, *arguments, **environment):
        return lines(resonanz(self.folder, "subscriptions", *arguments, **self.urls, **environment))

    def pipeline(self):
        environment = {f"RESONANZ_{name}": value for name, value in self.urls.items()}
        return Pipeline(self.folder, self.urls["LOG_URL"], self.urls["INDEX_URL"], **environment)

    def counted(self):
        entries = self.on_log(lambda log: log.latest(WATCH_STATE))
        tracks, unreadable = memory.by_subscription((key, record.value) for key, record in entries.items())
        assert not unreadable
        return {name: len(memory.load(parts, Counts())[0].counts) for name, parts in tracks.items()}

    def written(self):
        return sum(self.on_log(lambda log: log.ends(MENTIONS)).values())


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=[pytest.mark.cluster, pytest.mark.slow])])
def place(request, tmp_path):
    if request.param == "embedded":
        return Place(
            tmp_path, LOG_URL=f"sqlite:///{tmp_path}/log.db", INDEX_URL=f"tantivy:///{tmp_path}/index"
        )
    kafka, index = (request.getfixturevalue(name) for name in ("own_kafka", "elasticsearch_url"))
    return Place(tmp_path, LOG_URL=kafka.url, INDEX_URL=index, INDEX_ALIAS="backfill")


def state_of(pipeline):
    return pipeline.get("/api/subscriptions/kaffee/backfill")[1].get("state")


def kill_while_it_runs(pipeline):
    eventually(lambda: state_of(pipeline) == "running", every=0.05)
    pipeline.kill_worker()
    eventually(lambda: pipeline.get("/health/live")[0] == 0, every=0.02)


def test_a_late_subscription_finds_the_past_exactly_once_though_the_worker_is_killed(place):
    posts = past(recently())
    place.on_log(lambda log: log.apply(topics(4)))
    place.on_log(lambda log: deliver(log, [Entry(POSTS, one.id.encode(), encode(one)) for one in posts]))
    place.typed("apply", "kept.toml")
    with running(place.pipeline()) as pipeline:
        pipeline.wait_settled()
        assert {m["subscription"] for one in indexed(pipeline).values() for m in one["matches"]} == {"bahn"}
        early = place.counted()
        (place.folder / "kept.toml").write_text(LATE)
        place.typed("apply", "kept.toml", WEB_URL=pipeline.url)
        place.typed("backfill", "kaffee", "--no-wait", WEB_URL=pipeline.url)
        for _ in range(
            1 if "kafka:" in place.urls["LOG_URL"] else 2
        ):  # there it takes ten seconds to be missed
            kill_while_it_runs(pipeline)
        eventually(lambda: state_of(pipeline) == "done")
        pipeline.wait_settled()
        wanted, found = expected(posts), indexed(pipeline)
        assert {id: {m["subscription"] for m in one["matches"]} for id, one in found.items()} == wanted
        late = sum("kaffee" in matches for matches in wanted.values())
        assert place.counted() == {**early, "kaffee": late}
        assert place.on_log(lambda log: log.latest(ALERTS)) == {}
        before = place.written()
        assert place.typed("backfill", "kaffee", WEB_URL=pipeline.url)[-1].startswith("kaffee: done, ")
        assert place.written() == before
        assert indexed(pipeline) == found
