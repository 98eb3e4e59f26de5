"""`resonanz components`: what is installed, and examples that can be pasted."""

import tomllib
from dataclasses import MISSING, fields

import pytest

from streams.commands.components import example_of
from streams.config import build
from streams.registry import KINDS, available, load
from tests.streams.commands.typed import lines, refusal, resonanz

COMPONENTS = [(kind, name) for kind in KINDS for name in available(kind)]


def test_every_registered_component_is_listed_with_what_it_does(tmp_path):
    listed: dict[str, list[str]] = {}
    kind = ""
    for line in lines(resonanz(tmp_path, "components")):
        if line.startswith("  "):
            name, _, does = line.strip().partition(" ")
            assert does.strip(), name
            assert not does.strip().startswith("("), does
            listed[kind].append(name)
        else:
            kind = line
            listed[kind] = []
    assert listed == {kind: list(available(kind)) for kind in KINDS}


@pytest.mark.parametrize(("kind", "name"), COMPONENTS, ids="-".join)
def test_an_example_parses_and_builds_the_defaults(kind, name):
    table = tomllib.loads(example_of(kind, name))
    ((given, options),) = table[kind].items()
    assert options.pop("type") == name
    assert given == (name if kind == "enrichers" else "NAME")
    config = load(kind, name).Config
    built = build(config, options, f"{kind}.{given}", {})
    for part in fields(config):
        if part.default is not MISSING:
            assert getattr(built, part.name) == part.default
        elif part.default_factory is not MISSING:
            assert getattr(built, part.name) == part.default_factory()


@pytest.mark.parametrize(("kind", "name"), COMPONENTS, ids="-".join)
def test_an_example_shows_every_option(kind, name):
    shown = [line.removeprefix("# ").partition(" = ")[0] for line in example_of(kind, name).splitlines()]
    assert {part.name for part in fields(load(kind, name).Config)} <= set(shown)


@pytest.mark.parametrize("kind", ["ingestors", "ingestor"])
def test_an_example_is_printed_for_a_kind_in_either_number(tmp_path, kind):
    done = resonanz(tmp_path, "components", "example", kind, "feed")
    assert lines(done) == example_of("ingestors", "feed").splitlines()


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("sources", "feed", "there is no kind 'sources'; write one of: ingestors, enrichers, sinks"),
        ("ingestors", "fead", 'there is no ingestor "fead"; did you mean "feed"?'),
    ],
)
def test_an_unknown_name_is_answered_with_those_there_are(tmp_path, kind, name, sentence):
    assert sentence in refusal(resonanz(tmp_path, "components", "example", kind, name))
