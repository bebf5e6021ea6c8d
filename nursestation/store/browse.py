"""Finding visits among thousands: by patient, day, protocol and mark, newest first.

Rules of the file:
1. Nothing is kept for it: the list of patients (`patients.py`) and the records themselves are asked. A narrowing asks records
   of few kinds by their index; what is told of a visit is read for those alone that are shown.
2. A visit whose records were purged is not among them.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from nursestation.core.model import Phase
from nursestation.core.past import Mark, Sought, VisitCard
from nursestation.store import sqlite
from nursestation.store.errors import StoreUnreachable, explain
from nursestation.store.patients import where_sought

_SPIKES = "('spike', 'severe', 'crisis')"
_OVERRIDES = (
    "kind IN ('GateOverridden', 'CriterionOverridden', 'ObservationShortened')"
    " OR (kind = 'LeavingChosen' AND json_extract(body, '$.path') = 'no_driver')"
)
_MARKED = {
    Mark.BP_SPIKE: f"kind = 'FlagRaised' AND json_extract(body, '$.grade') IN {_SPIKES}",
    Mark.OVERRIDE: _OVERRIDES,
    Mark.ENDED_EARLY: "kind = 'PhaseChanged' AND json_extract(body, '$.after') = 'ended_early'",
    Mark.AGAINST_ADVICE: "kind = 'DischargeSigned' AND json_extract(body, '$.path') = 'against_advice'",
}
_HOLDS = "kind IN ('SessionHeld', 'HoldReleased')"
_OVER = "kind = 'PhaseChanged' AND json_extract(body, '$.after') IN ('discharged', 'ended_early')"
_TOLD = (
    "'FlagRaised', 'GateOverridden', 'CriterionOverridden', 'ObservationShortened', 'LeavingChosen', 'PhaseChanged',"
    " 'DischargeSigned'"
)


def find_visits(record: Path, sought: Sought, limit: int) -> tuple[VisitCard, ...]:
    """Return the visits that are sought, newest first, `limit` at most.

    Raises:
        StoreEnvironmentError: the record is missing or cannot be read; the message says what to do.
    """
    if not record.exists():
        raise StoreUnreachable(f"There is no record at {record}. Check the profile folder.")
    try:
        with contextlib.closing(sqlite.connect_read_only(record)) as connection:
            return tuple(_cards(connection, sought, limit))
    except sqlite.errors() as error:
        raise explain(error, record) from error


def _cards(connection: sqlite3.Connection, sought: Sought, limit: int) -> Iterator[VisitCard]:
    held = _held(connection)
    where, parameters = _where(sought, held)
    found = connection.execute(
        "SELECT p.session, s.name, p.record_number, p.given_name, p.family_name, p.birth_date, p.utc_ns"
        f" FROM patient AS p JOIN session AS s ON s.id = p.session WHERE {where}"
        " ORDER BY p.utc_ns DESC, p.session DESC",
        parameters,
    )
    n = 0
    for key, name, number, given, family, born, utc_ns in found:
        opened = connection.execute(
            "SELECT chair, json_extract(body, '$.protocol.title'), json_extract(body, '$.simulated') FROM record"
            " WHERE session = ? AND kind = 'SessionOpened' LIMIT 1",
            (key,),
        ).fetchone()
        if opened is None:
            continue
        phase, ended_utc_ns, marks = _course(connection, key)
        marks |= {Mark.HELD} if name in held else set()
        yield VisitCard(
            session=name,
            chair=opened[0],
            opened_utc_ns=utc_ns,
            record_number=number,
            given_name=given,
            family_name=family,
            birth_date=date.fromisoformat(born),
            protocol=opened[1],
            phase=phase,
            ended_utc_ns=ended_utc_ns,
            marks=marks,
            simulated=bool(opened[2]),
        )
        n += 1
        if n == limit:
            return


def _held(connection: sqlite3.Connection) -> frozenset[str]:
    held: set[str] = set()
    for kind, session in connection.execute(
        f"SELECT kind, json_extract(body, '$.held') FROM record WHERE {_HOLDS} ORDER BY seq"
    ):
        (held.add if kind == "SessionHeld" else held.discard)(session)
    return frozenset(held)


def _where(sought: Sought, held: frozenset[str]) -> tuple[str, list[object]]:
    parameters: list[object] = []
    where, words = where_sought(sought.text)
    found = [where]
    parameters += words
    if sought.since_utc_ns is not None:
        found.append("p.utc_ns >= ?")
        parameters.append(sought.since_utc_ns)
    if sought.until_utc_ns is not None:
        found.append("p.utc_ns < ?")
        parameters.append(sought.until_utc_ns)
    if sought.protocol:
        found.append(
            "p.session IN (SELECT session FROM record WHERE kind = 'SessionOpened'"
            " AND json_extract(body, '$.protocol.name') = ?)"
        )
        parameters.append(sought.protocol)
    if sought.mark is Mark.RUNNING:
        found.append(f"p.session NOT IN (SELECT session FROM record WHERE {_OVER})")
    elif sought.mark is Mark.HELD:
        found.append(f"s.name IN ({', '.join('?' * len(held))})")
        parameters += sorted(held)
    elif sought.mark is not None:
        found.append(f"p.session IN (SELECT session FROM record WHERE {_MARKED[sought.mark]})")
    return " AND ".join(found), parameters


def _course(connection: sqlite3.Connection, key: int) -> tuple[Phase, int | None, frozenset[Mark]]:
    """Return where a visit stands, when it was over, UTC [ns], and what holds of it."""
    phase, ended_utc_ns, marks = Phase.CHECK_IN, None, set[Mark]()
    for kind, grade, after, path, utc_ns in connection.execute(
        "SELECT kind, json_extract(body, '$.grade'), json_extract(body, '$.after'), json_extract(body, '$.path'), utc_ns"
        f" FROM record WHERE session = ? AND kind IN ({_TOLD}) ORDER BY seq",
        (key,),
    ):
        match kind:
            case "PhaseChanged":
                phase = Phase(after)
                ended_utc_ns = utc_ns if phase.is_over else None
            case "FlagRaised":
                marks |= {Mark.BP_SPIKE} if grade in ("spike", "severe", "crisis") else set()
            case "DischargeSigned":
                marks |= {Mark.AGAINST_ADVICE} if path == "against_advice" else set()
            case "LeavingChosen":
                marks |= {Mark.OVERRIDE} if path == "no_driver" else set()
            case _:
                marks.add(Mark.OVERRIDE)
    if phase is Phase.ENDED_EARLY:
        marks.add(Mark.ENDED_EARLY)
    if not phase.is_over:
        marks.add(Mark.RUNNING)
    return phase, ended_utc_ns, frozenset(marks)
