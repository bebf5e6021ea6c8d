"""Saying whether a record on disk is intact, and if not, where it first departs.

What is proved: no discrete record was changed, removed or moved since its successor was written; no bulk row since its seal
was written; no lookup that they point at either; and each discharge signature covers exactly the record before it. What is
not proved: that nobody rewrote the whole file together with its hashes.

What a purge took (`purging.py`) may be absent, exactly in the places that its `SessionPurged` names, and nothing else.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from nursestation.core.chain import GENESIS, from_json, link
from nursestation.core.records import DischargeSigned
from nursestation.store import patients, sqlite
from nursestation.store.errors import StoreDamaged, StoreUnreachable, explain
from nursestation.store.purging import Purges, purges
from nursestation.store.rows import seal_body
from nursestation.store.sqlite import connect_read_only
from nursestation.store.tables import StoredRow, lookups, quick_check, stored_rows

_ROWS_A_BREATH = 100

Breathe = Callable[[], None]
"""Called after so much work as takes a few milliseconds; what it raises ends the check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure: where, and what, as a sentence."""

    session: str | None
    text: str


@dataclass(frozen=True, slots=True)
class StoreVerdict:
    """What `verify_store` found.

    Attributes:
        findings: Departures; the first of each chain.
        n_sessions, n_records, n_bulk: How much was read.
        n_unsealed: Bulk rows written since the last seal: covered by nothing yet (a running visit, or one cut by a kill).
        heads: Hash of the newest record of each session; None names the station's own chain.
    """

    findings: tuple[Finding, ...]
    n_sessions: int
    n_records: int
    n_bulk: int
    n_unsealed: int
    heads: tuple[tuple[str | None, str], ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Say whether the record is intact."""
        return not self.findings


def verify_store(path: Path, breathe: Breathe = lambda: None) -> StoreVerdict:
    """Read the whole record and check every hash.

    Args:
        path: The record, or a copy of it.
        breathe: Lets others have their turn, where a station runs beside it.

    Raises:
        StoreEnvironmentError: the file is missing or cannot be opened at all.
    """
    if not path.exists():
        raise StoreUnreachable(f"There is no record at {path}.")
    trouble = quick_check(path)
    if trouble:
        return StoreVerdict((Finding(None, f"The file is damaged: {trouble}."),), 0, 0, 0, 0, ())
    try:
        with contextlib.closing(connect_read_only(path)) as connection:
            connection.execute("BEGIN")
            return _verify(connection, breathe)
    except sqlite.errors() as error:
        explained = explain(error, path)
        if isinstance(explained, StoreDamaged):  # a page or a text that was read only now
            return StoreVerdict((Finding(None, "The file is damaged: part of it cannot be read."),), 0, 0, 0, 0, ())
        raise explained from error


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    session: str | None
    columns: tuple[object, ...]
    kind: str
    body: str
    hash: str


def _verify(connection: sqlite3.Connection, breathe: Breathe) -> StoreVerdict:
    findings: list[Finding] = []
    names: dict[int, str] = dict(connection.execute("SELECT id, name FROM session ORDER BY id"))
    heads: list[tuple[str | None, str]] = []
    n_records = 0
    gone = purges(connection)
    findings += _missing_seq(connection, {first: last for one in gone.records for first, last in one.places})
    findings += _check_purges(gone, set(names.values()))
    findings += _check_patients(connection)
    chains: list[int | None] = [None, *names]
    for key in chains:
        name = None if key is None else names[key]
        chain = list(_chain(connection, key, name))
        breathe()
        n_records += len(chain)
        heads.append((name, chain[-1].hash if chain else GENESIS))
        finding = _check_chain(chain)
        if finding is not None:
            findings.append(finding)
    n_bulk = n_unsealed = 0
    for key, name in names.items():
        finding, n_rows, n_open = _check_bulk(connection, key, name, breathe)
        n_bulk += n_rows
        n_unsealed += n_open
        if finding is not None:
            findings.append(finding)
    return StoreVerdict(tuple(findings), len(names), n_records, n_bulk, n_unsealed, tuple(heads))


def _missing_seq(connection: sqlite3.Connection, gone: dict[int, int]) -> list[Finding]:
    """Find the first hole in the numbers over the whole file, a cut-off end included; `gone` are purged runs, first to last."""
    issued = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
    expected = 1
    for (seq,) in connection.execute("SELECT seq FROM record ORDER BY seq"):
        expected = _past(expected, gone)
        if seq < expected:
            return [Finding(None, f"Record {seq} stands in the place of a purged one.")]
        if seq != expected:
            return [Finding(None, f"Record {expected} is missing.")]
        expected += 1
    expected = _past(expected, gone)
    if issued is not None and expected <= issued[0]:
        return [Finding(None, f"Record {expected} is missing: the end of the record was cut off.")]
    return []


def _past(expected: int, gone: dict[int, int]) -> int:
    while expected in gone:
        expected = gone[expected] + 1
    return expected


def _check_purges(gone: Purges, present: set[str]) -> list[Finding]:
    """Find a purge that nobody asked for, that tells of other places than it took, or of a visit that is there."""
    for one in gone.records:
        n_places = sum(last - first + 1 for first, last in one.places)
        if one.purged not in gone.asked:
            return [Finding(None, f"The visit {one.purged} was purged, and nobody had asked for it.")]
        if one.purged in present:
            return [Finding(one.purged, f"The visit {one.purged} was purged, and is there.")]
        if n_places != one.n_records or any(last < first for first, last in one.places):
            return [Finding(None, f"The purge of {one.purged} tells of other places than it took.")]
    return []


