"""What the sheets that end or shorten something offer; no Qt. The words for reasons are ours, the numbers the protocol's."""

from nursestation.core.snapshot import VisitView

_STEP_MIN = 5
_BEFORE = ("Patient declined", "Not fit for treatment today", "No driver")
_GIVEN = ("Sent to emergency care", "Transferred to a ward", "A clinician stays with the patient")


def needs_handover(visit: VisitView) -> bool:
    """Say whether ending this visit now means handing the patient over: the drug was given, and the protocol asks for it."""
    return visit.infusion_started is not None and visit.protocol.discharge.end_early_needs_handover


def end_early_reasons(visit: VisitView) -> tuple[str, ...]:
    """Return the one-tap reasons; who goes home after the drug goes by the discharge page, also against advice."""
    return _BEFORE if visit.infusion_started is None else _GIVEN


def end_early_note(visit: VisitView) -> str:
    """Return what ending the visit does, and what is done instead where the patient goes home."""
    if not needs_handover(visit):
        return "The visit closes without a signed discharge; the reason prints on the report."
    return (
        "The drug was given, so somebody takes the patient over. To let the patient go home, also without a driver or "
        "against advice, stop the infusion and use the discharge page."
    )


def shorter_minutes(visit: VisitView) -> tuple[float, ...]:
    """Return the lengths to which the observation may be shortened [min]: the protocol's floor, then steps up to now's."""
    floor, now = visit.protocol.discharge.observation_floor_min, visit.observation_min_s / 60
    steps = [float(minutes) for minutes in range(0, round(now) + 1, _STEP_MIN) if floor < minutes < now]
    return (floor, *steps) if floor < now else ()
