"""What comes out of a post: a mention and hits, a retraction, or nothing."""

from dataclasses import replace

import pytest

from streams.agents.enrich import NO_LONGER_MATCHES, EnrichAgent
from streams.chain import new_matcher
from streams.codec import decode_hit, decode_mention
from streams.hit import Hit, Retraction
from streams.mention import Influence, Sentiment, Target
from streams.outcome import DELIVERED, Dropped, Rejected, Retry
from streams.post import Venue
from streams.subscription import Subscription
from streams.testing.fakes import ANSWER_LOST, LATER, REFUSED, TAKEN, FakeLog
from streams.testing.make import EPOCH, post
from streams.topics import HITS, MENTIONS
from tests.streams.agents.records import records

PARTITIONS = 4
OTHER = "Ein Satz über nichts davon"
LATER_ON = EPOCH.replace(hour=12)


class Chain(list):
    """The real matcher, that listens for `bahn` and for `spät`."""

    def __init__(self, *further: object) -> None:
        matcher = new_matcher()
        matcher.subscribe(Subscription(id="db", query="bahn", version=3))
        matcher.subscribe(Subscription(id="late", query="spät"))
        super().__init__([matcher, *further])


class Tone:
    """An enricher that must answer, and cannot stand one text."""

    name, version, optional = "tone", "1", False
    assigns, requires = frozenset({"sentiment", "influence"}), frozenset({"matches"})

    def enrich(self, batch):
        if any("Gift" in one.text for one in batch):
            raise ValueError(batch[0].text)
        told = Sentiment(
            label="neutral", score=0.0, targets=(Target(subscription="db", label="negative", score=-0.8),)
        )
        return [{"sentiment": told, "influence": Influence(score=7.0)} for _ in batch]


async def settle(*posts: object, log: FakeLog | None = None, chain: Chain | None = None):
    """The fates, the mentions, and what `watch` is told."""
    log = log or FakeLog()
    fates = await EnrichAgent(chain or Chain(), log, PARTITIONS).settle(records(*posts))
    return fates, mentions(log), [decode_hit(one.value) for one in log.records(HITS)]


def mentions(log: FakeLog):
    return [decode_mention(one.value) for one in log.records(MENTIONS)]


async def test_what_nobody_asked_for_is_dropped_and_leaves_nothing():
    fates, out, told = await settle(post(0, OTHER))
    assert [type(fate) for fate in fates] == [Dropped]
    assert (out, told) == ([], [])


async def test_a_match_gives_one_mention_and_a_hit_for_each_subscription():
    fates, [mention], told = await settle(post(0, venue=Venue(id="sample:v"), url="https://a.example/0"))
    assert fates == [DELIVERED]
    assert {match.subscription for match in mention.matches} == {"db", "late"}
    assert {hit.subscription for hit in told if isinstance(hit, Hit)} == {"db", "late"}
    assert len(told) == 2
    assert {(hit.post, hit.author, hit.venue, hit.url) for hit in told} == {
        ("sample:0", "sample:0", "sample:v", "https://a.example/0")
    }


async def test_a_hit_lies_where_its_subscription_is_watched():
    log = FakeLog()
    await settle(*(post(number) for number in range(8)), log=log)
    keys = {(one.key, one.partition) for one in log.records(HITS)}
    assert {key for key, _ in keys} == {b"db", b"late"}
    assert len(keys) == 2


async def test_a_hit_carries_the_tone_toward_its_subscription():
    _, _, told = await settle(post(0), chain=Chain(Tone()))
    assert {hit.subscription: (hit.tone, hit.influence) for hit in told} == {
        "db": ("negative", 7.0),
        "late": ("neutral", 7.0),
    }


async def test_what_is_history_stays_history():
    _, [mention], told = await settle(post(0, mode="backfill"))
    assert {mention.mode, *(hit.mode for hit in told)} == {"backfill"}


async def test_a_delete_passes_though_nobody_asked_and_is_taken_back_everywhere():
    gone = post(0, "", event="delete", author=None)
    log = FakeLog()
    fates, [mention], told = await settle(gone, log=log)
    assert fates == [DELIVERED]
    assert (mention.id, mention.event) == ("sample:0", "delete")
    assert told == [Retraction(created_at=gone.created_at, post="sample:0")] * PARTITIONS
    assert [one.partition for one in log.records(HITS)] == list(range(PARTITIONS))


