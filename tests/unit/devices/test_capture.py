import errno
import io
import os
import stat
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.capture import (
    CaptureRecord,
    CaptureTitle,
    CaptureWriter,
    Mark,
    ReplayOpener,
    read_capture,
    read_records,
    read_title,
    record_lines,
)
from devices.clock import NS_PER_S, ManualClock, Moment
from devices.driver import Parity, SerialSettings
from devices.errors import CaptureError, PortMissing

SETTINGS = SerialSettings(9600)
START = Moment(7_000_000_000, 1_767_279_600_000_000_000)

records = st.lists(st.tuples(st.integers(0, 10**10), st.binary(min_size=1, max_size=40)), max_size=12)


def captured(chunks, start=START):
    """Return the bytes of a capture, and what reading it should give."""
    clock = ManualClock(start)
    file = io.BytesIO()
    writer = CaptureWriter(file, clock, "nonin")
    wanted = []
    for wait_ns, data in chunks:
        now = clock.advance_ns(wait_ns)
        writer.write(now, data)
        wanted.append((now.mono_ns - start.mono_ns, data))
    writer.close()
    return file.getvalue(), wanted


def read_all(raw):
    """Return every record, and the damage that was told after the last ("" = none)."""
    got = []
    try:
        for record in read_capture(io.BytesIO(raw)):
            got.append(record)
    except CaptureError as error:
        return got, str(error)
    return got, ""


def test_the_format_is_as_documented():
    raw, _ = captured([(0, b"\x01\x00\xff\x7f"), (8_000_000, b"a")])
    assert raw == (
        b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=nonin\n0 0100ff7f\n8000000 61\n"
    )


@given(records)
def test_what_was_written_is_read(chunks):
    raw, wanted = captured(chunks)
    assert read_all(raw) == (wanted, "")


@settings(max_examples=25, deadline=None)
@given(records)
def test_a_capture_cut_at_any_byte_gives_its_whole_records_and_tells_of_the_cut(chunks):
    raw, wanted = captured(chunks)
    for n in range(1, len(raw)):
        cut = raw[:n]
        n_whole = max(0, cut.count(b"\n") - 1)
        got, damage = read_all(cut)
        assert got == wanted[:n_whole]
        assert bool(damage) is not cut.endswith(b"\n")
        if damage:
            lines = cut.split(b"\n")
            assert f"line {len(lines)} (byte {n - len(lines[-1])}) is damaged: it is cut off" in damage


@settings(max_examples=25, deadline=None)
@given(records, records)
def test_a_cut_capture_can_be_continued_and_the_cut_stays_visible(tmp_path_factory, first, second):
    raw, wanted = captured(first)
    later = START.shifted(3600 * NS_PER_S)
    path = tmp_path_factory.mktemp("captures") / "night.cap"
    for n in range(1, len(raw) + 1):
        path.write_bytes(raw[:n])
        clock = ManualClock(later)
        writer = CaptureWriter(path, clock)
        for wait_ns, data in second:
            writer.write(clock.advance_ns(wait_ns), data)
        writer.close()
        got, damage = read_all(path.read_bytes())
        n_whole = max(0, raw[:n].count(b"\n") - 1)
        assert [data for _, data in got] == [data for _, data in wanted[:n_whole] + second]
        assert [t for t, _ in got] == sorted(t for t, _ in got)
        assert bool(damage) is not raw[:n].endswith(b"\n")


def test_a_second_capture_in_a_file_keeps_its_distance_in_time(tmp_path):
    path = tmp_path / "night.cap"
    for start in (START, START.shifted(60 * NS_PER_S)):
        writer = CaptureWriter(path, ManualClock(start))
        writer.write(start.shifted(NS_PER_S), b"x")
        writer.close()
    assert list(read_capture(path)) == [(NS_PER_S, b"x"), (61 * NS_PER_S, b"x")]


def test_a_wall_clock_set_back_between_two_captures_does_not_turn_time_back(tmp_path):
    path = tmp_path / "night.cap"
    for start in (START, Moment(0, START.utc_ns - 3600 * NS_PER_S)):
        writer = CaptureWriter(path, ManualClock(start))
        writer.write(start.shifted(NS_PER_S), b"x")
        writer.close()
    assert list(read_capture(path)) == [(NS_PER_S, b"x"), (2 * NS_PER_S, b"x")]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"5 0g\n", "it is not a record"),
        (b"5 012\n", "it is not a record"),
        (b"5\n", "it is not a record"),
        (b"\xff\xfe\n", "it is not a record"),
        (b"# nursestation capture 1 started=2026-13-01T15:00:00.000000Z\n", "it is not a record"),
        (b"5 01!\n", "it is cut off"),
    ],
)
def test_a_damaged_line_is_told_after_the_whole_ones(line, what):
    head = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    got, damage = read_all(head + b"0 aa\n" + line + b"9 bb\n")
    assert got == [(0, b"\xaa"), (9, b"\xbb")]
    assert damage == f"the input, line 3 (byte {len(head) + 5}) is damaged: {what}. Whole records: 2; damaged: 1."


