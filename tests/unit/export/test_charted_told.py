"""What was charted, corrected, scored and measured by hand, as report and table tell it; and the proof of watching."""

import csv
import io
from dataclasses import replace

import pytest
from reportlab.platypus import Paragraph

from devices.clock import NS_PER_S, ManualClock
from nursestation.core import commands as c
from nursestation.core.model import ChartKind, Phase, ScoreKind, Severity, TimedStep
from nursestation.core.snapshot import WatchingView
from nursestation.core.station import ChairSetup, Station
from nursestation.export.csv import session_csv
from nursestation.export.events import Event, events
from nursestation.export.layout import register_fonts
from nursestation.export.localtime import UTC
from nursestation.export.report import summed_up
from nursestation.export.story import tell
from nursestation.export.tables import event_table
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.paths import resource
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers import written_visit
from tests.helpers.visit import NURSE, NURSE_PIN, Clinic, PlainPins, binding, handed_over, make_clinic, run_visit
from tests.unit.core.test_restore import restarted


@pytest.fixture
def clinic() -> Clinic:
    """An infusion that has run for five minutes."""
    clinic = make_clinic()
    clinic.start(every_s=5)
    clinic.run(300, every_s=5)
    return clinic


@pytest.fixture
def stored(tmp_path):
    """Return a function that stores what clinics recorded and loads the visit."""

    def load(*clinics: Clinic) -> VisitRecord:
        for clinic in clinics:  # each a run of the program
            store = Store.open(tmp_path / "record.sqlite3")
            store.append([record for record in clinic.records if getattr(record, "stored", True)])
            store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            return load_visit(reader, clinics[-1].visit.session, "0.1.0")

    return load


def ago(clinic: Clinic, seconds: float) -> int:
    return clinic.clock.now().utc_ns - round(seconds * NS_PER_S)


def line(found: tuple[Event, ...], text: str) -> Event:
    (one,) = [event for event in found if event.text == text]
    return one


# --- the list of events -------------------------------------------------------------------------------------------


def test_what_was_charted_afterwards_stands_where_it_happened(clinic, stored):
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MILD,
                      at_utc_ns=ago(clinic, 120)))  # fmt: skip
    clinic.do(c.Chart(chair=2, kind=ChartKind.POSITION, text="head up", at_utc_ns=ago(clinic, 240)))
    found = events(stored(clinic))
    nausea = line(found, "Nausea, mild (charted 2 min later)")
    assert nausea.utc == ago(clinic, 120)
    assert nausea.is_marked
    assert line(found, "Position: head up (charted 4 min later)").number == nausea.number - 1
    assert [event.number for event in found] == list(range(1, len(found) + 1))
    assert [event.t for event in found] == sorted(event.t for event in found)


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (ChartKind.CLINICIAN_TOLD, "Clinician told", "Clinician told"),
        (ChartKind.CLINICIAN_TOLD, "Dr Brandt, by phone", "Clinician told: Dr Brandt, by phone"),
        (ChartKind.OXYGEN, "Oxygen on", "Oxygen on"),
        (ChartKind.OXYGEN, "2 l/min", "Oxygen: 2 l/min"),
        (ChartKind.SIDE_EFFECT, "Nausea", "Nausea"),
    ],
)
def test_a_title_is_not_told_twice(clinic, stored, kind, text, told):
    clinic.do(c.Chart(chair=2, kind=kind, text=text))
    assert line(events(stored(clinic)), told)


def test_a_correction_leaves_the_original_struck_through(clinic, stored):
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    entry = clinic.visit.chart[0].id
    clinic.run(30, every_s=5)
    clinic.do(
        c.CorrectChart(chair=2, entry_id=entry, reason="meant dizzy", text="Dizzy", at_utc_ns=ago(clinic, 90)),
        c.ResolveChart(chair=2, entry_id=entry),
    )
    clinic.do(c.CorrectChart(chair=2, entry_id=entry, reason="sooner", resolved_at_utc_ns=ago(clinic, 10)))
    found = events(stored(clinic))
    was, now = line(found, "Nausea"), line(found, "Dizzy (corrected: meant dizzy)")
    assert (was.is_struck, was.is_marked, was.utc) == (True, False, ago(clinic, 30))
    assert (now.is_struck, now.is_marked, now.utc) == (False, True, ago(clinic, 90))
    assert line(found, "Over: Dizzy").is_struck
    over = line(found, "Over: Dizzy (corrected: sooner)")
    assert (over.utc, over.is_struck) == (ago(clinic, 10), False)


