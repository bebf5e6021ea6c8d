"""Whose patient a monitor says is connected to it, and the hold while that is in question (docs/adr/0013).

What the monitor said when the session was opened is the reference: clinics type ids into monitors, or do not, in forms of
their own, so what is watched is a change. During an open session:

| known so far | the monitor says | then |
|---|---|---|
| anything | the id that is the session's own record number | that is the patient; a hold ends |
| somebody | the same, or one whom the nurse accepted | nothing; a hold ends |
| somebody | somebody else, or that nobody is connected any more | asks |
| somebody without a name | a name or id | asks: it may be somebody else |
| that nobody is admitted | somebody | taken as the reference: the numbers came before, and typing a name moves no cable |
| nothing, in check-in | anything | taken as the reference: the monitor was switched on late |
| nothing, after check-in | somebody | asks: the monitor has come from elsewhere |

Rules of the file:
1. Two who both have an id are the same when the ids are; else when the names are, where both have one.
2. While it asks, the monitor is held: its numbers and waves are kept beside the session, not in it; nothing judges them or
   shows them as live.
3. "Still the patient" ends the hold. After "another patient" it lasts until the session ends, the monitor says the patient
   again, or the nurse takes her answer back.
4. What a cuff measured while its monitor was held never becomes a reading of the session, told late or not.
"""

from devices.events import AdmissionState, AlarmKind, DevicePatient, Numeric, Priority
from nursestation.core import alarms
from nursestation.core import records as r
from nursestation.core.commands import ConfirmMonitorPatient
from nursestation.core.model import Patient, Phase, ToldPatient
from nursestation.core.state import ChairState, MonitorState, PatientWatch, Visit
from nursestation.core.turn import Refusal, Turn

_EMPTY = (AdmissionState.NONE, AdmissionState.DISCHARGED)


def note(turn: Turn, chair: ChairState, monitor: MonitorState, event: DevicePatient) -> None:
    """Take what a monitor says of its patient; ask the nurse where that is another one."""
    told = ToldPatient(admission=event.admission, patient_id=event.patient_id, name=event.name)
    before, monitor.patient = monitor.patient, told
    visit = chair.open_visit
    if visit is None:
        if told != before:
            turn.emit(r.MonitorPatient(**turn.noted(chair), monitor=monitor.binding.id, told=told))
        return
    watch = visit.monitor_patients.get(monitor.binding.id)
    if watch is not None and watch.told == told:
        return
    asks = _asks(visit, watch, told)
    turn.emit(r.MonitorPatient(**turn.noted(chair), monitor=monitor.binding.id, told=told, asks=asks))
    settle(turn, chair, monitor)


def note_session(turn: Turn, chair: ChairState) -> None:
    """Put into a session that was just opened who each monitor says is connected to it."""
    for monitor in chair.monitors.values():
        if monitor.patient is not None:
            turn.emit(r.MonitorPatient(**turn.noted(chair), monitor=monitor.binding.id, told=monitor.patient))


def confirm(turn: Turn, chair: ChairState, command: ConfirmMonitorPatient) -> None:
    """Take the nurse's answer.

    Raises:
        Refusal: the monitor is not of this chair, or asks nothing.
    """
    monitor = chair.monitors.get(command.monitor)
    if monitor is None:
        raise Refusal(f"There is no such monitor at chair {chair.number}.")
    if chair.hold_on(command.monitor) is None:
        raise Refusal("This monitor asks nothing: it names no other patient.")
    turn.emit(r.MonitorPatientConfirmed(**turn.acted(chair), monitor=command.monitor, same=command.same))
    settle(turn, chair, monitor)


def settle(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    """Bring the condition of a monitor in line with whether it is held; its values were blanked with the record (`fold.py`)."""
    watch = chair.hold_on(monitor.binding.id)
    if watch is None:
        alarms.end(turn, chair, "monitor.patient", monitor.binding.id)
        return
    alarms.hold(
        turn,
        chair,
        "monitor.patient",
        AlarmKind.TECHNICAL,
        Priority.MEDIUM,
        question(chair, monitor, in_public=True),
        subject=monitor.binding.id,
    )


def question(chair: ChairState, monitor: MonitorState, *, in_public: bool = False) -> str:
    """Return what the nurse is asked of a held monitor, or told after she answered "another patient"; "" for no hold.

    Args:
        chair: Its chair.
        monitor: The monitor.
        in_public: For the alarm bar, which everybody in the room can read: initials, and nothing of the other patient.
    """
    watch, visit = chair.hold_on(monitor.binding.id), chair.open_visit
    if watch is None or visit is None:
        return ""
    which = "The monitor" if len(chair.monitors) == 1 else monitor.binding.title
    where, name = f"{which} at chair {chair.number}", visit.patient.initials if in_public else visit.patient.full_name
    named = "" if in_public else _named(watch.told)
    if watch.is_denied:
        return (
            f"{where} is not on {name}{named}: its numbers are left out. "
            f"Connect it to {name} and admit {name} on the monitor"
        )
    says = _says(watch) + named
    return f"{where} says {says}: is this still {name}?"


def is_measured_held(visit: Visit, monitor: MonitorState, event: Numeric) -> bool:
    """Say whether a cuff numeric was measured while its monitor was held."""
    watch = visit.monitor_patients.get(monitor.binding.id)
    if watch is None or event.measured_ns is None or not event.metric.startswith("nibp_"):
        return False
    return any(since_ns <= event.measured_ns <= until_ns for since_ns, until_ns in watch.held)


def is_nobody(told: ToldPatient) -> bool:
    """Say whether a monitor says that it has no patient."""
    return told.admission in _EMPTY or (told.admission is not AdmissionState.ADMITTED and not _is_named(told))


def _asks(visit: Visit, watch: PatientWatch | None, told: ToldPatient) -> bool:
    if _is_own(visit.patient, told):
        return False
    if watch is None:
        return visit.phase is not Phase.CHECK_IN and not is_nobody(told)
    if any(_is_same(told, known) for known in watch.accepted):
        return False
    return watch.held_since is not None or not all(is_nobody(known) for known in watch.accepted)


def _is_same(one: ToldPatient, other: ToldPatient) -> bool:
    if is_nobody(one) or is_nobody(other):
        return is_nobody(one) and is_nobody(other)
    if one.patient_id and other.patient_id:
        return _plain(one.patient_id) == _plain(other.patient_id)
    if one.name and other.name:
        return _plain(one.name) == _plain(other.name)
    return not _is_named(one) and not _is_named(other)


def _is_own(patient: Patient, told: ToldPatient) -> bool:
    return (
        not is_nobody(told) and told.patient_id is not None and _plain(told.patient_id) == _plain(patient.record_number)
    )


def _is_named(told: ToldPatient) -> bool:
    return bool(told.patient_id or told.name)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _says(watch: PatientWatch) -> str:
    told = watch.told
    if is_nobody(told):
        return "that no patient is connected any more"
    if not _is_named(told):
        return "that a patient without a name is connected"
    return f"{'another' if watch.accepted else 'a'} patient is connected"


def _named(told: ToldPatient) -> str:
    if is_nobody(told):
        return ""
    if told.patient_id:
        return f" (id {told.patient_id})"
    return f" (name {told.name})" if told.name else ""
