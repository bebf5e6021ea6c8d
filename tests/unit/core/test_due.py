"""What is due next, over all chairs."""

from dataclasses import replace

import pytest

from devices.clock import NS_PER_S, ManualClock
from nursestation.core import commands as c
from nursestation.core.model import ChartKind, ConfirmedHow, Phase, ScoreKind, TimedStep
from nursestation.core.presets import AlarmPreset, Rounds
from nursestation.core.protocols import Protocol, ScorePlan
from nursestation.core.snapshot import DueKind, DueView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    CALM,
    DRIVER,
    HOUR_NS,
    PATIENT,
    START,
    Clinic,
    PlainPins,
    binding,
    load_protocol,
    make_clinic,
)

SCORED = (ScorePlan(kind=ScoreKind.MOAAS, phases=(Phase.INFUSION, Phase.OBSERVATION), every_min=15),)


def with_scores() -> Protocol:
    return load_protocol().model_copy(update={"scores": SCORED})


def due(clinic: Clinic) -> dict[DueKind, DueView]:
    """Return what is due by kind; each kind once."""
    views = clinic.station.snapshot(clinic.clock.now()).due
    found = {view.kind: view for view in views}
    assert len(found) == len(views)
    assert [view.due_in_s for view in views] == sorted(view.due_in_s for view in views)
    return found


@pytest.fixture
def clinic() -> Clinic:
    """An infusion that has just begun."""
    clinic = make_clinic(protocols=[with_scores()])
    clinic.start(every_s=5)
    return clinic


def test_nothing_is_due_at_a_free_chair() -> None:
    assert due(make_clinic()) == {}


def test_fasting_clocks_are_due_until_they_turn() -> None:
    clinic = make_clinic()
    clinic.staff()
    now = clinic.clock.now().utc_ns
    clinic.do(
        c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"),
        c.RecordFasting(chair=2, last_food_utc_ns=now - 5 * HOUR_NS, last_drink_utc_ns=now - 3 * HOUR_NS),
    )
    assert due(clinic)[DueKind.FOOD].due_in_s == 3600
    assert DueKind.DRINK not in due(clinic)


def test_an_infusion_has_its_end_its_cuff_and_its_score(clinic: Clinic) -> None:
    clinic.run(60, every_s=5)
    found = due(clinic)
    assert found[DueKind.INFUSION_END].due_in_s == (clinic.visit.protocol.planned_min - 1) * 60
    assert found[DueKind.SCORE].due_in_s == 14 * 60
    assert found[DueKind.SCORE].what == "MOAA/S"
    assert found[DueKind.CUFF].due_in_s == clinic.view.cuff.due_in_s


def test_a_pause_holds_the_end_back(clinic: Clinic) -> None:
    clinic.run(60, every_s=5)
    clinic.do(c.PauseInfusion(chair=2))
    clinic.run(120, every_s=5)
    assert due(clinic)[DueKind.INFUSION_END].due_in_s == (clinic.visit.protocol.planned_min - 1) * 60


def test_a_score_is_due_so_long_after_the_last(clinic: Clinic) -> None:
    clinic.run(600, every_s=5)
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=4))
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=2))
    clinic.run(60, every_s=5)
    assert due(clinic)[DueKind.SCORE].due_in_s == 14 * 60
    clinic.run(15 * 60, every_s=5)
    assert due(clinic)[DueKind.SCORE].is_overdue


def test_a_flag_asks_for_the_repeat(clinic: Clinic) -> None:
    clinic.cuff(182, 111)
    found = due(clinic)
    assert DueKind.CUFF not in found
    assert found[DueKind.REPEAT_CUFF].due_in_s == clinic.view.cuff.due_in_s


def test_observation_has_its_minimum_its_end_and_what_is_still_open(clinic: Clinic) -> None:
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Dizzy"))
    (dizzy,) = [entry.id for entry in clinic.visit.chart if entry.text == "Dizzy"]
    clinic.do(c.ResolveChart(chair=2, entry_id=dizzy))
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(60, every_s=5)
    found = due(clinic)
    assert found[DueKind.OBSERVATION_MINIMUM].due_in_s == 14 * 60
    assert found[DueKind.OBSERVATION_END].due_in_s == 29 * 60
    assert found[DueKind.SIDE_EFFECT].what == "Nausea still open"
    assert found[DueKind.SIDE_EFFECT].due_in_s == 59 * 60
    clinic.run(15 * 60, every_s=5)
    assert DueKind.OBSERVATION_MINIMUM not in due(clinic)


