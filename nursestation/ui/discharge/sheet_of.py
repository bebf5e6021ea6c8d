"""What of a visit stands on the sheet that the patient takes home; no Qt."""

from nursestation.config.schema import StationSettings
from nursestation.core.snapshot import VisitView
from nursestation.export.instructions import InstructionSheet


def sheet_of(visit: VisitView, language: str, settings: StationSettings) -> InstructionSheet:
    """Return the sheet for a visit whose treatment has ended.

    Args:
        visit: The visit.
        language: A key of the protocol's `instructions_by_language`, "" for its own text.
        settings: For the clinic's name and numbers.
    """
    rules = visit.protocol.discharge
    ended = visit.infusion_stopped or visit.infusion_started or visit.opened
    return InstructionSheet(
        session=visit.session,
        patient=visit.patient,
        treatment=visit.protocol.title,
        ended_utc_ns=ended.utc_ns,
        no_driving_hours=rules.no_driving_hours,
        language=language,
        text=rules.instructions_by_language.get(language, rules.instructions) if language else rules.instructions,
        clinic=settings.clinic,
        clinic_phone=settings.clinic_phone,
        emergency_phone=settings.emergency_phone,
        simulated=visit.simulated,
    )
