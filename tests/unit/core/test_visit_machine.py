"""Random visits: whatever staff and monitors do, in any order, the rules of the record hold.

The protocol asks for everything that one can ask for, and every command that there is is given at some time.
"""

import dataclasses
import math
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from devices.clock import NS_PER_S, Moment
from devices.events import AdmissionState, DevicePatient, DeviceStatus, LinkPhase, LinkState, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import GENESIS, from_json, link, to_json
from nursestation.core.drug_words import differs
from nursestation.core.model import (
    ChartKind,
    ConfirmedHow,
    Driver,
    DrugUse,
    FlagOutcome,
    GateState,
    Grade,
    Identifier,
    LeavingPath,
    MedicineAnswer,
    Phase,
    Pregnancy,
    ScoreKind,
    SeriesPlace,
    Severity,
    TimedStep,
    Transport,
    VisitKind,
)
from nursestation.core.phases import MOVES
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.leaving import (
    SHEET,
    STEADY,
    against_advice,
    answer_all,
    asking,
    see_driver,
    without_driver,
)
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    HOUR_NS,
    MONITOR,
    NURSE,
    NURSE_PIN,
    PATIENT,
    Clinic,
    PlainPins,
    binding,
    make_clinic,
)

T = TypeVar("T")
CHECK = "cuff on the other arm"


def everything() -> Protocol:
    """Return a protocol that asks for everything, before the start and before going home."""
    given = asking().model_dump()
    given["gates"].update(
        ask_weight=True,
        ask_allergies=True,
        ask_pregnancy=True,
        medicines=({"name": "Lamotrigine", "note_needed": True},),
        referral="asked",
        available=True,
        checks=(CHECK,),
        baseline_scores=(ScoreKind.MOAAS,),
        transports=tuple(Transport),
    )
    return Protocol.model_validate(given)


PROTOCOL = everything()
CRITERIA = (
    "observation",
    "bp",
    "vitals_stable",
    "no_open_condition",
    "aldrete",
    "sedation",
    "orientation",
    "gait",
    "side_effects",
    "iv_removed",
    "orthostatic",
    "drug_record",
    "driver",
    "instructions",
)
CAB = Driver("Valley Cabs", "", "555 7777", Transport.MEDICAL_TRANSPORT, booking="B-77")

# --- every command, drawn at random -------------------------------------------------------------------------------

words = st.sampled_from(("", "patient asks", "patient asks"))
pins = st.sampled_from((CLINICIAN_PIN, CLINICIAN_PIN, CLINICIAN_PIN, "000000"))
pressures = st.sampled_from((None, (124, 76, 70), (122, 75, None), (96, 60, 95), (70, 90, None)))
minutes_ago = st.sampled_from((None, 0, 1, 10, 90, -5))
_MINUTE_NS = 60 * NS_PER_S


def _then(clinic: Clinic, minutes: int | None) -> int | None:
    return None if minutes is None else clinic.clock.now().utc_ns - minutes * _MINUTE_NS


def _entry(clinic: Clinic) -> st.SearchStrategy[str]:
    visit = clinic.view.visit
    return st.sampled_from([entry.id for entry in visit.chart] if visit is not None and visit.chart else ["none"])


def _drug(clinic: Clinic) -> st.SearchStrategy[str]:
    visit = clinic.view.visit
    return st.sampled_from([drug.id for drug in visit.drugs] if visit is not None and visit.drugs else ["none"])


def _condition(clinic: Clinic) -> st.SearchStrategy[str]:
    return st.sampled_from([one.id for one in clinic.view.conditions] or ["none"])


def _flag(clinic: Clinic) -> st.SearchStrategy[str]:
    visit = clinic.view.visit
    return st.sampled_from([flag.id for flag in visit.flags] if visit is not None and visit.flags else ["none"])


def _driver_code(clinic: Clinic) -> st.SearchStrategy[str]:
    visit = clinic.view.visit
    return st.sampled_from(("", "0000", visit.driver_code if visit is not None else ""))


Build = Callable[[Clinic], st.SearchStrategy[c.Command]]


def _fixed(kind: type, /, **fields: st.SearchStrategy[object]) -> Build:
    """Return a way to draw a command whose fields hang on nothing that happened."""
    return lambda _: st.builds(kind, chair=st.just(2), **fields)


