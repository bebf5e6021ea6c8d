"""Bringing the record back from a backup.

Rules of the file:
1. Never while a station holds the record, and never from a copy that is not whole: its sum, every page and every hash are
   looked at first.
2. The present record is set aside under another name, never overwritten. There is no moment without a record in its place (but
   on a drive without hard links): a station that starts in the midst finds the one or the other.
3. What is put in its place has a record of the restore as its newest, and was verified with it.
4. A backup brings back what was purged since, and leaves visits that were open then open: both are said before.
5. A journal belongs to the file that it was written for: none of another file's is ever left beside what is put in place, for
   the next start would write its pages into it (https://www.sqlite.org/howtocorrupt.html, 1.4).
"""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from devices.clock import Moment
from nursestation.core.records import BackupRestored, SessionPurged
from nursestation.store import sqlite
from nursestation.store.backup import BackupError, backups_in, read_sum, sum_on_drive
from nursestation.store.errors import KEY_AWAY, StoreError, StoreKeyDamaged, StoreLocked
from nursestation.store.keys import read_keys, write_keys
from nursestation.store.reader import StoreReader
from nursestation.store.sqlite import is_protected, key_file
from nursestation.store.store import RESTORING, Store, take_lock
from nursestation.store.tables import is_record
from nursestation.store.verify import verify_store
from nursestation.wholefile import own_folder, sync_folder

_TIMEOUT_S = 2.0
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between a backup and the present record.

    Attributes:
        made_utc_ns: When the backup was made, UTC [ns].
        n_sessions: Visits in it.
        open_sessions: Visits that were open then, and will be again.
        is_readable: Whether the present record can be read (or there is none).
        is_locked: Whether it could be with its passphrase.
        n_present: Visits in the present record.
        lost: Visits that the present record has and the backup has not.
        behind: Visits that the present record has more of.
        purged_since: Visits that were purged since, and would be back.
        loses_key: The present record is protected and the backup is not: the restored one would be open to whoever has the disk.
    """

    made_utc_ns: int
    n_sessions: int
    open_sessions: tuple[str, ...]
    is_readable: bool
    n_present: int
    lost: tuple[str, ...]
    behind: tuple[str, ...]
    purged_since: tuple[str, ...]
    loses_key: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that was done: where the record of before lies now (None where there was none), and visits in the new one."""

    set_aside: Path | None
    n_sessions: int


def check_backup(file: Path) -> str:
    """Return the SHA-256 of a backup that is whole.

    Raises:
        BackupError: it is missing, no record at all, altered or damaged.
        StoreEnvironmentError: it cannot be opened.
    """
    if not file.is_file():
        raise BackupError(f"There is no backup {file}: check the name, and that its drive is connected.")
    told, found = read_sum(file), sum_on_drive(file)
    if told is not None and told != found:
        raise BackupError(f"{file} is not as it was written: take another backup. Nothing was changed.")
    if not is_record(file):
        raise BackupError(
            f"{file} is no record of Nursestation, or its beginning is spoiled: give a backup, whose name begins with record- "
            f"and ends with .sqlite3. Nothing was changed.{'' if key_file(file).exists() else KEY_AWAY}"
        )
    verdict = verify_store(file)
    if not verdict.ok:
        raise BackupError(f"{file} was altered ({verdict.findings[0].text}): take another backup. Nothing was changed.")
    return found


def compare(file: Path, record: Path) -> Between:
    """Return what lies between a backup and the present record.

    Raises:
        StoreEnvironmentError: the backup cannot be read.
    """
    with StoreReader.open(file) as reader:
        heads = reader.chain_heads()
        then_open = tuple(reader.open_sessions())
        newest_ns = reader.newest_utc_ns()
    made = [one.made_utc_ns for one in backups_in(file.parent) if one.path == file]
    sessions = {name for name in heads if name is not None}
    is_readable, is_locked, present, purged = True, False, dict[str | None, str](), set[str]()
    if record.exists():
        try:
            with StoreReader.open(record) as reader:
                present = reader.chain_heads()
                told = reader.of_kinds([SessionPurged])
                purged = {one.purged for one in told if isinstance(one, SessionPurged)}
        except StoreError as error:
            is_readable, is_locked = False, isinstance(error, StoreLocked)
    present_sessions = {name for name in present if name is not None}
    return Between(
        made_utc_ns=made[0] if made else newest_ns or 0,
        n_sessions=len(sessions),
        open_sessions=then_open,
        is_readable=is_readable,
        n_present=len(present_sessions),
        lost=tuple(sorted(present_sessions - sessions)),
        behind=tuple(sorted(name for name in present_sessions & sessions if present[name] != heads[name])),
        purged_since=tuple(sorted(purged & sessions)),
        loses_key=is_protected(record) and not is_protected(file),
        is_locked=is_locked,
    )


