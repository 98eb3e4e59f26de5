"""A model of one's own: what is learned from labelled posts, and that the rest stays as it was."""

import numpy as np
import pytest

from enrichers.models.tone import LABELS, SHIPPED, ToneModel
from enrichers.sentiment import SentimentLabel
from streams.errors import UsageError
from streams.testing.enricher_checks import mention

# words that mean nothing in general, and something to this company
SAYS = {"negative": "Kniffel am Regler", "positive": "Murkel am Regler", "neutral": "Regler"}
ROWS = [(f"{SAYS[label]}, Gerät {n}", label) for n in range(40) for label in LABELS]


@pytest.fixture
async def enricher():
    made = SentimentLabel(SentimentLabel.Config())
    await made.open()
    return made


def train(enricher, rows, name="own", say=lambda line: None):
    return enricher.train([mention(text) for text, _ in rows], [label for _, label in rows], name, say)


async def test_a_trained_model_knows_what_it_was_told_and_says_so(enricher, tmp_path):
    lines = []
    file = tmp_path / "own.npz"
    file.write_bytes(train(enricher, ROWS, say=lines.append))
    own = SentimentLabel(SentimentLabel.Config(model=str(file), domain="own", unsure_below=0.0))
    await own.open()
    answers = own.enrich([mention(f"{words}, Gerät 99") for words in SAYS.values()])
    assert [answer["sentiment"].label for answer in answers] == list(SAYS)
    assert lines[1].startswith("before: accuracy 0.")
    assert lines[-1].startswith("after, by 5-fold cross-validation: accuracy 1.000")


async def test_the_domains_that_were_there_answer_as_before(enricher, tmp_path):
    file = tmp_path / "own.npz"
    file.write_bytes(train(enricher, ROWS))
    shipped, trained = ToneModel.load(SHIPPED), ToneModel.load(file)
    assert trained.domains == (*shipped.domains, "own")
    for domain in (*shipped.domains, "guess"):
        texts = ["Der Aufzug ist kaputt", "thanks, great!", "Regler"]
        before, after = (model.probabilities(texts, [domain] * 3) for model in (shipped, trained))
        assert np.array_equal(before, after)


async def test_what_cannot_be_learned_from_is_refused(enricher):
    with pytest.raises(UsageError, match="label at least 100"):
        train(enricher, ROWS[:99])
    with pytest.raises(UsageError, match='"transport" already; write `--domain`'):
        train(enricher, ROWS, name="transport")
