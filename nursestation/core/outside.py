"""What was done outside the window, brought into the record: notes of commands, settings and protocols that are others now.

Rules of the file:
1. Nobody was signed in: such a record has no operator. A command's tells the computer's account, a file's tells nobody.
2. What the clinic's files say is known from the record alone. The first start that records it compares it with nothing.
3. What the window changed is noted with who did it (`setup.py`, `protocol_changes.py`); here it only becomes what is known.
"""

from typing import assert_never

from nursestation.core import notes, protocol_changes
from nursestation.core import records as r
from nursestation.core.clinic_files import Setting, differences, others
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


def note_start(turn: Turn, settings: tuple[Setting, ...] | None) -> None:
    """Tell what the clinic's files say otherwise than at the start before; `settings` None leaves what is known of them."""
    known = turn.state.known_settings
    for one in differences(known, settings) if known is not None and settings is not None else ():
        turn.emit(
            r.SettingChanged(**turn.noted(None), setting=one.title, before=one.before, after=one.after, file=one.file)
        )
    if turn.state.known_protocols is not None:
        for before, after in others(turn.state.known_protocols.values(), turn.state.protocols.values()):
            protocol_changes.tell(turn, before, after, is_outside=True)
    keep_settings(turn, settings)
    keep_protocols(turn)


def keep_settings(turn: Turn, settings: tuple[Setting, ...] | None) -> None:
    """Let the record hold what the settings say from now on."""
    if settings is not None and settings != turn.state.known_settings:
        turn.emit(r.SettingsRead(**turn.noted(None), settings=settings))


def keep_protocols(turn: Turn) -> None:
    """Let the record hold the protocols that count from now on."""
    known = turn.state.known_protocols
    changed = others((known or {}).values(), turn.state.protocols.values())
    if changed or known is None:
        turn.emit(
            r.ProtocolsRead(
                **turn.noted(None),
                protocols=tuple(after for _, after in changed if after is not None),
                gone=tuple(before.name for before, after in changed if before is not None and after is None),
            )
        )


def tell_chairs(turn: Turn, settings: tuple[Setting, ...] | None) -> None:
    """Note what somebody changed of a chair in the window that no record of its monitors tells, as the speed of a line."""
    known = turn.state.known_settings
    for one in differences(known, settings) if known is not None and settings is not None else ():
        turn.emit(r.SettingChanged(**turn.acted(None), setting=one.title, before=one.before, after=one.after))
