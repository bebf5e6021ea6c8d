"""The schema, as numbered steps that are never edited once released; only this module makes tables.

Rules of the file:
1. Every table is STRICT, has declared columns and is append-only: triggers abort UPDATE and DELETE. One is not: `draft` holds
   what was typed and not sent, which is no part of the record.
2. A change is a new step at the end, and a sample database of the version before it is kept in tests/data/schema/.
3. `record` holds discrete records, chained by hash per session and once for the station's own (session NULL).
4. `readings`, `strips` and `gap` hold bulk rows, and `numeric` and `wave` those that were written before there were packed
   rows. `n` counts a session's readings, stretches and gaps over all these tables together, from 1 and without a hole; a packed
   row holds those from `n` to `n + n_rows - 1`. `seal` covers them, a minute at a time, with count and SHA-256, in a chain of
   its own.
5. `mono_ns` is comparable within one `run` of the program only.
6. `patient` lists the visits by patient; it is made of the `SessionOpened` records, also of those from before there was a list.
"""

import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from nursestation.store import patients
from nursestation.store.steps import SET

migrations = Migrations(SET)

_TABLES = (
    """CREATE TABLE run (
        id INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE session (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE trace (
        id INTEGER PRIMARY KEY, chair INTEGER, metric TEXT NOT NULL, monitor TEXT NOT NULL, source TEXT NOT NULL,
        mode TEXT, provenance TEXT, operator TEXT
    ) STRICT""",
    """CREATE TABLE record (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run(id),
        session INTEGER REFERENCES session(id), chair INTEGER, kind TEXT NOT NULL,
        utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL, operator TEXT, body TEXT NOT NULL,
        hash TEXT NOT NULL CHECK (length(hash) = 64)
    ) STRICT""",
    "CREATE INDEX record_by_session ON record (session, seq)",
    "CREATE INDEX record_by_kind ON record (kind, seq)",
    """CREATE TABLE numeric (
        session INTEGER NOT NULL REFERENCES session(id), n INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES run(id),
        trace INTEGER NOT NULL REFERENCES trace(id), utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL,
        value REAL, validity TEXT NOT NULL, measured_utc_ns INTEGER, cycle INTEGER, device_time TEXT,
        PRIMARY KEY (session, n),
        CHECK ((value IS NULL) = (validity NOT IN ('valid', 'questionable')))
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE wave (
        session INTEGER NOT NULL REFERENCES session(id), n INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES run(id),
        trace INTEGER NOT NULL REFERENCES trace(id), utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL,
        rate_hz REAL NOT NULL, scale REAL NOT NULL, offset REAL NOT NULL, unit TEXT,
        n_samples INTEGER NOT NULL CHECK (n_samples > 0), samples BLOB NOT NULL CHECK (length(samples) = 2 * n_samples)
    ) STRICT""",
    "CREATE UNIQUE INDEX wave_by_session ON wave (session, n)",
    """CREATE TABLE gap (
        session INTEGER NOT NULL REFERENCES session(id), n INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES run(id),
        trace INTEGER NOT NULL REFERENCES trace(id), utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL,
        n_samples INTEGER, reason TEXT NOT NULL,
        PRIMARY KEY (session, n)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE seal (
        session INTEGER NOT NULL REFERENCES session(id), number INTEGER NOT NULL,
        first_n INTEGER NOT NULL, last_n INTEGER NOT NULL CHECK (last_n >= first_n), sha256 TEXT NOT NULL,
        record_head TEXT NOT NULL, utc_ns INTEGER NOT NULL, hash TEXT NOT NULL CHECK (length(hash) = 64),
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID""",
)

_APPEND_ONLY = ("run", "session", "trace", "record", "numeric", "wave", "gap", "seal")


@migrations(name="0001_record")
def _record(db: Database) -> None:
    for statement in _TABLES:
        db.execute(statement)
    for table in _APPEND_ONLY:
        _make_append_only(db, table)


def _make_append_only(db: Database, table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'nothing recorded is changed or erased'); END"
        )


_PATIENTS_AND_DRAFTS = (
    """CREATE TABLE patient (
        session INTEGER PRIMARY KEY REFERENCES session(id), known_by TEXT NOT NULL, record_number TEXT NOT NULL,
        given_name TEXT NOT NULL, family_name TEXT NOT NULL, birth_date TEXT NOT NULL, sought TEXT NOT NULL,
        utc_ns INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX patient_by_number ON patient (known_by, utc_ns)",
    """CREATE TABLE draft (
        chair INTEGER NOT NULL, form TEXT NOT NULL, session TEXT, operator TEXT, utc_ns INTEGER NOT NULL,
        mono_ns INTEGER NOT NULL, fields TEXT NOT NULL,
        PRIMARY KEY (chair, form)
    ) STRICT, WITHOUT ROWID""",
)


@migrations(name="0002_patients_and_drafts")
def _patients_and_drafts(db: Database) -> None:
    for statement in _PATIENTS_AND_DRAFTS:
        db.execute(statement)
    patients.insert_all(db.conn)
    _make_append_only(db, "patient")


_PACKED = (
    """CREATE TABLE calibration (
        id INTEGER PRIMARY KEY, rate_hz REAL NOT NULL, scale REAL NOT NULL, offset REAL NOT NULL, unit TEXT
    ) STRICT""",
    """CREATE TABLE readings (
        session INTEGER NOT NULL REFERENCES session(id), n INTEGER NOT NULL,
        n_rows INTEGER NOT NULL CHECK (n_rows > 0), run INTEGER NOT NULL REFERENCES run(id),
        utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (session, n)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE strips (
        session INTEGER NOT NULL REFERENCES session(id), n INTEGER NOT NULL,
        n_rows INTEGER NOT NULL CHECK (n_rows > 0), run INTEGER NOT NULL REFERENCES run(id),
        utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX strips_by_session ON strips (session, n)",
)


@migrations(name="0003_packed_rows")
def _packed_rows(db: Database) -> None:
    for statement in _PACKED:
        db.execute(statement)
    for table in ("calibration", "readings", "strips"):
        _make_append_only(db, table)


def steps() -> tuple[str, ...]:
    """Return the names of all steps, in order; they stand in `steps.STEPS` too."""
    return tuple(step.name for step in migrations.pending(Database(memory=True, execute_plugins=False)))


def carry_out(connection: sqlite3.Connection) -> None:
    """Take the steps that the file has not had."""
    migrations.apply(Database(connection, execute_plugins=False, strict=True))
