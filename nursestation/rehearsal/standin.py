"""The stand-in nurse of a rehearsal: looks at the same snapshot as a screen, and answers with the same commands.

Rules of the file:
1. It decides by what the snapshot shows, as a person would, and acts at most once every `PACE_S` of the visit.
2. The plain steps of a visit stand here; what deviates stands in the scenario's operator script.
3. It depends on nothing but scenario, protocol and snapshots: the same ones give the same commands.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import assert_never

from devices.clock import NS_PER_S, Moment
from devices.simulator import script
from devices.simulator.scenario import PatientSheet, Scenario
from nursestation.config.schema import StationSettings
from nursestation.core.assessed import GAIT
from nursestation.core.commands import (
    Acknowledge,
    AcknowledgeInstructions,
    AnswerCriterion,
    AnswerExclusions,
    AnswerFlag,
    BeginBaseline,
    Chart,
    CheckIn,
    ChooseLeaving,
    Command,
    ConfirmCheck,
    ConfirmDriver,
    ConfirmIdentity,
    EndEarly,
    InstructionsGiven,
    MarkReady,
    NameAvailable,
    NameDriver,
    OverrideGate,
    PauseInfusion,
    RecordAllergies,
    RecordConsent,
    RecordFasting,
    RecordMedicines,
    RecordOrthostatic,
    RecordPregnancy,
    RecordReferral,
    RecordScore,
    RecordWeight,
    RequestCuff,
    ResolveChart,
    ResumeInfusion,
    SelfTest,
    SignDischarge,
    StartInfusion,
    StopInfusion,
    TakeBaseline,
)
from nursestation.core.model import (
    ChartKind,
    ConfirmedHow,
    CuffReading,
    Driver,
    FlagOutcome,
    GateState,
    LeavingPath,
    MedicineAnswer,
    Patient,
    Phase,
    Pregnancy,
    ScoreKind,
    SeriesPlace,
    Severity,
    Transport,
    VisitKind,
)
from nursestation.core.protocols import Protocol
from nursestation.core.scores import MAX_ITEM, RECOVERY
from nursestation.core.scores import evidence as score_in_words
from nursestation.core.scorings import SCALES
from nursestation.core.snapshot import ChairSnapshot, CriterionView, DueKind, FlagView, StationSnapshot, VisitView
from nursestation.export.instructions import instructions_pdf
from nursestation.paths import resource
from nursestation.ui.discharge.orthostatic_view import Posture, lying_reading, standing_reading
from nursestation.ui.discharge.sheet_of import sheet_of

PACE_S = 5.0
REPEAT_AFTER_S = 30.0  # a flag is seen, and START pressed for the repeat, half a minute later
CUFF_AGAIN_S = 180.0  # before discharge: how often a fresh reading is taken while the last one holds the patient back
STANDS_S = {Posture.MINUTE_1: 60.0, Posture.MINUTE_3: 180.0}  # after standing up START is pressed then
STAND_AGAIN_S = 300.0  # no reading in its time: the patient lies down, and stands up anew
_HOUR_NS = 3600 * NS_PER_S

_TAKES_OVER = "Sim Clinician, at the chair"
"""Who has the patient in care where a scenario ends a visit early and names nobody."""

_ANSWERS: dict[str, tuple[str, int | None]] = {
    "sedation": ("MOAA/S 5: answers readily", 5),
    "side_effects": ("none left", None),
    "iv_removed": ("removed, site dry", None),
    "orientation": ("person, place and time", 3),
    "instructions": ("given on paper and read through together", None),
}

_SCORES = {ScoreKind.MOAAS: 5, ScoreKind.ORIENTATION: 3}
"""Of somebody who is awake and calm and has no complaint; the others are 0."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acts in the rehearsal, with the PINs that only it knows."""

    nurse_pin: str
    clinician_id: str
    clinician_pin: str


