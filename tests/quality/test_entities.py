"""The entity taggers are as good as their card says, on the sample that comes along."""

import json

import pytest

from enrichers.models.tagger import Tagger
from enrichers.recognizers import COMPONENT, LANGUAGES, MODELS
from enrichers.training import corpora
from enrichers.training.train_entities import SAMPLE, THREE, lowered, measured

FIGURES = json.loads((MODELS / "figures.json").read_text(encoding="utf-8"))
TAGGERS = {language: Tagger.load(MODELS / f"entities_{language}" / COMPONENT) for language in LANGUAGES}
CARD = (MODELS / "entities.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tagger_is_no_worse_than_its_card_says(language):
    told, examples = FIGURES[f"entities_{language}"], corpora.sample(language)
    for name, data in ((SAMPLE, examples), (f"{SAMPLE}, lower case", lowered(examples))):
        now = measured(TAGGERS[language], data, THREE)
        worse = {
            label: (value, now[label]) for label, value in told[name].items() if now[label] < value - 0.05
        }
        assert not worse, f"{name}: told and found now: {worse}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_tells_the_figures_that_were_noted(language):
    for name, figures in FIGURES[f"entities_{language}"].items():
        if "lower" not in name:
            assert f"**{figures['F1']}**" in CARD, name


def test_a_sample_says_where_its_names_stand():
    examples = corpora.sample("de") + corpora.sample("en")
    assert len(examples) > 60
    assert {label for _, spans in examples for _, _, label in spans} == set(THREE)
    assert all("|" not in text and 0 <= a < b <= len(text) for text, spans in examples for a, b, _ in spans)
