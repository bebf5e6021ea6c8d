"""A disk that hangs, a disk that turns read-only, a computer that sleeps: the station goes on, says so, and catches up.

The parts are together here, in their threads, over ptys, as in `tests/e2e/test_bad_input.py`, which has the full disk and the
moved file.
"""

import threading
from dataclasses import replace
from itertools import pairwise

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.e2e.live_station import Bed, LiveClinic, until
from tests.helpers.bedside import WELL, ScriptedPatient

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


class HangingStore(Store):
    """A store whose next write waits for the disk as long as a test lets it, as for an fsync that does not return."""

    def __init__(self, *fields, **named):
        super().__init__(*fields, **named)
        self.may_write = threading.Event()
        self.may_write.set()
        self.n_waiting = 0

    def append(self, records):
        self.n_waiting += 1
        self.may_write.wait(20)
        self.n_waiting -= 1
        super().append(records)


class RefusingStore(Store):
    """A store whose disk can turn read-only under it, as a file system does after an error."""

    def __init__(self, path, connection, *more, **named):
        super().__init__(path, connection, *more, **named)
        self._handle = connection

    def turn_read_only(self, *, is_so):
        self._handle.execute(f"PRAGMA query_only={int(is_so)}")


@pytest.fixture
def bed(tmp_path):
    bed = Bed(2, "berry_pm6750", tmp_path / "chair-2").plug_in()
    yield bed
    bed.pull()


def running(tmp_path, bed, kind):
    opened = []

    def open_store(path):
        opened.append(kind.open(path))
        return opened[0]

    return LiveClinic(tmp_path / "profile", [bed], open_store), opened


def assert_all_is_stored(clinic):
    assert clinic.stored(2) == clinic.published(2)
    assert clinic.stored(2)
    assert verify_store(clinic.profile.record).ok


def test_a_disk_that_hangs_keeps_nobody_from_reading_alarming_and_acting(tmp_path, bed):
    station, opened = running(tmp_path, bed, HangingStore)
    store = opened[0]
    with station as clinic:
        clinic.connect()
        clinic.start()
        clinic.run(3)
        n_before = len(clinic.stored(2))
        store.may_write.clear()
        clinic.run(1)
        until(lambda: store.n_waiting, "a write hangs")
        clinic.run(4)
        assert clinic.condition("station.store").text == (
            "The disk is slow: readings wait in memory until it takes them. Do not switch this computer off."
        )
        bed.patient = ScriptedPatient(start=replace(WELL, spo2=82.0))
        clinic.run(30)
        assert clinic.value(2, "spo2") == 82
        assert any(one.metric == "spo2" for one in clinic.view.conditions), "alarms are judged"
        clinic.do(c.PauseInfusion(chair=2, reason="while the disk hangs"))
        assert clinic.visit.paused
        health = clinic.running.writer.health
        assert health.n_waiting > 100
        assert health.oldest_s > 30
        assert store.n_waiting == 1, "the store's thread is still in that one write"
        store.may_write.set()
        until(lambda: clinic.running.writer.health.ok, "it is written when the disk answers")
        clinic.sync()
        assert clinic.condition("station.store") is None
        assert len(clinic.stored(2)) > n_before
        assert_all_is_stored(clinic)
    assert clinic.running.unwritten == ""


def test_a_disk_that_turns_read_only_is_told_and_caught_up_with(tmp_path, bed):
    station, opened = running(tmp_path, bed, RefusingStore)
    with station as clinic:
        clinic.connect()
        clinic.start()
        clinic.run(3)
        clinic.stored(2)
        opened[0].turn_read_only(is_so=True)
        clinic.do(c.PauseInfusion(chair=2, reason="while nothing can be written"))
        until(lambda: clinic.condition("station.store"), "it is told")
        assert clinic.condition("station.store").text == (
            f"{clinic.profile.record} may not be written. Give this user write permission for the file and its folder."
        )
        clinic.run(5)
        assert clinic.value(2, "spo2") == 97
        opened[0].turn_read_only(is_so=False)
        until(lambda: clinic.running.writer.health.ok, "it is written once it can be")
        clinic.sync()
        assert clinic.condition("station.store") is None
        assert_all_is_stored(clinic)


def test_a_computer_that_slept_counts_the_time_and_says_that_nobody_watched(tmp_path, bed, log_lines):
    station, _ = running(tmp_path, bed, Store)
    with station as clinic:
        clinic.connect()
        clinic.start()
        clinic.run(10)
        run_s, n_before = clinic.visit.infusion_run_s, len(clinic.stored(2))
        clinic.clock.advance(900)
        clinic.sync()
        until(lambda: clinic.clock.advance(0.1) and clinic.condition("station.asleep"), "the sleep is told")
        assert clinic.condition("station.asleep").text == (
            "This computer slept for 15 min: nothing was watched or recorded meanwhile. "
            "Look at every patient, and switch the computer's sleep off."
        )
        assert clinic.value(2, "spo2") is None, "what was measured before the sleep is no present value"
        clinic.run(12)
        assert clinic.value(2, "spo2") == 97
        assert clinic.visit.infusion_run_s == pytest.approx(run_s + 912, abs=3)
        assert clinic.of(r.ClockStepped) == []
        assert any(one.rule == "link.lost" for one in clinic.of(r.ConditionRaised))
        times = [at.mono_ns for at, *_ in clinic.stored(2)]
        steps = [after - before for before, after in pairwise(times)]
        assert len(times) > n_before
        assert max(steps) > 899e9, "a hole, and nothing in its place"
        (told,) = [one for one in clinic.of(r.ConditionRaised) if one.rule == "station.asleep"]
        clinic.do(c.Acknowledge(chair=2, condition_id=told.condition_id))
        assert clinic.condition("station.asleep") is None
        assert_all_is_stored(clinic)
    assert all("the computer slept" in line for line in log_lines)
