"""Check-in: who the patient is, and what staff asked, saw and confirmed before the start. What must be met: `gates.py`.

Rules of the file:
1. An answer is taken as it is given, also one that keeps a gate shut: what was asked belongs to the record. Refused is what
   is no answer: nothing typed, a question left out, a time in the future.
2. A form that was sent uses up its draft (`drafts.py`).
3. Each visit names its driver anew; nothing is carried over from the last one.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from devices.clock import NS_PER_S
from nursestation.core import drafts, feeding, gates, monitor_patient, signin
from nursestation.core import records as r
from nursestation.core.commands import (
    AnswerExclusions,
    CheckIn,
    ConfirmCheck,
    ConfirmDriver,
    ConfirmIdentity,
    NameAvailable,
    NameDriver,
    OverrideGate,
    RecordAllergies,
    RecordCompanion,
    RecordConsent,
    RecordFasting,
    RecordMedicines,
    RecordPregnancy,
    RecordReferral,
    RecordWeight,
)
from nursestation.core.model import ConfirmedHow, GateState, MedicineAnswer, Phase, Transport
from nursestation.core.state import ChairState, StationState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import listed

_PLAUSIBLE_KG = (
    20.0,
    350.0,
)  # an adult's scale; catches pounds typed twice and slipped digits. Source: project decision
_LONGEST_FAST_NS = 7 * 24 * 3600 * NS_PER_S  # catches a wrong date, which would open the gate; source: project decision
_CODES = 10_000  # four digits
_FARTHEST_ZONE_S = 14 * 3600  # UTC+14, Kiribati: the core knows no time zone
TRANSPORT_WORDS = {
    Transport.FAMILY_OR_FRIEND: "family or a friend",
    Transport.MEDICAL_TRANSPORT: "medical transport",
    Transport.OTHER_ADULT: "another adult",
    Transport.TAXI: "a taxi alone",
}
"""How the patient goes home, as it reads in a sentence."""


def open_session(turn: Turn, chair: ChairState, command: CheckIn) -> None:
    """Open a session in a free chair.

    Raises:
        Refusal: the chair is taken, the protocol unknown, the patient incomplete or in another chair, the place in the series
            no number.
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
    if not protocol.gates.ask_weight:  # else it is asked for by itself, and a scale may stand elsewhere
        _check_weight(patient.weight_kg)
    place = command.series
    if place is not None and not 1 <= place.number <= (place.of or place.number):
        raise Refusal("Check the place in the series: it counts from 1, up to the planned number.")
    elsewhere = open_elsewhere(turn.state, chair, patient.record_number)
    if elsewhere is not None:
        raise Refusal(f"This patient is already in chair {elsewhere.number}.")
    stamp = turn.acted(chair)
    stamp["session"] = _new_session_id(turn, chair)
    turn.emit(
        r.SessionOpened(**stamp, patient=patient, protocol=protocol, simulated=chair.simulated, series=place)
    )  # fmt: skip
    drafts.use_up_all(turn, chair)
    turn.emit(r.PhaseChanged(**turn.acted(chair), before=None, after=Phase.CHECK_IN))
    feeding.note(turn, chair)
    monitor_patient.note_session(turn, chair)


def open_elsewhere(state: StationState, chair: ChairState, record_number: str) -> ChairState | None:
    """Return another chair with an open visit of the patient with this record number, or None."""
    for other in state.chairs.values():
        there = other.open_visit
        if other is chair or there is None:
            continue
        if there.patient.record_number.casefold() == record_number.casefold():
            return other
    return None


def confirm_identity(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmIdentity) -> None:  # noqa: ARG001
    """Note which identifiers were checked with the patient.

    Raises:
        Refusal: they are fewer than two different ones.
    """
    checked = tuple(dict.fromkeys(command.identifiers))
    if len(checked) < 2:
        raise Refusal("Check two different identifiers with the patient, the name and the date of birth for example.")
    turn.emit(r.IdentityConfirmed(**turn.acted(chair), identifiers=checked))


def record_weight(turn: Turn, chair: ChairState, visit: Visit, command: RecordWeight) -> None:  # noqa: ARG001
    """Note today's weight.

    Raises:
        Refusal: no adult weighs that.
    """
    _check_weight(command.kg)
    turn.emit(r.WeightRecorded(**turn.acted(chair), kg=command.kg, measured=command.measured))
    drafts.use_up(turn, chair, "weight")


