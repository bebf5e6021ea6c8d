"""Tables go on to the next page in rows, and lose nothing where a row is too long for that."""

import io
from pathlib import Path

import pypdf
import pytest
from reportlab.lib.units import mm
from reportlab.platypus import Spacer

from nursestation.export.layout import FOOTER, HEADER, MARGIN, PAPERS, Running, build, grid, register_fonts, text

FONTS = Path(__file__).parents[3] / "resources" / "fonts"
RUNNING = Running(title="Somebody", subtitle="", mark="", notice="", digest="")


def pages(rows: list[list[str]], *, paper: str, above: float = 0.0) -> list[str]:
    register_fonts(FONTS)
    width = PAPERS[paper][0] - 2 * MARGIN
    table = grid(("Number", "What was asked"), rows, [width * 0.2, width * 0.8])
    content = build([text("Begin"), Spacer(0, above), table], RUNNING, paper=paper, subject="A table")
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("room", [60, 75, 90])
def test_a_row_that_comes_to_the_foot_of_a_page_goes_to_the_next_in_one_piece(paper: str, room: float) -> None:
    above = PAPERS[paper][1] - HEADER - FOOTER - 2 * mm - room
    long = " ".join(["An answer of some words, which takes a line of its own in a column as wide as this one is."] * 6)
    found = pages([["1", "short"], ["2", long], ["3", "short"]], paper=paper, above=above)
    assert [page.count("What was asked") for page in found] == [1, 1]
    assert max(page.count("An answer") for page in found) == sum(page.count("An answer") for page in found)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_row_that_no_page_can_hold_is_broken_and_loses_nothing(paper: str) -> None:
    words = [f"word{number:04}" for number in range(2000)]
    found = pages([["1", " ".join(words)]], paper=paper)
    assert len(found) > 1
    assert [word for page in found for word in page.split() if word.startswith("word")] == words
