from dataclasses import replace

import pytest

from devices.events import DeviceStatus, Priority, SensorStatus
from nursestation.core import commands as c
from tests.helpers.visit import CALM, Clinic, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(5)
    return clinic


def steady(clinic: Clinic, seconds: int, **vitals: float | None) -> None:
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in {**CALM, **vitals}.items():
            clinic.numeric(metric, value)
        clinic.tick()


def test_a_visit_without_alarms_has_no_spans(clinic: Clinic) -> None:
    assert clinic.visit.alarm_spans == ()


def test_an_alarm_that_stands_has_no_end_and_one_that_is_over_keeps_its_span(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=45.0)
    (span,) = clinic.visit.alarm_spans
    assert (span.metric, span.priority, span.text, span.end) == ("heart_rate", Priority.MEDIUM, "HR 45 < 50", None)
    assert span.start == clinic.clock.now()
    steady(clinic, 12)
    assert clinic.view.conditions == ()
    (over,) = clinic.visit.alarm_spans
    assert over == replace(span, end=over.end)
    assert over.end is not None
    assert over.end.mono_ns > span.start.mono_ns


def test_it_says_the_worst_of_it(clinic: Clinic) -> None:
    steady(clinic, 11, spo2=88.0)
    steady(clinic, 2, spo2=84.0)
    (span,) = clinic.visit.alarm_spans
    assert (span.priority, span.text) == (Priority.HIGH, "SpO₂ 84 < 90 %")


def test_they_stand_by_their_begin(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=45.0)
    steady(clinic, 20, spo2=84.0, heart_rate=45.0)
    steady(clinic, 20)
    clinic.cuff(190, 110)
    spans = clinic.visit.alarm_spans
    assert [span.metric for span in spans] == ["heart_rate", "spo2", "nibp_sys"]
    assert [span.start.mono_ns for span in spans] == sorted(span.start.mono_ns for span in spans)


def test_what_is_wrong_with_the_equipment_alone_is_none_of_the_patients(clinic: Clinic) -> None:
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    steady(clinic, 40, spo2=None)
    assert [condition.metric for condition in clinic.view.conditions] == ["spo2"]
    assert clinic.visit.alarm_spans == ()


def test_they_stand_after_the_end_of_the_visit(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=45.0)
    steady(clinic, 12)
    clinic.do(c.StopInfusion(chair=clinic.chair, reason="dose given"))
    assert len(clinic.visit.alarm_spans) == 1
