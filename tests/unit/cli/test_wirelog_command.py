"""wirelog: what there is, one monitor's bytes as a capture, and to whom it may be given."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.clock import ManualClock
from devices.registry import lookup
from devices.segments import folder_name, segment_files
from devices.wirelog import WireLog
from nursestation.cli import main
from nursestation.commandline.wirelog import unknown_json, unknown_sentence
from nursestation.paths import Profile
from nursestation.store.spool import waiting
from tests.helpers.bedside import ScriptedPatient

HEART_AND_BREATH = bytes.fromhex("55AA0802E84E10FB01B3")  # BerryMed PM6750 protocol V3.2: heart rate 78, respiration 16


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, list(arguments))


@pytest.fixture
def profile(tmp_path):
    clock = ManualClock()
    log = WireLog(tmp_path / "profile" / "wire", clock, free_bytes=lambda place: 2**40)
    info = lookup("berry_pm6750").info
    plain = log.tap("2:berry_pm6750", info, lambda: {"X (7)": 3})
    named = log.tap("3:berry_pm6750", replace(info, identity="the name typed into it"), dict)
    for _ in range(3):
        plain.received(clock.advance(30), HEART_AND_BREATH)
        named.sent(clock.now(), b"?")
    log.write_once()
    log.close()
    return str(tmp_path / "profile")


def test_the_list_names_each_port_with_its_span_and_bytes(run, profile):
    listed = [json.loads(line) for line in run("wirelog", "--profile", profile, "--json").stdout.splitlines()]
    assert [(line["monitor"], line["seconds"], line["bytes_in"], line["bytes_out"]) for line in listed] == [
        ("2:berry_pm6750", 60, 30, 0),
        ("3:berry_pm6750", 60, 0, 3),
    ]
    assert [(line["unknown"], line["may_identify"]) for line in listed] == [({"X (7)": 3}, False), ({}, True)]
    told = run("wirelog", "--profile", profile).stdout.splitlines()
    assert "(1.0 min), 30 bytes received, 0 sent, not known here: X (7) (3)" in told[0]
    assert told[1].endswith("may tell who the patient is")


def test_a_monitors_bytes_go_out_as_a_capture_that_decode_reads(run, profile, tmp_path):
    out = tmp_path / "chair2.capture"
    result = run("wirelog", "2:berry_pm6750", "--out", str(out), "--profile", profile)
    assert result.exit_code == 0
    assert "carries nothing that tells who the patient is" in result.stdout
    decoded = [json.loads(line) for line in run("decode", "berry_pm6750", str(out), "--json").stdout.splitlines()]
    assert [(line["t"], line["value"]) for line in decoded if line.get("metric") == "heart_rate"] == [
        (0, 78),
        (30, 78),
        (60, 78),
    ]


def test_the_newest_minutes_are_chosen(run, profile, tmp_path):
    out = tmp_path / "chair2.capture"
    arguments = ("wirelog", "2:berry_pm6750", "--out", str(out), "--profile", profile, "--minutes", "0.5", "--json")
    told = json.loads(run(*arguments).stdout)
    assert (told["seconds"], told["bytes_in"], told["path"]) == (30, 20, str(out))
    asked, ended = (one.note for one in waiting(Profile(Path(profile)).notes))
    assert (asked.monitor, ended.outcome) == ("2:berry_pm6750", "done")


def test_a_capture_that_may_tell_who_the_patient_is_says_so(run, profile, tmp_path):
    out = tmp_path / "chair3.capture"
    result = run("wirelog", "3:berry_pm6750", "--out", str(out), "--profile", profile)
    assert "This file may tell who the patient is" in result.stdout
    assert b" may-identify=yes" in out.read_bytes().splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("9:none", "--out", "x.capture"), 1, "It has: 2:berry_pm6750, 3:berry_pm6750."),
        (("2:berry_pm6750", "--out", "no-such-folder/x.capture"), 1, "cannot be written"),
        (("2:berry_pm6750",), 2, "both MONITOR and --out"),
        (("--out", "x.capture"), 2, "both MONITOR and --out"),
    ],
)
def test_what_goes_wrong_is_a_sentence(run, profile, tmp_path, monkeypatch, arguments, status, words):
    monkeypatch.chdir(tmp_path)
    result = run("wirelog", *arguments, "--profile", profile)
    assert result.exit_code == status
    assert words in result.stderr


def test_where_there_is_none_it_says_when_there_is(run, tmp_path):
    result = run("wirelog", "--profile", str(tmp_path))
    assert result.exit_code == 0
    assert "it is kept while Nursestation runs with a monitor" in result.stdout
    assert run("wirelog", "--profile", str(tmp_path), "--json").stdout == ""


def test_what_is_missing_or_damaged_is_said(run, profile):
    segment = segment_files(Path(profile) / "wire" / folder_name("2:berry_pm6750"))[-1]
    segment.write_bytes(segment.read_bytes() + b"70000000000 ! 99\nnonsense\n")
    told = run("wirelog", "--profile", profile).stdout.splitlines()[0]
    assert "99 not kept, for the disk did not take them, damaged in places" in told


def test_a_driver_that_is_not_installed_any_more_is_no_hindrance(run, tmp_path):
    clock = ManualClock()
    log = WireLog(tmp_path / "wire", clock, free_bytes=lambda place: 2**40)
    info = replace(lookup("berry_pm6750").info, name="no_such_driver", identity="a name")
    log.tap("4:no_such_driver", info, dict).received(clock.now(), b"x")
    log.write_once()
    log.close()
    result = run("wirelog", "4:no_such_driver", "--out", str(tmp_path / "x.capture"), "--profile", str(tmp_path))
    assert "This file may tell who the patient is: treat it" in result.stdout


@pytest.fixture
def radical(tmp_path):
    """Ten seconds of a monitor that sends more than is shown."""
    monitor = lookup("masimo_radical7").make_monitor()
    file = tmp_path / "radical.bin"
    file.write_bytes(b"".join(monitor.transmit(ScriptedPatient(), second * 10**9) for second in range(10)))
    return str(file)


@pytest.mark.parametrize("command", [("decode", "masimo_radical7"), ("watch", "masimo_radical7")])
def test_decode_and_watch_name_at_their_end_what_has_no_name_here(run, radical, command):
    source = radical if command[0] == "decode" else f"replay:{radical}"
    text = run(*command, source)
    assert text.stderr.startswith("The monitor also sent numbers that are not shown, for they have no name here: ")
    assert "PVI" in text.stderr
    assert "PVI" not in text.stdout
    as_json = run(*command, source, "--json")
    assert json.loads(as_json.stderr)["unknown"]["PVI"] > 5
    assert all("event" in json.loads(line) for line in as_json.stdout.splitlines())


def test_numerics_without_a_name_are_told_by_name_and_number():
    assert unknown_sentence({"B (2)": 1, "A (1)": 7}) == (
        "The monitor also sent numbers that are not shown, for they have no name here: A (1) (7 times), B (2) (once)."
    )
    assert json.loads(unknown_json({"A (1)": 7})) == {"unknown": {"A (1)": 7}}
    assert unknown_sentence({}) == unknown_json({}) == ""
