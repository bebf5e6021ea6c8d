"""The visit's phases: which move is allowed, which command makes it, and what the operator is told otherwise.

`MOVES` is the whole machine; `WHEN` says in which phases each command of a visit is taken. Nothing else changes a phase.
Source: project decision (docs/architecture.md); the order of the steps follows the clinics' own practice: driver and fasting
before the start, observation after it, discharge to a driver.
"""

from collections.abc import Mapping
from types import MappingProxyType

from devices.clock import Moment
from nursestation.core import alarms, drafts, gates, handover, signals, spikes
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import GateState, LeavingPath, Phase, Route
from nursestation.core.protocols import Protocol
from nursestation.core.state import ChairState, Visit, seconds_between
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import left, listed, long_span, span

MOVES: Mapping[Phase, frozenset[Phase]] = MappingProxyType(
    {
        Phase.CHECK_IN: frozenset({Phase.BASELINE, Phase.ENDED_EARLY}),
        Phase.BASELINE: frozenset({Phase.INFUSION, Phase.OBSERVATION, Phase.ENDED_EARLY}),  # observation: injection
        Phase.INFUSION: frozenset({Phase.OBSERVATION, Phase.ENDED_EARLY}),
        Phase.OBSERVATION: frozenset({Phase.READY, Phase.ENDED_EARLY}),
        Phase.READY: frozenset({Phase.DISCHARGED, Phase.ENDED_EARLY, Phase.OBSERVATION}),  # observation: `reopen`
        Phase.DISCHARGED: frozenset(),
        Phase.ENDED_EARLY: frozenset(),
    }
)
"""From each phase, the phases that may follow."""

_OPEN = frozenset(phase for phase in Phase if not phase.is_over)
_BEFORE = frozenset({Phase.CHECK_IN, Phase.BASELINE})
_LEAVING = frozenset({Phase.OBSERVATION, Phase.READY})

WHEN: Mapping[type[object], tuple[frozenset[Phase], str]] = MappingProxyType(
    {
        c.ConfirmIdentity: (_BEFORE, "Identity is checked before the start."),
        c.RecordWeight: (_BEFORE, "The weight is recorded before the start."),
        c.RecordAllergies: (_BEFORE, "Allergies are asked before the start; later ones go into a note."),
        c.RecordPregnancy: (_BEFORE, "Pregnancy is asked before the start."),
        c.RecordMedicines: (_BEFORE, "Medicines are asked before the start; later ones go into a note."),
        c.RecordReferral: (_BEFORE, "The referral is recorded before the start."),
        c.ConfirmCheck: (_BEFORE, "The checks are done before the start."),
        c.NameAvailable: (_OPEN, ""),
        c.RecordCompanion: (_OPEN, ""),
        c.RecordConsent: (_BEFORE, "Consent is recorded before the start."),
        c.RecordFasting: (_BEFORE, "Fasting is recorded before the start."),
        c.AnswerExclusions: (_BEFORE, "Exclusions are asked before the start."),
        c.ConfirmMonitors: (_BEFORE, "The monitors are confirmed before the start."),
        c.NameDriver: (_OPEN, ""),
        c.ConfirmDriver: (_OPEN, ""),
        c.BeginBaseline: (frozenset({Phase.CHECK_IN}), "The baseline has begun already."),
        c.TakeBaseline: (frozenset({Phase.BASELINE}), "A baseline is taken in the baseline phase, before the start."),
        c.OverrideGate: (_BEFORE, "Gates are overridden before the start."),
        c.StartInfusion: (frozenset({Phase.BASELINE}), "Begin and take the baseline first, then start."),
        c.PauseInfusion: (frozenset({Phase.INFUSION}), "There is no infusion to pause."),
        c.ResumeInfusion: (frozenset({Phase.INFUSION}), "There is no infusion to resume."),
        c.StopInfusion: (frozenset({Phase.INFUSION}), "There is no infusion to stop."),
        c.MarkReady: (frozenset({Phase.OBSERVATION}), "Discharge opens out of the observation phase."),
        c.RequestCuff: (_OPEN, ""),
        c.EnterCuffReading: (_OPEN, ""),
        c.Chart: (_OPEN, ""),
        c.ResolveChart: (_OPEN, ""),
        c.CorrectChart: (_OPEN, ""),
        c.StrikeChart: (_OPEN, ""),
        c.CorrectTime: (_OPEN, ""),
        c.RecordScore: (_OPEN, ""),
        c.EnterVitals: (_OPEN, ""),
        c.RecordDrug: (_OPEN, ""),
        c.StrikeDrug: (_OPEN, ""),
        c.AnswerFlag: (_OPEN, ""),
        c.AnswerCriterion: (_LEAVING, "Discharge is assessed after the infusion, in observation."),
        c.OverrideCriterion: (_LEAVING, "Discharge is assessed after the infusion, in observation."),
        c.SignDischarge: (frozenset({Phase.READY}), "Mark the patient ready first: observation must be over."),
        c.EndEarly: (_OPEN, ""),
        c.ShortenObservation: (frozenset({Phase.OBSERVATION}), "The observation is shortened while it runs."),
        c.RecordOrthostatic: (_LEAVING, "The check lying and standing is done after the infusion, in observation."),
        c.InstructionsGiven: (_LEAVING, "The instructions are handed over after the infusion, in observation."),
        c.AcknowledgeInstructions: (_LEAVING, "The instructions are handed over after the infusion, in observation."),
        c.ChooseLeaving: (_LEAVING, "Stop the infusion first: nobody leaves while it runs."),
        c.PauseChairAlarms: (_OPEN, ""),
        c.EndChairPause: (_OPEN, ""),
        c.SetLimit: (_OPEN, ""),
        c.ResetLimits: (_OPEN, ""),
        c.AcceptLimits: (_OPEN, ""),
    }
)
"""For each command of a visit: the phases it is taken in, and what the operator is told in another one."""


