import pytest

from nursestation.core import commands as c
from tests.helpers.visit import Clinic, handed_over, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def due(clinic: Clinic) -> float | None:
    return clinic.view.cuff.due_in_s


def test_check_in_plans_nothing_and_the_baseline_every_five_minutes(clinic: Clinic) -> None:
    clinic.staff()
    clinic.check_in()
    clinic.wait(600)
    assert due(clinic) is None
    clinic.do(c.BeginBaseline(chair=2))
    assert due(clinic) == 300
    clinic.wait(60)
    clinic.cuff(120, 70)
    assert due(clinic) == 300


def test_the_infusion_is_closer_at_first(clinic: Clinic) -> None:
    clinic.start()
    clinic.cuff(124, 76)
    assert due(clinic) == 300
    clinic.wait(1199)
    clinic.cuff(124, 76)
    assert due(clinic) == 300
    clinic.wait(1)
    assert due(clinic) == 599


def test_a_reading_is_due_as_the_infusion_ends_and_then_every_fifteen_minutes(clinic: Clinic) -> None:
    clinic.start()
    clinic.cuff(124, 76)
    clinic.wait(60)
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    assert due(clinic) == 0
    clinic.wait(30)
    assert due(clinic) == -30
    clinic.cuff(124, 76)
    assert due(clinic) == 900


def test_after_an_injection_the_plan_counts_from_the_last_reading(clinic: Clinic) -> None:
    clinic.start("im_injection")
    assert due(clinic) == 600 - 5


def test_a_flag_brings_the_next_reading_closer(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(1500)
    clinic.cuff(152, 80)
    assert due(clinic) == 120
    clinic.run(60)
    clinic.cuff(153, 80)
    assert due(clinic) == 300


def test_the_plan_of_the_moment_is_told(clinic: Clinic) -> None:
    def every() -> float | None:
        return clinic.view.cuff.every_min

    assert every() is None  # nobody sits there
    clinic.start()
    assert every() == 5
    clinic.wait(1500)
    assert every() == 10
    clinic.cuff(182, 111)  # a spike is watched closer
    assert every() == 5


def test_a_watch_flag_does_not_once_it_is_confirmed(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(1500)
    clinic.cuff(142, 80)
    assert due(clinic) == 300
    clinic.run(60)
    clinic.cuff(143, 80)
    assert due(clinic) == 600


def test_nothing_is_due_in_a_closed_visit() -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.run(60)
    clinic.cuff(165, 90)
    clinic.do(handed_over("transferred"))
    clinic.wait(1200)
    assert (clinic.view.cuff.due_in_s, clinic.view.cuff.is_overdue) == (None, False)
