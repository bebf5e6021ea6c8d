"""The report's sections on check-in, treatment, scores and watching: each record is told once, nothing is hidden."""

import csv
import io
from pathlib import Path

import pypdf
import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ChartKind, MedicineAnswer, Pregnancy, ScoreKind
from nursestation.export.events import events
from nursestation.export.events_csv import events_csv
from nursestation.export.proof import percent
from nursestation.export.report import session_pdf
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, HOUR_NS, PATIENT, Clinic, make_clinic

FONTS = Path(__file__).parents[3] / "resources" / "fonts"


def stored(clinic: Clinic, folder: Path) -> VisitRecord:
    store = Store.open(folder / "record.sqlite3")
    store.append(clinic.records)
    store.close()
    with StoreReader.open(folder / "record.sqlite3") as reader:
        return load_visit(reader, clinic.visit.session, "0.1.0")


def printed(clinic: Clinic, folder: Path) -> str:
    content = session_pdf(stored(clinic, folder), None, fonts=FONTS)
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_what_was_asked_stands_with_its_answer_and_who_took_it(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(
        c.RecordWeight(chair=2, kg=71.4, measured=False),
        c.RecordPregnancy(chair=2, answer=Pregnancy.TEST_NEGATIVE, note="today"),
        c.RecordMedicines(
            chair=2,
            answers=tuple(
                MedicineAnswer(rule.name, taken=n == 0, note="Dr Lee was asked" if n == 0 else "")
                for n, rule in enumerate(clinic.visit.protocol.gates.medicines)
            ),
        ),
        c.NameAvailable(chair=2, name="Sam Okafor"),
    )
    clinic.run(120)
    clinic.do(c.NameAvailable(chair=2, name="Ada Brandt"))
    text = printed(clinic, tmp_path)
    assert "71.4 kg, as the patient said" in text
    assert "Pregnancy test negative (today)" in text
    first, second = clinic.visit.protocol.gates.medicines[:2]
    assert f"TAKES {first.name} (Dr Lee was asked). Does not take: {second.name}" in text
    assert "Sam Okafor, then Ada Brandt" in text


def test_a_question_that_nobody_answered_is_told_as_such(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    text = printed(clinic, tmp_path)
    assert "Consent not recorded" in text
    assert "Identity not recorded" in text


def test_pauses_and_scores_stand_with_reason_and_time(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(300)
    clinic.do(
        c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=7),
        c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=6, note="asked again"),
        c.PauseInfusion(chair=2, reason="walk to the bathroom"),
    )
    clinic.run(90)
    clinic.do(c.ResumeInfusion(chair=2))
    clinic.run(60)
    clinic.do(c.PauseInfusion(chair=2, reason="BP"))
    clinic.run(30)
    clinic.do(c.StopInfusion(chair=2, reason="too much"))
    text = printed(clinic, tmp_path)
    assert "(walk to the bathroom); resumed " in text
    assert ", 1:30; R. Alvarez RN" in text
    assert "(BP); not resumed, stopped " in text
    assert "Stopped early too much; R. Alvarez RN" in text
    assert "Infusion 7 R. Alvarez RN" in text
    assert "Infusion 6 asked again; R. Alvarez RN" in text


def test_the_strip_and_its_sums_are_told(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(120)
    for _ in range(12):  # breathing and pulse go on, the oximeter is silent
        clinic.clock.advance(10)
        clinic.numeric("heart_rate", 70.0)
        clinic.numeric("resp_rate", 14.0)
        clinic.tick()
    clinic.run(60)
    view = clinic.visit.watching
    shares = {metric: fraction for metric, fraction, _ in view.coverage}
    assert shares["spo2"] < shares["heart_rate"]
    text = printed(clinic, tmp_path)
    assert f"SpO₂ {percent(shares['spo2'])} longest 2:0" in text
    assert f"Heart rate {percent(shares['heart_rate'])}" in text
    assert f"{view.cuffs_planned} planned, {view.cuffs_taken} taken, none failed" in text


@pytest.mark.parametrize(
    ("fraction", "words"), [(1.0, "100 %"), (0.9999, "99.9 %"), (0.5, "50 %"), (0.0, "0 %"), (0.1234, "12.3 %")]
)
def test_a_share_never_claims_more_than_there_was(fraction: float, words: str) -> None:
    assert percent(fraction) == words


def test_an_injection_has_a_time_and_no_length(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.start("im_injection")
    clinic.run(300)
    text = printed(clinic, tmp_path)
    assert "one injection" in text
    assert "Treatment time" not in text
    assert "never paused" not in text


def test_the_table_of_events_has_what_was_struck_out_and_what_was_let_pass(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(60)
    clinic.do(c.Chart(chair=2, kind=ChartKind.NOTE, text="=1+1"))
    entry = clinic.of(r.Charted)[-1].entry_id
    clinic.do(c.StrikeChart(chair=2, entry_id=entry, reason="wrong chair"))
    visit = stored(clinic, tmp_path)
    rows = list(csv.DictReader(io.StringIO(events_csv(visit, None).decode("utf-8"), newline="")))
    assert [row["number"] for row in rows] == [str(n + 1) for n in range(len(events(visit)))]
    struck = [row["what"] for row in rows if row["struck_out"]]
    assert struck == ["Note: =1+1"]
    assert rows[-1]["what"] == "Struck out: =1+1 (wrong chair)"
    assert rows[-1]["by"] == "R. Alvarez RN"


def test_a_gate_that_was_let_pass_is_bold_at_its_question(tmp_path: Path) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    broth_ns = clinic.clock.now().utc_ns - 2 * HOUR_NS
    clinic.do(
        c.RecordFasting(chair=2, last_food_utc_ns=broth_ns, last_drink_utc_ns=broth_ns),
        c.OverrideGate(
            chair=2, gate="fasting_food", reason="a sip of broth", clinician_id=CLINICIAN, pin=CLINICIAN_PIN
        ),
    )
    text = printed(clinic, tmp_path)
    assert "OVERRIDDEN by Sam Okafor MD at " in text
    assert "1 override by Sam Okafor MD: see Overrides." in text