def test_a_time_that_goes_back_is_told_and_its_bytes_kept_in_order():
    head = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    got, damage = read_all(head + b"9 aa\n5 bb\n10 cc\n")
    assert got == [(9, b"\xaa"), (9, b"\xbb"), (10, b"\xcc")]
    assert "its time goes back" in damage


def test_an_endless_line_does_not_fill_the_memory():
    head = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    got, damage = read_all(head + b"0 " + b"aa" * 1_000_000 + b"\n1 bb\n")
    assert got == [(1, b"\xbb")]
    assert "is damaged" in damage


def test_a_newer_format_is_not_guessed():
    got, damage = read_all(b"# nursestation capture 2 started=2026-01-01T15:00:00.000000Z\n0 aa\n")
    assert got == []
    assert damage == "the input, line 1: made by a newer Nursestation; use that one to read it."


@given(st.binary(max_size=200).filter(lambda raw: not b"# nursestation capture ".startswith(raw[:23])))
def test_a_file_of_plain_bytes_came_all_at_once(raw):
    got, damage = read_all(raw)
    assert b"".join(data for _, data in got) == raw
    assert all(t_ns == 0 and data for t_ns, data in got)
    assert damage == ""


def test_an_empty_file_holds_nothing():
    assert read_all(b"") == ([], "")


def test_a_pipe_is_read_as_it_comes():
    out, into = os.pipe()
    with os.fdopen(out, "rb") as pipe:
        os.write(into, b"0123456789012345678901234567890")
        stream = read_capture(pipe)
        assert next(stream)[1] + next(stream)[1] == b"0123456789012345678901234567890"
        os.write(into, b"more")
        assert next(stream) == (0, b"more")
        os.close(into)
        assert list(stream) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CaptureError, match=r"none\.cap cannot be read: No such file"):
        list(read_capture(tmp_path / "none.cap"))


# -- writing


def test_a_big_chunk_is_split_and_read_whole():
    data = bytes(range(256)) * 1000
    raw, _ = captured([(0, data)])
    got, damage = read_all(raw)
    assert b"".join(chunk for _, chunk in got) == data
    assert damage == ""