def _check_weight(kg: float) -> None:
    low, high = _PLAUSIBLE_KG
    if not low <= kg <= high:
        raise Refusal(f"Enter today's weight in kilograms ({low:.0f} to {high:.0f}).")


def record_allergies(turn: Turn, chair: ChairState, visit: Visit, command: RecordAllergies) -> None:  # noqa: ARG001
    """Note the patient's allergies.

    Raises:
        Refusal: nothing is named and "none known" is not said, or both.
    """
    text = command.text.strip()
    if command.none_known and text:
        raise Refusal("Name the allergies, or say that none are known: not both.")
    if not command.none_known and not text:
        raise Refusal("Name the allergies, or say that none are known.")
    turn.emit(r.AllergiesRecorded(**turn.acted(chair), text=text, none_known=command.none_known))
    drafts.use_up(turn, chair, "allergies")


def record_consent(turn: Turn, chair: ChairState, visit: Visit, command: RecordConsent) -> None:  # noqa: ARG001
    """Note that the consent is on file."""
    turn.emit(r.ConsentRecorded(**turn.acted(chair)))


def record_fasting(turn: Turn, chair: ChairState, visit: Visit, command: RecordFasting) -> None:  # noqa: ARG001
    """Note last food and drink.

    Raises:
        Refusal: a time lies in the future, or so far back that the date is wrong.
    """
    if max(command.last_food_utc_ns, command.last_drink_utc_ns) > turn.now.utc_ns:
        raise Refusal("Last food and drink cannot lie in the future: check the times.")
    if turn.now.utc_ns - min(command.last_food_utc_ns, command.last_drink_utc_ns) > _LONGEST_FAST_NS:
        raise Refusal("Last food and drink were more than a week ago by these times: check the dates.")
    turn.emit(
        r.FastingRecorded(
            **turn.acted(chair),
            last_food_utc_ns=command.last_food_utc_ns,
            last_drink_utc_ns=command.last_drink_utc_ns,
        )
    )
    drafts.use_up(turn, chair, "fasting", "fasting_food", "fasting_drink")


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
    drafts.use_up(turn, chair, "exclusions")


def record_pregnancy(turn: Turn, chair: ChairState, visit: Visit, command: RecordPregnancy) -> None:  # noqa: ARG001
    """Note what is known of a pregnancy."""
    turn.emit(r.PregnancyRecorded(**turn.acted(chair), answer=command.answer, note=command.note.strip()))
    drafts.use_up(turn, chair, "pregnancy")


def record_medicines(turn: Turn, chair: ChairState, visit: Visit, command: RecordMedicines) -> None:
    """Note the answers to the medicines that the protocol asks for; a note that is wanted keeps the gate shut.

    Raises:
        Refusal: one is missing, or not of this protocol.
    """
    asked = [rule.name for rule in visit.protocol.gates.medicines]
    answered = [one.name for one in command.answers]
    missing = [name for name in asked if name not in answered]
    if missing:
        raise Refusal(f"Answer every medicine; still open: {listed(missing)}.")
    if sorted(answered) != sorted(asked) or not asked:
        raise Refusal("The answers do not fit this protocol's medicines: open the check-in again.")
    answers = tuple(MedicineAnswer(one.name, one.taken, one.note.strip()) for one in command.answers)
    turn.emit(r.MedicinesRecorded(**turn.acted(chair), answers=answers))
    drafts.use_up(turn, chair, "medicines")


