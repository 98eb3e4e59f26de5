"""Counting: a post once, where it belongs, and taken back when it is gone."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.counts import KEPT_BUCKETS, Counted, Counts, bucket_of, hash_of
from streams.alerting.tally import tally_of
from tests.streams.alerting.scene import START, hit

NOW = int(START.timestamp())


def counted(number: int, secs_ago: int = 0, **changes) -> Counted:
    return Counted.of(hit(number, START - timedelta(seconds=secs_ago), **changes))


def counts_of(*posts: Counted, **sizes) -> Counts:
    counts = Counts(**sizes)
    for post in posts:
        counts.add(post, NOW)
    return counts


@given(st.lists(st.integers(0, 30), max_size=80))
def test_a_post_counts_once_however_often_it_arrives(numbers):
    counts = counts_of(*(counted(number, number * 60) for number in numbers), chunk_posts=4)
    assert sum(bucket.mentions for bucket in counts.buckets.values()) == len(set(numbers)) == len(counts)


def test_a_post_counts_in_the_five_minutes_it_was_said_in():
    counts = counts_of(counted(1), counted(2, 299), counted(3, 600))
    assert counts.mentions(bucket_of(NOW)) == 1
    assert counts.mentions(bucket_of(NOW - 299)) == 1
    assert counts.mentions(bucket_of(NOW - 600)) == 1


def test_voices_stories_venues_and_tones_are_told_apart():
    posts = [
        counted(1, author="a", story="s", venue="v", tone="negative", followers=10),
        counted(2, author="a", story="s", venue="w", tone="positive", followers=5),
        counted(3, author="b", story=None, venue="v", tone="unsure"),
        counted(4, author=None, story=None, venue="v", tone=None),
    ]
    tally = tally_of(counts_of(*posts), bucket_of(NOW), bucket_of(NOW))
    assert (tally.mentions, tally.voices, tally.stories, tally.venues) == (4, 3, 3, 2)
    assert (tally.negative, tally.toned, tally.reach, tally.loudest) == (1, 2, 15, 2)
    assert tally.negative_share == 0.5


def test_two_hundred_copies_of_one_report_are_one_story():
    posts = [counted(number, author=f"paper{number}", story="dpa") for number in range(200)]
    tally = tally_of(counts_of(*posts), bucket_of(NOW), bucket_of(NOW))
    assert (tally.mentions, tally.stories, tally.voices) == (200, 1, 200)


def test_backfilled_posts_count_but_are_not_among_the_live_ones():
    counts = counts_of(counted(1), counted(2, mode="backfill"))
    assert counts.mentions(bucket_of(NOW)) == 2
    assert counts.live(bucket_of(NOW)) == 1
    assert tally_of(counts, bucket_of(NOW), bucket_of(NOW)).mentions == 1


def test_a_post_from_the_future_or_from_before_the_kept_window_is_refused():
    counts = Counts()
    assert counts.add(counted(1, -3000), NOW) is None
    assert counts.add(counted(2, -3700), NOW) == "future"
    assert counts.add(counted(3, KEPT_BUCKETS * 300), NOW) == "too old"
    assert counts.add(counted(1, -3000), NOW) == "known"


@given(st.lists(st.integers(0, 20), unique=True, min_size=1), st.data())
def test_what_is_taken_back_no_longer_counts_and_counts_again_if_it_returns(numbers, data):
    posts = [counted(number, number * 100) for number in numbers]
    counts = counts_of(*posts, chunk_posts=3)
    gone = data.draw(st.sampled_from(posts))
    assert counts.take_back(gone.post)
    assert not counts.take_back(gone.post)
    assert counts.mentions(gone.bucket) == sum(p.bucket == gone.bucket for p in posts) - 1
    assert counts.add(gone, NOW) is None
    assert counts.mentions(gone.bucket) == sum(p.bucket == gone.bucket for p in posts)


def test_the_posts_of_an_author_can_be_found():
    counts = counts_of(counted(1, author="x"), counted(2, author="y"), counted(3, author="x"))
    assert sorted(counts.posts_of(hash_of("x"))) == sorted([counted(1).post, counted(3).post])


def test_memory_is_bounded_and_the_forgotten_still_count_but_never_twice():
    posts = [counted(number, 2000 - number) for number in range(1000)]
    counts = counts_of(*posts, max_posts=100, chunk_posts=10)
    assert len(counts) <= 100
    assert sum(bucket.mentions for bucket in counts.buckets.values()) == 1000
    assert counts.add(posts[0], NOW) == "too old"
    assert counts.add(posts[-1], NOW) == "known"


def test_what_is_older_than_four_weeks_is_forgotten():
    counts = counts_of(counted(1), counted(2, 27 * 86_400, mode="backfill"))
    counts.expire(bucket_of(NOW + 2 * 86_400))
    assert [bucket.mentions for bucket in counts.buckets.values()] == [1]
    assert len(counts) == 1
