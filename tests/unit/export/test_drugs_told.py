"""The drug record as report and table of events tell it."""

import csv
import dataclasses
import io

import pytest
from pypdf import PdfReader

from nursestation.core import commands as c
from nursestation.export.events import events
from nursestation.export.events_csv import events_csv
from nursestation.export.localtime import UTC
from nursestation.export.report import session_pdf
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.paths import resource
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.leaving import DRUG, WASTED
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, Clinic, make_clinic

FONTS = resource("fonts")
SHORT = dataclasses.replace(DRUG, wasted_mg=12.0, why_differs="dead space", expires="03/2028")


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start(every_s=10)
    return clinic


@pytest.fixture
def stored(tmp_path):
    """Return a function that stores what a clinic recorded and loads the visit."""

    def load(clinic: Clinic) -> VisitRecord:
        store = Store.open(tmp_path / "record.sqlite3")
        store.append([record for record in clinic.records if getattr(record, "stored", True)])
        store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            return load_visit(reader, clinic.visit.session, "0.1.0")

    return load


def correct(clinic: Clinic, use, reason: str) -> None:
    replaced = clinic.visit.drugs[-1].id
    clinic.do(dataclasses.replace(WASTED, use=use, replaces=replaced, reason=reason))


def text_of(visit: VisitRecord) -> str:
    reader = PdfReader(io.BytesIO(session_pdf(visit, UTC, fonts=FONTS)))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_a_record_and_its_correction_are_events(clinic, stored):
    clinic.do(WASTED)
    clinic.run(60, every_s=10)
    correct(clinic, SHORT, "read the syringe again")
    was, now = (one for one in events(stored(clinic)) if one.text.startswith("Drug record"))
    assert was.text == (
        "Drug record: Ketamine 50 mg/mL, lot KT4471, vial 12: drawn 50 mg, given 36 mg, wasted 14 mg; "
        "witness Sam Okafor MD"
    )
    assert (was.is_struck, was.by) == (True, "R. Alvarez RN")
    assert now.text.endswith(
        "wasted 12 mg (2 mg less than was drawn: dead space); witness Sam Okafor MD (corrected: read the syringe again)"
    )
    assert not now.is_struck


def test_what_was_struck_out_is_an_event_and_a_row_of_the_table(clinic, stored):
    clinic.do(WASTED)
    drug = clinic.visit.drugs[0].id
    clinic.do(c.StrikeDrug(chair=2, drug_id=drug, reason="chair 1", witness_id=CLINICIAN, pin=CLINICIAN_PIN))
    visit = stored(clinic)
    was, struck = (one for one in events(visit) if "rug record" in one.text)
    assert (was.is_struck, struck.is_struck) == (True, False)
    assert struck.text == "Struck out: drug record (chair 1); witness Sam Okafor MD"
    table = csv.DictReader(io.StringIO(events_csv(visit, UTC).decode(), newline=""))
    (row,) = (row for row in table if "Drug record: " in row["what"])
    assert (row["struck_out"], row["override"]) == ("yes", "")


def test_the_report_has_a_section_of_it(clinic, stored):
    clinic.do(WASTED)
    correct(clinic, SHORT, "read the syringe again")
    clinic.do(
        c.RecordDrug(
            chair=2, use=dataclasses.replace(DRUG, vial="", drawn_mg=20.0, given_mg=20.0, wasted_mg=0.0, lot="KT9")
        )
    )
    told = text_of(stored(clinic))
    assert "Drug record No. Time Drug Drawn mg Given mg Wasted mg" in told
    assert "expires 03/2028 50 36 12 R. Alvarez RN, witness Sam Okafor MD" in told
    assert "2 mg less than was drawn: dead space" in told
    assert "corrects no. 1: read the syringe again" in told
    assert "lot KT9 20 20 0 R. Alvarez RN" in told


def test_the_report_of_a_visit_without_one_has_no_such_section(clinic, stored):
    assert "Drug record" not in text_of(stored(clinic))
