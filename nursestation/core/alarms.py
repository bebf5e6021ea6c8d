"""The alarm-condition state machine: raise, change, acknowledge, end. What becomes of the signals: `signals.py`.

    (absent) --raise--> present --change--> present --end--> (absent)
                           |
                           +--acknowledge--> present, acknowledged --end--> (absent)
                           ^                          |
                           +--worse, or its time over-+

Rules of the file (words and classes after IEC 60601-1-8):
1. One condition a rule and subject is present at a time; a worse level changes it, it does not add another.
2. Conditions are non-latching but where the BP ladder says so: they end when their cause ends. A latching one whose cause is
   over stays until an operator acknowledges it, unless one has done so already.
3. Acknowledging says that an operator has seen it; the condition stays while its cause stays. What is worse than what was seen,
   by a priority or by a step of the preset, must be seen again.
4. A technical condition never takes the place of a physiological one: both stand side by side.
"""

from devices.events import AlarmKind, Priority
from nursestation.core import records as r
from nursestation.core.commands import Acknowledge
from nursestation.core.state import ChairState, Condition
from nursestation.core.turn import Refusal, Turn

OTHER_MONITOR = "monitor.changed"
"""Rule of the condition that a monitor is another one than before in the visit."""

ENDED = "station.ended"
"""Rule of the condition that the program was killed or crashed while a visit was open."""

ENDS_ON_ACKNOWLEDGE = frozenset({"clock.stepped", "station.engine", "station.asleep", ENDED, OTHER_MONITOR})
"""Conditions about something that is over by itself; seeing it is all that is left to do. It comes again with its cause."""


SELF_TEST = "selftest.failed"
"""Rule of the condition that lamps or sound did not pass the self-test."""


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
    preset: str | None = None,
    since_ns: int | None = None,
    quality: str = "",
    limit_text: str = "",
) -> None:
    """Make sure that the condition is present with this priority and text; raise or change it as needed.

    `chair` is None for the station's own; `value` and `limit` are in the metric's unit; `preset` says whose numbers it was judged
    by, where those are not the visit's protocol's or the clinic's preset's as a whole; `since_ns`, `quality` and `limit_text` as
    in the record.
    """
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
                cause_ns=turn.cause_ns,
                preset=_preset(turn, chair) if preset is None else preset,
                since_ns=since_ns,
                quality=quality,
                limit_text=limit_text,
            )
        )
    elif (present.priority, present.text) != (priority, text):
        _change(turn, chair, present, priority, text, value, limit)


def _change(
    turn: Turn,
    chair: ChairState | None,
    present: Condition,
    priority: Priority,
    text: str,
    value: float | None,
    limit: float | None,
) -> None:
    pause = turn.state.audio.pause
    is_silenced = present.acknowledged_by is not None or (pause is not None and present.id in pause.covered)
    is_graver = priority.rank > present.priority.rank
    turn.emit(
        r.ConditionChanged(
            **turn.noted(chair), condition_id=present.id, priority=priority, text=text, value=value, limit=limit
        )
    )
    if is_silenced and (is_graver or _is_worse_by_a_step(turn, present)):
        turn.emit(r.ConditionRealarmed(**turn.noted(chair), condition_id=present.id, reason=r.WORSE))


def _is_worse_by_a_step(turn: Turn, condition: Condition) -> bool:
    """Say whether a silenced condition has become worse by a step of the preset since it was silenced."""
    step = turn.state.preset.signals.realarm_steps.of(condition.metric)
    if step is None or condition.value is None or condition.silenced_value is None:
        return False
    by = condition.value - condition.silenced_value
    return (-by if condition.is_low_worse else by) >= step


def _preset(turn: Turn, chair: ChairState | None) -> str:
    return chair.visit.protocol.title if chair is not None and chair.visit is not None else turn.state.preset.title


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
        return f"station-{rule}-{turn.state.n_conditions + 1}"
    visit = chair.visit
    return f"{visit.session}-c{len(visit.conditions) + len(visit.past_conditions) + 1}"
