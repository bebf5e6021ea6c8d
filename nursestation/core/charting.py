"""Charting: what staff note with one tap, with the numbers of that moment beside it."""

from nursestation.core import records as r
from nursestation.core import spikes, vitals
from nursestation.core.commands import Chart, ResolveChart
from nursestation.core.model import ChartKind
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn

_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)


def chart(turn: Turn, chair: ChairState, visit: Visit, command: Chart) -> None:
    """Chart an entry; a red-flag symptom on top of severe pressure makes a crisis.

    Raises:
        Refusal: the text is missing.
    """
    text = command.text.strip()
    if not text:
        raise Refusal("Say what to chart.")
    turn.emit(
        r.Charted(
            **turn.acted(chair),
            entry_id=f"{visit.session}-e{len(visit.entries) + 1}",
            kind=command.kind,
            text=text,
            severity=command.severity,
            reason=command.reason.strip(),
            vitals=vitals.current_values(chair, turn.now),
        )
    )
    if command.kind is ChartKind.SYMPTOM:
        spikes.note_symptom(turn, chair, visit)


def resolve(turn: Turn, chair: ChairState, visit: Visit, command: ResolveChart) -> None:
    """Note that a side effect or symptom is over.

    Raises:
        Refusal: there is no such entry, it does not last, or it is over already.
    """
    entry = visit.entries.get(command.entry_id)
    if entry is None or entry.kind not in _LASTING:
        raise Refusal("Only a charted side effect or symptom can be over.")
    if entry.resolved is not None:
        raise Refusal(f"{entry.text} is over already.")
    turn.emit(r.ChartResolved(**turn.acted(chair), entry_id=entry.id))
