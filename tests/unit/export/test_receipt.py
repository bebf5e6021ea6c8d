"""The receipt: times and amounts of the record, no price and no code, and nothing claimed that the record does not tell."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from nursestation.core import commands as c
from nursestation.core.model import DrugUse, Phase
from nursestation.core.records import CuffTaken, PhaseChanged
from nursestation.export.deidentify import deidentified
from nursestation.export.receipt import NOTICE, receipt_pdf
from nursestation.export.story import tell
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, Clinic, make_clinic
from tests.helpers.written_visit import SESSION, all_records
from tests.unit.export.test_report import FONTS, NEW_YORK

KEY = b"k" * 32


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., VisitRecord]:
    def keep(records: list, session: str = SESSION) -> VisitRecord:
        store = Store.open(tmp_path / "record.sqlite3")
        store.append(records)
        store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            return load_visit(reader, session, "0.1.0")

    return keep


def printed(visit: VisitRecord, clinic: str = "River Clinic", paper: str = "a4") -> str:
    pages = pypdf.PdfReader(io.BytesIO(receipt_pdf(visit, NEW_YORK, fonts=FONTS, clinic=clinic, paper=paper))).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def treated(*then: c.Command, paused: bool = False) -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(600)
    if paused:
        clinic.do(c.PauseInfusion(chair=2, reason="walk"))
        clinic.run(120)
        clinic.do(c.ResumeInfusion(chair=2))
    clinic.do(*then)
    return clinic


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_services_stand_with_their_times(stored, paper):
    text = printed(stored(all_records(step_s=60)), paper=paper)
    assert "Clinic River Clinic" in text
    assert "In the chair 13:20 to 14:58" in text
    assert "IV infusion, without pauses of 9 min 13:37 14:26 40 min" in text
    assert "Observation after the treatment 14:26 14:58 32 min" in text
    assert "Monitoring: heart rate, SpO₂, breathing and 15 cuff readings 13:28 14:56 1 h 28 min" in text
    assert "Discharge signed by R. Alvarez RN" in text
    assert NOTICE in text
    assert "INTERIM" not in text


def test_a_cuff_reading_after_the_monitoring_is_not_counted_in_it(stored):
    records = all_records(step_s=60)
    ready = next(one for one in records if isinstance(one, PhaseChanged) and one.after is Phase.READY)
    last = [one for one in records if isinstance(one, CuffTaken)][-1]
    again = replace(last.reading, measured_mono_ns=ready.at.mono_ns, measured_utc_ns=ready.at.utc_ns)
    records.insert(records.index(ready) + 1, replace(last, at=ready.at, reading=again))
    visit = stored(records)
    assert len(tell(visit).cuffs) == 16
    assert "and 15 cuff readings 13:28 14:56" in printed(visit)


def test_no_price_and_no_code_is_made_up(stored):
    text = printed(stored(all_records(step_s=60)))
    assert "Code Units Amount" in text
    assert "Total Paid Still to pay" in text
    assert not set(text) & set("$€£¥")


def test_amounts_are_those_of_the_drug_record_that_stands(stored):
    use = DrugUse(drug="Ketamine", concentration="50 mg/ml", lot="L-1", drawn_mg=50.0, given_mg=36.0, wasted_mg=14.0)
    clinic = treated()
    signed = {"witness_id": CLINICIAN, "pin": CLINICIAN_PIN}
    clinic.do(c.RecordDrug(chair=2, use=use, **signed))
    first = clinic.records[-1].drug_id
    better = replace(use, given_mg=35.0, wasted_mg=15.0)
    clinic.do(c.RecordDrug(chair=2, use=better, replaces=first, reason="read again", **signed))
    text = printed(stored(clinic.records, clinic.visit.session))
    assert "Ketamine 50 mg/ml L-1 35 mg 15 mg" in text
    assert "36 mg" not in text.partition("Drugs")[2]


def test_a_dose_that_was_not_given_in_full_is_not_claimed(stored):
    clinic = treated(c.StopInfusion(chair=2, reason="too strong"), paused=True)
    text = printed(stored(clinic.records, clinic.visit.session))
    assert "as ordered; not given in full no drug record" in text
    assert "INTERIM: the visit was still running (observation)" in text
    assert "IV infusion, without pauses of 2 min" in text


@pytest.mark.parametrize(("ran_s", "paused_s"), [(2190, 500), (2159, 511), (601, 29), (3000, 90)])
def test_what_ran_and_what_was_paused_add_up_to_the_time_from_start_to_end(stored, ran_s, paused_s):
    clinic = make_clinic()
    clinic.start()
    clinic.run(ran_s, every_s=30)
    clinic.do(c.PauseInfusion(chair=2, reason="walk"))
    clinic.run(paused_s, every_s=30)
    clinic.do(c.StopInfusion(chair=2, reason="too strong"))
    text = printed(stored(clinic.records, clinic.visit.session))
    told = re.search(r"without pauses of (\d+|under 1) min (\d+):(\d+) (\d+):(\d+) (\d+) min", text)
    paused, hour, minute, to_hour, to_minute, ran = (0 if one == "under 1" else int(one) for one in told.groups())
    assert paused + ran == 60 * (to_hour - hour) + to_minute - minute
    assert abs(ran - ran_s / 60) < 2
    assert abs(paused - paused_s / 60) <= 0.5


def test_an_injection_has_a_time_and_no_length(stored):
    clinic = make_clinic()
    clinic.start("im_injection")
    clinic.run(300)
    text = printed(stored(clinic.records, clinic.visit.session))
    assert "IM injection" in text
    assert "IV infusion" not in text
    assert "as ordered at the start no drug record" in text


def test_a_simulated_and_a_deidentified_one_say_so_and_name_nobody(stored):
    visit = stored(all_records(step_s=60, simulated=True))
    assert "SIMULATED: nobody was treated, and nothing is to be paid." in printed(visit)
    text = printed(deidentified(visit, KEY))
    assert "No receipt for anybody" in text
    for secret in ("River Clinic", "Keller", "1984", "MR-204471", SESSION):
        assert secret not in text


def test_the_same_visit_gives_the_same_bytes(stored):
    visit = stored(all_records(step_s=60))
    assert receipt_pdf(visit, NEW_YORK, fonts=FONTS) == receipt_pdf(visit, NEW_YORK, fonts=FONTS)
