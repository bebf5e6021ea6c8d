"""Where the next visit stands in a patient's treatment, and whether it comes when the protocol says. Proposes, decides nothing.

Rules of the file:
1. Counted are treatments (an infusion that was started, an injection that was given) on the same protocol. A visit that ended
   before its treatment counts for nothing.
2. What staff told of the last treatment (its place in the series) goes before what is counted.
3. Days are the clinic's own: `zone` is where it lies.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from devices.clock import NS_PER_S
from nursestation.core.history import PastVisit, PatientHistory
from nursestation.core.model import SeriesPlace, VisitKind
from nursestation.core.protocols import Protocol, SeriesPlan

_SATURDAY = 5
_DAYS_PER_MONTH = 30.44  # for the part of a month in "1.5 months"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class SeriesProposal:
    """What staff are offered for the next visit.

    Attributes:
        place: Its place.
        note: The same in words: "3 of 6", "booster 2".
        warning: How it departs from the protocol's plan, a sentence; "" where it does not.
        booster_due: When a booster is due after this treatment, or was after the last one: (from, to); None where the
            series goes on or the protocol plans none.
    """

    place: SeriesPlace
    note: str
    warning: str = ""
    booster_due: tuple[date, date] | None = None


def propose(
    history: PatientHistory | None, protocol: Protocol, today: date, zone: tzinfo | None = None
) -> SeriesProposal:
    """Return the place of today's visit.

    Args:
        history: The patient's visits that are over; None for a new patient.
        protocol: What is to be given.
        today: The clinic's date.
        zone: The clinic's time zone; None for the computer's own.
    """
    treated = [
        visit
        for visit in (history.visits if history is not None else ())
        if visit.was_treated and visit.protocol_name == protocol.name
    ]
    last = max(treated, key=lambda visit: visit.opened_utc_ns, default=None)
    plan = protocol.series
    place = _next_place(last, len(treated), plan)
    last_day = local_day(last.opened_utc_ns, zone) if last is not None else None
    return SeriesProposal(
        place=place,
        note=words(place),
        warning=" ".join(_warnings(place, plan, last_day, today)),
        booster_due=_booster_due(place, plan, last_day, today),
    )


def words(place: SeriesPlace) -> str:
    """Return a place in words: "3 of 6", "visit 3", "maintenance 1", "booster 2"."""
    if place.kind is VisitKind.COURSE:
        return f"{place.number} of {place.of}" if place.of is not None else f"visit {place.number}"
    return f"{place.kind.value} {place.number}"


def local_day(utc_ns: int, zone: tzinfo | None) -> date:
    """Return the date of UTC [ns] in a time zone; None is the computer's own."""
    return datetime.fromtimestamp(utc_ns // NS_PER_S, UTC).astimezone(zone).date()


def _next_place(last: PastVisit | None, n_treated: int, plan: SeriesPlan | None) -> SeriesPlace:
    planned = plan.length if plan is not None else None
    if last is None:
        return SeriesPlace(VisitKind.COURSE, 1, planned)
    told = last.series or SeriesPlace(VisitKind.COURSE, n_treated, planned)
    if told.kind is not VisitKind.COURSE:
        return SeriesPlace(told.kind, told.number + 1)
    of = told.of if told.of is not None else planned
    if of is None or told.number < of:
        return SeriesPlace(VisitKind.COURSE, told.number + 1, of)
    plans_boosters = plan is not None and plan.booster_months_min is not None
    return SeriesPlace(VisitKind.BOOSTER if plans_boosters else VisitKind.MAINTENANCE, 1)


def _warnings(place: SeriesPlace, plan: SeriesPlan | None, last_day: date | None, today: date) -> list[str]:
    if plan is None:
        return []
    found = []
    if plan.weekdays_only and today.weekday() >= _SATURDAY:
        found.append("Today is a weekend day, and the protocol plans weekdays.")
    if last_day is None:
        return found
    if place.kind is VisitKind.COURSE:
        found += _interval_warning(plan, last_day, today)
    if place.kind is VisitKind.BOOSTER:
        due = _window(plan, last_day)
        if due is not None and not due[0] <= today <= due[1]:
            found.append(f"A booster is planned from {_day(due[0])} to {_day(due[1])}.")
    return found


def _interval_warning(plan: SeriesPlan, last_day: date, today: date) -> list[str]:
    if plan.interval_days_min is None or plan.interval_days_max is None:
        return []
    days = days_between(last_day, today, weekdays_only=plan.weekdays_only)
    if plan.interval_days_min <= days <= plan.interval_days_max:
        return []
    kind = "weekday" if plan.weekdays_only else "day"
    since = f"{days} {kind}{'' if days == 1 else 's'} since the last" if days else "The last was today"
    least, most = plan.interval_days_min, plan.interval_days_max
    says = f"{least}" if least == most else f"{least} to {most}"
    return [f"{since}, the protocol says {says}."]


def days_between(earlier: date, later: date, *, weekdays_only: bool) -> int:
    """Return the days from one date to another; with `weekdays_only` Saturdays and Sundays count for nothing."""
    days = (later - earlier).days
    if not weekdays_only or days <= 0:
        return days
    return sum((earlier + timedelta(n)).weekday() < _SATURDAY for n in range(1, days + 1))


def _booster_due(
    place: SeriesPlace, plan: SeriesPlan | None, last_day: date | None, today: date
) -> tuple[date, date] | None:
    if plan is None:
        return None
    if place.kind is VisitKind.BOOSTER and last_day is not None:
        return _window(plan, last_day)
    is_last = place.kind is VisitKind.COURSE and place.of is not None and place.number >= place.of
    return _window(plan, today) if is_last else None


def _window(plan: SeriesPlan, since: date) -> tuple[date, date] | None:
    if plan.booster_months_min is None or plan.booster_months_max is None:
        return None
    return months_after(since, plan.booster_months_min), months_after(since, plan.booster_months_max)


def months_after(day: date, months: float) -> date:
    """Return the date some months later: the same day of that month, or its last; a part of a month in days."""
    whole = int(months)
    years, month = divmod(day.month - 1 + whole, 12)
    year = day.year + years
    last_of_month = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_of_month)) + timedelta(round((months - whole) * _DAYS_PER_MONTH))


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
