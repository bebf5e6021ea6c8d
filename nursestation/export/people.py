"""Whom a page is about, as its head and its first lines say it."""

from datetime import tzinfo

from nursestation.core.model import Patient
from nursestation.export.localtime import local
from nursestation.export.visit import VisitRecord


def who(visit: VisitRecord) -> str:
    """Return the patient in one line: name, date of birth, record number; of a de-identified visit its code."""
    patient = visit.summary.patient
    if visit.is_deidentified:
        return f"De-identified patient, {patient.record_number}"
    return f"{patient.full_name}, born {patient.birth_date.isoformat()}, record no. {patient.record_number}"


def age(patient: Patient, utc_ns: int, zone: tzinfo | None) -> str:
    """Return how old a patient was at a time: "41 y"."""
    born, today = patient.birth_date, local(utc_ns, zone).date()
    return f"{today.year - born.year - ((today.month, today.day) < (born.month, born.day))} y"
