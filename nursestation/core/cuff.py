"""Cuff readings: three numerics of one cycle become exactly one reading.

Rules of the file:
1. A reading needs systolic and diastolic. It is made when the mean has come, or when anything else comes (another event, a
   command, a tick): the three numerics of a cycle arrive together.
2. One cycle makes one reading. A monitor that tells its last determination again, as some do after a reconnect or when this
   program starts, is known by the values and the time of measurement.
3. What was measured before the visit was opened is not part of the visit: it may be another patient's.
4. A result that the monitor itself doubts is no reading; the nurse is asked to measure again.
5. A cuff is started from here by a person's own act alone, where the settings allow it for that monitor; never for a repeat
   that a flag asks for, and never on a monitor that names another patient.
"""

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, LinkPhase, Mode, Numeric, Validity
from devices.vocabulary import METRICS
from nursestation.core import alarms, monitor_patient, spikes, technical, vitals
from nursestation.core import records as r
from nursestation.core.commands import EnterCuffReading, RequestCuff, StartCuff, StopCuff
from nursestation.core.model import CuffReading, Provenance
from nursestation.core.state import ChairState, CuffParts, MonitorState, Visit
from nursestation.core.turn import Refusal, Turn

_SAME_MEASUREMENT_NS = 3 * NS_PER_S
"""How far two told times of one measurement may lie apart: monitors tell its age in whole seconds, and links delay it.
Source: project decision."""

_PARTS = {"nibp_sys": "sys", "nibp_dia": "dia", "nibp_mean": "mean", "nibp_pulse_rate": "pulse"}


def is_elsewhere(visit: Visit, monitor: MonitorState, event: Numeric) -> bool:
    """Say whether a cuff numeric was measured before the visit was opened, or while its monitor was held."""
    if event.metric not in _PARTS or event.measured_ns is None:
        return False
    return event.measured_ns < visit.opened.mono_ns or monitor_patient.is_measured_held(visit, monitor, event)


def take_part(turn: Turn, chair: ChairState, monitor: MonitorState, event: Numeric, provenance: Provenance) -> None:
    """Take one numeric of a cuff cycle; the reading is made when the mean completes it."""
    if event.metric not in _PARTS or event.value is None or event.mode in (Mode.TEST, Mode.DEMO):
        return
    visit = chair.open_visit
    if visit is not None and monitor_patient.is_measured_held(visit, monitor, event):
        return
    key = (event.cycle, event.measured_ns)
    parts = monitor.cuff_parts
    if parts is None:  # parts of another cycle were settled before this event was taken
        if key == monitor.cuff_done and key != (None, None):
            return  # a late part of a cycle that was dealt with
        if event.metric == "nibp_pulse_rate":
            return  # opens no reading
        parts = monitor.cuff_parts = CuffParts(
            cycle=event.cycle, measured_ns=event.measured_ns, arrived=turn.now, provenance=provenance
        )
        turn.state.open_cuffs.add(monitor.binding.id)
    setattr(parts, _PARTS[event.metric], round(event.value))
    parts.doubted = parts.doubted or event.validity is Validity.QUESTIONABLE
    if parts.sys is not None and parts.dia is not None and parts.mean is not None:
        settle(turn, chair, monitor)


def belongs_to_pending(monitor: MonitorState, event: Numeric) -> bool:
    """Say whether an event is one more part of the cycle that is being put together."""
    parts = monitor.cuff_parts
    return (
        parts is not None
        and event.metric in _PARTS
        and (event.cycle, event.measured_ns)
        == (
            parts.cycle,
            parts.measured_ns,
        )
    )


