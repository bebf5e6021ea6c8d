"""Charting: what staff note with one tap, with the numbers of that moment beside it, and its correction.

Rules of the file:
1. What is charted afterwards stands at the time it happened, with the numbers of that time where they are known.
2. A correction takes nothing away: the original stays, and is shown struck through. What was struck out stays too, and is no
   evidence for anything any more.
3. A flag that a symptom raised stands though the symptom is struck out: it was raised, and staff answer it.
"""

from nursestation.core import records as r
from nursestation.core import remembered, spikes
from nursestation.core.commands import Chart, CorrectChart, ResolveChart, StrikeChart
from nursestation.core.model import ChartKind
from nursestation.core.state import ChairState, ChartEntry, Visit
from nursestation.core.turn import Refusal, Turn

_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)


def chart(turn: Turn, chair: ChairState, visit: Visit, command: Chart) -> None:
    """Chart an entry; a red-flag symptom on top of severe pressure makes a crisis.

    Raises:
        Refusal: the text is missing, or the time lies in the future or before check-in.
    """
    text = command.text.strip()
    if not text:
        raise Refusal("Say what to chart.")
    at = remembered.past(turn, visit, command.at_utc_ns)
    turn.emit(
        r.Charted(
            **turn.acted(chair),
            entry_id=f"{visit.session}-e{len(visit.entries) + 1}",
            kind=command.kind,
            text=text,
            severity=command.severity,
            reason=command.reason.strip(),
            vitals=remembered.values_at(chair, visit, at, turn.now),
            happened_utc_ns=at.utc_ns if at != turn.now else None,
        )
    )
    if command.kind is ChartKind.SYMPTOM:
        spikes.note_symptom(turn, chair, visit)


def resolve(turn: Turn, chair: ChairState, visit: Visit, command: ResolveChart) -> None:
    """Note that a side effect or symptom is over.

    Raises:
        Refusal: there is no such entry, it does not last, it is over already, or it would be over before it began.
    """
    entry = visit.entries.get(command.entry_id)
    if entry is None or entry.kind not in _LASTING:
        raise Refusal("Only a charted side effect or symptom can be over.")
    if entry.struck is not None:
        raise Refusal(f"{entry.text} was struck out: there is nothing to end.")
    if entry.resolved is not None:
        raise Refusal(f"{entry.text} is over already.")
    at = remembered.not_before(remembered.past(turn, visit, command.at_utc_ns), entry.at)
    if at is None:
        raise Refusal(f"{entry.text} cannot be over before it began: check the time.")
    turn.emit(
        r.ChartResolved(**turn.acted(chair), entry_id=entry.id, happened_utc_ns=at.utc_ns if at != turn.now else None)
    )


def correct(turn: Turn, chair: ChairState, visit: Visit, command: CorrectChart) -> None:
    """Correct an entry.

    Raises:
        Refusal: there is no such entry, no reason, nothing is changed, or a time cannot be.
    """
    entry = _standing(visit, command.entry_id)
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Say why it is corrected; the original stays in the record.")
    text = command.text.strip() if command.text is not None else None
    if text == "":
        raise Refusal("Say what it should read; to take it out, strike it out.")
    at = remembered.past(turn, visit, command.at_utc_ns) if command.at_utc_ns is not None else entry.at
    over = entry.resolved
    if command.resolved_at_utc_ns is not None:
        if over is None:
            raise Refusal(f"{entry.text} is not over yet: mark it as over first.")
        over = remembered.not_before(remembered.past(turn, visit, command.resolved_at_utc_ns), at)
        if over is None:
            raise Refusal(f"{entry.text} cannot be over before it began: check the times.")
    elif over is not None and over.mono_ns < at.mono_ns:
        raise Refusal(f"{entry.text} was over before that: check the time.")
    severity = command.severity if command.severity is not None else entry.severity
    if (at, text or entry.text, severity, over) == (entry.at, entry.text, entry.severity, entry.resolved):
        raise Refusal("Nothing is changed: it reads like that already.")
    is_moved = at != entry.at
    turn.emit(
        r.ChartCorrected(
            **turn.acted(chair),
            entry_id=entry.id,
            reason=reason,
            happened_utc_ns=at.utc_ns if is_moved else None,
            text=text if text != entry.text else None,
            severity=command.severity if command.severity is not entry.severity else None,
            resolved_utc_ns=over.utc_ns if over is not None and over != entry.resolved else None,
            vitals=remembered.values_at(chair, visit, at, turn.now) if is_moved else None,
        )
    )


def strike(turn: Turn, chair: ChairState, visit: Visit, command: StrikeChart) -> None:
    """Strike an entry out.

    Raises:
        Refusal: there is no such entry, it is struck out already, or no reason is given.
    """
    entry = _standing(visit, command.entry_id)
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Say why it is struck out; it stays in the record, struck through.")
    turn.emit(r.ChartStruck(**turn.acted(chair), entry_id=entry.id, reason=reason))


def _standing(visit: Visit, entry_id: str) -> ChartEntry:
    entry = visit.entries.get(entry_id)
    if entry is None:
        raise Refusal("There is no such entry in this visit's chart: look at the chart again.")
    if entry.struck is not None:
        raise Refusal(f"{entry.text} is struck out already: chart it anew.")
    return entry
