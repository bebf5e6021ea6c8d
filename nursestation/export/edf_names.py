"""The words of an EDF+ header: who, which recording, and what a signal is called.

Rules of the file (EDF+, edfplus.info/specs/edfplus.html, 2.1.3):
1. Header text is ASCII. A letter with an accent is written without it, one that has no such form as "?"; a name that is
   nothing but those is written as X, and the true name stands in an annotation, which is UTF-8.
2. Subfields are parted by blanks, so a blank inside one is an underscore; what is not known, or not to be told, is X.
3. Patient and recording have 80 characters each. Where they are too few the name is cut first, then the longest subfield.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date

from edfio import Patient, Recording

from devices.vocabulary import METRICS
from nursestation.export.errors import ExportError
from nursestation.export.visit import VisitRecord

FIRST_YEAR, LAST_YEAR = 1985, 2084
"""Years that the two digits of an EDF date can mean."""

UNKNOWN = "X"
_FIELD, _LABEL, _TRANSDUCER = 80, 16, 80
_WITHOUT_ACCENT = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "’": "'", "–": "-", "—": "-", "±": "+-",
})  # fmt: skip


def ascii_text(text: str) -> str:
    """Return a text in the characters 32 to 126."""
    parted = unicodedata.normalize("NFKD", text.translate(_WITHOUT_ACCENT))
    plain = (letter for letter in parted if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in plain)


def subfield(text: str) -> str:
    """Return a text as a subfield: no blank inside, X where nothing is left of it."""
    joined = "_".join(ascii_text(text).split())
    return joined if joined.strip("?_'.-") else UNKNOWN


def patient_field(visit: VisitRecord) -> Patient:
    """Return who it is about: code, sex (not recorded), date of birth and name; all X once that has been taken out."""
    if visit.is_deidentified:
        return Patient()
    who = visit.summary.patient
    taken = len(" X 31-DEC-2000 ")
    code, name = _fitted(subfield(who.record_number), subfield(who.full_name), _FIELD - taken)
    return Patient(code=code, birthdate=who.birth_date, name=name)


def recording_field(visit: VisitRecord, began: date) -> Recording:
    """Return which recording it is: its date, the session, the program, and SIMULATED where it is that.

    Raises:
        ExportError: the two digits of the year would mean another one.
    """
    if not FIRST_YEAR <= began.year <= LAST_YEAR:
        raise ExportError(
            f"EDF+ knows the years {FIRST_YEAR} to {LAST_YEAR} alone, and this visit is dated {began.year}. "
            "Check the computer's clock, or choose another format."
        )  # fmt: skip
    more = ("SIMULATED",) if visit.summary.simulated else ()
    taken = len("Startdate 31-DEC-2000  X ") + sum(len(one) + 1 for one in more)
    session = UNKNOWN if visit.is_deidentified else subfield(visit.summary.id)
    equipment, session = _fitted(subfield(f"Nursestation_{visit.version}"), session, _FIELD - taken)
    return Recording(
        startdate=began, hospital_administration_code=session, equipment_code=equipment, additional=more
    )  # fmt: skip


def is_told_in_full(visit: VisitRecord) -> bool:
    """Say whether the header has number and name of the patient letter by letter."""
    who, field = visit.summary.patient, patient_field(visit)
    return (field.code, field.name) == ("_".join(who.record_number.split()), "_".join(who.full_name.split()))


def labels(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Return a label for each (metric, source), no two alike: "ECG II", "SpO2", "SpO2 2"."""
    found: list[str] = []
    for metric, source in wanted:
        short = ascii_text(METRICS[metric].short)
        base = f"{short} {ascii_text(source)}".strip() if metric == "ecg" else short
        label, number = base[:_LABEL], 1
        while label in found:
            number += 1
            label = f"{base[: _LABEL - len(f' {number}')]} {number}"
        found.append(label)
    return found


def transducer(monitor: str, source: str) -> str:
    """Return what a signal was taken with: the monitor's id at the station, and its source."""
    return ascii_text(", ".join(part for part in (monitor, source) if part))[:_TRANSDUCER].strip()


def _fitted(first: str, second: str, room: int) -> tuple[str, str]:
    """Return two subfields that have no more letters than there is room; the second is cut first, to ten at the least."""
    second = second[: max(10, room - len(first))]
    return first[: room - len(second)], second
