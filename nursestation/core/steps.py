"""The treatment's steps in time: started, paused, resumed, stopped; and what a corrected time of one of them moves.

Rules of the file:
1. A step's record is never changed. A `TimeCorrected` says when the step was, and this file alone says what that moves: the
   step, the begin of the phase that it made, and with them every clock (running time, observation, cuff plan, shading).
2. `retime` moves the live state, `as_corrected` the records that an export reads: both by the distance that the record tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from devices.clock import Moment
from nursestation.core import records as r
from nursestation.core.model import Phase, TimedStep
from nursestation.core.state import Span, StepTold, TimeChange, Visit


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the treatment as it stands now; `index` counts the pauses from 0."""

    what: TimedStep
    index: int
    at: Moment


def steps(visit: Visit) -> tuple[Step, ...]:
    """Return the treatment's steps in order. A pause that the stop ended has no resumption."""
    found: list[Step] = []
    if visit.infusion_started is not None:
        found.append(Step(TimedStep.INFUSION_STARTED, 0, visit.infusion_started))
    for index, pause in enumerate(visit.pauses):
        found.append(Step(TimedStep.INFUSION_PAUSED, index, pause.start))
        if pause.end is not None and not pause.is_cut:
            found.append(Step(TimedStep.INFUSION_RESUMED, index, pause.end))
    if visit.infusion_stopped is not None:
        found.append(Step(TimedStep.INFUSION_STOPPED, 0, visit.infusion_stopped))
    return tuple(found)


def take(visit: Visit, record: r.InfusionStarted | r.InfusionPaused | r.InfusionResumed | r.InfusionStopped) -> None:
    """Let a step of the treatment be where its record puts it, and keep who noted it with which words."""
    what, index, words = TimedStep.INFUSION_STARTED, 0, ""
    match record:
        case r.InfusionStarted():
            visit.infusion_started = record.at
            visit.dose_text = words = record.dose_text
            visit.chosen_min = record.planned_min
        case r.InfusionPaused():
            what, index, words = TimedStep.INFUSION_PAUSED, len(visit.pauses), record.reason
            visit.pauses.append(Span(record.at))
        case r.InfusionResumed():
            what, index = TimedStep.INFUSION_RESUMED, len(visit.pauses) - 1
            visit.pauses[-1].end = record.at
        case r.InfusionStopped():
            what, words = TimedStep.INFUSION_STOPPED, record.reason
            visit.infusion_stopped = record.at
            if visit.is_paused:
                visit.pauses[-1].end = record.at
                visit.pauses[-1].is_cut = True
    visit.steps_told.append(StepTold(what, index, record.operator or "", words))


def retime(visit: Visit, record: r.TimeCorrected) -> None:
    """Move a step of the visit, and what hangs on it."""
    step = next((one for one in steps(visit) if (one.what, one.index) == (record.what, record.index)), None)
    if step is None:
        return
    at = step.at.shifted(record.happened_utc_ns - record.before_utc_ns)
    match record.what:
        case TimedStep.INFUSION_STARTED:
            visit.infusion_started = at
            _move_begin(visit, visit.begun_by_start, at)
        case TimedStep.INFUSION_PAUSED:
            visit.pauses[record.index].start = at
        case TimedStep.INFUSION_RESUMED:
            visit.pauses[record.index].end = at
        case TimedStep.INFUSION_STOPPED:
            visit.infusion_stopped = at
            if visit.pauses and visit.pauses[-1].is_cut:
                visit.pauses[-1].end = at
            _move_begin(visit, Phase.OBSERVATION, at)
    change = TimeChange(record.what, record.index, step.at, at, record.reason, record.operator or "", record.at)
    visit.times_corrected.append(change)


def _move_begin(visit: Visit, phase: Phase, at: Moment) -> None:
    """Let a phase begin at another time, and the one before it end there."""
    place = next((n for n, (which, _) in enumerate(visit.spans) if which is phase), None)
    if place is None:
        return
    visit.spans[place][1].start = at
    if place:
        visit.spans[place - 1][1].end = at


def as_corrected(records: Iterable[r.Record]) -> tuple[r.Record, ...]:
    """Return one session's records with each step of the treatment at its corrected time, in the order they were made."""
    found = list(records)
    places: dict[tuple[TimedStep, int], list[int]] = {}
    n_pauses = 0
    for n, record in enumerate(found):
        match record:
            case r.InfusionStarted():
                places[TimedStep.INFUSION_STARTED, 0] = [n]
            case r.InfusionPaused():
                places[TimedStep.INFUSION_PAUSED, n_pauses] = [n]
                n_pauses += 1
            case r.InfusionResumed():
                places[TimedStep.INFUSION_RESUMED, n_pauses - 1] = [n]
            case r.InfusionStopped():
                places[TimedStep.INFUSION_STOPPED, 0] = [n]
            case r.PhaseChanged(before=Phase.BASELINE, after=Phase.INFUSION | Phase.OBSERVATION):
                places.setdefault((TimedStep.INFUSION_STARTED, 0), []).append(n)
            case r.PhaseChanged(before=Phase.INFUSION, after=Phase.OBSERVATION):
                places.setdefault((TimedStep.INFUSION_STOPPED, 0), []).append(n)
            case r.TimeCorrected():
                shift_ns = record.happened_utc_ns - record.before_utc_ns
                for place in places.get((record.what, record.index), ()):
                    found[place] = replace(found[place], at=found[place].at.shifted(shift_ns))
            case _:
                pass
    return tuple(found)
