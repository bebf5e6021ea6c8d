"""What exports read of a visit, and one steady line of time through it, whatever the wall clock did."""

import contextlib

from devices.clock import NS_PER_S, ManualClock
from nursestation.core.records import Gap, Wave
from nursestation.core.timeline import Timeline
from nursestation.export.visit import load_visit
from nursestation.store.migrations import steps
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import SESSION, all_records


def samples(waves):
    return b"".join(one.samples for one in waves)


def test_waves_and_gaps_are_loaded_where_they_are_asked_for(tmp_path):
    records = all_records(step_s=30, upto_min=50, with_waves=True)
    with contextlib.closing(Store.open(tmp_path / "record.sqlite3")) as store:
        store.append(records)
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        without = load_visit(reader, SESSION, "0.1.0")
        visit = load_visit(reader, SESSION, "0.1.0", with_waves=True)
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
