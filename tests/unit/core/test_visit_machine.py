"""Random visits: whatever staff and monitors do, the rules of the record hold."""

import dataclasses
import math
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from devices.events import AdmissionState, DevicePatient, DeviceStatus, LinkPhase, LinkState, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.model import ChartKind, ConfirmedHow, FlagOutcome, GateState, Grade, Phase, Severity
from nursestation.core.phases import MOVES
from nursestation.core.snapshot import ChairSnapshot
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    HOUR_NS,
    MONITOR,
    NURSE_PIN,
    PATIENT,
    Clinic,
    PlainPins,
    binding,
    load_protocol,
    make_clinic,
)

T = TypeVar("T")
GATES = ("fasting_food", "fasting_drink", "exclusions", "driver", "baseline", "bp_ceiling", "monitors", "identity")
CRITERIA = ("bp", "vitals_stable", "no_open_condition", "aldrete", "side_effects", "driver", "iv_removed")
PERSON = ("aldrete", "sedation", "iv_removed", "instructions")


def lasting(chair: ChairSnapshot) -> tuple[object, ...]:
    """Return what of a chair its records rebuild: all but what the monitors say this second."""
    visit = chair.visit
    assert visit is not None
    page = visit.readiness
    recorded = [view for view in page.criteria if view.id != "vitals_stable"] if page is not None else []
    gates = tuple(gate for gate in visit.gates if gate.id != "monitors")
    watching = dataclasses.replace(visit.watching, signed_in=())
    still = dataclasses.replace(
        visit, gates=gates, may_start=False, readiness=None, watching=watching, manual=(), not_measurable=()
    )
    return (still, recorded, chair.cuff.reading, chair.cuff.due_in_s, chair.cuff.is_overdue, chair.conditions)


