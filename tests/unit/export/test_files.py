"""An exported file is whole or not there, and says later whether it is still the same."""

import hashlib
import shutil
import subprocess

import pytest

from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.files import is_export, look_for_room, on_drive, verify_export, write_export

HEAD = "ab" * 32


def write(path, content=b"time,metric\r\n", **options):
    return write_export(path, content, session="s-1", format_name="csv", chain_head=HEAD, **options)


def test_a_file_and_its_sum_are_written_and_nothing_else(tmp_path):
    exported = write(tmp_path / "session.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["session.csv", "session.csv.sha256"]
    assert (exported.n_bytes, exported.session, exported.format, exported.chain_head) == (13, "s-1", "csv", HEAD)


@pytest.mark.parametrize("name", ["session.csv", "session.csv.sha256"])
def test_an_untouched_file_is_intact_and_tells_its_session(tmp_path, name):
    write(tmp_path / "session.csv")
    verdict = verify_export(tmp_path / name)
    assert (verdict.ok, verdict.session, verdict.format, verdict.chain_head) == (True, "s-1", "csv", HEAD)
    assert is_export(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"time,metric\r\r", b"time,metric\r\n\n"])
def test_an_altered_file_is_told(tmp_path, content):
    write(tmp_path / "session.csv")
    (tmp_path / "session.csv").write_bytes(content)
    verdict = verify_export(tmp_path / "session.csv")
    assert not verdict.ok
    assert "altered" in verdict.text


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_the_sum_is_one_that_sha256sum_checks(tmp_path):
    write(tmp_path / "session.csv")
    done = subprocess.run(
        ["sha256sum", "-c", "session.csv.sha256"], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout == "session.csv: OK\n"


def test_a_file_of_that_name_is_replaced_whole(tmp_path):
    write(tmp_path / "session.csv", b"long" * 1000)
    write(tmp_path / "session.csv", b"short")
    assert (tmp_path / "session.csv").read_bytes() == b"short"
    assert verify_export(tmp_path / "session.csv").ok


def test_a_missing_folder_or_a_folder_as_target_is_told(tmp_path):
    with pytest.raises(ExportError, match="does not exist"):
        write(tmp_path / "none" / "session.csv")
    with pytest.raises(ExportError, match="is a folder"):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "session.csv.sha256").mkdir()
    (tmp_path / "session.csv.sha256" / "in the way").touch()
    with pytest.raises(ExportError, match="cannot be written"):
        write(tmp_path / "session.csv")
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_what_has_no_room_is_told_before_it_is_begun(tmp_path):
    look_for_room(tmp_path / "session.csv", 1000)
    with pytest.raises(ExportError, match=r"no room for session\.csv: it takes 1000000000000\.0 MB"):
        look_for_room(tmp_path / "session.csv", 10**18)


def test_what_the_drive_gives_back_is_compared(tmp_path):
    (tmp_path / "file").write_bytes(b"as it is")
    assert on_drive(tmp_path / "file") == hashlib.sha256(b"as it is").digest()
    write(tmp_path / "session.csv", b"of before")
    with pytest.raises(ExportError, match="gave back something else"):
        write(tmp_path / "session.csv", b"of now", read_back=lambda _: b"something else")
    assert (tmp_path / "session.csv").read_bytes() == b"of before"
    assert verify_export(tmp_path / "session.csv").ok
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_who_stops_the_writing_leaves_nothing(tmp_path):
    heard = []

    def stop(done):
        heard.append(done)
        if done >= 0.5:
            raise ExportCancelled("Stopped.")

    with pytest.raises(ExportCancelled):
        write(tmp_path / "session.csv", bytes(4 << 20), progress=stop)
    assert heard == [0, 0.25, 0.5]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_foreign_sum_is_told(tmp_path):
    with pytest.raises(ExportError, match=r"session\.csv is missing"):
        verify_export(tmp_path / "session.csv")
    (tmp_path / "session.csv").write_text("x")
    assert not is_export(tmp_path / "session.csv")
    with pytest.raises(ExportError, match=r"session\.csv\.sha256 is missing"):
        verify_export(tmp_path / "session.csv")
    for text in ("", "hello\nworld\n"):
        (tmp_path / "session.csv.sha256").write_text(text)
        with pytest.raises(ExportError, match="cannot be read"):
            verify_export(tmp_path / "session.csv")