def settle(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    """Make a reading of the parts that have come, if they are enough."""
    parts, monitor.cuff_parts = monitor.cuff_parts, None
    turn.state.open_cuffs.discard(monitor.binding.id)
    if parts is None:
        return
    monitor.cuff_done = (parts.cycle, parts.measured_ns)
    if parts.sys is None or parts.dia is None:
        return
    measured_ns = parts.measured_ns if parts.measured_ns is not None else parts.arrived.mono_ns
    reading = CuffReading(
        sys=parts.sys,
        dia=parts.dia,
        mean=parts.mean,
        pulse=parts.pulse,
        measured_utc_ns=parts.arrived.utc_ns - parts.arrived.mono_ns + measured_ns,
        measured_mono_ns=measured_ns,
        provenance=parts.provenance,
        source=monitor.binding.title,
        time_known=parts.measured_ns is not None,
        cycle=parts.cycle,
    )
    visit = chair.open_visit
    if visit is None:
        chair.idle_cuff = reading
        return
    if measured_ns < visit.opened.mono_ns or _is_known(visit, reading, is_doubted=parts.doubted):
        return
    if parts.doubted:
        fail(turn, chair, visit, monitor, f"the monitor doubts its reading {reading}: measure again")
        return
    before, turn.cause_ns = turn.cause_ns, parts.arrived.mono_ns  # what settles it is not what told it
    _take(turn, chair, reading)
    turn.cause_ns = before


def fail(turn: Turn, chair: ChairState, visit: Visit, monitor: MonitorState, text: str) -> None:
    """Tell of a cuff cycle without a result."""
    turn.emit(r.CuffFailed(**turn.noted(chair), monitor=monitor.binding.id, text=text))
    times = f" {visit.cuff_failures} times in a row" if visit.cuff_failures > 1 else ""
    priority = technical.cuff_priority(turn, visit)
    alarms.hold(turn, chair, "cuff.failed", AlarmKind.TECHNICAL, priority, f"No cuff reading{times}: {text}")


def enter(turn: Turn, chair: ChairState, command: EnterCuffReading) -> None:
    """Take a reading that was measured by hand.

    Raises:
        Refusal: the numbers cannot be a cuff reading.
    """
    for metric, value in (
        ("nibp_sys", command.sys),
        ("nibp_dia", command.dia),
        ("nibp_pulse_rate", command.pulse),
    ):
        known = METRICS[metric]
        if value is not None and not known.is_plausible(value):
            raise Refusal(f"{known.label} {value} cannot be right: enter {known.low:.0f} to {known.high:.0f}.")
    if command.dia >= command.sys:
        raise Refusal("The upper number must be higher than the lower one: check the reading.")
    take_by_hand(turn, chair, sys=command.sys, dia=command.dia, mean=None, pulse=command.pulse, at=turn.now)


def take_by_hand(
    turn: Turn, chair: ChairState, *, sys: int, dia: int, mean: int | None, pulse: int | None, at: Moment
) -> None:
    """Take a reading that was measured by hand at `at`; it is judged unless a newer one says how it is now."""
    operator = turn.state.signed_in
    reading = CuffReading(
        sys=sys,
        dia=dia,
        mean=mean,
        pulse=pulse,
        measured_utc_ns=at.utc_ns,
        measured_mono_ns=at.mono_ns,
        provenance=Provenance.MANUAL,
        source=operator.name if operator is not None else "",
    )
    turn.emit(r.CuffTaken(**turn.acted(chair), reading=reading))
    visit = chair.open_visit
    if visit is not None and visit.cuffs[-1][0].measured_mono_ns <= at.mono_ns:
        spikes.judge(turn, chair, reading)


def request(turn: Turn, chair: ChairState, command: RequestCuff) -> None:  # noqa: ARG001 - one shape for all commands
    """Note that an operator asked for a reading."""
    turn.emit(r.CuffRequested(**turn.acted(chair), reason="asked for by the nurse"))


def start(turn: Turn, chair: ChairState, command: StartCuff) -> None:  # noqa: ARG001
    """Let a monitor's cuff be started; the runtime sends it when it sees the record.

    Raises:
        Refusal: no monitor of the chair may, it is not connected, or it names another patient.
    """
    monitor = _startable(chair)
    if monitor.phase is not LinkPhase.CONNECTED:
        raise Refusal(f"{monitor.binding.title} does not answer: look at the monitor and its cable.")
    if chair.hold_on(monitor.binding.id) is not None:
        raise Refusal("This monitor names another patient: answer that first.")
    turn.emit(r.CuffStarted(**turn.acted(chair), monitor=monitor.binding.id))


def stop(turn: Turn, chair: ChairState, command: StopCuff) -> None:  # noqa: ARG001
    """Let the cuff be stopped; also where it seems not to run.

    Raises:
        Refusal: no monitor of the chair may be started from here.
    """
    turn.emit(r.CuffStopped(**turn.acted(chair), monitor=_startable(chair).binding.id))


def _startable(chair: ChairState) -> MonitorState:
    """Return the monitor whose cuff may be started, the one that is preferred for the pressure first."""
    for monitor in vitals.givers(chair, "nibp_sys"):
        if monitor.binding.may_start_cuff:
            return monitor
    raise Refusal(f"No monitor of chair {chair.number} may be started from here: press START on the monitor.")


def _take(turn: Turn, chair: ChairState, reading: CuffReading) -> None:
    turn.emit(r.CuffTaken(**turn.noted(chair), reading=reading))
    spikes.judge(turn, chair, reading)


def _is_known(visit: Visit, reading: CuffReading, *, is_doubted: bool) -> bool:
    for known, _ in reversed(visit.cuffs):
        if known.source != reading.source:
            continue
        same_values = (known.sys, known.dia) == (reading.sys, reading.dia)
        if not reading.time_known:
            # one of unknown time that is doubted stood there already when we began to listen
            return same_values and (is_doubted or (reading.cycle is not None and known.cycle == reading.cycle))
        return same_values and abs(known.measured_mono_ns - reading.measured_mono_ns) <= _SAME_MEASUREMENT_NS
    return False
