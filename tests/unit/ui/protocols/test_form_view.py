"""A protocol as a form and back; what is wrong is a sentence beside its field."""

import pytest

from nursestation.core.model import Phase
from nursestation.core.protocol_words import flat
from nursestation.export.instructions import PLACEHOLDERS
from nursestation.ui.protocols import form_view
from tests.helpers.visit import load_protocol, shipped_protocols

NAMES = [protocol.name for protocol in shipped_protocols()]


def reading(name="depression_iv", **typed):
    """Return what a draft says with other text in some fields; "__" in a name stands for a dot."""
    base = load_protocol(name)
    draft = form_view.draft_of(base)
    for key, text in typed.items():
        path = key.replace("__", ".")
        assert path in draft
        draft[path] = text
    return form_view.read(draft, base)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_nobody_touched_says_the_same_protocol(name):
    base = load_protocol(name)
    draft = form_view.draft_of(base)
    assert form_view.read(draft, base) == form_view.Reading(base, {})
    assert form_view.changed_paths(draft, base) == frozenset()


def test_every_field_that_may_be_edited_is_in_the_form():
    base = load_protocol("depression_iv")
    paths = [path for part in form_view.parts(base) for path in part.paths]
    assert len(set(paths)) == len(paths)
    missing = set(flat(base)) - set(paths)
    assert missing - {f"limits.{one}.sat_seconds" for one in ("heart_rate", "resp_rate", "etco2")} == {"route"}


