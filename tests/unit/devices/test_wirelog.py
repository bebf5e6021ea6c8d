import threading
from contextlib import suppress
from dataclasses import replace

import pytest

from devices.capture import Mark, read_capture, read_records
from devices.clock import ManualClock
from devices.errors import CaptureError
from devices.port import Port
from devices.segments import KEEP_S, folder_name, open_segment, segment_files
from devices.wirelog import LEAVE_FREE_BYTES, WAITING_MAX_BYTES, WireLog
from tests.helpers.wire import SETTINGS, LineDriver, Wire

MONITOR = "1:line_driver"
INFO = LineDriver.info


class Bench:
    """A port with its wire log, and a hand on the clock and on the disk."""

    def __init__(self, folder, clock=None, open_file=open_segment):
        self.clock = clock or ManualClock()
        self.folder = folder / "wire"
        self.free = LEAVE_FREE_BYTES
        self.log = WireLog(self.folder, self.clock, open_file=open_file, free_bytes=lambda place: self.free)
        self.unknown = {}
        self.tap = self.log.tap(MONITOR, INFO, lambda: self.unknown)
        self.wire = Wire()
        self.port = Port(
            MONITOR, LineDriver(polls=True), self.wire, tap=self.tap.received, sent_tap=self.tap.sent
        )  # fmt: skip
        self.port.poll(self.clock.now())

    def hear(self, data, after_s=0.008):
        self.wire.arrive(data)
        return self.port.poll(self.clock.advance(after_s))

    @property
    def files(self):
        return segment_files(self.folder / folder_name(MONITOR))

    def kept(self, *marks):
        records = []
        for path in self.files:
            with suppress(CaptureError):  # lost bytes: a record tells of them
                records.extend(read_records(path))
        return [(r.mark, r.data or r.n) for r in records if r.mark in (marks or (Mark.RECEIVED, Mark.LOST))]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.log.close()


def test_what_is_received_and_what_is_sent_are_kept_with_their_times(bench):
    bench.clock.advance(10)  # the disk is written later than the bytes came
    bench.hear(b"ok\n")
    bench.hear(b"ok\n")
    bench.clock.advance(10)
    bench.log.write_once()
    assert list(read_records(bench.files[0])) == [
        (0, Mark.RECEIVED, b"ok\n", 0, ""),
        (0, Mark.SENT, b"?", 0, ""),
        (8_000_000, Mark.RECEIVED, b"ok\n", 0, ""),
    ]


def test_nothing_is_made_on_disk_before_something_was_said(tmp_path):
    log = WireLog(tmp_path / "wire", ManualClock())
    log.tap(MONITOR, INFO, dict)
    log.write_once()
    assert not (tmp_path / "wire").exists()


def test_every_port_has_a_ring_of_its_own(bench):
    other = bench.log.tap("2:line_driver", replace(INFO, identity="the patient's name"), dict, SETTINGS)
    other.received(bench.clock.now(), b"theirs")
    bench.hear(b"ours\n")
    bench.log.write_once()
    theirs = segment_files(bench.folder / folder_name("2:line_driver"))
    assert [data for _, data in read_capture(theirs[0])] == [b"theirs"]
    assert b"driver=line_driver line=9600-8N1 may-identify=yes\n" in theirs[0].read_bytes()
    assert b"may-identify" not in bench.files[0].read_bytes()
    assert bench.kept() == [(Mark.RECEIVED, b"ours\n")]


class StalledDisk:
    """Opens files that take nothing until the test lets them."""

    def __init__(self):
        self.is_asked = threading.Event()
        self.lets = threading.Event()

    def __call__(self, path):
        return StalledFile(open_segment(path), self)


class StalledFile:
    def __init__(self, file, disk):
        self._file = file
        self._disk = disk

    def write(self, data):
        self._disk.is_asked.set()
        assert self._disk.lets.wait(60)
        return self._file.write(data)

    def flush(self):
        self._file.flush()

    def close(self):
        self._file.close()


def test_a_stalled_disk_costs_the_port_nothing_and_what_is_lost_is_told(tmp_path, log_lines):
    disk = StalledDisk()
    bench = Bench(tmp_path, open_file=disk)
    bench.hear(b"ok\n")
    writing = threading.Thread(target=bench.log.write_once)
    writing.start()
    assert disk.is_asked.wait(60)
    chunk = bytes(65_535) + b"\n"
    n_chunks = 2 * WAITING_MAX_BYTES // len(chunk)
    for _ in range(n_chunks):
        assert bench.hear(chunk)  # decoded as ever
    assert not log_lines  # the reader's thread does not wait for a log file either
    assert bench.port.counters.bytes_in == 3 + n_chunks * len(chunk)
    disk.lets.set()
    writing.join(60)
    assert not writing.is_alive()
    bench.log.write_once()
    bench.hear(b"ok\n")
    bench.log.write_once()
    bench.log.close()
    kept = bench.kept()
    n_kept = sum(data == chunk for _, data in kept)
    assert 0 < n_kept * len(chunk) <= WAITING_MAX_BYTES
    n_lost = (n_chunks - n_kept) * len(chunk)
    assert [entry for entry in kept if entry[1] != chunk] == [
        (Mark.RECEIVED, b"ok\n"),
        (Mark.LOST, n_lost),
        (Mark.RECEIVED, b"ok\n"),
    ]
    assert log_lines == [
        f"devices.wirelog: {MONITOR}: {n_lost} bytes are missing in the wire log: the disk did not take them"
    ]