def _exclusions(clinic: Clinic) -> st.SearchStrategy[c.Command]:
    asked = PROTOCOL.gates.exclusions
    return st.builds(
        lambda has: c.AnswerExclusions(chair=2, answers=tuple((text, has and text == asked[0]) for text in asked)),
        has=st.booleans(),
    )


COMMANDS: dict[type, Build] = {
    c.CheckIn: _fixed(
        c.CheckIn,
        patient=st.just(PATIENT),
        protocol=st.just(PROTOCOL.name),
        series=st.sampled_from((None, SeriesPlace(VisitKind.COURSE, 3, 6), SeriesPlace(VisitKind.COURSE, 7, 6))),
    ),
    c.ConfirmIdentity: _fixed(
        c.ConfirmIdentity, identifiers=st.lists(st.sampled_from(Identifier), max_size=3).map(tuple)
    ),
    c.RecordWeight: _fixed(c.RecordWeight, kg=st.sampled_from((72.0, 7.2)), measured=st.booleans()),
    c.RecordAllergies: _fixed(c.RecordAllergies, text=st.sampled_from(("", "penicillin")), none_known=st.booleans()),
    c.RecordPregnancy: _fixed(c.RecordPregnancy, answer=st.sampled_from(Pregnancy), note=words),
    c.RecordMedicines: _fixed(
        c.RecordMedicines,
        answers=st.builds(MedicineAnswer, st.just("Lamotrigine"), st.booleans(), words).map(lambda one: (one,)),
    ),
    c.RecordReferral: _fixed(
        c.RecordReferral, from_whom=words, dated=st.sampled_from((None, date(2025, 12, 1), date(2027, 1, 1)))
    ),
    c.NameAvailable: _fixed(c.NameAvailable, name=st.sampled_from(("", "Sam Okafor MD", "Lea Brandt MD"))),
    c.ConfirmCheck: _fixed(c.ConfirmCheck, text=st.sampled_from((CHECK, "something else"))),
    c.RecordCompanion: _fixed(
        c.RecordCompanion, name=st.sampled_from(("", "Maria Keller")), stays=st.booleans(), brought=st.booleans()
    ),
    c.KeepDraft: _fixed(
        c.KeepDraft,
        form=st.sampled_from(("patient", "weight", "driver")),
        fields=st.sampled_from(((), (("kg", "7"),))),
    ),
    c.RecordConsent: _fixed(c.RecordConsent),
    c.RecordFasting: lambda clinic: st.builds(
        lambda food_h, drink_h: c.RecordFasting(
            chair=2,
            last_food_utc_ns=clinic.clock.now().utc_ns - food_h * HOUR_NS,
            last_drink_utc_ns=clinic.clock.now().utc_ns - drink_h * HOUR_NS,
        ),
        food_h=st.integers(-1, 9),
        drink_h=st.integers(0, 3),
    ),
    c.AnswerExclusions: _exclusions,
    c.NameDriver: _fixed(c.NameDriver, driver=st.sampled_from((DRIVER, CAB, Driver("", "", "")))),
    c.ConfirmDriver: lambda clinic: st.builds(
        c.ConfirmDriver,
        chair=st.just(2),
        how=st.sampled_from(ConfirmedHow),
        code=_driver_code(clinic),
        identity_seen=st.sampled_from(("", "passport")),
    ),
    c.BeginBaseline: _fixed(c.BeginBaseline),
    c.TakeBaseline: _fixed(c.TakeBaseline),
    c.OverrideGate: lambda clinic: st.builds(
        c.OverrideGate,
        chair=st.just(2),
        gate=st.sampled_from([gate.id for gate in clinic.visit.gates] if clinic.view.visit is not None else ["driver"]),
        reason=words,
        clinician_id=st.just(CLINICIAN),
        pin=pins,
    ),
    c.StartInfusion: _fixed(
        c.StartInfusion, dose_text=st.sampled_from(("", "36 mg")), planned_min=st.sampled_from((None, 5.0))
    ),
    c.PauseInfusion: _fixed(c.PauseInfusion, reason=words),
    c.ResumeInfusion: _fixed(c.ResumeInfusion),
    c.StopInfusion: _fixed(c.StopInfusion, reason=words),
    c.MarkReady: _fixed(c.MarkReady),
    c.RequestCuff: _fixed(c.RequestCuff),
    c.EnterCuffReading: _fixed(c.EnterCuffReading, sys=st.sampled_from((124, 186, 60)), dia=st.sampled_from((76, 112))),
    c.StartCuff: _fixed(c.StartCuff),
    c.StopCuff: _fixed(c.StopCuff),
    c.Chart: _fixed(
        c.Chart,
        kind=st.sampled_from(ChartKind),
        text=st.sampled_from(("", "Nausea", "Chest pain")),
        severity=st.sampled_from((None, *Severity)),
    ),
    c.ResolveChart: lambda clinic: st.builds(c.ResolveChart, chair=st.just(2), entry_id=_entry(clinic)),
    c.CorrectChart: lambda clinic: st.builds(
        lambda entry, minutes, text: c.CorrectChart(
            chair=2, entry_id=entry, reason="looked again", at_utc_ns=_then(clinic, minutes), text=text
        ),
        entry=_entry(clinic),
        minutes=minutes_ago,
        text=st.sampled_from((None, "Dizziness")),
    ),
    c.StrikeChart: lambda clinic: st.builds(c.StrikeChart, chair=st.just(2), entry_id=_entry(clinic), reason=words),
    c.CorrectTime: lambda clinic: st.builds(
        lambda what, minutes, index: c.CorrectTime(
            chair=2, what=what, at_utc_ns=_then(clinic, minutes) or 0, reason="by the pump's log", index=index
        ),
        what=st.sampled_from(TimedStep),
        minutes=minutes_ago,
        index=st.integers(0, 1),
    ),
    c.RecordScore: lambda clinic: st.builds(
        lambda kind, value, minutes: c.RecordScore(
            chair=2, kind=kind, value=value, label="Own scale", at_utc_ns=_then(clinic, minutes)
        ),
        kind=st.sampled_from(ScoreKind),
        value=st.sampled_from((0, 3, 5, 99)),
        minutes=minutes_ago,
    ),
    c.EnterVitals: lambda clinic: st.builds(
        lambda values, why, minutes: c.EnterVitals(
            chair=2, values=values, not_measurable=why, at_utc_ns=_then(clinic, minutes)
        ),
        values=st.sampled_from(((), (("spo2", 97.0),), (("nibp_sys", 126.0), ("nibp_dia", 78.0)))),
        why=st.sampled_from(((), (("resp_rate", "talks"),))),
        minutes=minutes_ago,
    ),
    c.RecordDrug: lambda clinic: st.builds(
        c.RecordDrug,
        chair=st.just(2),
        use=st.builds(
            DrugUse,
            drug=st.just("Ketamine"),
            concentration=st.just("50 mg/mL"),
            lot=st.sampled_from(("KT4471", "KT4471", "")),
            drawn_mg=st.just(50.0),
            given_mg=st.sampled_from((36.0, 50.0, math.nan)),
            wasted_mg=st.sampled_from((0.0, 14.0)),
            why_differs=words,
        ),
        witness_id=st.sampled_from((CLINICIAN, CLINICIAN, NURSE, "")),
        pin=pins,
        replaces=st.one_of(st.just(""), _drug(clinic)),
        reason=words,
    ),
    c.StrikeDrug: lambda clinic: st.builds(
        c.StrikeDrug,
        chair=st.just(2),
        drug_id=_drug(clinic),
        reason=words,
        witness_id=st.sampled_from((CLINICIAN, NURSE, "")),
        pin=pins,
    ),
    c.Acknowledge: lambda clinic: st.builds(c.Acknowledge, chair=st.just(2), condition_id=_condition(clinic)),
    c.AnswerFlag: lambda clinic: st.builds(
        c.AnswerFlag,
        chair=st.just(2),
        flag_id=_flag(clinic),
        action=st.just("told"),
        reason=words,
        outcome=st.sampled_from((None, FlagOutcome.NOT_CONFIRMED)),
    ),
    c.AnswerCriterion: _fixed(
        c.AnswerCriterion,
        criterion=st.sampled_from(CRITERIA),
        met=st.booleans(),
        evidence=st.sampled_from(("", "seen")),
        score=st.sampled_from((None, 3, 5, 8, 10)),
        items=st.sampled_from(((), STEADY, (*STEADY[:2], ("advice", 0)))),
    ),
    c.OverrideCriterion: _fixed(
        c.OverrideCriterion,
        criterion=st.sampled_from(CRITERIA),
        reason=words,
        clinician_id=st.sampled_from((CLINICIAN, CLINICIAN, NURSE)),
        pin=pins,
    ),
    c.SignDischarge: lambda clinic: st.builds(
        c.SignDischarge,
        chair=st.just(2),
        meaning=words,
        seen=st.sampled_from(
            ("", clinic.visit.readiness.digest)
            if clinic.view.visit is not None and clinic.visit.readiness is not None
            else ("",)
        ),
        pin=st.sampled_from((NURSE_PIN, CLINICIAN_PIN)),
    ),
    c.ShortenObservation: _fixed(
        c.ShortenObservation,
        minutes=st.sampled_from((0.0, 5.0, 10.0, 60.0)),
        reason=words,
        clinician_id=st.sampled_from((CLINICIAN, NURSE)),
        pin=pins,
    ),
    c.RecordOrthostatic: _fixed(
        c.RecordOrthostatic,
        lying=pressures,
        standing_1=pressures,
        standing_3=pressures,
        symptoms=st.booleans(),
        skipped_because=st.sampled_from(("", "", "leg in plaster")),
    ),
    c.InstructionsGiven: _fixed(
        c.InstructionsGiven,
        language=st.sampled_from(("", "es", "de")),
        how=st.sampled_from(("printed", "file")),
        sha256=st.sampled_from((SHEET, "ab" * 32, "")),
    ),
    c.AcknowledgeInstructions: _fixed(c.AcknowledgeInstructions, by=st.sampled_from(("patient", "driver"))),
    c.ChooseLeaving: _fixed(
        c.ChooseLeaving,
        path=st.sampled_from(LeavingPath),
        reason=words,
        arrangement=st.sampled_from(("", "taxi with a nurse")),
        risks_told=st.booleans(),
        patient_signed=st.booleans(),
        witness=st.sampled_from(("", "P. Lang RN")),
        clinician_id=st.sampled_from((CLINICIAN, NURSE, "")),
        pin=pins,
    ),
    c.EndEarly: _fixed(
        c.EndEarly,
        reason=words,
        handed_to=st.sampled_from(("", "ambulance crew 12", DRIVER.name)),
        clinician_id=st.sampled_from((CLINICIAN, NURSE)),
        pin=pins,
    ),
    c.FreeChair: _fixed(c.FreeChair),
    c.AssignNurse: _fixed(c.AssignNurse, nurse=st.sampled_from((NURSE, CLINICIAN, None, "op-99"))),
    c.ConfirmMonitors: _fixed(c.ConfirmMonitors),
    c.ConfirmMonitorPatient: _fixed(c.ConfirmMonitorPatient, monitor=st.just(MONITOR), same=st.booleans()),
    c.PauseChairAlarms: _fixed(c.PauseChairAlarms, reason=words),
    c.EndChairPause: _fixed(c.EndChairPause),
    c.SetLimit: _fixed(
        c.SetLimit, metric=st.sampled_from(("spo2", "heart_rate")), low=st.sampled_from((None, 88.0, 60.0))
    ),
    c.ResetLimits: _fixed(c.ResetLimits),
    c.AcceptLimits: _fixed(c.AcceptLimits, limits=st.sampled_from(((), (("heart_rate", 45.0, None),)))),
}
"""For each command of a chair: how to draw one, sensible or not."""

