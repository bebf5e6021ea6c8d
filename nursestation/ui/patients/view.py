"""What is told of a patient who was here before, worked out from their history; no Qt.

Rules of the file:
1. What nobody recorded is left out, or told as not recorded: an empty answer never reads as "none".
2. Minutes are whole, cut as a clock cuts them; a rise stands with its sign.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from nursestation.core.history import PastSideEffect, PastVisit, PatientCard, PatientHistory
from nursestation.core.model import Phase
from nursestation.core.series import words
from nursestation.ui.peopletext import SEVERITY_WORDS, record_tail
from nursestation.ui.timetext import date_text, local_time

_EARLIER_SHOWN = 3


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The start-of-visit card.

    Attributes:
        headline: Whose, and how many visits.
        last: Which visit the facts are of.
        facts: (what, words).
        earlier: A line for each visit before that one.
    """

    headline: str
    last: str
    facts: tuple[tuple[str, str], ...]
    earlier: tuple[str, ...]


def found_line(card: PatientCard, zone: tzinfo | None = None) -> tuple[str, str]:
    """Return a found patient in two lines: name and birth date, then record number and visits."""
    first = f"{card.family_name}, {card.given_name} · born {date_text(card.birth_date)}"
    visits = f"{card.n_visits} visit{'' if card.n_visits == 1 else 's'}"
    return first, f"{record_tail(card.record_number)} · {visits}, last {_day(card.last_visit_utc_ns, zone)}"


def history_view(history: PatientHistory, zone: tzinfo | None = None) -> HistoryView | None:
    """Return the card; None where no visit is over yet."""
    if not history.visits:
        return None
    last, *earlier = history.visits
    n = len(history.visits)
    return HistoryView(
        headline=f"{history.given_name} {history.family_name} · {n} visit{'' if n == 1 else 's'} here",
        last=f"Last visit {_visit_line(last, zone)}",
        facts=tuple(_facts(history, last)),
        earlier=tuple(_earlier_line(visit, zone) for visit in earlier[:_EARLIER_SHOWN]),
    )


def _visit_line(visit: PastVisit, zone: tzinfo | None) -> str:
    parts = [_day(visit.opened_utc_ns, zone), visit.protocol]
    if visit.series is not None:
        parts.append(words(visit.series))
    if visit.phase is Phase.ENDED_EARLY:
        parts.append("ended early")
    elif not visit.was_treated:
        parts.append("no treatment")
    return " · ".join(parts)


def _facts(history: PatientHistory, last: PastVisit) -> Iterator[tuple[str, str]]:
    if last.was_treated:
        yield "Blood pressure", _pressure(last)
        yield "Side effects", "; ".join(map(_effect, last.side_effects)) or "none charted"
        if last.to_ready_min is not None:
            yield "Ready", f"{int(last.to_ready_min)} min after the end"
    if last.pain_before is not None or last.pain_after is not None:
        yield "Pain", f"{_score(last.pain_before)} before, {_score(last.pain_after)} after"
    if last.weight_kg is not None:
        yield "Weight then", f"{last.weight_kg:g} kg"
    yield "Allergies", "not asked" if history.allergies is None else history.allergies or "none known"
    if history.medicines_text:
        yield "Medicines", history.medicines_text


def _pressure(visit: PastVisit) -> str:
    if visit.baseline is None or visit.peak is None:
        return "no baseline" if visit.baseline is None else f"baseline {visit.baseline}, no reading after it"
    text = f"baseline {visit.baseline}, highest {visit.peak}"
    if visit.peak_rise is not None and visit.peak_percent is not None:
        text += f" ({visit.peak_rise:+d}, {visit.peak_percent:+d} %)"
    return f"{text} at {int(visit.peak_at_min)} min" if visit.peak_at_min is not None else text


def _effect(effect: PastSideEffect) -> str:
    severity = f", {SEVERITY_WORDS[effect.severity].lower()}" if effect.severity is not None else ""
    at = f" at {int(effect.at_min)} min" if effect.at_min is not None else ""
    lasted = f" for {int(effect.lasted_min)} min" if effect.lasted_min is not None else ""
    return f"{effect.text}{severity}{at}{lasted}"


def _score(value: int | None) -> str:
    return "not asked" if value is None else str(value)


def _earlier_line(visit: PastVisit, zone: tzinfo | None) -> str:
    rise = f" · rise {visit.peak_rise:+d}" if visit.peak_rise is not None else ""
    ready = f" · ready after {int(visit.to_ready_min)} min" if visit.to_ready_min is not None else ""
    return f"{_visit_line(visit, zone)}{rise}{ready}"


def _day(utc_ns: int, zone: tzinfo | None) -> str:
    return date_text(local_time(utc_ns, zone).date())
