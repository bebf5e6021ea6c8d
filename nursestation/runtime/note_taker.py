"""Takes up what commands noted beside the window, so that it stands in the record (docs/adr/0032).

Rules of the file:
1. A note goes only when the record on disk has it. Whether it has is read from the record, so that a kill at any moment brings a
   note into it once: before the record of it is on disk the note is still there, afterwards it is not taken up again.
2. What was handed in and is not on disk yet waits there: this run does not hand it in twice.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from nursestation.core.notes import Note
from nursestation.core.records import Record
from nursestation.store import spool
from nursestation.store.errors import StoreError
from nursestation.store.reader import StoreReader

_FLUSH_S = 5.0

Ask = Callable[[Note], Sequence[Record]]
"""Has the running station apply a note and returns the records that came of it; raises TimeoutError."""


class NoteTaker:
    """Looks into the folder of notes.

    Args:
        folder: The folder; it need not be there.
        record: The record.
        ask: The running station, callable from this thread.
        flush: Waits so long [s] until everything is on disk; says whether it is.

    Thread:
        The record keeper's.
    """

    def __init__(self, folder: Path, record: Path, ask: Ask, flush: Callable[[float], bool]) -> None:
        self._folder, self._record = folder, record
        self._ask, self._flush = ask, flush
        self._handed_in: set[tuple[str, str]] = set()

    def look(self) -> None:
        """Take up what lies there; what cannot be taken up now stays for the next look."""
        waiting = spool.waiting(self._folder)
        if not waiting:
            return
        try:
            done = self._taken() | self._handed_in
            for one in waiting:
                key = spool.key_of(one.note)
                if key not in done:
                    self._ask(one.note)
                    self._handed_in.add(key)
            self._flush(_FLUSH_S)
            done = self._taken()
        except (StoreError, TimeoutError):
            return  # the writer tells of a record that is away, and a busy station is asked again
        for one in waiting:
            if spool.key_of(one.note) in done:
                spool.forget(one.path)
        self._handed_in -= done

    def _taken(self) -> frozenset[tuple[str, str]]:
        with StoreReader.open(self._record) as reader:
            return reader.notes_taken()
