"""What to do about a record that is damaged: its newest copy that can be read, and the command that puts it in its place.

Rules of the file:
1. A copy is looked for beside the record, in `backups` there, and where the clinic's settings have backups put. It is opened and
   looked through before it is named.
2. Of a folder that stations share only this record's own copies count. Where the damaged file does not tell which record it is,
   and the folder has copies of several, none of them is named: another station's visits are worse than none.
3. Nobody is told to put a file in place by hand: the journal that the damaged record leaves would be written into it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from nursestation.store import sqlite
from nursestation.store.backup import FoundBackup, backups_in, identity
from nursestation.store.errors import RESTORE, StoreDamaged, StoreError
from nursestation.store.store import RESTORING
from nursestation.store.tables import is_readable


@contextlib.contextmanager
def naming_a_copy(record: Path, folder: str) -> Iterator[None]:
    """Have the message of a damaged record, raised inside, say what to do.

    Args:
        record: The record.
        folder: Where the settings have backups put, "" for nowhere.
    """
    try:
        yield
    except StoreDamaged as error:
        told = str(error).removesuffix(RESTORE)
        raise StoreDamaged(f"{told} {way_out(record, Path(folder) if folder else None)}") from error


def way_out(record: Path, backups: Path | None) -> str:
    """Return what to do about a damaged record, in sentences.

    Args:
        record: The record.
        backups: The folder that the settings name for backups; None where they name none.
    """
    copy = newest_copy(record, backups)
    if copy is not None:
        command = f'nursestation restore "{copy}" --profile "{record.parent}"'
        return (
            f"Its newest readable copy is {copy}: `{command}` puts it in its place and keeps the damaged file. "
            "What was recorded since is in that file alone: keep it for support."
        )
    return (
        f"There is no readable copy beside it{_of_backups(record, backups)}. Tell support. To begin a new record, move all files "
        f"whose names begin with {record.name} to another folder."
    )


def newest_copy(record: Path, backups: Path | None = None) -> Path | None:
    """Return the newest copy of a record that can be read, None where there is none; arguments as of `way_out`."""
    found: dict[Path, int] = {}
    for folder in (record.parent, record.parent / "backups"):
        with contextlib.suppress(OSError):
            for path in folder.glob(f"*{record.suffix}"):
                if path != record and not path.stem.endswith(RESTORING):
                    found[path] = path.stat().st_mtime_ns
    found |= {one.path: one.made_utc_ns for one in _own(record, backups)}
    return next((path for path in sorted(found, key=found.__getitem__, reverse=True) if _is_sound(path)), None)


def _is_sound(path: Path) -> bool:
    with contextlib.suppress(OSError, StoreError, *sqlite.errors()):  # a drive that goes while it is looked at
        return is_readable(path)
    return False


def _own(record: Path, backups: Path | None) -> list[FoundBackup]:
    """Return the backups of this record in a folder, none where it cannot be told which are its own."""
    if backups is None:
        return []
    try:
        found = backups_in(backups)
    except OSError:
        return []
    try:
        whose = {identity(record)}
    except StoreError:
        whose = {one.identity for one in found}
    return [one for one in found if one.identity in whose] if len(whose) == 1 else []


def _of_backups(record: Path, backups: Path | None) -> str:
    if backups is None:
        return ""
    if not backups.is_dir():
        return f", and the folder for backups {backups} is not there: connect its drive and start again"
    if not _own(record, backups) and any(backups.glob("record-*.sqlite3")):
        return (
            f", and it cannot be told which backups in {backups} are its own: `nursestation restore` takes one of them"
        )
    return f" or in {backups}"
