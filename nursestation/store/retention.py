"""How long visits are kept: which are over their time, and what stands against purging them.

Rules of the file:
1. Nothing is purged by itself, and by default nothing is ever over its time (`keep_years` is None).
2. A visit is over its time so many calendar years after its newest record, and not while it is in its chair or held.
3. What is listed here is looked at by a person, who asks for the purge (`AskPurge`); `purging.py` carries it out.
"""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from devices.clock import NS_PER_S
from nursestation.core.inputs import PurgeDone
from nursestation.core.records import HoldReleased, SessionHeld, SessionOpened
from nursestation.store import sqlite
from nursestation.store.errors import explain
from nursestation.store.purging import what_is_there
from nursestation.store.reader import StoreReader
from nursestation.store.sqlite import connect_read_only


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit with the time that it is to be kept.

    Attributes:
        session: Its id.
        initials: The patient's.
        ended_utc_ns: Its newest record, UTC [ns].
        until_utc_ns: It is to be kept up to then, UTC [ns]; None where visits are kept for ever.
        held_because: The reason of a legal hold, "" where there is none.
        is_open: It runs, or is still in its chair.
        is_over: It may be purged.
    """

    session: str
    initials: str
    ended_utc_ns: int
    until_utc_ns: int | None
    held_because: str
    is_open: bool
    is_over: bool


def kept_visits(record: Path, keep_years: int | None, now_utc_ns: int) -> tuple[KeptVisit, ...]:
    """Return every visit with how long it is to be kept, oldest first; changes nothing.

    Args:
        record: The record.
        keep_years: Calendar years, None for ever.
        now_utc_ns: The present, UTC [ns].

    Raises:
        StoreEnvironmentError: the record cannot be read.
    """
    with StoreReader.open(record) as reader, reader.consistent():
        held = holds(reader)
        in_chairs = set(reader.open_sessions())
        newest = reader.newest_of_sessions()
        initials_of = {  # not `sessions`, which counts the readings of each: all of them would be read for every purge
            one.session: one.patient.initials
            for one in reader.of_kinds((SessionOpened,))
            if isinstance(one, SessionOpened) and one.session is not None
        }
    found = []
    for session, initials in initials_of.items():
        until_ns = None if keep_years is None else years_later(newest[session], keep_years)
        is_open = session in in_chairs
        is_over = until_ns is not None and until_ns <= now_utc_ns and not is_open and session not in held
        found.append(KeptVisit(session, initials, newest[session], until_ns, held.get(session, ""), is_open, is_over))
    return tuple(found)


def purge_of(record: Path, session: str) -> PurgeDone | None:
    """Return what the purge of a visit takes, to be told to the station; None where the record holds nothing of it.

    Raises:
        StoreEnvironmentError: the record cannot be read.
    """
    try:
        with contextlib.closing(connect_read_only(record)) as connection:
            there = what_is_there(connection, session)
    except sqlite.errors() as error:
        raise explain(error, record) from error
    if there is None:
        return None
    return PurgeDone(
        session=session,
        chain_head=there.chain_head,
        n_records=there.n_records,
        n_bulk=there.n_bulk,
        places=there.places,
    )


def holds(reader: StoreReader) -> dict[str, str]:
    """Return the reason of each legal hold that stands, by session."""
    found: dict[str, str] = {}
    for record in reader.of_kinds((SessionHeld, HoldReleased), of_station=True):
        if isinstance(record, SessionHeld):
            found[record.held] = record.reason
        elif isinstance(record, HoldReleased):
            found.pop(record.held, None)
    return found


def years_later(utc_ns: int, years: int) -> int:
    """Return the same day and time so many years later; of 29 February, 1 March."""
    then = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC)
    try:
        later = then.replace(year=then.year + years)
    except ValueError:
        later = then.replace(year=then.year + years, month=3, day=1)
    return int(later.timestamp()) * NS_PER_S
