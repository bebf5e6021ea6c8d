"""Chairs and monitors changed while the program runs (docs/adr/0014).

Rules of the file:
1. A monitor whose driver and place are as before keeps its state; nothing of the other monitors is touched.
2. A monitor on another port is another monitor until it is known to be the same: it begins unheard.
3. An open visit goes on. A chair with one cannot be taken away; its last monitor can, and a technical condition says so.
4. Records tell who changed what. What the chairs are is the settings' matter, not the records': they are given to the
   station anew when it is made.
"""

from dataclasses import replace

from nursestation.core import alarms, feeding, monitor_patient, technical
from nursestation.core import records as r
from nursestation.core.inputs import ChairsChanged, ChairSetup, MonitorBinding
from nursestation.core.state import ChairState, MonitorState, new_chair
from nursestation.core.turn import Refusal, Turn


def change(turn: Turn, item: ChairsChanged) -> None:
    """Bring the chairs to what they are to be.

    Raises:
        Refusal: two chairs have one number, or a chair with an open visit would go; nothing is changed then.
    """
    numbers = [setup.number for setup in item.chairs]
    if len(set(numbers)) != len(numbers):
        raise Refusal("Two chairs have the same number: give each its own.")
    gone = turn.state.configured - set(numbers)
    for number in sorted(gone):
        if turn.state.chairs[number].open_visit is not None:
            raise Refusal(f"Chair {number} has a visit going on: it can be taken away when the visit is over.")
    for number in sorted(gone):
        _remove(turn, turn.state.chairs[number])
    for setup in item.chairs:
        chair = turn.state.chairs.get(setup.number)
        if chair is None:
            chair = turn.state.chairs[setup.number] = new_chair(ChairSetup(number=setup.number, monitors=()))
        _set_up(turn, chair, setup)
    turn.state.configured = set(numbers)


def _remove(turn: Turn, chair: ChairState) -> None:
    for monitor in list(chair.monitors.values()):
        _unbind(turn, chair, monitor)
    del turn.state.chairs[chair.number]


def _set_up(turn: Turn, chair: ChairState, setup: ChairSetup) -> None:
    if setup == chair.setup:
        return
    before, kept = chair.monitors, {}
    for binding in setup.monitors:
        known = before.get(binding.id)
        if known is not None and _is_same_place(known.binding, binding):
            kept[binding.id] = known
    for monitor in list(before.values()):
        if monitor.binding.id not in kept:
            _unbind(turn, chair, monitor)
    chair.setup, chair.prefer = setup, dict(setup.prefer)
    chair.monitors = {binding.id: kept.get(binding.id) or _begun(turn, binding) for binding in setup.monitors}
    for binding in setup.monitors:
        monitor = chair.monitors[binding.id]
        is_told = binding.id in kept and monitor.binding == binding
        monitor.binding = binding
        turn.state.monitors[binding.id] = (chair, monitor)
        if not is_told:
            _tell_bound(turn, chair, binding)
        monitor_patient.settle(turn, chair, monitor)
    feeding.note(turn, chair)
    technical.judge_chair(turn, chair)


def _begun(turn: Turn, binding: MonitorBinding) -> MonitorState:
    """Return a monitor that has had no time to speak up yet."""
    return MonitorState(binding, begun_ns=turn.now.mono_ns)


def _is_same_place(before: MonitorBinding, after: MonitorBinding) -> bool:
    """Say whether only the title, what may be given or what is allowed differs."""
    free = {"title": "", "numerics": (), "max_quiet_ms": 0, "interval_ms": 0, "may_start_cuff": False}
    return replace(before, **free) == replace(after, **free)  # type: ignore[arg-type]


def _unbind(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    binding = monitor.binding
    del chair.monitors[binding.id]
    turn.state.monitors.pop(binding.id, None)
    turn.state.open_cuffs.discard(binding.id)
    visit = chair.open_visit
    for condition in list(visit.conditions.values()) if visit is not None else ():
        if condition.subject == binding.id:
            alarms.end(turn, chair, condition.rule, condition.subject)
    turn.emit(r.MonitorUnbound(**turn.acted(chair), monitor=binding.id, driver=binding.driver, title=binding.title))


def _tell_bound(turn: Turn, chair: ChairState, binding: MonitorBinding) -> None:
    turn.emit(
        r.MonitorBound(
            **turn.acted(chair),
            monitor=binding.id,
            driver=binding.driver,
            title=binding.title,
            port=binding.port,
            adapter=binding.adapter,
            may_start_cuff=binding.may_start_cuff,
        )
    )
