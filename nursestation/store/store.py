"""The one writer of the record: opens the file, appends records in one transaction, seals what it appended.

Rules of the file:
1. WAL with synchronous=FULL: what `append` returned from survives a kill and a power cut. A scratch record (a rehearsal's,
   which nobody looks for after either) waits for no disk.
2. One writer a file, held by a lock beside it; a second program is refused with a sentence.
3. A file that cannot be read is never overwritten (`rescue.py` says what to do); starting afresh takes a person who moves it.
4. After any failure the writer's memory of the file (chain heads, counters) is read back from the file.
5. A store is handed from thread to thread at most whole (opened, then given to the writer); it is never shared.
"""

import contextlib
import errno
import hashlib
import logging
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from devices.clock import Moment
from nursestation.core.chain import GENESIS, link, to_json
from nursestation.core.records import (
    ChairFreed,
    DraftKept,
    Gap,
    PhaseChanged,
    Record,
    Refused,
    Sample,
    SessionOpened,
    SessionPurged,
    Wave,
)
from nursestation.store import draftrows, patients, purging, sqlite
from nursestation.store.errors import (
    KEY_AWAY,
    RESTORE,
    StoreBug,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
    explain,
)
from nursestation.store.gathering import Gathered, Strip, gather
from nursestation.store.packing import Calibration, PackedRow, fingerprint, key_bytes, line, pack_readings, pack_strips
from nursestation.store.rows import (
    Scalar,
    Trace,
    digest_line,
    gap_row,
    seal_body,
    trace_of,
)
from nursestation.store.steps import STEPS, taken
from nursestation.store.tables import last_n_sql, lookups, quick_check, stored_rows
from nursestation.wholefile import own_folder

BUSY_TIMEOUT_S = 2.0
_NO_DATABASE = "file is not a database"
"""SQLite's own words for a file that begins like none."""
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Of a drive whose file system has no file locks, as some network drives (flock(2), and fcntl(2) for ENOLCK)."""
SEAL_EVERY_NS = 60_000_000_000

RESTORING = ".restoring"
"""Ends the stem of a copy that `restore.py` brings and that is not in place yet."""

NEW = ".new"
"""Ends the name of a copy that `cipher.py` makes and that is not in place yet."""

_log = logging.getLogger(__name__)


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """How the newest record of a metric, source and monitor was written: what of another on the same terms need not be looked up
    again.
    """

    terms: tuple[object, ...]
    keys: bytes
    prints: bytes


@dataclass(slots=True)
class _SessionTail:
    """What the writer knows of a session's end."""

    key: int
    name: str
    head: str
    last_n: int
    seal_number: int
    seal_hash: str
    sealed_n: int
    digest: _Hash = field(default_factory=hashlib.sha256)
    unsealed_since: Moment | None = None
    unsealed_last: Moment | None = None
    is_due: bool = False
    readings_of: dict[tuple[str, str, str], _Known] = field(default_factory=dict)
    waves_of: dict[tuple[str, str, str], _Known] = field(default_factory=dict)


@dataclass(slots=True)
class _Tail:
    """What the writer knows of the file's end."""

    seq: int
    head: str
    lookups: dict[Trace | Calibration, tuple[int, bytes]]  # their keys and fingerprints
    sessions: dict[str, _SessionTail]


_Row = tuple[Scalar, ...]


