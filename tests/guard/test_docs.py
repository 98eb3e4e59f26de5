"""The documents name what is there, and all that is there is named."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from inspect import getdoc
from pathlib import Path
from typing import get_type_hints

import pytest
import typer.main

from streams import subscriptions
from streams.chain import build_chain, new_matcher
from streams.cli import app
from streams.config import Config, build, load
from streams.index import open_index
from streams.log.opening import open_log
from streams.registry import KINDS, available
from streams.registry import load as load_component
from streams.topics import TOPICS

ROOT = Path(__file__).parents[2]
PACKAGES = ("streams", "ingestors", "enrichers", "sinks")
README = ROOT / "README.md"
DOCUMENTS = [README, *(file for name in PACKAGES for file in sorted((ROOT / name).rglob("*.md")))]
SOURCES = [file for name in PACKAGES for file in sorted((ROOT / name).rglob("*.py"))]
TYPED = re.compile(r"(?:^|`|bin/|run )resonanz ([a-z]+)(?: ([a-z]+(?: ?\| ?[a-z]+)*))?", re.MULTILINE)
TABLES = [kind for kind in get_type_hints(Config).values() if is_dataclass(kind)]
COMPONENTS = [load_component(kind, name).Config for kind in KINDS for name in available(kind)]


def commands() -> Iterator[str]:
    """Every command, as it is typed."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield name
        yield from (f"{name} {below}" for below in getattr(command, "commands", ()))


COMMANDS = set(commands())
GROUPS = {command.split()[0] for command in COMMANDS if " " in command}


def typed(file: Path) -> set[str]:
    """The commands a file tells people to type; `alerts list | show` are two."""
    found = set()
    for command, below in TYPED.findall(file.read_text(encoding="utf-8")):
        found.add(command)
        if command in GROUPS and below:
            found |= {f"{command} {one.strip()}" for one in below.split("|")}
    return found


def test_every_command_is_shown_in_the_readme():
    assert sorted(COMMANDS - typed(README)) == []


def test_whoever_is_told_to_type_a_command_can_do_so():
    wrong = {str(file.relative_to(ROOT)): typed(file) - COMMANDS for file in [*DOCUMENTS, *SOURCES]}
    assert {file: those for file, those in wrong.items() if those} == {}


def test_every_topic_is_explained():
    text = (ROOT / "streams" / "README.md").read_text(encoding="utf-8")
    assert [topic.name for topic in TOPICS if topic.name not in text] == []


@pytest.mark.parametrize("kind", [*TABLES, *COMPONENTS], ids=lambda kind: kind.__qualname__)
def test_every_option_is_explained(kind):
    said = getdoc(kind) or ""
    assert [part.name for part in fields(kind) if f"`{part.name}`" not in said] == []


@pytest.mark.parametrize("file", sorted((ROOT / "deploy").glob("*.toml")), ids=lambda file: file.name)
def test_a_configuration_we_give_can_be_built(file):
    config = load(file, {})
    open_log(config.log)
    open_index(config.index)
    assert build_chain(config)
    for kind, parts in (("ingestors", config.ingestors), ("sinks", config.sinks)):
        for name, part in parts.items():
            component = load_component(kind, part.type)
            component(build(component.Config, part.options, f"{kind}.{name}", {}))
    assert all((ROOT / named).exists() for named in config.subscriptions.files)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "deploy" / "subscriptions").glob("*.toml")), ids=lambda file: file.name
)
def test_the_examples_of_a_subscription_we_give_hold(file):
    for one in subscriptions.read_file(file):
        assert one.must_match, one.id
        assert one.must_not_match, one.id
        assert not subscriptions.check(one, new_matcher())