async def test_the_delete_of_an_author_takes_back_all_of_theirs_everywhere():
    gone = post(3, "", event="author_delete")
    fates, [mention], told = await settle(gone)
    assert fates == [DELIVERED]
    assert (mention.event, mention.author.id) == ("author_delete", "sample:3")
    assert told == [Retraction(created_at=gone.created_at, author="sample:3")] * PARTITIONS


async def test_an_edit_that_concerns_nobody_any_more_becomes_a_delete_without_anything_personal():
    edited = post(
        0, OTHER, edited_at=LATER_ON, title="Titel", url="https://a.example", venue=Venue(id="sample:v")
    )
    fates, [mention], told = await settle(edited)
    assert fates == [DELIVERED]
    assert (mention.event, mention.reason) == ("delete", NO_LONGER_MATCHES)
    assert (mention.id, mention.version) == (edited.id, edited.version)
    kept = (mention.text, mention.title, mention.author, mention.url, mention.venue, mention.matches)
    assert not any(kept)
    assert told == [Retraction(created_at=edited.created_at, post=edited.id)] * PARTITIONS


async def test_an_edit_is_taken_back_from_all_but_those_it_still_matches():
    _, [mention], told = await settle(post(0, "Die Bahn ist pünktlich", edited_at=LATER_ON))
    assert (mention.event, [match.subscription for match in mention.matches]) == ("upsert", ["db"])
    assert [hit.subscription for hit in told if isinstance(hit, Hit)] == ["db"]
    retractions = [one for one in told if isinstance(one, Retraction)]
    assert [(one.post, one.keep) for one in retractions] == [("sample:0", ("db",))] * PARTITIONS


async def test_what_is_no_post_is_rejected_and_its_batch_goes_on():
    fates, out, _ = await settle(post(0), b"{", None, post(3, ""), post(4))
    assert [type(fate) for fate in fates] == [type(DELIVERED), *[Rejected] * 3, type(DELIVERED)]
    assert {mention.id for mention in out} == {"sample:0", "sample:4"}


async def test_a_post_that_an_enricher_cannot_stand_is_rejected_alone_and_not_quoted():
    fates, out, _ = await settle(post(0), post(1, "Gift in der Bahn"), post(2), chain=Chain(Tone()))
    assert fates == [DELIVERED, Rejected("ValueError in tone"), DELIVERED]
    assert {mention.id for mention in out} == {"sample:0", "sample:2"}


async def test_a_post_whose_mention_the_log_refuses_is_rejected_alone():
    log = FakeLog(lambda entry: REFUSED if (entry.topic, entry.key) == (MENTIONS, b"sample:1") else TAKEN)
    fates, out, _ = await settle(post(0), post(1), post(2), log=log)
    assert fates == [DELIVERED, Rejected("too large"), DELIVERED]
    assert {mention.id for mention in out} == {"sample:0", "sample:2"}


@pytest.mark.parametrize("fault", [LATER, ANSWER_LOST])
async def test_nothing_is_settled_before_the_log_has_it(fault):
    left = [fault, fault, TAKEN, fault]
    log = FakeLog(lambda _: left.pop(0) if left else TAKEN)
    fates, out, told = await settle(post(0), log=log)
    assert fates == [DELIVERED]
    assert {mention.id for mention in out} == {"sample:0"}
    assert {hit.subscription for hit in told} == {"db", "late"}


async def test_a_post_that_an_enricher_puts_off_is_put_off_and_leaves_nothing():
    class Away(Tone):
        def enrich(self, batch):
            return [Retry("the model is away")] * len(batch)

    fates, out, told = await settle(post(0), post(1, OTHER), chain=Chain(Away()))
    assert [type(fate) for fate in fates] == [Retry, Dropped]
    assert (out, told) == ([], [])


async def test_a_post_said_twice_is_answered_twice_the_same():
    _, once, _ = await settle(post(0))
    _, twice, _ = await settle(post(0), replace(post(0)))
    assert twice == once * 2