class Store:
    """The record, open for writing.

    Attributes:
        path: The database file.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: FileLock,
        max_pages: int | None,
        busy_timeout_s: float,
        is_scratch: bool = False,
    ) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._lock = lock
        self._max_pages = max_pages
        self._busy_timeout_s = busy_timeout_s
        self._is_scratch = is_scratch
        self._inode = path.stat().st_ino
        self._run: int | None = None
        self._tail: _Tail | None = None
        self._is_journal_to_empty = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        max_pages: int | None = None,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        is_scratch: bool = False,
    ) -> "Store":
        """Open the record for writing; make folder and file where there are none, and bring the schema up to date.

        Args:
            path: The database file.
            max_pages: Largest size of the file in pages of 4096 bytes, or None; full beyond it.
            busy_timeout_s: How long a write waits for another program's lock on the file [s].
            is_scratch: Nobody needs it after a power cut: writing does not wait until the disk has it. Never a patient's.

        Raises:
            StoreEnvironmentError: it cannot be used now; the message says what to do.
        """
        try:
            own_folder(path.parent)
        except OSError as error:
            raise StoreUnreachable(
                f"The folder {path.parent} cannot be made ({error.strerror}). Choose another with --profile."
            ) from error
        lock = take_lock(path)
        try:
            _clear_unfinished(path)
            _refuse_unfit(path)
            connection = _connect(path, max_pages, busy_timeout_s, is_scratch)
            try:
                _migrate(connection, path)
                return cls(path, connection, lock, max_pages, busy_timeout_s, is_scratch)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise

    def append(self, records: Iterable[Record]) -> None:
        """Write records in one transaction; they are on disk when this returns, and none of them is when it raises.

        `Refused` records are skipped, and bulk records without a session too.

        Raises:
            StoreEnvironmentError: the computer's trouble; the same call may succeed later.
            StoreBug: a record cannot be stored at all.
        """
        records = list(records)
        try:
            bulk, others = gather(records)
        except TypeError as error:
            raise _bug(error) from error
        drafts = [record for record in others if isinstance(record, DraftKept)]
        discrete = [record for record in others if not isinstance(record, DraftKept | Refused)]
        if not discrete and not bulk and not drafts:
            return
        with self._transaction() as (connection, tail):
            run = self._run_of(connection, records[0].at)
            self._append_discrete(connection, tail, run, discrete)
            for draft in drafts:
                draftrows.keep(connection, draft)
            self._append_bulk(connection, tail, run, bulk)
            for session in tail.sessions.values():
                if session.is_due and session.last_n > session.sealed_n:
                    _seal(connection, session)
        self._run = run
        if self._is_journal_to_empty or any(isinstance(record, SessionPurged) for record in discrete):
            self._empty_journal()

    def limit(self, max_pages: int) -> None:
        """Set the largest size of the file, in pages of 4096 bytes."""
        assert self._connection is not None
        self._max_pages = max_pages
        self._connection.execute(f"PRAGMA max_page_count={int(max_pages)}")

    def reconnect(self) -> None:
        """Open the file again after the disk was away.

        Raises:
            StoreEnvironmentError: it is still away, or another file lies in its place.
        """
        self._refuse_moved()
        if self._connection is not None:
            with contextlib.suppress(*sqlite.errors()):
                self._connection.close()
            self._connection = None
        self._tail = None
        self._connection = _connect(self.path, self._max_pages, self._busy_timeout_s, self._is_scratch)

    def close(self) -> None:
        """Seal what is open, close the file and let go of the lock. May be called twice."""
        if self._connection is None:
            self._lock.release()
            return
        try:
            with self._transaction() as (connection, tail):
                for session in tail.sessions.values():
                    if session.last_n > session.sealed_n:
                        _seal(connection, session)
        except StoreError as error:
            _log.warning("the record was closed without its last seal: %s", error)
        self._connection.close()
        self._connection = None
        self._lock.release()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[tuple[sqlite3.Connection, _Tail]]:
        self._refuse_moved()
        if self._connection is None:
            raise StoreUnreachable(f"{self.path} is not open.")
        connection = self._connection
        try:
            if self._tail is None:
                self._tail = _read_tail(connection)
            connection.execute("BEGIN IMMEDIATE")
            yield connection, self._tail
            connection.execute("COMMIT")
        except BaseException as error:
            self._tail = None
            if connection.in_transaction:
                with contextlib.suppress(*sqlite.errors()):
                    connection.execute("ROLLBACK")
            if isinstance(error, sqlite.errors()):
                raise explain(error, self.path, goes_on=True) from error
            raise

    def _empty_journal(self) -> None:
        """Let the journal not keep what was purged; where a reader is in the way, it is tried again after the next commit."""
        assert self._connection is not None
        self._is_journal_to_empty = True
        with contextlib.suppress(*sqlite.errors()):
            self._connection.execute("PRAGMA busy_timeout=0")
            is_held, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._is_journal_to_empty = bool(is_held)
        self._connection.execute(f"PRAGMA busy_timeout={int(self._busy_timeout_s * 1000)}")

    def _refuse_moved(self) -> None:
        try:
            inode = self.path.stat().st_ino
        except OSError:
            inode = None
        if inode != self._inode:
            raise StoreUnreachable(
                f"{self.path} was moved, replaced or deleted while Nursestation was writing it. Put it back."
            )

    def _run_of(self, connection: sqlite3.Connection, at: Moment) -> int:
        if self._run is not None:
            return self._run
        cursor = connection.execute("INSERT INTO run (utc_ns, mono_ns) VALUES (?, ?)", (at.utc_ns, at.mono_ns))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _append_discrete(
        self, connection: sqlite3.Connection, tail: _Tail, run: int, records: Sequence[Record]
    ) -> None:
        rows = []
        for record in records:
            session = None if record.session is None else _session(connection, tail, record.session)
            if isinstance(record, SessionOpened) and session is not None:
                patients.insert(connection, session.key, record)
            elif isinstance(record, SessionPurged):
                purging.carry_out(connection, record)
                tail.sessions.pop(record.purged, None)
            kind, body = type(record).__name__, to_json(record)
            head = link(tail.head if session is None else session.head, kind, body)
            if session is None:
                tail.head = head
            else:
                session.head = head
                closes = isinstance(record, PhaseChanged) and record.after.is_over
                session.is_due = session.is_due or closes or isinstance(record, ChairFreed)
            tail.seq += 1
            rows.append((
                tail.seq, run, None if session is None else session.key, record.chair, kind,
                record.at.utc_ns, record.at.mono_ns, record.operator, body, head,
            ))  # fmt: skip
        if rows:
            connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _append_bulk(self, connection: sqlite3.Connection, tail: _Tail, run: int, bulk: Mapping[str, Gathered]) -> None:
        """Write readings, waveforms and gaps: of each session the readings of a moment in a row, and its waveforms in one."""
        readings: list[_Row] = []
        strips: list[_Row] = []
        gaps: list[_Row] = []
        try:
            for name, told in bulk.items():
                session = _session(connection, tail, name)
                for _, of_one_moment in groupby(told.samples, key=attrgetter("at")):
                    readings.append(_readings_row(connection, tail, session, run, list(of_one_moment)))
                if told.strips:
                    strips.append(_strips_row(connection, tail, session, run, told.strips))
                for gap in told.gaps:
                    gaps.append(_gap_row(connection, tail, session, run, gap))
        except (TypeError, ValueError, struct.error) as error:
            raise _bug(error) from error
        for table, rows in (("readings", readings), ("strips", strips), ("gap", gaps)):
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def take_lock(path: Path) -> FileLock:
    """Hold a record against every other program of ours until it is released.

    The system keeps it: it ends with the program, in whatever way that ends. A file that says "held", which the library would
    take in its place, stays after a kill.

    Raises:
        StoreEnvironmentError: another one holds it, the folder may not be written, or its drive knows no locks.
    """
    lock = FileLock(path.with_name(path.name + ".lock"), thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreBusy(
            f"Another Nursestation is already running on {path.parent}. Use that window, or close it first."
        ) from None
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise StoreReadOnly(
                f"The drive of {path.parent} cannot keep a second program from writing the same record ({error.strerror}). "
                "Choose a folder on a disk of this computer with --profile."
            ) from error
        raise StoreReadOnly(
            f"The folder {path.parent} may not be written ({error.strerror}). Give this user write permission for it."
        ) from error
    return lock


def _clear_unfinished(path: Path) -> None:
    """Delete the copy that a killed restore or change of protection left: it may be plain, and no purge would reach it.

    Whoever makes one holds the lock that is held here.
    """
    for name in (f"{path.stem}{RESTORING}{path.suffix}", f"{path.name}{NEW}"):
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                path.with_name(name + ending).unlink(missing_ok=True)


def _refuse_unfit(path: Path) -> None:
    """Raise where an existing file must not be written."""
    if not path.exists() or path.stat().st_size == 0:
        return
    if not path.stat().st_mode & 0o222:
        raise StoreReadOnly(f"{path} is marked read-only. Give this user write permission for it.")
    trouble = quick_check(path)
    if trouble:
        key_away = KEY_AWAY if trouble == _NO_DATABASE and not sqlite.key_file(path).exists() else ""
        raise StoreDamaged(f"The record {path} is damaged ({trouble}) and is left as it is.{key_away}{RESTORE}")


def _connect(path: Path, max_pages: int | None, busy_timeout_s: float, is_scratch: bool) -> sqlite3.Connection:
    connection = None
    try:
        connection = sqlite.connect(path, timeout_s=busy_timeout_s)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'OFF' if is_scratch else 'FULL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # of what is purged, and of drafts, nothing stays readable
        if max_pages is not None:
            connection.execute(f"PRAGMA max_page_count={int(max_pages)}")
        return connection
    except sqlite.errors() as error:
        if connection is not None:
            connection.close()
        raise explain(error, path) from error


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    try:
        had = taken(connection)
        if not set(had) <= set(STEPS):
            raise StoreTooNew(f"{path} was written by a newer Nursestation. Install that version, or a later one.")
        if had != STEPS:
            from nursestation.store import migrations  # late, and seldom: see `steps`

            migrations.carry_out(connection)
    except sqlite.errors() as error:
        raise explain(error, path) from error


def _bug(error: Exception) -> StoreBug:
    return StoreBug(f"A reading cannot be stored because of a fault in Nursestation: {type(error).__name__}")


def _read_tail(connection: sqlite3.Connection) -> _Tail:
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()
    known = lookups(connection)
    tail = _Tail(
        seq=seq,
        head=_head(connection, None),
        lookups={
            one: (key, fingerprint(one)) for table in (known.traces, known.calibrations) for key, one in table.items()
        },
        sessions={},
    )
    unsealed = connection.execute(
        f"SELECT name FROM session AS s WHERE {last_n_sql('s.id')}"
        " > coalesce((SELECT max(last_n) FROM seal WHERE session = s.id), 0)"
    ).fetchall()
    for (name,) in unsealed:
        _session(connection, tail, name).is_due = True  # left by a kill: the next append seals it
    return tail


def _head(connection: sqlite3.Connection, session: int | None) -> str:
    row = connection.execute(
        "SELECT hash FROM record WHERE session IS ? ORDER BY seq DESC LIMIT 1", (session,)
    ).fetchone()
    return GENESIS if row is None else str(row[0])


def _session(connection: sqlite3.Connection, tail: _Tail, name: str) -> _SessionTail:
    known = tail.sessions.get(name)
    if known is None:
        known = tail.sessions[name] = _read_session(connection, name)
    return known


def _read_session(connection: sqlite3.Connection, name: str) -> _SessionTail:
    row = connection.execute("SELECT id FROM session WHERE name = ?", (name,)).fetchone()
    if row is None:
        cursor = connection.execute("INSERT INTO session (name) VALUES (?)", (name,))
        assert cursor.lastrowid is not None
        return _SessionTail(cursor.lastrowid, name, GENESIS, 0, 0, GENESIS, 0)
    key = int(row[0])
    seal = connection.execute(
        "SELECT number, hash, last_n FROM seal WHERE session = ? ORDER BY number DESC LIMIT 1", (key,)
    ).fetchone()
    number, seal_hash, sealed_n = seal or (0, GENESIS, 0)
    session = _SessionTail(key, name, _head(connection, key), sealed_n, number, seal_hash, sealed_n)
    for bulk in stored_rows(connection, key, lookups(connection), after_n=sealed_n):
        _count(session, bulk.last_n, bulk.at, bulk.line)
    return session


def _readings_row(
    connection: sqlite3.Connection, tail: _Tail, session: _SessionTail, run: int, samples: Sequence[Sample]
) -> _Row:
    packed: list[tuple[bytes, Sample]] = []
    prints: list[bytes] = []
    for sample in samples:
        where = (sample.metric, sample.monitor, sample.source)
        terms = (sample.chair, sample.operator, sample.mode, sample.provenance)
        known = session.readings_of.get(where)
        if known is None or known.terms != terms:
            key, print_ = _look_up(connection, tail, trace_of(sample))
            known = session.readings_of[where] = _Known(terms, key_bytes(key), print_)
        packed.append((known.keys, sample))
        prints.append(known.prints)
    row = PackedRow("readings", session.last_n + 1, len(samples), run, samples[-1].at, pack_readings(packed))
    return _take_packed(session, row, prints)


def _strips_row(
    connection: sqlite3.Connection, tail: _Tail, session: _SessionTail, run: int, strips: Sequence[Strip]
) -> _Row:
    packed: list[tuple[bytes, Sequence[Wave]]] = []
    prints: list[bytes] = []
    for strip in strips:
        wave = strip.parts[-1]
        where = (wave.metric, wave.monitor, wave.source)
        known = session.waves_of.get(where)
        if known is None or known.terms != strip.terms:
            known = session.waves_of[where] = _known_wave(connection, tail, strip)
        packed.append((known.keys, strip.parts))
        prints.append(known.prints)
    newest = strips[-1].parts[-1].at
    row = PackedRow("strips", session.last_n + 1, len(packed), run, newest, pack_strips(packed, newest))
    return _take_packed(session, row, prints)


def _known_wave(connection: sqlite3.Connection, tail: _Tail, strip: Strip) -> _Known:
    wave = strip.parts[-1]
    unit = None if wave.unit is None else wave.unit.value
    scaled = Calibration(float(wave.rate_hz), float(wave.scale), float(wave.offset), unit)
    trace, trace_print = _look_up(connection, tail, trace_of(wave))
    scale, scale_print = _look_up(connection, tail, scaled)
    return _Known(strip.terms, key_bytes(trace, scale), trace_print + scale_print)


def _take_packed(session: _SessionTail, row: PackedRow, prints: Sequence[bytes]) -> _Row:
    _count(session, row.last_n, row.at, line(row, prints))
    return session.key, row.n, row.n_rows, row.run, row.at.utc_ns, row.at.mono_ns, row.body


def _gap_row(connection: sqlite3.Connection, tail: _Tail, session: _SessionTail, run: int, gap: Gap) -> _Row:
    row = gap_row(gap, session.last_n + 1, run)
    _count(session, row.n, row.at, digest_line(row))
    key, _ = _look_up(connection, tail, row.trace)
    return session.key, row.n, run, key, row.at.utc_ns, row.at.mono_ns, *row.payload


def _look_up(connection: sqlite3.Connection, tail: _Tail, wanted: Trace | Calibration) -> tuple[int, bytes]:
    """Return key and fingerprint of a lookup; it is written where it is new."""
    found = tail.lookups.get(wanted)
    if found is None:
        table = "trace" if isinstance(wanted, Trace) else "calibration"
        marks = ", ".join("?" * len(wanted))
        cursor = connection.execute(f"INSERT INTO {table} ({', '.join(wanted._fields)}) VALUES ({marks})", wanted)
        assert cursor.lastrowid is not None
        found = tail.lookups[wanted] = (cursor.lastrowid, fingerprint(wanted))
    return found


def _count(session: _SessionTail, last_n: int, at: Moment, covered: bytes) -> None:
    """Take a bulk row into what the next seal will cover."""
    session.last_n = last_n
    session.digest.update(covered)
    session.unsealed_last = at
    if session.unsealed_since is None:
        session.unsealed_since = at
    elif at.mono_ns - session.unsealed_since.mono_ns >= SEAL_EVERY_NS:
        session.is_due = True


def _seal(connection: sqlite3.Connection, session: _SessionTail) -> None:
    assert session.unsealed_last is not None
    first_n, utc_ns = session.sealed_n + 1, session.unsealed_last.utc_ns
    sha256 = session.digest.hexdigest()
    session.seal_number += 1
    session.seal_hash = link(
        session.seal_hash, "Seal", seal_body(first_n, session.last_n, sha256, session.head, utc_ns)
    )  # fmt: skip
    connection.execute(
        "INSERT INTO seal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (session.key, session.seal_number, first_n, session.last_n, sha256, session.head, utc_ns, session.seal_hash),
    )
    session.sealed_n = session.last_n
    session.digest = hashlib.sha256()
    session.unsealed_since = session.unsealed_last = None
    session.is_due = False
