"""Drafts: what was typed into a form of a chair and not yet sent. They outlive the program, and nothing else.

Rules of the file:
1. A draft belongs to what it was typed for: the check-in of a free chair, or the visit in it. It never passes to another.
2. It is gone once it was used (the form was sent), when a session opens, and when a visit closes.
3. It says nothing about the patient: no rule reads it, it is in no chain, export or log.
4. It stays when somebody else signs in, and tells who was signed in while it was typed: who sends it signs it.
"""

from collections.abc import Iterable

from nursestation.core import records as r
from nursestation.core.commands import KeepDraft
from nursestation.core.fold import fold
from nursestation.core.state import ChairState
from nursestation.core.turn import Refusal, Turn

_LONGEST = 4000
_MOST_FIELDS = 100


def keep(turn: Turn, chair: ChairState, command: KeepDraft) -> None:
    """Keep a draft in place of what the form had; no fields clear it. One for a closed visit is let go.

    Raises:
        Refusal: the form has no name, or more is typed than any form has room for.
    """
    if not command.form:
        raise Refusal("A draft needs the name of its form.")
    if len(command.fields) > _MOST_FIELDS or any(len(text) > _LONGEST for _, text in command.fields):
        raise Refusal(f"That is too much text for one field: keep it under {_LONGEST} characters.")
    if chair.visit is not None and not chair.visit.is_open:
        return
    if dict(command.fields) != chair.drafts.get(command.form, {}):
        turn.emit(r.DraftKept(**turn.acted(chair), form=command.form, fields=command.fields))


def use_up(turn: Turn, chair: ChairState, *forms: str) -> None:
    """Let go of drafts whose form was sent."""
    for form in forms:
        if form in chair.drafts:
            turn.emit(r.DraftKept(**turn.acted(chair), form=form, fields=()))


def use_up_all(turn: Turn, chair: ChairState) -> None:
    """Let go of every draft of a chair: a session opened, or its visit closes."""
    use_up(turn, chair, *tuple(chair.drafts))


def take_up(turn: Turn, kept: Iterable[r.DraftKept]) -> None:
    """Take the drafts of an earlier run; what was typed for a visit or a check-in that is no more is let go."""
    for draft in kept:
        fold(turn.state, draft)
        chair = turn.state.chairs.get(draft.chair) if draft.chair is not None else None
        if chair is None or draft.form not in chair.drafts:
            stamp = turn.noted(None)
            stamp["chair"] = draft.chair
            turn.emit(r.DraftKept(**stamp, form=draft.form, fields=()))
