"""The program as a process of its own on bad files, a bad disk and a hand that stops it: one sentence, the right status, no
trace, and no file touched.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devices.clock import NS_PER_S
from devices.registry import lookup
from nursestation.core import records as r
from nursestation.paths import resource
from nursestation.store.backup import make_backup
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.e2e.live_station import until
from tests.helpers.bedside import Bedside, ScriptedPatient
from tests.helpers.written_visit import SESSION, all_records, visit_records

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}


def command(*arguments):
    return [sys.executable, "-m", "nursestation", *map(str, arguments)]


def run(*arguments, **options):
    return subprocess.run(
        command(*arguments), check=False, cwd=ROOT, env=ENV, capture_output=True, text=True, timeout=60, **options
    )


def start(*arguments):
    return subprocess.Popen(
        command(*arguments), cwd=ROOT, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def sentence(result):
    """Return the one sentence on standard error of a command that failed as it should."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.strip().splitlines()
    return line.removeprefix("Error: ")


@pytest.fixture
def profile(tmp_path):
    folder = tmp_path / "profile"
    folder.mkdir()
    return folder


@pytest.fixture
def record(profile):
    """A record with a visit that is over."""
    path = profile / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=30))
    store.close()
    return path


def fingerprint(folder):
    kept = ("record.sqlite3", "record.sqlite3-wal", "station.toml")
    content = {name: (folder / name).read_bytes() for name in kept if (folder / name).exists()}
    return {name: hashlib.sha256(data).digest() for name, data in content.items() if data}


# --- files with a mistake ---

CHAIR = '[[chair]]\nnumber = 2\n[[chair.monitor]]\ndriver = "{driver}"\nport = "/dev/ttyUSB0"\n'


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("station.toml", "frame_ms = 5\n", "station.toml: frame_ms: Input should be greater than or equal to 10"),
        (
            "station.toml",
            CHAIR.format(driver="dinamap"),
            "station.toml: chair 2, driver: There is no driver named 'dinamap'",
        ),
        ("station.toml", "theme = \n", "station.toml is not a TOML file: Invalid value (at line 1"),
        ("protocols/ours.toml", 'name = "ours"\n', "ours.toml: title: Field required. There are 12 more mistakes."),
    ],
    ids=["value", "driver", "no TOML", "protocol"],
)
def test_a_mistake_in_the_profile_names_file_and_key_and_touches_nothing(profile, record, name, text, words):
    (profile / name).parent.mkdir(exist_ok=True)
    (profile / name).write_text(text)
    before = fingerprint(profile)
    assert words in sentence(run("--profile", profile))
    assert fingerprint(profile) == before


def test_a_scenario_with_a_mistake_names_file_line_and_key(profile, tmp_path):
    text = (resource("scenarios") / "normal.toml").read_text(encoding="utf-8")
    ours = tmp_path / "ours.toml"
    ours.write_text(text.replace("[patient]", "[patient]\nagee = 40", 1))
    said = sentence(run("--profile", profile, "--simulate", ours))
    assert "ours.toml, line" in said
    assert "agee" in said
    assert not (profile / "record.sqlite3").exists()


# --- the record ---


def damage(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(byte ^ 0x5A for byte in content[middle : middle + 4096])
    path.write_bytes(content)


def spoil_a_text(path):
    content = path.read_bytes()
    assert b'"family_name"' in content
    path.write_bytes(content.replace(b'"family_name"', b'"fbmily_name"'))


def make_it_open(path):
    """Leave a record whose visit still runs: a start reads it all."""
    path.unlink()
    store = Store.open(path)
    store.append(visit_records()[:-3])
    store.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damage, "is left as it is. There is no readable copy beside it. Tell support. To begin a new record, move"),
        (
            lambda path: path.write_text("Dear colleague, " * 1000),
            "is damaged (file is not a database) and is left as it is",
        ),
        (lambda path: path.chmod(0o444), "is marked read-only. Give this user write permission for it."),
        (
            lambda path: (make_it_open(path), spoil_a_text(path)),
            "is damaged and is left as it is. There is no readable copy beside it. Tell support.",
        ),
    ],
    ids=["flipped bytes", "not a record", "read-only", "altered text"],
)
def test_a_record_that_cannot_be_used_is_told_and_left_as_it_is(profile, record, spoil, words):
    spoil(record)
    before = fingerprint(profile)
    assert words in sentence(run("--profile", profile, "--simulate", "normal"))
    assert fingerprint(profile) == before


