import pytest

from devices.events import Mode, Priority, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import CALM, Clinic, PlainPins, binding, handed_over, load_protocol, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(5)
    return clinic


def rules(clinic: Clinic) -> list[str]:
    return [condition.rule for condition in clinic.view.conditions]


def steady(clinic: Clinic, seconds: int, **vitals: float | None) -> None:
    """Give these values once a second, exactly as they are, beside calm ones."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in {**CALM, **vitals}.items():
            clinic.numeric(metric, value)
        clinic.tick()


@pytest.mark.parametrize(
    ("metric", "inside", "outside", "persist_s", "rule", "text"),
    [
        ("heart_rate", 50, 49, 10, "limit.heart_rate.low", "HR 49 < 50"),
        ("heart_rate", 120, 121, 10, "limit.heart_rate.high", "HR 121 > 120"),
        ("spo2", 90, 89, 10, "limit.spo2.low", "SpO₂ 89 < 90 %"),
        ("resp_rate", 8, 7, 15, "limit.resp_rate.low", "RR 7 < 8"),
        ("resp_rate", 30, 31, 15, "limit.resp_rate.high", "RR 31 > 30"),
    ],
)
def test_a_limit_raises_after_its_persistence(
    clinic: Clinic, metric: str, inside: float, outside: float, persist_s: int, rule: str, text: str
) -> None:
    steady(clinic, persist_s + 5, **{metric: inside})
    assert rules(clinic) == []
    steady(clinic, persist_s, **{metric: outside})
    assert rules(clinic) == []
    steady(clinic, 1, **{metric: outside})
    assert rules(clinic) == [rule]
    raised = clinic.of(r.ConditionRaised)[-1]
    assert (raised.text, raised.value, raised.metric, raised.priority) == (text, outside, metric, Priority.MEDIUM)
    assert clinic.view.numeric(metric).priority is Priority.MEDIUM


def test_a_value_back_inside_starts_the_persistence_anew(clinic: Clinic) -> None:
    for _ in range(4):
        steady(clinic, 8, spo2=88.0)
        steady(clinic, 1, spo2=93.0)
    assert rules(clinic) == []


def test_a_grave_value_raises_at_once_and_high(clinic: Clinic) -> None:
    steady(clinic, 1, spo2=86.0)
    assert rules(clinic) == []
    steady(clinic, 1, spo2=85.0)
    assert rules(clinic) == ["limit.spo2.low"]
    assert clinic.view.conditions[0].priority is Priority.HIGH


def test_it_ends_only_when_back_by_the_rearm_for_its_time(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=45.0)
    steady(clinic, 20, heart_rate=51.0)  # inside, but not by 2
    assert rules(clinic) == ["limit.heart_rate.low"]
    steady(clinic, 5, heart_rate=52.0)
    assert rules(clinic) == ["limit.heart_rate.low"]
    steady(clinic, 1, heart_rate=52.0)
    assert rules(clinic) == []


def test_the_text_keeps_the_worst_value(clinic: Clinic) -> None:
    steady(clinic, 11, spo2=88.0)
    steady(clinic, 2, spo2=87.0)
    steady(clinic, 2, spo2=89.0)
    assert clinic.view.conditions[0].text == "SpO₂ 87 < 90 %"
    assert len(clinic.of(r.ConditionChanged)) == 1


def test_doubted_test_and_demonstration_values_raise_nothing(clinic: Clinic) -> None:
    for validity, mode in (
        (Validity.QUESTIONABLE, Mode.REAL),
        (Validity.VALID, Mode.TEST),
        (Validity.VALID, Mode.DEMO),
    ):
        for _ in range(12):
            clinic.clock.advance(1)
            clinic.numeric("spo2", 70.0, validity, mode)
            for metric in ("heart_rate", "resp_rate"):
                clinic.numeric(metric, CALM[metric])
            clinic.tick()
        assert [rule for rule in rules(clinic) if rule.startswith("limit")] == []


def test_a_missing_value_does_not_clear_a_condition(clinic: Clinic) -> None:
    steady(clinic, 11, spo2=88.0)
    steady(clinic, 10, spo2=None)
    assert rules(clinic) == ["limit.spo2.low"]
    steady(clinic, 1, spo2=None)
    assert rules(clinic) == ["limit.spo2.low", "data.lost"]
    steady(clinic, 4, spo2=None)
    assert rules(clinic) == ["data.lost"]
    steady(clinic, 1, spo2=88.0)
    assert rules(clinic) == []
    steady(clinic, 10, spo2=88.0)
    assert rules(clinic) == ["limit.spo2.low"]


def test_a_condition_does_not_give_way_to_a_technical_one_of_low_priority(clinic: Clinic) -> None:
    steady(clinic, 11, spo2=84.0)
    seen: list[tuple[str, Priority]] = []
    for _ in range(20):
        clinic.wait(1)
        found = [(view.rule, view.priority) for view in clinic.view.conditions]
        assert max(priority.rank for _, priority in found) >= Priority.MEDIUM.rank, found
        seen = found
    assert seen == [("link.lost", Priority.MEDIUM)]


def test_the_pulse_rate_is_judged_while_there_is_no_heart_rate(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=None, pulse_rate=44.0)
    raised = clinic.of(r.ConditionRaised)[-1]
    assert (raised.rule, raised.metric, raised.text) == ("limit.heart_rate.low", "pulse_rate", "PR 44 < 50")
    pulse, heart = clinic.view.numeric("pulse_rate"), clinic.view.numeric("heart_rate")
    assert (pulse.low, pulse.high, pulse.priority) == (50, 120, Priority.MEDIUM)
    assert (heart.low, heart.value) == (None, None)


def test_the_pulse_rate_raises_nothing_beside_a_heart_rate(clinic: Clinic) -> None:
    steady(clinic, 15, heart_rate=72.0, pulse_rate=44.0)
    assert rules(clinic) == []
    assert clinic.view.numeric("heart_rate").low == 50


def test_nothing_is_judged_outside_an_open_visit() -> None:
    clinic = make_clinic()
    steady(clinic, 20, spo2=70.0)
    assert clinic.of(r.ConditionRaised) == []
    clinic.start()
    clinic.do(handed_over("patient asks"))
    clinic.records.clear()
    steady(clinic, 20, spo2=70.0)
    assert clinic.of(r.ConditionRaised) == []


def test_only_the_preferred_monitor_is_judged() -> None:
    clinic = make_clinic()
    chair = ChairSetup(number=2, monitors=(binding("a"), binding("b")), prefer=(("spo2", "b"),))
    clinic.station = Station((chair,), (load_protocol(),), PlainPins(), "0.1.0")
    clinic.monitor = "b"
    clinic.start()
    for _ in range(15):
        clinic.clock.advance(1)
        for metric, value in CALM.items():
            clinic.monitor = "b"
            clinic.numeric(metric, value)
            clinic.monitor = "a"
            clinic.numeric(metric, 70.0 if metric == "spo2" else value)
        clinic.tick()
    assert rules(clinic) == []
    view = clinic.view.numeric("spo2")
    assert view.value == 98.0
    assert view.others == (("Berry PM6750 on ttyUSB0", 70.0),)


def test_acknowledging_leaves_the_condition_where_it_is(clinic: Clinic) -> None:
    steady(clinic, 11, spo2=88.0)
    (condition,) = clinic.view.conditions
    clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    assert clinic.view.conditions[0].acknowledged
    assert "already" in clinic.refused(c.Acknowledge(chair=2, condition_id=condition.id))
    steady(clinic, 6, spo2=95.0)
    assert clinic.view.conditions == ()
    assert "is over" in clinic.refused(c.Acknowledge(chair=2, condition_id=condition.id))


def test_an_acknowledged_condition_that_gets_graver_must_be_seen_again(clinic: Clinic) -> None:
    clinic.run(12, {"spo2": 87})
    clinic.do(c.Acknowledge(chair=2, condition_id=clinic.view.conditions[0].id))
    clinic.run(5, {"spo2": 86})
    assert clinic.view.conditions[0].acknowledged
    clinic.run(2, {"spo2": 82})
    (condition,) = clinic.view.conditions
    assert (condition.priority, condition.acknowledged) == (Priority.HIGH, False)
    clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    assert clinic.view.conditions[0].acknowledged


def test_the_pulse_rate_is_judged_while_the_heart_rate_is_doubted(clinic: Clinic) -> None:
    for _ in range(11):
        clinic.clock.advance(1)
        clinic.numeric("heart_rate", 80.0, Validity.QUESTIONABLE)
        for metric, value in {**CALM, "pulse_rate": 150.0}.items():
            if metric != "heart_rate":
                clinic.numeric(metric, value)
        clinic.tick()
    assert [condition.text for condition in clinic.view.conditions] == ["PR 150 > 120"]


@pytest.mark.parametrize(("interval_ms", "found"), [(5000, ["limit.spo2.low"]), (1000, [])])
def test_a_monitor_that_tells_every_five_seconds_may_miss_once(interval_ms: int, found: list[str]) -> None:
    clinic = make_clinic(interval_ms=interval_ms, max_quiet_ms=12_000)
    clinic.start()
    for spo2, seconds in ((97.0, 5), (88.0, 11), (88.0, 1)):
        for metric, value in {**CALM, "spo2": spo2}.items():
            clinic.numeric(metric, value)
        for _ in range(seconds):
            clinic.clock.advance(1)
            clinic.tick()
    assert rules(clinic) == found
