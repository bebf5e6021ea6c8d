"""docs/when-things-go-wrong.md quotes the program: each sentence in it is one that the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "when-things-go-wrong.md"
SOURCES = sorted([*ROOT.glob("nursestation/**/*.py"), *ROOT.glob("devices/**/*.py")])


def _quoted() -> list[str]:
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [sentence for row in rows for sentence in re.findall(r'"([^"]+)"', row[2])]


def _told(path: Path) -> Iterator[str]:
    """Every text in a file, with "…" for what is put in while it runs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{\w+\}", "…", node.value)


@pytest.fixture(scope="module")
def told() -> str:
    return "\n".join(text for path in SOURCES for text in _told(path))


def test_the_page_quotes_something() -> None:
    assert len(_quoted()) > 20


@pytest.mark.parametrize("sentence", _quoted())
def test_each_quoted_sentence_is_one_that_the_code_says(sentence: str, told: str) -> None:
    assert sentence in told
