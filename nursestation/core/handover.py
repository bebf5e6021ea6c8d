"""A visit that ends early with the drug given: who has the patient in care from then on.

Rules of the file:
1. Ending early is no way round the discharge. Once the drug was given, the record keeps how every criterion stood.
2. Where the protocol asks for it (`end_early_needs_handover`), somebody takes the patient over (an ambulance crew, a ward, a
   clinician), and a clinician signs for it with a PIN. The driver is nobody to take a patient over: that is a discharge.
Source: project decision, docs/adr/0020.
"""

import re

from nursestation.core import records as r
from nursestation.core import signin
from nursestation.core.commands import EndEarly
from nursestation.core.criteria import as_evidence, criteria
from nursestation.core.model import LeavingPath, Role
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn

_NOBODY = frozenset({"the", "her", "his", "their", "driver", "patient", "home", "nobody", "none"})
"""Words that name nobody who could take a patient over."""


def check(turn: Turn, visit: Visit, command: EndEarly) -> None:
    """Say whether the visit may end here.

    Raises:
        Refusal: the drug was given, the protocol asks for a hand-over, and nobody takes over, or no clinician signs.
    """
    if visit.infusion_started is None or not visit.protocol.discharge.end_early_needs_handover:
        return
    to = command.handed_to.strip()
    if not to:
        raise Refusal("The drug was given: say who has the patient in care now, or discharge the patient.")
    if _is_no_hand_over(visit, to):
        raise Refusal("To leave with the driver the patient is discharged: stop the infusion and open the discharge.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, Role.CLINICIAN)


def _is_no_hand_over(visit: Visit, to: str) -> bool:
    """Say whether nobody but the driver is named, or the patient: in any order, and by relation or initials too."""
    named, driver = _words(to), visit.driver
    known = _words(visit.patient.full_name) | _NOBODY
    if driver is not None:
        if _words(driver.name) <= named:
            return True
        known |= _words(driver.name) | _words(driver.relation)
    return all(word in known or len(word) == 1 for word in named)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def note(turn: Turn, chair: ChairState, visit: Visit, command: EndEarly) -> None:
    """Keep who took over and how the criteria stood; nothing where no drug was given."""
    if visit.infusion_started is None:
        return
    views = criteria(chair, visit, turn.state.operators, turn.now)
    is_signed = visit.protocol.discharge.end_early_needs_handover
    turn.emit(
        r.HandedOver(
            **turn.acted(chair),
            to=command.handed_to.strip(),
            reason=command.reason.strip(),
            evidence=as_evidence(views, LeavingPath.WITH_DRIVER),
            clinician=command.clinician_id if is_signed else "",
        )
    )
