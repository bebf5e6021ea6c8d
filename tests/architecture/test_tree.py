"""Rules of the tree that no linter knows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("nursestation/**/*.py"), *ROOT.glob("devices/**/*.py")])


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_only_the_clock_reads_the_time(path):
    if path == ROOT / "devices" / "clock.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    wall = {"time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "datetime.now", "datetime.utcnow"}
    assert not calls & wall, f"take a Clock instead of {calls & wall}"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_packaging_never_shadows_the_library_of_that_name():
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_junk_drawer():
    junk = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert not [_name(path) for path in SOURCES if path.name in junk]


@pytest.mark.parametrize("path", [p for p in SOURCES if "ui" in p.parts], ids=_name)
def test_only_the_theme_knows_colours(path):
    if path.name in (
        "theme.py",
        "opening.py",
    ):  # the first picture comes before the theme, and is held to it by its test
        return
    literals = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    hexes = [text for text in literals if text.startswith("#") and len(text) in (4, 7, 9)]
    assert not hexes


@pytest.mark.parametrize("path", [p for p in SOURCES if "ui" in p.parts], ids=_name)
def test_pyqtgraph_stays_in_the_plots(path):
    if "plots" in path.parts:
        return
    assert "pyqtgraph" not in path.read_text(encoding="utf-8")
