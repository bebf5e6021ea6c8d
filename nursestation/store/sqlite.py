"""Where connections to a record are opened: plain with SQLite, protected with SQLCipher, behind one interface.

Rules of the file:
1. Nothing else in the store opens a file. Which library opens it is seen from the file itself; whoever asks does not say.
2. Keys are held here and nowhere else, by the record that they open, from the moment a person has unlocked it until the program
   lets go of them; then their bytes are overwritten. No signature, no dataclass and no message carries one.
3. One file is never open in both libraries at once in one process: on POSIX the second to close would take away the locks of the
   first (https://www.sqlite.org/howtocorrupt.html, 2.2.1).
4. A record that this process has open is opened by nothing else in it, not even to look at its first bytes: closing any
   descriptor of a file takes away all the locks that the process has on it (there, 2.2).
5. sqlcipher3 is imported when the first protected record is opened. Its connections do what sqlite3's do, and its errors carry
   the same codes, but they are classes of their own: `except sqlite.errors()` names both.

A protected file is SQLCipher 4 (AES-256 in CBC, an HMAC-SHA-512 a page) with a raw key, so that nothing is derived when it is
opened: https://www.zetetic.net/sqlcipher/sqlcipher-api/
"""

import contextlib
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

from nursestation.store.errors import StoreEnvironmentError, StoreLocked

KEY_BYTES = 32
KEY_SUFFIX = ".key"
_PLAIN_START = b"SQLite format 3\0"
_READ_TIMEOUT_S = 2.0

_held: dict[Path, bytearray] = {}
_plain: set[tuple[Path, int, int]] = set()  # a file is never turned in place: another kind is another file (cipher.py)
_guard = threading.Lock()


def errors() -> tuple[type[Exception], ...]:
    """Return the base of every error that an open connection can raise; the last is for a text in the file that is none."""
    cipher = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error, *(() if cipher is None else (cipher.Error,)), UnicodeDecodeError)


def code_of(error: BaseException) -> int:
    """Return SQLite's primary result code of an error of either library, 0 where it carries none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def key_file(path: Path) -> Path:
    """Return where the key of a record lies, wrapped: beside it, under its name."""
    return path.with_suffix(KEY_SUFFIX)


def is_protected(path: Path) -> bool:
    """Say whether a record is opened with a key.

    The file's own first bytes decide; they are read only where they have to be (rule 4). One that is not there yet is made
    protected where a key file lies beside it; of one that begins like no database, the key file, or a key that is held for
    another, tells a protected record from a damaged one.
    """
    place = path.resolve()
    with _guard:
        is_held, are_others = place in _held, bool(_held)
    if is_held:
        return True
    has_key_file = key_file(path).exists()
    if not has_key_file and not are_others:
        return False
    start = _first_bytes(place)
    return start != _PLAIN_START and (has_key_file or (are_others and bool(start)))


def _first_bytes(place: Path) -> bytes:
    """Return how a file begins, b"" for one that is not there or empty; of a plain database it is read once and not again."""
    try:
        seen = place.stat()
        known = (place, seen.st_dev, seen.st_ino)
        with _guard:
            if known in _plain:
                return _PLAIN_START
        with place.open("rb") as stream:
            start = stream.read(len(_PLAIN_START))
    except OSError:
        return b""
    if start == _PLAIN_START:
        with _guard:
            _plain.add(known)
    return start


def is_unlocked(path: Path) -> bool:
    """Say whether a record can be opened as things are: it is plain, or its key is held."""
    with _guard:
        is_held = path.resolve() in _held
    return is_held or not is_protected(path)


def opens(path: Path) -> bool:
    """Say whether an existing file opens as things are: it is plain, or a key that is held fits it, as a copy's does."""
    if not is_protected(path):
        return True
    with _guard:
        keys = [bytes(key) for key in _held.values()]
    return any(_fits(path, key) for key in keys)


@contextlib.contextmanager
def held(path: Path, key: bytes) -> Iterator[None]:
    """Hold the key of a record while inside: every connection of this process to it, and to copies of it, is opened with it."""
    assert len(key) == KEY_BYTES
    place = path.resolve()
    mine = bytearray(key)
    with _guard:
        before = _held.get(place)
        _held[place] = mine
    try:
        yield
    finally:
        with _guard:
            del _held[place]
            if before is not None:
                _held[place] = before
            mine[:] = bytes(len(mine))


