import io
import itertools
import stat
import sys

import pytest

from devices.capture import read_capture, read_title
from devices.clock import NS_PER_S, ManualClock
from devices.errors import CaptureError
from devices.events import LinkState
from devices.port import Port
from devices.recorded import export, list_recorded
from devices.registry import all_drivers, lookup
from devices.segments import folder_name, segment_files
from devices.wirelog import WireLog
from tests.helpers.bedside import ScriptedPatient
from tests.helpers.wire import Wire

MONITOR = "2:capnostream20"


class Night:
    """A monitor at a port, in step with the clock, and the wire log behind it."""

    def __init__(self, folder, driver="capnostream20"):
        self.clock = ManualClock()
        self.folder = folder / "wire"
        entry = lookup(driver)
        self.driver = entry.make()
        self.monitor = entry.make_monitor()
        self.wire = Wire()
        self.log = WireLog(self.folder, self.clock, free_bytes=lambda place: 2**40)
        tap = self.log.tap(f"2:{driver}", entry.info, lambda: self.driver.unknown)
        self.port = Port("2", self.driver, self.wire, tap=tap.received, sent_tap=tap.sent)
        self.events = []
        self.n_heard = 0

    def run(self, seconds, step_s=0.05):
        for n in range(round(seconds / step_s)):
            now = self.clock.advance(step_s)
            self.monitor.receive(self.wire.sent[self.n_heard :], now.mono_ns)
            self.n_heard = len(self.wire.sent)
            self.wire.arrive(self.monitor.transmit(ScriptedPatient(), now.mono_ns))
            self.events += self.port.poll(now)
            if n % 20 == 0:
                self.log.write_once()

    def end(self):
        self.events += self.port.close(self.clock.now())
        self.log.write_once()
        self.log.close()


def decoded(path, driver):
    """Decode as the command does; the times are since the first record."""
    decoder = lookup(driver).make()
    events, now_ns = [], 0
    for now_ns, data in read_capture(path):
        events += decoder.tick(now_ns)
        events += decoder.feed(data, now_ns)
        decoder.pending_writes(now_ns)
    return [*events, *decoder.reset(now_ns)], decoder.unknown


def described(events):
    """What an event says, without the times, whose zero is another one."""
    return [
        (type(event).__name__, *(getattr(event, name, None) for name in ("metric", "value", "validity", "samples")))
        for event in events
        if not isinstance(event, LinkState)
    ]


@pytest.mark.parametrize("driver", sorted(all_drivers()))
def test_the_export_decodes_to_the_events_that_were_live(tmp_path, driver):
    night = Night(tmp_path, driver)
    night.run(150)
    night.end()
    assert len(segment_files(night.folder / folder_name(f"2:{driver}"))) == 3
    out = tmp_path / "night.capture"
    written = export(night.folder, f"2:{driver}", out)
    assert (written.driver, written.lost, written.is_damaged) == (driver, 0, False)
    assert written.bytes_in == night.port.counters.bytes_in
    assert written.bytes_out == night.port.counters.bytes_out
    live = described(night.events)
    assert live
    events, unknown = decoded(out, driver)
    assert described(events) == live
    assert unknown == night.driver.unknown == written.unknown


@pytest.fixture
def night(tmp_path):
    night = Night(tmp_path)
    night.run(200)
    night.end()
    return night


def test_the_export_is_one_capture_of_its_own(night, tmp_path):
    out = tmp_path / "night.capture"
    export(night.folder, MONITOR, out)
    raw = out.read_bytes()
    assert raw.count(b"# nursestation") == 1
    assert read_title(io.BytesIO(raw)).driver == "capnostream20"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_the_export_is_its_owners_alone(night, tmp_path):
    export(night.folder, MONITOR, tmp_path / "night.capture")
    assert stat.S_IMODE((tmp_path / "night.capture").stat().st_mode) == 0o600


def test_the_newest_minutes_alone(night, tmp_path):
    out = tmp_path / "night.capture"
    whole = list_recorded(night.folder)[0]
    written = export(night.folder, MONITOR, out, minutes=1.5)
    assert written.last_ns == whole.last_ns
    assert 89 * NS_PER_S < written.last_ns - written.first_ns <= 90 * NS_PER_S
    records = list(read_capture(out))
    assert records[-1][0] - records[0][0] <= 90 * NS_PER_S
    assert sum(len(data) for _, data in records) == written.bytes_in < whole.bytes_in


