"""Reading the tables: what writer, reader and verifier share."""

import contextlib
import heapq
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from devices.clock import Moment
from nursestation.store import packing, sqlite
from nursestation.store.errors import StoreLocked
from nursestation.store.packing import Calibration, PackedRow
from nursestation.store.rows import PAYLOAD, BulkRow, Trace, digest_line
from nursestation.store.sqlite import connect_read_only

WHOLE_CHECK_BYTES = 256 * 1024 * 1024
"""Up to this size the whole file is checked when it is opened; beyond, all but the bulk tables (`verify` reads those)."""

_SMALL_TABLES = ("record", "seal", "run", "session", "trace", "calibration", "patient", "draft")
_PACKED = {"numeric": "readings", "wave": "strips"}
"""Where the rows of a kind lie packed."""


def quick_check(path: Path) -> str:
    """Return what is wrong with a database file in a few words, "" when nothing is.

    Raises:
        StoreLocked: it is protected, and nobody has unlocked it.
    """
    try:
        with contextlib.closing(connect_read_only(path)) as connection:
            return _quick_check(connection, is_small=path.stat().st_size <= WHOLE_CHECK_BYTES)
    except OSError as error:
        return str(error)
    except sqlite.errors() as error:
        code = sqlite.code_of(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ""  # held by another program: not damaged, and the writer will say so
        if code == sqlite3.SQLITE_NOTADB and sqlite.is_protected(path):
            return "it does not open with its key"
        return str(error)


def _quick_check(connection: sqlite3.Connection, *, is_small: bool) -> str:
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    tables = [f"({table})" for table in _SMALL_TABLES if table in present]
    for pragma in [""] if is_small else tables:
        (answer,) = connection.execute(f"PRAGMA quick_check{pragma}").fetchone()
        if answer != "ok":
            return " ".join(str(answer).split())[:120]
    return ""


def is_readable(path: Path) -> bool:
    """Say whether a file is a sound record that holds something, and opens here."""
    try:
        if path.stat().st_size == 0 or quick_check(path):
            return False
    except StoreLocked:
        return False
    return is_record(path)


def is_record(path: Path) -> bool:
    """Say whether a file is a record of Nursestation, sound or damaged, and no other kind of file.

    Raises:
        StoreLocked: it is protected, and nobody has unlocked it.
    """
    try:
        with contextlib.closing(connect_read_only(path)) as connection:
            found = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'"
            ).fetchone()
    except sqlite.errors() as error:
        return sqlite.code_of(error) != sqlite3.SQLITE_NOTADB or sqlite.is_protected(path)
    return found is not None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the keys in bulk rows mean."""

    traces: dict[int, Trace]
    calibrations: dict[int, Calibration]


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of any bulk table as a seal sees it: the numbers that it holds, its moment, and what the seal covers of it."""

    table: str
    n: int
    last_n: int
    at: Moment
    line: bytes


def lookups(connection: sqlite3.Connection) -> Lookups:
    """Return the lookups of a record; an older file has no calibrations."""
    rows = connection.execute("SELECT id, chair, metric, monitor, source, mode, provenance, operator FROM trace")
    found = {key: Trace(*fields) for key, *fields in rows}
    if not _has_packed(connection):
        return Lookups(found, {})
    scaled = connection.execute("SELECT id, rate_hz, scale, offset, unit FROM calibration")
    return Lookups(found, {key: Calibration(*fields) for key, *fields in scaled})


def bulk_rows(
    connection: sqlite3.Connection,
    session: int,
    known: Lookups,
    kind: str,
    *,
    metric: str | None = None,
    since_utc_ns: int | None = None,
) -> Iterator[BulkRow]:
    """Yield a session's readings, stretches of waveform or gaps in the order they were written (by `n`).

    Raises:
        ValueError: a row holds what nothing of ours wrote.
    """
    where, parameters = "session = ?", [session]
    if since_utc_ns is not None:
        where += " AND utc_ns >= ?"
        parameters.append(since_utc_ns)
    streams = [_table_rows(connection, kind, known.traces, *_of_metric(where, parameters, known, metric))]
    if kind in _PACKED and _has_packed(connection):
        packed = _packed_rows(connection, _PACKED[kind], where, parameters)
        unpacked = (one for row in packed for one in _unpack(row, known))
        streams.append(
            one
            for one in unpacked
            if (metric is None or one.trace.metric == metric)
            and (since_utc_ns is None or one.at.utc_ns >= since_utc_ns)
        )
    return heapq.merge(*streams, key=attrgetter("n"))


def stored_rows(
    connection: sqlite3.Connection, session: int, known: Lookups, *, after_n: int = 0
) -> Iterator[StoredRow]:
    """Yield a session's rows of every bulk table in the order they were written.

    Raises:
        ValueError: a row holds what nothing of ours wrote.
    """
    where, parameters = "session = ? AND n > ?", [session, after_n]
    streams = [_sealed_singly(_table_rows(connection, kind, known.traces, where, parameters)) for kind in PAYLOAD]
    if _has_packed(connection):
        streams += [
            _sealed_packed(_packed_rows(connection, table, where, parameters), known) for table in _PACKED.values()
        ]
    return heapq.merge(*streams, key=attrgetter("n"))


