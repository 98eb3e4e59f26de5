"""Who looks for names: our own pipelines, loadable by spaCy, or any other that is installed."""

import shutil

import pytest
import spacy

from enrichers import recognizers
from enrichers.entities import Entities
from enrichers.models.pipeline import NamesPipe
from enrichers.names import tokens
from enrichers.recognizers import LANGUAGES, MODELS, OwnTagger, SpacyPipeline
from streams.errors import ConfigError, StorageError
from streams.mention import Language
from streams.testing.enricher_checks import mention

GERMAN = "Anna Bergmann zog von Lüneburg nach Stuttgart zur Firma Siemens."
ENGLISH = "My flight from Chicago to Boston with Barack Obama"


def found(recognizer, *texts):
    names = recognizer.find(texts, [tokens(text) for text in texts])
    return [
        [(text[n.start : n.end], n.label, n.name) for n in of] for text, of in zip(texts, names, strict=True)
    ]


@pytest.fixture
def ruled(tmp_path):
    """A pipeline as somebody may have it: with the labels of OntoNotes, and one of its own."""
    nlp = spacy.blank("de")
    nlp.meta |= {"name": "ruled", "version": "1.2.3"}
    rules = {
        "Anna Bergmann": "PERSON", "Lüneburg": "GPE", "Stuttgarter Fernsehturm": "FAC", "Siemens": "ORG",
        "Trinkfix": "PRODUCT", "Faust": "WORK_OF_ART", "deutsch": "NORP", "2026": "DATE", "Turbo": "BRAND",
    }  # fmt: skip
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": label, "pattern": text} for text, label in rules.items()]
    )
    nlp.to_disk(tmp_path / "ruled")
    return str(tmp_path / "ruled")


ALL = "Anna Bergmann trinkt 2026 Trinkfix auf dem Stuttgarter Fernsehturm, liest Faust auf deutsch, bei Siemens: Turbo"


def test_labels_of_official_pipelines_become_ours(ruled):
    assert found(SpacyPipeline(ruled, "model_de", {}), ALL) == [
        [
            ("Anna Bergmann", "PER", "Anna Bergmann"),
            ("Trinkfix", "PROD", "Trinkfix"),
            ("Stuttgarter Fernsehturm", "LOC", "Stuttgarter Fernsehturm"),
            ("Faust", "MISC", "Faust"),
            ("Siemens", "ORG", "Siemens"),
        ]
    ]


async def test_the_configuration_names_a_pipeline_and_its_own_labels(ruled):
    enricher = Entities(Entities.Config(model_de=ruled, taggers=("de",), labels={"BRAND": "PROD"}))
    await enricher.open()
    (answer,) = enricher.enrich([mention(ALL)])
    assert ("Turbo", "PROD") in [(e.text, e.label) for e in answer["entities"]]


async def test_each_language_may_have_its_own(ruled):
    enricher = Entities(Entities.Config(model_de=ruled))
    await enricher.open()
    german = Language(code="de", score=0.99)
    (answer, other) = enricher.enrich(
        [mention(GERMAN, language=german), mention(ENGLISH, language=Language(code="en", score=0.99))]
    )
    assert [e.text for e in answer["entities"]] == ["Anna Bergmann", "Lüneburg", "Siemens"]
    assert {"Chicago", "Boston"} <= {e.text for e in other["entities"]}


def test_texts_that_spacy_cannot_stand_are_read_too(ruled):
    assert found(SpacyPipeline(ruled, "model_de", {}), "\ud800 Siemens", "", "\x00")[0] == [
        ("Siemens", "ORG", "Siemens")
    ]


def test_a_pipeline_learns_no_words_from_posts(ruled):
    pipeline = SpacyPipeline(ruled, "model_de", {})
    vocabulary = pipeline._nlp.vocab
    before = len(vocabulary.strings), sum(1 for _ in vocabulary)
    for number in range(50):
        found(pipeline, f"Wort{number} bei Siemens{number}")
    assert (len(vocabulary.strings), sum(1 for _ in vocabulary)) == before


@pytest.mark.parametrize("name", ["no_such_pipeline_xx", "/no/such/folder"])
def test_a_pipeline_that_is_not_there_is_refused_with_what_to_write(name):
    with pytest.raises(ConfigError, match=r'model_en: "/?no.*spacy download'):
        SpacyPipeline(name, "model_en", {})


def test_a_pipeline_that_finds_no_names_is_refused(tmp_path):
    spacy.blank("de").to_disk(tmp_path)
    with pytest.raises(ConfigError, match="no part that finds names"):
        SpacyPipeline(str(tmp_path), "model_de", {})


@pytest.mark.parametrize(("language", "text"), [("de", GERMAN), ("en", ENGLISH)])
def test_our_pipelines_are_spacy_pipelines(language, text):
    nlp = spacy.load(MODELS / f"entities_{language}")
    own = found(OwnTagger(language), text)[0]
    assert own
    assert [(e.text, e.label_) for e in nlp(text).ents] == [(written, label) for written, label, _ in own]
    assert [[e.text for e in doc.ents] for doc in nlp.pipe([text, "", text])][::2] == [
        [w for w, _, _ in own]
    ] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_pipelines_may_be_named_like_any_other(language):
    pipeline = SpacyPipeline(str(MODELS / f"entities_{language}"), f"model_{language}", {})
    assert pipeline.version.endswith(OwnTagger(language).version)


def test_a_pipe_without_a_model_says_so():
    with pytest.raises(ValueError, match="from_disk"):
        NamesPipe()(spacy.blank("de")("Köln"))


@pytest.mark.parametrize("file", ["field.npz", "tagger.json", "lexicon.npz", "network.npz"])
def test_a_damaged_file_is_told_with_its_folder(tmp_path, monkeypatch, file):
    shutil.copytree(MODELS / "entities_de", tmp_path / "entities_de")
    monkeypatch.setattr(recognizers, "MODELS", tmp_path)
    (tmp_path / "entities_de" / recognizers.COMPONENT / file).write_bytes(b"{")
    with pytest.raises(StorageError, match="entities_de"):
        OwnTagger("de")
