"""Each rung of the ladder with each of its conditions, at and just beyond its edge."""

import pytest

from nursestation.core import commands as c
from nursestation.core.model import Baseline, ChartKind, CuffReading, Grade, Provenance
from nursestation.core.spikes import crossing
from tests.helpers.visit import Clinic, load_protocol, make_clinic

RULES = {rule.grade: rule for rule in load_protocol().bp.flags}


def reading(sys: int, dia: int, mean: int | None = 90) -> CuffReading:
    return CuffReading(sys, dia, mean, None, 0, 0, Provenance.DEVICE, "monitor")


def baseline(sys: int, dia: int) -> Baseline:
    return Baseline(sys, dia, None, None, None, None, ())


HIGH = baseline(400, 400)  # so high that no relative condition holds
LOW_BASE = baseline(100, 60)


@pytest.mark.parametrize(
    ("grade", "base", "at", "beside", "why"),
    [
        (Grade.WATCH, HIGH, (140, 60), (139, 60), "systolic 140 or more"),
        (Grade.WATCH, HIGH, (100, 90), (100, 89), "diastolic 90 or more"),
        (Grade.WATCH, LOW_BASE, (120, 60), (119, 60), "systolic 20 % or more above baseline"),
        (Grade.SPIKE, HIGH, (160, 60), (159, 60), "systolic 160 or more"),
        (Grade.SPIKE, HIGH, (100, 100), (100, 99), "diastolic 100 or more"),
        (Grade.SPIKE, baseline(120, 70), (145, 70), (144, 70), "systolic 25 mmHg or more above baseline"),
        (Grade.SPIKE, baseline(120, 70), (120, 85), (120, 84), "diastolic 15 mmHg or more above baseline"),
        (Grade.SPIKE, baseline(80, 60), (104, 60), (103, 60), "systolic 30 % or more above baseline"),
        (Grade.SEVERE, HIGH, (180, 60), (179, 60), "systolic 180 or more"),
        (Grade.SEVERE, HIGH, (100, 110), (100, 109), "diastolic 110 or more"),
        (Grade.SEVERE, LOW_BASE, (140, 60), (139, 60), "systolic 40 mmHg or more above baseline"),
        (Grade.SEVERE, LOW_BASE, (100, 85), (100, 84), "diastolic 25 mmHg or more above baseline"),
        (Grade.CRISIS, HIGH, (200, 60), (199, 60), "systolic 200 or more"),
        (Grade.CRISIS, HIGH, (100, 120), (100, 119), "diastolic 120 or more"),
        (Grade.LOW, baseline(100, 60), (89, 60), (90, 60), "systolic below 90"),
        (Grade.LOW, baseline(130, 60), (91, 60), (92, 60), "systolic 30 % or more below baseline"),
    ],
)
def test_a_rung_is_reached_exactly_at_its_edge(
    grade: Grade, base: Baseline, at: tuple[int, int], beside: tuple[int, int], why: str
) -> None:
    assert crossing(RULES[grade], reading(*at), base) == why
    assert crossing(RULES[grade], reading(*beside), base) == ""


def test_the_mean_counts_where_the_monitor_gives_one() -> None:
    assert crossing(RULES[Grade.LOW], reading(95, 40, 59), None) == "mean 59 below 60"
    assert crossing(RULES[Grade.LOW], reading(95, 40, 60), None) == ""
    assert crossing(RULES[Grade.LOW], reading(95, 40, None), None) == ""


def test_without_a_baseline_only_absolute_conditions_hold() -> None:
    assert crossing(RULES[Grade.SEVERE], reading(179, 109), None) == ""
    assert crossing(RULES[Grade.SEVERE], reading(179, 109), baseline(120, 70)) != ""


def infusing(base: tuple[int, int] = (124, 76)) -> Clinic:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.take_baseline((base, base))
    clinic.run(1)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    return clinic


@pytest.mark.parametrize(
    ("sys", "dia", "grade", "priority"),
    [
        (149, 80, Grade.SPIKE, "medium"),
        (148, 80, Grade.WATCH, "low"),
        (182, 111, Grade.SEVERE, "high"),
        (164, 80, Grade.SEVERE, "high"),
        (201, 100, Grade.CRISIS, "high"),
        (86, 61, Grade.LOW, "medium"),
        (79, 61, Grade.LOW, "high"),
    ],
)
def test_the_highest_rung_raises_one_flag(sys: int, dia: int, grade: Grade, priority: str) -> None:
    clinic = infusing()
    clinic.cuff(sys, dia)
    (flag,) = clinic.visit.flags
    assert (flag.grade, flag.priority.value) == (grade, priority)
    (condition,) = clinic.view.conditions
    assert (condition.rule, condition.priority.value, condition.metric) == (f"bp.{grade}", priority, "nibp_sys")
    assert clinic.view.cuff.priority == flag.priority


def test_a_flag_says_how_far_above_the_baseline() -> None:
    clinic = infusing()
    clinic.cuff(182, 111)
    assert clinic.visit.flags[0].because == "182/111, 47 % above baseline 124/76 (systolic 180 or more)"
    assert clinic.view.conditions[0].text == "BP severe 182/111, 47 % above baseline 124/76; repeat asked for"
    assert clinic.view.cuff.percent_over_baseline == pytest.approx(46.77, abs=0.01)


def test_before_the_start_high_pressure_is_the_gates_matter() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.take_baseline(((150, 95), (165, 101)))
    assert clinic.visit.flags == ()
    clinic.cuff(181, 100)
    assert [flag.grade for flag in clinic.visit.flags] == [Grade.SEVERE]


def test_before_the_start_low_pressure_still_flags() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.cuff(85, 50)
    assert [flag.grade for flag in clinic.visit.flags] == [Grade.LOW]
    assert clinic.visit.flags[0].because == "85/50, no baseline taken (systolic below 90)"


def test_a_symptom_on_severe_pressure_is_a_crisis() -> None:
    clinic = infusing()
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Chest pain"))
    clinic.cuff(182, 100)
    (flag,) = clinic.visit.flags
    assert flag.grade is Grade.CRISIS
    assert flag.because.endswith("(systolic 180 or more, with chest pain)")


def test_a_symptom_on_a_spike_is_none() -> None:
    clinic = infusing()
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Chest pain"))
    clinic.cuff(161, 80)
    assert [flag.grade for flag in clinic.visit.flags] == [Grade.SPIKE]


def test_a_symptom_charted_while_severe_makes_a_crisis_of_it() -> None:
    clinic = infusing()
    clinic.cuff(182, 100)
    clinic.run(60)
    clinic.cuff(183, 100)
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Sudden severe headache"))
    severe, crisis = clinic.visit.flags
    assert not severe.is_present
    assert (crisis.grade, crisis.outcome.value) == (Grade.CRISIS, "confirmed")
    (condition,) = clinic.view.conditions
    assert condition.rule == "bp.crisis"
    assert "with sudden severe headache" in condition.text


def test_a_symptom_that_is_over_no_longer_counts() -> None:
    clinic = infusing()
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Chest pain"))
    clinic.do(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[0].id))
    clinic.cuff(182, 100)
    assert clinic.visit.flags[0].grade is Grade.SEVERE


def test_words_for_a_reading_below_the_baseline() -> None:
    clinic = infusing()
    clinic.cuff(85, 55)
    assert clinic.visit.flags[0].because.startswith("85/55, 31 % below baseline 124/76")