def test_what_was_struck_out_is_told(clinic, stored):
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    clinic.do(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[0].id))
    clinic.do(c.StrikeChart(chair=2, entry_id=clinic.visit.chart[0].id, reason="other patient"))
    found = events(stored(clinic))
    assert line(found, "Nausea").is_struck
    assert line(found, "Over: Nausea").is_struck
    struck = line(found, "Struck out: Nausea (other patient)")
    assert (struck.by, struck.is_struck) == ("R. Alvarez RN", False)


def test_scores_and_vitals_by_hand_are_told(clinic, stored):
    clinic.do(
        c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=4, note="slow to answer"),
        c.RecordScore(chair=2, kind=ScoreKind.ORIENTATION, value=1, items=(("person", 1), ("place", 0))),
        c.EnterVitals(chair=2, values=(("resp_rate", 12), ("temp", 36.8)), not_measurable=(("spo2", "cold hand"),)),
    )
    texts = [event.text for event in events(stored(clinic))]
    assert "MOAA/S 4: slow to answer" in texts
    assert "Orientation 1 (person 1, place 0)" in texts
    assert any(text.startswith("Measured by hand: ") and "12" in text and "36.8 °C" in text for text in texts)
    assert any(text.startswith("Not measurable: ") and text.endswith("(cold hand)") for text in texts)


def test_a_corrected_step_is_told_at_both_times(clinic, stored):
    started = clinic.visit.infusion_started
    for by_s, why in ((3, "pressed late"), (1, "looked again")):
        clinic.do(
            c.CorrectTime(chair=2, what=TimedStep.INFUSION_STARTED, at_utc_ns=started.utc_ns - by_s * NS_PER_S,
                          reason=why)
        )  # fmt: skip
    steps = [event for event in events(stored(clinic)) if event.text.startswith("Treatment started")]
    assert [(event.utc, event.is_struck, event.is_marked) for event in steps] == [
        (started.utc_ns - 3 * NS_PER_S, True, False),
        (started.utc_ns - NS_PER_S, False, True),
        (started.utc_ns, True, False),
    ]
    assert steps[1].text.endswith("(time corrected: looked again)")
    assert steps[1].text.count("corrected") == 1


def test_a_struck_line_is_struck_through_on_paper():
    register_fonts(resource("fonts"))
    *_, table = event_table([Event(1, 0, 0, "Nausea <5", "R. A.", is_struck=True)], 400, UTC)
    cells = [cell for cell in table._cellvalues[1] if isinstance(cell, Paragraph)]
    assert [cell.frags[0].strike for cell in cells[1:3]] == [1, 1]
    assert "".join(frag.text for frag in cells[2].frags) == "Nausea <5"


# --- clocks and table ---------------------------------------------------------------------------------------------


def test_the_report_tells_the_corrected_clocks(clinic, stored):
    clinic.do(c.PauseInfusion(chair=2))
    clinic.run(60, every_s=5)
    clinic.do(c.ResumeInfusion(chair=2))
    clinic.cuff(126, 78)
    clinic.run(30, every_s=5)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(60, every_s=5)
    visit = clinic.visit
    for what, at, by_s in (
        (TimedStep.INFUSION_STARTED, visit.infusion_started, -4),
        (TimedStep.INFUSION_PAUSED, visit.pauses[0][0], 10),
        (TimedStep.INFUSION_STOPPED, visit.infusion_stopped, -30),
    ):
        clinic.do(c.CorrectTime(chair=2, what=what, at_utc_ns=at.utc_ns + by_s * NS_PER_S, reason="late"))
    story, now = tell(stored(clinic)), clinic.visit
    assert [(span.phase, span.start) for span in story.spans] == [(s.phase, s.start.utc_ns) for s in now.spans]
    assert [(span.start, span.end) for span in story.pauses] == [(a.utc_ns, b.utc_ns) for a, b in now.pauses]
    assert story.infusion_ns == now.infusion_run_s * NS_PER_S
    assert [cuff.reading for cuff in story.cuffs] == list(now.cuffs)


def test_a_reading_told_later_stands_in_its_place(clinic, stored):
    clinic.cuff(126, 78)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(60, every_s=5)
    clinic.do(c.EnterVitals(chair=2, values=(("nibp_sys", 140), ("nibp_dia", 85)), at_utc_ns=ago(clinic, 90)))
    cuffs = tell(stored(clinic)).cuffs
    assert [(cuff.reading.sys, cuff.phase) for cuff in cuffs[-2:]] == [(140, Phase.INFUSION), (126, Phase.INFUSION)]
    assert [cuff.reading for cuff in cuffs] == list(clinic.visit.cuffs)


