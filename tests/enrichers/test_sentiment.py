"""Sentiment: whose tone, how sure, about what."""

import math
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.aspects import CUES, aspects
from enrichers.models.ngrams import plain, words
from enrichers.models.tone import GUESS, LABELS, SHIPPED, ToneModel
from enrichers.sentiment import SentimentLabel
from streams.errors import ConfigError, StorageError
from streams.mention import Language, Match
from streams.post import Rating
from streams.testing.enricher_checks import mention

MODEL = ToneModel.load(SHIPPED)


async def judge(text, config=None, **post):
    enricher = SentimentLabel(config or SentimentLabel.Config())
    await enricher.open()
    return enricher.enrich([mention(text, **post)])[0]["sentiment"]


def match(text, name):
    at = text.index(name)
    return Match(subscription=name, spans=((at, at + len(name)),))


async def test_the_tone_is_told_toward_each_subscription():
    text = "Die Bahn ist einfach schlecht, aber Lufthansa war wirklich super, tolle Crew!"
    answer = await judge(text, matches=(match(text, "Bahn"), match(text, "Lufthansa")))
    rail, air = answer.targets
    assert (rail.subscription, air.subscription) == ("Bahn", "Lufthansa")
    assert rail.score < answer.score < air.score
    assert rail.label == "negative"
    assert air.label == "positive"


async def test_in_a_single_clause_the_tone_toward_is_the_tone():
    text = "Die Bahn ist wirklich super"
    answer = await judge(text, matches=(match(text, "Bahn"),))
    assert (answer.targets[0].label, answer.targets[0].score) == (answer.label, answer.score)


async def test_a_match_without_a_place_gets_the_tone_of_the_post():
    answer = await judge("Super. Aber mies.", matches=(Match(subscription="all"),))
    assert answer.targets[0].score == answer.score


async def test_below_the_bound_the_label_is_unsure_and_the_scores_stay():
    sure = await judge("Einfach nur schlecht, nie wieder", SentimentLabel.Config(unsure_below=0.0))
    unsure = await judge("Einfach nur schlecht, nie wieder", SentimentLabel.Config(unsure_below=1.0))
    assert sure.label == "negative"
    assert unsure.label == "unsure"
    assert unsure.scores == sure.scores


async def test_a_language_the_model_never_read_is_unsure():
    answer = await judge("Super, danke!", language=Language(code="tr", score=0.95))
    assert answer.label == "unsure"
    assert answer.score == 0


async def test_a_doubtful_language_does_not_silence_the_model():
    answer = await judge("Super, vielen Dank!", language=Language(code="tr", score=0.5))
    assert answer.label == "positive"


async def test_stars_count_more_than_the_text():
    assert (await judge("Ware erhalten", rating=Rating(value=1))).label == "negative"
    assert (await judge("Ware erhalten", rating=Rating(value=10, best=10))).label == "positive"
    assert (await judge("Ware erhalten", rating=Rating(value=7, best=5))) == await judge("Ware erhalten")


async def test_the_domain_comes_from_the_source():
    config = SentimentLabel.Config(domains={"reviews": "transport"})
    text = "Zug fährt um acht"
    assert await judge(text, config, source="reviews") != await judge(text, config, source="other")
    assert await judge(text, config, source="other") == await judge(text)


async def test_an_unknown_domain_is_refused_with_a_list():
    with pytest.raises(ConfigError, match="general, feedback, transport, guess"):
        await SentimentLabel(SentimentLabel.Config(domain="zoo")).open()


@pytest.mark.parametrize("bound", [-0.1, 60, float("nan")])
async def test_a_bound_that_is_no_probability_is_refused(bound):
    with pytest.raises(ConfigError, match=r"unsure_below = 0\.64"):
        await SentimentLabel(SentimentLabel.Config(unsure_below=bound)).open()


@pytest.mark.parametrize("content", [b"", b"no model", "half"])
async def test_a_damaged_model_is_named(tmp_path, content):
    file = tmp_path / "model.npz"
    file.write_bytes(SHIPPED.read_bytes()[:1_000_000] if content == "half" else content)
    with pytest.raises(StorageError, match=r"model\.npz"):
        await SentimentLabel(SentimentLabel.Config(model=str(file))).open()


async def test_a_model_of_ones_own_is_used(tmp_path):
    file = tmp_path / "mine.npz"
    shutil.copy(SHIPPED, file)
    assert await judge("super", SentimentLabel.Config(model=str(file))) == await judge("super")


def test_the_model_holds_numbers_and_names_only():
    with np.load(SHIPPED, allow_pickle=False) as file:
        kinds = {name: file[name].dtype.kind for name in file.files}
    assert {name for name, kind in kinds.items() if kind == "U"} == {"domains", "kinds", "languages"}
    assert set(kinds.values()) <= {"u", "i", "f", "U"}
    assert SHIPPED.stat().st_size < 20_000_000


@settings(max_examples=40)
@given(st.lists(st.text(max_size=300), max_size=4), st.sampled_from([*MODEL.domains, GUESS]))
def test_probabilities_sum_to_one(texts, domain):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    found = MODEL.probabilities(texts, [domain] * len(texts))
    assert found.shape == (len(texts), len(LABELS))
    assert np.allclose(found.sum(axis=1), 1)
    assert (found >= 0).all()


@settings(max_examples=40)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_what_is_in_the_batch_does_not_show(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    together = MODEL.probabilities(texts, ["general"] * len(texts))
    alone = [MODEL.probabilities([text], ["general"])[0] for text in texts]
    assert np.array_equal(together, np.array(alone))


async def test_the_domain_may_be_guessed_from_the_text():
    text = "@DB_Bahn Aufzug am Gleis 3 seit Wochen defekt, kein Hinweis"
    guessed = await judge(text, SentimentLabel.Config(domain=GUESS))
    assert guessed == await judge(text, SentimentLabel.Config(domain="transport"))
    assert guessed != await judge(text)


async def test_scores_as_written_sum_to_one():
    answer = await judge("Der Zug kam, immerhin, an.")
    assert math.isclose(sum(answer.scores.values()), 1, abs_tol=1e-9)
    assert answer.score == pytest.approx(answer.scores["positive"] - answer.scores["negative"], abs=2e-4)


def test_links_handles_and_spaced_smileys_are_one_word_each():
    assert words("@DB_Bahn Tooooooll : ) https://t.co/x") == ["@user", "toooll", ":)", "httpurl"]


def test_the_encoder_reads_emoji_by_name_and_no_links():
    assert plain("Toll 😍😍 @DB_Bahn https://t.co/x #Bahn :-)").split() == (
        ["Toll", "smiling", "face", "with", "heart-shaped", "eyes", "Bahn", ":)"]
    )


def test_escapes_that_are_left_over_are_read_as_what_they_stand_for():
    assert words(r"isn\u2019t &amp; co") == ["isn’t", "&", "co"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zugausfall wegen Warnstreik", ("disruption", "strike")),
        ("Ticketpreise sind zu teuer, die App stürzt ab", ("price", "technology")),
        ("Apfelkuchen in der Klosterkirche", ()),
        ("Delayed again and rude staff", ("punctuality", "staff")),
        ("", ()),
    ],
)
def test_aspects_follow_from_cue_words(text, expected):
    assert aspects(text) == expected


def test_every_cue_points_to_its_aspect():
    for aspect, cues in CUES.items():
        for cue in cues.split(", "):
            assert aspect in aspects(cue.rstrip("$")), cue