_END_EARLY = (c.EndEarly, c.FreeChair)
"""What ends a visit and would leave little of it to try; given less often."""


def test_every_command_of_a_chair_is_drawn() -> None:
    assert set(COMMANDS) == set(c.ChairCommand.__args__)


def lasting(chair: ChairSnapshot) -> tuple[object, ...]:
    """Return what of a chair its records rebuild: all but what the monitors say this second."""
    visit = chair.visit
    assert visit is not None
    page = visit.readiness
    recorded = [view for view in page.criteria if view.id != "vitals_stable"] if page is not None else []
    gates = tuple(gate for gate in visit.gates if gate.id != "monitors")
    watched = dataclasses.replace(visit.watching, signed_in=())  # a restart signs everybody out
    still = dataclasses.replace(
        visit,
        gates=gates,
        may_start=False,
        readiness=None,
        leave=None,
        manual=(),  # shown where no monitor gives the metric, as what is not measurable: `by_hand` looks at both
        not_measurable=(),
        watching=watched,
    )
    return (still, recorded, chair.cuff.reading, chair.cuff.due_in_s, chair.cuff.is_overdue, chair.conditions)


def by_hand(station: Station, now: Moment) -> tuple[object, ...]:
    """Return what staff measured or could not, as it is shown when no monitor has given a number for long."""
    visit = station.snapshot(now.shifted(HOUR_NS)).chair(2).visit
    assert visit is not None
    return (visit.manual, visit.not_measurable)