def check(visit: Visit, command: object) -> None:
    """Say whether the visit's phase takes the command.

    Raises:
        Refusal: it does not; the sentence says what to do.
    """
    phases, sentence = WHEN[type(command)]
    if visit.phase in phases:
        return
    if visit.phase.is_over:
        raise Refusal("This visit is closed; free the chair to check in the next patient.")
    raise Refusal(sentence)


def move(turn: Turn, chair: ChairState, visit: Visit, after: Phase, reason: str = "") -> None:
    """Move the visit on; ends its conditions when that closes it."""
    if after not in MOVES[visit.phase]:
        raise AssertionError(f"no move from {visit.phase} to {after}")
    if after.is_over:
        drafts.use_up_all(turn, chair)
        spikes.close(turn, chair, visit)
        alarms.end_all(turn, chair)
        signals.close(turn, chair, visit)
    turn.emit(r.PhaseChanged(**turn.acted(chair), before=visit.phase, after=after, reason=reason))
    if after.is_over:
        visit.watches.clear()


def begin_baseline(turn: Turn, chair: ChairState, visit: Visit, command: c.BeginBaseline) -> None:  # noqa: ARG001
    """Begin the baseline phase."""
    move(turn, chair, visit, Phase.BASELINE)


def start(turn: Turn, chair: ChairState, visit: Visit, command: c.StartInfusion) -> None:
    """Start the infusion, or note the injection.

    Raises:
        Refusal: a gate is not met, the dose is missing, or the protocol does not allow the length chosen.
    """
    closed = [
        f"{view.title} ({view.detail})"
        for view in gates.gates(turn.state, chair, visit, turn.now)
        if view.state not in (GateState.MET, GateState.OVERRIDDEN)
    ]
    if closed:
        raise Refusal(f"Not yet. Still open: {listed(closed)}.")
    if not command.dose_text.strip():
        raise Refusal("Enter the dose.")
    planned_min = _chosen_min(visit.protocol, command.planned_min)
    drafts.use_up(turn, chair, "start")
    turn.emit(r.InfusionStarted(**turn.acted(chair), dose_text=command.dose_text.strip(), planned_min=planned_min))
    is_injection = visit.protocol.route is Route.IM
    move(turn, chair, visit, Phase.OBSERVATION if is_injection else Phase.INFUSION)


def _chosen_min(protocol: Protocol, planned_min: float | None) -> float | None:
    """Return the length chosen, None where it is the protocol's own."""
    if planned_min is None or planned_min == protocol.planned_min:
        return None
    if protocol.planned_allowed_min is None:
        raise Refusal(
            f"{protocol.title} is planned for {long_span(protocol.planned_min * 60)}; no other length is allowed."
        )
    least, most = protocol.planned_allowed_min
    if not least <= planned_min <= most:
        raise Refusal(
            f"{protocol.title} may be planned for {long_span(least * 60)} to {long_span(most * 60)}: choose within that."
        )
    return planned_min


def pause(turn: Turn, chair: ChairState, visit: Visit, command: c.PauseInfusion) -> None:
    """Note that the pump stands still.

    Raises:
        Refusal: it does already.
    """
    if visit.is_paused:
        raise Refusal("The infusion is paused already.")
    turn.emit(r.InfusionPaused(**turn.acted(chair), reason=command.reason.strip()))


