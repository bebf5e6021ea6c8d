"""The alarm-condition state machine: raise, change, acknowledge, end.

    (absent) --raise--> present --change--> present --end--> (absent)
                           |
                           +--acknowledge--> present, acknowledged --end--> (absent)
                           ^                          |
                           +--change, higher priority-+

Rules of the file (words and classes after IEC 60601-1-8):
1. One condition a rule and subject is present at a time; a worse level changes it, it does not add another.
2. Conditions are non-latching but where `LATCHES` or the BP ladder says so: they end when their cause ends.
3. Acknowledging says that an operator has seen it; the condition stays while its cause stays. It does not cover a higher
   priority: a condition that worsens to one must be seen again.
4. A technical condition never takes the place of a physiological one: both stand side by side.
"""

from devices.events import AlarmKind, Priority
from nursestation.core import records as r
from nursestation.core.commands import Acknowledge
from nursestation.core.state import ChairState, Condition
from nursestation.core.turn import Refusal, Turn

ENDS_ON_ACKNOWLEDGE = frozenset({"clock.stepped"})
"""Conditions about something that is over by itself; seeing it is all that is left to do."""


def find(table: dict[str, Condition], rule: str, subject: str = "") -> Condition | None:
    """Return the present condition of a rule and subject."""
    for condition in table.values():
        if condition.rule == rule and condition.subject == subject:
            return condition
    return None


def table_of(turn: Turn, chair: ChairState | None) -> dict[str, Condition]:
    """Return where the conditions of a chair's visit stand, or those of the station for None."""
    if chair is None:
        return turn.state.conditions
    return chair.visit.conditions if chair.visit is not None else {}


def hold(
    turn: Turn,
    chair: ChairState | None,
    rule: str,
    kind: AlarmKind,
    priority: Priority,
    text: str,
    *,
    subject: str = "",
    metric: str | None = None,
    value: float | None = None,
    limit: float | None = None,
) -> None:
    """Make sure that the condition is present with this priority and text; raise or change it as needed."""
    present = find(table_of(turn, chair), rule, subject)
    if present is None:
        turn.emit(
            r.ConditionRaised(
                **turn.noted(chair),
                condition_id=_next_id(turn, chair, rule),
                rule=rule,
                kind=kind,
                priority=priority,
                text=text,
                metric=metric,
                value=value,
                limit=limit,
                subject=subject,
            )
        )
    elif (present.priority, present.text) != (priority, text):
        turn.emit(
            r.ConditionChanged(**turn.noted(chair), condition_id=present.id, priority=priority, text=text, value=value)
        )


def end(turn: Turn, chair: ChairState | None, rule: str, subject: str = "") -> None:
    """End the condition if it is present."""
    present = find(table_of(turn, chair), rule, subject)
    if present is not None:
        turn.emit(r.ConditionEnded(**turn.noted(chair), condition_id=present.id))


def end_all(turn: Turn, chair: ChairState) -> None:
    """End every condition of a visit that is being closed."""
    for condition_id in list(table_of(turn, chair)):
        turn.emit(r.ConditionEnded(**turn.noted(chair), condition_id=condition_id))


def acknowledge(turn: Turn, chair: ChairState, command: Acknowledge) -> Condition:
    """Note that the operator has seen a condition of this chair, or of the station, and return it.

    Raises:
        Refusal: it is over, or acknowledged already.
    """
    for where in (chair, None):
        condition = table_of(turn, where).get(command.condition_id)
        if condition is None:
            continue
        if condition.acknowledged_by is not None:
            raise Refusal("This alarm is acknowledged already; it stays on the screen while its cause lasts.")
        turn.emit(r.ConditionAcknowledged(**turn.acted(where), condition_id=condition.id))
        if condition.rule in ENDS_ON_ACKNOWLEDGE:
            turn.emit(r.ConditionEnded(**turn.noted(where), condition_id=condition.id))
        return condition
    raise Refusal("This alarm is over; there is nothing left to acknowledge.")


def _next_id(turn: Turn, chair: ChairState | None, rule: str) -> str:
    if chair is None or chair.visit is None:
        return f"station-{rule}-{turn.now.utc_ns}"
    visit = chair.visit
    return f"{visit.session}-c{len(visit.conditions) + len(visit.past_conditions) + 1}"
