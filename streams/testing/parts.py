"""What is true of the parts of a mention, whoever found them. Each raises AssertionError where it is not."""

# ruff: noqa: S101 - a check is made of assertions

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from streams.mention import Sentiment, Target

ROUNDED = 1e-3
"""So far may rounded probabilities be from what they were."""


def strict_json(parts: Mapping[str, Any]) -> None:
    """No NaN, and nothing that JSON cannot say."""
    try:
        json.dumps(msgspec.to_builtins(dict(parts)), allow_nan=False)
    except ValueError as error:
        raise AssertionError(f"not strict JSON: {error}") from None


def places(text: str, parts: Mapping[str, Any]) -> None:
    """Spans are code points of `text`, names in order and apart, and a name's text is what stands there."""
    end = 0
    for entity in parts.get("entities", ()):
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        end = entity.end
    for match in parts.get("matches", ()):
        assert all(0 <= start < stop <= len(text) for start, stop in match.spans)


def measures(parts: Mapping[str, Any]) -> None:
    """Probabilities are such and name the label; scores lie within their bounds and are the sum of their parts."""
    if language := parts.get("language"):
        assert 0 <= language.score <= 1
    if sentiment := parts.get("sentiment"):
        _tone(sentiment)
        for target in sentiment.targets:
            _signed(target)
    if influence := parts.get("influence"):
        assert 0 <= influence.score <= 100
        assert math.isclose(sum(influence.parts.values()), influence.score, abs_tol=0.1)
        assert set(influence.imputed) <= set(influence.parts)


def _tone(sentiment: Sentiment) -> None:
    _signed(sentiment)
    chances = sentiment.scores
    assert math.isclose(sum(chances.values()), 1, abs_tol=ROUNDED)
    assert min(chances.values()) >= 0
    assert sentiment.label == "unsure" or chances[sentiment.label] > max(chances.values()) - ROUNDED


def _signed(told: Sentiment | Target) -> None:
    assert -1 <= told.score <= 1
