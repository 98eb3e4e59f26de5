"""The memory of a watch survives a crash at any point, and counts nothing twice, and loses nothing."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerting.counts import Counts, bucket_of
from streams.alerting.memory import key, split
from streams.alerting.watch import Arrived, Watch
from streams.hit import Hit, Retraction
from streams.subscription import Subscription
from tests.streams.alerting.scene import START, hit

BRANDS = ("db", "bvg|u8")
numbers = st.integers(0, 12)
hits = st.builds(
    lambda number, brand, mode: hit(
        number, START - timedelta(minutes=number * 7), subscription=brand, author=f"a{number % 3}", mode=mode
    ),
    numbers,
    st.sampled_from(BRANDS),
    st.sampled_from(["live", "backfill"]),
)
retractions = st.builds(
    lambda number, author, keep: Retraction(
        created_at=START,
        post=None if author else f"sample:{number}",
        author=f"a{number % 3}" if author else None,
        keep=keep,
    ),
    numbers,
    st.booleans(),
    st.sampled_from([(), ("db",)]),
)


class Log:
    """Records, what is acknowledged of them, and the compacted state; a crash keeps a part of a save."""

    def __init__(self, records: list[Hit | Retraction], sizes: dict[str, int]) -> None:
        at_ms = int(START.timestamp() * 1000)
        self.records = [Arrived(offset, at_ms, record) for offset, record in enumerate(records)]
        self.state: dict[bytes, bytes] = {}
        self.acknowledged = 0
        self.sizes = sizes
        self.watch = self.restarted()

    def restarted(self) -> Watch:
        watch = Watch(0, new_counts=lambda: Counts(**self.sizes))
        watch.restore(list(self.state.items()))
        for brand in BRANDS:
            watch.subscribe(Subscription(id=brand, query=brand))
        return watch

    def batch(self, size: int, arrives: int | None) -> None:
        """Take the next batch; if a number is given, so many of its entries arrive and the process dies."""
        taken = self.records[self.acknowledged : self.acknowledged + size]
        self.watch.absorb(taken)
        self.watch.evaluate(START)
        entries = self.watch.changed()
        for entry, value in entries if arrives is None else entries[:arrives]:
            if value is None:
                self.state.pop(entry, None)
            else:
                self.state[entry] = value
        if arrives is None:
            self.acknowledged += len(taken)
        else:
            self.watch = self.restarted()


def counts_in(watch: Watch, brand: str) -> dict[int, tuple[int, int]]:
    track = watch._tracks.get(brand)
    buckets = track.counts.buckets.items() if track else ()
    return {number: (one.mentions, one.live) for number, one in buckets if one.mentions}


def counts_of(records: list[Hit | Retraction], brand: str) -> dict[int, tuple[int, int]]:
    """What a ledger of posts says, each record once."""
    there: dict[str, Hit] = {}
    for record in records:
        if isinstance(record, Hit):
            if record.subscription == brand:
                there.setdefault(record.post, record)
        elif brand not in record.keep:
            there = {p: h for p, h in there.items() if p != record.post and h.author != record.author}
    mentions = Counter(bucket_of(h.created_at.timestamp()) for h in there.values())
    live = Counter(bucket_of(h.created_at.timestamp()) for h in there.values() if h.mode == "live")
    return {bucket: (mentions[bucket], live[bucket]) for bucket in mentions}


crashes = st.lists(st.tuples(st.integers(1, 6), st.none() | st.integers(0, 8)), max_size=25)


@settings(max_examples=150, deadline=None)
@given(records=st.lists(hits | retractions, max_size=40), crashes=crashes)
def test_after_crashes_anywhere_every_post_counts_exactly_once(records, crashes):
    log = Log(records, {"chunk_posts": 3})
    for size, arrives in crashes:
        log.batch(size, arrives)
    log.batch(len(records), None)
    for brand in BRANDS:
        assert counts_in(log.watch, brand) == counts_of(records, brand)
        assert counts_in(log.restarted(), brand) == counts_of(records, brand)


@settings(max_examples=80, deadline=None)
@given(secs=st.lists(st.integers(0, 4000), unique=True, max_size=40).map(sorted), crashes=crashes)
def test_posts_that_were_forgotten_still_count_once_after_crashes(secs, crashes):
    records = [hit(s, START - timedelta(seconds=4000 - s)) for s in secs]
    log = Log(records, {"chunk_posts": 2, "max_posts": 6})
    for size, arrives in crashes:
        log.batch(size, arrives)
    log.batch(len(records), None)
    assert counts_in(log.restarted(), "db") == counts_of(records, "db")


def test_a_crash_between_the_fold_and_the_end_of_its_chunks_counts_nothing_twice():
    log = Log(
        [hit(n, START - timedelta(seconds=100 - n)) for n in range(9)], {"chunk_posts": 2, "max_posts": 6}
    )
    log.batch(6, None)
    log.watch.absorb(log.records[6:])
    entries = log.watch.changed()
    fold = [split(entry)[2] for entry, _ in entries].index("fold")
    log.state.update({entry: value for entry, value in entries[: fold + 1] if value is not None})
    assert counts_in(log.restarted(), "db") == counts_of([one.record for one in log.records], "db")


def test_a_batch_rewrites_little():
    log = Log([hit(n, START - timedelta(seconds=n)) for n in range(5000)], {})
    log.batch(4999, None)
    log.watch.absorb(log.records[-1:])
    entries = log.watch.changed()
    assert [split(entry)[2] for entry, _ in entries] == ["posts/19", "examples", "standing"]
    assert sum(len(value) for _, value in entries) < 40_000


def test_nothing_is_written_when_nothing_changed():
    log = Log([hit(1, START)], {})
    log.batch(1, None)
    assert log.watch.changed() == []
    assert log.restarted().changed() == []


def test_an_unsubscribed_brand_leaves_nothing_behind():
    log = Log([hit(n, START, subscription="db") for n in range(40)], {"chunk_posts": 10})
    log.batch(40, None)
    log.watch.unsubscribe("db")
    deleted = {entry for entry, value in log.watch.changed() if value is None}
    assert set(log.state) <= deleted


def test_a_key_names_partition_subscription_and_part():
    assert split(key(3, "bvg|u8", "posts/7")) == (3, "bvg|u8", "posts/7")
