"""The page that a lead nurse reads names every field of a protocol as the window does."""

from pathlib import Path

import pytest

from nursestation.core.protocol_words import WORDS
from nursestation.export.instructions import PLACEHOLDERS

PAGE = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORDS)
def test_every_field_is_described(path):
    words = WORDS[path]
    title = words.title[0].upper() + words.title[1:]
    assert f"| `{path.rpartition('.')[2]}` | {title} | {words.unit} | " in PAGE


def test_what_is_filled_in_is_named():
    line = next(line for line in PAGE.splitlines() if line.startswith("| `instructions` |"))
    assert all(f"`{{{name}}}`" in line for name in PLACEHOLDERS)
