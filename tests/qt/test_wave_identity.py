"""What many frames leave standing is what a fresh paint makes, to the last pixel."""

import json
import os
import subprocess
import sys

import pytest

from tests.helpers.standing import FAINT, LAID_OVER


@pytest.mark.parametrize("scale_factor", ["1", "1.25", "1.5", "2"])
def test_the_standing_picture_is_the_one_of_a_fresh_paint(scale_factor):
    told = subprocess.run(
        [sys.executable, "-m", "tests.helpers.standing", "420"],
        env=os.environ | {"QT_SCALE_FACTOR": scale_factor, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    found = json.loads(told.splitlines()[-1])
    assert len(found) == 8
    for when, one in found.items():
        assert one["lit"] > 10_000, when
        assert (one["stray"], one["missing"]) == (0, 0), when
        assert one["largest"] <= (FAINT if when == LAID_OVER else 0), when
