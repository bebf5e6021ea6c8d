"""drivers, ports, decode: what scripts read is JSON lines, what goes wrong is one sentence and the right status."""

import json

import pytest
from click.testing import CliRunner

from devices.drivers.ge_dinamap import encode as dinamap
from nursestation.cli import main

# BerryMed PM6750 protocol V3.2: heart rate 78, respiration 16; finished cuff reading 124/81 mean 95 after a measuring frame
HEART_AND_BREATH = bytes.fromhex("55AA0802E84E10FB01B3")
MEASURING = bytes.fromhex("55AA080304440000 00AC".replace(" ", ""))
CUFF = bytes.fromhex("55AA080300007C5F51C8")


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments, **more: runner.invoke(main, list(arguments), **more)


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_drivers_lists_each_with_line_settings_and_standing(run):
    listed = {driver["name"]: driver for driver in lines(run("drivers", "--json"))}
    assert {"berry_pm6750", "ge_dinamap", "capnostream20"} <= set(listed)
    assert listed["ge_dinamap"]["serial"] == ["9600 8N1"]
    assert "nibp_sys" in listed["ge_dinamap"]["numerics"]
    assert listed["ge_dinamap"]["standing"]
    for name in listed:
        assert name in run("drivers").stdout


def test_decode_reads_standard_input(run):
    result = run("decode", "berry_pm6750", "-", "--json", input=HEART_AND_BREATH)
    assert result.exit_code == 0
    numerics = {line["metric"]: line for line in lines(result) if line["event"] == "numeric"}
    assert numerics["heart_rate"]["value"] == 78
    assert numerics["resp_rate"]["value"] == 16
    assert (
        numerics["heart_rate"] | {"value": 78, "unit": "/min", "validity": "valid", "mode": "real"}
        == (numerics["heart_rate"])
    )


def test_a_cuff_cycle_is_three_numerics_of_one_cycle(run, tmp_path):
    file = tmp_path / "cuff.bin"
    file.write_bytes(MEASURING + CUFF + CUFF)
    decoded = lines(run("decode", "berry_pm6750", str(file), "--json"))
    cuff = [line for line in decoded if line.get("metric", "").startswith("nibp_")]
    assert [(line["metric"], line["value"]) for line in cuff] == [
        ("nibp_sys", 124),
        ("nibp_dia", 81),
        ("nibp_mean", 95),
    ]
    assert len({(line["cycle"], line["measured_t"]) for line in cuff}) == 1


def test_damaged_bytes_are_events_and_the_rest_is_decoded(run):
    broken = bytearray(HEART_AND_BREATH)
    broken[5] ^= 1
    decoded = lines(run("decode", "berry_pm6750", "-", "--json", input=bytes(broken) + HEART_AND_BREATH))
    rejected = [line for line in decoded if line["event"] == "rejected"]
    assert rejected
    assert rejected[0]["reason"] == "checksum"
    assert [line["value"] for line in decoded if line.get("metric") == "heart_rate"] == [78]


def test_a_capture_that_was_cut_off_gives_its_whole_records_and_says_so(run, tmp_path):
    file = tmp_path / "cut.capture"
    started = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=berry_pm6750\n"
    file.write_bytes(started + b"1500000000 " + HEART_AND_BREATH.hex().encode() + b"\n2000000000 55aa")
    result = run("decode", "berry_pm6750", str(file), "--json")
    assert result.exit_code == 1
    assert "cut off" in result.stderr
    heart = next(line for line in lines(result) if line.get("metric") == "heart_rate")
    assert (heart["t"], heart["value"]) == (1.5, 78)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("decode", "no_such_driver", "-"), 1, "no_such_driver"),
        (("decode", "berry_pm6750", "no-such-file"), 1, "no-such-file"),
        (("decode", "berry_pm6750"), 2, "FILE"),
        (("verify", "no-such-file"), 1, "no-such-file"),
        (("simulate", "no_such_driver", "--pty", "x"), 1, "no_such_driver"),
        (("simulate", "berry_pm6750", "--pty", "x", "--scenario", "no-such-scenario"), 1, "no-such-scenario"),
        (("watch", "berry_pm6750", "/dev/no-such-port", "--seconds", "1"), 1, "/dev/no-such-port"),
        (("simulate", "berry_pm6750"), 2, "either --pty or --port"),
        (("simulate", "berry_pm6750", "--pty", "x", "--fault", "melted@3"), 1, "melted@3"),
        (("rehearse", "no-such-scenario", "--out", "out"), 1, "no-such-scenario"),
        (("sessions", "--profile", "no-such-folder"), 1, "no-such-folder"),
        (
            ("export", "nothing", "--format", "csv", "--out", "x.csv", "--profile", "no-such-folder"),
            1,
            "no-such-folder",
        ),
        (("no-such-command",), 2, "no-such-command"),
    ],
)
def test_what_goes_wrong_is_one_sentence_on_standard_error(run, tmp_path, monkeypatch, arguments, status, words):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == status
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    if status == 1:
        assert len(result.stderr.strip().splitlines()) == 1


def test_a_recording_is_not_timed_by_questions_that_nobody_asked_in_it(run, tmp_path):
    """The monitor was polled every 10 s by other software: the age counts from each reply."""
    file = tmp_path / "v100.capture"
    replies = [
        (0, dinamap("NA1100042132084101")),
        (10, dinamap("NA1100052132084101")),
        (60, dinamap("NA1100005128080096")),
    ]
    started = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=ge_dinamap\n"
    file.write_bytes(started + b"".join(b"%d000000000 %s\n" % (t, line.hex().encode()) for t, line in replies))
    cuff = [
        line for line in lines(run("decode", "ge_dinamap", str(file), "--json")) if line.get("metric") == "nibp_sys"
    ]
    assert [(line["value"], line["measured_t"], line["cycle"]) for line in cuff] == [(132, -42, 1), (128, 55, 2)]


def test_what_is_watched_on_anything_but_a_serial_port_is_marked_as_simulated(run, tmp_path):
    file = tmp_path / "heart.bin"
    file.write_bytes(HEART_AND_BREATH)
    watched = lines(run("watch", "berry_pm6750", f"replay:{file}", "--json"))
    assert {line["mode"] for line in watched if line["event"] == "numeric"} == {"simulated"}


def test_a_monitor_that_cannot_be_simulated_is_not_said_to_speak(run, tmp_path):
    for driver, link in (("no_such_driver", tmp_path / "x"), ("berry_pm6750", tmp_path / "no-such-folder" / "x")):
        result = run("simulate", driver, "--pty", str(link))
        assert result.exit_code == 1
        assert result.stdout == ""
