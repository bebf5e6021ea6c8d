"""`nursestation watch` as a process: events line by line, and an orderly end when it is told to stop."""

import json
import os
import signal
import socket
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


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def test_a_simulated_monitor_on_the_network_is_watched(tmp_path: Path) -> None:
    address = f"udp://127.0.0.1:{free_udp_port()}"
    program = [sys.executable, "-m", "nursestation"]
    with subprocess.Popen(
        [*program, "simulate", "philips_intellivue", "--port", address], cwd=ROOT, stdout=subprocess.PIPE
    ) as monitor:
        try:
            assert address.encode() in monitor.stdout.readline()
            watched = subprocess.run(
                [*program, "watch", "philips_intellivue", address, "--json", "--seconds", "6"],
                cwd=ROOT,
                capture_output=True,
                timeout=60,
                check=True,
            )
        finally:
            monitor.send_signal(signal.SIGTERM)
    seen = [json.loads(line) for line in watched.stdout.splitlines()]
    assert {"heart_rate", "spo2", "ecg", "pleth"} <= {event.get("metric") for event in seen}
    assert {event["mode"] for event in seen if event["event"] in ("numeric", "waveform")} == {"simulated"}
    assert not [event for event in seen if event["event"] == "rejected"]
