"""The rules of the house, where no linter knows them."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

import pytest

from streams.registry import KINDS, available, load

ROOT = Path(__file__).parents[2]
PACKAGES = ("streams", "ingestors", "enrichers", "sinks")
FILES = [file for name in PACKAGES for file in sorted((ROOT / name).rglob("*.py"))]
MODULES = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in FILES]
ENTRY_POINTS = list(distribution("resonanz").entry_points)
LONGEST_MODULE = 300
USUAL_FUNCTION = 25
LONGEST_FUNCTION = 60

IMPORT_ALL = """
import importlib, logging, sys
handlers = list(logging.root.handlers), logging.root.level
for name in sys.argv[1:]:
    importlib.import_module(name)
assert (list(logging.root.handlers), logging.root.level) == handlers, logging.root.handlers
structlog = sys.modules["structlog"]
assert not structlog.is_configured()
"""


def where(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_importing_says_nothing_and_configures_no_logging(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, *MODULES],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_package_holds_a_docstring_only():
    bodies = {where(file): ast.parse(file.read_text()).body for file in FILES if file.name == "__init__.py"}
    assert bodies
    assert [name for name, body in bodies.items() if len(body) != 1 or not _is_text(body[0])] == []


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def test_no_module_is_too_long():
    lengths = {where(file): len(file.read_text().splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short():
    lengths = {
        f"{where(file)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {name: length for name, length in lengths.items() if length > USUAL_FUNCTION}
    assert len(long) <= len(lengths) / 10, long
    assert {name: length for name, length in long.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("entry", ENTRY_POINTS, ids=lambda entry: f"{entry.group}-{entry.name}")
def test_an_entry_point_loads_and_bears_its_name(entry):
    loaded = entry.load()
    if entry.group.startswith("resonanz."):
        assert loaded.name == entry.name


def test_every_component_is_registered():
    registered = {load(kind, name) for kind in KINDS for name in available(kind)}
    own = [
        thing
        for module in MODULES
        if module.startswith(KINDS)
        for thing in vars(import_module(module)).values()
        if inspect.isclass(thing) and thing.__module__ == module
    ]
    components = {
        thing for thing in own if isinstance(getattr(thing, "name", None), str) and hasattr(thing, "Config")
    }
    assert components
    assert sorted(thing.__qualname__ for thing in components - registered) == []
