"""`nursestation watch` as a process: events line by line, and an orderly end when it is told to stop."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")  # there are no pseudo-terminals on Windows

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
HEART_AND_BREATH = bytes.fromhex("55AA0802E84E10FB01B3")  # BerryMed PM6750 protocol V3.2: heart rate 78, respiration 16


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_watch_shows_what_comes_keeps_it_and_ends_in_order(tmp_path: Path, ending: signal.Signals) -> None:
    ours, theirs = pty.openpty()
    capture = tmp_path / "kept.capture"
    command = [sys.executable, "-m", "nursestation", "watch", "berry_pm6750", os.ttyname(theirs), "--json"]
    with subprocess.Popen(
        [*command, "--capture", str(capture)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert json.loads(process.stdout.readline())["phase"] == "connecting"
            os.write(ours, HEART_AND_BREATH)
            seen = []
            while not seen or seen[-1].get("metric") != "heart_rate":
                seen.append(json.loads(process.stdout.readline()))
            process.send_signal(ending)
            rest, complaint = process.communicate(timeout=30)
        finally:
            process.kill()
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, complaint) == (0, b"")
    assert (seen[-1]["value"], seen[-1]["mode"]) == (78, "simulated")
    assert json.loads(rest.splitlines()[-1])["phase"] == "disconnected"
    assert HEART_AND_BREATH.hex() in capture.read_text()