def rows_as_written(connection: sqlite3.Connection, session: int, known: Lookups) -> list[BulkRow | PackedRow]:
    """Return a session's rows of every bulk table, packed ones whole, in the order they were written."""
    found: list[BulkRow | PackedRow] = []
    for kind in PAYLOAD:
        found += _table_rows(connection, kind, known.traces, "session = ?", [session])
    if _has_packed(connection):
        for table in _PACKED.values():
            found += _packed_rows(connection, table, "session = ?", [session])
    return sorted(found, key=attrgetter("n"))


def last_n_sql(session: str) -> str:
    """Return SQL for the number of a session's newest bulk row, 0 where there is none; `session` is SQL for its key."""
    single = ", ".join(f"coalesce((SELECT max(n) FROM {table} WHERE session = {session}), 0)" for table in PAYLOAD)
    packed = ", ".join(
        f"coalesce((SELECT n + n_rows - 1 FROM {table} WHERE session = {session} ORDER BY n DESC LIMIT 1), 0)"
        for table in _PACKED.values()
    )
    return f"max({single}, {packed})"


def n_readings(connection: sqlite3.Connection, session: int | None) -> int:
    """Return how many readings of a session are stored."""
    (n,) = connection.execute("SELECT count(*) FROM numeric WHERE session = ?", (session,)).fetchone()
    if _has_packed(connection):
        packed = connection.execute("SELECT coalesce(sum(n_rows), 0) FROM readings WHERE session = ?", (session,))
        n += packed.fetchone()[0]
    return int(n)


def _has_packed(connection: sqlite3.Connection) -> bool:
    """Say whether a file knows packed rows: an older one that may only be read does not."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'calibration'").fetchone()
    return found is not None


def _of_metric(where: str, parameters: list[int], known: Lookups, metric: str | None) -> tuple[str, list[int]]:
    if metric is None:
        return where, parameters
    wanted = [key for key, trace in known.traces.items() if trace.metric == metric]
    return f"{where} AND trace IN ({', '.join(map(str, wanted))})", parameters


def _table_rows(
    connection: sqlite3.Connection, table: str, known: dict[int, Trace], where: str, parameters: list[int]
) -> Iterator[BulkRow]:
    sql = f"SELECT n, run, trace, utc_ns, mono_ns, {', '.join(PAYLOAD[table])} FROM {table} WHERE {where} ORDER BY n"
    for n, run, trace, utc_ns, mono_ns, *payload in connection.execute(sql, parameters):
        yield BulkRow(table, n, run, Moment(mono_ns, utc_ns), known[trace], tuple(payload))


def _packed_rows(connection: sqlite3.Connection, table: str, where: str, parameters: list[int]) -> Iterator[PackedRow]:
    sql = f"SELECT n, n_rows, run, utc_ns, mono_ns, body FROM {table} WHERE {where} ORDER BY n"
    for n, n_rows, run, utc_ns, mono_ns, body in connection.execute(sql, parameters):
        yield PackedRow(table, n, n_rows, run, Moment(mono_ns, utc_ns), body)


def _unpack(row: PackedRow, known: Lookups) -> Iterator[BulkRow]:
    try:
        if row.table == "readings":
            for n, (trace, payload) in enumerate(packing.unpack_readings(row.body), row.n):
                yield BulkRow("numeric", n, row.run, row.at, known.traces[trace], payload)
            return
        for n, (trace, calibration, at, samples) in enumerate(packing.unpack_strips(row.body, row.at), row.n):
            scaled = known.calibrations[calibration]
            payload = (scaled.rate_hz, scaled.scale, scaled.offset, scaled.unit, len(samples) // 2, samples)
            yield BulkRow("wave", n, row.run, at, known.traces[trace], payload)
    except KeyError as error:
        raise ValueError("a bulk row looks up what is not there") from error


def _sealed_singly(rows: Iterator[BulkRow]) -> Iterator[StoredRow]:
    return (StoredRow(row.table, row.n, row.n, row.at, digest_line(row)) for row in rows)


def _sealed_packed(rows: Iterator[PackedRow], known: Lookups) -> Iterator[StoredRow]:
    prints: dict[Trace | Calibration, bytes] = {}
    for row in rows:
        wanted = [prints.get(one) or prints.setdefault(one, packing.fingerprint(one)) for one in _looked_up(row, known)]
        yield StoredRow(row.table, row.n, row.last_n, row.at, packing.line(row, wanted))


def _looked_up(row: PackedRow, known: Lookups) -> Iterator[Trace | Calibration]:
    """Yield what a body looks up, in the order in which the writer has it sealed."""
    try:
        if row.table == "readings":
            for trace, _ in packing.unpack_readings(row.body):
                yield known.traces[trace]
            return
        for trace, calibration, _, _ in packing.unpack_strips(row.body, row.at):
            yield known.traces[trace]
            yield known.calibrations[calibration]
    except KeyError as error:
        raise ValueError("a bulk row looks up what is not there") from error
