"""A kill at any step of taking a command's note up: the record has it once, and the note goes only when the record has it."""

import contextlib

import pytest

from devices.clock import Moment
from nursestation.core.inputs import StationInput
from nursestation.core.notes import Asked, Ended, Unreadable
from nursestation.core.records import CommandAsked, CommandEnded, NoteUnreadable
from nursestation.core.station import Station
from nursestation.runtime.note_taker import NoteTaker
from nursestation.store import spool
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.visit import PlainPins

AT = Moment(1_000, 1_767_279_600_000_000_000)
STEPS = ("before it is asked", "while it waits for the disk", "when it is on disk")
NOTES = (
    Asked(note="n1", utc_ns=1, account="office", command="export", sessions=("a",), format="pdf", target="drive"),
    Ended(note="n1", utc_ns=2, account="office", command="export", outcome="done"),
)


class Killed(BaseException):
    """What ends a run in the midst; nothing catches it."""


class Run:
    """A run of a station with its store, killed at the n-th time that it comes to a step."""

    def __init__(self, folder, step="", at=1):
        self._record = folder / "record.sqlite3"
        self._step, self._left = step, at
        self._station = Station((), (), PlainPins(), "0.1.0")
        self._waiting = []
        self.is_busy = False
        self.taker = NoteTaker(folder / "notes", self._record, self._ask, self._flush)

    def _come_to(self, step):
        if step == self._step:
            self._left -= 1
            if not self._left:
                raise Killed

    def _ask(self, note: StationInput):
        if self.is_busy:
            raise TimeoutError
        self._come_to("before it is asked")
        made = self._station.apply(note, AT)
        self._waiting.extend(made)
        self._come_to("while it waits for the disk")
        return made

    def _flush(self, _timeout_s):
        with contextlib.closing(Store.open(self._record)) as store:
            for record in self._waiting:
                store.append([record])
                self._come_to("when it is on disk")
        self._waiting.clear()
        return True


def taken(folder):
    with StoreReader.open(folder / "record.sqlite3") as reader:
        return [
            getattr(one, what)
            for kind, what in ((CommandAsked, "asked"), (CommandEnded, "ended"), (NoteUnreadable, "note"))
            for one in reader.of_kinds([kind])
        ]


@pytest.fixture
def folder(tmp_path):
    Store.open(tmp_path / "record.sqlite3").close()
    for note in NOTES:
        spool.leave(tmp_path / "notes", note)
    (tmp_path / "notes" / "torn.json").write_text("{")
    return tmp_path


ALL = [*NOTES, "torn.json"]


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_brings_each_note_into_the_record_once(folder, step, at):
    with pytest.raises(Killed):
        Run(folder, step, at).taker.look()
    assert len(spool.waiting(folder / "notes")) == len(ALL)  # none goes before the record has it
    on_disk = len(taken(folder))
    assert on_disk == (at if step == "when it is on disk" else 0)
    Run(folder).taker.look()
    assert taken(folder) == ALL
    assert spool.waiting(folder / "notes") == ()
    assert verify_store(folder / "record.sqlite3").ok


def test_a_disk_that_does_not_take_the_record_keeps_the_note_and_asks_once(folder):
    asked = []
    away = NoteTaker(folder / "notes", folder / "record.sqlite3", asked.append, lambda _s: False)
    away.look()
    away.look()
    assert asked == [*NOTES, Unreadable(note="torn.json")]
    assert len(spool.waiting(folder / "notes")) == len(ALL)


def test_a_note_that_cannot_be_deleted_is_not_taken_up_again(folder):
    Run(folder).taker.look()
    for note in NOTES:
        spool.leave(folder / "notes", note)  # as if it had stayed
    Run(folder).taker.look()
    assert taken(folder) == ALL
    assert spool.waiting(folder / "notes") == ()


def test_a_busy_station_is_asked_again(folder):
    run = Run(folder)
    run.is_busy = True
    run.taker.look()
    assert len(spool.waiting(folder / "notes")) == len(ALL)
    run.is_busy = False
    run.taker.look()
    assert taken(folder) == ALL
    assert spool.waiting(folder / "notes") == ()
