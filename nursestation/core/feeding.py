"""Which monitors feed a session, and whether they are those of the chair's last one.

Rules of the file:
1. A session's own record names its monitors; a new one is made when a monitor changes or says more of itself.
2. They are compared with those of the chair's last session. What is not known of one of the two is no difference; a simulated
   monitor has another port each time.
3. A difference asks the nurse before the start. After the start the gate asks nothing: the change itself is on record.
4. A monitor that says in the middle of a visit that it is another one is a technical condition, "monitor.changed": a cable may
   have been swapped with the next chair's, and its numbers are then another patient's. It ends when a nurse acknowledges it.
"""

from devices.events import AlarmKind, Priority
from nursestation.core import alarms
from nursestation.core import records as r
from nursestation.core.commands import ConfirmMonitors
from nursestation.core.model import MonitorFacts, Phase
from nursestation.core.state import ChairState, MonitorState, Visit
from nursestation.core.turn import Refusal, Turn


def note(turn: Turn, chair: ChairState) -> None:
    """Put into the open session which monitors feed it, where that is not what it says already."""
    visit = chair.open_visit
    if visit is None:
        return
    now = facts(chair)
    if (now, chair.setup.prefer) != (visit.fed, visit.fed_prefer):
        turn.emit(r.SessionMonitors(**turn.noted(chair), monitors=now, prefer=chair.setup.prefer))


def note_identity(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    """Take what a monitor says of itself; tell where it is another one than it said before in this visit."""
    visit = chair.open_visit
    before = next((one for one in visit.fed if one.monitor == monitor.binding.id), None) if visit is not None else None
    note(turn, chair)
    if visit is None or before is None or visit.phase is Phase.CHECK_IN:
        return
    after = next((one for one in visit.fed if one.monitor == monitor.binding.id), before)
    if not _is_another(before, after):
        return
    text = f"{_change(before, after)}: see that it is connected to this patient, then acknowledge"
    alarms.hold(
        turn, chair, alarms.OTHER_MONITOR, AlarmKind.TECHNICAL, Priority.MEDIUM, text, subject=monitor.binding.id
    )


def _is_another(before: MonitorFacts, now: MonitorFacts) -> bool:
    """Say whether a monitor is another one for certain: a model may be told in fewer words than before."""
    if before.serial and now.serial:
        return before.serial != now.serial
    one, other = before.model or "", now.model or ""
    return not (one.startswith(other) or other.startswith(one))


def confirm(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmMonitors) -> None:  # noqa: ARG001
    """Take it that the monitors are the right ones.

    Raises:
        Refusal: nothing is asked.
    """
    if not question(chair, visit):
        raise Refusal("The monitors are those of this chair's last visit: there is nothing to confirm.")
    turn.emit(r.MonitorsConfirmed(**turn.acted(chair), monitors=facts(chair)))


def facts(chair: ChairState) -> tuple[MonitorFacts, ...]:
    """Return what is known of the chair's monitors now."""
    visit = chair.open_visit
    told = {one.monitor: one for one in visit.fed} if visit is not None else {}
    return tuple(_facts(monitor, told.get(monitor.binding.id)) for monitor in chair.monitors.values())


def question(chair: ChairState, visit: Visit) -> str:
    """Return what the nurse is asked about the monitors before the start, "" for nothing."""
    if visit.fed_before is None:
        return ""
    now = facts(chair)
    found = changes(visit.fed_before, now)
    if not found or (visit.fed_confirmed is not None and not changes(visit.fed_confirmed, now)):
        return ""
    return f"Changed since this chair's last visit: {'; '.join(found)}. Are these the right monitors?"


def changes(before: tuple[MonitorFacts, ...], now: tuple[MonitorFacts, ...]) -> tuple[str, ...]:
    """Return how two sets of monitors differ, a few words for each difference."""
    known = {one.monitor: one for one in before}
    found = [_change(known.pop(one.monitor, None), one) for one in now]
    found += [f"{gone.title} is no longer here" for gone in known.values()]
    return tuple(text for text in found if text)


def _change(before: MonitorFacts | None, now: MonitorFacts) -> str:
    if before is None or before.driver != now.driver:
        return f"{now.title} is new here"
    if before.simulated != now.simulated:
        return f"{now.title} is {'simulated' if now.simulated else 'a real monitor'} now"
    if before.serial and now.serial and before.serial != now.serial:
        return f"{now.title} is another one (no. {now.serial}, before no. {before.serial})"
    if before.model and now.model and before.model != now.model:
        return f"{now.title} is another model ({now.model}, before {before.model})"
    if not now.simulated and _is_plugged_elsewhere(before, now):
        return f"{now.title} is on another adapter ({now.adapter or now.port}, before {before.adapter or before.port})"
    return ""


def _is_plugged_elsewhere(before: MonitorFacts, now: MonitorFacts) -> bool:
    if before.adapter and now.adapter:
        return before.adapter != now.adapter
    return before.port != now.port


def _facts(monitor: MonitorState, told: MonitorFacts | None) -> MonitorFacts:
    """Return the facts of one monitor; what it has not said in this run stands as it was told in this session before."""
    binding = monitor.binding
    vendor, model, serial = (told.vendor, told.model, told.serial) if told is not None else (None, None, None)
    if monitor.identity is not None:
        vendor, model, serial, _ = monitor.identity
    return MonitorFacts(
        monitor=binding.id,
        driver=binding.driver,
        title=binding.title,
        port="" if binding.simulated else binding.port,  # a simulated one has another each time: no word on the session
        adapter=binding.adapter,
        simulated=binding.simulated,
        vendor=vendor,
        model=model,
        serial=serial,
    )