def test_many_small_chunks_cannot_fill_the_memory_either(bench):
    for _ in range(WAITING_MAX_BYTES // 64):
        bench.tap.received(bench.clock.now(), b"x")
    assert len(bench.tap.take()) * 128 <= WAITING_MAX_BYTES


class BrokenDisk:
    """Refuses while it is full."""

    def __init__(self):
        self.is_full = False

    def __call__(self, path):
        if self.is_full:
            raise OSError(28, "No space left on device")
        return BrokenFile(open_segment(path), self)


class BrokenFile:
    def __init__(self, file, disk):
        self._file = file
        self._disk = disk

    def write(self, data):
        if self._disk.is_full:
            raise OSError(28, "No space left on device")
        return self._file.write(data)

    def flush(self):
        self._file.flush()

    def close(self):
        self._file.close()


def test_a_full_disk_is_survived_and_told_once_and_in_the_log_itself(tmp_path, log_lines):
    disk = BrokenDisk()
    bench = Bench(tmp_path, open_file=disk)
    bench.hear(b"before\n")
    bench.log.write_once()
    disk.is_full = True
    for _ in range(100):
        bench.hear(b"during\n", 1)
        bench.log.write_once()
    disk.is_full = False
    bench.hear(b"after\n", 20)
    bench.log.write_once()
    bench.log.close()
    assert bench.kept() == [(Mark.RECEIVED, b"before\n"), (Mark.LOST, 700), (Mark.RECEIVED, b"after\n")]
    assert log_lines == [
        "devices.wirelog: the wire log is not kept: No space left on device",
        f"devices.wirelog: {MONITOR}: 700 bytes are missing in the wire log: the disk did not take them",
    ]


def test_the_last_room_on_the_disk_is_left_to_the_record(bench, log_lines):
    bench.hear(b"before\n")
    bench.log.write_once()
    bench.free = LEAVE_FREE_BYTES - 1
    for _ in range(100):
        bench.hear(b"during\n", 1)
        bench.log.write_once()
    size = sum(path.stat().st_size for path in bench.files)
    assert size < 1000
    assert log_lines == [
        "devices.wirelog: the wire log is not kept: the disk is almost full, and its room is left to the record"
    ]
    bench.free = LEAVE_FREE_BYTES
    bench.hear(b"after\n", 20)
    bench.log.write_once()
    assert bench.kept()[-1] == (Mark.RECEIVED, b"after\n")
    n_lost = sum(n for mark, n in bench.kept() if mark is Mark.LOST)
    assert n_lost + 7 * bench.kept().count((Mark.RECEIVED, b"during\n")) == 700
    assert log_lines[1:] == [
        f"devices.wirelog: {MONITOR}: {n_lost} bytes are missing in the wire log: the disk did not take them"
    ]


def test_it_goes_on_after_a_restart_and_what_was_kept_before_grows_old(tmp_path):
    first = Bench(tmp_path)
    gone = first.log.tap("9:line_driver", INFO, dict)  # a monitor that is not there any more after the restart
    gone.received(first.clock.now(), b"x")
    first.hear(b"first\n")
    first.log.write_once()
    first.log.close()
    second = Bench(tmp_path, first.clock)
    second.hear(b"second\n", 60)
    second.log.write_once()
    assert second.kept() == [(Mark.RECEIVED, b"first\n"), (Mark.RECEIVED, b"second\n")]
    second.clock.advance(KEEP_S - 30)
    second.log.write_once()
    assert second.kept() == [(Mark.RECEIVED, b"second\n")]
    assert segment_files(second.folder / folder_name("9:line_driver")) == []
    second.log.close()


def test_a_killed_program_leaves_what_was_written(tmp_path):
    first = Bench(tmp_path)
    first.hear(b"first\n")
    first.log.write_once()  # and nothing is closed
    second = Bench(tmp_path, first.clock)
    second.hear(b"second\n")
    second.log.write_once()
    assert [data for _, data in second.kept()] == [b"first\n", b"second\n"]
    first.log.close()
    second.log.close()


def test_the_numerics_without_a_name_are_named_at_the_end(bench):
    bench.hear(b"ok\n")
    bench.log.write_once()
    bench.unknown = {"NOM_X": 2}
    bench.log.close()
    assert bench.kept(Mark.UNKNOWN) == [(Mark.UNKNOWN, 2)]


def test_the_thread_writes_what_waits_before_it_stops(bench):
    bench.log.start()
    bench.hear(b"ok\n")
    bench.log.stop()
    bench.log.stop()
    assert bench.kept() == [(Mark.RECEIVED, b"ok\n")]
    with pytest.raises(RuntimeError, match="started once"):
        bench.log.start()


def test_a_wire_log_that_was_not_started_stops_at_once(bench):
    bench.log.stop()


def test_a_port_that_is_bound_anew_goes_on_in_its_ring(bench):
    bench.hear(b"ok\n")
    again = bench.log.tap(MONITOR, INFO, dict)
    again.received(bench.clock.advance(1), b"again")
    bench.log.write_once()
    assert [data for _, data in bench.kept()] == [b"ok\n", b"again"]


def test_a_disk_that_cannot_be_asked_for_its_room_is_left_alone(tmp_path, log_lines):
    def unknown_place(place):
        raise OSError(5, "Input/output error")

    log = WireLog(tmp_path / "wire", ManualClock(), free_bytes=unknown_place)
    log.tap(MONITOR, INFO, dict).received(ManualClock().now(), b"x")
    log.write_once()
    assert not (tmp_path / "wire").exists()
    assert log_lines == ["devices.wirelog: the wire log is not kept: Input/output error"]
