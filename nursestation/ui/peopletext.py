"""People as the screen may show them: words for roles, drivers and monitors' patients, with numbers cut to their last digits."""

from nursestation.core import wording
from nursestation.core.model import ConfirmedHow, Driver, Patient, Role, Severity, Transport

ROLE_WORDS = {role: wording.ROLE_WORDS[role].capitalize() for role in Role}

TRANSPORT_WORDS = {
    Transport.FAMILY_OR_FRIEND: "Family or friend",
    Transport.MEDICAL_TRANSPORT: "Medical transport",
    Transport.OTHER_ADULT: "Other adult",
    Transport.TAXI: "Taxi or ride share alone",
}

HOW_WORDS = {
    ConfirmedHow.BY_PHONE: "By phone",
    ConfirmedHow.SEEN_IN_PERSON: "Seen in person at the clinic",
    ConfirmedHow.BOOKING: "Transport booking confirmed",
}

SEVERITY_WORDS = {Severity.MILD: "Mild", Severity.MODERATE: "Moderate", Severity.SEVERE: "Severe"}

_SHOWN_DIGITS = 4


def record_tail(record_number: str) -> str:
    """Return the end of a record number, "…4471"; all of it where it is that short."""
    return record_number if len(record_number) <= _SHOWN_DIGITS else f"…{record_number[-_SHOWN_DIGITS:]}"


def masked_phone(phone: str) -> str:
    """Return a telephone number with only its last four digits, "••• ••• 0192"; "" for none.

    A number of four digits or fewer is masked whole.
    """
    digits = "".join(char for char in phone if char.isdecimal())
    if not digits:
        return ""
    return f"••• ••• {digits[-_SHOWN_DIGITS:]}" if len(digits) > _SHOWN_DIGITS else "••••"


def driver_line(driver: Driver) -> str:
    """Return the driver in one line, "Maria K. (sister)"."""
    return f"{driver.name} ({driver.relation})" if driver.relation else driver.name


def patient_line(number: int, patient: Patient) -> str:
    """Return who sits where without a full name, "Chair 2 · J. K. · …4471"."""
    return f"Chair {number} · {patient.initials} · {record_tail(patient.record_number)}"
