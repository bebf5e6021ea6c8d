import pytest

from devices.events import Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.protocols import Protocol
from tests.helpers.visit import Clinic, load_protocol, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    return clinic


def read_at(clinic: Clinic, *readings: tuple[float, int, int]) -> None:
    """Give cuff readings at these seconds from now."""
    start = clinic.clock.now().mono_ns
    for at_s, sys, dia in readings:
        clinic.wait(at_s - (clinic.clock.now().mono_ns - start) / 1e9)
        clinic.cuff(sys, dia)


def taken(clinic: Clinic) -> list[tuple[int, int]]:
    clinic.do(c.TakeBaseline(chair=2))
    return [(reading.sys, reading.dia) for reading in clinic.visit.baseline.readings]


@pytest.mark.parametrize(
    ("seconds", "is_ready"),
    [
        ((0, 59), False),
        ((0, 60), True),
        ((0, 300), True),
        ((0, 301), False),
        ((0, 30, 60), True),  # the one between is passed over
        ((0, 120, 600), True),  # the newest set that keeps the rule
        ((0, 400, 401), False),
    ],
)
def test_readings_one_to_five_minutes_apart_make_a_baseline(
    clinic: Clinic, seconds: tuple[int, ...], is_ready: bool
) -> None:
    read_at(clinic, *((at_s, 124, 76) for at_s in seconds))
    assert (clinic.visit.baseline_ready == "") is is_ready
    if is_ready:
        clinic.do(c.TakeBaseline(chair=2))
    else:
        assert "still needs" in clinic.refused(c.TakeBaseline(chair=2))
        assert clinic.of(r.BaselineTaken) == []


@pytest.mark.parametrize(
    ("seconds", "age_s", "missing"),
    [
        ((0, 120), 780, ""),  # the older one is just 15 min old
        ((0, 120), 781, "two cuff readings, 1 to 5 min apart (the last one is 13:01 old): 124/76 is 15:01 old"),
        ((0, 120), 900, "two cuff readings, 1 to 5 min apart (the last one is 15:00 old): 124/76 is 17:00 old"),
        (
            (0, 120),
            7200,
            "two cuff readings, 1 to 5 min apart: 124/76 is 2:02:00 old and 125/76 is 2:00:00 old",
        ),
        ((0, 120, 240), 780, ""),  # the two newer ones are new enough
        ((0, 300), 600, ""),
        ((0, 300), 601, "two cuff readings, 1 to 5 min apart (the last one is 10:01 old): 124/76 is 15:01 old"),
    ],
)
def test_a_reading_that_is_too_old_is_no_evidence(
    clinic: Clinic, seconds: tuple[int, ...], age_s: int, missing: str
) -> None:
    read_at(clinic, *((at_s, 124 + n, 76) for n, at_s in enumerate(seconds)))
    clinic.wait(age_s)
    said = f"{missing}, and none over 15 min counts" if missing else ""
    assert clinic.visit.baseline_ready == said
    if missing:
        assert clinic.refused(c.TakeBaseline(chair=2)) == f"The baseline still needs {said}."
        assert clinic.of(r.BaselineTaken) == []
        clinic.cuff(130, 80)
        clinic.wait(60)
        clinic.cuff(131, 80)
        assert clinic.visit.baseline_ready == ""
    clinic.do(c.TakeBaseline(chair=2))


def test_the_readings_too_old_are_told_until_the_start(clinic: Clinic) -> None:
    read_at(clinic, (0, 124, 76), (120, 125, 76))
    assert clinic.visit.baseline_too_old == ()
    clinic.wait(781)
    assert [str(reading) for reading in clinic.visit.baseline_too_old] == ["124/76"]
    clinic.do(c.EndEarly(chair=2, reason="does not want to"))
    assert clinic.visit.baseline_too_old == ()


def test_a_protocol_that_names_no_age_takes_readings_of_any_age() -> None:
    given = load_protocol().model_dump()
    del given["bp"]["baseline_max_age_min"]
    clinic = make_clinic(protocols=[Protocol.model_validate(given)])
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    read_at(clinic, (0, 124, 76), (120, 124, 76))
    clinic.wait(7200)
    clinic.do(c.TakeBaseline(chair=2))


def test_the_newest_set_wins_and_the_median_halves_up(clinic: Clinic) -> None:
    read_at(clinic, (0, 150, 90), (120, 120, 76), (240, 125, 77))
    assert taken(clinic) == [(120, 76), (125, 77)]
    assert (clinic.visit.baseline.sys, clinic.visit.baseline.dia) == (123, 77)


def test_a_reading_that_is_too_close_is_passed_over(clinic: Clinic) -> None:
    read_at(clinic, (0, 130, 80), (40, 150, 90), (70, 126, 78))
    assert taken(clinic) == [(130, 80), (126, 78)]


def test_readings_from_check_in_do_not_count() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.cuff(120, 70)
    clinic.wait(120)
    clinic.do(c.BeginBaseline(chair=2))
    clinic.cuff(124, 76)
    assert clinic.visit.baseline_ready == "one more cuff reading in 1:00"


def test_what_is_missing_is_said_in_durations(clinic: Clinic) -> None:
    assert clinic.visit.baseline_ready == "two cuff readings, 1 to 5 min apart"
    clinic.cuff(124, 76)
    clinic.wait(20)
    assert clinic.visit.baseline_ready == "one more cuff reading in 0:40"
    clinic.wait(40)
    assert clinic.visit.baseline_ready == "one more cuff reading now"
    clinic.wait(240)
    assert clinic.visit.baseline_ready == "one more cuff reading now"
    clinic.wait(1)
    assert clinic.visit.baseline_ready == "two cuff readings, 1 to 5 min apart (the last one is 5:01 old)"


def test_outside_its_phase_no_baseline_is_ready(clinic: Clinic) -> None:
    other = make_clinic()
    other.staff()
    other.check_in()
    assert other.visit.baseline_ready == "begin the baseline first"


def test_the_other_vitals_are_those_shown_now(clinic: Clinic) -> None:
    read_at(clinic, (0, 124, 76), (120, 124, 76))
    clinic.numeric("heart_rate", 71.0)
    clinic.numeric("spo2", 97.0)
    clinic.numeric("resp_rate", None)
    clinic.do(c.TakeBaseline(chair=2))
    baseline = clinic.visit.baseline
    assert (baseline.heart_rate, baseline.spo2, baseline.resp_rate) == (71.0, 97.0, None)
    assert (baseline.mean, str(baseline)) == (92, "124/76")


def test_a_baseline_of_typed_readings_has_no_mean(clinic: Clinic) -> None:
    clinic.do(c.EnterCuffReading(chair=2, sys=120, dia=70))
    clinic.wait(90)
    clinic.do(c.EnterCuffReading(chair=2, sys=121, dia=71, pulse=70))
    clinic.do(c.TakeBaseline(chair=2))
    assert clinic.visit.baseline.mean is None
    assert clinic.of(r.CuffTaken)[0].reading.source == "R. Alvarez RN"


def test_a_doubted_value_is_no_baseline(clinic: Clinic) -> None:
    read_at(clinic, (0, 124, 76), (120, 124, 76))
    clinic.numeric("heart_rate", 140.0, Validity.QUESTIONABLE)
    clinic.numeric("spo2", 97.0)
    clinic.do(c.TakeBaseline(chair=2))
    assert (clinic.visit.baseline.heart_rate, clinic.visit.baseline.spo2) == (None, 97.0)
