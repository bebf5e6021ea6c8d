"""Notes that commands leave for the record, a file each, in a folder of the profile, until the record has them.

Rules of the file:
1. The record has one writer, and that may be a running station: a command leaves a note, and the station takes it up
   (docs/adr/0032).
2. A note is whole or not there, and on disk before the command goes on. It is never changed: how a command ended is a second
   note.
3. Which notes the record has is asked of the record alone; then they are taken away.
4. Whoever may write the folder may forge or delete a note that was not taken up yet: docs/staff.md says so. What is forged must
   not harm the record, which keeps it for ever: a note with a time or a text that none of ours has is unreadable.
"""

import contextlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from devices.clock import NS_PER_S
from nursestation.core.notes import Asked, Ended, Note, Unreadable
from nursestation.store.errors import StoreReadOnly
from nursestation.wholefile import put

_ENDING = ".json"
_ASKED, _ENDED = f".1-asked{_ENDING}", f".2-ended{_ENDING}"  # in this order by name
_MOST_BYTES = 16 << 20  # of one note: a file that is larger is none
_LONGEST = 256  # text of a note: an account, a visit's id
_LATEST_NS = 1 << 63  # UTC, in the year 2262: what the record can hold
_MADE_ASKED, _MADE_ENDED = TypeAdapter(Asked), TypeAdapter(Ended)


class NotNoted(StoreReadOnly):
    """A note could not be left; the message says what was not done, or was."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that lies there, and its file."""

    path: Path
    note: Note


def new_id(utc_ns: int) -> str:
    """Return an id for a note that is asked for now, UTC [ns]: later ones come later by name."""
    second, rest = divmod(utc_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(second, UTC):%Y%m%dT%H%M%S}.{rest:09d}Z-{secrets.token_hex(4)}"


def leave(folder: Path, note: Asked | Ended) -> None:
    """Leave a note; the folder is made where it is not there, the one that it lies in is not.

    Raises:
        NotNoted: it could not be written.
    """
    if isinstance(note, Asked):
        name, body = note.note + _ASKED, _MADE_ASKED.dump_json(note)
    else:
        name, body = note.note + _ENDED, _MADE_ENDED.dump_json(note)
    try:
        folder.mkdir(exist_ok=True)
        put(folder / name, body)  # readable for a station in another account of the computer, which takes it up
    except OSError as error:
        if isinstance(note, Asked):
            raise NotNoted(
                f"Nothing was done: a note of it comes first, and {folder} cannot be written ({error.strerror}). "
                "Give this user write permission for that folder, or free some space."
            ) from error
        raise NotNoted(
            f"It has ended, and how could not be noted: {folder} cannot be written ({error.strerror}). "
            "That it was asked for is noted."
        ) from error


def waiting(folder: Path) -> tuple[Waiting, ...]:
    """Return the notes that lie there, oldest first."""
    try:
        found = sorted(one for one in folder.iterdir() if one.name.endswith(_ENDING) and not one.name.startswith("."))
    except OSError:
        return ()  # none was ever left, or the disk is away: the writer tells of that
    return tuple(Waiting(path, _read(path)) for path in found)


def forget(path: Path) -> None:
    """Take a note away that the record has; one that cannot be deleted stays, and is not taken up again."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def key_of(note: Note) -> tuple[str, str]:
    """Return what tells a note apart, as `StoreReader.notes_taken` names it: the kind of its record, and its id."""
    match note:
        case Asked():
            return "CommandAsked", note.note
        case Ended():
            return "CommandEnded", note.note
        case Unreadable():
            return "NoteUnreadable", note.note


def _read(path: Path) -> Note:
    unreadable = Unreadable(note="".join(one if one.isprintable() else "?" for one in path.name))
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return unreadable
        body = path.read_bytes()
        note: Asked | Ended
        if path.name.endswith(_ASKED):
            note, ending = _MADE_ASKED.validate_json(body), _ASKED
        else:
            note, ending = _MADE_ENDED.validate_json(body), _ENDED
    except (OSError, ValueError):
        return unreadable
    return note if path.name == note.note + ending and _is_sound(note) else unreadable


def _is_sound(note: Asked | Ended) -> bool:
    if isinstance(note, Asked):
        more = [*note.sessions, note.format, note.monitor]
    else:
        more = [text for one in note.files for text in (one.session, one.sha256)]
    texts = [note.note, note.account, note.command, *more]
    return 0 <= note.utc_ns < _LATEST_NS and all(len(text) <= _LONGEST and text.isprintable() for text in texts)
