"""Whatever goes wrong at the wire, on the disk or with the clock: a sentence says what to do, nothing recorded is lost, and the
other chairs go on. The parts are together here, in their threads, over ptys; `test_bad_start.py` has the program as a process.
"""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest

from devices.port import Port
from devices.registry import lookup
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.e2e.live_station import Bed, LiveClinic, noise, seen_at_another_speed, stored, until
from tests.helpers.visit import PATIENT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HOLDER = (
    "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def beds(tmp_path):
    made = [Bed(chair, "berry_pm6750", tmp_path / f"chair-{chair}").plug_in() for chair in (1, 2)]
    yield made
    for bed in made:
        bed.pull()


@pytest.fixture
def clinic(tmp_path, beds):
    with LiveClinic(tmp_path / "profile", beds) as clinic:
        clinic.connect()
        yield clinic


def open_visits(clinic):
    """A visit in each chair, so that what comes from them is stored."""
    clinic.staff()
    for number in clinic.beds:
        clinic.chair = number
        clinic.check_in(patient=replace(PATIENT, given_name=f"Jana {number}", record_number=f"MRN-{number}"))


def assert_goes_on(clinic, chair):
    """The chair's numbers are live and reach the disk."""
    before = len(clinic.stored(chair))
    clinic.run(2)
    assert clinic.link(chair).phase == "connected"
    assert clinic.value(chair, "spo2") == 97
    assert len(clinic.stored(chair)) > before


def assert_nothing_is_lost(clinic, *chairs):
    for chair in chairs:
        assert clinic.stored(chair) == clinic.published(chair)
        assert clinic.stored(chair)
    assert verify_store(clinic.profile.record).ok


# --- the wire ---


def test_garbage_in_the_middle_of_a_visit_blanks_the_numbers_and_is_counted(clinic, beds):
    open_visits(clinic)
    clinic.run(3)
    before = clinic.stored(2)
    beds[1].hurt = noise(5)
    clinic.run(14)
    assert clinic.value(2, "spo2") is None
    assert "no data" in clinic.snapshot.chair(2).numeric("spo2").why_blank
    assert_goes_on(clinic, 1)
    beds[1].hurt = bytes
    clinic.run(3)
    assert clinic.value(2, "spo2") == 97
    assert clinic.stored(2)[: len(before)] == before
    told = {(metric, value) for _, metric, value, _ in clinic.stored(2) if value is not None}
    assert told <= {
        ("spo2", 97.0),
        ("pulse_rate", 71.0),
        ("heart_rate", 72.0),
        ("resp_rate", 14.0),
        ("temp", 36.8),
        ("st", -0.05),
    }
    clinic.run(60)  # counted frames are told once a minute
    rejected = [one for one in clinic.of(r.FramesRejected) if one.chair == 2]
    assert sum(one.count for one in rejected) > 20
    assert_nothing_is_lost(clinic, 1, 2)


@pytest.mark.parametrize("ratio", [0.5, 2, 9600 / 115200])
def test_a_wrong_baud_rate_is_told_apart_from_a_silent_monitor(clinic, beds, ratio):
    open_visits(clinic)
    beds[1].hurt = partial(seen_at_another_speed, ratio=ratio)
    n_before = len(clinic.stored(2))
    clinic.run(12)
    assert clinic.link(2).phase == "silent"
    assert clinic.link(2).reason == (
        f"Bytes arrive at {beds[1].link} but make no sense: is it the wrong monitor type, "
        "or is the monitor not set to 115200 8N1?"
    )
    assert clinic.value(2, "spo2") is None
    assert clinic.condition("link.lost").chair == 2
    assert len(clinic.stored(2)) == n_before
    assert_goes_on(clinic, 1)
    beds[1].hurt = bytes
    clinic.run(3)
    assert clinic.link(2).reason == ""
    assert clinic.condition("link.lost") is None
    assert_nothing_is_lost(clinic, 1, 2)


def test_a_port_that_vanishes_comes_back_under_another_path(clinic, beds):
    open_visits(clinic)
    clinic.run(3)
    before, path = clinic.stored(2), beds[1].link.readlink()
    beds[1].pull()
    until(lambda: clinic.link(2).phase == "disconnected", "the lost port is told")
    assert clinic.link(2).reason == f"{beds[1].link} is gone: check that the cable and its adapter are plugged in."
    clinic.run(12)
    assert clinic.value(2, "spo2") is None
    assert clinic.condition("link.lost").text == ("NO DATA FROM MONITOR: PM6750. Look at the bedside monitor")
    assert clinic.link(2).reason == f"There is no port {beds[1].link}: plug the adapter in, or choose another port."
    assert_goes_on(clinic, 1)
    taken = os.openpty()  # the old name is in use now, as ttyUSB0 is when the adapter comes back as ttyUSB1
    beds[1].plug_in()
    assert beds[1].link.readlink() != path
    clinic.run(12)
    for end in taken:
        os.close(end)
    assert clinic.link(2).phase == "connected"
    assert clinic.value(2, "spo2") == 97
    assert clinic.condition("link.lost") is None
    assert clinic.stored(2)[: len(before)] == before
    assert len({record.session for record in clinic.of(r.Sample) if record.chair == 2 and record.session}) == 1
    assert_nothing_is_lost(clinic, 1, 2)


def test_a_port_that_another_program_holds_is_told_and_taken_when_it_is_free(tmp_path, beds):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, beds[1].link.readlink()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with LiveClinic(tmp_path / "profile", beds) as clinic:
            until(lambda: clinic.link(2).reason, "the busy port is told")
            assert clinic.link(2).phase == "disconnected"
            assert clinic.link(2).reason == (
                f"{beds[1].link} is in use by another program or another chair: "
                "close that program, or choose another port."
            )
            open_visits(clinic)
            clinic.run(3)
            assert_goes_on(clinic, 1)
            holder.communicate(timeout=10)
            clinic.run(12)
            assert clinic.link(2).phase == "connected"
            assert_nothing_is_lost(clinic, 1, 2)
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("through", ["the same path", "another link"])
def test_of_two_chairs_with_one_port_the_second_is_told_who_holds_it(tmp_path, beds, through):
    first, second = beds
    second.pull()
    if through == "another link":
        second.link.symlink_to(first.link)
    else:
        second.link = first.link
    with LiveClinic(tmp_path / "profile", [first, second]) as clinic:
        until(lambda: clinic.port(first).counters.opens, "the first chair has it")
        clinic.run(3)
        assert clinic.link(2).phase == "disconnected"
        assert clinic.link(2).reason == (
            f"{second.link} is already used by Chair 1, PM6750: choose another port for Chair 2, PM6750."
        )
        open_visits(clinic)
        assert clinic.value(2, "spo2") is None
        assert_goes_on(clinic, 1)
        assert not clinic.published(2)
        assert_nothing_is_lost(clinic, 1)


def test_a_second_link_that_comes_later_never_shares_the_port(tmp_path, beds):
    first, second = beds
    second.pull()
    with LiveClinic(tmp_path / "profile", [first, second]) as clinic:
        until(lambda: clinic.port(first).counters.opens, "the first chair has it")
        second.link.symlink_to(first.link)
        clinic.run(12)
        assert "is already used by Chair 1, PM6750: choose another port" in clinic.link(2).reason
        open_visits(clinic)
        assert_goes_on(clinic, 1)
        assert clinic.value(2, "spo2") is None


def test_a_reader_that_fails_is_told(clinic, log_lines):
    class Broken:
        name = "/dev/ttyBROKEN"

        def device(self):
            return None

        def open(self, settings):
            raise RuntimeError("a fault of the program")

    open_visits(clinic)
    clinic.running.reader.add(Port("9:broken", lookup("berry_pm6750").make(), Broken()))
    until(lambda: log_lines, "the failure is logged")
    for _ in range(3):
        clinic.clock.advance(1)
        clinic.sync()
    told = clinic.condition("station.reader")
    assert told.text == (
        "Reading the monitors has failed: look at the bedside monitors. Close Nursestation and start it again."
    )
    clinic.running.reader.remove("9:broken")
    until(lambda: clinic.clock.advance(0.2) and not clinic.condition("station.reader"), "the reader works again")
    assert "RuntimeError" in log_lines[0]


# --- the clock ---


def test_a_step_of_the_clock_moves_no_duration_and_no_order(tmp_path, beds):
    with LiveClinic(tmp_path / "profile", beds[1:]) as clinic:
        clinic.connect()
        clinic.start()
        clinic.run(10)
        for step_s, way in ((3600, "forward"), (-3600, "back")):
            run_s, n_before = clinic.visit.infusion_run_s, len(clinic.stored(2))
            clinic.clock.step_utc(step_s)
            clinic.run(10)
            assert clinic.visit.infusion_run_s == pytest.approx(run_s + 10, abs=0.5)
            assert clinic.of(r.ClockStepped)[-1].step_s == pytest.approx(step_s, abs=1)
            assert clinic.condition("clock.stepped").text == (
                f"The computer's clock went {way} by 3600 s; durations are not affected"
            )
            told = [
                one.rule for one in clinic.snapshot.conditions
            ]  # a disk that is slow at this moment is told beside it
            assert [rule for rule in told if rule != "station.store"] == ["clock.stepped"]
            assert len(clinic.stored(2)) > n_before
            assert clinic.value(2, "spo2") == 97
            clinic.run(61)
            assert clinic.condition("clock.stepped") is None
        assert len(clinic.of(r.ClockStepped)) == 2
        times = [at.mono_ns for at, *_ in clinic.stored(2)]
        assert times == sorted(times)
        assert_nothing_is_lost(clinic, 2)


# --- the disk ---


def test_a_full_disk_keeps_everything_in_memory_until_there_is_room(tmp_path, beds):
    opened = []

    def open_store(path):
        opened.append(Store.open(path))
        return opened[0]

    with LiveClinic(tmp_path / "profile", beds[1:], open_store) as clinic:
        clinic.connect()
        clinic.start()
        clinic.run(3)
        before = clinic.stored(2)
        opened[0].limit(1)  # SQLite takes the present size for the least it can be limited to
        for _ in range(60):
            clinic.run(2)
            if clinic.condition("station.store"):
                break
        assert clinic.condition("station.store").text == (
            f"The disk with {clinic.profile.record} is full. Free some space on it; recording goes on by itself."
        )
        clinic.do(c.PauseInfusion(chair=2, reason="while the disk is full"))
        clinic.run(5)
        assert clinic.value(2, "spo2") == 97
        assert clinic.running.writer.health.n_waiting > 0
        assert stored(clinic.profile.record, 2)[: len(before)] == before
        opened[0].limit(1_000_000)
        until(lambda: clinic.running.writer.health.ok, "it is written once there is room")
        clinic.sync()
        assert clinic.condition("station.store") is None
        assert_nothing_is_lost(clinic, 2)
    assert clinic.running.unwritten == ""
    assert verify_store(clinic.profile.record).ok


def test_a_disk_that_stays_full_to_the_end_is_told_at_the_end(tmp_path, beds, log_lines):
    opened = []

    def open_store(path):
        opened.append(Store.open(path))
        return opened[0]

    with LiveClinic(tmp_path / "profile", beds, open_store) as clinic:
        clinic.connect()
        open_visits(clinic)
        opened[0].limit(1)
        for _ in range(60):
            clinic.run(2)
            if clinic.condition("station.store"):
                break
    assert clinic.running.unwritten.endswith(
        f"records could not be stored and are lost: look at the disk with {clinic.profile.record} before you start again."
    )
    assert "is full" in log_lines[-1]
    assert verify_store(clinic.profile.record).ok


def test_a_record_that_is_moved_away_waits_until_it_is_put_back(clinic):
    open_visits(clinic)
    clinic.run(2)
    record = clinic.profile.record
    away = record.with_name("away.sqlite3")
    clinic.stored(2)
    record.rename(away)
    clinic.run(2)
    until(lambda: clinic.condition("station.store"), "it is told")
    assert clinic.condition("station.store").text == (
        f"{record} was moved, replaced or deleted while Nursestation was writing it. Put it back."
    )
    away.rename(record)
    until(lambda: clinic.running.writer.health.ok, "it is written when it is back")
    assert_nothing_is_lost(clinic, 1, 2)