def resume(turn: Turn, chair: ChairState, visit: Visit, command: c.ResumeInfusion) -> None:  # noqa: ARG001
    """Note that the pump runs again.

    Raises:
        Refusal: it was not paused.
    """
    if not visit.is_paused:
        raise Refusal("The infusion is running; there is nothing to resume.")
    turn.emit(r.InfusionResumed(**turn.acted(chair)))


def stop(turn: Turn, chair: ChairState, visit: Visit, command: c.StopInfusion) -> None:
    """End the infusion; observation begins.

    Raises:
        Refusal: it ends before the plan and no reason is given.
    """
    short_s = visit.planned_min * 60 - (run_s(visit, turn) or 0.0)
    reason = command.reason.strip()
    if short_s > 0 and not reason:
        raise Refusal(f"The infusion has {left(short_s)} of its plan to go: say why it stops now.")
    turn.emit(r.InfusionStopped(**turn.acted(chair), reason=reason, early=short_s > 0))
    move(turn, chair, visit, Phase.OBSERVATION, reason)


def mark_ready(turn: Turn, chair: ChairState, visit: Visit, command: c.MarkReady) -> None:  # noqa: ARG001
    """Open the discharge. Nobody who leaves against advice is kept to the minimum.

    Raises:
        Refusal: the observation minimum is not over.
    """
    if visit.path is LeavingPath.AGAINST_ADVICE:
        move(turn, chair, visit, Phase.READY, "the patient leaves against advice")
        return
    left_s = _observation_left_s(visit, turn.now)
    if left_s > 0:
        minimum = span(visit.observation_min * 60)
        raise Refusal(f"Observation lasts at least {minimum}; it has {left(left_s)} to go.")
    move(turn, chair, visit, Phase.READY)


def reopen(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Go back to the observation where its minimum is not over after all.

    So it is when a patient who wanted to leave against advice stays, and when the treatment's end is corrected to a later time.
    """
    is_kept = visit.phase is Phase.READY and visit.path is not LeavingPath.AGAINST_ADVICE
    if is_kept and _observation_left_s(visit, turn.now) > 0:
        move(turn, chair, visit, Phase.OBSERVATION, "the observation minimum is not over")


def _observation_left_s(visit: Visit, now: Moment) -> float:
    return visit.observation_min * 60 - seconds_between(visit.began(Phase.OBSERVATION) or visit.phase_began, now)


def end_early(turn: Turn, chair: ChairState, visit: Visit, command: c.EndEarly) -> None:
    """Close the visit before its end.

    Raises:
        Refusal: no reason is given, or the drug was given and nobody takes the patient over (`handover.py`).
    """
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Say why the visit ends early.")
    handover.check(turn, visit, command)
    if visit.phase is Phase.INFUSION:
        turn.emit(r.InfusionStopped(**turn.acted(chair), reason=reason, early=True))
    handover.note(turn, chair, visit, command)
    move(turn, chair, visit, Phase.ENDED_EARLY, reason)


def free_chair(turn: Turn, chair: ChairState, command: c.FreeChair) -> None:  # noqa: ARG001
    """Clear a closed visit off its chair.

    Raises:
        Refusal: the visit is still open, or the chair is free.
    """
    visit = chair.visit
    if visit is None:
        raise Refusal(f"Chair {chair.number} is free already.")
    if visit.is_open:
        raise Refusal("The visit is still open: discharge the patient or end the visit early first.")
    stamp = turn.acted(chair)
    stamp["session"] = visit.session
    turn.emit(r.ChairFreed(**stamp))


def run_s(visit: Visit, turn: Turn) -> float | None:
    """Return how long the pump has run, without pauses [s]; None before the start."""
    return running_s(visit, turn.now.mono_ns)


def running_s(visit: Visit, now_mono_ns: int) -> float | None:
    """Return the infusion's running time without pauses at a monotonic time [s]; None before the start, 0 for an injection."""
    if visit.infusion_started is None:
        return None
    if visit.protocol.route is Route.IM:
        return 0.0
    ended = visit.infusion_stopped.mono_ns if visit.infusion_stopped is not None else now_mono_ns
    paused_ns = sum(
        (pause.end.mono_ns if pause.end is not None else ended) - pause.start.mono_ns for pause in visit.pauses
    )
    return (ended - visit.infusion_started.mono_ns - paused_ns) / 1_000_000_000
