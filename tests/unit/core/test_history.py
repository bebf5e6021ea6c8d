"""Earlier visits, told from their records: the report's numbers, and none of them worked out anew."""

from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.history import TOLD, PastVisit, Told, patient_history
from nursestation.core.model import (
    ChartKind,
    MedicineAnswer,
    Phase,
    ScoreKind,
    SeriesPlace,
    Severity,
    TimedStep,
    VisitKind,
)
from nursestation.core.peak import peak, rise
from nursestation.core.rebase import shifted
from nursestation.core.timeline import Timeline
from nursestation.export.story import tell
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import PATIENT, Clinic, handed_over, make_clinic, run_visit
from tests.helpers.written_visit import SESSION, all_records


def told(records: list[r.Record], session: str | None = None) -> Told:
    """Return one session's records as a store gives them."""
    wanted = session or next(one.session for one in records if isinstance(one, r.SessionOpened))
    kept = [
        from_json(type(one).__name__, to_json(one))
        for one in records
        if isinstance(one, TOLD) and one.session == wanted
    ]
    return Told(records=tuple(kept), timeline=Timeline((kept[0].at,)))


def only(records: list[r.Record]) -> PastVisit:
    history = patient_history([told(records)])
    assert history is not None
    (visit,) = history.visits
    return visit


@pytest.fixture(scope="module")
def whole() -> list[r.Record]:
    """A whole visit: spike of 184/112 from a baseline of 124/76, a pause, nausea, discharge."""
    return run_visit(every_s=10.0)[1]


def test_a_visit_is_told_with_its_peak_side_effects_and_times(whole: list[r.Record]) -> None:
    visit = only(whole)
    assert (visit.phase, visit.was_treated, visit.signed_by) == (Phase.DISCHARGED, True, "R. Alvarez RN")
    assert (visit.protocol_name, str(visit.baseline), str(visit.peak)) == ("depression_iv", "124/76", "184/112")
    assert (visit.peak_rise, visit.peak_percent) == (60, 48)
    assert visit.peak_at_min == pytest.approx(31.5, abs=0.1)
    (nausea,) = visit.side_effects
    assert (nausea.text, nausea.severity) == ("Nausea", Severity.MILD)
    assert (nausea.at_min, nausea.lasted_min) == (pytest.approx(20, abs=0.1), pytest.approx(25.5, abs=0.1))
    assert visit.to_ready_min == pytest.approx(30, abs=0.1)
    assert visit.to_discharge_min == pytest.approx(30, abs=0.1)
    assert visit.weight_kg == 72


def test_its_numbers_are_the_report_s(tmp_path) -> None:
    store = Store.open(tmp_path / "record.sqlite3")
    store.append(all_records(step_s=60))
    store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        history = reader.history("MR-204471")
        story = tell(load_visit(reader, SESSION, "0.1.0"))
    assert history is not None
    (visit,) = history.visits
    assert story.peak is not None
    assert story.infusion is not None
    assert story.baseline is not None
    assert (visit.peak, visit.peak_rise) == (
        replace(story.peak.reading, measured_mono_ns=story.peak.t),
        rise(story.peak.reading, story.baseline.sys)[0],
    )
    assert visit.peak_at_min == pytest.approx((story.peak.t - story.infusion.start) / NS_PER_S / 60)
    assert visit.to_ready_min == pytest.approx(story.time_in(Phase.OBSERVATION) / NS_PER_S / 60)


def test_nothing_of_a_visit_that_runs_is_told_but_the_name() -> None:
    clinic = make_clinic()
    clinic.start()
    history = patient_history([told(clinic.records)])
    assert history is not None
    assert (history.visits, history.family_name) == ((), "Keller")


def test_without_a_visit_there_is_no_history() -> None:
    assert patient_history([]) is None
    assert patient_history([Told(records=(), timeline=Timeline(()))]) is None


def test_a_visit_that_ended_before_its_treatment_is_told_as_that() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.EndEarly(chair=2, reason="no driver"))
    visit = only(clinic.records)
    assert (visit.phase, visit.was_treated) == (Phase.ENDED_EARLY, False)
    assert (visit.peak, visit.peak_at_min, visit.to_ready_min, visit.pain_after) == (None, None, None, None)


def _charted(clinic: Clinic) -> None:
    n = clinic.chair
    clinic.do(c.Chart(chair=n, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    clinic.run(60)
    clinic.do(c.Chart(chair=n, kind=ChartKind.SIDE_EFFECT, text="Headache"))
    clinic.do(c.StrikeChart(chair=n, entry_id=clinic.of(r.Charted)[-1].entry_id, reason="wrong chair"))
    entry = clinic.of(r.Charted)[-2].entry_id
    clinic.do(c.CorrectChart(chair=n, entry_id=entry, reason="stronger", severity=Severity.SEVERE))
    clinic.do(c.Chart(chair=n, kind=ChartKind.NOTE, text="Music on"))


def test_the_chart_is_told_as_it_stands() -> None:
    clinic = make_clinic()
    clinic.start()
    _charted(clinic)
    clinic.do(handed_over("wish of the patient"))
    visit = only(clinic.records)
    assert [(one.text, one.severity, one.lasted_min) for one in visit.side_effects] == [
        ("Nausea", Severity.SEVERE, None)
    ]


def test_pain_is_told_as_it_was_before_and_after() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(*(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=value) for value in (9, 7)))
    clinic.take_baseline()
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    clinic.run(60)
    clinic.do(*(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=value) for value in (5, 3)))
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.UNREAL, value=8))
    clinic.do(handed_over("x"))
    visit = only(clinic.records)
    assert (visit.pain_before, visit.pain_after) == (7, 3)