class RandomVisit(RuleBasedStateMachine):
    """Staff, monitors and time in any order."""

    clinic: Clinic

    def __init__(self) -> None:
        super().__init__()
        self.clinic = make_clinic(protocols=[load_protocol()])
        self.clinic.staff()
        self.n_seen = 0
        self.discrete: list[r.Record] = []

    def made(self, kind: type[T]) -> list[T]:
        """Return the discrete records of a kind so far."""
        new = self.clinic.records[self.n_seen :]
        self.n_seen += len(new)
        self.discrete += [record for record in new if isinstance(record, r.DISCRETE)]
        return [record for record in self.discrete if isinstance(record, kind)]

    @property
    def has_visit(self) -> bool:
        return self.clinic.view.visit is not None

    # --- staff ---

    @rule()
    def check_in(self) -> None:
        self.clinic.apply(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))

    @rule(food_h=st.integers(0, 9), drink_h=st.integers(0, 3), has=st.booleans())
    @precondition(lambda self: self.has_visit)
    def answer_check_in(self, food_h: int, drink_h: int, has: bool) -> None:
        now = self.clinic.clock.now().utc_ns
        asked = self.clinic.visit.protocol.gates.exclusions
        for command in (
            c.ConfirmIdentity(chair=2),
            c.RecordConsent(chair=2),
            c.RecordFasting(
                chair=2, last_food_utc_ns=now - food_h * HOUR_NS, last_drink_utc_ns=now - drink_h * HOUR_NS
            ),
            c.AnswerExclusions(chair=2, answers=tuple((text, has and text == asked[0]) for text in asked)),
        ):
            self.clinic.apply(command)

    @rule(how=st.sampled_from(ConfirmedHow))
    def driver(self, how: ConfirmedHow) -> None:
        self.clinic.apply(c.NameDriver(chair=2, driver=DRIVER))
        self.clinic.apply(c.ConfirmDriver(chair=2, how=how))

    @rule()
    @precondition(lambda self: not self.has_visit)
    def prepare(self) -> None:
        self.clinic.check_in()
        self.clinic.take_baseline()

    @rule()
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.INFUSION)
    def run_to_the_end(self) -> None:
        self.clinic.apply(c.StopInfusion(chair=2, reason="dose given"))
        self.clinic.run(905, every_s=5)
        self.clinic.cuff(126, 78)
        self.clinic.apply(c.MarkReady(chair=2))

    @rule(
        kind=st.sampled_from(
            (c.BeginBaseline, c.TakeBaseline, c.ResumeInfusion, c.MarkReady, c.RequestCuff, c.FreeChair)
        )
    )
    def plain(self, kind: type[c.BeginBaseline]) -> None:
        self.clinic.apply(kind(chair=2))

    @rule(reason=st.sampled_from(("", "patient asks")))
    def pause_or_stop(self, reason: str) -> None:
        self.clinic.apply(c.PauseInfusion(chair=2, reason=reason))
        self.clinic.apply(c.StopInfusion(chair=2, reason=reason))

    @rule()
    def start(self) -> None:
        self.clinic.run(2)
        self.clinic.apply(c.StartInfusion(chair=2, dose_text="36 mg"))

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

    @rule(gate=st.sampled_from(GATES), pin=st.sampled_from((CLINICIAN_PIN, CLINICIAN_PIN, "000000")))
    def override_gate(self, gate: str, pin: str) -> None:
        self.clinic.apply(c.OverrideGate(chair=2, gate=gate, reason="why", clinician_id=CLINICIAN, pin=pin))

    @rule(criterion=st.sampled_from(CRITERIA))
    def override_criterion(self, criterion: str) -> None:
        self.clinic.apply(
            c.OverrideCriterion(chair=2, criterion=criterion, reason="why", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)
        )

    @rule(which=st.sampled_from(PERSON), score=st.sampled_from((None, 3, 5, 8, 10)), met=st.booleans())
    def answer(self, which: str, score: int | None, met: bool) -> None:
        self.clinic.apply(c.AnswerCriterion(chair=2, criterion=which, met=met, evidence="seen", score=score))

    @rule()
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.READY)
    def assess(self) -> None:
        self.clinic.assess()

    @rule(kind=st.sampled_from((ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM, ChartKind.NOTE)))
    def chart(self, kind: ChartKind) -> None:
        self.clinic.apply(c.Chart(chair=2, kind=kind, text="Chest pain", severity=Severity.MILD))

    @rule()
    @precondition(lambda self: self.has_visit)
    def settle(self) -> None:
        for entry in self.clinic.visit.chart:
            self.clinic.apply(c.ResolveChart(chair=2, entry_id=entry.id))
        for condition in self.clinic.view.conditions:
            self.clinic.apply(c.Acknowledge(chair=2, condition_id=condition.id))

    @rule(outcome=st.sampled_from((None, FlagOutcome.NOT_CONFIRMED)))
    @precondition(lambda self: self.has_visit and self.clinic.visit.flags)
    def answer_flag(self, outcome: FlagOutcome | None) -> None:
        flag = self.clinic.visit.flags[-1]
        self.clinic.apply(c.AnswerFlag(chair=2, flag_id=flag.id, action="told", reason="moved", outcome=outcome))

    @rule(pin=st.sampled_from((NURSE_PIN, NURSE_PIN, "000000")))
    @precondition(lambda self: self.has_visit and self.clinic.visit.readiness is not None)
    def sign(self, pin: str) -> None:
        page = self.clinic.visit.readiness
        may = page.may_sign
        out = self.clinic.apply(self.clinic.sign(pin))
        if any(isinstance(record, r.DischargeSigned) for record in out):
            assert may

    @rule(sys=st.sampled_from((124, 124, 150)))
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.READY)
    def hand_over(self, sys: int) -> None:
        self.settle()
        self.clinic.cuff(sys, 76)
        self.clinic.run(960, every_s=10)
        self.clinic.cuff(sys, 76)
        self.clinic.assess()
        self.sign(NURSE_PIN)

    @rule()
    @precondition(lambda self: self.has_visit and self.clinic.visit.phase is Phase.BASELINE)
    def start_at_once(self) -> None:
        self.clinic.run(2)
        self.clinic.apply(c.StartInfusion(chair=2, dose_text="36 mg"))

    @rule(reason=st.sampled_from(("", "patient asks")))
    @precondition(lambda self: self.has_visit and len(self.made(r.PhaseChanged)) > 2)
    def end_early(self, reason: str) -> None:
        self.clinic.apply(c.EndEarly(chair=2, reason=reason))

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

    @invariant()
    def nobody_is_discharged_without_evidence(self) -> None:
        signed = {record.session: record for record in self.made(r.DischargeSigned)}
        for record in self.made(r.PhaseChanged):
            if record.after is Phase.DISCHARGED:
                evidence = signed[record.session].evidence
                assert len(evidence) == 10
                assert {line.state for line in evidence} <= {GateState.MET.value, GateState.OVERRIDDEN.value}

    @invariant()
    def no_infusion_starts_unprepared(self) -> None:
        for record in self.made(r.InfusionStarted):
            before = self.discrete[: self.discrete.index(record)]
            mine = [type(other) for other in before if other.session == record.session]
            assert r.IdentityConfirmed in mine
            assert r.ConsentRecorded in mine
            overridden = {other.gate for other in before if isinstance(other, r.GateOverridden)}
            assert r.BaselineTaken in mine or "baseline" in overridden

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
        """The records that were made rebuild the state that made them."""
        now = self.clinic.clock.now()
        stored = [
            from_json(type(record).__name__, to_json(record)) if isinstance(record, r.DISCRETE) else record
            for record in self.clinic.records
            if isinstance(record, r.DISCRETE) or (isinstance(record, r.Sample) and record.session is not None)
        ]
        chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
        again = Station(chairs, [load_protocol()], PlainPins(), "0.1.0")
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
        assert (after.visit.flags, after.visit.chart, after.visit.cuffs) == (
            before.visit.flags,
            before.visit.chart,
            before.visit.cuffs,
        )


TestRandomVisit = RandomVisit.TestCase
TestRandomVisit.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
