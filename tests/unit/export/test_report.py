"""The report says what the record says, on every page what it must, and the same bytes each time."""

import io
import re
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdf
import pytest

from nursestation.core.model import Phase
from nursestation.core.records import DischargeSigned, InfusionStopped, PhaseChanged, SessionOpened
from nursestation.export.chain_code import grouped
from nursestation.export.deidentify import deidentified
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.report import FOOT_NOTICE, session_pdf
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.long_visit import LONG_FAMILY, LONG_NAME, long_records
from tests.helpers.visit import make_clinic
from tests.helpers.written_visit import CHAIR, NURSE, SESSION, all_records, minute

FONTS = Path(__file__).parents[3] / "resources" / "fonts"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def stored(tmp_path):
    """Return a function that stores records and gives the visit as exports read it."""

    def keep(records, session=SESSION):
        store = Store.open(tmp_path / "record.sqlite3")
        store.append(records)
        store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            return load_visit(reader, session, "0.1.0")

    return keep


@pytest.fixture
def report(stored):
    """Return a function that stores records and gives the report's bytes."""

    def make(records, zone=NEW_YORK, session=SESSION, **options):
        return session_pdf(stored(records, session), zone, **{"fonts": FONTS} | options)

    return make


def pages(content):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_a_finished_visit_is_told_in_full(report):
    content = report(all_records(step_s=5))
    text = " ".join(pages(content))
    for wanted in (
        "Jonas Keller", "1984-03-09 (41 y)", "MR-204471", "72 kg", "penicillin", "Depression IV, version 1",
        "36 mg over 40 min", "3 March 2026, 13:20 to 14:58 (EST, UTC-05:00)",
        # the numbers that matter
        "Baseline BP [mmHg] 124/76", "Peak BP [mmHg] 182/111 +58 mmHg sys (+47 %), 14:08", "Treatment time 40:30",
        "and paused for 8:30", "Observation 32:00",
        # the flag and what was done
        "14:09 SPIKE 182/111, 47 % above baseline 124/76 178/108 at 14:10, confirmed",
        "14:09 paused (waiting for the repeat), R. Alvarez RN", "14:12 clinician told (Dr Lindqvist at the chair)",
        "14:16, at 142/86",
        # events, conditions, overrides
        "Nausea, mild", "Infusion paused (BP spike)", "Cuff cycle without a result: cuff loose or not connected",
        "!!! high BP spike 182/111 mmHg patient", "No data from the bedside monitor",
        "Before the start: fasting a sip of water with the morning tablet Dr M. Lindqvist",
        "OVERRIDDEN Side effects settled",
        # discharge
        "✓ met Modified Aldrete score ≥ 9 10 of 10",
        "Handed over to Maria Keller (sister), phone 555 010 0192, seen in person.",
        "Signed by R. Alvarez RN (nurse), 3 March 2026, 14:58:00",
        "R. Alvarez RN nurse 3 March 2026, 14:58:00 (EST, UTC-05:00) I assessed this patient and discharge them",
        "It is not a medical device",
    ):  # fmt: skip
        assert wanted in text, wanted
    signature = next(one for one in all_records(step_s=5) if isinstance(one, DischargeSigned)).signature
    assert signature.covers in text.replace(" ", "")
    assert NURSE.pin_hash not in text
    assert "SIMULATED" not in text
    assert "INTERIM" not in text


def test_a_driver_whose_relation_nobody_told_has_none(report):
    records = [
        replace(one, driver=replace(one.driver, relation="")) if isinstance(one, DischargeSigned) else one
        for one in all_records(step_s=60)
    ]
    assert "Handed over to Maria Keller, phone 555 010 0192, seen in person." in " ".join(pages(report(records)))


def test_every_cuff_reading_is_a_row_with_the_vitals_beside_it(report):
    text = " ".join(pages(report(all_records(step_s=1))))
    assert re.search(r"14:08 Infusion 182/111 134 \+58 \(\+47 %\) 8\d 9\d 1\d SPIKE flag", text)
    assert re.search(r"14:10 Infusion, paused 178/108 131 \+54 \(\+44 %\) 8\d 9\d 1\d repeat: confirmed", text)
    assert re.search(r"14:40 Observation 128/79 --- \+4 \(\+3 %\) \d\d \d\d \d\d by hand: R\. Alvarez RN", text)
    assert re.search(r"13:32 Baseline 122/75 90 −2 \(−2 %\) \d\d \d\d \d\d baseline", text)


def test_no_vital_sign_older_than_half_a_minute_stands_beside_a_cuff_reading(report):
    records = [one for one in all_records(step_s=1) if not (hasattr(one, "metric") and one.metric == "resp_rate")]
    text = " ".join(pages(report(records)))
    assert re.search(r"14:08 Infusion 182/111 134 \+58 \(\+47 %\) 8\d 9\d --- SPIKE flag", text)


