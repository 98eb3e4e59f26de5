"""What an alert shows of its posts: the furthest, one a story, and who said them where."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from streams.alerting.counts import Counted, Counts
from streams.alerting.facts import KEPT_EXAMPLES, SHOWN_NAMES, SHOWN_STORIES, Example, facts
from streams.alerting.track import Track
from tests.streams.alerting.scene import START, hit


def shown(*hits):
    return facts([Example.of(one) for one in hits], [Counted.of(one) for one in hits])


def said(number: int, **changes):
    return hit(number, START + timedelta(seconds=number), **{"influence": 10.0, **changes})


def test_the_furthest_post_stands_for_its_story_with_copies_and_voices():
    copies = [said(n, story="dpa", author=f"a{n % 4}", influence=float(n)) for n in range(10)]
    found = shown(*copies, said(99, story="own", influence=5.0, quote="Satz", url="https://a.example"))
    assert [(one.post, one.mentions, one.voices) for one in found.top_stories] == [
        ("sample:9", 10, 4),
        ("sample:99", 1, 1),
    ]
    assert (found.top_stories[1].quote, found.top_stories[1].url) == ("Satz", "https://a.example")


def test_actors_are_ranked_by_influence_times_mentions():
    often = [said(n, author="often", author_name="Oft", influence=20.0, tone="negative") for n in range(5)]
    far = [said(9, author="far", author_name="Weit", influence=60.0, tone="neutral")]
    assert [(one.name, one.mentions, one.negative) for one in shown(*often, *far).actors] == [
        ("Oft", 5, 5),
        ("Weit", 1, 0),
    ]


def test_a_place_without_a_name_is_called_by_its_id_and_one_without_an_id_by_its_source():
    found = shown(said(1, venue="v1", venue_name=None), said(2, venue=None, source="forum"))
    assert {one.name for one in found.venues} == {"v1", "forum"}


def test_mentions_count_all_posts_though_only_examples_are_shown():
    hits = [said(n, author="a", story="s") for n in range(50)]
    found = facts([Example.of(hits[0])], [Counted.of(one) for one in hits])
    assert (found.top_stories[0].mentions, found.actors[0].mentions) == (50, 50)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.floats(0, 100)), max_size=60))
def test_little_is_shown_and_each_once(posts):
    found = shown(*(said(n, author=f"a{a}", story=f"s{s}", influence=i) for n, (a, s, i) in enumerate(posts)))
    assert len(found.top_stories) == min(len({s for _, s, _ in posts}), SHOWN_STORIES)
    assert len({one.id for one in found.actors}) == min(len({a for a, _, _ in posts}), SHOWN_NAMES)
    influences = [one.influence for one in found.top_stories]
    assert influences == sorted(influences, reverse=True)


def kept(*hits):
    track = Track(Counts())
    for one in hits:
        track.show(Example.of(one))
    return [one.post for one in track.examples]


def test_one_account_or_one_text_cannot_fill_the_examples():
    loud = [said(n, author="loud", influence=90.0 - n) for n in range(30)]
    copies = [said(100 + n, author=f"p{n}", story="dpa", influence=50.0 + n) for n in range(30)]
    others = [said(200 + n, author=f"o{n}", influence=5.0) for n in range(5)]
    found = kept(*loud, *copies, *others)
    assert set(found) == {f"sample:{n}" for n in (0, 1, 2, 129, 200, 201, 202, 203, 204)}


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 100)), max_size=80))
def test_the_furthest_is_always_among_the_examples_and_they_are_few(posts):
    found = kept(*(said(n, author=f"a{a}", influence=i) for n, (a, i) in enumerate(posts)))
    assert len(found) <= KEPT_EXAMPLES
    furthest = max((i for _, i in posts), default=None)
    assert not posts or {f"sample:{n}" for n, (_, i) in enumerate(posts) if i == furthest} & set(found)
