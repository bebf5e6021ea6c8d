"""A patient's earlier visits: what staff want to know of them before the next one. Pure: records in, frozen values out.

Rules of the file:
1. A past visit is the fold of its own records, by the fold that the live station uses, and its numbers come from the functions
   that the screens and the report use: nothing is worked out in a second way.
2. Only what is over is past. A visit without a treatment is told too, as what it was.
3. A patient is known by the record number; letter case does not tell two apart. Name and date of birth are the newest told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from devices.clock import NS_PER_S, Moment
from nursestation.core import records as r
from nursestation.core.fold import fold
from nursestation.core.gates import medicines_line
from nursestation.core.model import (
    Baseline,
    ChartKind,
    CuffReading,
    Phase,
    Route,
    ScoreKind,
    SeriesPlace,
    Severity,
)
from nursestation.core.peak import peak, rise
from nursestation.core.presets import AlarmPreset
from nursestation.core.rebase import shifted
from nursestation.core.state import StationState, Visit, seconds_between
from nursestation.core.timeline import Timeline

TOLD = (
    r.SessionOpened, r.WeightRecorded, r.AllergiesRecorded, r.MedicinesRecorded, r.PhaseChanged, r.BaselineTaken,
    r.InfusionStarted, r.InfusionPaused, r.InfusionResumed, r.InfusionStopped, r.TimeCorrected, r.CuffTaken, r.Charted,
    r.ChartResolved, r.ChartCorrected, r.ChartStruck, r.ScoreRecorded, r.DischargeSigned,
)  # fmt: skip
"""The records that a past visit is told from."""

_S_PER_MIN = 60
_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCard:
    """A patient in a list. `last_visit_utc_ns` is when the newest visit was checked in, UTC [ns]."""

    record_number: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    last_visit_utc_ns: int
    n_visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSideEffect:
    """A side effect or symptom of a past visit.

    `at_min` counts from the start of the treatment (negative before it), `lasted_min` to its end [min]; None where there was
    no treatment, or nobody said that it was over.
    """

    text: str
    severity: Severity | None
    at_min: float | None
    lasted_min: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A visit that is over.

    Attributes:
        session, opened_utc_ns: Which, and when it was checked in, UTC [ns].
        protocol, protocol_name: The title of the protocol it ran on, and its name.
        phase: How it ended.
        was_treated: The infusion was started, or the injection given.
        series: Its place in the series, None where none was told.
        weight_kg: Weight of that visit [kg]; None where nobody recorded one.
        baseline: None where none was taken.
        peak: The highest cuff reading (`peak.py`); None without one.
        peak_rise, peak_percent: How far its systolic pressure lay above the baseline [mmHg, %].
        peak_at_min: When it was measured, from the start of the treatment [min].
        side_effects: Side effects and symptoms as they stand, oldest first; what was struck out is not told.
        pain_before, pain_after: The last pain score before the start, and the last after it, 0 to 10.
        to_ready_min, to_discharge_min: From the end of the treatment [min]; None where that was not reached.
        signed_by: Who signed the discharge, "" for nobody.
        simulated: It holds simulated data.
    """

    session: str
    opened_utc_ns: int
    protocol: str
    protocol_name: str
    phase: Phase
    was_treated: bool
    series: SeriesPlace | None = None
    weight_kg: float | None = None
    baseline: Baseline | None = None
    peak: CuffReading | None = None
    peak_rise: int | None = None
    peak_percent: int | None = None
    peak_at_min: float | None = None
    side_effects: tuple[PastSideEffect, ...] = ()
    pain_before: int | None = None
    pain_after: int | None = None
    to_ready_min: float | None = None
    to_discharge_min: float | None = None
    signed_by: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHistory:
    """What is known of a patient from visits that are over, newest first.

    `allergies` is as last asked or told, "" where none were known, None where nobody asked and none were told;
    `medicines_text` says which of the medicines asked for were taken, with the notes, "" where nobody asked.
    """

    record_number: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    visits: tuple[PastVisit, ...] = ()
    allergies: str | None = field(default=None, repr=False)
    medicines_text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One visit's records with its line of time, as the store gives them."""

    records: tuple[r.Record, ...] = field(repr=False)
    timeline: Timeline


