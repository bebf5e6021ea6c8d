"""A monitor that names another patient is held until the nurse has answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.events import AdmissionState, DevicePatient, DeviceStatus, Numeric, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ChartKind, GateState, Phase, Provenance
from nursestation.core.snapshot import LinkView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import MONITOR, PATIENT, Clinic, PlainPins, binding, handed_over, load_protocol, make_clinic

ADMITTED, DISCHARGED, NONE = AdmissionState.ADMITTED, AdmissionState.DISCHARGED, AdmissionState.NONE


@pytest.fixture
def clinic() -> Clinic:
    """Return a station whose nurse is signed in; nobody is checked in yet."""
    made = make_clinic()
    made.staff()
    return made


def tell(
    clinic: Clinic, patient_id: str | None = None, name: str | None = None, admission: AdmissionState = ADMITTED
) -> tuple[r.Record, ...]:
    """Let the monitor say who is connected to it."""
    at = clinic.clock.now().mono_ns
    return clinic.event(DevicePatient(t_ns=at, admission=admission, patient_id=patient_id, name=name))


def link(clinic: Clinic) -> LinkView:
    return clinic.view.links[0]


def condition(clinic: Clinic) -> str:
    return "".join(one.text for one in clinic.view.conditions if one.rule == "monitor.patient")


def answer(clinic: Clinic, *, same: bool) -> tuple[r.Record, ...]:
    return clinic.do(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=same))


def running(clinic: Clinic) -> None:
    """Check in, take the baseline and start."""
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="Ketamine 36 mg"))


class TestWhatAsks:
    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            (("4711", None, ADMITTED), ("4712", None, ADMITTED), "another patient is connected (id 4712)"),
            ((None, "Keller", ADMITTED), (None, "Roth", ADMITTED), "another patient is connected (name Roth)"),
            (("4711", "Keller", ADMITTED), ("4712", "Keller", ADMITTED), "another patient is connected (id 4712)"),
            (("4711", None, ADMITTED), (None, "Roth", ADMITTED), "another patient is connected (name Roth)"),
            (("4711", None, ADMITTED), ("4711", None, DISCHARGED), "that no patient is connected any more"),
            (("4711", None, ADMITTED), (None, None, NONE), "that no patient is connected any more"),
            (("4711", None, ADMITTED), (None, None, AdmissionState.UNKNOWN), "no patient is connected any more"),
            (("4711", None, ADMITTED), (None, None, ADMITTED), "that a patient without a name is connected"),
            ((None, None, ADMITTED), ("4711", None, ADMITTED), "another patient is connected (id 4711)"),
        ],
    )
    def test_a_change_of_who_is_connected(self, clinic, before, after, words):
        tell(clinic, *before)
        clinic.check_in()
        assert not condition(clinic)
        tell(clinic, *after)
        assert words in link(clinic).question
        assert link(clinic).question.startswith("The monitor at chair 2 says")
        assert link(clinic).question.endswith("is this still Jana Keller?")
        assert condition(clinic).startswith("The monitor at chair 2 says")
        assert condition(clinic).endswith("is this still J. K.?"), "the room can read the alarm bar"
        assert "4712" not in condition(clinic)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("4711", None, ADMITTED), ("4711", "Keller", ADMITTED)),
            (("4711", "Keller", ADMITTED), ("4711", "Keler", ADMITTED)),
            (("ab 1", None, ADMITTED), ("AB  1 ", None, ADMITTED)),
            ((None, "Keller", ADMITTED), ("4711", "KELLER", ADMITTED)),
            (("4711", None, AdmissionState.PRE_ADMITTED), ("4711", None, ADMITTED)),
            ((None, None, NONE), ("4711", None, ADMITTED)),
            (("4700", None, DISCHARGED), ("4711", None, ADMITTED)),
            (("4711", None, ADMITTED), (PATIENT.record_number.lower(), None, ADMITTED)),
        ],
        ids=["a name as well", "a name corrected", "written otherwise", "an id as well", "admitted now", "admitted only later",
             "after another visit's discharge", "this patient's own record number"],
    )  # fmt: skip
    def test_what_does_not(self, clinic, before, after):
        tell(clinic, *before)
        running(clinic)
        tell(clinic, *after)
        assert not condition(clinic)
        assert not link(clinic).question
        assert clinic.of(r.MonitorPatient)[-1].told.patient_id == after[0]

    def test_a_monitor_that_is_switched_on_during_check_in_gives_the_reference(self, clinic):
        clinic.check_in()
        tell(clinic, "4711")
        assert not condition(clinic)
        tell(clinic, "4712")
        assert "4712" in link(clinic).question

    def test_a_monitor_that_first_names_somebody_later_asks(self, clinic):
        running(clinic)
        tell(clinic, "4711")
        assert "says a patient is connected (id 4711): is this still" in link(clinic).question
        tell(clinic, "4712")
        assert "(id 4712): is this still" in link(clinic).question, "the first was not accepted either"

    def test_nobody_after_somebody_asks_though_nobody_came_first(self, clinic):
        tell(clinic, admission=NONE)
        running(clinic)
        tell(clinic, "4711")
        tell(clinic, admission=NONE)
        assert condition(clinic)

    def test_a_repetition_makes_no_record(self, clinic):
        tell(clinic, "4711")
        clinic.check_in()
        assert not tell(clinic, "4711")

    def test_outside_a_session_nothing_asks(self, clinic):
        (first,) = tell(clinic, "4711")
        (second,) = tell(clinic, "4712")
        assert [one.session for one in (first, second)] == [None, None]
        assert not clinic.view.links[0].question

    def test_of_two_monitors_the_one_is_named(self):
        chair = ChairSetup(number=2, monitors=(binding("a", title="MX450"), binding("b", title="Capnostream 20")))
        clinic = make_clinic()
        clinic.station = Station((chair,), [load_protocol()], PlainPins(), "0.1.0")
        clinic.monitor = "b"
        clinic.staff()
        tell(clinic, "4711")
        clinic.check_in()
        tell(clinic, "4712")
        assert condition(clinic).startswith("Capnostream 20 at chair 2 says")
        assert [bool(one.question) for one in clinic.view.links] == [False, True]


class TestWhileItAsks:
    @pytest.fixture
    def held(self, clinic) -> Clinic:
        """Return a running session whose monitor has just named another patient."""
        tell(clinic, "4711")
        running(clinic)
        clinic.run(10)
        tell(clinic, "4712")
        return clinic

    def test_numbers_are_blank_with_the_reason(self, held):
        held.run(3, {"spo2": 81.0})
        view = held.view.numeric("spo2")
        assert (view.value, view.why_blank) == (None, "left out: the monitor names another patient")
        assert not any(value for _, value in view.others)

    def test_they_are_kept_beside_the_session_and_never_in_it(self, held):
        session = held.visit.session
        n_before = len(held.records)
        held.run(3)
        held.wave("pleth")
        held.wave("ecg")
        bulk = [one for one in held.records[n_before:] if isinstance(one, r.BULK)]
        assert {one.session for one in bulk} == {f"{session}.held"}
        assert all(r.is_held(one) for one in bulk)
        assert {type(one) for one in bulk} == {r.Sample, r.Wave}
        assert held.view.waves == ()

    def test_no_limit_judges_them(self, held):
        held.run(120, {"spo2": 70.0, "heart_rate": 180.0})
        assert [one.rule for one in held.view.conditions] == ["monitor.patient"]

    def test_no_cuff_reading_is_taken_and_none_later_of_that_time(self, held):
        before = len(held.visit.cuffs)
        held.cuff(190, 120)
        held.run(5)
        tell(held, "4711")
        told = [one for one in held.cuff(190, 120, age_s=4.0) if isinstance(one, r.BULK)]
        assert not told, "it is no part of the session"
        assert len(held.visit.cuffs) == before
        assert not held.of(r.FlagRaised)
        held.run(1)
        held.cuff(126, 78)
        assert len(held.visit.cuffs) == before + 1

    def test_a_cycle_that_is_half_told_when_it_asks_is_dropped(self, clinic):
        tell(clinic, "4711")
        running(clinic)
        n = len(clinic.visit.cuffs)
        at = clinic.clock.now().mono_ns
        clinic.event(Numeric(t_ns=at, metric="nibp_sys", value=200.0, measured_ns=at, cycle=8))
        tell(clinic, "4712")
        clinic.event(Numeric(t_ns=at, metric="nibp_dia", value=130.0, measured_ns=at, cycle=8))
        clinic.tick()
        tell(clinic, "4711")
        clinic.event(Numeric(t_ns=at, metric="nibp_mean", value=150.0, measured_ns=at, cycle=8))
        clinic.tick()
        assert len(clinic.visit.cuffs) == n

    def test_what_it_says_of_sensors_and_cuff_is_not_of_this_visit(self, held):
        at = held.clock.now().mono_ns
        held.event(DeviceStatus(t_ns=at, metric="nibp", status=SensorStatus.FAILED, text="cuff loose"))
        held.event(DeviceStatus(t_ns=at, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
        held.run(30)
        assert {one.session for one in held.of(r.SensorChanged)} == {None}
        assert not held.of(r.CuffFailed)
        assert [one.rule for one in held.view.conditions] == ["monitor.patient"]

    def test_the_discharge_does_not_count_them(self, held):
        held.run(60)
        held.do(c.StopInfusion(chair=2, reason="dose given"))
        held.run(120)
        line = next(one for one in held.visit.readiness.criteria if one.id == "vitals_stable")
        assert line.state is GateState.UNKNOWN

    def test_nothing_is_charted_beside_an_event(self, held):
        held.run(3)
        held.do(c.Chart(chair=2, kind=ChartKind.NOTE, text="moved"))
        assert held.of(r.Charted)[-1].vitals == ()

    def test_acknowledging_answers_nothing(self, held):
        (one,) = held.view.conditions
        held.do(c.Acknowledge(chair=2, condition_id=one.id))
        held.run(3)
        assert held.view.numeric("spo2").value is None
        assert link(held).question

    def test_it_outlives_a_restart(self, held):
        stored = [one for one in held.records if isinstance(one, (*r.DISCRETE, r.Sample)) and one.session is not None]
        stored += [one for one in held.records if isinstance(one, r.OperatorAdded)]
        station = Station(
            (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),))),
            [load_protocol()], PlainPins(), "0.1.0",
        )  # fmt: skip
        station.restore(stored, held.clock.now(), unclean=True)
        held.station = station
        held.numeric("spo2", 97.0)
        assert held.view.numeric("spo2").value is None
        assert "4712" in link(held).question
        held.do(c.SignIn(operator_id="r.alvarez", pin="246810"))
        answer(held, same=True)
        held.numeric("spo2", 97.0)
        assert held.view.numeric("spo2").value == 97.0


class TestTheAnswer:
    @pytest.fixture
    def held(self, clinic) -> Clinic:
        tell(clinic, "4711")
        running(clinic)
        clinic.run(10)
        tell(clinic, "4712")
        return clinic

    def test_still_this_patient_goes_on_and_is_on_record(self, held):
        (record, ended) = answer(held, same=True)
        assert (type(record), record.operator, record.same) == (r.MonitorPatientConfirmed, "r.alvarez", True)
        assert isinstance(ended, r.ConditionEnded)
        held.run(2)
        assert held.view.numeric("spo2").value is not None
        assert held.of(r.Sample)[-1].session == held.visit.session
        assert not tell(held, "4712")
        tell(held, "4711")
        assert not condition(held), "both are accepted from now on"
        tell(held, "4713")
        assert condition(held)

    def test_no_value_of_the_time_before_the_answer_is_shown_after_it(self, held):
        held.numeric("spo2", 81.0)
        tell(held, "4711")
        view = held.view.numeric("spo2")
        assert (view.value, view.why_blank) == (None, "not measured")
        held.numeric("spo2", 97.0)
        assert held.view.numeric("spo2").value == 97.0

    def test_nor_is_one_of_just_before_the_question(self, held):
        tell(held, "4711")
        view = held.view.numeric("spo2")
        assert (view.value, view.why_blank) == (None, "not measured")

    def test_another_patient_stays_left_out_with_a_clear_text(self, held):
        answer(held, same=False)
        held.run(60)
        assert held.view.numeric("spo2").value is None
        assert link(held).question == (
            "The monitor at chair 2 is not on Jana Keller (id 4712): its numbers are left out. "
            "Connect it to Jana Keller and admit Jana Keller on the monitor"
        )
        assert link(held).is_answered

    def test_until_the_monitor_says_the_patient_again(self, held):
        answer(held, same=False)
        tell(held, "4711")
        held.run(1)
        assert not condition(held)
        assert held.view.numeric("spo2").value is not None

    def test_a_third_patient_asks_anew(self, held):
        answer(held, same=False)
        tell(held, "4713")
        assert "id 4713): is this still" in link(held).question
        assert not link(held).is_answered

    def test_a_slip_can_be_taken_back(self, held):
        answer(held, same=False)
        answer(held, same=True)
        held.run(1)
        assert held.view.numeric("spo2").value is not None

    def test_the_end_of_the_session_ends_it(self, held):
        held.do(handed_over("moved to the ward"))
        assert not held.view.conditions
        held.numeric("spo2", 93.0)
        assert held.view.numeric("spo2").value == 93.0
        held.do(c.FreeChair(chair=2))
        held.check_in()
        assert not condition(held), "what it says at the next check-in is the next reference"

    def test_where_nothing_is_asked_there_is_nothing_to_answer(self, clinic):
        clinic.check_in()
        assert "asks nothing" in clinic.refused(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=True))
        assert "no such monitor" in clinic.refused(c.ConfirmMonitorPatient(chair=2, monitor="9:x", same=True))

    def test_nobody_who_is_not_signed_in_answers(self, held):
        held.do(c.SignOut())
        assert "sign in" in held.refused(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=True))

    def test_before_the_start_it_closes_the_gate(self, clinic):
        tell(clinic, "4711")
        clinic.check_in()
        clinic.take_baseline()
        tell(clinic, "4712")
        gate = next(one for one in clinic.visit.gates if one.id == "monitors")
        assert gate.state is GateState.UNMET
        assert "4712" in gate.detail


def test_ids_and_names_are_in_no_repr(clinic):
    (record,) = tell(clinic, "4711", "Jana Keller")
    assert "4711" not in repr(record)
    assert "Keller" not in repr(record)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "a", "b", "MRN-4471"]),
            st.sampled_from(list(AdmissionState)),
            st.sampled_from([None, True, False]),
        ),
        max_size=8,
    )
)
def test_a_held_monitor_never_feeds_the_session(tellings):
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    assert clinic.visit.phase is Phase.BASELINE
    for patient_id, admission, said in tellings:
        tell(clinic, patient_id, admission=admission)
        if said is not None and link(clinic).question:
            answer(clinic, same=said)
        is_held = bool(link(clinic).question)
        assert is_held == bool(condition(clinic))
        (sample,) = clinic.numeric("spo2", 97.0)
        assert r.is_held(sample) is is_held
        assert (clinic.view.numeric("spo2").value is None) is is_held
        assert sample.provenance is Provenance.DEVICE
        assert sample.validity is Validity.VALID
        (wave,) = clinic.wave("pleth")
        assert isinstance(wave, r.Wave)
        assert r.is_held(wave) is is_held
