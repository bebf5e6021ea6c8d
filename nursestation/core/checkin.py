"""Check-in: who the patient is, what was asked, and the gates that must be met before the start.

| gate | met when | overridable |
|---|---|---|
| identity | two identifiers were checked with the patient | no |
| consent | the signed consent is on file | no |
| fasting_food | `food_hours` since the last food | yes |
| fasting_drink | `drink_hours` since the last drink | yes |
| exclusions | every exclusion was answered, none is present | yes |
| driver | a driver is named and confirmed | yes |
| baseline | the baseline was taken | yes |
| bp_ceiling | baseline, and any newer reading, at or below `start_ceiling_sys`/`start_ceiling_dia` | yes |
| monitors | one metric of each required group is live, the cuff gave a reading of this visit, nothing is asked of them | yes |

Rules of the file:
1. All numbers come from the treatment protocol ([gates], [bp], [cuff]).
2. An override is a clinician's own, with PIN and reason, for one gate; entering the gate's facts anew takes it back. So does,
   for the pressure's gate, a reading that is flagged.
3. A gate that a clock will turn says in how long.
4. Of the monitors it is asked whether they are the right ones where they are not those of this chair's last session
   (`feeding.py`), and whether they are on this patient where one names another (`monitor_patient.py`).
5. After the start the clocks, the pressure and the monitors are shown as they stood then.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from devices.clock import NS_PER_S, Moment
from nursestation.core import feeding, monitor_patient, signin, vitals
from nursestation.core import records as r
from nursestation.core.commands import (
    AnswerExclusions,
    CheckIn,
    ConfirmDriver,
    ConfirmIdentity,
    NameDriver,
    OverrideGate,
    RecordConsent,
    RecordFasting,
)
from nursestation.core.model import ConfirmedHow, GateState, Operator, Phase, Provenance, Transport
from nursestation.core.snapshot import Freshness, GateView
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import listed, long_left, long_span, staff_name

_NS_PER_HOUR = 3600 * NS_PER_S
_HARD = ("identity", "consent")
_PLAUSIBLE_KG = (
    20.0,
    350.0,
)  # an adult's scale; catches pounds typed twice and slipped digits. Source: project decision
_GROUP_NAMES = {
    "heart_rate": "heart rate",
    "spo2": "SpO₂",
    "nibp_sys": "cuff pressure",
    "resp_rate": "respiration rate",
}
_HOW = {
    ConfirmedHow.BY_PHONE: "confirmed by phone",
    ConfirmedHow.SEEN_IN_PERSON: "seen in person",
    ConfirmedHow.BOOKING: "booking confirmed",
}


# --- commands -----------------------------------------------------------------------------------------------------


def open_session(turn: Turn, chair: ChairState, command: CheckIn) -> None:
    """Open a session in a free chair.

    Raises:
        Refusal: the chair is taken, the protocol unknown, the patient incomplete or in another chair.
    """
    if chair.visit is not None:
        what = "is taken" if chair.visit.is_open else "still shows the last visit: free it first"
        raise Refusal(f"Chair {chair.number} {what}.")
    protocol = turn.state.protocols.get(command.protocol)
    if protocol is None:
        raise Refusal(f"There is no treatment protocol called {command.protocol!r}: choose one from the list.")
    patient = replace(
        command.patient,
        given_name=command.patient.given_name.strip(),
        family_name=command.patient.family_name.strip(),
        record_number=command.patient.record_number.strip(),
    )
    if not patient.full_name or not patient.record_number:
        raise Refusal("Enter the patient's name and record number.")
    low, high = _PLAUSIBLE_KG
    if not low <= patient.weight_kg <= high:
        raise Refusal(f"Enter today's weight in kilograms ({low:.0f} to {high:.0f}).")
    for other in turn.state.chairs.values():
        there = other.open_visit
        if there is not None and there.patient.record_number.casefold() == patient.record_number.casefold():
            raise Refusal(f"This patient is already in chair {other.number}.")
    stamp = turn.acted(chair)
    stamp["session"] = _new_session_id(turn, chair)
    turn.emit(r.SessionOpened(**stamp, patient=patient, protocol=protocol, simulated=chair.simulated))
    turn.emit(r.PhaseChanged(**turn.acted(chair), before=None, after=Phase.CHECK_IN))
    feeding.note(turn, chair)
    monitor_patient.note_session(turn, chair)


def confirm_identity(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmIdentity) -> None:  # noqa: ARG001
    """Note that two identifiers were checked."""
    turn.emit(r.IdentityConfirmed(**turn.acted(chair)))


def record_consent(turn: Turn, chair: ChairState, visit: Visit, command: RecordConsent) -> None:  # noqa: ARG001
    """Note that the consent is on file."""
    turn.emit(r.ConsentRecorded(**turn.acted(chair)))


def record_fasting(turn: Turn, chair: ChairState, visit: Visit, command: RecordFasting) -> None:  # noqa: ARG001
    """Note last food and drink.

    Raises:
        Refusal: a time lies in the future.
    """
    if max(command.last_food_utc_ns, command.last_drink_utc_ns) > turn.now.utc_ns:
        raise Refusal("Last food and drink cannot lie in the future: check the times.")
    turn.emit(
        r.FastingRecorded(
            **turn.acted(chair),
            last_food_utc_ns=command.last_food_utc_ns,
            last_drink_utc_ns=command.last_drink_utc_ns,
        )
    )


def answer_exclusions(turn: Turn, chair: ChairState, visit: Visit, command: AnswerExclusions) -> None:
    """Note the answers to the protocol's exclusions.

    Raises:
        Refusal: one is missing, or not of this protocol.
    """
    asked = visit.protocol.gates.exclusions
    answered = [text for text, _ in command.answers]
    missing = [text for text in asked if text not in answered]
    if missing:
        raise Refusal(f"Answer every exclusion; still open: {listed(missing)}.")
    if sorted(answered) != sorted(asked):
        raise Refusal("The answers do not fit this protocol's exclusions: open the check-in again.")
    turn.emit(r.ExclusionsAnswered(**turn.acted(chair), answers=command.answers))


def name_driver(turn: Turn, chair: ChairState, visit: Visit, command: NameDriver) -> None:  # noqa: ARG001
    """Name who takes the patient home.

    Raises:
        Refusal: name or phone is missing.
    """
    if not command.driver.name.strip() or not command.driver.phone.strip():
        raise Refusal("Enter the driver's name and phone number.")
    turn.emit(r.DriverNamed(**turn.acted(chair), driver=command.driver))


def confirm_driver(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmDriver) -> None:
    """Note how the driver was confirmed.

    Raises:
        Refusal: nobody is named, or a booking is given for a private driver.
    """
    if visit.driver is None:
        raise Refusal("Name the driver first.")
    if command.how is ConfirmedHow.BOOKING and visit.driver.transport is not Transport.MEDICAL_TRANSPORT:
        raise Refusal("A booking counts for a transport company only: phone the driver or see them in person.")
    turn.emit(r.DriverConfirmed(**turn.acted(chair), how=command.how, phase=visit.phase))


def override_gate(turn: Turn, chair: ChairState, visit: Visit, command: OverrideGate) -> None:
    """Let the start pass an unmet gate, on a clinician's own PIN.

    Raises:
        Refusal: no such gate, met already, not to be overridden, no reason, or not a clinician.
    """
    gate = next((view for view in gates(chair, visit, turn.state.operators, turn.now) if view.id == command.gate), None)
    if gate is None:
        raise Refusal(f"There is no gate called {command.gate!r}.")
    if gate.state is GateState.MET:
        raise Refusal(f"{gate.title} is met already; it needs no override.")
    if gate.id in _HARD:
        raise Refusal(f"{gate.title} cannot be overridden: do it before the start.")
    if not command.reason.strip():
        raise Refusal("Give the reason for the override; it prints on the report.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, visit.protocol.gates.override_role)
    turn.emit(
        r.GateOverridden(
            **turn.acted(chair), gate=gate.id, reason=command.reason.strip(), clinician=command.clinician_id
        )
    )


def _new_session_id(turn: Turn, chair: ChairState) -> str:
    opened = datetime.fromtimestamp(turn.now.utc_ns // NS_PER_S, UTC)
    stem = f"{opened:%Y%m%dT%H%M%SZ}-{chair.number}"
    known, n = stem, 1
    while known in turn.state.sessions:
        n += 1
        known = f"{stem}-{n}"
    return known


# --- gates --------------------------------------------------------------------------------------------------------


def gates(chair: ChairState, visit: Visit, operators: Mapping[str, Operator], now: Moment) -> tuple[GateView, ...]:
    """Return every gate as it stands; after the start, as it stood then. Staff are told by their names."""

    def name(operator_id: str | None) -> str | None:
        return None if operator_id is None else staff_name(operators, operator_id)

    at = visit.infusion_started or now
    food_ns, drink_ns = visit.fasting if visit.fasting is not None else (None, None)
    rules = visit.protocol.gates
    views = (
        _done("identity", "Identity checked", name(visit.identity_by), "Check name and date of birth with the patient"),
        _done("consent", "Consent on file", name(visit.consent_by), "Put the signed consent on file"),
        _fasting("fasting_food", "No food", food_ns, rules.food_hours, at),
        _fasting("fasting_drink", "No drink", drink_ns, rules.drink_hours, at),
        _exclusions(visit),
        _driver(visit),
        _baseline(visit),
        _ceiling(visit, at),
        _monitors(chair, visit, at),
    )
    return tuple(_with_waiver(visit, view, operators) for view in views)


def may_start(views: tuple[GateView, ...]) -> bool:
    """Say whether every gate is met or overridden."""
    return all(view.state in (GateState.MET, GateState.OVERRIDDEN) for view in views)


def _with_waiver(visit: Visit, view: GateView, operators: Mapping[str, Operator]) -> GateView:
    waiver = visit.gate_waivers.get(view.id)
    if waiver is None or view.state is GateState.MET:
        return view
    detail = f"{view.detail}; overridden by {staff_name(operators, waiver.clinician)}: {waiver.reason}"
    return replace(view, state=GateState.OVERRIDDEN, detail=detail)


def _done(gate: str, title: str, by: str | None, todo: str) -> GateView:
    state = GateState.UNMET if by is None else GateState.MET
    return GateView(id=gate, title=title, state=state, detail=todo if by is None else f"by {by}")


def _fasting(gate: str, title: str, last_utc_ns: int | None, hours: float, at: Moment) -> GateView:
    title = f"{title} for {hours:g} h"
    if last_utc_ns is None:
        return GateView(id=gate, title=title, state=GateState.UNKNOWN, detail="Ask when it was last")
    fasted_s = (at.utc_ns - last_utc_ns) / NS_PER_S
    short_s = (last_utc_ns + hours * _NS_PER_HOUR - at.utc_ns) / NS_PER_S
    detail = f"{long_span(fasted_s)} since the last"
    if short_s <= 0:
        return GateView(id=gate, title=title, state=GateState.MET, detail=detail)
    return GateView(
        id=gate,
        title=title,
        state=GateState.UNMET,
        detail=f"{detail}; opens in {long_left(short_s)}",
        opens_in_s=short_s,
    )


def _exclusions(visit: Visit) -> GateView:
    title = "No exclusion"
    if not visit.exclusions:
        return GateView(id="exclusions", title=title, state=GateState.UNKNOWN, detail="Ask every exclusion")
    found = [text for text, is_present in visit.exclusions if is_present]
    if found:
        detail = f"{listed(found)}: a clinician decides"
        return GateView(id="exclusions", title=title, state=GateState.UNMET, detail=detail)
    detail = f"{len(visit.exclusions)} asked, none present"
    return GateView(id="exclusions", title=title, state=GateState.MET, detail=detail)


def driver_line(visit: Visit) -> str:
    """Return who drives and how that is known: "Maria K. (sister), seen in person, phone ending 0192"."""
    if visit.driver is None:
        return "Nobody is named yet"
    relation = f" ({visit.driver.relation})" if visit.driver.relation else ""
    how = _HOW[visit.driver_confirmed[0]] if visit.driver_confirmed is not None else "not confirmed yet"
    return f"{visit.driver.name}{relation}, {how}, phone ending {visit.driver.phone.strip()[-4:]}"


def _driver(visit: Visit) -> GateView:
    is_known = visit.driver is not None and visit.driver_confirmed is not None
    state = GateState.MET if is_known else GateState.UNMET
    return GateView(id="driver", title="Driver confirmed", state=state, detail=driver_line(visit))


def _baseline(visit: Visit) -> GateView:
    if visit.baseline is None:
        return GateView(id="baseline", title="Baseline taken", state=GateState.UNMET, detail="Take the baseline")
    n = len(visit.baseline.readings)
    detail = f"{visit.baseline} from {n} cuff reading{'s' if n != 1 else ''}"
    return GateView(id="baseline", title="Baseline taken", state=GateState.MET, detail=detail)


def _ceiling(visit: Visit, at: Moment) -> GateView:
    rules = visit.protocol.bp
    title = f"BP at or below {rules.start_ceiling_sys:g}/{rules.start_ceiling_dia:g}"
    readings = [reading for reading, _ in visit.cuffs if reading.measured_mono_ns <= at.mono_ns]
    pressures: list[tuple[str, int, int]] = []
    if visit.baseline is not None:
        pressures.append(("baseline", visit.baseline.sys, visit.baseline.dia))
    newest = readings[-1] if readings else None
    if newest is not None and (visit.baseline is None or newest not in visit.baseline.readings):
        pressures.append(("last reading", newest.sys, newest.dia))
    if not pressures:
        return GateView(id="bp_ceiling", title=title, state=GateState.UNKNOWN, detail="No cuff reading yet")
    too_high = [
        f"{name} {sys}/{dia}"
        for name, sys, dia in pressures
        if sys > rules.start_ceiling_sys or dia > rules.start_ceiling_dia
    ]
    if too_high:
        detail = f"{listed(too_high)}: let the patient rest and measure again, or a clinician decides"
        return GateView(id="bp_ceiling", title=title, state=GateState.UNMET, detail=detail)
    detail = ", ".join(f"{name} {sys}/{dia}" for name, sys, dia in pressures)
    return GateView(id="bp_ceiling", title=title, state=GateState.MET, detail=detail)


def _monitors(chair: ChairState, visit: Visit, now: Moment) -> GateView:
    title = "Monitors delivering"
    if visit.infusion_started is not None:
        state = GateState.UNMET if "monitors" in visit.gate_waivers else GateState.MET
        detail = "not all were delivering at the start" if state is GateState.UNMET else "delivering at the start"
        return GateView(id="monitors", title=title, state=state, detail=detail)
    for monitor in chair.monitors.values():
        held = monitor_patient.question(chair, monitor)
        if held:
            return GateView(id="monitors", title=title, state=GateState.UNMET, detail=held)
    asks = feeding.question(chair, visit)
    if asks:
        return GateView(id="monitors", title=title, state=GateState.UNMET, detail=asks, asks=asks)
    missing = [
        _GROUP_NAMES.get(group[0], group[0])
        for group in visit.protocol.gates.required_metrics
        if not any(_is_delivering(chair, visit, metric, now) for metric in group)
    ]
    if missing:
        return GateView(id="monitors", title=title, state=GateState.UNMET, detail=f"No {listed(missing)} yet")
    return GateView(id="monitors", title=title, state=GateState.MET, detail="All required readings are coming")


def _is_delivering(chair: ChairState, visit: Visit, metric: str, now: Moment) -> bool:
    if not metric.startswith("nibp_"):
        view = vitals.shown(chair, metric, now)
        return view is not None and view.value is not None and view.freshness is Freshness.LIVE
    plan = visit.protocol.cuff
    from_monitor = [reading for reading, _ in visit.cuffs if reading.provenance is not Provenance.MANUAL]
    if not from_monitor:
        return False
    age_s = (now.mono_ns - from_monitor[-1].measured_mono_ns) / NS_PER_S
    return not plan.baseline_min or age_s <= (plan.baseline_min + plan.overdue_after_min) * 60
