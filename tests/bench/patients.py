"""Who sits in the chairs of the bench. Without the simulator, which a station on real monitors does not load either."""

from datetime import date

from nursestation.core.model import Patient

PROTOCOL = "depression_iv"


def patient(chair: int) -> Patient:
    """Return somebody to sit in a chair."""
    return Patient(
        given_name="Bench",
        family_name=f"Patient {chair}",
        birth_date=date(1985, 3, 17),
        record_number=f"B{chair}",
        weight_kg=70.0,
    )
