import os
import stat
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.capture import CaptureTitle, Mark, read_capture, read_title
from devices.clock import NS_PER_S, ManualClock
from devices.driver import SerialSettings
from devices.segments import (
    KEEP_S,
    RING_MAX_BYTES,
    SEGMENT_MAX_BYTES,
    SEGMENT_S,
    Entry,
    Ring,
    folder_name,
    monitor_of,
    segment_files,
)

LINE = CaptureTitle(started_ns=0, driver="line", settings=SerialSettings(9600))


class Disk:
    """A ring in a folder, with a hand on the clock."""

    def __init__(self, folder, clock=None):
        self.folder = folder / "2%3Aline"
        self.clock = clock or ManualClock()
        self.unknown = {}
        self.ring = Ring(self.folder, self.clock.now())

    def receive(self, data=b"x", mark=Mark.RECEIVED):
        self.write([Entry(self.clock.now(), mark, data)])

    def write(self, entries):
        self.ring.write(entries, LINE, lambda: self.unknown)

    def run(self, seconds, every_s=1, data=b"x"):
        for _ in range(int(seconds / every_s)):
            self.clock.advance(every_s)
            self.receive(data)
            self.ring.age(self.clock.now())

    def restart(self):
        self.ring.close()
        self.ring = Ring(self.folder, self.clock.now())

    @property
    def files(self):
        return segment_files(self.folder)

    @property
    def size(self):
        return sum(path.stat().st_size for path in self.files)

    def kept(self):
        return [data for path in self.files for _, data in read_capture(path)]


@pytest.fixture
def disk(tmp_path):
    disk = Disk(tmp_path)
    yield disk
    disk.ring.close()


def test_a_segment_is_a_capture_of_about_a_minute(disk):
    disk.run(150)
    assert [path.name for path in disk.files] == [
        "00000001-20260101T150001Z.capture",
        "00000002-20260101T150101Z.capture",
        "00000003-20260101T150201Z.capture",
    ]
    assert list(read_capture(disk.files[0]))[:2] == [(0, b"x"), (NS_PER_S, b"x")]
    with disk.files[0].open("rb") as file:
        title = read_title(file)
        assert (title.driver, title.settings) == ("line", SerialSettings(9600))
    assert len(disk.kept()) == 150


def test_the_last_half_hour_is_kept_and_a_segment_more_at_most(disk):
    disk.run(2 * KEEP_S)
    assert KEEP_S <= len(disk.kept()) <= KEEP_S + SEGMENT_S + 1


def test_a_line_that_has_fallen_silent_leaves_nothing_after_half_an_hour(disk):
    disk.run(30)
    disk.clock.advance(KEEP_S)
    disk.ring.age(disk.clock.now())
    assert len(disk.kept()) == 30
    disk.clock.advance(1)
    disk.ring.age(disk.clock.now())
    assert disk.files == []
    disk.receive(b"back")
    assert disk.kept() == [b"back"]


def test_a_wall_clock_that_is_set_does_not_change_what_is_kept_within_a_run(disk):
    disk.run(60)
    disk.clock.step_utc(24 * 3600)
    disk.run(60)
    disk.clock.step_utc(-48 * 3600)
    disk.run(KEEP_S - 180)
    assert len(disk.kept()) == KEEP_S - 60
    disk.run(KEEP_S)
    assert KEEP_S <= len(disk.kept()) <= KEEP_S + SEGMENT_S + 1


def test_what_an_earlier_run_left_grows_old_by_its_own_time(disk):
    disk.run(90)
    disk.clock.advance(600)
    disk.restart()
    disk.run(KEEP_S - 700)
    assert disk.kept().count(b"x") == 90 + KEEP_S - 700
    disk.run(200)
    assert len(disk.kept()) == KEEP_S - 700 + 200


def test_what_an_earlier_run_left_too_long_ago_goes_at_once(disk):
    disk.run(90)
    disk.clock.advance(KEEP_S + 1)
    disk.restart()
    disk.ring.age(disk.clock.now())
    assert disk.files == []


def test_a_clock_that_was_set_back_does_not_keep_files_for_ever(disk):
    disk.run(90)
    disk.clock.step_utc(-365 * 24 * 3600)
    for _ in range(3):  # restarted every quarter of an hour: what is found is never found new again
        disk.restart()
        disk.ring.age(disk.clock.now())
        disk.clock.advance(KEEP_S / 2)
    disk.restart()
    disk.ring.age(disk.clock.now())
    assert disk.files == []


def test_a_restart_begins_a_segment_of_its_own(disk):
    disk.receive(b"a")
    with disk.files[0].open("ab") as file:
        file.write(b"5000000 6")  # killed in the middle of a record
    disk.restart()
    disk.receive(b"b")
    assert [path.name[:8] for path in disk.files] == ["00000001", "00000002"]
    assert list(read_capture(disk.files[1])) == [(0, b"b")]


def test_numbers_go_on_so_that_names_stay_in_order_when_the_wall_clock_does_not(disk):
    disk.run(70)
    disk.clock.step_utc(-3600)
    disk.restart()
    disk.receive(b"later")
    assert disk.kept()[-1] == b"later"


@pytest.mark.parametrize("seconds", [60, 200])
def test_a_babbling_line_stays_within_its_room(disk, seconds):
    """Ten times the fastest line: the room is the bound, not the time."""
    chunk = bytes(92_160)
    for _ in range(seconds):
        disk.clock.advance(1)
        disk.receive(chunk)
        assert disk.size == disk.ring.n_bytes
        assert disk.size <= RING_MAX_BYTES
    assert len(disk.files) > 2
    assert disk.kept()[-1][:1] == b"\0"


