"""Who did what, as a page shows it: one day, and of it what is looked for; no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from devices.clock import NS_PER_S
from nursestation.core.audit_log import OUTSIDE, AuditKind, AuditRow
from nursestation.ui.timetext import local_time

_LATER_NS = 60 * NS_PER_S

KIND_WORDS = {
    AuditKind.SIGN_IN: "Sign-ins",
    AuditKind.VIEW: "Looked at and taken out",
    AuditKind.SETTING: "Settings",
    AuditKind.CORRECTION: "Corrections and overrides",
    AuditKind.STAFF: "Staff",
    AuditKind.RECORD: "The record",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "" and None for everything. `person` is an id of `people`."""

    person: str = ""
    kind: AuditKind | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row in words: when, who, what, and where."""

    when: str
    who: str
    what: str
    where: str

    @property
    def spoken(self) -> str:
        """Return the row for a screen reader."""
        return ", ".join(part for part in (self.when, self.who, self.what, self.where) if part)


def day_of(utc_ns: int, zone: tzinfo | None) -> date:
    """Return the clinic's day of a moment, UTC [ns]."""
    return local_time(utc_ns, zone).date()


def bounds(day: date, zone: tzinfo | None) -> tuple[int, int]:
    """Return the first and the last moment of a day in the clinic's zone, UTC [ns]; a day of 23 or 25 hours too."""
    return _began(day, zone), _began(day + timedelta(days=1), zone) - 1


def _began(day: date, zone: tzinfo | None) -> int:
    midnight = datetime.combine(day, time())
    aware = midnight.replace(tzinfo=zone) if zone is not None else midnight.astimezone()
    return int(aware.timestamp()) * NS_PER_S


def day_text(day: date, today: date) -> str:
    """Return a day in words: "Today, Wednesday 6 May 2026"."""
    words = f"{day:%A} {day.day} {day:%B %Y}"
    return f"Today, {words}" if day == today else words


def people(rows: Sequence[AuditRow]) -> tuple[tuple[str, str], ...]:
    """Return who did something, as (id, name), by name; last, what was done outside the window by whomever."""
    found = {row.operator: row.who for row in rows if row.operator}
    outside = [(OUTSIDE, OUTSIDE)] if any(row.is_outside for row in rows) else []
    return (*sorted(found.items(), key=lambda one: one[1].casefold()), *outside)


def lines(rows: Sequence[AuditRow], wanted: Wanted, zone: tzinfo | None) -> tuple[AuditLine, ...]:
    """Return what is looked for, newest first."""
    made = (_line(row, zone) for row in reversed(rows) if _is_wanted(row, wanted))
    words = wanted.words.casefold().split()
    return tuple(line for line in made if all(word in line.spoken.casefold() for word in words))


def _is_wanted(row: AuditRow, wanted: Wanted) -> bool:
    is_theirs = row.is_outside if wanted.person == OUTSIDE else wanted.person in ("", row.operator)
    return is_theirs and wanted.kind in (None, row.kind)


def _line(row: AuditRow, zone: tzinfo | None) -> AuditLine:
    return AuditLine(
        when=f"{local_time(row.at.utc_ns, zone):%H:%M:%S}",
        who=row.who,
        what=row.what + _earlier(row, zone),
        where=f"Chair {row.chair}" if row.chair is not None else "",
    )


def _earlier(row: AuditRow, zone: tzinfo | None) -> str:
    """Return when it was done, where the station learned of it a minute later or more; "" else."""
    if row.happened_utc_ns is None or abs(row.at.utc_ns - row.happened_utc_ns) < _LATER_NS:
        return ""
    done = local_time(row.happened_utc_ns, zone)
    day = "" if done.date() == day_of(row.at.utc_ns, zone) else f"on {done.day} {done:%B %Y} "
    return f" ({day}at {done:%H:%M})"
