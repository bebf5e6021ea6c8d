"""What a report says of the monitors: which they were, whose numbers were left out, and nothing of another patient."""

import io
from pathlib import Path

import pypdf
import pytest

from devices.events import AdmissionState, DeviceInfo, DevicePatient, Mode
from nursestation.core import commands as c
from nursestation.export.csv import session_csv
from nursestation.export.report import session_pdf
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.export.vitals import series
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import MONITOR, Clinic, make_clinic

FONTS = Path(__file__).parents[3] / "resources" / "fonts"


def admitted(clinic: Clinic, patient_id: str) -> None:
    at = clinic.clock.now().mono_ns
    clinic.event(DevicePatient(t_ns=at, admission=AdmissionState.ADMITTED, patient_id=patient_id, name="Other Person"))


@pytest.fixture
def visit(tmp_path) -> VisitRecord:
    """Return a visit whose monitor named another patient for a while, and then played a demonstration."""
    clinic = make_clinic()
    admitted(clinic, "4711")
    clinic.event(DeviceInfo(t_ns=clinic.clock.now().mono_ns, vendor="Berry", model="PM6750", serial="77"))
    clinic.start()
    clinic.run(30, {"spo2": 96.0})
    admitted(clinic, "OTHER-99")
    clinic.run(30, {"spo2": 66.0})
    clinic.do(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=False))
    admitted(clinic, "4711")
    clinic.run(30, {"spo2": 96.0})
    for _ in range(30):
        clinic.clock.advance(1)
        clinic.numeric("spo2", 61.0, mode=Mode.DEMO)
    clinic.run(5, {"spo2": 96.0})
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(clinic.records)
    store.close()
    with StoreReader.open(path) as reader:
        return load_visit(reader, clinic.visit.session, "0.1.0")


@pytest.fixture
def text(visit) -> str:
    content = session_pdf(visit, None, fonts=FONTS)
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_the_monitors_of_the_session_stand_on_the_front_page(text):
    assert "(Berry, no. 77)" in text


def test_a_model_with_brackets_of_its_own_has_no_second_ones(tmp_path):
    clinic = make_clinic()
    info = DeviceInfo(t_ns=clinic.clock.now().mono_ns, vendor="Berry", model="Berry PM6750 (rev. 2)", serial="77")
    clinic.event(info)
    clinic.start()
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(clinic.records)
    store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        content = session_pdf(load_visit(reader, clinic.visit.session, "0.1.0"), None, fonts=FONTS)
    assert "Berry PM6750 (rev. 2, Berry, no. 77)" in " ".join(
        pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().split()
    )


def test_the_question_and_its_answer_are_told_without_the_other_patient(text):
    assert "named another patient, or none: its readings were left out" in text
    assert "Monitor: another patient, its readings left out" in text
    assert "OTHER-99" not in text
    assert "Other Person" not in text


def test_neither_the_other_patient_nor_a_demonstration_is_in_the_numbers(visit, text):
    spo2 = next(one for one in series(visit) if one.label == "SpO₂")
    assert min(spo2.values) >= 96
    assert "96" in text.partition("Lowest SpO₂")[2][:12]


def test_the_table_of_readings_has_the_demonstration_as_such_and_the_other_patient_not_at_all(visit):
    rows = session_csv(visit, None).decode().splitlines()
    played = [row for row in rows if ",spo2,61," in row]
    assert len(played) == 30
    assert all(",demo," in row for row in played)
    assert not [row for row in rows if ",spo2,66," in row or ",spo2,67," in row]
