"""How the patient left, in the words of the report's events: observation, instructions, hand-over, and who let what pass."""

from typing import assert_never

from nursestation.core.model import CuffReading, LeavingPath
from nursestation.core.orthostatic import by_hand
from nursestation.core.records import (
    CriterionOverridden,
    DischargeSigned,
    DriverConfirmed,
    GateOverridden,
    HandedOver,
    InstructionsAcknowledged,
    InstructionsPrinted,
    LeavingChosen,
    ObservationShortened,
    OrthostaticRecorded,
    Record,
)

_LEFT = {LeavingPath.NO_DRIVER: "LEFT WITHOUT A DRIVER", LeavingPath.AGAINST_ADVICE: "LEFT AGAINST ADVICE"}
_GIVEN_WORDS = {"printed": "printed", "file": "saved as a file"}


def leaving_line(record: Record) -> str:
    """Return a record in a sentence; "" where it tells nothing of leaving."""
    match record:
        case ObservationShortened():
            return f"OVERRIDE of the observation: {record.minutes:g} min in place of {record.before:g} min{why(record.reason)}"
        case OrthostaticRecorded():
            return _standing(record)
        case InstructionsPrinted():
            language = f", {record.language}" if record.language else ""
            return f"Written instructions {_GIVEN_WORDS[record.how]}{language}"
        case InstructionsAcknowledged():
            return f"Written instructions read by the {record.by}"
        case LeavingChosen():
            return _leaves(record)
        case HandedOver():
            return f"Handed over to {record.to}{why(record.reason)}" if record.to else ""
        case DischargeSigned():
            who = f"handed over to {record.driver.name}" if record.driver is not None else "left without a driver"
            return f"Discharge signed; {who}"
        case _:
            return ""


def left_line(signed: DischargeSigned) -> str:
    """Return in capitals how the patient left where that was not with the driver, and why; "" for the path with a driver."""
    title = _LEFT.get(signed.path)
    if title is None:
        return ""
    said = signed.leaving.partition(": ")[2] or signed.leaving
    return f"{title}: {said}" if said else title


def known_again(record: DriverConfirmed) -> str:
    """Return how the driver of check-in was known again, behind a comma; the code itself is nobody's business."""
    if record.code_matched:
        return ", code matched"
    return f", {record.identity_seen} seen" if record.identity_seen else ""


def who_let_pass(record: Record) -> str | None:
    """Return the id of the clinician who let something pass; None for what is no override."""
    match record:
        case GateOverridden() | CriterionOverridden() | ObservationShortened():
            return record.clinician
        case LeavingChosen(path=LeavingPath.NO_DRIVER):
            return record.clinician
        case _:
            return None


def is_against_advice(record: Record) -> bool:
    """Say whether a record tells that the patient leaves against advice."""
    return isinstance(record, LeavingChosen) and record.path is LeavingPath.AGAINST_ADVICE


def why(reason: str) -> str:
    """Return a reason in brackets, "" for none."""
    return f" ({reason})" if reason else ""


def _standing(record: OrthostaticRecorded) -> str:
    if record.skipped_because:
        return f"BP lying and standing left out{why(record.skipped_because)}"
    taken = (("lying", record.lying), ("after 1 min", record.standing_1), ("after 3 min", record.standing_3))
    known = record.came_from or (None,) * len(taken)
    readings = ", ".join(
        f"{posture} {reading[0]}/{reading[1]}{_came_from(cuff, typed)}"
        for (posture, reading), cuff, typed in zip(taken, known, by_hand(record), strict=True)
        if reading is not None
    )
    return f"BP {readings} mmHg{', dizzy or faint on standing' if record.symptoms else ''}"


def _came_from(cuff: CuffReading | None, typed: bool) -> str:
    """Return where a pressure came from; "" of a record that does not know it."""
    if typed:
        return " (by hand)"
    return f" ({cuff.source})" if cuff is not None else ""


def _leaves(record: LeavingChosen) -> str:
    match record.path:
        case LeavingPath.WITH_DRIVER:
            return "Leaves with the driver after all" + why(record.reason)
        case LeavingPath.NO_DRIVER:
            return f"OVERRIDE: leaves without a driver{why(record.reason)}; arranged instead: {record.arrangement}"
        case LeavingPath.AGAINST_ADVICE:
            signed = "signed by the patient" if record.patient_signed else f"not signed, seen by {record.witness}"
            return f"Leaves against advice{why(record.reason)}; risks explained, {signed}, clinician told"
        case _:
            assert_never(record.path)
