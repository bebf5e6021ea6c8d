"""What comes from the monitors: each event becomes a record where a record is due, and the chair's live state follows.

Rules of the file:
1. Numerics are stored while a visit is open in the chair; outside one they are shown and forgotten.
2. Waveforms and gaps always come out as records, for the screen needs them; without a session the store keeps none.
3. A state that a monitor repeats every second (sensor, alarm, identity) makes a record only when it changes.
4. Damaged frames are told of at most once a minute and reason.
5. What a monitor says while it is held (`monitor_patient.py`) is kept beside the session: readings and waves under the held
   session's name, what it says of alarms and sensors without a session.
"""

from dataclasses import replace
from typing import assert_never

from devices.clock import NS_PER_S
from devices.events import (
    DeviceAlarm,
    DeviceInfo,
    DevicePatient,
    DeviceStatus,
    FrameRejected,
    Gap,
    LinkState,
    Mode,
    Numeric,
    SensorStatus,
    WaveformChunk,
)
from nursestation.core import apnoea, bulk, cuff, feeding, limits, monitor_patient, technical
from nursestation.core import records as r
from nursestation.core.fold import hear
from nursestation.core.inputs import MonitorInput
from nursestation.core.model import Provenance
from nursestation.core.state import ChairState, MonitorState, Played, Rejects, Sensor
from nursestation.core.turn import Stamp, Turn

_REJECTS_EVERY_NS = 60 * NS_PER_S


def take(turn: Turn, item: MonitorInput) -> None:
    """Take one event of a monitor; events of a monitor that is not bound to a chair are passed over."""
    found = turn.state.monitors.get(item.monitor)
    if found is None:
        return
    chair, monitor = found
    event = item.event
    if not isinstance(event, LinkState | FrameRejected):
        monitor.heard_ns = turn.now.mono_ns
        technical.note_heard(turn, chair, monitor, is_number=isinstance(event, Numeric))
    match event:
        case Numeric():
            _numeric(turn, chair, monitor, event)
        case WaveformChunk():
            _wave(turn, chair, monitor, event)
        case Gap():
            turn.emit(
                r.Gap(
                    **_of_bulk(turn, chair, monitor),
                    metric=event.metric,
                    monitor=monitor.binding.id,
                    source=event.source,
                    n_samples=event.n_samples,
                    reason="lost on the wire",
                )
            )
        case DeviceAlarm():
            _alarm(turn, chair, monitor, event)
        case DeviceInfo():
            _info(turn, chair, monitor, event)
        case DeviceStatus():
            _status(turn, chair, monitor, event)
        case DevicePatient():
            monitor_patient.note(turn, chair, monitor, event)
        case FrameRejected():
            _rejected(turn, chair, monitor, event)
        case LinkState():
            _link(turn, chair, monitor, event)
        case _:
            assert_never(event)