def test_a_corrected_stop_moves_what_hangs_on_it(clinic: Clinic) -> None:
    clinic.run(600, every_s=5)
    stopped = clinic.clock.now()
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(60, every_s=5)
    clinic.do(
        c.CorrectTime(
            chair=2, what=TimedStep.INFUSION_STOPPED, at_utc_ns=stopped.utc_ns - 120 * NS_PER_S, reason="seen late"
        )
    )
    found = due(clinic)
    assert found[DueKind.OBSERVATION_MINIMUM].due_in_s == 12 * 60
    assert found[DueKind.OBSERVATION_END].due_in_s == 27 * 60


def test_a_driver_is_due_until_seen_at_hand_over(clinic: Clinic) -> None:
    expected = clinic.clock.now().utc_ns + 1800 * NS_PER_S
    clinic.do(c.NameDriver(chair=2, driver=replace(DRIVER, expected_utc_ns=expected)))
    assert due(clinic)[DueKind.DRIVER].due_in_s == 1800
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.BY_PHONE))
    assert DueKind.DRIVER in due(clinic)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON))
    assert DueKind.DRIVER not in due(clinic)


def two_chairs(clash_min: float = 2) -> Clinic:
    """Two infusions that were started 60 s apart."""
    setups = (ChairSetup(number=1, monitors=(binding("1:berry"),)), ChairSetup(number=2, monitors=(binding(),)))
    preset = AlarmPreset(rounds=Rounds(clash_min=clash_min))
    clinic = Clinic(station=Station(setups, [load_protocol()], PlainPins(), "0.1.0", preset), clock=ManualClock(START))
    clinic.staff()
    for number, monitor in ((1, "1:berry"), (2, "2:berry_pm6750")):
        clinic.chair, clinic.monitor = number, monitor
        clinic.check_in(patient=replace(PATIENT, record_number=f"MRN-{number}"))
        clinic.take_baseline(every_s=5)
        clinic.run(5)
        clinic.do(c.StartInfusion(chair=number, dose_text="36 mg"))
        if number == 1:
            clinic.run(60, every_s=5)
    return clinic


@pytest.mark.parametrize(("clash_min", "clashes"), [(4, (2,)), (3, ())])
def test_hands_needed_at_two_chairs_at_once_clash(clash_min: float, clashes: tuple[int, ...]) -> None:
    clinic = two_chairs(clash_min)
    views = clinic.station.snapshot(clinic.clock.now()).due
    end = {view.chair: view for view in views if view.kind is DueKind.INFUSION_END}
    assert 180 < end[2].due_in_s - end[1].due_in_s < 240  # the second chair's baseline took that long
    assert end[1].clashes_with == clashes


def test_what_is_late_needs_hands_now_however_late_it_is() -> None:
    clinic = two_chairs()
    for _ in range(240):
        clinic.clock.advance(5)
        for clinic.monitor in ("1:berry", "2:berry_pm6750"):
            for metric, value in CALM.items():
                clinic.numeric(metric, value)
        clinic.tick()
    views = clinic.station.snapshot(clinic.clock.now()).due
    cuffs = {view.chair: view for view in views if view.kind is DueKind.CUFF}
    assert cuffs[2].due_in_s - cuffs[1].due_in_s > 120
    assert (cuffs[1].clashes_with, cuffs[2].clashes_with) == ((2,), (1,))


def test_what_needs_no_hands_clashes_with_nothing() -> None:
    clinic = two_chairs(30)
    expected = clinic.clock.now().utc_ns + 2400 * NS_PER_S
    clinic.do(c.NameDriver(chair=2, driver=replace(DRIVER, expected_utc_ns=expected)))
    (driver,) = [v for v in clinic.station.snapshot(clinic.clock.now()).due if v.kind is DueKind.DRIVER]
    assert driver.clashes_with == ()