def test_a_damaged_record_is_told_with_the_backup_that_lies_where_the_settings_say(profile, record, tmp_path):
    (tmp_path / "drive").mkdir()
    made = make_backup(record, tmp_path / "drive", 1_800_000_000 * NS_PER_S, keep=1, rest=lambda _s: False).path
    (profile / "station.toml").write_text(f'[backup]\nfolder = "{made.parent}"\n')
    damage(record)
    said = sentence(run("--profile", profile, "--simulate", "normal"))
    assert f'`nursestation restore "{made}" --profile "{profile}"` puts it in its place' in said


def test_a_folder_that_may_not_be_written_is_told():
    # not even root may make a file there
    assert "may not be written" in sentence(run("--profile", "/sys/kernel"))
    assert "cannot be made" in sentence(run("--profile", "/sys/kernel/nursestation"))


def test_a_second_program_on_one_profile_is_sent_to_the_first(profile):
    holder = Store.open(profile / "record.sqlite3")
    try:
        said = sentence(run("--profile", profile))
    finally:
        holder.close()
    assert said == f"Another Nursestation is already running on {profile}. Use that window, or close it first."


# --- a running window ---


@pytest.fixture
def window(profile):
    """The window, up and writing its record."""
    started = []

    def make(*arguments):
        process = start("--profile", profile, *arguments)
        started.append(process)
        until(lambda: is_started(profile) or process.poll() is not None, "the station has started", 40)
        assert process.poll() is None, process.stderr.read()
        return process

    yield make
    for process in started:
        process.kill()
        process.communicate()


def is_started(profile):
    # not asked before both exist: a reader must not be the one who makes the journal's shared memory
    if not (profile / "record.sqlite3-shm").exists():
        return False
    try:
        return any(isinstance(record, r.StationStarted) for record in discrete(profile))
    except Exception:  # noqa: BLE001 - it is being made
        return False


def discrete(profile):
    with StoreReader.open(profile / "record.sqlite3") as reader:
        return list(reader.discrete())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_closes_the_window_in_order(profile, window, number):
    process = window("--simulate", "normal")
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
    assert isinstance(discrete(profile)[-1], r.StationStopped)
    assert verify_store(profile / "record.sqlite3").ok


def test_a_log_that_cannot_be_written_does_not_keep_the_window_shut(profile, window):
    (profile / "nursestation.log").mkdir()
    process = window()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said == (
        f"The log {profile / 'nursestation.log'} cannot be written (Is a directory); recording goes on. Tell support.\n"
    )


def test_a_journal_cut_off_by_a_power_cut_costs_its_torn_end_alone(profile, window, tmp_path):
    process = window("--simulate", "normal")
    until(lambda: len(discrete(profile)) > 4, "its links are on disk")
    process.kill()
    process.communicate()
    kept = discrete(shutil.copytree(profile, tmp_path / "copy"))  # more may have come up to the kill
    journal = profile / "record.sqlite3-wal"
    with journal.open("r+b") as file:
        file.truncate(journal.stat().st_size - 100)
    process = window()
    until(lambda: sum(isinstance(one, r.StationStarted) for one in discrete(profile)) == 2, "it starts again")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    records = discrete(profile)
    again = next(n for n, one in enumerate(records) if isinstance(one, r.StationStarted) and one.unclean)
    assert 0 < again < len(kept)
    assert records[:again] == kept[:again]
    assert [one.unclean for one in records if isinstance(one, r.StationStarted)] == [False, True]
    assert verify_store(profile / "record.sqlite3").ok


# --- commands that are stopped, or asked for nonsense ---


def told_to_stop(process, is_going):
    until(lambda: is_going() or process.poll() is not None, "it is going", 40)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    return process.returncode, said


def test_ctrl_c_ends_simulate_and_watch_quietly(tmp_path):
    link, kept = tmp_path / "monitor", tmp_path / "kept.capture"
    monitor = start("simulate", "berry_pm6750", "--pty", link)
    try:
        until(link.is_symlink, "the monitor is there", 40)
        watch = start("watch", "berry_pm6750", link, "--json", "--capture", kept)
        assert told_to_stop(watch, lambda: kept.exists() and kept.stat().st_size > 1000) == (0, "")
        assert told_to_stop(monitor, link.is_symlink) == (0, "")
    finally:
        monitor.kill()
        monitor.communicate()
    assert not link.is_symlink()
    assert run("decode", "berry_pm6750", kept).returncode == 0


