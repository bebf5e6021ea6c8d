from pathlib import Path

from nursestation.core.sounds.figures import DEFAULT
from tests.helpers.soundmeter import table

PAGE = Path(__file__).parents[4] / "docs" / "sounds.md"


def test_the_page_prints_what_is_measured():
    assert table(DEFAULT) in PAGE.read_text(encoding="utf-8")