def test_the_setting_of_the_pages_is_told_and_may_be_stopped(stored):
    told = []
    visit = stored(all_records(step_s=60))
    session_pdf(visit, NEW_YORK, fonts=FONTS, progress=told.append)
    assert told == sorted(told)
    assert len([done for done in told if done > 0.6]) > 20
    assert told[-1] == 1

    def stop(done):
        if done > 0.8:
            raise ExportCancelled("stopped")

    with pytest.raises(ExportCancelled):
        session_pdf(visit, NEW_YORK, fonts=FONTS, progress=stop)


def test_every_page_carries_patient_session_notice_and_number(report):
    found = pages(report(all_records(step_s=5)))
    for number, text in enumerate(found, 1):
        assert "Jonas Keller, born 1984-03-09, record no. MR-204471" in text
        assert f"Session {SESSION}, 3 March 2026; times are EST, UTC-05:00" in text
        assert FOOT_NOTICE in text
        assert f"Page {number} of {len(found)}" in text


def test_simulated_data_is_marked_on_every_page(report):
    found = pages(report(all_records(step_s=5, simulated=True)))
    assert len(found) > 1
    assert all("SIMULATED" in text for text in found)
    assert "not the record of a patient's treatment" in found[0]


@pytest.mark.parametrize("upto_min", [0.5, 3, 12, 30, 53, 75])
def test_a_running_visit_gives_an_interim_report(report, upto_min):
    text = " ".join(pages(report(all_records(step_s=5, upto_min=upto_min))))
    assert "INTERIM: the visit was still running" in text
    assert "Not signed yet." in text


def test_a_visit_without_any_reading_gives_a_report_that_says_so(report):
    opening = [one for one in all_records(step_s=5) if one.session is None or isinstance(one, SessionOpened)]
    text = " ".join(pages(report(opening)))
    assert "No readings were recorded." in text
    assert "Baseline BP --- not taken" in text


def test_a_visit_ended_early_says_why(report):
    records = all_records(step_s=5, upto_min=49.7)
    fields = {"at": minute(50), "chair": CHAIR, "session": SESSION, "operator": NURSE.id}
    records += [
        InfusionStopped(reason="patient's wish", early=True, **fields),
        PhaseChanged(before=Phase.INFUSION, after=Phase.ENDED_EARLY, reason="patient's wish", **fields),
    ]
    text = " ".join(pages(report(records)))
    assert "ENDED EARLY: patient's wish." in text
    assert "no discharge was signed" in text
    assert "Infusion stopped before the planned end (patient's wish)" in text


def test_the_same_visit_gives_the_same_bytes(report, tmp_path):
    first = report(all_records(step_s=5))
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        again = session_pdf(load_visit(reader, SESSION, "0.1.0"), NEW_YORK, fonts=FONTS)
    assert again == first