def connect(path: Path, *, timeout_s: float, like: Path | None = None) -> sqlite3.Connection:
    """Return a connection that may write; the file is made where there is none.

    Args:
        path: The database file.
        timeout_s: How long a statement waits for another program's lock [s].
        like: A record that the file is to be protected like, for a copy of it; None for the file's own way.

    Raises:
        StoreEnvironmentError: it is protected, and its key is not held, or the library for it is missing.
        Exception: one of `errors()`.
    """
    model = path if like is None else like
    if not is_protected(model):
        return sqlite3.connect(
            path, timeout=timeout_s, isolation_level=None, check_same_thread=False, cached_statements=64
        )
    return _keyed(str(path), _key_for(model), timeout_s=timeout_s)


def connect_keyed(path: Path, key: bytes | None, *, timeout_s: float = _READ_TIMEOUT_S) -> sqlite3.Connection:
    """Return a connection of SQLCipher that may write, with this key, or (None) to a plain file: for copying between them."""
    return _keyed(str(path), key, timeout_s=timeout_s)


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write.

    A record on a medium that cannot be written is opened as immutable when no journal lies beside it.

    Raises:
        StoreEnvironmentError: it is protected, and its key is not held, or the library for it is missing.
        Exception: one of `errors()`: the file is missing or is no database.
    """
    key = _key_for(path) if is_protected(path) else None
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = _connect_uri(uri, key, _READ_TIMEOUT_S)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except errors() as error:
        connection.close()
        is_away = code_of(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if not is_away or not path.exists() or path.with_name(path.name + "-wal").exists():
            raise
    return _connect_uri(f"{uri}&immutable=1", key, _READ_TIMEOUT_S)


def require_library() -> None:
    """Refuse in a sentence where protected records cannot be opened here.

    Raises:
        StoreEnvironmentError: the library for them is not installed.
    """
    _library()


def key_literal(key: bytes) -> str:
    """Return a raw key as SQLCipher takes it."""
    return f"x'{key.hex()}'"


def _connect_uri(uri: str, key: bytes | None, timeout_s: float) -> sqlite3.Connection:
    if key is None:
        return sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)
    return _keyed(uri, key, timeout_s=timeout_s, is_uri=True)


def _keyed(name: str, key: bytes | None, *, timeout_s: float, is_uri: bool = False) -> sqlite3.Connection:
    cipher = _library()
    connection = cipher.connect(
        name, uri=is_uri, timeout=timeout_s, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")  # it would write to the terminal what its errors say anyhow
        if key is not None:
            connection.set_key(key_literal(key))  # not `PRAGMA key`: the text of statements is kept in a cache
            connection.execute("PRAGMA cipher_compatibility=4")  # also with a library whose own default is a later one
        connection.execute("PRAGMA temp_store=MEMORY")  # a sort that does not fit leaves nothing readable in a file
    except BaseException:
        connection.close()
        raise
    return cast("sqlite3.Connection", connection)  # the same interface; no class of sqlite3's


def _library() -> ModuleType:
    try:
        from sqlcipher3 import dbapi2  # type: ignore[import-untyped]  # late: few records are protected
    except ImportError as error:
        raise StoreEnvironmentError(
            "Protected records need the library sqlcipher3, which is not installed here. "
            "Install Nursestation with `pip install 'nursestation[encryption]'`."
        ) from error
    return cast("ModuleType", dbapi2)


def _key_for(path: Path) -> bytes:
    """Return the key that is held for a record; for a copy of it elsewhere, the one that opens it."""
    with _guard:
        own = _held.get(path.resolve())
        keys = [bytes(key) for key in ((own,) if own is not None else _held.values())]
    is_there = path.exists() and path.stat().st_size > 0
    if not keys or (own is None and not is_there):
        raise StoreLocked(f"{path} is protected and was not unlocked. Type its passphrase first.")
    return next((key for key in keys if len(keys) == 1 or _fits(path, key)), keys[0])


def _fits(path: Path, key: bytes) -> bool:
    try:
        with contextlib.closing(_keyed(str(path), key, timeout_s=_READ_TIMEOUT_S)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except errors():
        return False
    return True