class StandInNurse:
    """Plays one visit on one chair."""

    def __init__(self, scenario: Scenario, protocol: Protocol, chair: int, staff: Staff) -> None:
        self._scenario = scenario
        self._protocol = protocol
        self._chair = chair
        self._staff = staff
        self._done: set[tuple[int, str]] = set()  # (step's index, what it was anchored to)
        self._last_act_ns: int | None = None
        self._last_cuff_ns: int | None = None
        self._repeats: set[str] = set()
        self._lying: CuffReading | None = None  # of the check lying and standing, while it goes on
        self._stood: Moment | None = None
        self._lay_down_ns = 0  # a reading of before was measured standing
        self._values = dict(_SCORES)

    def act(self, snapshot: StationSnapshot) -> tuple[Command, ...]:
        """Return what the nurse does now; call about once a second of the visit."""
        chair = snapshot.chair(self._chair)
        now_ns = snapshot.at.mono_ns
        visit = chair.visit
        if visit is not None:
            scripted = tuple(self._scripted(visit, chair, now_ns))
            if scripted:
                return scripted
            wanted = self._repeat(visit, now_ns)
            if wanted is not None:
                return (wanted,)
        if self._last_act_ns is not None and now_ns - self._last_act_ns < PACE_S * NS_PER_S:
            return ()
        if visit is None:
            plain: Command | None = self._check_in(snapshot)
        else:
            plain = self._due_score(snapshot, visit) or self._next(visit, snapshot.at)
        if plain is None:
            return ()
        self._last_act_ns = now_ns
        return (plain, *(self._asked(visit) if isinstance(plain, RecordConsent) and visit is not None else ()))

    # --- the plain steps ----------------------------------------------------------------------------------------------

    def _check_in(self, snapshot: StationSnapshot) -> Command:
        if not snapshot.self_test.done_today:
            return SelfTest(heard=True, seen=True)
        today = datetime.fromtimestamp(snapshot.at.utc_ns / NS_PER_S, UTC).date()
        plan = self._protocol.series
        return CheckIn(
            chair=self._chair,
            patient=patient_of(self._scenario.patient, today),
            protocol=self._protocol.name,
            series=SeriesPlace(VisitKind.COURSE, 1, plan.length) if plan is not None else None,
        )

    def _next(self, visit: VisitView, now: Moment) -> Command | None:
        match visit.phase:
            case Phase.CHECK_IN:
                return self._prepare(visit)
            case Phase.BASELINE:
                return self._baseline(visit)
            case Phase.INFUSION:
                over = visit.infusion_run_s is not None and visit.infusion_run_s >= visit.infusion_planned_s
                return StopInfusion(chair=self._chair) if over and not visit.paused else None
            case Phase.OBSERVATION | Phase.READY:
                return self._discharge(visit, now)
            case Phase.DISCHARGED | Phase.ENDED_EARLY:
                return None
            case _:
                assert_never(visit.phase)

    def _prepare(self, visit: VisitView) -> Command:
        chair = self._chair
        state = {gate.id: gate.state for gate in visit.gates}
        if state["identity"] is not GateState.MET:
            return ConfirmIdentity(chair=chair)
        if state["consent"] is not GateState.MET:
            return RecordConsent(chair=chair)
        if visit.fasting is None:
            opened = visit.opened.utc_ns
            food, drink = opened - 8 * _HOUR_NS, opened - 3 * _HOUR_NS
            return RecordFasting(chair=chair, last_food_utc_ns=food, last_drink_utc_ns=drink)
        if not visit.exclusions:
            answers = tuple((exclusion, False) for exclusion in self._protocol.gates.exclusions)
            return AnswerExclusions(chair=chair, answers=answers)
        if visit.driver is None:
            driver = Driver("Sim Driver", "sister", "555 0100", Transport.FAMILY_OR_FRIEND)
            return NameDriver(chair=chair, driver=driver)
        if visit.driver_confirmed is None:
            return ConfirmDriver(chair=chair, how=ConfirmedHow.BY_PHONE)
        return BeginBaseline(chair=chair)

    def _asked(self, visit: VisitView) -> Iterator[Command]:
        """Answer what the protocol asks for besides: nothing is in the way of an ordinary simulated patient."""
        chair, rules = self._chair, visit.protocol.gates
        if rules.ask_weight:
            yield RecordWeight(chair=chair, kg=self._scenario.patient.weight_kg, measured=True)
        if rules.ask_allergies:
            yield RecordAllergies(chair=chair, text="", none_known=True)
        if rules.ask_pregnancy:
            yield RecordPregnancy(chair=chair, answer=Pregnancy.TEST_NEGATIVE)
        if rules.medicines:
            answers = tuple(MedicineAnswer(rule.name, taken=False) for rule in rules.medicines)
            yield RecordMedicines(chair=chair, answers=answers)
        if rules.referral != "off":
            yield RecordReferral(chair=chair, from_whom="Sim Clinic")
        if rules.available:
            yield NameAvailable(chair=chair, name="Sim Clinician")
        for text in rules.checks:
            yield ConfirmCheck(chair=chair, text=text)
        for kind in rules.baseline_scores:
            if all(score.kind is not kind for score in visit.scores):
                yield self._score(kind)

    def _baseline(self, visit: VisitView) -> Command | None:
        if visit.baseline is None:
            return None if visit.baseline_ready else TakeBaseline(chair=self._chair)
        if visit.may_start:
            return StartInfusion(chair=self._chair, dose_text=self._dose())
        high = next((g for g in visit.gates if g.id == "bp_ceiling" and g.state is GateState.UNMET), None)
        if high is None:
            return None  # a monitor does not deliver yet, or a clock has to run out
        return OverrideGate(
            chair=self._chair,
            gate=high.id,
            reason="pressure known to the clinician, who is present",
            clinician_id=self._staff.clinician_id,
            pin=self._staff.clinician_pin,
        )

    def _leave_without_driver(self, step: script.NoDriver) -> Command:
        return ChooseLeaving(
            chair=self._chair,
            path=LeavingPath.NO_DRIVER,
            reason=step.reason,
            arrangement=step.arrangement,
            clinician_id=self._staff.clinician_id,
            pin=self._staff.clinician_pin,
        )

    def _dose(self) -> str:
        return f"Ketamine {self._scenario.dose_mg:.0f} mg ({self._scenario.infusion.mg_per_kg:g} mg/kg)"

    def _discharge(self, visit: VisitView, now: Moment) -> Command | None:
        chair = self._chair
        if visit.observation_left_s is not None and visit.observation_left_s > 0:
            return None
        lasting = next((entry for entry in visit.chart if _can_end(entry.kind) and entry.resolved is None), None)
        if lasting is not None:
            return ResolveChart(chair=chair, entry_id=lasting.id)
        if visit.phase is Phase.OBSERVATION:
            return MarkReady(chair=chair)
        readiness = visit.readiness
        if readiness is None:
            return None
        for line in readiness.criteria:
            wanted = None if line.state in (GateState.MET, GateState.OVERRIDDEN) else self._see_to(visit, line, now)
            if wanted is not None:
                return wanted
        if not visit.driver_confirmed_at_handover and readiness.path is LeavingPath.WITH_DRIVER:
            return ConfirmDriver(chair=chair, how=ConfirmedHow.SEEN_IN_PERSON, code=visit.driver_code)
        if readiness.may_sign:
            return SignDischarge(
                chair=chair, meaning=readiness.meaning, seen=readiness.digest, pin=self._staff.nurse_pin
            )
        return self._cuff_again(now.mono_ns) if self._stood is None else None

    def _see_to(self, visit: VisitView, line: CriterionView, now: Moment) -> Command | None:
        """Return what answers a criterion that is not met; None where the record does, or where a person must come."""
        chair = self._chair
        match line.id:
            case "aldrete" | "mpadss":
                score = RECOVERY[line.id]
                points = {item.id: MAX_ITEM for item in score.items}
                words = score_in_words(points, score)
                items = tuple(points.items())
                return AnswerCriterion(
                    chair=chair, criterion=line.id, met=True, evidence=words, score=score.highest, items=items
                )
            case "gait":
                walks_well = tuple((item, 1) for item, _, _ in GAIT)
                return AnswerCriterion(chair=chair, criterion=line.id, met=True, evidence="", items=walks_well)
            case "orthostatic":
                return self._stand_up(visit, now)
            case "instructions" if not line.asks_person:
                if visit.instructions is None:
                    return InstructionsGiven(chair=chair, language="", how="file", sha256=_sheet_sha256(visit))
                return AcknowledgeInstructions(chair=chair, by="patient")
            case which if which in _ANSWERS:
                evidence, number = _ANSWERS[which]
                return AnswerCriterion(chair=chair, criterion=which, met=True, evidence=evidence, score=number)
            case _:
                return None

    def _stand_up(self, visit: VisitView, now: Moment) -> Command | None:
        """Measure lying, let the patient stand, measure after one and three minutes; record what the cuff gave each time."""
        if self._stood is None:
            lying = lying_reading(visit.cuffs, now.utc_ns)
            if lying is None or lying.measured_mono_ns <= self._lay_down_ns:
                return self._cuff_again(now.mono_ns)
            self._lying, self._stood = lying, now
        passed_s = (now.mono_ns - self._stood.mono_ns) / NS_PER_S
        one, three = (standing_reading(visit.cuffs, posture, self._stood.utc_ns) for posture in STANDS_S)
        if self._lying is not None and three is not None:
            self._stood, self._lay_down_ns = None, now.mono_ns
            return RecordOrthostatic(
                chair=self._chair,
                lying=(self._lying.sys, self._lying.dia, self._lying.pulse),
                standing_1=None if one is None else (one.sys, one.dia, one.pulse),
                standing_3=(three.sys, three.dia, three.pulse),
                came_from=(
                    self._lying.measured_utc_ns,
                    None if one is None else one.measured_utc_ns,
                    three.measured_utc_ns,
                ),
            )
        if passed_s > STAND_AGAIN_S:
            self._stood, self._lay_down_ns = None, now.mono_ns
            return None
        for posture, reading in zip(STANDS_S, (one, three), strict=True):
            due_ns = self._stood.mono_ns + round(STANDS_S[posture] * NS_PER_S)
            asked = self._last_cuff_ns is not None and self._last_cuff_ns >= due_ns
            if reading is None and due_ns <= now.mono_ns and not asked:
                self._last_cuff_ns = now.mono_ns
                return RequestCuff(chair=self._chair)
        return None

    def _cuff_again(self, now_ns: int) -> Command | None:
        if self._last_cuff_ns is not None and now_ns - self._last_cuff_ns < CUFF_AGAIN_S * NS_PER_S:
            return None
        self._last_cuff_ns = now_ns
        return RequestCuff(chair=self._chair)

    def _repeat(self, visit: VisitView, now_ns: int) -> Command | None:
        """Press START for the second reading that an open flag asks for."""
        for flag in visit.flags:
            due = now_ns - flag.raised.mono_ns >= REPEAT_AFTER_S * NS_PER_S
            if (
                flag.outcome is FlagOutcome.OPEN
                and flag.repeat_in_s is not None
                and due
                and flag.id not in self._repeats
            ):
                self._repeats.add(flag.id)
                return RequestCuff(chair=self._chair)
        return None

    def _due_score(self, snapshot: StationSnapshot, visit: VisitView) -> Command | None:
        """Record a score that the protocol's plan asks for now."""
        for due in snapshot.due:
            if due.chair == self._chair and due.kind is DueKind.SCORE and due.due_in_s <= 0:
                for plan in visit.protocol.scores:
                    if SCALES[plan.kind].title == due.what:
                        return self._score(plan.kind)
        return None

    def _score(self, kind: ScoreKind) -> Command:
        return RecordScore(chair=self._chair, kind=kind, value=self._values.get(kind, 0))

    # --- the scenario's script ------------------------------------------------------------------------------------------

    def _scripted(self, visit: VisitView, chair: ChairSnapshot, now_ns: int) -> Iterator[Command]:
        for index, step in enumerate(self._scenario.operator):
            for name, anchor_ns, flag in self._anchors(step, visit):
                if self._is_due(index, name, anchor_ns, step.at, now_ns):
                    yield from self._play(step, visit, chair, flag)
                if isinstance(step, script.ChartEntry) and step.resolved is not None:
                    entry = next((e for e in visit.chart if e.text == step.text and e.resolved is None), None)
                    if entry and self._is_due(index, f"{name} over", anchor_ns, step.resolved, now_ns):
                        yield ResolveChart(chair=self._chair, entry_id=entry.id)

    def _is_due(self, index: int, name: str, anchor_ns: int, after_s: float, now_ns: int) -> bool:
        """Say once whether a step's time has come."""
        if (index, name) in self._done or now_ns < anchor_ns + round(after_s * NS_PER_S):
            return False
        self._done.add((index, name))
        return True

    def _anchors(self, step: script.OperatorStep, visit: VisitView) -> Iterator[tuple[str, int, FlagView | None]]:
        match step.after:
            case "session_start":
                yield "", visit.opened.mono_ns, None
            case "infusion_start":
                if visit.infusion_started is not None:
                    yield "", visit.infusion_started.mono_ns, None
            case "infusion_end":
                if visit.infusion_stopped is not None:
                    yield "", visit.infusion_stopped.mono_ns, None
            case "flag":
                for flag in visit.flags:
                    if step.grade in (None, flag.grade.value):
                        yield flag.id, flag.raised.mono_ns, flag
            case "flag_decided":
                for flag in visit.flags:
                    if step.grade in (None, flag.grade.value) and flag.confirmed_by is not None:
                        yield flag.id, flag.confirmed_by.measured_mono_ns, flag
            case _:
                assert_never(step.after)

    def _play(
        self, step: script.OperatorStep, visit: VisitView, chair: ChairSnapshot, flag: FlagView | None
    ) -> Iterator[Command]:
        number = self._chair
        match step:
            case script.CheckIn():
                pass  # checking in is the first plain step
            case script.ConfirmDriver():
                yield ConfirmDriver(chair=number, how=ConfirmedHow(step.how))
            case script.TakeBaseline():
                yield TakeBaseline(chair=number)
            case script.StartInfusion():
                yield StartInfusion(chair=number, dose_text=self._dose())
            case script.PauseInfusion():
                if visit.phase is Phase.INFUSION and not visit.paused:
                    yield PauseInfusion(chair=number, reason=step.reason)
            case script.ResumeInfusion():
                if visit.phase is Phase.INFUSION and visit.paused:
                    yield ResumeInfusion(chair=number)
            case script.StopInfusion():
                if visit.phase is Phase.INFUSION:
                    yield StopInfusion(chair=number, reason=step.reason)
            case script.RequestCuff():
                yield RequestCuff(chair=number)
            case script.ChartEntry():
                severity = None if step.severity is None else Severity(step.severity)
                kind = ChartKind(step.kind)
                yield Chart(chair=number, kind=kind, text=step.text, severity=severity, reason=step.reason)
            case script.AnswerFlag():
                if flag is not None:
                    outcome = None if step.outcome is None else FlagOutcome(step.outcome)
                    yield AnswerFlag(
                        chair=number, flag_id=flag.id, action=step.action, reason=step.reason, outcome=outcome
                    )
            case script.Acknowledge():
                for condition in chair.conditions:
                    if not condition.acknowledged:
                        yield Acknowledge(chair=number, condition_id=condition.id)
            case script.Score():
                self._values[ScoreKind(step.kind)] = step.value
                yield RecordScore(chair=number, kind=ScoreKind(step.kind), value=step.value)
            case script.NoDriver():
                if visit.phase in (Phase.OBSERVATION, Phase.READY):
                    yield self._leave_without_driver(step)
            case script.EndEarly():
                if not visit.phase.is_over:
                    yield EndEarly(
                        chair=number,
                        reason=step.reason,
                        handed_to=step.handed_to or _TAKES_OVER,
                        clinician_id=self._staff.clinician_id,
                        pin=self._staff.clinician_pin,
                    )
            case _:
                assert_never(step)


def patient_of(sheet: PatientSheet, today: date) -> Patient:
    """Return the simulated patient as checked in on `today`; the name says that nobody is meant."""
    given, _, family = sheet.name.partition(" ")
    number = "".join(character for character in sheet.name if character.isdigit()) or "0"
    return Patient(
        given_name=given,
        family_name=family,
        birth_date=date(today.year - sheet.age, 1, 1),
        record_number=f"SIM-{int(number):04d}",
        weight_kg=sheet.weight_kg,
        allergies="none known",
    )


def _sheet_sha256(visit: VisitView) -> str:
    """Return the SHA-256 of the sheet that the patient takes home; the same visit gives the same one."""
    content = instructions_pdf(sheet_of(visit, "", StationSettings()), UTC, fonts=resource("fonts"))
    return hashlib.sha256(content).hexdigest()


def _can_end(kind: ChartKind) -> bool:
    return kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
