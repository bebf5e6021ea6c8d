"""Reading the tables: what writer, reader and verifier share."""

import contextlib
import heapq
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from devices.clock import Moment
from nursestation.store.rows import PAYLOAD, BulkRow, Trace

WHOLE_CHECK_BYTES = 256 * 1024 * 1024
"""Up to this size the whole file is checked when it is opened; beyond, all but the bulk tables (`verify` reads those)."""

_SMALL_TABLES = ("record", "seal", "run", "session", "trace", "patient", "draft")


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write.

    A record on a medium that cannot be written is opened as immutable when no journal lies beside it.

    Raises:
        sqlite3.Error: the file is missing or is no database.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=2, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except sqlite3.OperationalError as error:
        connection.close()
        is_away = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if not is_away or not path.exists() or path.with_name(path.name + "-wal").exists():
            raise
    except sqlite3.Error:
        connection.close()
        raise
    return sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)


def quick_check(path: Path) -> str:
    """Return what is wrong with a database file in a few words, "" when nothing is."""
    try:
        with contextlib.closing(connect_read_only(path)) as connection:
            return _quick_check(connection, is_small=path.stat().st_size <= WHOLE_CHECK_BYTES)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ""  # held by another program: not damaged, and the writer will say so
        return str(error)
    except (sqlite3.Error, OSError) as error:
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
    """Say whether a file is a sound record that holds something."""
    if path.stat().st_size == 0 or quick_check(path):
        return False
    with contextlib.closing(connect_read_only(path)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'").fetchone()
        return found is not None


def traces(connection: sqlite3.Connection) -> dict[int, Trace]:
    """Return the traces by key."""
    rows = connection.execute("SELECT id, chair, metric, monitor, source, mode, provenance, operator FROM trace")
    return {key: Trace(*fields) for key, *fields in rows}


def bulk_rows(
    connection: sqlite3.Connection,
    session: int,
    known: dict[int, Trace],
    *,
    after_n: int = 0,
    tables: tuple[str, ...] = tuple(PAYLOAD),
    metric: str | None = None,
    since_utc_ns: int | None = None,
) -> Iterator[BulkRow]:
    """Yield a session's bulk rows in the order they were written (by `n`), over the given tables together."""
    where, parameters = "session = ? AND n > ?", [session, after_n]
    if metric is not None:
        wanted = [key for key, trace in known.items() if trace.metric == metric]
        where += f" AND trace IN ({', '.join(map(str, wanted))})"
    if since_utc_ns is not None:
        where += " AND utc_ns >= ?"
        parameters.append(since_utc_ns)
    streams = [_table_rows(connection, table, known, where, parameters) for table in tables]
    return heapq.merge(*streams, key=lambda row: row.n)


def _table_rows(
    connection: sqlite3.Connection, table: str, known: dict[int, Trace], where: str, parameters: list[int]
) -> Iterator[BulkRow]:
    sql = f"SELECT n, run, trace, utc_ns, mono_ns, {', '.join(PAYLOAD[table])} FROM {table} WHERE {where} ORDER BY n"
    for n, run, trace, utc_ns, mono_ns, *payload in connection.execute(sql, parameters):
        yield BulkRow(table, n, run, Moment(mono_ns, utc_ns), known[trace], tuple(payload))
