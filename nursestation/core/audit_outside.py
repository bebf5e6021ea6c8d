"""Who did what outside the window, in words: commands, and files that were edited between two starts."""

from collections.abc import Mapping
from types import MappingProxyType

from nursestation.core import notes
from nursestation.core import records as r

Outside = r.CommandAsked | r.CommandEnded | r.NoteUnreadable

_OF_RECORD = MappingProxyType({
    "protect": "protect the record with a key",
    "unprotect": "take the record's protection away",
    "key change": "set another passphrase of the record",
    "key recovery": "make another recovery code of the record",
    "key keyring": "let the computer's keyring open the record",
    "key forget-keyring": "let the computer's keyring open the record no more",
    "restore": "put a backup in the record's place",
})  # fmt: skip
_LOOKS = MappingProxyType({
    "sessions": "list the visits",
    "retention": "list the visits with how long they are kept",
    "backup": "copy the record",
    "wirelog": "take out what {monitor} sent",
    "export": "take out {visits} as {format}{how} to a {target}",
})  # fmt: skip
NOTED: Mapping[str, str] = MappingProxyType({**_LOOKS, **_OF_RECORD})
"""What each command that leaves a note is asked to do."""

_OUTCOMES = {"done": "done", "failed": "not done", "stopped": "stopped"}


def note_of(record: r.Record) -> notes.Asked | notes.Ended | None:
    """Return the command's note that a record holds: the computer's account that acted, and when; None where it holds none."""
    match record:
        case r.CommandAsked():
            return record.asked
        case r.CommandEnded():
            return record.ended
        case _:
            return None


def is_of_record(record: Outside) -> bool:
    """Say whether it is about the record as a whole, and no looking at or taking out."""
    note = note_of(record)
    return note is None or note.command in _OF_RECORD


def told(record: Outside) -> str:
    """Return one record in words."""
    match record:
        case r.CommandAsked():
            return f"With a command: {_asked(record.asked)}"
        case r.CommandEnded():
            return f"With a command: {_ended(record.ended)}"
        case r.NoteUnreadable():
            return f"A command's note could not be read: {record.note}"


def visits(sessions: tuple[str, ...]) -> str:
    """Return which visits, in words: "visit …", "3 visits (… to …)"; "no visits" for none."""
    match sessions:
        case ():
            return "no visits"
        case (only,):
            return f"visit {only}"
        case _:
            return f"{len(sessions)} visits ({sessions[0]} to {sessions[-1]})"


def how(taken: r.ExportAsked | r.ExportMade | notes.Asked) -> str:
    """Return in which way visits are taken out, to put behind the format; "" for as they are."""
    words = [
        word for word, holds in (("without names", taken.is_deidentified), ("locked", taken.is_encrypted)) if holds
    ]
    return f" ({', '.join(words)})" if words else ""


def _asked(asked: notes.Asked) -> str:
    said = NOTED.get(asked.command)
    if said is None:
        return f"“{asked.command}”"
    return said.format(
        visits=visits(asked.sessions),
        format=asked.format,
        how=how(asked),
        target=asked.target or "folder",
        monitor=f"monitor {asked.monitor}" if asked.monitor else "no monitor",
    )


def _ended(ended: notes.Ended) -> str:
    what = f"“{ended.command}” was {_OUTCOMES[ended.outcome]}"
    match ended.files:
        case ():
            return what
        case (only,):
            return f"{what}, SHA-256 {only.sha256[:12]}…"
        case files:
            return f"{what}, {len(files)} files"
