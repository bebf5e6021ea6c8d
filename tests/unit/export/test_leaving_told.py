"""What a report says of how the patient left: overrides in bold with who signed, and what was not met."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from nursestation.core import commands as c
from nursestation.core.model import ConfirmedHow, LeavingPath
from nursestation.core.records import OrthostaticRecorded
from nursestation.export.events import Event, events
from nursestation.export.leaving import leaving_line
from nursestation.export.report import session_pdf
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.leaving import SHEET, against_advice, answer_all, asking, observing, ready, without_driver
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, Clinic

FONTS = Path(__file__).parents[3] / "resources" / "fonts"


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[Clinic], VisitRecord]:
    """Return a function that stores a clinic's records, checks their chain, and loads the visit."""

    def keep(clinic: Clinic) -> VisitRecord:
        path = tmp_path / "record.sqlite3"
        store = Store.open(path)
        store.append(clinic.records)
        store.close()
        assert verify_store(path).ok
        with StoreReader.open(path) as reader:
            return load_visit(reader, clinic.visit.session, "0.1.0")

    return keep


def printed(visit: VisitRecord) -> str:
    content = session_pdf(visit, None, fonts=FONTS)
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def told(visit: VisitRecord, beginning: str) -> Event:
    (event,) = [one for one in events(visit) if one.text.startswith(beginning)]
    return event


def test_a_visit_without_a_driver_tells_who_answered_for_it(stored: Callable[[Clinic], VisitRecord]) -> None:
    clinic = observing(asking())
    clinic.do(
        c.ShortenObservation(chair=2, minutes=10, reason="calm", clinician_id=CLINICIAN, pin=CLINICIAN_PIN),
        c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, identity_seen="driving licence"),
    )
    clinic.run(900, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2), without_driver())
    answer_all(clinic, driver=False)
    clinic.do(clinic.sign())
    visit = stored(clinic)
    shortened = told(visit, "OVERRIDE of the observation")
    assert (shortened.text, shortened.by, shortened.is_bold) == (
        "OVERRIDE of the observation: 10 min in place of 15 min (calm)",
        "Sam Okafor MD",
        True,
    )
    left = told(visit, "OVERRIDE: leaves")
    assert left.text == (
        "OVERRIDE: leaves without a driver (the sister's car broke down); arranged instead: a nurse rides along"
    )
    assert (left.by, left.is_bold) == ("Sam Okafor MD", True)
    assert told(visit, "Driver confirmed seen").text == "Driver confirmed seen in person, driving licence seen"
    assert told(visit, "BP lying").text == (
        "BP lying 124/76 (by hand), after 1 min 120/76 (by hand), after 3 min 122/78 (by hand) mmHg"
    )
    assert told(visit, "Written instructions printed").by == "R. Alvarez RN"
    assert told(visit, "Written instructions read").text == "Written instructions read by the patient"
    assert told(visit, "Discharge signed").text == "Discharge signed; left without a driver"
    text = printed(visit)
    assert "Observation of 10 min in place of 15 min calm Sam Okafor MD" in text
    line = "LEFT WITHOUT A DRIVER: the sister's car broke down; arranged instead: a nurse rides along"
    assert text.count(line) == 2, "on the first page and above the signature"
    assert "Observation 15:00 minimum shortened to 10 min" in text


def test_the_check_standing_tells_where_each_pressure_came_from(stored: Callable[[Clinic], VisitRecord]) -> None:
    clinic = ready(asking())
    lying = clinic.visit.cuffs[-1]
    check = c.RecordOrthostatic(
        chair=2,
        lying=(lying.sys, lying.dia, lying.pulse),
        standing_3=(122, 78, None),
        came_from=(lying.measured_utc_ns, None, None),
    )
    clinic.do(check)
    line = "BP lying 126/78 (Berry PM6750 on ttyUSB0), after 3 min 122/78 (by hand) mmHg"
    assert told(stored(clinic), "BP lying").text == line
    (record,) = clinic.of(OrthostaticRecorded)
    before = dataclasses.replace(record, came_from=())
    assert leaving_line(before) == "BP lying 126/78, after 3 min 122/78 mmHg"


def test_the_code_of_the_driver_is_told_as_matched_and_never_as_a_number(
    stored: Callable[[Clinic], VisitRecord],
) -> None:
    clinic = ready(asking())
    answer_all(clinic)
    code = clinic.visit.driver_code
    clinic.do(clinic.sign())
    visit = stored(clinic)
    assert told(visit, "Driver confirmed seen").text == "Driver confirmed seen in person, code matched"
    assert f" {code} " not in printed(visit)


def test_what_was_not_met_is_listed_when_a_patient_leaves_against_advice(
    stored: Callable[[Clinic], VisitRecord],
) -> None:
    clinic = observing(asking())
    clinic.do(
        c.RecordOrthostatic(chair=2, skipped_because="does not want to"),
        c.InstructionsGiven(chair=2, language="es", how="file", sha256=SHEET),
        against_advice(),
        c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER, reason="stays"),
        against_advice(patient_signed=False, witness="P. Lang RN"),
        c.MarkReady(chair=2),
    )
    clinic.do(clinic.sign())
    visit = stored(clinic)
    lines = [one for one in events(visit) if one.text.startswith("Leaves")]
    assert [one.text for one in lines] == [
        "Leaves against advice (wants to go home now); risks explained, signed by the patient, clinician told",
        "Leaves with the driver after all (stays)",
        "Leaves against advice (wants to go home now); risks explained, not signed, seen by P. Lang RN, clinician told",
    ]
    assert [one.is_bold for one in lines] == [True, False, True]
    assert told(visit, "BP lying").text == "BP lying and standing left out (does not want to)"
    assert told(visit, "Written instructions").text == "Written instructions saved as a file, es"
    text = printed(visit)
    assert text.count("LEFT AGAINST ADVICE: wants to go home now; risks explained; not signed by the patient") == 2
    assert "NOT MET Observation window complete 0:00 of 30:00 since infusion stopped, 15:00 to go NOT MET" in text
    assert "none; named was Maria Keller (sister)" in text
    assert "The patient leaves against advice" in text.partition("Signatures")[2]


@pytest.mark.parametrize("names_whom", [True, False])
def test_an_early_end_tells_who_took_over_and_how_it_stood(
    stored: Callable[[Clinic], VisitRecord], names_whom: bool
) -> None:
    clinic = observing(asking(end_early_needs_handover=names_whom))
    to = "ambulance crew 12" if names_whom else ""
    clinic.do(c.EndEarly(chair=2, reason="chest pain", handed_to=to, clinician_id=CLINICIAN, pin=CLINICIAN_PIN))
    visit = stored(clinic)
    text = printed(visit)
    assert ("Handed over to ambulance crew 12. Signed for by Sam Okafor MD." in text) is names_whom
    assert any(one.text == "Handed over to ambulance crew 12 (chest pain)" for one in events(visit)) is names_whom
    assert "Evidence when it ended" in text
    assert "0 of 1 readings since observation began" in text
