"""Purging a visit: its rows leave every table in the transaction that writes the record of it.

Rules of the file:
1. `SessionPurged` is the purge: `Store.append` calls `carry_out` for it before it is written, in one transaction. So nothing is
   purged without a record and nothing recorded as purged that is still there; a kill leaves the one or the other.
2. The record must say exactly what is there (chain head, counts, places): what departs from it is not purged.
3. The guards against DELETE are taken away and put back inside that transaction; nobody else ever sees the file without them.
4. What stays: the visit's id with the record of its purge, and what the station's own chain says of it (exports, sign-ins).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from nursestation.core.chain import from_json
from nursestation.core.records import PurgeAsked, SessionPurged
from nursestation.store.errors import StoreBug
from nursestation.store.rows import PAYLOAD
from nursestation.store.tables import last_n_sql

_TABLES = ("seal", "readings", "strips", *PAYLOAD, "patient", "record")
"""Where rows of a session lie, by its key; `session` itself is last, because they refer to it."""

_GUARDED = (*_TABLES, "session")


@dataclass(frozen=True, slots=True)
class WhatIsThere:
    """A visit in the file: hash of its newest record, counts of records and of bulk rows, and the records' places as runs."""

    chain_head: str
    n_records: int
    n_bulk: int
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Purges:
    """What the station's records tell of purges.

    Attributes:
        records: Of each visit that was purged.
        asked: The visits that somebody asked to purge.
    """

    records: tuple[SessionPurged, ...]
    asked: frozenset[str]


def what_is_there(connection: sqlite3.Connection, session: str) -> WhatIsThere | None:
    """Return what the file holds of a visit, None where it holds no record of it."""
    row = connection.execute("SELECT id FROM session WHERE name = ?", (session,)).fetchone()
    if row is None:
        return None
    key = int(row[0])
    found = connection.execute("SELECT seq, hash FROM record WHERE session = ? ORDER BY seq", (key,)).fetchall()
    if not found:
        return None
    (n_bulk,) = connection.execute(f"SELECT {last_n_sql('?1')}", (key,)).fetchone()
    return WhatIsThere(found[-1][1], len(found), int(n_bulk), tuple(runs(seq for seq, _ in found)))


def carry_out(connection: sqlite3.Connection, purged: SessionPurged) -> None:
    """Delete a visit's rows, inside the transaction that writes `purged`.

    Raises:
        StoreBug: the file holds something else than the record tells; nothing is deleted then.
    """
    told = WhatIsThere(purged.chain_head, purged.n_records, purged.n_bulk, purged.places)
    if what_is_there(connection, purged.purged) != told:
        raise StoreBug("A visit was not purged: the record holds something else of it than was told.")
    (key,) = connection.execute("SELECT id FROM session WHERE name = ?", (purged.purged,)).fetchone()
    guards = _guards(connection)
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE session = ?", (key,))
    connection.execute("DELETE FROM session WHERE id = ?", (key,))
    connection.execute("DELETE FROM draft WHERE session = ?", (purged.purged,))
    for _, sql in guards:
        connection.execute(sql)


def purges(connection: sqlite3.Connection) -> Purges:
    """Return what the station's chain tells of purges; what cannot be read there is for the check of that chain to find."""
    records: list[SessionPurged] = []
    asked: set[str] = set()
    for kind, body in connection.execute(
        "SELECT kind, body FROM record WHERE session IS NULL AND kind IN ('PurgeAsked', 'SessionPurged') ORDER BY seq"
    ):
        try:
            record = from_json(kind, body)
        except (KeyError, ValidationError):
            continue
        if isinstance(record, PurgeAsked):
            asked.update(record.sessions)
        elif isinstance(record, SessionPurged):
            records.append(record)
    return Purges(tuple(records), frozenset(asked))


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield rising numbers as runs without a hole, (first, last)."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


def _guards(connection: sqlite3.Connection) -> Sequence[tuple[str, str]]:
    marks = ", ".join("?" * len(_GUARDED))
    return connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_delete' AND tbl_name IN ({marks})",
        _GUARDED,
    ).fetchall()