def test_ctrl_c_ends_a_rehearsal_with_a_word(tmp_path):
    rehearsal = start("rehearse", "normal", "--out", tmp_path / "out")
    status, said = told_to_stop(rehearsal, rehearsal.stdout.readline)
    assert status == 1
    assert said.strip() == "Aborted!"


def test_whoever_has_seen_enough_of_the_lines_may_go(tmp_path):
    file = tmp_path / "berry.bin"
    entry = lookup("berry_pm6750")
    file.write_bytes(Bedside(entry.make(), entry.make_monitor(), ScriptedPatient()).run(60).stream())
    decode = start("decode", "berry_pm6750", file, "--json")
    assert json.loads(decode.stdout.readline())
    decode.stdout.close()
    said = decode.stderr.read()
    decode.stderr.close()
    assert (decode.wait(30), said) == (0, "")


def test_half_a_frame_at_the_end_of_a_capture_is_told_behind_what_is_whole(tmp_path):
    entry = lookup("berry_pm6750")
    bedside = Bedside(entry.make(), entry.make_monitor(), ScriptedPatient()).run(5)
    whole = "".join(f"{t_ns} {data.hex()}\n" for t_ns, data in bedside.chunks)
    file = tmp_path / "cut.capture"
    file.write_text("# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=berry_pm6750\n" + whole[:-9])
    result = run("decode", "berry_pm6750", file, "--json")
    assert "cut off. Whole records:" in sentence(result)
    assert any(json.loads(line).get("value") == 97 for line in result.stdout.splitlines())

    file.write_bytes(bedside.stream()[:-3])  # plain bytes carry no mark of their own: the torn frame is the last event
    result = run("decode", "berry_pm6750", file, "--json")
    assert result.returncode == 0
    last = json.loads(result.stdout.splitlines()[-1])
    assert (last["event"], last["reason"]) == ("rejected", "framing")


@pytest.mark.parametrize(
    ("session", "format_name", "out", "words"),
    [
        (SESSION, "csv", "no-such-folder/x.csv", "does not exist. Make it, or choose another."),
        (SESSION, "xls", "x.xls", "There is no format xls. There are: pdf, csv"),
        ("20200101-1-zzzz", "csv", "x.csv", "20200101-1-zzzz"),
    ],
    ids=["folder", "format", "session"],
)
def test_an_export_that_cannot_be_is_a_sentence(profile, record, tmp_path, session, format_name, out, words):
    result = run("export", session, "--format", format_name, "--out", tmp_path / out, "--profile", profile)
    assert words in sentence(result)
    assert not (tmp_path / out).exists()


def test_an_export_onto_a_folder_names_the_file_in_it_itself(profile, record, tmp_path):
    result = run("export", SESSION, "--format", "csv", "--out", tmp_path, "--profile", profile)
    assert result.returncode == 0
    assert Path(result.stdout.strip()) == tmp_path / f"{SESSION}.csv"


def test_verify_says_of_any_file_whether_it_is_intact_or_none_of_ours(profile, record, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague")
    assert "has no .sha256 file beside it" in sentence(run("verify", letter))
    assert run("verify", record).returncode == 0
    shutil.copy(letter, record)
    result = run("verify", record)
    assert sentence(result) == f"{record} is not as it was written."
    assert "damaged" in result.stdout


def test_doctor_tells_of_a_damaged_record_and_of_a_mistake_in_the_settings_and_goes_on(profile, record):
    damage(record)
    (profile / "station.toml").write_text("frame_ms = 5\n")
    result = run("doctor", "--profile", profile, "--json")
    assert sentence(result) == "What is marked FAILED has to be put right before a visit."
    found = {one["check"]: one for one in map(json.loads, result.stdout.splitlines())}
    assert found["settings"]["verdict"] == found["store"]["verdict"] == "failed"
    assert "frame_ms" in found["settings"]["text"]
    assert "damaged" in found["store"]["text"]
    assert found["disk"]["verdict"] == "ok"


def test_ports_lists_or_says_that_there_are_none():
    result = run("ports")
    assert result.returncode == 0
    assert result.stdout.strip()
