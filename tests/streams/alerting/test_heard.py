"""Who was heard of lately, and which posts are independent."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerting.finding import Said
from streams.alerting.heard import BITS_A_KEY, Heard, independent

keys = st.lists(st.integers(0, 2**66), max_size=60)


@settings(max_examples=100, deadline=None)
@given(keys=keys, steps=st.integers(0, 9))
def test_whoever_was_heard_within_the_age_is_known(keys, steps):
    heard = Heard(age=10, size=104)
    for key in keys:
        heard.add(key)
    for _ in range(steps):
        heard.step()
    assert all(key in heard for key in keys)


def test_after_two_ages_nobody_is_known():
    heard = Heard(age=10, size=104)
    heard.add(7)
    for _ in range(20):
        heard.step()
    assert 7 not in heard
    assert heard.add(7)


def test_few_strangers_are_mistaken_for_known_even_in_full_filters():
    heard, rng = Heard(age=10, size=1000), random.Random(1)
    for _ in range(2):
        while heard.keys < 1000 * 8 // BITS_A_KEY - 1:
            heard.add(rng.getrandbits(64))
        heard.step()
        heard.keys = 1000
        heard.add(rng.getrandbits(64))
    mistaken = sum(rng.getrandbits(64) in heard for _ in range(10_000))
    assert mistaken < 10_000 / 16


def test_where_more_is_said_than_fits_the_memory_reaches_less_far_back():
    heard, rng = Heard(age=10**9, size=104), random.Random(2)
    said = [rng.getrandbits(64) for _ in range(1_000)]
    for key in said:
        heard.add(key)
    assert all(key in heard for key in said[-80:])
    assert sum(key in heard for key in said[:700]) < 100
    assert len(heard.filling) + len(heard.before) == 208


def said(author: int, story: int, tone: int = 1) -> Said:
    return Said(
        post=random.Random(f"{author} {story}").getrandbits(62), author=author, story=story, tone=tone
    )


def test_a_voice_and_a_story_count_once_and_a_change_of_tone_anew():
    heard = Heard(age=12, size=400)
    first, again, copied, other, turned = said(1, 1), said(1, 2), said(2, 1), said(3, 3), said(1, 4, tone=2)
    assert list(independent((first, again, copied, other, turned), heard)) == [first, other, turned]
    assert list(independent((first, other), heard)) == []


def test_posts_of_unknown_author_and_story_are_each_their_own():
    unknown = [Said(post=number) for number in range(1, 50)]
    assert list(independent(unknown, Heard(age=12, size=400))) == unknown