def test_a_step_whose_time_was_corrected_moves_the_times() -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(600, every_s=10)
    clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    clinic.run(900, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    stopped = clinic.of(r.InfusionStopped)[-1].at
    earlier_utc_ns = stopped.utc_ns - 120 * NS_PER_S
    clinic.do(c.CorrectTime(chair=2, what=TimedStep.INFUSION_STOPPED, at_utc_ns=earlier_utc_ns, reason="noted late"))
    clinic.do(handed_over("x"))
    assert only(clinic.records).to_ready_min == pytest.approx(17, abs=0.1)


def test_spans_are_right_though_the_program_was_restarted_on_another_clock(whole: list[r.Record]) -> None:
    """A new start of the computer counts its monotonic time anew."""
    before = told(whole)
    stop = next(n for n, record in enumerate(before.records) if isinstance(record, r.InfusionStopped))
    shift_ns = 77 * NS_PER_S - before.records[stop].at.mono_ns
    after = [shifted(record, shift_ns) if n >= stop else record for n, record in enumerate(before.records)]
    history = patient_history([Told(records=tuple(after), timeline=Timeline((after[0].at, after[stop].at)))])
    assert history is not None
    assert history.visits == (only(whole),)


def test_visits_come_newest_first_with_the_newest_answers() -> None:
    records: list[list[r.Record]] = []
    for n, (family, answers) in enumerate(
        (("Keller", (MedicineAnswer("Lamotrigine", True, "Dr Lee"),)), ("Keller-Huber", ()), ("Huber", None))
    ):
        clinic = make_clinic()
        clinic.clock.advance(n * 86_400.0)
        clinic.staff()
        patient = replace(PATIENT, family_name=family, allergies=f"allergy {n}")
        place = SeriesPlace(VisitKind.COURSE, n + 1, 6)
        clinic.do(c.CheckIn(chair=2, patient=patient, protocol="general_iv", series=place))
        if answers:
            stamp = {"at": clinic.clock.now(), "chair": 2, "session": clinic.visit.session, "operator": "r.alvarez"}
            clinic.records.append(r.MedicinesRecorded(**stamp, answers=answers))
            clinic.records.append(r.AllergiesRecorded(**stamp, text="latex", none_known=False))
        if family != "Huber":
            clinic.do(c.EndEarly(chair=2, reason="x"))
        records.append(clinic.records)
    history = patient_history([told(one) for one in records])
    assert history is not None
    assert [visit.series for visit in history.visits] == [
        SeriesPlace(VisitKind.COURSE, 2, 6),
        SeriesPlace(VisitKind.COURSE, 1, 6),
    ]
    assert history.family_name == "Huber"
    assert history.medicines_text == "takes Lamotrigine (Dr Lee)"
    assert "Lamotrigine" not in repr(history)


@pytest.mark.parametrize(
    ("visits", "known"),
    [
        ([("latex", None)], "latex"),
        ([("latex", None), ("", None)], "latex"),  # not told again is not taken back
        ([("latex", None), ("", "")], ""),  # asked: none known
        ([("latex", "eggs"), ("", None)], "eggs"),
        ([("", None)], None),  # nobody asked: not the same as none known
        ([("", ""), ("", None)], ""),
    ],
)
def test_allergies_stand_until_somebody_asks_again(visits: list[tuple[str, str | None]], known: str | None) -> None:
    records: list[list[r.Record]] = []
    for n, (at_check_in, asked) in enumerate(visits):
        clinic = make_clinic()
        clinic.clock.advance(n * 86_400.0)
        clinic.staff()
        clinic.do(c.CheckIn(chair=2, patient=replace(PATIENT, allergies=at_check_in), protocol="general_iv"))
        if asked is not None:
            clinic.do(c.RecordAllergies(chair=2, text=asked, none_known=not asked))
        clinic.do(c.EndEarly(chair=2, reason="x"))
        records.append(clinic.records)
    history = patient_history([told(one) for one in records])
    assert history is not None
    assert history.allergies == known


def test_the_baseline_s_own_readings_are_no_peak(whole: list[r.Record]) -> None:
    taken = next(one for one in whole if isinstance(one, r.BaselineTaken)).baseline
    low = replace(taken.readings[0], sys=100, measured_mono_ns=1)
    assert peak([*taken.readings, low], taken) == low
    assert peak(taken.readings, taken) == taken.readings[0]
    assert peak([], taken) is None
    assert peak([low, taken.readings[0]], None) == taken.readings[0]