def test_the_zone_is_the_one_that_was_asked_for(report):
    text = " ".join(pages(report(all_records(step_s=60), zone=UTC)))
    assert "18:20 to 19:58 (UTC)" in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_paper_is_chosen(report, paper, size):
    box = pypdf.PdfReader(io.BytesIO(report(all_records(step_s=60), paper=paper))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_markup_and_signs_the_font_lacks_are_shown_as_text(report):
    records = all_records(step_s=60)
    index, opened = next((i, one) for i, one in enumerate(records) if isinstance(one, SessionOpened))
    patient = replace(opened.patient, given_name="<b>Zoë & 李", family_name="Ōno</b>", allergies="<font size=40>none")
    records[index] = replace(opened, patient=patient)
    text = " ".join(pages(report(records)))
    assert "<b>Zoë & □ Ōno</b>" in text
    assert "<font size=40>none" in text


def test_a_long_visit_runs_over_many_pages_with_its_table_heads(report):
    records = all_records(step_s=60)
    cuffs = [one for one in records if type(one).__name__ == "CuffTaken"]
    many = []
    for index in range(150):
        reading = replace(
            cuffs[2].reading, cycle=100 + index, measured_utc_ns=minute(18 + index / 5).utc_ns,
            measured_mono_ns=minute(18 + index / 5).mono_ns,
        )  # fmt: skip
        many.append(replace(cuffs[2], at=minute(18 + index / 5), reading=reading))
    records = sorted([*records, *many], key=lambda one: one.at.mono_ns)
    found = pages(report(records))
    assert len(found) >= 6
    assert sum("BP mmHg MAP Systolic rise" in text for text in found) >= 4


def test_missing_fonts_are_told(report, tmp_path):
    with pytest.raises(ExportError, match="Install Nursestation again"):
        report(all_records(step_s=60), fonts=tmp_path)


def test_an_alarm_stands_with_the_gravest_that_it_was(report):
    clinic = make_clinic()
    clinic.start()
    clinic.run(20, {"spo2": 87})
    clinic.run(20, {"spo2": 81})
    clinic.run(10, {"spo2": 88})
    clinic.run(20)
    text = " ".join(pages(report(clinic.records, session=clinic.visit.session)))
    assert "!!! high SpO₂ 81 < 90 % patient" in text
    assert "high-priority alarms: 1" in text


SECTIONS = (
    "Trend", "Treatment", "At each cuff reading", "Blood-pressure flags", "Events", "Alarm log", "Proof of watching",
    "Check-in and driver", "Overrides", "Discharge", "Signatures", "Proof of the record", "About this report",
)  # fmt: skip


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_very_full_visit_is_told_whole_and_still_summed_up_on_one_page(report, paper):
    found = pypdf.PdfReader(io.BytesIO(report(long_records(), paper=paper))).pages
    texts = [page.extract_text() for page in found]
    head = f"{LONG_NAME} {LONG_FAMILY}, born 1984-03-09, record no. MR-204471"
    for number, text in enumerate(texts, 1):
        body, _, edges = text.partition(head)
        assert f"Page {number} of {len(found)}" in edges
        lines = body.strip().splitlines()
        assert lines[-1] not in SECTIONS, f"a heading alone at the foot of page {number}"
        assert lines[-1] not in ("Ended", "By", "Delay", "Flag, note"), f"a table's head alone on page {number}"
    first = " ".join(texts[0].split())
    for wanted in (
        "Baseline BP [mmHg] 124/76", "Peak BP [mmHg] 190/90 +66 mmHg sys (+53 %), 13:38", "BP flags 13",
        "9 more, none of them graver: see Blood-pressure flags.", "297 more, see Events",
        "Left Discharged at 14:58, with Maria Keller", "Criteria 5 of 6 met; OVERRIDDEN: Side effects settled",
        "Let pass 2 overrides by Dr M. Lindqvist: see Overrides.", "Watched HR 98.8 %, SpO₂",
    ):  # fmt: skip
        assert wanted in first, wanted
    assert "Nausea no. 299" not in first
    assert "Nausea no. 299" in " ".join(texts)
    assert sum("re-alarmed, 3 min" in text for text in texts) > 1  # a row that no page can hold goes on


@pytest.mark.parametrize(("away", "named"), [("", "HR"), ("heart_rate", "PR")])
def test_a_pulse_rate_that_stands_in_for_the_heart_rate_is_called_one(report, away, named):
    told = " ".join(pages(report([one for one in all_records(step_s=60) if getattr(one, "metric", None) != away])))
    for other in ("HR", "PR"):
        said = (f"{other} from " in told, f"{other} /min" in told, f"{other}, SpO₂ and RR: the last" in told)
        assert said == ((other == named,) * 3), other


def test_the_trend_is_drawn_and_not_a_picture(report):
    assert not [
        image for page in pypdf.PdfReader(io.BytesIO(report(all_records(step_s=5)))).pages for image in page.images
    ]


def test_the_first_page_sums_the_visit_up(report):
    first = pages(report(all_records(step_s=5), clinic="River Clinic"))[0]
    for wanted in (
        "Visit report River Clinic", "IV infusion: 36 mg over 40 min, 13:37 to 14:26",
        "Time with BP high 1:30 “spike” or higher, of 1:16:12", "Lowest SpO₂ [%] 91 14:05, for 0:45 in all",
        "14:09 SPIKE 182/111 178/108, confirmed 14:09 paused; 14:12 clinician told 14:16, at 142/86",
        "Side effects Nausea, mild (13:54 to 14:17)", "Left Discharged at 14:58, with Maria Keller",
        "Driver Maria Keller (sister), confirmed by phone and seen in person",
        "Signed by R. Alvarez RN (nurse), 3 March 2026, 14:58:00", "Alarms 1 high, 1 medium, 0 low",
    ):  # fmt: skip
        assert wanted in first, wanted


def test_a_deidentified_report_says_so_and_leaves_the_chain_and_the_clinic_out(stored):
    visit = stored(all_records(step_s=60))
    content = session_pdf(deidentified(visit, b"k" * 32), UTC, fonts=FONTS, clinic="River Clinic")
    found = pages(content)
    assert "DE-IDENTIFIED: names, numbers, typed texts and serial numbers are left out, dates are moved." in found[0]
    assert "Age 41 y" in found[0]
    assert "chain value and its code are left out" in found[-1]
    for secret in ("River Clinic", "Keller", "1984", "MR-204471", SESSION, visit.summary.chain_head[:16]):
        assert not any(secret in text for text in found), secret
    assert "Baseline BP [mmHg] 124/76" in found[0]


def test_the_chain_value_stands_in_groups_beside_its_code(stored):
    visit = stored(all_records(step_s=60))
    text = " ".join(pages(session_pdf(visit, UTC, fonts=FONTS)))
    groups = [group for row in grouped(visit.summary.chain_head) for group in row]
    assert " ".join(groups) in text
    assert "It does not prove that what was entered is true" in text