def test_half_an_hour_at_115200_baud_fits():
    chunk, chunks_a_second = 92, 125  # what the reader finds each 8 ms
    line = len(b"%d %s\n" % (60 * NS_PER_S, bytes(chunk).hex().encode()))
    assert line * chunks_a_second * KEEP_S < RING_MAX_BYTES


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 900),  # seconds that pass
            st.integers(-4000, 4000),  # seconds that the wall clock is set by
            st.integers(0, 3),  # chunks
            st.sampled_from([1, 1000, SEGMENT_MAX_BYTES // 4, SEGMENT_MAX_BYTES]),  # bytes each
            st.booleans(),  # a restart
        ),
        max_size=25,
    )
)
def test_size_and_age_are_bounded_whatever_arrives(tmp_path_factory, story):
    disk = Disk(tmp_path_factory.mktemp("wire"))
    written = {}  # a segment's file: when its newest byte came
    for passed_s, step_s, n_chunks, size, restarts in story:
        disk.clock.step_utc(step_s)
        disk.clock.advance(passed_s)
        if restarts:
            disk.restart()
            written = {path: disk.clock.now().mono_ns for path in disk.files}  # may be taken for new, never for older
        for _ in range(n_chunks):
            disk.receive(bytes(size))
            written[disk.files[-1]] = disk.clock.now().mono_ns
        disk.ring.age(disk.clock.now())
        assert disk.size <= RING_MAX_BYTES
        for path in disk.files:
            assert disk.clock.now().mono_ns - written[path] <= KEEP_S * NS_PER_S
    disk.ring.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_a_segment_is_its_owners_alone(disk):
    disk.receive()
    assert stat.S_IMODE(disk.files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(disk.folder.stat().st_mode) == 0o700


def test_a_change_of_driver_begins_a_segment(disk):
    disk.receive(b"a")
    other = CaptureTitle(started_ns=0, driver="other", may_identify=True)
    disk.ring.write([Entry(disk.clock.now(), Mark.RECEIVED, b"b")], other, dict)
    titles = []
    for path in disk.files:
        with path.open("rb") as file:
            titles.append(read_title(file))
    assert [(title.driver, title.may_identify) for title in titles] == [("line", False), ("other", True)]


def test_a_long_wait_for_the_disk_is_cut_where_the_minutes_are(disk):
    start = disk.clock.now()
    disk.write([Entry(start.shifted(n * NS_PER_S), Mark.RECEIVED, b"%d" % n) for n in range(150)])
    assert len(disk.files) == 3
    assert [int(data) for data in disk.kept()] == list(range(150))
    assert list(read_capture(disk.files[1]))[:2] == [(0, b"60"), (NS_PER_S, b"61")]


def test_each_segment_begins_with_the_numerics_that_have_no_name(disk):
    disk.receive()
    disk.unknown = {"NOM_X (0x12)": 3}
    disk.run(61)
    assert disk.files[1].read_bytes().splitlines()[1] == b"0 ? 3 NOM_X%20%280x12%29"
    disk.ring.write_unknown({"NOM_X (0x12)": 4}, disk.clock.now())
    assert disk.files[-1].read_bytes().splitlines()[-1].endswith(b" ? 4 NOM_X%20%280x12%29")


def test_other_files_in_the_folder_are_left_alone(disk):
    disk.folder.mkdir()
    letter = disk.folder / "letter.txt"
    letter.write_text("Dear nurse")
    os.utime(letter, (0, 0))
    disk.restart()
    disk.run(KEEP_S + 100)
    assert letter.read_text() == "Dear nurse"


def test_a_segment_that_cannot_be_deleted_now_is_deleted_later(disk):
    """On Windows somebody may be reading it; here a folder stands in its place."""
    disk.run(90)
    oldest, newest = disk.files
    oldest.unlink()
    oldest.mkdir()
    disk.clock.advance(2 * KEEP_S)
    disk.ring.age(disk.clock.now())
    assert disk.files == [oldest, newest]
    for _ in range(RING_MAX_BYTES // SEGMENT_MAX_BYTES + 2):
        disk.receive(bytes(SEGMENT_MAX_BYTES // 2))
    assert oldest.exists()
    oldest.rmdir()
    disk.ring.age(disk.clock.now())
    disk.receive(b"x")
    assert not newest.exists()
    assert disk.size <= RING_MAX_BYTES


def test_a_segment_that_is_gone_when_it_is_looked_at_is_passed_over(disk):
    disk.folder.mkdir()
    (disk.folder / "00000007-20260101T150000Z.capture").symlink_to(disk.folder / "gone")
    disk.restart()
    assert disk.ring.n_bytes == 0
    disk.receive(b"x")
    assert disk.files[-1].name.startswith("00000008")


def test_a_full_disk_leaves_no_empty_files(tmp_path):
    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

        def close(self):
            self.file.close()

    def open_full(path):
        full = Full()
        full.file = path.open("xb")
        return full

    clock = ManualClock()
    ring = Ring(tmp_path / "wire", clock.now(), open_full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            ring.write([Entry(clock.now(), Mark.RECEIVED, b"x")], LINE, dict)
    assert list((tmp_path / "wire").iterdir()) == []
    assert ring.n_bytes == 0


@pytest.mark.parametrize("monitor", ["2:capnostream20", "..", ".", "a/b\\c", "Stuhl 2: Gerät", "con:1"])
def test_a_monitors_folder_has_a_harmless_name_that_is_read_back(tmp_path, monitor):
    name = folder_name(monitor)
    assert not set(name) & set('/\\:*?"<>|.')
    assert monitor_of(tmp_path / name) == monitor
