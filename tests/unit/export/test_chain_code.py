"""The two-dimensional code says what it should, and a reader that is not its writer reads it."""

import pytest

from nursestation.export.chain_code import code_text, code_widget, grouped
from tests.helpers.qr_reader import modules_of, read

HEAD = "b97878433ff286d8ca01c0b8e5128c3b9838dc93f0ffb9559e9d4723c622926f"


@pytest.mark.parametrize("session", ["20260303-1820-1", "20260101T150006Z-16"])
def test_the_code_is_read_back(session):
    said = code_text(session, HEAD)
    assert said == f"nursestation:1:{session}:{HEAD}"
    assert read(modules_of(code_widget(said))) == said


def test_a_damaged_code_is_seen_by_the_reader():
    dark = modules_of(code_widget(code_text("20260303-1820-1", HEAD)))
    with pytest.raises(ValueError, match="damaged"):
        read(dark ^ {(30, 30)})


def test_a_chain_value_is_printed_in_groups_that_are_compared_by_eye():
    rows = grouped(HEAD)
    assert [len(row) for row in rows] == [8, 8]
    assert rows[0][:3] == ("b978", "7843", "3ff2")
    assert "".join("".join(row) for row in rows) == HEAD
