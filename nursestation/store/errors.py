"""What can go wrong with the record on disk.

    StoreError
    +-- StoreEnvironmentError   the computer: the message says what to do, and writing is tried again
    |   +-- StoreFull           no space left
    |   +-- StoreReadOnly       file or folder may not be written
    |   |   +-- NotNoted        a command's note cannot be left (spool.py)
    |   +-- StoreBusy           another program holds the record
    |   +-- StoreDamaged        not a readable record any more
    |   +-- StoreTooNew         written by a newer version of the program
    |   +-- StoreUnreachable    the disk does not answer, or the file was moved away
    |   +-- StoreLocked         protected, and nobody has unlocked it
    |   +-- WrongPassphrase     this passphrase or recovery code does not unlock it
    |   +-- StoreKeyDamaged     the file beside a protected record that holds its key, wrapped
    +-- StoreBug                our own fault: logged, told, and recording goes on with what can be stored

Split after what a person can do about it, not after what SQLite calls it.
"""

import sqlite3
from pathlib import Path

from nursestation.errors import NurseStationError


class StoreError(NurseStationError):
    """Base of every error that the store raises on purpose; the message is a sentence for people."""


class StoreEnvironmentError(StoreError):
    """The computer's trouble; nothing recorded is lost, and a later try may succeed."""


class StoreFull(StoreEnvironmentError):
    """No space is left."""


class StoreReadOnly(StoreEnvironmentError):
    """The file or its folder may not be written."""


class StoreBusy(StoreEnvironmentError):
    """Another program holds the record."""


class StoreDamaged(StoreEnvironmentError):
    """The file cannot be read as a record; it is left untouched."""


class StoreTooNew(StoreEnvironmentError):
    """A newer version of the program wrote the file."""


class StoreUnreachable(StoreEnvironmentError):
    """The disk does not answer, or the file was moved away."""


class StoreLocked(StoreEnvironmentError):
    """The record is protected, and its key is not held."""


class WrongPassphrase(StoreEnvironmentError):
    """What was typed does not unlock the record."""


class StoreKeyDamaged(StoreEnvironmentError):
    """The key file of a protected record is missing or cannot be read."""


class StoreBug(StoreError):
    """A fault of the program; an example is a row that breaks a rule of the schema."""


_BY_CODE = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreDamaged,
    sqlite3.SQLITE_IOERR: StoreUnreachable,
    sqlite3.SQLITE_CANTOPEN: StoreUnreachable,
}

RESTORE = " `nursestation restore` puts a backup in its place."
"""What to do about a damaged record, where no copy is looked for (`rescue.py` names one)."""

KEY_AWAY = (
    " If it was protected, its key file is missing beside it: put a copy of that back first, each backup has one."
)
"""Of a file that begins like no record at all: a protected one without its key file cannot be told from a spoiled one."""

_ADVICE = {
    StoreFull: "The disk with {path} is full. Free some space on it{then}.",
    StoreReadOnly: "{path} may not be written. Give this user write permission for the file and its folder.",
    StoreBusy: "Another program holds {path}. Close it{then}.",
    StoreDamaged: f"The record {{path}} is damaged and is left as it is.{RESTORE}",
    StoreUnreachable: "{path} cannot be reached. Check that its disk is connected and that the folder exists.",
}


def damaged(path: Path) -> StoreDamaged:
    """Return the error for a file that opens, but holds what no Nursestation wrote."""
    return StoreDamaged(_ADVICE[StoreDamaged].format(path=path))


def explain(error: Exception, path: Path, *, goes_on: bool = False) -> StoreError:
    """Return the error in our own tree for one of SQLite's, with a sentence that says what to do.

    Args:
        error: What SQLite or SQLCipher raised: their classes differ, their codes do not.
        path: The database file.
        goes_on: The writer tries again by itself; otherwise the person has to.
    """
    code = getattr(error, "sqlite_errorcode", None)
    kind = _BY_CODE.get(code & 0xFF) if code is not None else StoreDamaged if _is_no_text(error) else None
    if kind is None:
        return StoreBug(f"The record could not be written because of a fault in Nursestation: {error}")
    if code is not None and code & 0xFF == sqlite3.SQLITE_NOTADB and not path.with_suffix(".key").exists():
        return StoreDamaged(f"The record {path} is damaged and is left as it is.{KEY_AWAY}{RESTORE}")
    then = "; recording goes on by itself" if goes_on else ", then try again"
    return kind(_ADVICE[kind].format(path=path, then=then))


def _is_no_text(error: Exception) -> bool:
    """Say whether a text in the file is none: both libraries put it into their message, which may name a patient."""
    return isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode to UTF-8")
