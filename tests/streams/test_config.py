from dataclasses import dataclass

import pytest

from streams.config import Config, build, load
from streams.errors import ConfigError
from streams.secret import Secret


@dataclass(frozen=True)
class Options:
    url: str
    interval_secs: float = 60.0
    pages: int = 3
    follow: bool = False
    names: tuple[str, ...] = ()
    password: Secret | None = None


def written(tmp_path, text):
    file = tmp_path / "resonanz.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Config()


def test_a_file_is_read(tmp_path):
    file = written(tmp_path, '[log]\nurl = "kafka://a:1"\n[ingestors.news]\ntype = "feed"\nurl = "https://a"')
    config = load(file, {})
    assert config.log.url == "kafka://a:1"
    assert config.ingestors["news"].type == "feed"
    assert config.ingestors["news"].options == {"url": "https://a"}


def test_the_environment_wins(tmp_path):
    file = written(tmp_path, '[log]\nurl = "kafka://a:1"')
    assert load(file, {"RESONANZ_LOG_URL": "kafka://b:2"}).log.url == "kafka://b:2"


def test_the_environment_alone_can_name_an_ingestor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load(environ={"RESONANZ_INGESTORS_NEWS_TYPE": "feed"})
    assert config.ingestors["news"].type == "feed"


def test_values_of_the_environment_take_the_type_of_the_option():
    given = {
        "RESONANZ_INGESTORS_NEWS_URL": "https://a",
        "RESONANZ_INGESTORS_NEWS_INTERVAL_SECS": "1.5",
        "RESONANZ_INGESTORS_NEWS_PAGES": "7",
        "RESONANZ_INGESTORS_NEWS_FOLLOW": "true",
        "RESONANZ_INGESTORS_NEWS_NAMES": "a,b",
        "RESONANZ_INGESTORS_NEWS_PASSWORD": "geheim",
    }
    options = build(Options, {}, "ingestors.news", given)
    assert options == Options("https://a", 1.5, 7, True, ("a", "b"), Secret("geheim"))


def test_a_secret_does_not_show_itself():
    assert (
        "geheim" not in f"{build(Options, {'url': 'a', 'password': 'geheim'}, 'x', {})!r} {Secret('geheim')}"
    )


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("[lgo]", r"unknown table \[lgo\]; write \[log\]"),
        ('[log]\nulr = "a"', r'has no option "ulr"; write "url = …"'),
        ("[log]\nurl = 5", r'\[log\] url: Expected `str`, got `int`; write `url = "…"`'),
        ("log = 5", r"write \[log\]"),
        ('[ingestors]\nnews = "feed"', r"write \[ingestors.news\]"),
        ('[ingestors.news]\nurl = "a"', r'needs `type = "…"`'),
        ("[log", "is not TOML"),
        ('[web]\ntoken = 5', "token"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_line_to_write(tmp_path, text, advice):
    with pytest.raises(ConfigError, match=advice):
        load(written(tmp_path, text), {})


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({}, r'needs `url = "…"` \(or the environment variable RESONANZ_INGESTORS_NEWS_URL\)'),
        ({"url": "a", "interval_secs": "soon"}, "write `interval_secs = 2.5`"),
        ({"url": "a", "pages": "many"}, "write `pages = 10`"),
        ({"url": "a", "names": [1]}, "names"),
        ({"url": "a", "intervall": 3}, 'write "interval_secs = …"'),
    ],
)
def test_options_of_a_component_are_checked_alike(options, advice):
    with pytest.raises(ConfigError, match=advice):
        build(Options, options, "ingestors.news", {})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="there is no .*none.toml"):
        load(tmp_path / "none.toml", {})
