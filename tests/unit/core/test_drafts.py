"""What was typed and not yet sent: kept for its own form and visit, gone once used."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Pregnancy
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    HOUR_NS,
    NURSE,
    PATIENT,
    START,
    Clinic,
    load_protocol,
    make_clinic,
)

TYPED = (("given", "Jana"), ("born", "17.5."))
N = 2


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic(protocols=[load_protocol()])
    clinic.staff()
    return clinic


def keep(form: str, fields: tuple[tuple[str, str], ...] = TYPED, chair: int = N) -> c.KeepDraft:
    return c.KeepDraft(chair=chair, form=form, fields=fields)


def kept(clinic: Clinic, chair: int = N) -> dict[str, dict[str, str]]:
    view = clinic.station.snapshot(clinic.clock.now()).chair(chair)
    return {form: view.draft(form) for form, _ in view.drafts}


def test_the_newest_is_shown_and_an_empty_one_clears(clinic: Clinic) -> None:
    clinic.do(keep("patient", (("given", "J"),)), keep("patient"), keep("patient", chair=1))
    assert kept(clinic) == {"patient": dict(TYPED)}
    clinic.do(keep("patient", ()))
    assert kept(clinic) == {}
    assert kept(clinic, 1) == {"patient": dict(TYPED)}


def test_the_same_again_makes_no_record(clinic: Clinic) -> None:
    assert len(clinic.do(keep("patient"))) == 1
    assert clinic.do(keep("patient")) == ()
    assert clinic.do(keep("weight", ())) == ()


def test_a_check_in_uses_it_up(clinic: Clinic) -> None:
    clinic.do(keep("patient"))
    made = clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))
    assert [one.fields for one in made if isinstance(one, r.DraftKept)] == [()]
    assert kept(clinic) == {}


EATEN_NS = START.utc_ns - 7 * HOUR_NS

SENT: list[tuple[str, c.Command]] = [
    ("weight", c.RecordWeight(chair=N, kg=70, measured=True)),
    ("allergies", c.RecordAllergies(chair=N, text="latex", none_known=False)),
    ("pregnancy", c.RecordPregnancy(chair=N, answer=Pregnancy.EXCLUDED)),
    ("referral", c.RecordReferral(chair=N, from_whom="Dr Lee")),
    ("available", c.NameAvailable(chair=N, name="Sam Okafor")),
    ("companion", c.RecordCompanion(chair=N, name="Maria", stays=True, brought=True)),
    ("driver", c.NameDriver(chair=N, driver=DRIVER)),
    ("fasting", c.RecordFasting(chair=N, last_food_utc_ns=EATEN_NS, last_drink_utc_ns=EATEN_NS)),
]


@pytest.mark.parametrize(("form", "command"), SENT, ids=[form for form, _ in SENT])
def test_a_form_that_was_sent_uses_up_its_own_alone(clinic: Clinic, form: str, command: c.Command) -> None:
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))
    clinic.do(keep(form), keep("another"))
    clinic.do(command)
    assert kept(clinic) == {"another": dict(TYPED)}


def test_the_start_uses_up_what_was_typed_of_its_dose(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.do(keep("start"), keep("another"))
    clinic.do(c.StartInfusion(chair=N, dose_text="36 mg"))
    assert kept(clinic) == {"another": dict(TYPED)}


def test_a_form_that_was_refused_keeps_it(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"), keep("weight"))
    clinic.refused(c.RecordWeight(chair=N, kg=5, measured=True))
    assert kept(clinic) == {"weight": dict(TYPED)}


def test_a_visit_that_closes_takes_its_drafts_along_and_takes_none_after(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"), keep("driver"), keep("weight"))
    clinic.do(c.EndEarly(chair=N, reason="no driver"))
    assert kept(clinic) == {}
    assert clinic.do(keep("driver")) == ()
    assert kept(clinic) == {}
    clinic.do(c.FreeChair(chair=N), keep("patient"))
    assert kept(clinic) == {"patient": dict(TYPED)}


def test_nobody_types_while_nobody_is_signed_in(clinic: Clinic) -> None:
    clinic.do(c.SignOut())
    assert "sign in" in clinic.refused(keep("patient"))


@pytest.mark.parametrize(
    ("form", "fields", "says"),
    [
        ("", TYPED, "name of its form"),
        ("note", (("text", "x" * 4001),), "too much text"),
        ("note", tuple((str(n), "x") for n in range(101)), "too much text"),
    ],
)
def test_what_no_form_has_room_for_is_refused(
    clinic: Clinic, form: str, fields: tuple[tuple[str, str], ...], says: str
) -> None:
    assert says in clinic.refused(keep(form, fields))


def test_the_chain_does_not_know_of_it(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))
    before = clinic.station.snapshot(clinic.clock.now()).chair(N).visit
    clinic.do(keep("driver"))
    assert clinic.station.snapshot(clinic.clock.now()).chair(N).visit == before
    assert r.DraftKept not in r.DISCRETE


STEPS = st.lists(st.sampled_from(("type", "check in", "end", "free", "weight")), max_size=30)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_what_was_typed_for_one_patient_is_never_shown_for_another(steps: list[str]) -> None:
    clinic = make_clinic(protocols=[load_protocol()])
    clinic.staff()
    n_patients = 0
    for step in steps:
        visit = clinic.view.visit
        whose = "nobody yet" if visit is None else visit.session
        match step:
            case "type":
                clinic.apply(keep("weight" if visit else "patient", (("for", whose),)))
            case "check in":
                n_patients += 1
                patient = replace(PATIENT, record_number=str(n_patients))
                clinic.apply(c.CheckIn(chair=N, patient=patient, protocol="depression_iv"))
            case "weight":
                clinic.apply(c.RecordWeight(chair=N, kg=70, measured=True))
            case "end":
                clinic.apply(c.EndEarly(chair=N, reason="x"))
            case "free":
                clinic.apply(c.FreeChair(chair=N))
        visit = clinic.view.visit
        whose = "nobody yet" if visit is None else visit.session
        assert all(fields == {"for": whose} for fields in kept(clinic).values())
        assert visit is None or visit.phase.is_over is False or not kept(clinic)


def test_a_draft_tells_who_was_signed_in_while_it_was_typed(clinic: Clinic) -> None:
    def by() -> tuple[str, ...]:
        return clinic.station.snapshot(clinic.clock.now()).chair(N).draft_by("patient")

    clinic.do(keep("patient", (("given", "J"),)))
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert by() == (NURSE,)
    clinic.do(keep("patient"))
    assert by() == (NURSE, CLINICIAN)
    clinic.do(keep("patient", ()))
    assert by() == ()
    clinic.do(keep("patient"))
    assert by() == (CLINICIAN,)
