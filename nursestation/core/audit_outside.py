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
    "wirelog": "take out what monitor {monitor} sent",
    "export": "take out {visits} as {format}{how} to a {target}",
})  # fmt: skip
NOTED: Mapping[str, str] = MappingProxyType({**_LOOKS, **_OF_RECORD})
"""What each command that leaves a note is asked to do."""

_OUTCOMES = {"done": "done", "failed": "not done", "stopped": "stopped"}


def account(record: r.Record) -> str:
    """Return the account of the computer that acted, "" where none is told."""
    match record:
        case r.CommandAsked():
            return record.asked.account
        case r.CommandEnded():
            return record.ended.account
        case _:
            return ""


def happened_utc_ns(record: r.Record) -> int | None:
    """Return when it was done, where the record was made later than that, UTC [ns]."""
    match record:
        case r.CommandAsked():
            return record.asked.utc_ns
        case r.CommandEnded():
            return record.ended.utc_ns
        case _:
            return None


def is_of_record(record: Outside) -> bool:
    """Say whether it is about the record as a whole, and no looking at or taking out."""
    match record:
        case r.CommandAsked():
            return record.asked.command in _OF_RECORD
        case r.CommandEnded():
            return record.ended.command in _OF_RECORD
        case r.NoteUnreadable():
            return True


def told(record: Outside) -> str:
    """Return one record in words."""
    match record:
        case r.CommandAsked():
            return f"With a command: {_asked(record.asked)}"
        case r.CommandEnded():
            return f"With a command: {_ended(record.ended)}"
        case r.NoteUnreadable():
            return f"A command's note could not be read: {record.note}"


def _asked(asked: notes.Asked) -> str:
    said = NOTED.get(asked.command)
    if said is None:
        return f"“{asked.command}”"
    how = [word for word, holds in (("without names", asked.is_deidentified), ("locked", asked.is_encrypted)) if holds]
    return said.format(
        visits=_visits(asked.sessions),
        format=asked.format,
        how=f" ({', '.join(how)})" if how else "",
        target=asked.target or "folder",
        monitor=asked.monitor,
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


def _visits(sessions: tuple[str, ...]) -> str:
    return f"visit {sessions[0]}" if len(sessions) == 1 else f"{len(sessions)} visits"
