"""The list of visits as text, and the narrowing that a person chose as what is sought. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from devices.clock import NS_PER_S
from nursestation.core.past import Mark, Sought, VisitCard
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.peopletext import record_tail
from nursestation.ui.timetext import clock_text, date_text, local_time

MARK_WORDS = {
    Mark.BP_SPIKE: "BP spike",
    Mark.OVERRIDE: "Override",
    Mark.ENDED_EARLY: "Ended early",
    Mark.AGAINST_ADVICE: "Against advice",
    Mark.RUNNING: "Running",
    Mark.HELD: "Must be kept",
}
_TOLD = (Mark.BP_SPIKE, Mark.OVERRIDE, Mark.AGAINST_ADVICE, Mark.HELD)
"""What the course itself does not say."""
PERIODS = (("", "Any day"), ("0", "Today"), ("6", "Last 7 days"), ("29", "Last 30 days"), ("364", "Last 12 months"))
"""How far back, in whole days before today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One visit, each part in two lines; `is_running` stands out."""

    session: str
    day: str
    times: str
    who: str = field(repr=False)
    ident: str = field(repr=False)
    protocol: str
    course: str
    marks: str
    note: str
    is_running: bool

    @property
    def spoken(self) -> str:
        """Return all of it as one text."""
        parts = (self.day, self.times, self.who, self.ident, self.protocol, self.course, self.marks, self.note)
        return ", ".join(part for part in parts if part)


def visit_rows(cards: Sequence[VisitCard], zone: tzinfo | None = None) -> tuple[VisitRow, ...]:
    """Return a row for each visit, in their order."""
    return tuple(_row(card, zone) for card in cards)


def _row(card: VisitCard, zone: tzinfo | None) -> VisitRow:
    is_running = Mark.RUNNING in card.marks
    end = "now" if card.ended_utc_ns is None else clock_text(card.ended_utc_ns, zone)
    told = [MARK_WORDS[mark] for mark in _TOLD if mark in card.marks]
    return VisitRow(
        session=card.session,
        day=date_text(local_time(card.opened_utc_ns, zone).date()),
        times=f"{clock_text(card.opened_utc_ns, zone)} to {end} · chair {card.chair}",
        who=f"{card.family_name}, {card.given_name}",
        ident=f"born {date_text(card.birth_date)} · {record_tail(card.record_number)}",
        protocol=card.protocol,
        course=f"Runs: {PHASE_WORDS[card.phase].lower()}" if is_running else PHASE_WORDS[card.phase],
        marks=" · ".join(told),
        note="simulated" if card.simulated else "",
        is_running=is_running,
    )


def sought(
    text: str, period: str, day: str, protocol: str, mark: str, now_utc_ns: int, zone: tzinfo | None = None
) -> Sought | None:
    """Return what is sought; None where the day that was typed is none.

    Args:
        text: Words of the patient.
        period: A key of `PERIODS`.
        day: One day as typed ("2026-03-12", "12.3.2026"), which then counts in place of the period; "" for none.
        protocol: Its name, "" for every one.
        mark: A value of `Mark`, "" for none.
        now_utc_ns: The present, UTC [ns].
        zone: The clinic's time zone, None for the machine's.
    """
    since = until = None
    if day.strip():
        wanted = parse_day(day)
        if wanted is None:
            return None
        since, until = _midnight(wanted, zone), _midnight(wanted + timedelta(days=1), zone)
    elif period:
        since = _midnight(local_time(now_utc_ns, zone).date() - timedelta(days=int(period)), zone)
    return Sought(
        text=text,
        since_utc_ns=since,
        until_utc_ns=until,
        protocol=protocol,
        mark=Mark(mark) if mark else None,
    )


def parse_day(text: str) -> date | None:
    """Return the day that a person typed: year first, or day first with full stops; None for neither."""
    plain = text.strip()
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"):
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


def found_text(n: int, most: int, *, is_narrowed: bool) -> str:
    """Return how many there are, in words."""
    if not n:
        return "No visit is like that. Seek less." if is_narrowed else "No visit is in the record yet."
    if n >= most:
        return f"The newest {most} visits. Seek more closely to see older ones."
    return "1 visit" if n == 1 else f"{n} visits"


def chosen_text(n: int) -> str:
    """Return how many visits are ticked, in words; how to tick one where none is."""
    if not n:
        return "Tap the visits to take out."
    return "1 visit chosen" if n == 1 else f"{n} visits chosen"


def _midnight(day: date, zone: tzinfo | None) -> int:
    begin = datetime(day.year, day.month, day.day)
    aware = begin.replace(tzinfo=zone) if zone is not None else begin.astimezone()
    return int(aware.timestamp()) * NS_PER_S