def test_values_by_hand_are_rows_of_the_table(clinic, stored):
    clinic.do(
        c.EnterVitals(chair=2, values=(("resp_rate", 12),), at_utc_ns=ago(clinic, 60)),
        c.EnterVitals(chair=2, not_measurable=(("temp", "=refused"),)),
    )
    content = session_csv(stored(clinic), UTC).decode("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(content, newline="")) if row["provenance"] == "manual"]
    assert [(row["metric"], row["value"], row["validity"], row["source"]) for row in rows] == [
        ("resp_rate", "12", "valid", "R. Alvarez RN"),
        ("temp", "", "unavailable", "'=refused"),
    ]


# --- proof of watching --------------------------------------------------------------------------------------------


def told(view: WatchingView) -> WatchingView:
    """Return the view with its moments by the wall clock alone: a restart moves the monotonic ones."""

    def wall(moment):
        return None if moment is None else moment.utc_ns

    signed_in = tuple((name, wall(since), wall(until)) for name, since, until in view.signed_in)
    return replace(view, began=wall(view.began), signed_in=signed_in)


def test_the_report_tells_the_same_watching_as_the_screen(clinic, stored):
    clinic.run(40, {"spo2": 82.0}, every_s=5)
    raised = clinic.view.conditions[0]
    clinic.do(c.Acknowledge(chair=2, condition_id=raised.id))
    clinic.wait(45)  # not a word from the monitor
    clinic.run(60, every_s=5)
    clinic.do(c.SignOut())
    clinic.run(20, every_s=5)
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    clinic.cuff(126, 78)
    clinic.run(60, every_s=5)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(1200, every_s=5)
    clinic.do(
        c.CorrectTime(chair=2, what=TimedStep.INFUSION_STOPPED, at_utc_ns=ago(clinic, 1230), reason="pressed late")
    )
    clinic.cuff(128, 79)
    clinic.do(handed_over("fire drill"))
    clinic.run(60, every_s=5)
    visit = stored(clinic)
    seen = clinic.visit.watching
    assert told(summed_up(visit).watching) == told(seen)
    fractions = {metric: fraction for metric, fraction, _ in seen.coverage}
    assert 0.9 < fractions["spo2"] < 1.0
    assert fractions["nibp_sys"] < 0.9
    assert seen.alarms > 0
    assert seen.median_response_s is not None
    assert len(seen.signed_in) == 2


def test_it_is_the_same_for_a_whole_visit(stored):
    station, records, clock = run_visit(every_s=5)
    clinic = Clinic(station=station, clock=clock, records=records)
    visit = stored(clinic)
    seen = clinic.visit.watching
    assert told(summed_up(visit).watching) == told(seen)
    assert {metric: gap_s for metric, _, gap_s in seen.coverage if metric != "nibp_sys"} == {
        "heart_rate": 0,
        "spo2": 0,
        "resp_rate": 0,
    }
    assert seen.cuffs_taken == len(clinic.visit.cuffs)


def test_it_is_the_same_for_a_visit_that_was_read_back(stored):
    records = written_visit.all_records(upto_min=99)
    now = records[-1].at
    bindings = (binding(written_visit.BEDSIDE), binding(written_visit.CAPNO))
    station = Station((ChairSetup(number=2, monitors=bindings),), (), PlainPins(), "0.1.0")
    station.restore(records, now, unclean=False)
    clinic = Clinic(station=station, clock=ManualClock(now), records=records)
    visit = stored(clinic)
    seen = clinic.visit.watching
    assert told(summed_up(visit).watching) == told(seen)
    gaps = {metric: gap_s for metric, _, gap_s in seen.coverage}
    assert gaps["heart_rate"] == 51  # the cable was pulled for 50 s
    assert gaps["spo2"] == 51
    assert gaps["resp_rate"] == 0  # from another monitor
    assert (seen.cuffs_taken, seen.cuffs_failed) == (15, 1)
    assert seen.median_response_s == pytest.approx(18)


def test_it_is_the_same_after_a_restart(clinic, stored):
    again = restarted(clinic, after_s=50)
    again.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    again.run(125, every_s=5)
    again.cuff(126, 78)
    again.do(handed_over("fire drill"))
    visit = stored(clinic, again)
    seen = told(again.visit.watching)
    assert told(summed_up(visit).watching) == seen
    assert max(gap_s for metric, _, gap_s in seen.coverage if metric == "spo2") == 55
    assert len(seen.signed_in) == 2
