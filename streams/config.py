"""Configuration: a TOML file, every value also as an environment variable.

What cannot be meant is refused with one sentence that holds the line to write. A component's options are the
fields of its frozen `Config` dataclass; a field of type `Secret` masks itself and may come from the environment.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from streams.errors import ConfigError
from streams.secret import Secret

T = TypeVar("T")
PREFIX = "RESONANZ"
DEFAULT_FILE = Path("resonanz.toml")


@dataclass(frozen=True, slots=True)
class LogConfig:
    """`url`: `sqlite:///data/log.db` (relative), `sqlite:////srv/log.db`, or `kafka://broker1:9092;kafka://broker2:9092`.

    `partitions`: into how many parts posts, mentions and hits are spread; at most so many workers have something to
    do, and the number cannot change later. `replication`: copies of each topic that `topics apply` creates in Kafka.
    """

    url: str = "sqlite:///data/log.db"
    partitions: int = 4
    replication: int = 1


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """`url`: `tantivy:///data/index`, or `https://…` of Elasticsearch 9 with `user` and `password`, or an `api_key`.

    `alias`: under which name Elasticsearch shows the mentions. `ca_file`: whom to trust for TLS. `tombstone_days`: how
    long it is remembered that a post is gone; one that arrives again later is taken for new.
    """

    url: str = "tantivy:///data/index"
    alias: str = "mentions"
    tombstone_days: int = 90
    user: str | None = None
    password: Secret | None = None
    api_key: Secret | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class WebConfig:
    """`url`: where the page and the API listen. `token`: if set, asked for by whatever changes something."""

    url: str = "http://127.0.0.1:8700"
    token: Secret | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionsConfig:
    """`files`: subscriptions that `resonanz run` applies at start."""

    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """What a notification leads to. `page`: where the page can be reached by those who are told.

    `kibana`: address of a Kibana view, in which `{subscription}`, `{since}` and `{until}` are filled in.
    """

    page: str | None = None
    kibana: str | None = None


@dataclass(frozen=True, slots=True)
class EnrichConfig:
    """`chain`: the enrichers, in order. `match` comes first: what matches nothing stops there."""

    chain: tuple[str, ...] = ("match", "language", "story", "entities", "sentiment", "influence")


@dataclass(frozen=True, slots=True)
class Part:
    """A named use of a component: its type and its options as written."""

    type: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration. `ingestors`, `enrichers` and `sinks` are tables of components by name."""

    log: LogConfig = field(default_factory=LogConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    web: WebConfig = field(default_factory=WebConfig)
    subscriptions: SubscriptionsConfig = field(default_factory=SubscriptionsConfig)
    enrich: EnrichConfig = field(default_factory=EnrichConfig)
    alerts: AlertsConfig = field(default_factory=AlertsConfig)
    ingestors: Mapping[str, Part] = field(default_factory=dict)
    enrichers: Mapping[str, Part] = field(default_factory=dict)
    sinks: Mapping[str, Part] = field(default_factory=dict)


COMPONENT_TABLES = ("ingestors", "enrichers", "sinks")


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of a file (default: `resonanz.toml`, if there is one) and the environment.

    Raises ConfigError.
    """
    environ = os.environ if environ is None else environ
    tables = _read(path)
    unknown = set(tables) - {part.name for part in fields(Config)}
    for name in sorted(unknown):
        near = _nearest(name, [part.name for part in fields(Config)])
        raise ConfigError(f"{_name_of(path)}: unknown table [{name}]; write [{near}]")
    sections: dict[str, Any] = {}
    for name, kind in get_type_hints(Config).items():
        given = tables.get(name, {})
        if not isinstance(given, dict):
            raise ConfigError(f"{_name_of(path)}: {name} is a table; write [{name}]")
        sections[name] = (
            _parts(name, given, environ) if name in COMPONENT_TABLES else build(kind, given, name, environ)
        )
    return Config(**sections)


def build(
    kind: type[T], options: Mapping[str, Any], where: str, environ: Mapping[str, str] | None = None
) -> T:
    """A config dataclass from its options and the environment; `where` is its table, as in `ingestors.news`.

    Raises ConfigError on an unknown, missing or ill-typed option.
    """
    environ = os.environ if environ is None else environ
    known: dict[str, Field[Any]] = {part.name: part for part in fields(kind)}  # type: ignore[arg-type]
    for name in options:
        if not known:
            raise ConfigError(f'[{where}] has no options; remove the line "{name} = …"')
        if name not in known:
            near = _nearest(name, list(known))
            raise ConfigError(
                f'[{where}] has no option "{name}"; write "{near} = …" (there are: {", ".join(known)})'
            )
    hints = get_type_hints(kind)
    values = dict(options)
    for name in known:
        if (raw := environ.get(_variable(where, name))) is not None:
            values[name] = raw.split(",") if "tuple" in str(hints[name]) else raw
    for name, part in known.items():
        if name not in values and part.default is MISSING and part.default_factory is MISSING:
            line = f'{name} = "…"' if hints[name] is not int else f"{name} = 1"
            raise ConfigError(
                f"[{where}] needs `{line}` (or the environment variable {_variable(where, name)})"
            )
    return _convert(kind, values, where)


def _convert(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    try:
        return msgspec.convert(values, kind, strict=False, dec_hook=_secret)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`") or "?"
        example = _example_of(kind, name)
        raise ConfigError(f"[{where}] {name}: {reason}; write `{name} = {example}`") from None


def _example_of(kind: type[Any], name: str) -> str:
    hint = str(get_type_hints(kind).get(name.split("[", maxsplit=1)[0], str))
    return (
        '["…"]'
        if "tuple" in hint
        else "10"
        if "int" in hint
        else "2.5"
        if "float" in hint
        else ("true" if "bool" in hint else '"…"')
    )


def _secret(kind: type[Any], value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise ValueError(f"expected `str`, got `{type(value).__name__}`")


def _parts(table: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Part]:
    parts = {}
    suffix, prefix = "_TYPE", f"{PREFIX}_{table.upper()}_"
    named = {v[len(prefix) : -len(suffix)].lower(): {"type": environ[v]} for v in environ
             if v.startswith(prefix) and v.endswith(suffix)}  # fmt: skip
    for name, options in {**{n: {} for n in named}, **given}.items():
        if not isinstance(options, dict):
            raise ConfigError(f"[{table}] {name} is a table of its own; write [{table}.{name}]")
        rest = {**options, **named.get(name, {})}
        kind = rest.pop("type", name if table == "enrichers" else None)
        if not isinstance(kind, str):
            raise ConfigError(f'[{table}.{name}] needs `type = "…"`; `resonanz components` lists them')
        parts[name] = Part(kind, rest)
    return parts


def _read(path: Path | None) -> dict[str, Any]:
    if path is None and not DEFAULT_FILE.exists():
        return {}
    file = path or DEFAULT_FILE
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no {file}; write one, or leave out --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None


def _name_of(path: Path | None) -> str:
    return str(path or DEFAULT_FILE)


def _nearest(name: str, known: list[str]) -> str:
    return (difflib.get_close_matches(name, known, 1, 0.3) or known)[0]


def _variable(where: str, name: str) -> str:
    return "_".join([PREFIX, *where.split("."), name]).upper()
