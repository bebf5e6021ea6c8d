"""A patient's own limits: within bounds, proposed from the baseline, each change a record."""

import pytest

from devices.events import Priority
from nursestation.config.load import load_preset
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.presets import AlarmPreset
from nursestation.core.snapshot import LimitView
from nursestation.core.station import ChairSetup, Station
from nursestation.paths import resource
from tests.helpers.visit import CALM, NURSE, Clinic, PlainPins, binding, handed_over, load_protocol, make_clinic

CHAIRS = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))


def on_preset(preset: AlarmPreset) -> Clinic:
    return make_clinic(preset=preset)


@pytest.fixture
def clinic() -> Clinic:
    clinic = on_preset(load_preset(resource("presets")))
    clinic.start()
    clinic.run(5)
    clinic.records.clear()
    return clinic


def limit(clinic: Clinic, metric: str) -> LimitView:
    return next(view for view in clinic.view.limits if view.metric == metric)


def steady(clinic: Clinic, seconds: int, **vitals: float) -> None:
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in {**CALM, **vitals}.items():
            clinic.numeric(metric, value)
        clinic.tick()


def rules(clinic: Clinic) -> list[str]:
    return [condition.rule for condition in clinic.view.conditions]


def test_the_limits_in_force_are_shown_with_their_bounds(clinic: Clinic) -> None:
    assert clinic.view.preset_name == "Depression IV"
    assert clinic.view.clinic_preset == "Clinic default"
    assert limit(clinic, "heart_rate") == LimitView(
        metric="heart_rate", low=50, high=120, preset_low=50, preset_high=120, low_min=40, low_max=60, high_min=100,
        high_max=150, priority=Priority.MEDIUM, persist_s=10,
    )  # fmt: skip
    spo2 = limit(clinic, "spo2")
    assert (spo2.high, spo2.high_min, spo2.high_max) == (None, None, None)


def test_a_changed_limit_is_judged_by_shown_and_recorded(clinic: Clinic) -> None:
    clinic.do(c.SetLimit(chair=2, metric="heart_rate", high=100))
    (told,) = clinic.of(r.LimitsChanged)
    assert (told.metric, told.low, told.high, told.before_low, told.before_high, told.why, told.operator) == (
        "heart_rate", 50, 100, 50, 120, "edited", NURSE,
    )  # fmt: skip
    view = limit(clinic, "heart_rate")
    assert (view.low, view.high, view.preset_high, view.changed_by) == (50, 100, 120, "R. Alvarez RN")
    numeric = clinic.view.numeric("heart_rate")
    assert numeric is not None
    assert (numeric.low, numeric.high) == (50, 100)
    steady(clinic, 11, heart_rate=105.0)
    (raised,) = clinic.of(r.ConditionRaised)
    assert (raised.text, raised.limit, raised.preset) == (
        "HR 105 > 100", 100, "Depression IV, changed for this patient",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "low", "high", "sentence"),
    [
        ("spo2", 84.0, None, "SpO₂: the low limit may be 85 to 95 %; 84 would"),
        ("spo2", 96.0, None, "SpO₂: the low limit may be 85 to 95 %; 96 would"),
        ("spo2", float("nan"), None, "85 to 95 %; this would"),
        ("heart_rate", None, 151.0, "HR: the high limit may be 100 to 150; 151 would"),
        ("spo2", None, 99.0, "The high limit of SpO₂ is not changed at the chair."),
        ("temp", 35.0, None, "Temp has no alarm limits in this protocol."),
        ("nonsense", 35.0, None, "nonsense has no alarm limits in this protocol."),
        ("heart_rate", 50.0, 120.0, "These limits are in force already."),
        ("heart_rate", None, None, "These limits are in force already."),
    ],
)
def test_what_is_past_the_bounds_is_refused_with_the_bounds(
    clinic: Clinic, metric: str, low: float | None, high: float | None, sentence: str
) -> None:
    assert sentence in clinic.refused(c.SetLimit(chair=2, metric=metric, low=low, high=high))
    assert clinic.of(r.LimitsChanged) == []


def test_the_bounds_themselves_are_allowed(clinic: Clinic) -> None:
    clinic.do(c.SetLimit(chair=2, metric="heart_rate", low=40, high=150), c.SetLimit(chair=2, metric="spo2", low=85))
    assert (limit(clinic, "heart_rate").low, limit(clinic, "spo2").low) == (40, 85)


def test_a_low_limit_stays_below_the_high_one() -> None:
    wide = {"metric": "resp_rate", "low_min": 6, "low_max": 25, "high_min": 10, "high_max": 30}
    clinic = on_preset(AlarmPreset.model_validate({"bounds": [wide]}))
    clinic.start()
    clinic.do(c.SetLimit(chair=2, metric="resp_rate", high=12))
    assert "must be below" in clinic.refused(c.SetLimit(chair=2, metric="resp_rate", low=12))


def test_the_protocols_own_limit_is_always_within_the_bounds() -> None:
    narrow = {"metric": "heart_rate", "low_min": 55, "low_max": 60, "high_min": 90, "high_max": 100}
    clinic = on_preset(AlarmPreset.model_validate({"bounds": [narrow]}))
    clinic.start()
    view = limit(clinic, "heart_rate")
    assert (view.low_min, view.low_max, view.high_min, view.high_max) == (50, 60, 90, 120)


def test_without_bounds_nothing_is_changed_at_the_chair() -> None:
    clinic = on_preset(AlarmPreset())
    clinic.start()
    assert "not changed at the chair" in clinic.refused(c.SetLimit(chair=2, metric="heart_rate", low=45))
    assert clinic.view.proposal == ()


