import re

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import ProtocolsChanged
from nursestation.core.model import Role
from nursestation.core.protocol_words import WORDS, differences, flat, value_text, words_of
from nursestation.core.protocols import EventButton, Protocol, SeriesPlan
from tests.helpers.visit import NURSE, NURSE_PIN, PATIENT, Clinic, load_protocol, make_clinic, shipped_protocols


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.staff()
    return made


def changed(protocol: Protocol, **fields: object) -> Protocol:
    """Return the next version of a protocol, checked as a file is."""
    return Protocol.model_validate(protocol.model_dump() | {"version": protocol.version + 1} | fields)


def station_with(*protocols: Protocol, operator: str = NURSE) -> ProtocolsChanged:
    """Return the shipped protocols with these in place of, or beside, those of their names."""
    names = [protocol.name for protocol in protocols]
    kept = tuple(protocol for protocol in shipped_protocols() if protocol.name not in names)
    return ProtocolsChanged(protocols=(*kept, *protocols), operator=operator)


def test_a_change_counts_for_the_next_check_in_and_says_who_and_what(clinic: Clinic) -> None:
    before = load_protocol()
    record, kept = clinic.apply(station_with(changed(before, planned_min=50)))
    assert isinstance(record, r.ProtocolChanged)
    assert isinstance(kept, r.ProtocolsRead)  # so that the next start finds no change in it
    assert [(one.name, one.planned_min) for one in kept.protocols] == [("depression_iv", 50)]
    assert (record.name, record.title, record.operator) == ("depression_iv", "Depression IV", NURSE)
    assert (record.before_version, record.version) == (before.version, before.version + 1)
    assert record.what == ("Planned length: 50 min, before 45 min",)
    clinic.check_in()
    assert clinic.visit.protocol.planned_min == 50


def test_an_open_visit_keeps_what_it_was_opened_with(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.apply(station_with(changed(load_protocol(), planned_min=50)))
    assert clinic.visit.protocol == load_protocol()
    assert clinic.visit.infusion_planned_s == 2700


def test_a_new_protocol_and_one_that_goes_are_told(clinic: Clinic) -> None:
    new = load_protocol().model_copy(update={"name": "ours", "title": "Ours", "version": 1})
    record, _ = clinic.apply(station_with(new))
    assert (record.what, record.before_version, record.version) == (("new",), None, 1)
    record, kept = clinic.apply(station_with())
    assert (kept.protocols, kept.gone) == ((), ("ours",))
    assert (record.title, record.what, record.before_version, record.version) == ("Ours", ("taken away",), 1, None)
    assert "no treatment protocol" in clinic.refused(c.CheckIn(chair=2, patient=PATIENT, protocol="ours"))


def test_the_same_again_changes_nothing(clinic: Clinic) -> None:
    assert clinic.apply(station_with()) == ()


def test_one_version_stands_for_one_content(clinic: Clinic) -> None:
    other = load_protocol().model_copy(update={"planned_min": 50.0})
    (refused,) = clinic.apply(station_with(other))
    assert refused.reason == f"Depression IV differs from version {other.version}: it needs a version of its own."
    clinic.check_in()
    assert clinic.visit.protocol.planned_min == 45


def test_only_a_lead_nurse_or_a_clinician_changes_protocols(clinic: Clinic) -> None:
    item = station_with(changed(load_protocol(), planned_min=50))
    clinic.do(c.AddOperator(name="N. Urse RN", role=Role.NURSE, pin=NURSE_PIN))
    nurse = clinic.of(r.OperatorAdded)[-1].added.id
    clinic.do(c.SignOut(), c.SignIn(operator_id=nurse, pin=NURSE_PIN))
    (refused,) = clinic.apply(station_with(changed(load_protocol(), planned_min=50), operator=nurse))
    assert "lead nurse or a clinician" in refused.reason
    (refused,) = clinic.apply(item)  # in another's name
    assert refused.reason == "Nobody is signed in: sign in first."
    clinic.do(c.SignOut())
    assert isinstance(clinic.apply(item)[0], r.Refused)


def test_every_field_that_may_be_edited_has_its_words() -> None:
    paths = {path for protocol in shipped_protocols() for path in flat(protocol)}
    starred = {re.sub(r"^(limits|bp\.flags)\.\w+", r"\1.*", path) for path in paths}
    assert starred == set(WORDS)
    assert all(words_of(path).title for path in paths)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"planned_allowed_min": (30, 90)}, "Lengths that may be chosen: 30 to 90 min, before none"),
        ({"series": None}, "Treatments in a series: none, before 6"),
        ({"dose_mg_per_kg": 0.75}, "Dose: 0.75 mg/kg, before 0.5 mg/kg"),
        ({"cuff": {"baseline_min": 4}}, "Cuff in the baseline, every: 4 min, before 5 min"),
        ({"gates": {"ask_weight": False}}, "Ask for today's weight: no, before yes"),
        (
            {"gates": {"checks": (*load_protocol().gates.checks, "Glasses off")}},
            "Checks before the start: added Glasses off",
        ),
        (
            {"gates": {"required_metrics": (("heart_rate", "pulse_rate"),)}},
            "Readings that must arrive: left out spo2; left out nibp_sys; left out resp_rate",
        ),
        (
            {"gates": {"required_metrics": (("heart_rate",), ("spo2",), ("nibp_sys",), ("resp_rate",))}},
            "Readings that must arrive: added heart_rate; left out heart_rate or pulse_rate",
        ),
        ({"side_effects": ("Headache",)}, "Side effects: left out Nausea; left out Drowsiness"),
        ({"discharge": {"instructions": "Rest.\nDrink.\n"}}, "Instructions for home: another wording"),
        (
            {"discharge": {"instructions_by_language": {"es": "Descanse."}}},
            "Instructions in other languages: another wording",
        ),
        (
            {"events": (*load_protocol().events, EventButton(text="Thirst", kind="side_effect"))},
            "Event buttons: added Thirst (side effect)",
        ),
    ],
)
def test_what_differs_is_said_in_words(fields: dict[str, object], says: str) -> None:
    before = load_protocol()
    whole = before.model_dump()
    for key, value in fields.items():
        whole[key] = whole[key] | value if isinstance(value, dict) else value
    (first, *_) = differences(before, Protocol.model_validate(whole))
    assert first.startswith(says)


def test_limits_and_rungs_are_told_by_what_they_belong_to() -> None:
    before = load_protocol()
    whole = before.model_dump()
    (spo2,) = [rule for rule in whole["limits"] if rule["metric"] == "spo2"]
    spo2["low"] = 92
    whole["bp"]["flags"][1]["rise_percent"] = None
    assert differences(before, Protocol.model_validate(whole)) == (
        "SpO₂, low limit: 92, before 90",
        "Spike pressure, over baseline by: none, before 30 %",
    )


def test_a_value_is_written_as_people_do() -> None:
    told = [value_text(value, "min") for value in (45.0, 0.75, [120, 480.0], [], None, True, {"es": "Descanse."}, "iv")]
    assert told == ["45 min", "0.75 min", "120 to 480 min", "none", "none", "yes", "es", "iv"]


def test_another_order_is_a_difference() -> None:
    before = load_protocol()
    turned = before.model_copy(update={"side_effects": tuple(reversed(before.side_effects))})
    assert differences(before, turned) == ("Side effects: another order",)


def test_a_series_of_another_length_is_told_alone() -> None:
    before = load_protocol()
    assert before.series is not None
    after = before.model_copy(update={"series": SeriesPlan.model_validate(before.series.model_dump() | {"length": 5})})
    assert differences(before, after) == ("Treatments in a series: 5, before 6",)
