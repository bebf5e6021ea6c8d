"""What was done outside the window, brought into the record: notes of commands, settings and protocols that are others now.

Rules of the file:
1. Nobody was signed in: such a record has no operator. A command's tells the computer's account, a file's tells nobody.
2. What the clinic's files say is known from the record alone. The first start that records it compares it with nothing.
3. What the window changed is noted with who did it (`setup.py`, `protocol_changes.py`); here it only becomes what is known.
"""

from typing import assert_never

from nursestation.core import notes
from nursestation.core import records as r
from nursestation.core.turn import Turn


def take_up(turn: Turn, note: notes.Note) -> None:
    """Bring the note of a command into the record. That it comes once is the concern of who hands it in."""
    match note:
        case notes.Asked():
            turn.emit(r.CommandAsked(**turn.noted(None), asked=note))
        case notes.Ended():
            turn.emit(r.CommandEnded(**turn.noted(None), ended=note))
        case notes.Unreadable():
            turn.emit(r.NoteUnreadable(**turn.noted(None), note=note.note))
        case _:
            assert_never(note)
