"""A session as it lies on disk: the text and the bytes that the hashes were made of, for a copy that can be verified elsewhere.

Of the station's own log there are the rows of a stretch of time, each with its hash; the text of those alone that are asked for,
because the log tells of other visits and of staff too.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nursestation.core.chain import GENESIS
from nursestation.store import packing
from nursestation.store.packing import Calibration, PackedRow
from nursestation.store.rows import BulkRow, Trace
from nursestation.store.tables import Lookups, lookups, rows_as_written


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A row of a chain.

    Attributes:
        seq: Its number in the whole file.
        kind: Which record.
        body: Its text as it is stored; None where it is withheld.
        hash, previous: Its own link, and that of the row before it in its chain.
    """

    seq: int
    kind: str
    body: str | None = field(repr=False)
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class RawSeal:
    """A row of the chain of seals over the bulk rows; see `migrations.py`."""

    number: int
    first_n: int
    last_n: int
    sha256: str
    record_head: str
    utc_ns: int
    hash: str


@dataclass(frozen=True, slots=True)
class RawSession:
    """Everything of a session, as stored.

    Attributes:
        records: Its own chain.
        station: The station's chain while it ran.
        traces, calibrations: What the keys in `bulk` mean.
        bulk: Readings, stretches of waveform and gaps, in order.
        seals: Over `bulk`.
    """

    records: tuple[RawRecord, ...]
    station: tuple[RawRecord, ...]
    traces: Mapping[int, Trace]
    calibrations: Mapping[int, Calibration]
    bulk: tuple[BulkRow | PackedRow, ...]
    seals: tuple[RawSeal, ...]


def raw_session(
    connection: sqlite3.Connection,
    session: int,
    *,
    station_kinds: Collection[str],
    since_utc_ns: int,
    until_utc_ns: int | None,
) -> RawSession:
    """Return a session as it is stored.

    Args:
        connection: The record.
        session: The session's key.
        station_kinds: Of which kinds of the station's records the text is told.
        since_utc_ns: From when on the station's log is told.
        until_utc_ns: Until when; None for its end.

    Raises:
        ValueError: a row holds what nothing of ours wrote.
        sqlite3.Error: the file cannot be read.
    """
    known = lookups(connection)
    bulk = tuple(rows_as_written(connection, session, known))
    traces, calibrations = _used(bulk, known)
    seals = connection.execute(
        "SELECT number, first_n, last_n, sha256, record_head, utc_ns, hash FROM seal WHERE session = ? ORDER BY number",
        (session,),
    )
    return RawSession(
        records=tuple(_chain(connection, "session = ?", session)),
        station=tuple(_station(connection, station_kinds, since_utc_ns, until_utc_ns)),
        traces=traces,
        calibrations=calibrations,
        bulk=bulk,
        seals=tuple(RawSeal(*row) for row in seals),
    )


def _chain(
    connection: sqlite3.Connection, where: str, *parameters: int, previous: str = GENESIS
) -> Iterator[RawRecord]:  # fmt: skip
    found = connection.execute(f"SELECT seq, kind, body, hash FROM record WHERE {where} ORDER BY seq", parameters)
    for seq, kind, body, digest in found:
        yield RawRecord(seq, kind, body, previous, digest)
        previous = digest


def _station(
    connection: sqlite3.Connection, kinds: Collection[str], since_utc_ns: int, until_utc_ns: int | None
) -> Iterator[RawRecord]:
    """Yield the rows from the first to the last of a time, none left out between: a step of the clock cuts nothing."""
    times = "utc_ns >= ?" if until_utc_ns is None else f"utc_ns BETWEEN ? AND {until_utc_ns:d}"
    first, last = connection.execute(
        f"SELECT min(seq), max(seq) FROM record WHERE session IS NULL AND {times}", (since_utc_ns,)
    ).fetchone()
    if first is None:
        return
    before = connection.execute(
        "SELECT hash FROM record WHERE session IS NULL AND seq < ? ORDER BY seq DESC LIMIT 1", (first,)
    ).fetchone()
    previous = GENESIS if before is None else before[0]
    for row in _chain(connection, "session IS NULL AND seq BETWEEN ? AND ?", first, last, previous=previous):
        yield row if row.kind in kinds else replace(row, body=None)


def _used(
    bulk: tuple[BulkRow | PackedRow, ...], known: Lookups
) -> tuple[dict[int, Trace], dict[int, Calibration]]:  # fmt: skip
    """Return those lookups that a session's rows point at: the others are of other visits."""
    traces, calibrations = set[int](), set[int]()
    for row in bulk:
        if isinstance(row, BulkRow):
            continue
        if row.table == "readings":
            traces.update(trace for trace, _ in packing.unpack_readings(row.body))
        else:
            for trace, calibration, _, _ in packing.unpack_strips(row.body, row.at):
                traces.add(trace)
                calibrations.add(calibration)
    try:
        return (
            {key: known.traces[key] for key in sorted(traces)},
            {key: known.calibrations[key] for key in sorted(calibrations)},
        )
    except KeyError as error:
        raise ValueError("a bulk row looks up what is not there") from error
