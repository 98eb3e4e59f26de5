"""`resonanz components`: what is installed, and an example of how each is configured."""

import inspect
from dataclasses import MISSING, Field, fields
from typing import Annotated, Any, get_type_hints

import typer

from streams.errors import ConfigError, UsageError
from streams.registry import KINDS, available, load
from streams.secret import Secret

app = typer.Typer(invoke_without_command=True, help="List the installed components, or show an example.")


@app.callback()
def components(context: typer.Context) -> None:
    """List the installed components by kind, each with what it does."""
    if context.invoked_subcommand is not None:
        return
    for kind in KINDS:
        print(kind)
        for name in available(kind):
            print(f"  {name:<14} {_first_line(kind, name)}")


@app.command()
def example(
    kind: Annotated[str, typer.Argument(help="ingestors, enrichers or sinks")],
    name: Annotated[str, typer.Argument(help="as listed by `resonanz components`")],
) -> None:
    """Print a table for the configuration file, with every option, its default and its meaning."""
    known = {one: one for one in KINDS} | {one.removesuffix("s"): one for one in KINDS}
    if kind not in known:
        raise UsageError(f"there is no kind {kind!r}; write one of: {', '.join(KINDS)}")
    print(example_of(known[kind], name))


def example_of(kind: Any, name: str) -> str:
    """The configuration table of one component, commented; it parses, and building it gives the defaults."""
    config = load(kind, name).Config
    hints = get_type_hints(config)
    lines = [f"# {line}".rstrip() for line in inspect.getdoc(config).splitlines()]  # type: ignore[union-attr]
    lines += [f"[{kind}.{'NAME' if kind != 'enrichers' else name}]", f'type = "{name}"']
    return "\n".join(lines + [_option(part, hints[part.name]) for part in fields(config)])


def _option(part: Field[Any], hint: Any) -> str:
    if part.default is not MISSING:
        default = part.default
    elif part.default_factory is not MISSING:
        default = part.default_factory()
    else:
        return f"{part.name} = {_needed(hint)}"
    if default is None or isinstance(default, Secret):
        return f"# {part.name} = {_needed(hint)}"
    return f"{part.name} = {_toml(default)}"


def _needed(hint: Any) -> str:
    text = str(hint)
    return "1" if "int" in text else "1.0" if "float" in text else '["…"]' if "tuple" in text else '"…"'


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case tuple() | list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case _:
            return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first_line(kind: Any, name: str) -> str:
    try:
        return (inspect.getdoc(load(kind, name)) or "").partition("\n")[0]
    except ConfigError as error:
        return f"({error})"