def test_every_record_is_in_the_file_at_once(tmp_path):
    path = tmp_path / "night.cap"
    writer = CaptureWriter(path, ManualClock(START))
    writer.write(START, b"x")
    assert list(read_capture(path)) == [(0, b"x")]
    writer.close()
    writer.close()
    writer.write(START, b"too late")
    assert list(read_capture(path)) == [(0, b"x")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_a_capture_is_its_owners_alone(tmp_path):
    path = tmp_path / "night.cap"
    CaptureWriter(path, ManualClock()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_kind_of_file_is_not_written_to(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear nurse")
    with pytest.raises(CaptureError, match="is there already and is not a recording"):
        CaptureWriter(path, ManualClock())
    assert path.read_bytes() == b"Dear nurse"


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CaptureError, match="cannot be written"):
        CaptureWriter(tmp_path / "none" / "night.cap", ManualClock())


def test_the_name_of_a_driver_stays_on_its_line():
    with pytest.raises(ValueError, match="not the name of a driver"):
        CaptureWriter(io.BytesIO(), ManualClock(), "a\nb")


class SmallDisk(io.BytesIO):
    """Holds 100 bytes."""

    def write(self, data):
        if self.tell() + len(data) > 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_stops_the_recording_not_the_link(log_lines):
    disk = SmallDisk()
    writer = CaptureWriter(disk, ManualClock(START), "nonin")
    writer.write(START, b"x")
    assert writer.failure == ""
    writer.write(START, bytes(100))
    writer.write(START, b"y")
    assert writer.failure == "The recording the input has stopped: No space left on device."
    assert list(read_capture(io.BytesIO(disk.getvalue()))) == [(0, b"x")]
    assert log_lines == ["devices.capture: a recording has stopped: No space left on device"]


# -- playing


@pytest.fixture
def night(tmp_path):
    path = tmp_path / "night.cap"
    path.write_bytes(captured([(0, b"a"), (NS_PER_S, b"b"), (0, b"c"), (NS_PER_S, b"d")])[0])
    return path


def test_a_recording_is_played_at_its_times(night):
    clock = ManualClock()
    stream = ReplayOpener(night, clock).open(SETTINGS)
    assert (stream.read(), stream.read()) == (b"a", b"")
    clock.advance(0.999)
    assert stream.read() == b""
    clock.advance(0.001)
    assert stream.read() == b"bc"
    stream.write(b"?")
    clock.advance(5.0)
    assert stream.read() == b"d"


def test_a_recording_ends_once_and_does_not_begin_again(night):
    clock = ManualClock()
    opener = ReplayOpener(night, clock)
    stream = opener.open(SETTINGS)
    clock.advance(10.0)
    assert stream.read() == b"abcd"
    with pytest.raises(PortMissing, match="has been played to its end"):
        stream.read()
    stream.close()
    with pytest.raises(PortMissing, match="has been played to its end"):
        opener.open(SETTINGS)
    assert opener.device() is None


def test_a_damaged_recording_is_played_as_far_as_it_is_whole(night):
    night.write_bytes(night.read_bytes()[:-1])
    clock = ManualClock()
    stream = ReplayOpener(night, clock).open(SETTINGS)
    clock.advance(10.0)
    assert stream.read() == b"abc"
    with pytest.raises(PortMissing, match="it is cut off"):
        stream.read()


def test_a_recording_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(PortMissing, match="There is no recording"):
        ReplayOpener(tmp_path / "none.cap", ManualClock()).open(SETTINGS)


# -- what a capture tells besides what was received


def test_what_was_sent_stands_beside_what_was_received_and_is_not_decoded():
    clock = ManualClock(START)
    file = io.BytesIO()
    writer = CaptureWriter(file, clock, "nonin", may_identify=True)
    writer.write_sent(clock.now(), b"?")
    writer.write(clock.advance_ns(8_000_000), b"a")
    assert file.getvalue() == (
        b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=nonin may-identify=yes\n"
        b"0 > 3f\n8000000 61\n"
    )
    assert read_all(file.getvalue()) == ([(8_000_000, b"a")], "")


times = st.integers(0, 10**12)
some_bytes = st.binary(min_size=1, max_size=20)
counts = st.integers(1, 10**9)
names = st.text(min_size=1, max_size=20).filter(str.isprintable)
kept = st.lists(
    st.one_of(
        st.tuples(times, st.sampled_from([Mark.RECEIVED, Mark.SENT]), some_bytes, st.just(0), st.just("")),
        st.tuples(times, st.just(Mark.LOST), st.just(b""), counts, st.just("")),
        st.tuples(times, st.just(Mark.UNKNOWN), st.just(b""), counts, names),
    ),
    max_size=12,
).map(lambda told: sorted(CaptureRecord(*record) for record in told))


@given(kept)
def test_every_kind_of_record_is_read_as_it_was_written(told):
    raw = CaptureTitle(started_ns=START.utc_ns).line() + b"".join(record_lines(record) for record in told)
    got = []
    n_lost = sum(record.n for record in told if record.mark is Mark.LOST)
    try:
        got.extend(read_records(io.BytesIO(raw)))
        damage = ""
    except CaptureError as error:
        damage = str(error)
    assert got == told
    assert (f"the input: {n_lost} bytes were not kept" in damage) is bool(n_lost)


def test_bytes_that_were_not_kept_are_told_after_the_whole_records():
    head = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    got, damage = read_all(head + b"0 aa\n5 ! 1000\n9 bb\n9 ! 24\n")
    assert got == [(0, b"\xaa"), (9, b"\xbb")]
    assert damage == (
        "the input: 1024 bytes were not kept when this was recorded; "
        f"the first are missing at line 3 (byte {len(head) + 5})."
    )


@pytest.mark.parametrize("line", [b"5 ! 12!\n", b"5 ? 3 NAM!\n", b"5 > 3f!\n"])
def test_a_spoiled_line_of_any_kind_is_cut_off(line):
    head = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z\n"
    got, damage = read_all(head + line + b"9 bb\n")
    assert got == [(9, b"\xbb")]
    assert "is damaged: it is cut off" in damage
    assert "not kept" not in damage


@pytest.mark.parametrize(
    ("title", "driver", "may_identify"),
    [
        (b"Z\n", "", False),
        (b"Z driver=nonin\n", "nonin", False),
        (b"Z driver=nonin may-identify=yes\n", "nonin", True),
        (b"Z colour=blue driver=nonin size=3 may-identify=yes\n", "nonin", True),
    ],
)
def test_the_first_line_names_the_driver_and_whether_it_may_tell_who_the_patient_is(title, driver, may_identify):
    raw = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000" + title
    wanted = CaptureTitle(started_ns=START.utc_ns, driver=driver, may_identify=may_identify)
    assert read_title(io.BytesIO(raw)) == wanted


@given(
    st.builds(
        CaptureTitle,
        started_ns=st.integers(0, 2 * 10**15).map(lambda us: us * 1000),
        driver=st.from_regex(r"[a-z0-9_]*", fullmatch=True),
        may_identify=st.booleans(),
        settings=st.none()
        | st.builds(
            SerialSettings,
            st.integers(1, 10**9 - 1),
            st.sampled_from([7, 8]),
            st.sampled_from(Parity),
            st.sampled_from([1, 2]),
            st.booleans(),
        ),
    )
)
def test_a_title_is_read_as_it_was_written(title):
    assert read_title(io.BytesIO(title.line())) == title


def test_line_settings_that_make_no_sense_are_not_said():
    raw = b"# nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=nonin line=fast\n"
    assert read_title(io.BytesIO(raw)).settings is None


def test_plain_bytes_have_no_title():
    assert read_title(io.BytesIO(b"\x01\x02\n")) is None
