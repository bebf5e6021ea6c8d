"""Proof of watching: what was covered, what was missed, who was there."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import NS_PER_S
from devices.events import Validity
from nursestation.core import commands as c
from nursestation.core import watching
from nursestation.core.model import Phase
from nursestation.core.snapshot import WatchingView
from nursestation.core.station import StationFault
from tests.helpers.visit import CALM, NURSE, NURSE_PIN, Clinic, make_clinic
from tests.unit.core.test_restore import restarted

SILENT = {"heart_rate": 72.0, "pulse_rate": 72.0, "resp_rate": 14.0}


@pytest.fixture
def clinic() -> Clinic:
    """A patient whose baseline has just begun, at second 0 of the watch."""
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    return clinic


def run(clinic: Clinic, seconds: float, without: str = "") -> None:
    """Let time pass with a value of each vital sign every 5 s, but for one."""
    passed = 0.0
    while passed < seconds:
        clinic.clock.advance(5)
        passed += 5
        for metric, value in CALM.items():
            if metric != without:
                clinic.numeric(metric, value)
        clinic.tick()


def covered(watching: WatchingView) -> dict[str, tuple[float, float]]:
    return {metric: (fraction, gap_s) for metric, fraction, gap_s in watching.coverage}


def test_nothing_is_watched_before_the_baseline() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    run(clinic, 60)
    watching = clinic.visit.watching
    assert watching.began is None
    assert watching.coverage == ()
    assert (watching.n_minutes, watching.gaps) == (0, ())
    assert [name for name, _, _ in watching.signed_in] == ["R. Alvarez RN"]


def test_a_gap_that_ends_within_the_last_second_is_told_by_whole_seconds(clinic: Clinic) -> None:
    run(clinic, 60)
    clinic.clock.advance(60.4)
    clinic.numeric("spo2", 98.0)
    watching = clinic.visit.watching
    assert covered(watching)["spo2"] == (0.5, 60.0)
    assert watching.n_minutes == 2


def test_a_stretch_with_values_is_covered(clinic: Clinic) -> None:
    run(clinic, 120)
    assert covered(clinic.visit.watching)["spo2"] == (1.0, 0.0)
    assert (clinic.visit.watching.n_minutes, clinic.visit.watching.gaps) == (2, ((), (), (), ()))


def test_a_break_longer_than_the_protocol_allows_is_a_gap_from_end_to_end(clinic: Clinic) -> None:
    run(clinic, 60)
    run(clinic, 40, without="spo2")  # the next value comes 45 s after the last
    run(clinic, 80)
    found = covered(clinic.visit.watching)
    assert found["spo2"] == (pytest.approx(1 - 45 / 180), 45.0)
    assert found["heart_rate"] == (1.0, 0.0)
    assert (clinic.visit.watching.n_minutes, clinic.visit.watching.gaps[1]) == (3, ((1, 2),))


def test_a_short_break_is_none(clinic: Clinic) -> None:
    run(clinic, 60)
    run(clinic, 25, without="spo2")
    run(clinic, 95)
    assert covered(clinic.visit.watching)["spo2"] == (1.0, 0.0)


def test_a_gap_counts_while_it_lasts(clinic: Clinic) -> None:
    run(clinic, 60)
    run(clinic, 60, without="resp_rate")
    assert covered(clinic.visit.watching)["resp_rate"] == (pytest.approx(0.5), 60.0)


def test_the_time_before_the_first_value_is_a_gap(clinic: Clinic) -> None:
    run(clinic, 55, without="spo2")
    run(clinic, 60)
    assert covered(clinic.visit.watching)["spo2"][1] == 60.0


def test_a_doubted_value_and_one_by_hand_cover_nothing(clinic: Clinic) -> None:
    run(clinic, 60)
    for _ in range(12):
        run(clinic, 5, without="spo2")
        clinic.numeric("spo2", 97.0, Validity.QUESTIONABLE)
    clinic.do(c.EnterVitals(chair=2, values=(("spo2", 97.0),)))
    assert covered(clinic.visit.watching)["spo2"] == (pytest.approx(0.5), 60.0)


def test_the_pulse_stands_for_the_heart_rate(clinic: Clinic) -> None:
    run(clinic, 120, without="heart_rate")
    assert covered(clinic.visit.watching)["heart_rate"] == (1.0, 0.0)


def test_readings_are_counted_beside_the_plan(clinic: Clinic) -> None:
    run(clinic, 60)
    clinic.cuff(124, 76)
    run(clinic, 120)
    clinic.cuff(124, 76)
    clinic.do(c.TakeBaseline(chair=2))
    run(clinic, 120)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    run(clinic, 360)
    clinic.cuff(126, 78)
    watching = clinic.visit.watching
    # five minutes of baseline and six of infusion, one reading planned every five minutes
    assert (watching.cuffs_planned, watching.cuffs_taken, watching.cuffs_failed) == (2, 3, 0)
    assert watching.longest_cuff_gap_s == 480
    assert covered(watching)["nibp_sys"] == (1.0, 480)


def test_the_pressure_is_not_covered_while_a_reading_is_overdue(clinic: Clinic) -> None:
    clinic.cuff(124, 76)
    run(clinic, 600)  # due after 5 min, overdue after 8
    found = covered(clinic.visit.watching)["nibp_sys"]
    assert found == (pytest.approx(0.8), 600)
    assert (clinic.visit.watching.n_minutes, clinic.visit.watching.gaps[3]) == (10, ((8, 10),))


@pytest.mark.parametrize(
    ("protocol", "planned", "overdue_s"),
    [
        ("depression_iv", 1, 300),  # one is due as the infusion ends, and overdue three minutes later
        ("im_injection", 0, 0),  # the last one holds for ten minutes
    ],
)
def test_after_the_end_the_plan_asks_at_once_for_a_reading(protocol: str, planned: int, overdue_s: float) -> None:
    clinic = make_clinic()
    clinic.start(protocol, every_s=5)
    before = clinic.visit.watching
    if protocol == "depression_iv":
        clinic.do(c.StopInfusion(chair=2, reason="tried"))
    run(clinic, 480)
    after = clinic.visit.watching
    assert after.cuffs_planned - before.cuffs_planned == planned
    assert after.began is not None
    whole_s = (clinic.clock.now().mono_ns - after.began.mono_ns) / NS_PER_S
    assert (1 - covered(after)["nibp_sys"][0]) * whole_s == pytest.approx(overdue_s)


def test_an_acknowledgement_is_an_answer_once(clinic: Clinic) -> None:
    run(clinic, 60)
    clinic.run(40, {"spo2": 82.0})
    raised = next(view for view in clinic.view.conditions if view.rule == "limit.spo2.low")
    clinic.do(c.Acknowledge(chair=2, condition_id=raised.id))
    answered_s = (clinic.clock.now().mono_ns - raised.raised.mono_ns) / NS_PER_S
    clinic.run(60, {"spo2": 74.0})  # so much worse that it asks again
    assert not clinic.view.conditions[0].acknowledged
    clinic.do(c.Acknowledge(chair=2, condition_id=raised.id))
    watching = clinic.visit.watching
    assert watching.alarms == 1
    assert watching.median_response_s == watching.slowest_response_s == answered_s


def test_an_alarm_of_the_station_is_none_of_the_visit(clinic: Clinic) -> None:
    clinic.apply(StationFault(id="store", text="The disk is full."))
    run(clinic, 60)
    assert clinic.station.snapshot(clinic.clock.now()).conditions
    assert clinic.visit.watching.alarms == 0


def test_who_was_signed_in_is_told_with_the_breaks(clinic: Clinic) -> None:
    run(clinic, 60)
    out = clinic.clock.now()
    clinic.do(c.SignOut())
    run(clinic, 60)
    back = clinic.clock.now()
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    opened = clinic.visit.opened
    assert clinic.visit.watching.signed_in == (
        ("R. Alvarez RN", opened, out),
        ("R. Alvarez RN", back, None),
    )


def test_a_run_that_ended_without_a_word_is_signed_in_until_it_was_last_heard(clinic: Clinic) -> None:
    run(clinic, 60)
    last = clinic.clock.now()
    new = restarted(clinic, after_s=90)
    (_, _, until) = new.visit.watching.signed_in[0]
    assert until is not None
    assert until.utc_ns == last.utc_ns
    new.run(5)
    assert covered(new.visit.watching)["spo2"][1] == 91.0


def test_watching_ends_when_the_patient_is_ready(clinic: Clinic) -> None:
    run(clinic, 60)
    clinic.cuff(124, 76)
    run(clinic, 120)
    clinic.cuff(124, 76)
    clinic.do(c.TakeBaseline(chair=2))
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"), c.StopInfusion(chair=2, reason="tried"))
    run(clinic, 900)
    clinic.cuff(124, 76)
    clinic.do(c.MarkReady(chair=2))
    assert clinic.visit.phase is Phase.READY
    before = clinic.visit.watching
    run(clinic, 300, without="spo2")
    assert clinic.visit.watching == before
    assert covered(before)["spo2"] == (1.0, 0.0)


def test_a_look_is_made_anew_only_when_something_changed(clinic: Clinic) -> None:
    run(clinic, 60)
    before = clinic.visit.watching
    clinic.clock.advance(0.4)
    clinic.tick()
    assert clinic.visit.watching is before
    clinic.clock.advance(0.7)
    clinic.tick()
    assert clinic.visit.watching.longest_cuff_gap_s == before.longest_cuff_gap_s + 1


@given(st.lists(st.tuples(st.integers(-90, 600), st.integers(1, 200)), max_size=12))
def test_minutes_that_a_gap_lies_in_are_told_as_stretches_apart(gaps_s: list[tuple[int, int]]) -> None:
    began_ns = 7 * NS_PER_S
    gaps = [(began_ns + at * NS_PER_S, began_ns + (at + length) * NS_PER_S) for at, length in gaps_s]
    found = watching._minutes(gaps, began_ns)
    told = [minute for first, behind in found for minute in range(first, behind)]
    missed = {second // 60 for at, length in gaps_s for second in range(max(0, at), at + length)}
    assert told == sorted(missed)
    assert all(behind < first for (_, behind), (first, _) in pairwise(found))