def test_an_injection_has_no_length():
    paths = {path for part in form_view.parts(load_protocol("im_injection")) for path in part.paths}
    assert not paths & {"planned_min", "planned_allowed_min"}


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("planned_min", "long", "“long” is no number: type one (min)."),
        ("planned_min", "", "Type a number (min)."),
        ("planned_min", "2000", "Between 0 to 1440 min is possible."),
        ("dose_mg_per_kg", "0", "Between more than 0 to 10 mg/kg is possible."),
        ("bp.baseline_readings", "1.5", "Type a whole number."),
        ("bp.baseline_max_age_min", "0.9", "No shorter than 1 min: the readings take so long."),
        ("planned_allowed_min", "60 to 90", "The planned length of 45 min must lie within it."),
        ("planned_allowed_min", "60", "Type two numbers (min), for example 120 to 480."),
        ("planned_allowed_min", "90 to 30", "The first is the smaller one, and neither is more than 1440."),
        ("discharge.no_driving_hours", "", "Type two numbers, for example 24 to 48."),
        ("observation_planned_min", "10", "No shorter than the observation at least."),
        ("discharge.observation_floor_min", "20", "No longer than the observation at least."),
        ("series.length_min", "8", ""),
        ("series.length", "", "Give the number of treatments, or empty all of the series."),
        ("series.interval_days_max", "", "Give both, or neither."),
        ("limits.spo2.high", "80", "Higher than the low limit."),
        ("title", "  ", "Fill this in: title."),
        ("discharge.instructions", "", "Write what the patient takes home."),
        (
            "discharge.instructions",
            "Rest until {tomorrow}.",
            "Nothing is filled in for {tomorrow}: write one of {until_fi",
        ),
        ("discharge.instructions_by_language", "[es]\nLlame {fono}.", "Nothing is filled in for {fono}"),
        ("side_effects", "Nausea\nNausea", "“Nausea” stands there twice."),
        ("events", "Nausea | side effect | key 0", "“Nausea | side effect | key 0”: a key is a digit from 1 to 9"),
        ("events", "Nausea | key 1\nHeadache | key 1", "Two buttons have key 1: give each its own."),
        ("events", "Nausea | effect", "“effect” is not a kind of event; write one of: side effect, symptom"),
        ("scores", "pain | infusion", "“pain | infusion”: write score, phases and minutes"),
        ("scores", "pain | infusion | often", "often is no number of minutes"),
        ("scores", "pain | sleep | 5", "“sleep” is not a phase of the visit"),
        ("gates.medicines", "Opioid | Which? | When?", "write one question"),
        ("gates.transports", "bus", "“bus” is not a way home"),
        ("discharge.instructions_by_language", "Descanse.", "Begin each language with a line of its own"),
        ("discharge.instructions_by_language", "[es]\n", "[es] has no text"),
        ("discharge.instructions_by_language", "[es]\nA\n[es]\nB", "give each language once"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(path, text, says):
    found = reading(**{path.replace(".", "__"): text})
    assert found.protocol is None
    told = found.problems.get(path) or found.problems.get("series.length", "")
    assert says in told
    assert told


@pytest.mark.parametrize("path", ["discharge.instructions", "discharge.instructions_by_language"])
def test_what_a_text_may_have_filled_in_stands_beside_its_field(path):
    fields = [field for part in form_view.parts(load_protocol()) for group in part.groups for field in group.fields]
    hint = next(field.hint for field in fields if field.path == path)
    assert all(f"{{{name}}}, {words}" in hint for name, words in PLACEHOLDERS.items())


def test_lists_are_typed_one_a_line():
    found = reading(
        events="Nausea | side effect | key 1 | how strong\nOxygen given | oxygen\nHeadache",
        scores="pain | infusion, observation | 30\nMOAA/S | infusion | 15",
        gates__medicines="Lamotrigine | Which prescriber was asked? | note needed\n\nOpioid | Which?\nStimulant",
        gates__transports="family or friend\nTaxi alone",
        gates__required_metrics="heart rate or pulse rate\nSpO2",
        gates__baseline_scores="pain",
        discharge__instructions_by_language="[es]\nDescanse.\n\nBeba.\n[fr]\nRepos.",
    )
    assert found.problems == {}
    protocol = found.protocol
    assert [(one.text, one.kind.value, one.key, one.asks_severity) for one in protocol.events] == [
        ("Nausea", "side_effect", 1, True),
        ("Oxygen given", "oxygen", None, False),
        ("Headache", "side_effect", None, False),
    ]
    assert [(one.kind.value, len(one.phases), one.every_min) for one in protocol.scores] == [
        ("pain", 2, 30),
        ("moaas", 1, 15),
    ]
    assert [(one.name, one.note_needed, one.ask) for one in protocol.gates.medicines] == [
        ("Lamotrigine", True, "Which prescriber was asked?"),
        ("Opioid", False, "Which?"),
        ("Stimulant", False, ""),
    ]
    assert [one.value for one in protocol.gates.transports] == ["family_or_friend", "taxi"]
    assert protocol.gates.required_metrics == (("heart_rate", "pulse_rate"), ("spo2",))
    assert [one.value for one in protocol.gates.baseline_scores] == ["pain"]
    assert protocol.discharge.instructions_by_language == {"es": "Descanse.\n\nBeba.\n", "fr": "Repos.\n"}
    again = form_view.draft_of(protocol)
    assert form_view.read(again, protocol).protocol == protocol


def test_phases_are_called_as_on_the_screens():
    found = reading(scores="pain | Check-in, ready to go | 30\nMOAA/S | ready | 15")
    assert [one.phases for one in found.protocol.scores] == [(Phase.CHECK_IN, Phase.READY), (Phase.READY,)]
    assert (
        form_view.draft_of(found.protocol)["scores"] == "pain | check-in, ready to go | 30\nMOAA/S | ready to go | 15"
    )
    wrong = reading(scores="pain | discharged | 30")
    assert "check-in, baseline, infusion, observation, ready to go" in wrong.problems["scores"]


def test_numbers_limits_and_rungs_reach_their_place():
    found = reading(
        planned_min="50,5", planned_allowed_min="40-60", limits__spo2__low="92", bp__flags__spike__rise_percent="",
        bp__flags__watch__latching="yes", cuff__baseline_min="4", series__length="5",
    )  # fmt: skip
    protocol = found.protocol
    assert (protocol.planned_min, protocol.planned_allowed_min) == (50.5, (40, 60))
    assert next(one for one in protocol.limits if one.metric == "spo2").low == 92
    assert [(one.rise_percent, one.latching) for one in protocol.bp.flags[:2]] == [(20, True), (None, False)]
    assert (protocol.cuff.baseline_min, protocol.series.length) == (4, 5)


def test_an_emptied_series_is_none():
    base = load_protocol("depression_iv")
    draft = {path: "" if path.startswith("series.") else text for path, text in form_view.draft_of(base).items()}
    assert form_view.read(draft, base).protocol.series is None


def test_what_is_typed_otherwise_is_marked():
    base = load_protocol("depression_iv")
    draft = form_view.draft_of(base) | {"planned_min": "50", "title": "Depression IV "}
    assert form_view.changed_paths(draft, base) == {"planned_min"}