class RandomVisit(RuleBasedStateMachine):
    """Staff, monitors and time in any order."""

    clinic: Clinic

    def __init__(self) -> None:
        super().__init__()
        self.clinic = make_clinic(protocols=[PROTOCOL])
        self.clinic.staff()
        self.n_seen = 0
        self.discrete: list[r.Record] = []
        self.written: list[str] = []  # each of them as it was when it was made
        self.heads: dict[str, str] = {}

    def made(self, kind: type[T]) -> list[T]:
        """Return the discrete records of a kind so far."""
        new = self.clinic.records[self.n_seen :]
        self.n_seen += len(new)
        for record in new:
            if isinstance(record, r.DISCRETE):
                self._keep(record)
        return [record for record in self.discrete if isinstance(record, kind)]

    def _keep(self, record: r.Record) -> None:
        body = to_json(record)
        self.discrete.append(record)
        self.written.append(body)
        if record.session is not None:
            head = self.heads.get(record.session, GENESIS)
            if isinstance(record, r.DischargeSigned):
                assert record.signature.covers == head
            self.heads[record.session] = link(head, type(record).__name__, body)

    @property
    def has_visit(self) -> bool:
        return self.clinic.view.visit is not None

    # --- staff ---

    @rule(data=st.data())
    def anything(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from([kind for kind in COMMANDS if kind not in _END_EARLY]))
        self.clinic.apply(data.draw(COMMANDS[kind](self.clinic)))

    @rule(data=st.data())
    @precondition(lambda self: self.has_visit)
    def leave(self, data: st.DataObject) -> None:
        """Give what belongs to the end of a visit more often than chance would."""
        kinds = (
            c.ShortenObservation,
            c.ChooseLeaving,
            c.SignDischarge,
            c.OverrideCriterion,
            c.MarkReady,
            c.ConfirmDriver,
        )
        kind = data.draw(st.sampled_from(kinds))
        self.clinic.apply(data.draw(COMMANDS[kind](self.clinic)))

    @rule(data=st.data())
    @precondition(lambda self: self.has_visit and len(self.made(r.PhaseChanged)) > 3)
    def end(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(_END_EARLY))
        self.clinic.apply(data.draw(COMMANDS[kind](self.clinic)))

    @rule(who=st.sampled_from(((NURSE, NURSE_PIN), (NURSE, NURSE_PIN), (CLINICIAN, CLINICIAN_PIN), (NURSE, "000000"))))
    def sign_in(self, who: tuple[str, str]) -> None:
        operator, pin = who
        self.clinic.apply(c.SignIn(operator_id=operator, pin=pin))

    @rule()
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase.is_over)
    def clear(self) -> None:
        self.clinic.apply(c.FreeChair(chair=2))

    @rule()
    @precondition(lambda self: not self.has_visit)
    def prepare(self) -> None:
        """Check a patient in as one should, and take the baseline."""
        self.clinic.apply(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
        if self.clinic.station.snapshot(self.clinic.clock.now()).operator is None:
            return  # too many wrong PINs: wait
        self.clinic.check_in(PROTOCOL.name)
        self.clinic.do(
            c.RecordWeight(chair=2, kg=72.0, measured=True),
            c.RecordAllergies(chair=2, text="penicillin", none_known=False),
            c.RecordPregnancy(chair=2, answer=Pregnancy.TEST_NEGATIVE),
            c.RecordMedicines(chair=2, answers=(MedicineAnswer("Lamotrigine", taken=False),)),
            c.RecordReferral(chair=2, from_whom="Dr Adler"),
            c.NameAvailable(chair=2, name="Sam Okafor MD"),
            c.ConfirmCheck(chair=2, text=CHECK),
            c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=5),
        )
        self.clinic.take_baseline(every_s=5)

    @rule()
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.BASELINE)
    def start(self) -> None:
        self.clinic.run(2)
        self.clinic.apply(c.StartInfusion(chair=2, dose_text="36 mg"))

    @rule(shorter=st.booleans())
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.INFUSION)
    def run_to_the_end(self, shorter: bool) -> None:
        self.clinic.apply(c.StopInfusion(chair=2, reason="dose given"))
        if shorter:
            self.clinic.apply(
                c.ShortenObservation(chair=2, minutes=5, reason="calm", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)
            )
        self.clinic.run(905, every_s=10)
        self.clinic.cuff(126, 78)
        self.clinic.apply(c.MarkReady(chair=2))

    @rule(shorter=st.booleans())
    @precondition(lambda self: not self.has_visit)
    def treat(self, shorter: bool) -> None:
        """Bring a patient to the discharge page at once."""
        self.prepare()
        if self.has_visit:
            self.start()
            self.run_to_the_end(shorter)

    @rule(
        patient_id=st.sampled_from((None, "4711", "4712", PATIENT.record_number)),
        admission=st.sampled_from((AdmissionState.ADMITTED, AdmissionState.DISCHARGED)),
        answer=st.sampled_from((None, True, False)),
    )
    def monitor_names(self, patient_id: str | None, admission: AdmissionState, answer: bool | None) -> None:
        at = self.clinic.clock.now().mono_ns
        self.clinic.event(DevicePatient(t_ns=at, admission=admission, patient_id=patient_id))
        if answer is not None:
            self.clinic.apply(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=answer))

    @rule()
    @precondition(lambda self: self.has_visit)
    def settle(self) -> None:
        for entry in self.clinic.visit.chart:
            self.clinic.apply(c.ResolveChart(chair=2, entry_id=entry.id))
        for condition in self.clinic.view.conditions:
            self.clinic.apply(c.Acknowledge(chair=2, condition_id=condition.id))

    @rule(signs=st.booleans())
    @precondition(lambda self: self.has_visit and self.clinic.visit.infusion_started is not None)
    def give_into_other_hands(self, signs: bool) -> None:
        self.clinic.apply(
            c.EndEarly(
                chair=2,
                reason="chest pain",
                handed_to="ambulance crew 12",
                clinician_id=CLINICIAN,
                pin=CLINICIAN_PIN if signs else "000000",
            )
        )

    @rule(path=st.sampled_from(LeavingPath), sys=st.sampled_from((124, 124, 150)))
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase in (Phase.OBSERVATION, Phase.READY))
    def hand_over(self, path: LeavingPath, sys: int) -> None:
        """End a visit as one should, on each of the three ways; what was overridden before may still stand against it."""
        clinic = self.clinic
        clinic.apply(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
        if clinic.station.snapshot(clinic.clock.now()).operator is None:
            return
        if path is not LeavingPath.AGAINST_ADVICE:
            clinic.run(960, every_s=10)
            self.settle()
            clinic.cuff(sys, 76)
            clinic.apply(c.NameDriver(chair=2, driver=DRIVER))
            answer_all(clinic, driver=False)
        choice = without_driver() if path is LeavingPath.NO_DRIVER else against_advice()
        clinic.apply(see_driver(clinic) if path is LeavingPath.WITH_DRIVER else choice)
        clinic.apply(c.MarkReady(chair=2))
        may = clinic.visit.readiness.may_sign
        is_signed = any(isinstance(record, r.DischargeSigned) for record in clinic.apply(clinic.sign()))
        assert may or not is_signed

    # --- monitors and time ---

    @rule(sys=st.integers(70, 215), dia=st.integers(40, 65), age_s=st.sampled_from((0, 0, 0, 30)))
    def cuff(self, sys: int, dia: int, age_s: int) -> None:
        self.clinic.cuff(sys, dia, age_s=age_s)

    @rule(seconds=st.sampled_from((1, 15, 61, 310)), spo2=st.sampled_from((98.0, 98.0, 87.0, 84.0)))
    def vitals(self, seconds: int, spo2: float) -> None:
        self.clinic.run(seconds, {"spo2": spo2}, every_s=max(1.0, seconds / 60))

    @rule(seconds=st.sampled_from((1, 6, 20, 200)))
    def silence(self, seconds: int) -> None:
        self.clinic.wait(seconds)

    @rule(status=st.sampled_from(SensorStatus), metric=st.sampled_from(("nibp", "spo2")))
    def sensor(self, status: SensorStatus, metric: str) -> None:
        self.clinic.event(DeviceStatus(t_ns=0, metric=metric, status=status, text=str(status)))

    @rule(phase=st.sampled_from(LinkPhase))
    def link(self, phase: LinkPhase) -> None:
        self.clinic.event(LinkState(t_ns=0, phase=phase))

    @rule(validity=st.sampled_from((Validity.UNAVAILABLE, Validity.INVALID)))
    def blank(self, validity: Validity) -> None:
        self.clinic.numeric("heart_rate", None, validity)

    # --- what always holds ---

    @invariant()
    def phases_move_by_the_table(self) -> None:
        at: dict[str, Phase] = {}
        for record in self.made(r.PhaseChanged):
            assert record.session is not None
            before = at.get(record.session)
            assert record.before is before
            if before is not None:
                assert record.after in MOVES[before]
            at[record.session] = record.after

    def before(self, record: r.Record) -> list[r.Record]:
        """Return the records of the same session up to this one."""
        upto = self.discrete[: self.discrete.index(record)]
        return [other for other in upto if other.session == record.session]

    @invariant()
    def nobody_is_discharged_without_evidence(self) -> None:
        signed = {record.session: record for record in self.made(r.DischargeSigned)}
        for record in self.made(r.PhaseChanged):
            if record.after is Phase.DISCHARGED:
                page = signed[record.session]
                assert tuple(line.criterion for line in page.evidence) == CRITERIA
                states = {line.state for line in page.evidence}
                allowed = {GateState.MET.value, GateState.OVERRIDDEN.value}
                if page.path is LeavingPath.AGAINST_ADVICE:
                    allowed.add(GateState.AGAINST_ADVICE.value)
                assert states <= allowed
                assert all(line.evidence for line in page.evidence)

    @invariant()
    def the_way_out_was_chosen_on_the_record(self) -> None:
        for signed in self.made(r.DischargeSigned):
            chosen = [other for other in self.before(signed) if isinstance(other, r.LeavingChosen)]
            if signed.path is LeavingPath.WITH_DRIVER:
                assert signed.driver is not None
                continue
            last = chosen[-1]
            assert last.path is signed.path
            assert signed.leaving
            assert last.reason
            if signed.path is LeavingPath.NO_DRIVER:
                assert (last.arrangement, signed.driver) == (last.arrangement or None, None)
                assert last.clinician == CLINICIAN
            else:
                assert last.risks_told
                assert last.patient_signed or last.witness

    @invariant()
    def nobody_is_signed_out_while_an_infusion_runs(self) -> None:
        for signed in self.made(r.DischargeSigned):
            kinds = [type(other) for other in self.before(signed)]
            assert r.InfusionStarted in kinds
            assert r.InfusionStopped in kinds
        for chosen in self.made(r.LeavingChosen):
            assert r.InfusionStopped in [type(other) for other in self.before(chosen)]

    @invariant()
    def two_people_stand_for_what_was_let_pass(self) -> None:
        for record in (*self.made(r.CriterionOverridden), *self.made(r.LeavingChosen)):
            if isinstance(record, r.LeavingChosen) and record.path is not LeavingPath.NO_DRIVER:
                continue
            assert record.clinician == CLINICIAN != record.operator
        for signed in self.made(r.DischargeSigned):
            overridden = {line.criterion for line in signed.evidence if line.state == GateState.OVERRIDDEN.value}
            for other in self.before(signed):
                is_in_force = isinstance(other, r.CriterionOverridden) and other.criterion in overridden
                if is_in_force or isinstance(other, r.ObservationShortened):
                    assert other.clinician != signed.signature.operator_id
            assert signed.signature.operator_id == signed.operator

    @invariant()
    def no_waste_and_no_change_of_it_without_a_witness(self) -> None:
        witnessed: set[str] = set()
        for record in self.made(r.DrugRecorded):
            needed = record.use.wasted_mg > 0 or record.replaces in witnessed
            assert bool(record.witness) == needed
            assert record.witness != record.operator
            assert record.use.why_differs or not differs(record.use)
            witnessed |= {record.drug_id} if record.witness else set()
        for struck in self.made(r.DrugStruck):
            assert bool(struck.witness) == (struck.drug_id in witnessed)
            assert struck.witness != struck.operator

    @invariant()
    def nobody_with_the_drug_in_them_leaves_untold(self) -> None:
        for record in self.made(r.PhaseChanged):
            if record.after is not Phase.ENDED_EARLY:
                continue
            mine = self.before(record)
            if any(isinstance(other, r.InfusionStarted) for other in mine):
                over = next(other for other in mine if isinstance(other, r.HandedOver))
                assert over.to
                assert over.clinician == CLINICIAN
                assert tuple(line.criterion for line in over.evidence) == CRITERIA
                assert any(isinstance(other, r.InfusionStopped) for other in mine)

    @invariant()
    def observation_is_never_shorter_than_the_floor(self) -> None:
        for record in self.made(r.ObservationShortened):
            assert PROTOCOL.discharge.observation_floor_min <= record.minutes < record.before

    @invariant()
    def who_may_leave_is_held_by_nothing(self) -> None:
        visit: VisitView | None = self.clinic.view.visit
        if visit is None or visit.readiness is None or not visit.readiness.may_sign:
            return
        assert visit.leave is not None
        assert (visit.leave.earliest_in_s, visit.leave.holds) == (0, ())

    @invariant()
    def no_infusion_starts_unprepared(self) -> None:
        for record in self.made(r.InfusionStarted):
            before = self.discrete[: self.discrete.index(record)]
            mine = [type(other) for other in before if other.session == record.session]
            assert r.IdentityConfirmed in mine
            assert r.ConsentRecorded in mine
            overridden = {other.gate for other in before if isinstance(other, r.GateOverridden)}
            assert r.BaselineTaken in mine or "baseline" in overridden
            assert r.WeightRecorded in mine
            assert r.AllergiesRecorded in mine

    @invariant()
    def one_condition_a_rule_and_side(self) -> None:
        conditions = self.clinic.view.conditions
        rules = [condition.rule for condition in conditions]
        high = [rule for rule in rules if rule.startswith("bp.") and rule != "bp.low"]
        assert len(high) <= 1
        assert len(rules) == len(set(rules)) or rules.count("data.lost") > 1
        if self.has_visit:
            present = [flag for flag in self.clinic.visit.flags if flag.is_present]
            assert len({flag.grade is Grade.LOW for flag in present}) == len(present) or not present

    @invariant()
    def ids_are_unique(self) -> None:
        for kind, name in (
            (r.ConditionRaised, "condition_id"),
            (r.FlagRaised, "flag_id"),
            (r.Charted, "entry_id"),
            (r.DrugRecorded, "drug_id"),
            (r.SessionOpened, "session"),
        ):
            ids = [getattr(record, name) for record in self.made(kind)]
            assert len(ids) == len(set(ids))

    @invariant()
    def no_blank_value_is_a_number(self) -> None:
        for view in self.clinic.view.numerics:
            assert (view.value is None) == bool(view.why_blank)
            assert view.value is None or math.isfinite(view.value)

    def teardown(self) -> None:
        """Nothing that was made was changed since, and it rebuilds the state that made it."""
        self.made(r.DischargeSigned)
        assert [to_json(record) for record in self.discrete] == self.written
        now = self.clinic.clock.now()
        stored = [
            from_json(type(record).__name__, to_json(record)) if isinstance(record, r.DISCRETE) else record
            for record in self.clinic.records
            if isinstance(record, r.DISCRETE) or (isinstance(record, r.Sample) and record.session is not None)
        ]
        chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
        again = Station(chairs, [PROTOCOL], PlainPins(), "0.1.0")
        made = again.restore(stored, now, unclean=True)
        ended = {record.condition_id for record in made if isinstance(record, r.ConditionEnded)}
        before, after = self.clinic.view, again.snapshot(now).chair(2)
        if before.visit is None:
            assert after.visit is None
            return
        kept = tuple(condition for condition in before.conditions if condition.id not in ended)
        if not ended:
            assert lasting(after) == lasting(before)
        assert after.conditions == kept
        assert by_hand(again, now) == by_hand(self.clinic.station, now)
        assert (after.visit.flags, after.visit.chart, after.visit.cuffs) == (
            before.visit.flags,
            before.visit.chart,
            before.visit.cuffs,
        )


TestRandomVisit = RandomVisit.TestCase
TestRandomVisit.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
