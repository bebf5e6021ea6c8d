"""A rehearsal told to end: whoever has seen its first line is heard."""

import os
import signal
from pathlib import Path

import pytest

from nursestation.rehearsal.run import rehearse


def test_ctrl_c_right_after_the_first_line_ends_it(tmp_path: Path) -> None:
    said: list[str] = []

    def tell(line: str) -> None:
        if not said:
            os.kill(os.getpid(), signal.SIGINT)
        said.append(line)

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell's background job gets it
    try:
        with pytest.raises(KeyboardInterrupt):
            rehearse("normal", tmp_path, seed=1, with_pictures=False, tell=tell)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(said) == 1
