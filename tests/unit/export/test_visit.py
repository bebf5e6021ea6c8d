"""What exports read of a visit, and one steady line of time through it, whatever the wall clock did."""

import contextlib

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import AlarmKind, Priority
from nursestation.core import records as r
from nursestation.core.history import Told
from nursestation.core.records import Gap, Wave
from nursestation.core.summary import summarize
from nursestation.core.timeline import Timeline
from nursestation.export.alarms import alarm_rows
from nursestation.export.visit import load_visit
from nursestation.store.migrations import steps
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import CHAIR, CLINICIAN, SESSION, START, all_records


def samples(waves):
    return b"".join(one.samples for one in waves)


def test_waves_and_gaps_are_loaded_where_they_are_asked_for(tmp_path):
    records = all_records(step_s=30, upto_min=50, with_waves=True)
    with contextlib.closing(Store.open(tmp_path / "record.sqlite3")) as store:
        store.append(records)
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        without = load_visit(reader, SESSION, "0.1.0")
        told = []
        visit = load_visit(reader, SESSION, "0.1.0", with_waves=True, progress=told.append)
    at_readings, at_waves = told
    assert at_readings < 0.05
    assert 0.6 <= at_waves < 1
    assert (without.waves, without.gaps) == ((), ())
    assert visit.waves != ()
    assert samples(visit.waves) == samples(one for one in records if isinstance(one, Wave))  # joined, and none lost
    assert visit.gaps == tuple(one for one in records if isinstance(one, Gap) and one.session == SESSION) != ()
    assert visit.schema == steps()


def test_a_step_of_the_wall_clock_changes_no_span():
    clock = ManualClock()
    first = clock.now()
    line = Timeline((first,))
    before = clock.advance(60)
    clock.step_utc(-3600)
    after = clock.advance(60)
    assert line.steady_ns(after) - line.steady_ns(before) == 60 * NS_PER_S
    assert line.steady_ns(first) == first.utc_ns


def test_a_restart_of_the_computer_goes_on_by_the_wall_clock():
    first = ManualClock().now()
    reboot = type(first)(5 * NS_PER_S, first.utc_ns + 600 * NS_PER_S)
    line = Timeline((first, reboot))
    assert line.steady_ns(reboot.shifted(NS_PER_S)) - line.steady_ns(first) == 601 * NS_PER_S


def test_without_any_run_it_is_the_wall_clock():
    moment = ManualClock().now()
    assert Timeline(()).steady_ns(moment) == moment.utc_ns


def test_what_the_station_told_of_another_start_of_the_computer_is_of_its_own_time(tmp_path):
    path, hour_ns = tmp_path / "record.sqlite3", 3600 * NS_PER_S
    # the evening before, when the computer had run for as long as it has in the middle of the visit
    before = Moment(START.mono_ns + 3000 * NS_PER_S, START.utc_ns - 20 * hour_ns)
    lost = {"condition_id": "old", "chair": CHAIR}
    for records in (
        [
            r.StationStarted(at=before.shifted(-hour_ns), version="0.1.0"),
            r.SignedIn(at=before, operator=CLINICIAN.id),
            r.ConditionRaised(
                at=before, **lost, rule="link.lost", kind=AlarmKind.TECHNICAL, priority=Priority.MEDIUM, text="No data"
            ),
            r.ConditionEnded(at=before.shifted(60 * NS_PER_S), **lost),
            r.SignedOut(at=before.shifted(61 * NS_PER_S), operator=CLINICIAN.id),
        ],
        all_records(step_s=60),
    ):
        store = Store.open(path)
        store.append(records)
        store.close()
    with StoreReader.open(path) as reader:
        visit = load_visit(reader, SESSION, "0.1.0")
    assert [visit.timeline.station_ns(one.at) for one in visit.station] == [one.at.utc_ns for one in visit.station]
    assert "old" not in [row.id for row in alarm_rows(visit)]
    summary = summarize(Told(records=visit.records, timeline=visit.timeline), visit.samples, visit.station, visit.name)
    assert CLINICIAN.name not in [name for name, _, _ in summary.watching.signed_in]
