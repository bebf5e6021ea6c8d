"""No breath: from a breathing rate of 0, or from the monitor's own alarm."""

import pytest

from devices.clock import NS_PER_S
from devices.events import AdmissionState, AlarmKind, AlarmMeaning, DeviceAlarm, DevicePatient, Mode, Priority, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from tests.helpers.visit import CALM, Clinic, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(5)
    clinic.records.clear()
    return clinic


def breathe(clinic: Clinic, seconds: int, rate: float | None, validity: Validity | None = None) -> None:
    """Give a breathing rate once a second, beside calm vitals."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in CALM.items():
            if metric == "resp_rate":
                clinic.numeric(metric, rate, validity)
            else:
                clinic.numeric(metric, value)
        clinic.tick()


def say(
    clinic: Clinic,
    text: str = "NO BREATH",
    *,
    active: bool = True,
    meaning: AlarmMeaning | None = AlarmMeaning.APNOEA,
    kind: AlarmKind = AlarmKind.PHYSIOLOGICAL,
) -> None:
    at = clinic.clock.now().mono_ns
    clinic.event(
        DeviceAlarm(t_ns=at, kind=kind, priority=Priority.HIGH, code="co2", text=text, active=active, meaning=meaning)
    )


def rules(clinic: Clinic) -> list[str]:
    return [condition.rule for condition in clinic.view.conditions]


def test_a_rate_of_nothing_for_the_presets_time_is_no_breath(clinic: Clinic) -> None:
    breathe(clinic, 3, 0.0)
    assert rules(clinic) == []
    breathe(clinic, 1, 0.0)
    (condition,) = clinic.view.conditions
    assert (condition.rule, condition.priority, condition.text, condition.value) == (
        "apnoea", Priority.HIGH, "NO BREATH: the monitor shows a breathing rate of 0", 0.0,
    )  # fmt: skip
    (raised,) = clinic.of(r.ConditionRaised)
    now_ns = clinic.clock.now().mono_ns
    assert (raised.preset, raised.cause_ns, raised.since_ns) == ("Built-in preset", now_ns, now_ns - 3 * NS_PER_S)
    assert raised.quality == "valid, as the monitor says"


def test_a_single_breath_begins_the_time_anew(clinic: Clinic) -> None:
    for _ in range(3):
        breathe(clinic, 3, 0.0)
        breathe(clinic, 1, 9.0)
    assert rules(clinic) == []


def test_a_rate_of_nothing_is_never_a_low_rate(clinic: Clinic) -> None:
    breathe(clinic, 14, 5.0)
    breathe(clinic, 3, 0.0)
    assert rules(clinic) == [], "15 s under the limit, the last three of them without a breath"
    breathe(clinic, 1, 0.0)
    assert [one.rule for one in clinic.of(r.ConditionRaised)] == ["apnoea"]


def test_it_takes_the_place_of_a_low_rate_that_is_told_already(clinic: Clinic) -> None:
    breathe(clinic, 16, 5.0)
    assert rules(clinic) == ["limit.resp_rate.low"]
    breathe(clinic, 3, 0.0)
    assert clinic.view.conditions[0].text == "RR 5 < 8"
    breathe(clinic, 1, 0.0)
    assert rules(clinic) == ["apnoea"]


@pytest.mark.parametrize("text", ["NO BREATH", "Apnoe", "呼吸暂停"])
def test_the_monitors_own_alarm_is_taken_at_its_word(clinic: Clinic, text: str) -> None:
    say(clinic, text)
    (condition,) = clinic.view.conditions
    assert (condition.rule, condition.priority, condition.text) == (
        "apnoea", Priority.HIGH, f"NO BREATH: the monitor alarms {text!r}",
    )  # fmt: skip
    assert condition.cause_ns == clinic.clock.now().mono_ns
    assert clinic.of(r.ConditionRaised)[0].quality == "the monitor's own alarm"


@pytest.mark.parametrize("text", ["RR LOW", "APNEA"])
def test_a_text_alone_says_nothing(clinic: Clinic, text: str) -> None:
    say(clinic, text, meaning=None)
    assert rules(clinic) == []
    (told,) = clinic.of(r.MonitorAlarm)
    assert told.meaning is None


def test_what_the_alarm_means_is_in_the_record_of_it(clinic: Clinic) -> None:
    say(clinic)
    say(clinic)
    (told,) = clinic.of(r.MonitorAlarm)
    assert told.meaning is AlarmMeaning.APNOEA


def test_it_ends_when_breathing_has_been_seen_for_a_while(clinic: Clinic) -> None:
    say(clinic)
    breathe(clinic, 10, 12.0)
    assert rules(clinic) == ["apnoea"]  # the monitor alarms still
    say(clinic, active=False)
    breathe(clinic, 3, 12.0)
    breathe(clinic, 1, 0.0)
    breathe(clinic, 5, 12.0)
    assert rules(clinic) == ["apnoea"]
    breathe(clinic, 1, 12.0)
    assert rules(clinic) == []


def test_doubted_and_played_rates_are_no_breath_to_judge(clinic: Clinic) -> None:
    breathe(clinic, 25, 0.0, Validity.QUESTIONABLE)
    assert rules(clinic) == []
    for _ in range(25):
        clinic.clock.advance(1)
        clinic.numeric("resp_rate", 0.0, mode=Mode.DEMO)
        clinic.tick()
    assert "apnoea" not in rules(clinic)
    say(clinic)
    assert "apnoea" not in rules(clinic)


def test_a_monitor_that_names_another_patient_is_not_heeded(clinic: Clinic) -> None:
    at = clinic.clock.now().mono_ns
    clinic.event(DevicePatient(t_ns=at, admission=AdmissionState.ADMITTED, patient_id="4711"))
    say(clinic)
    assert rules(clinic) == ["monitor.patient"]


def test_a_lost_rate_does_not_end_it_before_it_is_told(clinic: Clinic) -> None:
    say(clinic)
    say(clinic, active=False)
    breathe(clinic, 10, None)
    assert rules(clinic) == ["apnoea"]
    breathe(clinic, 1, None)
    assert rules(clinic) == ["apnoea", "data.lost"]
    breathe(clinic, 4, None)
    assert rules(clinic) == ["data.lost"]


def test_a_silent_monitors_alarm_is_not_claimed(clinic: Clinic) -> None:
    say(clinic)
    clinic.wait(4)
    assert rules(clinic) == ["apnoea"]
    clinic.wait(2)
    assert rules(clinic) == ["apnoea", "link.lost"], "red does not turn to a low priority because a cable fell out"
    clinic.wait(10)
    assert rules(clinic) == ["link.lost"]


def test_an_alarm_is_heard_before_the_first_number_of_a_monitor_that_is_back(clinic: Clinic) -> None:
    for _ in range(6):
        clinic.wait(1)
    say(clinic)
    assert rules(clinic) == ["apnoea", "link.lost"]


def test_an_alarm_of_before_the_link_was_lost_counts_again_with_the_numbers(clinic: Clinic) -> None:
    say(clinic)
    for _ in range(16):
        clinic.wait(1)
    clinic.wave()
    clinic.tick()
    assert rules(clinic) == ["link.lost"], "it may be over"
    breathe(clinic, 1, 12.0)
    assert rules(clinic) == ["apnoea"]


def test_it_is_not_judged_while_sensors_are_being_put_on() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    say(clinic)
    breathe(clinic, 25, 0.0)
    assert "apnoea" not in rules(clinic)
    clinic.do(c.BeginBaseline(chair=2))
    clinic.tick()
    assert "apnoea" in rules(clinic)


def test_the_low_limit_does_not_stand_beside_it(clinic: Clinic) -> None:
    say(clinic)
    breathe(clinic, 60, 4.0)
    assert rules(clinic) == ["apnoea"]
    say(clinic, active=False)
    breathe(clinic, 6, 4.0)
    breathe(clinic, 16, 4.0)
    assert rules(clinic) == ["limit.resp_rate.low"]
