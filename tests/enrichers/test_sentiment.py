"""Sentiment: whose tone, how sure, about what."""

import math
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.aspects import CUES, aspects
from enrichers.models.tone import LABELS, ToneModel, words
from enrichers.sentiment import SHIPPED, SentimentLabel
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
    with pytest.raises(ConfigError, match="general, feedback, transport"):
        await SentimentLabel(SentimentLabel.Config(domain="zoo")).open()


@pytest.mark.parametrize("bound", [-0.1, 60, float("nan")])
async def test_a_bound_that_is_no_probability_is_refused(bound):
    with pytest.raises(ConfigError, match=r"unsure_below = 0\.6"):
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
    assert {name for name, kind in kinds.items() if kind == "U"} == {"domains", "languages"}
    assert set(kinds.values()) <= {"u", "f", "U"}
    assert SHIPPED.stat().st_size < 20_000_000


@given(st.text(max_size=300), st.sampled_from(MODEL.domains))
def test_probabilities_sum_to_one(text, domain):
    probabilities = MODEL.probabilities(text.encode("utf-8", "replace").decode(), domain)
    assert len(probabilities) == len(LABELS)
    assert math.isclose(sum(probabilities), 1)
    assert min(probabilities) >= 0


async def test_scores_as_written_sum_to_one():
    answer = await judge("Der Zug kam, immerhin, an.")
    assert math.isclose(sum(answer.scores.values()), 1, abs_tol=1e-9)
    assert answer.score == pytest.approx(answer.scores["positive"] - answer.scores["negative"], abs=2e-4)


def test_links_handles_and_spaced_smileys_are_one_word_each():
    assert words("@DB_Bahn Tooooooll : ) https://t.co/x") == ["@user", "toooll", ":)", "httpurl"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zugausfall wegen Warnstreik", ("punctuality", "strike")),
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
