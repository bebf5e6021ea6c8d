"""The wire log of a running station: listed, taken out and decoded by processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import ROOT, Program

pytest.importorskip("pty")  # there are no pseudo-terminals on Windows

pytestmark = pytest.mark.e2e


def nursestation(*arguments: str) -> list[dict]:
    command = [sys.executable, "-m", "nursestation", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_the_monitors_say_can_be_taken_out_while_the_station_runs_and_after_it_was_killed(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    out = tmp_path / "chair1.capture"
    with Program(profile, "--simulate", "normal", log=tmp_path / "program.log") as program:
        listed = program.until(
            lambda: [one for one in nursestation("wirelog", "--profile", str(profile)) if one["bytes_in"] > 5000],
            "the wire log has a few seconds of a monitor",
        )
        told = nursestation("wirelog", listed[0]["monitor"], "--out", str(out), "--profile", str(profile))
        program.kill()
    assert told[0]["bytes_in"] >= listed[0]["bytes_in"]
    events = nursestation("decode", told[0]["driver"], str(out))
    assert sum(event["event"] == "numeric" for event in events) > 5
    assert not [event for event in events[5:] if event["event"] == "rejected"]
    after = nursestation("wirelog", "--profile", str(profile))
    assert max(one["bytes_in"] for one in after) >= told[0]["bytes_in"]
