"""Turning a plain record into a protected one and back: a new file, compared with the old one, then put in its place.

Rules of the file:
1. At every moment the record at its path is whole: the old one until the new one is on disk and found equal, then the new one.
   A kill leaves at most a file `.new` beside it, which the next try or the next start removes.
2. The old file is kept under another name; what is done with it is a person's decision (`wipe`).
3. No station may hold the record meanwhile, and no other program read it.

SQLCipher cannot turn a file in place: `sqlcipher_export` copies everything into a new one
(https://www.zetetic.net/sqlcipher/encrypting-plaintext-databases/).
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

from nursestation.store import sqlite
from nursestation.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreEnvironmentError,
    StoreFull,
    StoreUnreachable,
    explain,
)
from nursestation.store.keys import KeyFile, write_keys
from nursestation.store.sqlite import connect_keyed, connect_read_only, held, is_protected, key_file
from nursestation.store.store import NEW, take_lock
from nursestation.store.tables import quick_check
from nursestation.wholefile import sync_folder

_SPARE_BYTES = 64 << 20
_PIECE_BYTES = 1 << 20
Tell = Callable[[str], None]
"""Is told what is done now, as a sentence."""


def protect(path: Path, key: bytes, keys: KeyFile, tell: Tell) -> Path:
    """Turn a plain record into a protected one; return where the plain file lies now.

    Args:
        path: The record.
        key: What it will be opened with.
        keys: The key file, which holds it wrapped.
        tell: Is told each step.

    Raises:
        StoreEnvironmentError: it is protected already, held by a station, damaged, or the disk is full; nothing has changed.
    """
    with _held_alone(path):
        if is_protected(path):
            raise StoreEnvironmentError(f"{path} is protected already.")
        new = _copied(path, None, key, tell)
        _put_aside(key_file(path), "retired")  # of an earlier protection: its backups still need it
        write_keys(path, keys)
        return _swapped(path, new, "unprotected", tell)


def unprotect(path: Path, key: bytes, tell: Tell) -> Path:
    """Turn a protected record, unlocked with `key`, into a plain one; return where the protected file lies now.

    The key file is kept under another name: copies that were made before still need it.

    Raises:
        StoreEnvironmentError: it is plain, held by a station, damaged, or the disk is full; nothing has changed.
    """
    with _held_alone(path):
        if not is_protected(path):
            raise StoreEnvironmentError(f"{path} is not protected.")
        new = _copied(path, key, None, tell)
        kept = _swapped(path, new, "protected", tell)
        _put_aside(key_file(path), "retired", beside=kept)
        return kept


def wipe(path: Path, record: Path) -> None:
    """Overwrite the file that a record was before, and delete it.

    On a disk of flash memory (SSD) the old cells may outlive it, and so may copies that the system made: docs/encryption.md.

    Raises:
        OSError: it cannot be written.
        ValueError: it is the record itself under a second name.
    """
    if path.samefile(record):
        raise ValueError("the record itself is never wiped")
    left = path.stat().st_size
    with path.open("r+b") as stream:
        while left > 0:
            stream.write(bytes(min(left, _PIECE_BYTES)))
            left -= _PIECE_BYTES
        stream.flush()
        os.fsync(stream.fileno())
    path.unlink()
    sync_folder(path.parent)


@contextlib.contextmanager
def _held_alone(path: Path) -> Iterator[None]:
    if not path.exists():
        raise StoreUnreachable(f"There is no record at {path}. Check the profile folder.")
    lock = take_lock(path)
    try:
        yield
    except sqlite.errors() as error:
        raise explain(error, path) from error
    except OSError as error:
        raise StoreUnreachable(f"{path} cannot be copied: {error.strerror}.") from error
    finally:
        lock.release()


def _copied(path: Path, old_key: bytes | None, new_key: bytes | None, tell: Tell) -> Path:
    """Return a new file beside the record that holds the same, found equal and on disk."""
    new = path.with_name(path.name + NEW)
    for leftover in (new, new.with_name(new.name + "-journal")):
        leftover.unlink(missing_ok=True)
    n_bytes = path.stat().st_size
    if shutil.disk_usage(path.parent).free < n_bytes + n_bytes // 10 + _SPARE_BYTES:
        raise StoreFull(
            f"The disk needs room for a second record ({n_bytes / 1e6:.0f} MB). Free some space on it, then try again."
        )
    tell("The record is checked.")
    with _opening(path, old_key):
        _settle(path, old_key)
        trouble = quick_check(path)
        if trouble:
            raise StoreDamaged(f"The record {path} is damaged ({trouble}) and was left as it is.")
        try:
            tell("A copy is made.")
            _export(path, old_key, new, new_key)
            tell("The copy is compared with the record.")
            with _opening(new, new_key):
                refuse_unequal(path, new)
            shutil.copymode(path, new)
            _sync(new)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    return new


@contextlib.contextmanager
def _opening(path: Path, key: bytes | None) -> Iterator[None]:
    with contextlib.nullcontext() if key is None else held(path, key):
        yield


def _settle(path: Path, key: bytes | None) -> None:
    """Bring the journal into the file, so that the file alone is the record."""
    with contextlib.closing(connect_keyed(path, key)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete" or path.with_name(path.name + "-wal").exists():
        raise StoreBusy(f"Another program reads {path}. Close it, then try again.")


def _export(path: Path, old_key: bytes | None, new: Path, new_key: bytes | None) -> None:
    with contextlib.closing(connect_keyed(new, new_key)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")  # a copy that is cut short is thrown away
        connection.execute("PRAGMA synchronous=OFF")  # and synced once, whole
        old = "" if old_key is None else sqlite.key_literal(old_key)
        connection.execute("ATTACH DATABASE ? AS old KEY ?", (str(path), old))
        connection.execute("BEGIN")
        connection.execute("SELECT sqlcipher_export('main', 'old')").fetchone()
        connection.execute("COMMIT")
        connection.execute("DETACH DATABASE old")


def refuse_unequal(path: Path, new: Path) -> None:
    """Compare schema and rows of two records, every byte of them, hashes included.

    Raises:
        StoreDamaged: they differ.
    """
    with contextlib.closing(connect_read_only(path)) as old, contextlib.closing(connect_read_only(new)) as fresh:
        schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        objects = old.execute(schema).fetchall()
        is_equal = objects == fresh.execute(schema).fetchall()
        for table in (name for kind, name, _ in objects if kind == "table"):
            rows = f'SELECT * FROM "{table}"'
            pairs = zip_longest(old.execute(rows), fresh.execute(rows))
            is_equal = is_equal and all(before == after for before, after in pairs)
        if not is_equal:
            raise StoreDamaged(f"The copy of {path} was not equal to it and was given up. Nothing has changed.")


def _swapped(path: Path, new: Path, word: str, tell: Tell) -> Path:
    """Put `new` in the place of the record in one step; return under which name the old file is kept."""
    tell("The copy takes the place of the record.")
    kept = _linked(path, word) or _free_name(path, word)
    if not kept.exists():
        try:
            os.link(path, kept)
        except OSError:  # a drive without hard links
            shutil.copy2(path, kept)
            _sync(kept)
    tell("The old file has another name.")
    new.replace(path)
    sync_folder(path.parent)
    return kept


def _linked(path: Path, word: str) -> Path | None:
    """Return the second name of the record that a try that was killed has left."""
    return next((one for one in path.parent.glob(f"{path.stem}.{word}-*") if one.samefile(path)), None)


def _put_aside(file: Path, word: str, beside: Path | None = None) -> None:
    if file.exists():
        file.replace(_free_name(file, word) if beside is None else key_file(beside))
        sync_folder(file.parent)


def _free_name(file: Path, word: str) -> Path:
    number = 1
    while (free := file.with_name(f"{file.stem}.{word}-{number}{file.suffix}")).exists():
        number += 1
    return free


def _sync(file: Path) -> None:
    with file.open("r+b") as stream:
        os.fsync(stream.fileno())