def test_times_stay_apart_over_a_restart_and_never_go_back(tmp_path):
    night = Night(tmp_path)
    night.run(30)
    night.end()
    later = Night(tmp_path)
    later.clock.advance(600)
    later.run(30)
    later.end()
    earlier = Night(tmp_path)  # the wall clock was set back by then
    earlier.clock.step_utc(-3600)
    earlier.run(30)
    earlier.end()
    out = tmp_path / "night.capture"
    written = export(night.folder, MONITOR, out)
    assert written.bytes_in == sum(run.port.counters.bytes_in for run in (night, later, earlier))
    times = [t_ns for t_ns, _ in read_capture(out)]
    assert times == sorted(times)
    assert max(b - a for a, b in itertools.pairwise(times)) == pytest.approx(570 * NS_PER_S, rel=0.01)


def test_the_list_tells_span_bytes_and_driver(night):
    (recorded,) = list_recorded(night.folder)
    assert (recorded.monitor, recorded.driver, recorded.may_identify) == (MONITOR, "capnostream20", False)
    assert recorded.bytes_in == night.port.counters.bytes_in
    assert recorded.bytes_out == night.port.counters.bytes_out
    assert (recorded.last_ns - recorded.first_ns) / NS_PER_S == pytest.approx(200, abs=2)


def test_there_may_be_no_wire_log(tmp_path):
    assert list_recorded(tmp_path / "wire") == ()
    with pytest.raises(CaptureError, match=r"has nothing of '2:x'. It has: nothing yet."):
        export(tmp_path / "wire", "2:x", tmp_path / "out.capture")


def test_a_wrong_name_is_answered_with_the_right_ones(night, tmp_path):
    with pytest.raises(CaptureError, match=r"It has: 2:capnostream20\."):
        export(night.folder, "3:capnostream20", tmp_path / "out.capture")


def test_a_file_that_is_there_is_not_written_over(night, tmp_path):
    out = tmp_path / "night.capture"
    out.write_text("mine")
    with pytest.raises(CaptureError, match="is there already"):
        export(night.folder, MONITOR, out)
    assert out.read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(night, tmp_path):
    with pytest.raises(CaptureError, match="cannot be written"):
        export(night.folder, MONITOR, tmp_path / "none" / "night.capture")


def test_lost_bytes_stay_visible(night, tmp_path):
    first = segment_files(night.folder / folder_name(MONITOR))[0]
    with first.open("ab") as file:
        file.write(b"99000000000 ! 77\n")
    out = tmp_path / "night.capture"
    assert export(night.folder, MONITOR, out).lost == 77
    with pytest.raises(CaptureError, match="77 bytes were not kept"):
        list(read_capture(out))


def test_a_cut_last_line_was_never_whole_and_other_damage_is_told(night, tmp_path):
    first, second, *_ = segment_files(night.folder / folder_name(MONITOR))
    with first.open("ab") as file:
        file.write(b"5000000 6")
    assert not list_recorded(night.folder)[0].is_damaged
    second.write_bytes(second.read_bytes().replace(b" ", b"*", 9))
    assert list_recorded(night.folder)[0].is_damaged
    out = tmp_path / "night.capture"
    assert export(night.folder, MONITOR, out).is_damaged
    assert list(read_capture(out))


def test_numerics_without_a_name_are_listed(night):
    newest = segment_files(night.folder / folder_name(MONITOR))[-1]
    with newest.open("ab") as file:
        file.write(b"99000000000 ? 3 NOM_X%20%280x12%29\n")
    assert list_recorded(night.folder)[0].unknown == {"NOM_X (0x12)": 3}


def test_a_stray_file_is_passed_over(night):
    (night.folder / folder_name(MONITOR) / "00000000-20260101T150000Z.capture").write_bytes(b"not ours\n")
    (night.folder / folder_name(MONITOR) / "00000099-20260101T150000Z.capture").mkdir()  # as one that has just gone
    assert list_recorded(night.folder)[0].bytes_in == night.port.counters.bytes_in
