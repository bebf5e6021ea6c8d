"""`nursestation detect` against a simulated monitor, both as processes, over a pseudo-terminal."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tty")  # there are no pseudo-terminals on Windows

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "nursestation"]


def _run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*PROGRAM, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_monitor_is_named_and_can_be_read_with_what_is_printed(tmp_path: Path) -> None:
    link = tmp_path / "monitor"
    with subprocess.Popen(
        [*PROGRAM, "simulate", "ge_dinamap", "--pty", str(link)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as monitor:
        try:
            assert "speaks on" in monitor.stdout.readline()
            search = _run("detect", str(link), "--json", "--keep", "kept.capture", folder=tmp_path)
        finally:
            monitor.send_signal(signal.SIGTERM)
    assert (search.returncode, search.stderr) == (0, "")
    found = json.loads(search.stdout)
    assert (found["driver"], found["line"], found["capture"]) == ("ge_dinamap", "9600 8N1", "kept.capture")
    replayed = _run("decode", found["driver"], "kept.capture", "--json", folder=tmp_path)
    assert replayed.returncode == 0
    assert "spo2" in {json.loads(line).get("metric") for line in replayed.stdout.splitlines()}


def test_an_unknown_monitor_leaves_a_capture_for_support(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*PROGRAM, "detect", os.ttyname(theirs)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as search:
        try:
            assert search.stdout.readline() == "Listening.\n"
            os.write(ours, b"hello, I am a scale: 71.3 kg\r\n" * 20)
            said, complaint = search.communicate(timeout=120)
        finally:
            search.kill()
    os.close(ours)
    os.close(theirs)
    assert search.returncode == 1
    assert "of no monitor that Nursestation knows" in complaint
    assert len(complaint.splitlines()) == 1
    (kept,) = tmp_path.glob("nursestation-detect-*.capture")
    assert f"What was heard is kept in {kept.name}: send it to support." in said
    assert "line=" not in kept.read_text()
    assert b"a scale" in bytes.fromhex(
        "".join(line.split()[1] for line in kept.read_text().splitlines()[1:] if ">" not in line)
    )
