"""What `nursestation detect` tells, and what it keeps of a monitor that nobody knows."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.capture import read_capture
from devices.clock import ManualClock
from devices.driver import Parity, SerialSettings
from devices.errors import CaptureError, LinkError
from devices.registry import all_drivers, lookup
from nursestation.cli import main
from nursestation.commandline import detect
from tests.helpers.bedside import ScriptedPatient
from tests.helpers.uart import Line

USUAL = SerialSettings(9600)


def pausing(clock):
    def pause(seconds):
        clock.advance(seconds)
        return False

    return pause


@pytest.fixture
def searched():
    """A search on a line with a DINAMAP: the finding, what was heard, and what was told."""
    clock, told = ManualClock(), []
    entry = lookup("ge_dinamap")
    line = Line(clock, USUAL, entry.make_monitor(), ScriptedPatient())
    finding, heard = detect.detect(line, all_drivers(), clock, pausing(clock), told.append)
    return finding, heard, told


def test_a_search_tells_what_it_tries_and_what_it_found(searched):
    finding, _, told = searched
    assert finding.best.driver == "ge_dinamap"
    assert "Asking for a DINAMAP PRO at 9600 8N1." in told
    assert len(told) == len(set(told))


def test_a_finding_is_one_line_of_json(searched):
    finding, _, _ = searched
    body = json.loads(detect.as_json(finding, Path("kept.capture")))
    assert (body["driver"], body["line"], body["capture"]) == ("ge_dinamap", "9600 8N1", "kept.capture")
    assert [candidate["driver"] for candidate in body["candidates"]] == ["ge_dinamap"]
    assert body["sentence"] == finding.sentence


def test_who_the_monitor_says_it_is_stands_in_the_json():
    clock = ManualClock()
    line = Line(clock, SerialSettings(115_200), lookup("capnostream20").make_monitor(), ScriptedPatient())
    finding, _ = detect.detect(line, all_drivers(), clock, pausing(clock), lambda text: None)
    (candidate,) = json.loads(detect.as_json(finding, None))["candidates"]
    assert candidate["device"]["vendor"] == "Oridion"
    assert "t_ns" not in candidate["device"]


def test_what_was_heard_is_a_capture_with_a_part_for_each_line_setting(searched, tmp_path):
    _, heard, _ = searched
    file = tmp_path / "kept.capture"
    heard.write(file, "ge_dinamap", may_identify=False)
    titles = [line for line in file.read_text().splitlines() if line.startswith("#")]
    assert any("driver=ge_dinamap line=9600-8N1" in title for title in titles)
    assert len(titles) == len(set(titles))
    assert b" OA" in b"".join(data for _, data in read_capture(file))
    assert " > " in file.read_text()


def test_a_capture_that_cannot_be_written_is_told(searched, tmp_path):
    _, heard, _ = searched
    with pytest.raises(CaptureError, match="choose another file"):
        heard.write(tmp_path / "no-such-folder" / "kept.capture", "", may_identify=True)


def test_a_flood_is_kept_up_to_a_limit(tmp_path):
    heard, clock = detect.Heard(), ManualClock()
    assert heard.is_empty
    for _ in range(9):
        heard.add(USUAL, clock.advance(1), bytes(1_000_000), is_sent=False)
    assert heard.is_cut_off
    heard.write(tmp_path / "kept", "", may_identify=True)
    assert sum(len(data) for _, data in read_capture(tmp_path / "kept")) == 8_000_000
    assert "Only the first 8 MB are in it." in detect.kept_sentence(tmp_path / "kept", heard, is_known=True)


def test_a_change_of_line_settings_begins_another_part(tmp_path):
    heard, clock = detect.Heard(), ManualClock()
    other = SerialSettings(19_200, parity=Parity.EVEN, rtscts=True)
    for settings in (USUAL, USUAL, other):
        heard.add(settings, clock.advance(1), b"x", is_sent=False)
    heard.write(tmp_path / "kept", "", may_identify=True)
    titles = [line for line in (tmp_path / "kept").read_text().splitlines() if line.startswith("#")]
    assert [title.partition("Z ")[2] for title in titles] == [
        "line=9600-8N1 may-identify=yes",
        "line=19200-8E1-RTS/CTS may-identify=yes",
    ]
    assert [t_ns for t_ns, _ in read_capture(tmp_path / "kept")] == [0, 1_000_000_000, 2_000_000_000]


def test_what_only_was_sent_is_nothing_heard():
    heard = detect.Heard()
    heard.add(USUAL, ManualClock().now(), b"?", is_sent=True)
    assert heard.is_empty


def test_a_search_that_is_given_up_says_so_and_lets_go_of_the_port():
    clock = ManualClock()
    line = Line(clock, USUAL)
    with pytest.raises(detect.SearchError, match="given up"):
        detect.detect(line, all_drivers(), clock, lambda seconds: True, lambda text: None)
    assert not line.is_open


def test_the_next_step_gives_settings_where_they_are_not_the_usual_ones(searched):
    best = searched[0].best
    assert detect.next_step(best, USUAL, "COM3") == "See what it says: nursestation watch ge_dinamap COM3"
    odd = SerialSettings(19_200, parity=Parity.ODD)
    assert detect.next_step(best, odd, "COM3").endswith("watch ge_dinamap COM3 --baud 9600 --parity none")


def test_a_port_on_the_network_is_refused_with_a_way_out():
    with pytest.raises(detect.SearchError, match=r"nursestation watch philips_intellivue udp://192\.168\.1\.20"):
        detect.open_port("udp://192.168.1.20", ManualClock())
    with pytest.raises(LinkError, match="not on this computer"):
        detect.open_port("tcp://192.168.1.20:5000", ManualClock())


def test_the_default_file_is_named_after_the_time():
    now = ManualClock().now()
    assert str(detect.default_file("/dev/ttyUSB0", now)) == "nursestation-detect-20260101-150000.capture"
    assert detect.default_file("replay:x", now) is None


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "heart.bin"
    frame = "55aa0802e84e10fb01b3"  # BerryMed PM6750 protocol V3.2
    started = "# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    file.write_text(started + "".join(f"{n * 50_000_000} {frame}\n" for n in range(20)))
    return file


def test_a_recording_is_named_too(run, recording, tmp_path):
    result = run("detect", f"replay:{recording}", "--json", "--keep", "kept.capture")
    body = json.loads(result.stdout)
    assert (result.exit_code, body["driver"], body["capture"]) == (0, "berry_pm6750", "kept.capture")
    assert "driver=berry_pm6750\n" in (tmp_path / "kept.capture").read_text()


def test_a_name_comes_with_what_to_do_next(run, recording):
    result = run("detect", f"replay:{recording}")
    assert result.exit_code == 0
    *_, sentence, next_step = result.stdout.splitlines()
    assert sentence.startswith("BerryMed PM6750 is on replay:")
    assert next_step == f"See what it says: nursestation watch berry_pm6750 replay:{recording}"


def test_a_port_that_is_not_there_is_one_sentence(run, tmp_path):
    result = run("detect", "/dev/no-such-port")
    assert result.exit_code == 1
    assert (
        result.stderr.strip()
        == "Error: There is no port /dev/no-such-port: plug the adapter in, or choose another port."
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_recording_is_not_kept_again(run, tmp_path):
    file = tmp_path / "noise.bin"
    file.write_bytes(random.Random(1).randbytes(2000))
    result = run("detect", f"replay:{file}", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["driver"] is None
    assert list(tmp_path.iterdir()) == [file]


def test_what_an_unknown_monitor_said_is_kept_for_support(run, tmp_path):
    file = tmp_path / "noise.bin"
    file.write_bytes(random.Random(1).randbytes(2000))
    result = run("detect", f"replay:{file}", "--keep", "kept.capture")
    assert result.exit_code == 1
    assert "What was heard is kept in kept.capture: send it to support." in result.stdout
    assert "may-identify=yes" in (tmp_path / "kept.capture").read_text()
    assert b"".join(data for _, data in read_capture(tmp_path / "kept.capture")) == file.read_bytes()