def _check_patients(connection: sqlite3.Connection) -> list[Finding]:
    """Find out whether the list of patients says what the record says; an older file has none."""
    is_there = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'patient'").fetchone()
    if is_there is None:
        return []
    wanted = list(patients.from_records(connection))
    listed = connection.execute("SELECT * FROM patient ORDER BY session").fetchall()
    return [] if listed == wanted else [Finding(None, "The list of patients departs from the visits.")]


def _chain(connection: sqlite3.Connection, key: int | None, name: str | None) -> Iterator[_Row]:
    rows = connection.execute(
        "SELECT seq, chair, utc_ns, mono_ns, operator, kind, body, hash FROM record WHERE session IS ? ORDER BY seq",
        (key,),
    )
    for seq, chair, utc_ns, mono_ns, operator, kind, body, digest in rows:
        yield _Row(seq, name, (chair, name, operator, utc_ns, mono_ns), kind, body, digest)


def _check_chain(chain: list[_Row]) -> Finding | None:
    previous = GENESIS
    for index, row in enumerate(chain):
        where = f"Record {row.seq} ({row.kind})"
        if link(previous, row.kind, row.body) != row.hash:
            return Finding(row.session, f"{where} {_what_broke(chain, index)}.")
        try:
            record = from_json(row.kind, row.body)
        except (KeyError, ValidationError):
            return Finding(row.session, f"{where} cannot be read.")
        at = record.at
        if (record.chair, record.session, record.operator, at.utc_ns, at.mono_ns) != row.columns:
            return Finding(row.session, f"{where} was altered: its columns and its content differ.")
        if isinstance(record, DischargeSigned) and record.signature.covers != previous:
            return Finding(row.session, f"{where} carries a signature of another record than the one before it.")
        previous = row.hash
    return None


def _what_broke(chain: list[_Row], index: int) -> str:
    """Tell an altered record from one that stands in another place than it was written."""
    row = chain[index]
    follows = {other.hash for position, other in enumerate(chain) if position != index - 1} | {GENESIS}
    if any(link(other, row.kind, row.body) == row.hash for other in follows):
        return "stands in another place than it was written, or the one before it is missing"
    return "was altered, or the one before it is missing"


def _check_bulk(
    connection: sqlite3.Connection, key: int, name: str, breathe: Breathe
) -> tuple[Finding | None, int, int]:
    """Check one session's bulk rows against its seals; return the first finding, and how many rows were read and unsealed."""
    try:
        return _check_seals(connection, key, name, breathe)
    except ValueError:  # a body that no seal needs to be asked about
        return Finding(name, "A reading was altered: a row of them cannot be read."), 0, 0


def _check_seals(
    connection: sqlite3.Connection, key: int, name: str, breathe: Breathe
) -> tuple[Finding | None, int, int]:
    seals = connection.execute(
        "SELECT number, first_n, last_n, sha256, record_head, utc_ns, hash FROM seal WHERE session = ? ORDER BY number",
        (key,),
    ).fetchall()
    known_heads = {GENESIS} | {
        digest for (digest,) in connection.execute("SELECT hash FROM record WHERE session = ?", (key,))
    }
    rows = _breathing(stored_rows(connection, key, lookups(connection)), breathe)
    n_rows, previous = 0, GENESIS
    row = next(rows, None)
    for position, (number, first_n, last_n, sha256, head, utc_ns, digest) in enumerate(seals, 1):
        if number != position or first_n != n_rows + 1:
            return Finding(name, f"Seal {position} of the readings is missing."), n_rows, 0
        if (
            link(previous, "Seal", seal_body(first_n, last_n, sha256, head, utc_ns)) != digest
            or head not in known_heads
        ):
            return Finding(name, f"Seal {number} of the readings was altered."), n_rows, 0
        previous = digest
        found = hashlib.sha256()
        first, last = row, row
        while row is not None and row.n <= last_n:
            if row.n != n_rows + 1:
                return Finding(name, f"Reading {n_rows + 1} is missing."), n_rows, 0
            found.update(row.line)
            n_rows, last = row.last_n, row
            row = next(rows, None)
        if n_rows != last_n:
            return Finding(name, f"Reading {n_rows + 1} is missing."), n_rows, 0
        if found.hexdigest() != sha256:
            return Finding(name, f"{_stretch(first, last)} was altered or reordered."), n_rows, 0
    n_open = 0
    while row is not None:
        if row.n != n_rows + 1:
            return Finding(name, f"Reading {n_rows + 1} is missing."), n_rows, n_open
        n_rows, n_open = row.last_n, n_open + row.last_n - row.n + 1
        row = next(rows, None)
    return None, n_rows, n_open


def _breathing(rows: Iterator[StoredRow], breathe: Breathe) -> Iterator[StoredRow]:
    for number, row in enumerate(rows, 1):
        if number % _ROWS_A_BREATH == 0:
            breathe()
        yield row


def _stretch(first: StoredRow | None, last: StoredRow | None) -> str:
    assert first is not None
    assert last is not None
    return f"A reading between number {first.n} ({first.table}) and number {last.last_n} ({last.table})"
