"""Weight and allergies on the front page: those of this visit, and never a number that nobody told."""

from dataclasses import replace

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Phase
from nursestation.export.front import allergies_text, weight_text
from nursestation.export.story import Story
from tests.helpers.visit import PATIENT, load_protocol, make_clinic


@pytest.fixture
def clinic():
    made = make_clinic()
    made.staff()
    made.do(c.CheckIn(chair=2, patient=replace(PATIENT, weight_kg=0.0, allergies=""), protocol="depression_iv"))
    return made


def story(clinic) -> Story:
    made = Story(opened=clinic.of(r.SessionOpened)[0])
    for record in clinic.of(r.WeightRecorded):
        made.weight = record
    for record in clinic.of(r.AllergiesRecorded):
        made.allergies = record
    return made


def test_what_nobody_asked_is_not_told_as_a_number_or_as_none(clinic):
    assert clinic.visit.phase is Phase.CHECK_IN
    assert weight_text(story(clinic)) == "not recorded"
    assert allergies_text(story(clinic)) == "not asked"


def test_todays_answers_go_before_what_came_with_the_check_in(clinic):
    clinic.do(
        c.RecordWeight(chair=2, kg=71.4, measured=True),
        c.RecordAllergies(chair=2, text="latex", none_known=False),
    )
    assert weight_text(story(clinic)) == "71.4 kg"
    assert allergies_text(story(clinic)) == "latex"
    clinic.do(c.RecordWeight(chair=2, kg=71.0, measured=False), c.RecordAllergies(chair=2, text="", none_known=True))
    assert weight_text(story(clinic)) == "71 kg, as the patient said"
    assert allergies_text(story(clinic)) == "none known"


def test_without_the_gates_they_are_as_they_came_with_the_check_in():
    protocol = load_protocol()
    rules = protocol.gates.model_copy(update={"ask_weight": False, "ask_allergies": False})
    clinic = make_clinic(protocols=[protocol.model_copy(update={"gates": rules})])
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    assert weight_text(story(clinic)) == "72 kg"
    assert allergies_text(story(clinic)) == "penicillin"


def test_allergies_that_nobody_asks_for_and_nobody_told_are_not_asked_and_not_none_known():
    protocol = load_protocol()
    rules = protocol.gates.model_copy(update={"ask_allergies": False})
    clinic = make_clinic(protocols=[protocol.model_copy(update={"gates": rules})])
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=replace(PATIENT, allergies=""), protocol="depression_iv"))
    assert allergies_text(story(clinic)) == "not asked"
    assert clinic.visit.allergies is None
