"""What both programs of the bench are given alike is what the program has, and the plain one loads nothing of it."""

import subprocess
import sys

from nursestation.ui import bridge, theme
from tests.bench import compared


def test_the_plain_program_draws_as_the_program_does():
    assert (compared.FRAME_MS, compared.WAVE_PEN) == (bridge.FRAME_MS, theme.WAVE_PEN)


def test_the_plain_program_holds_none_of_ours():
    asked = "import sys, tests.bench.plain; print([one for one in sys.modules if one.startswith('nursestation')])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"
