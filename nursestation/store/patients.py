"""The list of patients: one row for each visit that was opened, so that a patient is found fast among all visits.

Rules of the file:
1. The list says nothing that the record does not: a row is made of its `SessionOpened` alone, with it, in one transaction.
2. What is sought is compared without letter case and accents ("muller" finds Müller); every word must be found.
3. A patient is known by the record number, compared in the same way; name and date of birth are those of the newest visit.
"""

import sqlite3
import unicodedata
from collections.abc import Iterator
from datetime import date

from nursestation.core.history import PatientCard
from nursestation.core.records import SessionOpened

_INSERT = "INSERT INTO patient VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
Row = tuple[int, str, str, str, str, str, str, int]


def insert(connection: sqlite3.Connection, key: int, opened: SessionOpened) -> None:
    """Add a visit to the list; `key` is its session's."""
    patient = opened.patient
    born = patient.birth_date.isoformat()
    connection.execute(
        _INSERT, _row(key, patient.record_number, patient.given_name, patient.family_name, born, opened.at.utc_ns)
    )  # fmt: skip


def _row(key: int, number: str, given: str, family: str, born: str, utc_ns: int) -> Row:
    return (key, folded(number), number, given, family, born, folded(f"{given} {family} {number} {born}"), utc_ns)


def insert_all(connection: sqlite3.Connection) -> None:
    """Add every visit of a record that was written before there was a list."""
    connection.executemany(_INSERT, list(from_records(connection)))


def from_records(connection: sqlite3.Connection) -> Iterator[Row]:
    """Yield the rows that the list must have, by session."""
    fields = ", ".join(
        f"json_extract(body, '$.patient.{name}')"
        for name in ("record_number", "given_name", "family_name", "birth_date")
    )
    for found in connection.execute(
        f"SELECT session, {fields}, utc_ns FROM record WHERE kind = 'SessionOpened' AND json_valid(body) ORDER BY session"
    ):
        yield _row(*found)


def find(connection: sqlite3.Connection, text: str, limit: int) -> tuple[PatientCard, ...]:
    """Return the patients of whom every word of `text` is told (name, record number, date of birth), newest visit first.

    Args:
        connection: Of a reader.
        text: What is sought; "" finds everybody.
        limit: How many at most.
    """
    where, parameters = where_sought(text)
    found = connection.execute(
        "SELECT record_number, given_name, family_name, birth_date, max(utc_ns), count(*) FROM patient"
        f" WHERE known_by IN (SELECT known_by FROM patient WHERE {where})"
        " GROUP BY known_by ORDER BY max(utc_ns) DESC, known_by LIMIT ?",
        (*parameters, limit),
    )  # of each group SQLite gives the row that has the maximum: https://www.sqlite.org/lang_select.html#bareagg
    return tuple(
        PatientCard(
            record_number=number,
            given_name=given,
            family_name=family,
            birth_date=date.fromisoformat(born),
            last_visit_utc_ns=newest_ns,
            n_visits=n_visits,
        )
        for number, given, family, born, newest_ns, n_visits in found
    )


def where_sought(text: str) -> tuple[str, list[str]]:
    """Return SQL that holds of the rows in which every word of `text` is found, "1" for no word, and its parameters."""
    words = folded(text).split()
    where = " AND ".join(["sought LIKE ? ESCAPE '\\'"] * len(words)) or "1"
    return where, [f"%{_escaped(word)}%" for word in words]


def sessions_of(connection: sqlite3.Connection, record_number: str) -> list[tuple[int, str]]:
    """Return the sessions of a patient, (key, name), oldest first."""
    return connection.execute(
        "SELECT p.session, s.name FROM patient AS p JOIN session AS s ON s.id = p.session WHERE p.known_by = ?"
        " ORDER BY p.utc_ns, p.session",
        (folded(record_number),),
    ).fetchall()


def folded(text: str) -> str:
    """Return a text as it is compared: without accents, letter case and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(kept.casefold().split())


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