def tell_rejects(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    """Tell of the damaged frames that no record tells of yet, where the last record is a minute old."""
    for reason, rejects in monitor.rejects.items():
        is_due = rejects.told_ns is None or turn.now.mono_ns - rejects.told_ns >= _REJECTS_EVERY_NS
        if rejects.n and is_due:
            turn.emit(r.FramesRejected(**turn.noted(chair), monitor=monitor.binding.id, reason=reason, count=rejects.n))
            rejects.n = 0
            rejects.told_ns = turn.now.mono_ns


def _of_bulk(turn: Turn, chair: ChairState, monitor: MonitorState) -> Stamp:
    """Return the stamp of readings and waves."""
    stamp = turn.noted(chair)
    stamp["session"] = _session_of_bulk(chair, monitor)
    return stamp


def _session_of_bulk(chair: ChairState, monitor: MonitorState) -> str | None:
    visit = chair.open_visit
    if visit is None:
        return None
    is_held = bool(visit.monitor_patients) and chair.hold_on(monitor.binding.id) is not None
    return r.held_beside(visit.session) if is_held else visit.session


def _of_state(turn: Turn, chair: ChairState, monitor: MonitorState) -> Stamp:
    """Return the stamp of what a monitor says of its alarms and sensors."""
    stamp = turn.noted(chair)
    if chair.hold_on(monitor.binding.id) is not None:
        stamp["session"] = None
    return stamp


def _note_mode(turn: Turn, monitor: MonitorState, mode: Mode) -> None:
    if mode not in (Mode.TEST, Mode.DEMO):
        return
    if monitor.played is None:
        monitor.played = Played(mode, turn.now.mono_ns, turn.now.mono_ns)
    monitor.played.mode = mode
    monitor.played.last_ns = turn.now.mono_ns


def _mode(monitor: MonitorState, told: Mode) -> Mode:
    """Return how a value came about: what a simulated monitor calls real is simulated (docs/adr/0009)."""
    return Mode.SIMULATED if monitor.binding.simulated and told is Mode.REAL else told


def _provenance(monitor: MonitorState, mode: Mode) -> Provenance:
    return Provenance.SIMULATED if monitor.binding.simulated or mode is Mode.SIMULATED else Provenance.DEVICE


def _numeric(turn: Turn, chair: ChairState, monitor: MonitorState, event: Numeric) -> None:
    visit = chair.open_visit
    measured_utc_ns = None
    if event.measured_ns is not None:
        measured_utc_ns = turn.now.utc_ns - turn.now.mono_ns + event.measured_ns
    is_of_visit = visit is not None and not cuff.is_elsewhere(visit, monitor, event)
    is_held = chair.hold_on(monitor.binding.id) is not None
    _note_mode(turn, monitor, event.mode)
    sample = r.Sample(
        at=turn.now,
        chair=chair.number,
        session=_session_of_bulk(chair, monitor) if is_of_visit else None,
        metric=event.metric,
        value=event.value,
        validity=event.validity,
        mode=_mode(monitor, event.mode),
        provenance=_provenance(monitor, event.mode),
        monitor=monitor.binding.id,
        source=event.source,
        measured_utc_ns=measured_utc_ns,
        cycle=event.cycle,
        device_time=event.device_time,
    )
    if is_of_visit:
        turn.emit(sample)
    else:
        hear(chair, sample)
    if is_held:
        monitor.cuff_done = (event.cycle, event.measured_ns) if event.metric.startswith("nibp_") else monitor.cuff_done
    elif event.metric.startswith("nibp_"):
        cuff.take_part(turn, chair, monitor, event, sample.provenance)
    elif visit is not None:
        if event.metric == "resp_rate":
            apnoea.judge(turn, chair)
        limits.judge_metric(turn, chair, event.metric)


def _wave(turn: Turn, chair: ChairState, monitor: MonitorState, event: WaveformChunk) -> None:
    _note_mode(turn, monitor, event.mode)
    if event.mode in (Mode.TEST, Mode.DEMO):
        monitor.waves.pop((event.metric, event.source), None)
    else:
        monitor.waves[event.metric, event.source] = turn.now.mono_ns
    turn.tell(
        bulk.wave(
            turn.now,
            chair.number,
            _session_of_bulk(chair, monitor),
            monitor.binding.id,
            event,
            _mode(monitor, event.mode),
        )
    )


def _alarm(turn: Turn, chair: ChairState, monitor: MonitorState, event: DeviceAlarm) -> None:
    before = monitor.alarms.get(event.code)
    if before is None and not event.active:
        return
    monitor.alarms[event.code] = replace(event, t_ns=turn.now.mono_ns)
    if before is not None and replace(event, t_ns=before.t_ns) == before:
        return
    turn.emit(
        r.MonitorAlarm(
            **_of_state(turn, chair, monitor),
            monitor=monitor.binding.id,
            kind=event.kind,
            priority=event.priority,
            code=event.code,
            text=event.text,
            active=event.active,
            meaning=event.meaning,
        )
    )
    apnoea.judge(turn, chair)


def _info(turn: Turn, chair: ChairState, monitor: MonitorState, event: DeviceInfo) -> None:
    identity = (event.vendor, event.model, event.serial, event.software)
    if identity == monitor.identity:
        return
    monitor.identity = identity
    turn.emit(
        r.MonitorIdentified(
            **turn.noted(chair),
            monitor=monitor.binding.id,
            vendor=event.vendor,
            model=event.model,
            serial=event.serial,
            software=event.software,
        )
    )
    feeding.note_identity(turn, chair, monitor)


def _status(turn: Turn, chair: ChairState, monitor: MonitorState, event: DeviceStatus) -> None:
    before = monitor.sensors.get(event.metric)
    if before is not None and (before.status, before.text) == (event.status, event.text):
        return
    since_ns = turn.now.mono_ns
    if before is not None and before.status is event.status:
        since_ns = before.since_ns
    monitor.sensors[event.metric] = Sensor(event.status, event.text, since_ns)
    turn.emit(
        r.SensorChanged(
            **_of_state(turn, chair, monitor),
            monitor=monitor.binding.id,
            metric=event.metric,
            status=event.status,
            text=event.text,
        )
    )
    visit = chair.open_visit
    if visit is None or chair.hold_on(monitor.binding.id) is not None:
        return
    has_new_failure = before is None or before.status is not SensorStatus.FAILED
    if event.metric == "nibp" and event.status is SensorStatus.FAILED and has_new_failure:
        cuff.fail(turn, chair, visit, monitor, event.text)
    technical.judge_chair(turn, chair)


def _rejected(turn: Turn, chair: ChairState, monitor: MonitorState, event: FrameRejected) -> None:
    monitor.rejects.setdefault(event.reason, Rejects()).n += 1
    tell_rejects(turn, chair, monitor)


def _link(turn: Turn, chair: ChairState, monitor: MonitorState, event: LinkState) -> None:
    if (monitor.phase, monitor.reason) == (event.phase, event.reason):
        return
    monitor.phase = event.phase
    monitor.reason = event.reason
    turn.emit(r.LinkChanged(**turn.noted(chair), monitor=monitor.binding.id, phase=event.phase, reason=event.reason))
