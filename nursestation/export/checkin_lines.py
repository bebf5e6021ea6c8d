"""What was asked and confirmed at check-in, in the words of the report's events."""

from nursestation.core.checkin import TRANSPORT_WORDS
from nursestation.core.gates import IDENTIFIER_WORDS, PREGNANCY_WORDS, medicines_line
from nursestation.core.model import Transport
from nursestation.core.records import (
    AllergiesRecorded,
    AvailableNamed,
    CheckConfirmed,
    CompanionRecorded,
    DriverNamed,
    IdentityConfirmed,
    MedicinesRecorded,
    PregnancyRecorded,
    Record,
    ReferralRecorded,
    WeightRecorded,
)
from nursestation.core.wording import listed, number


def checkin_line(record: Record) -> str:
    """Return a record in a sentence; "" where it tells nothing of the check-in. The driver's code is nobody's business."""
    match record:
        case IdentityConfirmed():
            checked = listed([IDENTIFIER_WORDS[one] for one in record.identifiers]) if record.identifiers else ""
            return f"Identity checked: {checked}" if checked else "Identity checked with two identifiers"
        case WeightRecorded():
            return f"Weight {number(record.kg)} kg, {'measured' if record.measured else 'as the patient said'}"
        case AllergiesRecorded():
            return f"Allergies: {record.text}" if record.text else "No known allergies"
        case PregnancyRecorded():
            return f"Pregnancy: {PREGNANCY_WORDS[record.answer]}{f' ({record.note})' if record.note else ''}"
        case MedicinesRecorded():
            return f"Medicines: {medicines_line(record.answers)}"
        case ReferralRecorded():
            dated = f", dated {record.dated.isoformat()}" if record.dated is not None else ""
            return f"Referred by {record.from_whom}{dated}" if record.from_whom else "Referral asked for: there is none"
        case AvailableNamed():
            return f"Immediately available: {record.name}"
        case CheckConfirmed():
            return f"Checked: {record.text}"
        case CompanionRecorded():
            return _companion(record)
        case DriverNamed():
            return _driver(record)
        case _:
            return ""


def _companion(record: CompanionRecorded) -> str:
    if not record.name:
        return "Nobody is with the patient"
    does = [words for is_so, words in ((record.brought, "brought the patient"), (record.stays, "stays")) if is_so]
    return f"With the patient: {record.name}{f', {listed(does)}' if does else ''}"


def _driver(record: DriverNamed) -> str:
    driver = record.driver
    parts = [f"Driver named: {driver.name}"]
    if driver.transport is not Transport.FAMILY_OR_FRIEND:
        parts.append(TRANSPORT_WORDS[driver.transport])
    if driver.booking:
        parts.append(f"booking {driver.booking}")
    return ", ".join(parts) + (f" ({driver.relation})" if driver.relation else "")