def restore(file: Path, record: Path, now: Moment) -> Restored:
    """Put a backup in the record's place.

    Args:
        file: The backup.
        record: The record; it need not be there.
        now: The moment, for the record of the restore.

    Raises:
        StoreBusy: a station runs on the record.
        StoreError: the backup is not whole, or the disk takes no copy of it; the record is as it was.
    """
    sha256 = check_backup(file)
    made_ns = compare(file, record).made_utc_ns
    part = record.with_name(f"{record.stem}{RESTORING}{record.suffix}")
    try:
        own_folder(record.parent)
        lock = take_lock(record)
        try:
            _clear(part)
            _bring(file, part, sha256)
            note = BackupRestored(at=now, made_utc_ns=made_ns, sha256=sha256)
            with contextlib.closing(Store.open(part)) as store:
                store.append([note])
            verdict = verify_store(part)
            if not verdict.ok:
                raise BackupError(f"The copy of {file} did not arrive whole. Nothing was changed: look at the disk.")
            aside = _set_aside(record)
            _take_key(file, record)
            part.replace(record)
            if aside is not None and not is_protected(record):
                key_file(record).unlink(missing_ok=True)  # that of the record that was set aside, which has a copy
            sync_folder(record.parent)
        finally:
            _clear(part)
            lock.release()
    except OSError as error:
        raise BackupError(
            f"{record} could not be restored ({error.strerror}). The backup is untouched: free some space, then try again."
        ) from error
    return Restored(aside, verdict.n_sessions)


def _bring(file: Path, part: Path, sha256: str) -> None:
    """Copy a backup to where the record is; what is no backup of ours, but a copy by hand, may have its newest in a journal."""
    shutil.copyfile(file, part)
    part.chmod(0o600)
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    if sum_on_drive(part) != sha256:
        raise BackupError(f"The copy of {file} did not arrive whole. Nothing was changed: look at the disk.")
    journal = file.with_name(file.name + "-wal")
    if journal.exists():
        shutil.copyfile(journal, part.with_name(part.name + "-wal"))


def _set_aside(record: Path) -> Path | None:
    """Give the present record a second name, so that its own can be taken; return it. A journal without a record goes too."""
    if record.exists():
        with (
            contextlib.suppress(
                *sqlite.errors(), StoreError
            ),  # a damaged one keeps its journal, under the name that it gets
            contextlib.closing(sqlite.connect(record, timeout_s=_TIMEOUT_S)) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    aside = _free_name(record)
    for ending in _BESIDE:
        beside = record.with_name(record.name + ending)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + ending))
    if not record.exists():
        return None
    if key_file(record).exists():
        shutil.copyfile(key_file(record), key_file(aside))
    try:
        aside.hardlink_to(record)
    except OSError:  # a file system that knows no second name
        record.rename(aside)
    return aside


def _free_name(record: Path) -> Path:
    number = 1
    while True:
        aside = record.with_name(f"{record.stem}.before-restore-{number}{record.suffix}")
        if not any(aside.with_name(aside.name + ending).exists() for ending in ("", *_BESIDE)):
            return aside
        number += 1


def _take_key(file: Path, record: Path) -> None:
    """Let the record be opened as the backup is; where its key is the same, with the passphrase of now and not of then."""
    if not key_file(file).exists():
        return
    keys = read_keys(file)
    with contextlib.suppress(StoreKeyDamaged):
        if read_keys(record).id == keys.id:
            return
    write_keys(record, keys)


def _clear(part: Path) -> None:
    for ending in ("", *_BESIDE, ".lock"):
        part.with_name(part.name + ending).unlink(missing_ok=True)