def patient_history(visits: Sequence[Told]) -> PatientHistory | None:
    """Return a patient's history from the records of all visits, oldest first; None where there is no visit at all."""
    known = [visit for visit in (folded(told) for told in visits) if visit is not None]
    if not known:
        return None
    over = [visit for visit in reversed(known) if not visit.is_open]
    patient = known[-1].patient
    return PatientHistory(
        record_number=patient.record_number,
        given_name=patient.given_name,
        family_name=patient.family_name,
        birth_date=patient.birth_date,
        visits=tuple(past_visit(visit) for visit in over),
        allergies=_allergies(over),
        medicines_text=_medicines(over),
    )


def folded(told: Told) -> Visit | None:
    """Return a visit as its records leave it, monotonic times on its line of time; None where it was never opened."""
    state = StationState(
        chairs={}, configured=set(), protocols={}, preset=AlarmPreset(), monitors={}
    )  # fmt: skip
    for record in told.records:
        fold(state, shifted(record, told.timeline.steady_ns(record.at) - record.at.mono_ns))
    return next((chair.visit for chair in state.chairs.values()), None)


def past_visit(visit: Visit) -> PastVisit:
    """Return what is told of a visit that is over."""
    highest = peak([reading for reading, _ in visit.cuffs], visit.baseline)
    gained = rise(highest, visit.baseline.sys) if highest is not None and visit.baseline is not None else None
    started, ended = visit.infusion_started, treatment_ended(visit)
    at_min = None
    if highest is not None and started is not None:
        at_min = (highest.measured_mono_ns - started.mono_ns) / NS_PER_S / _S_PER_MIN
    return PastVisit(
        session=visit.session,
        opened_utc_ns=visit.opened.utc_ns,
        protocol=visit.protocol.title,
        protocol_name=visit.protocol.name,
        phase=visit.phase,
        was_treated=started is not None,
        series=visit.series,
        weight_kg=visit.weight_kg,
        baseline=visit.baseline,
        peak=highest,
        peak_rise=gained[0] if gained is not None else None,
        peak_percent=gained[1] if gained is not None else None,
        peak_at_min=at_min,
        side_effects=tuple(_side_effects(visit)),
        pain_before=_pain(visit, before=True),
        pain_after=_pain(visit, before=False),
        to_ready_min=_minutes(ended, visit.began(Phase.READY)),
        to_discharge_min=_minutes(ended, visit.began(Phase.DISCHARGED)),
        signed_by=visit.signed.signature.name if visit.signed is not None else "",
        simulated=visit.simulated,
    )


def treatment_ended(visit: Visit) -> Moment | None:
    """Return when the infusion was over, or the injection given; None before that."""
    return visit.infusion_started if visit.protocol.route is Route.IM else visit.infusion_stopped


def _minutes(since: Moment | None, until: Moment | None) -> float | None:
    if since is None or until is None:
        return None
    return seconds_between(since, until) / _S_PER_MIN


def _side_effects(visit: Visit) -> Iterable[PastSideEffect]:
    lasting = [entry for entry in visit.entries.values() if entry.kind in _LASTING and entry.struck is None]
    for entry in sorted(lasting, key=lambda entry: entry.at.mono_ns):
        yield PastSideEffect(
            text=entry.text,
            severity=entry.severity,
            at_min=_minutes(visit.infusion_started, entry.at),
            lasted_min=_minutes(entry.at, entry.resolved),
        )


def _pain(visit: Visit, *, before: bool) -> int | None:
    """Return the last pain score before the start of the treatment, or after it; without one, all of them lie before."""
    start_ns = visit.infusion_started.mono_ns if visit.infusion_started is not None else None
    scores = [
        score.value
        for score in visit.scores
        if score.kind is ScoreKind.PAIN and (start_ns is None or score.at.mono_ns <= start_ns) is before
    ]
    return scores[-1] if scores else None


def _allergies(newest_first: Sequence[Visit]) -> str | None:
    """Return what was asked last; an older telling stands where a later visit neither asked nor was told any."""
    told = (
        visit.allergies if visit.allergies is not None else visit.patient.allergies or None for visit in newest_first
    )
    return next((text for text in told if text is not None), None)


def _medicines(newest_first: Sequence[Visit]) -> str:
    return next((medicines_line(visit.medicines) for visit in newest_first if visit.medicines), "")