def record_referral(turn: Turn, chair: ChairState, visit: Visit, command: RecordReferral) -> None:  # noqa: ARG001
    """Note who referred the patient, or that nobody did.

    Raises:
        Refusal: the letter is dated after today (in the time zone that is farthest ahead).
    """
    latest = datetime.fromtimestamp(turn.now.utc_ns // NS_PER_S + _FARTHEST_ZONE_S, UTC).date()
    if command.dated is not None and command.dated > latest:
        raise Refusal("The referral cannot be dated in the future: check the date.")
    turn.emit(r.ReferralRecorded(**turn.acted(chair), from_whom=command.from_whom.strip(), dated=command.dated))
    drafts.use_up(turn, chair, "referral")


def name_available(turn: Turn, chair: ChairState, visit: Visit, command: NameAvailable) -> None:
    """Name who is immediately available; another name later is a change that the record tells.

    Raises:
        Refusal: no name.
    """
    name = command.name.strip()
    if not name:
        raise Refusal("Name who comes at once when called.")
    if name != visit.available:
        turn.emit(r.AvailableNamed(**turn.acted(chair), name=name))
    drafts.use_up(turn, chair, "available")


def confirm_check(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmCheck) -> None:
    """Note that one of the protocol's checks was done.

    Raises:
        Refusal: this protocol has no such check.
    """
    if command.text not in visit.protocol.gates.checks:
        raise Refusal("That is no check of this protocol: open the check-in again.")
    if command.text not in visit.checks:
        turn.emit(r.CheckConfirmed(**turn.acted(chair), text=command.text))


def record_companion(turn: Turn, chair: ChairState, visit: Visit, command: RecordCompanion) -> None:  # noqa: ARG001
    """Note who is with the patient, or that nobody is."""
    name = command.name.strip()
    is_there = bool(name)
    turn.emit(
        r.CompanionRecorded(
            **turn.acted(chair), name=name, stays=command.stays and is_there, brought=command.brought and is_there
        )
    )
    drafts.use_up(turn, chair, "companion")


def name_driver(turn: Turn, chair: ChairState, visit: Visit, command: NameDriver) -> None:
    """Name who takes the patient home.

    Raises:
        Refusal: name or phone is missing, or the protocol does not take that transport.
    """
    if not command.driver.name.strip() or not command.driver.phone.strip():
        raise Refusal("Enter the driver's name and phone number.")
    if command.driver.transport not in visit.protocol.gates.transports:
        ways = listed([TRANSPORT_WORDS[way] for way in visit.protocol.gates.transports])
        raise Refusal(
            f"This protocol does not let the patient go home with {TRANSPORT_WORDS[command.driver.transport]}; it takes {ways}."
        )
    turn.emit(r.DriverNamed(**turn.acted(chair), driver=command.driver, code=_driver_code(visit)))
    drafts.use_up(turn, chair, "driver")


def _driver_code(visit: Visit) -> str:
    """Return the four digits that the driver is told and says at hand-over; nobody can know them before."""
    if not visit.protocol.discharge.driver_code:
        return ""
    digest = hashlib.sha256(f"{visit.session}\n{visit.chain}".encode()).digest()
    return f"{int.from_bytes(digest[:8]) % _CODES:04}"


def confirm_driver(turn: Turn, chair: ChairState, visit: Visit, command: ConfirmDriver) -> None:
    """Note how the driver was confirmed, and that they knew the code that was given to them at check-in.

    Raises:
        Refusal: nobody is named, a booking is given for a private driver, or the code is another one.
    """
    if visit.driver is None:
        raise Refusal("Name the driver first.")
    if command.how is ConfirmedHow.BOOKING and visit.driver.transport is not Transport.MEDICAL_TRANSPORT:
        raise Refusal("A booking counts for a transport company only: phone the driver or see them in person.")
    code = command.code.strip()
    if code and code != visit.driver_code:
        raise Refusal("That is not the driver's code: ask again, or look at a document and say which.")
    turn.emit(
        r.DriverConfirmed(
            **turn.acted(chair),
            how=command.how,
            phase=visit.phase,
            code_matched=bool(code),
            identity_seen=command.identity_seen.strip(),
        )
    )


def override_gate(turn: Turn, chair: ChairState, visit: Visit, command: OverrideGate) -> None:
    """Let the start pass an unmet gate, on a clinician's own PIN.

    Raises:
        Refusal: no such gate, met already, not to be overridden, no reason, or not a clinician.
    """
    found = gates.gates(turn.state, chair, visit, turn.now)
    gate = next((view for view in found if view.id == command.gate), None)
    if gate is None:
        raise Refusal(f"There is no gate called {command.gate!r}.")
    if gate.state is GateState.MET:
        raise Refusal(f"{gate.title} is met already; it needs no override.")
    if gate.id in gates.HARD:
        raise Refusal(f"{gate.title} cannot be overridden: do it before the start.")
    if not command.reason.strip():
        raise Refusal("Give the reason for the override; it prints on the report.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, visit.protocol.gates.override_role)
    turn.emit(
        r.GateOverridden(
            **turn.acted(chair),
            gate=gate.id,
            reason=command.reason.strip(),
            clinician=command.clinician_id,
            lacking=gates.lacking(chair, visit, turn.now) if gate.id == "monitors" else (),
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
