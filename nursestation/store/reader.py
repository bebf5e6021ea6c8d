"""Reading the record: sessions, records, readings. Cannot write, and does not hold the writer up.

A reader belongs to the thread that uses it; open one for each. `consistent` makes several reads see one moment of the file,
which matters while a visit is running.
"""

import contextlib
import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from pydantic import ValidationError

from devices.clock import Moment
from nursestation.core.chain import GENESIS, from_json
from nursestation.core.history import TOLD, PatientCard, PatientHistory, Told, patient_history
from nursestation.core.model import Operator, Patient, Phase
from nursestation.core.records import (
    DischargeSigned,
    DraftKept,
    Gap,
    OperatorAdded,
    PhaseChanged,
    Record,
    Sample,
    SessionOpened,
    StationStarted,
    Wave,
)
from nursestation.core.timeline import Timeline
from nursestation.store import draftrows, patients, rows, sqlite, steps
from nursestation.store.errors import StoreEnvironmentError, StoreUnreachable, damaged, explain
from nursestation.store.raw import RawSession, raw_session
from nursestation.store.rows import BulkRow
from nursestation.store.sqlite import connect_read_only
from nursestation.store.tables import bulk_rows, lookups, n_readings

_T = TypeVar("_T")

_PASSING = (
    "LinkChanged", "MonitorIdentified", "MonitorAlarm", "SensorChanged", "FramesRejected", "ClockStepped", "MonitorBound",
    "MonitorUnbound", "MonitorPatient", "CuffStarted", "CuffStopped", "PastViewed", "AuditViewed", "ExportAsked", "ExportMade",
    "SettingChanged", "PurgeAsked", "SessionPurged", "BackupMade", "BackupRestored",
    "CommandAsked", "CommandEnded", "NoteUnreadable",
)  # fmt: skip
"""Station records that say nothing of the present once the program was restarted, and what is kept for the audit alone."""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One visit in a list.

    Attributes:
        id: The session's id.
        chair: Where.
        patient: Who.
        protocol: Title of the protocol it runs on.
        protocol_version: And its version.
        opened: When it was checked in.
        phase: Where it stands.
        ended_utc_ns: When it was over, UTC [ns]; None while open.
        simulated: True where it holds simulated data.
        signed_by: Who signed the discharge, "" where nobody did.
        n_readings: Readings stored.
        chain_head: Hash of its newest record.
    """

    id: str
    chair: int | None
    patient: Patient
    protocol: str
    protocol_version: int
    opened: Moment
    phase: Phase
    ended_utc_ns: int | None
    simulated: bool
    signed_by: str
    n_readings: int
    chain_head: str

    @property
    def is_open(self) -> bool:
        """Say whether the visit still runs."""
        return not self.phase.is_over


class StoreReader:
    """The record, open for reading."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "StoreReader":
        """Open the record at `path`.

        Raises:
            StoreEnvironmentError: it is missing, or cannot be read as a record; the message says what to do.
        """
        if not path.exists():
            raise StoreUnreachable(f"There is no record at {path}. Check the profile folder.")
        try:
            connection = connect_read_only(path)
        except sqlite.errors() as error:
            raise explain(error, path) from error
        reader = cls(path, connection)
        try:
            with reader._explained():
                found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'record'").fetchone()
            if not found[0]:
                raise StoreEnvironmentError(f"{path} holds no Nursestation record.")
        except BaseException:
            connection.close()
            raise
        return reader

    def __enter__(self) -> "StoreReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._connection.close()

    @contextlib.contextmanager
    def consistent(self) -> Iterator[None]:
        """Let every read inside see the file as it stands at the first of them."""
        with self._explained():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:  # SQLite ends it by itself where the disk failed
                self._connection.execute("ROLLBACK")

    def sessions(self) -> list[SessionSummary]:
        """Return every visit, oldest first."""
        with self._explained():
            names = self._connection.execute(
                "SELECT name FROM session WHERE id IN (SELECT session FROM record WHERE kind = 'SessionOpened')"
                " ORDER BY id"
            ).fetchall()
            return [self._summary(name) for (name,) in names]

    def session(self, name: str) -> SessionSummary | None:
        """Return one visit, or None where there is none of that id."""
        with self._explained():
            is_there = self._key(name) is not None and self._last(name, SessionOpened) is not None
            return self._summary(name) if is_there else None

    def discrete(self, session: str | None = None) -> Iterator[Record]:
        """Yield the discrete records in order: of one session, or (None) of the whole file."""
        where, parameters = "", tuple[object, ...]()
        if session is not None:
            where, parameters = "WHERE session = ?", (self._key(session),)
        return self._records(where, parameters)

    def station_records(self) -> Iterator[Record]:
        """Yield the records that belong to no session, in order."""
        return self._records("WHERE session IS NULL", ())

    def of_kinds(
        self,
        kinds: Iterable[type[Record]],
        *,
        since_utc_ns: int = 0,
        until_utc_ns: int | None = None,
        of_station: bool = False,
    ) -> Iterator[Record]:
        """Yield the discrete records of some kinds in order, of a stretch of time and of all sessions.

        Args:
            kinds: Which.
            since_utc_ns: From then on.
            until_utc_ns: Up to then and no later; None for no end.
            of_station: Those alone that belong to no session.
        """
        names = [kind.__name__ for kind in kinds]
        where = f"WHERE kind IN ({', '.join('?' * len(names))}) AND utc_ns >= ?"
        parameters: list[object] = [*names, since_utc_ns]
        if until_utc_ns is not None:
            where += " AND utc_ns <= ?"
            parameters.append(until_utc_ns)
        if of_station:
            where += " AND session IS NULL"
        return self._records(where, tuple(parameters))

    def samples(self, session: str, metric: str | None = None, since_utc_ns: int | None = None) -> Iterator[Sample]:
        """Yield a session's readings in the order they came; of one metric, and from a time on, where given."""
        return self._bulk("numeric", rows.sample, session, metric, since_utc_ns)

    def waves(self, session: str, metric: str | None = None, since_utc_ns: int | None = None) -> Iterator[Wave]:
        """Yield a session's waveforms in blobs of up to about a second."""
        return self._bulk("wave", rows.wave, session, metric, since_utc_ns)

    def gaps(self, session: str, metric: str | None = None, since_utc_ns: int | None = None) -> Iterator[Gap]:
        """Yield a session's gaps."""
        return self._bulk("gap", rows.gap, session, metric, since_utc_ns)

    def operators(self) -> dict[str, Operator]:
        """Return every member of staff ever added, by id."""
        added = self._records("WHERE kind = 'OperatorAdded'", ())
        return {record.added.id: record.added for record in added if isinstance(record, OperatorAdded)}

    def runs(self, session: str) -> list[Moment]:
        """Return, for each run of the program that wrote of a session, the moment of that run's first record."""
        with self._explained():
            found = self._connection.execute(
                "SELECT mono_ns, utc_ns FROM run WHERE id IN (SELECT run FROM record WHERE session = ?) ORDER BY id",
                (self._key(session),),
            ).fetchall()
        return [Moment(mono_ns, utc_ns) for mono_ns, utc_ns in found]

    def station_runs(self, session: str, since_utc_ns: int, lasting: type[Record]) -> list[Moment]:
        """Return the same of the runs that wrote of the station alone, from a time on until the session's last run.

        Args:
            session: Which.
            since_utc_ns: From then on, and the run that went on then, UTC [ns].
            lasting: Of this kind the newest record before that counts too.
        """
        with self._explained():
            found = self._connection.execute(
                "WITH own AS (SELECT DISTINCT run FROM record WHERE session = :session)"
                " SELECT mono_ns, utc_ns FROM run WHERE id NOT IN own AND (id BETWEEN"
                " (SELECT coalesce(max(id), 0) FROM run WHERE utc_ns <= :since AND id <= (SELECT min(run) FROM own))"
                " AND (SELECT max(run) FROM own) OR id = (SELECT run FROM record WHERE kind = :lasting"
                " AND session IS NULL AND utc_ns < :since ORDER BY seq DESC LIMIT 1)) ORDER BY id",
                {"session": self._key(session), "since": since_utc_ns, "lasting": lasting.__name__},
            ).fetchall()
        return [Moment(mono_ns, utc_ns) for mono_ns, utc_ns in found]

    def starts(self, session: str) -> list[StationStarted]:
        """Return how each run of the program that wrote of a session began, oldest first."""
        key = (self._key(session),)
        where = "WHERE kind = 'StationStarted' AND run IN (SELECT run FROM record WHERE session = ?)"
        return [one for one in self._records(where, key) if isinstance(one, StationStarted)]

    def restore_records(self, readings_since_utc_ns: int | None = None) -> Iterator[Record]:
        """Yield what a station needs to stand where it stood, oldest first.

        That is: the station's own records apart from passing states of the wire, which monitors fed each chair's last
        session, and everything of each session that is open or still in its chair, readings included (from a time on, where
        given; waveforms and gaps left out).
        """
        passing = ", ".join(f"'{kind}'" for kind in _PASSING)
        open_sessions = self._open_sessions()
        keys = ", ".join(str(self._key(name)) for name in open_sessions)
        fed = f"SELECT max(seq) FROM record WHERE kind = 'SessionMonitors' AND session NOT IN ({keys}) GROUP BY chair"
        discrete = self._ordered(
            f"(session IS NULL AND kind NOT IN ({passing})) OR session IN ({keys}) OR seq IN ({fed})"
        )
        readings = [self._ordered_samples(name, readings_since_utc_ns) for name in open_sessions]
        merged = heapq.merge(discrete, *readings, key=lambda item: item[:2])
        return (record for _, _, record in merged)

    def drafts(self) -> tuple[DraftKept, ...]:
        """Return what was typed into forms and not sent, as it was left."""
        with self._explained():
            return draftrows.kept(self._connection)

    def find_patients(self, text: str, limit: int) -> tuple[PatientCard, ...]:
        """Return the patients of whom every word of `text` is told, newest visit first, `limit` at most."""
        with self._explained():
            return patients.find(self._connection, text, limit)

    def history(self, record_number: str) -> PatientHistory | None:
        """Return a patient's earlier visits, None where there was none at all.

        A visit that runs is not told of, but the patient's name is the newest.
        """
        with self.consistent():
            return patient_history([
                Told(records=self._told(key), timeline=Timeline(tuple(self.runs(name))))
                for key, name in patients.sessions_of(self._connection, record_number)
            ])  # fmt: skip

    def sessions_of(self, record_number: str) -> list[str]:
        """Return a patient's visits, oldest first, the running one too."""
        with self._explained():
            return [name for _, name in patients.sessions_of(self._connection, record_number)]

    def _told(self, key: int) -> tuple[Record, ...]:
        kinds = ", ".join(f"'{kind.__name__}'" for kind in TOLD)
        return tuple(self._records(f"WHERE session = ? AND kind IN ({kinds})", (key,)))

    def open_sessions(self) -> list[str]:
        """Return the sessions that run or are still in their chair."""
        return self._open_sessions()

    def newest_of_sessions(self) -> dict[str, int]:
        """Return when the newest record of each session was made, UTC [ns]."""
        with self._explained():
            return dict(
                self._connection.execute(
                    "SELECT s.name, r.utc_ns FROM record AS r JOIN session AS s ON s.id = r.session"
                    " WHERE r.seq IN (SELECT max(seq) FROM record GROUP BY session)"
                )
            )

    def newest_utc_ns(self) -> int | None:
        """Return when the newest discrete record was made, UTC [ns]; None for an empty record."""
        with self._explained():
            (newest,) = self._connection.execute("SELECT max(utc_ns) FROM record").fetchone()
        return None if newest is None else int(newest)

    def notes_taken(self) -> frozenset[tuple[str, str]]:
        """Return the notes of commands that the record has: the kind of the record, and the note's id."""
        with self._explained():
            return frozenset(
                self._connection.execute(
                    "SELECT kind, coalesce(json_extract(body, '$.asked.note'), json_extract(body, '$.ended.note'),"
                    " json_extract(body, '$.note')) FROM record"
                    " WHERE kind IN ('CommandAsked', 'CommandEnded', 'NoteUnreadable')"
                )
            )

    def was_closed_in_order(self) -> bool:
        """Say whether the program that wrote last stopped in order (True for an empty record)."""
        with self._explained():
            row = self._connection.execute(
                "SELECT kind FROM record WHERE kind IN ('StationStarted', 'StationStopped') ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return row is None or row[0] == "StationStopped"

    def raw(
        self, session: str, station_kinds: Iterable[type[Record]], since_utc_ns: int, until_utc_ns: int | None
    ) -> RawSession | None:
        """Return a session as it is stored, with the station's log of a time; None where there is no such session.

        `station_kinds` are those whose text is told; of the others there is the hash alone.
        """
        with self._explained():
            key = self._key(session)
            if key is None:
                return None
            kinds = {kind.__name__ for kind in station_kinds}
            try:
                return raw_session(
                    self._connection, key, station_kinds=kinds, since_utc_ns=since_utc_ns, until_utc_ns=until_utc_ns
                )
            except ValueError as error:
                raise damaged(self.path) from error

    def schema(self) -> tuple[str, ...]:
        """Return the steps of the schema that the file was brought up to, in order."""
        with self._explained():
            return steps.taken(self._connection)

    def chain_heads(self) -> dict[str | None, str]:
        """Return the hash of the newest record of each session, and of the station's own chain under None."""
        with self._explained():
            found = self._connection.execute(
                "SELECT s.name, r.hash FROM record AS r LEFT JOIN session AS s ON s.id = r.session"
                " WHERE r.seq IN (SELECT max(seq) FROM record GROUP BY session)"
            ).fetchall()
        heads: dict[str | None, str] = {None: GENESIS}
        heads.update(found)
        return heads

    def chain_place(self, chain_hash: str) -> tuple[str | None, int] | None:
        """Return whose chain a hash is in (a session, or None for the station's own) and how many records follow it there.

        Args:
            chain_hash: A record's hash, 64 hexadecimal figures in small letters.

        Returns:
            None where no record has it.
        """
        with self._explained():
            row = self._connection.execute(
                "SELECT s.name, (SELECT count(*) FROM record AS n WHERE n.session IS r.session AND n.seq > r.seq)"
                " FROM record AS r LEFT JOIN session AS s ON s.id = r.session WHERE r.hash = ?",
                (chain_hash,),
            ).fetchone()
        return None if row is None else (row[0], row[1])

    def _summary(self, name: str) -> SessionSummary:
        opened = self._last(name, SessionOpened)
        moved = self._last(name, PhaseChanged)
        signed = self._last(name, DischargeSigned)
        assert opened is not None
        key = self._key(name)
        (head,) = self._connection.execute(
            "SELECT hash FROM record WHERE session = ? ORDER BY seq DESC LIMIT 1", (key,)
        ).fetchone()
        phase = Phase.CHECK_IN if moved is None else moved.after
        return SessionSummary(
            id=name,
            chair=opened.chair,
            patient=opened.patient,
            protocol=opened.protocol.title,
            protocol_version=opened.protocol.version,
            opened=opened.at,
            phase=phase,
            ended_utc_ns=moved.at.utc_ns if moved is not None and phase.is_over else None,
            simulated=opened.simulated,
            signed_by="" if signed is None else signed.signature.name,
            n_readings=n_readings(self._connection, key),
            chain_head=head,
        )

    def _open_sessions(self) -> list[str]:
        with self._explained():
            found = self._connection.execute(
                "SELECT name FROM session WHERE id IN (SELECT session FROM record WHERE kind = 'SessionOpened')"
                " AND id NOT IN (SELECT session FROM record WHERE kind = 'ChairFreed' AND session IS NOT NULL)"
                " ORDER BY id"
            ).fetchall()
        return [name for (name,) in found]

    def _last(self, session: str, kind: type[_T]) -> _T | None:
        row = self._connection.execute(
            "SELECT body FROM record WHERE session = ? AND kind = ? ORDER BY seq DESC LIMIT 1",
            (self._key(session), kind.__name__),
        ).fetchone()
        if row is None:
            return None
        record = self._read(kind.__name__, row[0])
        assert isinstance(record, kind)
        return record

    def _key(self, session: str) -> int | None:
        row = self._connection.execute("SELECT id FROM session WHERE name = ?", (session,)).fetchone()
        return None if row is None else int(row[0])

    def _records(self, where: str, parameters: tuple[object, ...]) -> Iterator[Record]:
        with self._explained():
            for kind, body in self._connection.execute(
                f"SELECT kind, body FROM record {where} ORDER BY seq", parameters
            ):
                yield self._read(kind, body)

    def _ordered(self, where: str) -> Iterator[tuple[int, int, Record]]:
        with self._explained():
            for run, mono_ns, kind, body in self._connection.execute(
                f"SELECT run, mono_ns, kind, body FROM record WHERE {where} ORDER BY seq"
            ):
                yield run, mono_ns, self._read(kind, body)

    def _ordered_samples(self, session: str, since_utc_ns: int | None) -> Iterator[tuple[int, int, Record]]:
        with self._explained():
            key = self._key(session)
            assert key is not None
            for row in self._rows("numeric", key, None, since_utc_ns):
                yield row.run, row.at.mono_ns, self._build(rows.sample, row, session)

    def _bulk(
        self,
        table: str,
        build: Callable[[BulkRow, str], _T],
        session: str,
        metric: str | None,
        since_utc_ns: int | None,
    ) -> Iterator[_T]:
        with self._explained():
            key = self._key(session)
            if key is None:
                return
            for row in self._rows(table, key, metric, since_utc_ns):
                yield self._build(build, row, session)

    def _rows(self, table: str, key: int, metric: str | None, since_utc_ns: int | None) -> Iterator[BulkRow]:
        known = lookups(self._connection)
        try:
            yield from bulk_rows(self._connection, key, known, table, metric=metric, since_utc_ns=since_utc_ns)
        except ValueError as error:
            raise damaged(self.path) from error

    def _read(self, kind: str, body: str) -> Record:
        try:
            return from_json(kind, body)
        except (KeyError, ValidationError) as error:
            raise damaged(self.path) from error

    def _build(self, build: Callable[[BulkRow, str], _T], row: BulkRow, session: str) -> _T:
        try:
            return build(row, session)
        except (TypeError, ValueError) as error:
            raise damaged(self.path) from error

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite.errors() as error:
            raise explain(error, self.path) from error
