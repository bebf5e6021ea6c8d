"""Notes of commands in their folder: whole or not there, in order, and what is none of ours is told as unreadable."""

import os
from dataclasses import replace

import pytest

from nursestation.core.notes import Asked, Ended, Unreadable, WrittenFile
from nursestation.store import spool
from nursestation.store.spool import NotNoted

ASKED = Asked(
    note=spool.new_id(1_700_000_000_000_000_000), utc_ns=1, account="office", command="export", sessions=("a",), format="pdf"
)  # fmt: skip
ENDED = Ended(
    note=ASKED.note, utc_ns=2, account="office", command="export", outcome="done",
    files=(WrittenFile(session="a", sha256="5" * 64),),
)  # fmt: skip


def notes(folder):
    return [one.note for one in spool.waiting(folder)]


def test_a_note_is_read_as_it_was_left_and_the_end_comes_after_the_beginning(tmp_path):
    folder = tmp_path / "notes"
    assert notes(folder) == []
    spool.leave(folder, ENDED)
    spool.leave(folder, ASKED)
    assert notes(folder) == [ASKED, ENDED]
    for one in spool.waiting(folder):
        spool.forget(one.path)
    assert list(folder.iterdir()) == []


def test_a_later_note_is_later_by_name_though_its_second_is_the_same():
    first, second = 1_700_000_000_000_000_001, 1_700_000_000_900_000_000
    assert spool.new_id(first) < spool.new_id(second)
    assert spool.new_id(first) != spool.new_id(first)


def test_what_is_damaged_forged_or_a_link_says_so(tmp_path):
    spool.leave(tmp_path, ASKED)
    (whole,) = tmp_path.iterdir()
    (tmp_path / "cut.1-asked.json").write_bytes(whole.read_bytes()[:-4])
    (tmp_path / "other.1-asked.json").write_bytes(whole.read_bytes())  # a note under another's name
    spool.leave(tmp_path / "elsewhere", ENDED)
    (elsewhere,) = (tmp_path / "elsewhere").iterdir()
    (tmp_path / elsewhere.name).symlink_to(elsewhere)  # whole, and no file of this folder
    (tmp_path / "plain.json").write_text("{}")
    (tmp_path / ".half.1-asked.json.x").write_text("{")  # left by a kill
    bad = [elsewhere.name, "cut.1-asked.json", "other.1-asked.json", "plain.json"]
    assert notes(tmp_path) == [ASKED, *(Unreadable(note=name) for name in bad)]


@pytest.mark.parametrize(
    "forged",
    [
        {"utc_ns": 10**30}, {"utc_ns": -1}, {"account": "office\nroot"}, {"account": "x" * 300}, {"sessions": ("a\x1b[2J",)},
        {"monitor": "2:x\u202e"},
    ],
)  # fmt: skip
def test_what_no_command_writes_does_not_come_into_the_record(tmp_path, forged):
    spool.leave(tmp_path, replace(ASKED, **forged))
    assert notes(tmp_path) == [Unreadable(note=f"{ASKED.note}.1-asked.json")]


def test_a_file_longer_than_any_note_is_not_read(tmp_path):
    spool.leave(tmp_path, ASKED)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().ljust((16 << 20) + 1))  # JSON all the same
    assert notes(tmp_path) == [Unreadable(note=path.name)]


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_name_that_is_no_text_can_be_recorded_all_the_same(tmp_path):
    (tmp_path / os.fsdecode(b"\xff\n.json")).write_text("{}")
    assert notes(tmp_path) == [Unreadable(note="??.json")]


def test_a_note_that_cannot_be_left_says_what_was_not_done(tmp_path):
    (tmp_path / "notes").write_text("a file in the way")
    with pytest.raises(NotNoted, match=r"^Nothing was done: "):
        spool.leave(tmp_path / "notes", ASKED)
    with pytest.raises(NotNoted, match=r"^It has ended, and how"):
        spool.leave(tmp_path / "notes", ENDED)
    with pytest.raises(NotNoted):
        spool.leave(tmp_path / "no profile" / "notes", ASKED)
    assert not (tmp_path / "no profile").exists()