def test_a_present_condition_goes_by_the_new_limit(clinic: Clinic) -> None:
    steady(clinic, 11, heart_rate=125.0)
    steady(clinic, 2, heart_rate=122.0)
    clinic.do(c.SetLimit(chair=2, metric="heart_rate", high=110))
    (condition,) = clinic.view.conditions
    assert (condition.text, condition.limit) == ("HR 125 > 110", 110)
    clinic.do(c.SetLimit(chair=2, metric="heart_rate", high=140))
    steady(clinic, 4, heart_rate=125.0)
    assert rules(clinic) == ["limit.heart_rate.high"]
    steady(clinic, 1, heart_rate=125.0)
    assert rules(clinic) == []


def test_reset_takes_every_limit_back(clinic: Clinic) -> None:
    assert "preset's already" in clinic.refused(c.ResetLimits(chair=2))
    clinic.do(c.SetLimit(chair=2, metric="heart_rate", high=100), c.SetLimit(chair=2, metric="spo2", low=92))
    clinic.do(c.ResetLimits(chair=2))
    resets = [told for told in clinic.of(r.LimitsChanged) if told.why == "reset"]
    assert {(told.metric, told.low, told.high) for told in resets} == {("heart_rate", 50, 120), ("spo2", 90, None)}
    assert {view.changed_by for view in clinic.view.limits} == {""}
    assert (limit(clinic, "heart_rate").high, limit(clinic, "spo2").low) == (120, 90)


def test_reset_forgets_also_who_set_what_the_preset_says(clinic: Clinic) -> None:
    clinic.do(c.SetLimit(chair=2, metric="spo2", low=92), c.SetLimit(chair=2, metric="spo2", low=90))
    assert limit(clinic, "spo2").changed_by == "R. Alvarez RN"
    clinic.do(c.ResetLimits(chair=2))
    assert limit(clinic, "spo2").changed_by == ""


def test_the_proposal_follows_the_baseline_and_keeps_the_bounds(clinic: Clinic) -> None:
    base = clinic.visit.baseline
    assert base is not None
    assert base.heart_rate in (72, 73)
    assert clinic.view.proposal == (
        # 0.8 x 72 = 57.6, and 0.8 x 73 = 58.4: the whole number inside; 1.25 x 73 = 91 is under the least high limit
        (
            "heart_rate",
            58 if base.heart_rate == 72 else 59,
            100,
            f"0.8 and 1.25 times the baseline of {base.heart_rate:.0f}, within the clinic's bounds",
        ),
        ("resp_rate", 7, 21, "0.5 and 1.5 times the baseline of 14"),
    )


def test_there_is_no_proposal_before_the_baseline() -> None:
    clinic = on_preset(load_preset(resource("presets")))
    clinic.staff()
    clinic.check_in()
    assert clinic.view.proposal == ()
    told = clinic.refused(c.AcceptLimits(chair=2, limits=(("heart_rate", 58, 100),)))
    assert "take the baseline first" in told


def test_a_reviewed_proposal_is_taken_over_as_the_nurse_left_it(clinic: Clinic) -> None:
    clinic.do(c.AcceptLimits(chair=2, limits=(("heart_rate", 55, 110), ("resp_rate", 8, 30))))
    (told,) = clinic.of(r.LimitsChanged)  # those of the breathing rate are in force already
    assert (told.metric, told.low, told.high, told.why) == ("heart_rate", 55, 110, "proposal")


def test_a_proposal_past_the_bounds_changes_nothing(clinic: Clinic) -> None:
    both = (("heart_rate", 55.0, 110.0), ("resp_rate", 2.0, 30.0))
    assert "6 to 12" in clinic.refused(c.AcceptLimits(chair=2, limits=both))
    assert clinic.of(r.LimitsChanged) == []


def test_changed_limits_survive_a_restart_and_not_the_visit(clinic: Clinic) -> None:
    whole = on_preset(load_preset(resource("presets")))
    whole.start()
    whole.do(c.SetLimit(chair=2, metric="heart_rate", high=100))
    stored = [
        from_json(type(one).__name__, to_json(one)) if isinstance(one, r.DISCRETE) else one
        for one in whole.records
        if isinstance(one, (*r.DISCRETE, r.Sample))
    ]
    fresh = Clinic(station=Station(CHAIRS, [load_protocol()], PlainPins(), "0.1.0"), clock=whole.clock)
    fresh.station.restore(stored, whole.clock.now(), unclean=True)
    assert (limit(fresh, "heart_rate").high, limit(fresh, "heart_rate").changed_by) == (100, "R. Alvarez RN")
    whole.do(handed_over("patient asks"))
    assert whole.view.limits == ()
    assert "closed" in whole.refused(c.SetLimit(chair=2, metric="heart_rate", high=110))


def test_nobody_changes_limits_without_signing_in(clinic: Clinic) -> None:
    clinic.do(c.SignOut())
    assert "sign in" in clinic.refused(c.SetLimit(chair=2, metric="heart_rate", high=100))


def test_what_the_limits_were_is_kept_with_the_time_of_each_change(clinic: Clinic) -> None:
    opened = clinic.visit.opened
    clinic.run(60)
    clinic.do(c.SetLimit(chair=2, metric="spo2", low=92))
    first = clinic.of(r.LimitsChanged)[-1].at
    clinic.run(60)
    clinic.do(c.ResetLimits(chair=2))
    second = clinic.of(r.LimitsChanged)[-1].at
    spans = [one for one in clinic.visit.limit_spans if one.metric == "spo2"]
    assert [(one.low, one.start, one.end) for one in spans] == [
        (90, opened, first), (92, first, second), (90, second, None),
    ]  # fmt: skip
    assert [one.end for one in clinic.visit.limit_spans if one.metric == "heart_rate"] == [None]
