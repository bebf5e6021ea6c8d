"""The fold: what one record changes in the state. The only writer of what records tell.

Rules of the file:
1. `fold` decides nothing and refuses nothing: what happened, happened.
2. A record of a chair or session that is not known changes nothing, except `SessionOpened`, which makes it.
"""

import bisect
from dataclasses import replace

from devices.clock import NS_PER_S, Moment
from devices.events import AdmissionState, Priority, Validity
from nursestation.core import records as r
from nursestation.core import steps, watching
from nursestation.core.chain import link, to_json
from nursestation.core.charted import fold_chart, fold_drug, note_measured
from nursestation.core.inputs import ChairSetup
from nursestation.core.model import Companion, ConfirmedHow, CuffReading, LeavingPath, Provenance, Referral, ToldPatient
from nursestation.core.stability import note_sample, steady_at
from nursestation.core.state import (
    Answer,
    AudioPause,
    ChairPause,
    ChairState,
    Condition,
    Flag,
    Latest,
    LimitsSince,
    PatientLimits,
    PatientWatch,
    Said,
    SignInTries,
    Span,
    StationState,
    Visit,
    Waiver,
    new_chair,
)

_CHAINED = frozenset(r.DISCRETE)


def chain(state: StationState, record: r.Record) -> None:
    """Extend the hash chain of the record's session. Bulk data and station records are no part of a session's chain."""
    if record.session is None or type(record) not in _CHAINED:
        return
    visit = _visit(state, record)
    if visit is not None:
        visit.chain = link(visit.chain, type(record).__name__, to_json(record))


def fold(state: StationState, record: r.Record) -> None:
    """Change the state by what `record` tells."""
    _fold(state, record)
    if isinstance(record, watching.FED):
        _watch(state, record)


def _watch(state: StationState, record: watching.Fed) -> None:
    """Let the proof of watching have it: of one visit, or, of what concerns the station, of every open one."""
    for chair in state.chairs.values():
        visit = chair.visit
        is_of_it = visit is not None and (visit.is_open if record.session is None else visit.session == record.session)
        if visit is not None and is_of_it:
            watching.feed(visit.watch, record, record.at.mono_ns)


def _fold(state: StationState, record: r.Record) -> None:
    match record:
        case r.Sample():
            _fold_sample(state, record)
        case r.Wave() | r.Gap():
            pass  # bulk that no rule looks at
        case r.OperatorAdded():
            state.operators[record.added.id] = record.added
        case r.OperatorChanged():
            state.operators[record.changed.id] = record.changed
            if record.what in ("unlocked", "pin_reset", "pin"):
                state.tries.pop(record.changed.id, None)
        case r.SessionHeld():
            state.held.add(record.held)
        case r.HoldReleased():
            state.held.discard(record.held)
        case r.SignedIn():
            state.operator = record.operator
            state.locked_itself = False
            state.touched_ns = record.at.mono_ns
            if record.operator is not None:
                state.tries.pop(record.operator, None)
        case r.SignedOut() | r.StationStarted() | r.StationStopped():
            state.operator = None
            state.locked_itself = isinstance(record, r.SignedOut) and record.is_idle
        case r.SignInFailed() if record.operator is not None:
            tries = state.tries.setdefault(record.operator, SignInTries())
            tries.n += 1
            tries.last_ns = record.at.mono_ns
        case r.SessionOpened():
            _open(state, record)
        case (
            r.ConditionRaised() | r.ConditionChanged() | r.ConditionAcknowledged() | r.ConditionEnded()
            | r.ConditionRealarmed() | r.ConditionLatched() | r.ConditionEscalated() | r.SignalShown()
        ):  # fmt: skip
            _fold_condition(state, record)
        case r.AudioPaused() | r.AudioPauseEnded() | r.AudioSwitched():
            _fold_audio(state, record)
        case r.SelfTested():
            state.self_test = record
        case r.SettingsRead():
            state.known_settings = record.settings
        case r.ProtocolsRead():
            known = {**(state.known_protocols or {}), **{one.name: one for one in record.protocols}}
            state.known_protocols = {name: one for name, one in known.items() if name not in record.gone}
        case r.LinkChanged() | r.SensorChanged() | r.MonitorIdentified() | r.MonitorAlarm():
            pass  # the monitors' live state does not outlive a run
        case r.SessionMonitors():
            _fold_fed(state, record)
        case r.DraftKept():
            _fold_draft(state, record)
        case r.NurseAssigned():
            assigned = state.chairs.get(record.chair) if record.chair is not None else None
            if assigned is not None:
                assigned.nurse = record.nurse
        case r.ChairFreed():
            chair = state.chairs.get(record.chair) if record.chair is not None else None
            if chair is not None:
                chair.visit = None
        case _:
            visit = _visit(state, record)
            if visit is not None:
                _fold_visit(state, visit, record)


def _visit(state: StationState, record: r.Record) -> Visit | None:
    chair = state.chairs.get(record.chair) if record.chair is not None else None
    if chair is None or chair.visit is None or chair.visit.session != record.session:
        return None
    return chair.visit


def _open(state: StationState, record: r.SessionOpened) -> None:
    assert record.session is not None
    assert record.chair is not None
    chair = state.chairs.get(record.chair)
    if chair is None:  # a chair that is no longer configured: its visit is shown until it is closed
        chair = state.chairs[record.chair] = new_chair(ChairSetup(number=record.chair, monitors=()))
    state.sessions.add(record.session)
    chair.idle_cuff = None
    chair.visit = Visit(
        session=record.session,
        chair=record.chair,
        patient=record.patient,
        protocol=record.protocol,
        simulated=record.simulated,
        series=record.series,
        opened=record.at,
        watch=watching.begin(record),
        fed_before=chair.fed,
    )


def _fold_fed(state: StationState, record: r.SessionMonitors) -> None:
    """Keep the monitors of a session; of an earlier one too, for the next is compared with it."""
    chair = state.chairs.get(record.chair) if record.chair is not None else None
    if chair is None:
        return
    chair.fed = record.monitors
    visit = _visit(state, record)
    if visit is not None:
        visit.fed, visit.fed_prefer = record.monitors, record.prefer


def _fold_sample(state: StationState, record: r.Sample) -> None:
    found = state.monitors.get(record.monitor)
    is_in_use = found is None or hear(found[0], record)
    visit = _visit(state, record)
    if visit is None:
        return
    if record.provenance is Provenance.SIMULATED:
        visit.simulated = True
    if is_usable(record):
        visit.delivered.add(record.metric)
        if watching.is_counted(record):
            watching.feed_sample(visit.watch, record, record.at.mono_ns)
        if is_in_use:
            note_sample(visit, record)


def is_usable(sample: r.Sample) -> bool:
    """Say whether a sample has a value of the chair's patient: a monitor in test or demonstration mode, or held, has none."""
    return sample.value is not None and r.is_live(sample)


def hear(chair: ChairState, sample: r.Sample) -> bool:
    """Keep a numeric as its monitor's newest of that metric; also for samples outside a session, which leave no record.

    A bedside monitor may measure one metric in two ways (breathing by CO2 and by impedance): their numbers are not mixed, or
    the screen would jump between them. The one in use stays until another is better: usable, less doubted, or of a sensor
    that stands first in `SOURCE_ORDER`.

    Returns:
        Whether it is of the sensor in use, whose numbers are shown and judged.
    """
    latest = chair.monitors[sample.monitor].latest
    before = latest.get(sample.metric)
    if before is not None and before.source != sample.source and not _takes_over(before, sample):
        return False
    usable_ns = before.usable_ns if before is not None else None
    valid_ns = before.valid_ns if before is not None else None
    is_valid = is_usable(sample) and sample.validity is Validity.VALID
    latest[sample.metric] = Latest(
        value=None if r.is_held(sample) else sample.value,
        validity=Validity.UNAVAILABLE if r.is_held(sample) else sample.validity,
        mode=sample.mode,
        source=sample.source,
        provenance=sample.provenance,
        mono_ns=sample.at.mono_ns,
        usable_ns=sample.at.mono_ns if is_usable(sample) else usable_ns,
        valid_ns=sample.at.mono_ns if is_valid else valid_ns,
    )
    return True


SOURCE_ORDER = {"resp_rate": ("co2",)}
"""Sensors to prefer where one monitor gives a metric from several. Source: project decision; exhaled CO2 shows breaths that
move air, while impedance counts any movement of the chest (ASA, Standards for Basic Anesthetic Monitoring, 3.2)."""

SOURCE_SILENT_NS = 10 * NS_PER_S
"""When a sensor in use has said nothing for longer, another one takes its place [ns]: two turns of the slowest monitor."""


def source_rank(metric: str, source: str) -> int:
    """Return how far back a sensor stands in the order of those that give a metric, 0 for the one to prefer."""
    order = SOURCE_ORDER.get(metric, ())
    return order.index(source) if source in order else len(order)


def _takes_over(before: Latest, sample: r.Sample) -> bool:
    """Say whether a number of another sensor is to be shown in place of `before`."""
    is_silent = sample.at.mono_ns - before.mono_ns > SOURCE_SILENT_NS
    if not is_usable(sample):
        return is_silent
    if is_silent or before.usable_ns != before.mono_ns:
        return True
    doubts = (before.validity is not Validity.VALID, sample.validity is not Validity.VALID)
    if doubts[0] != doubts[1]:
        return doubts[0]
    return source_rank(sample.metric, sample.source) < source_rank(sample.metric, before.source)


_ConditionRecord = (
    r.ConditionRaised | r.ConditionChanged | r.ConditionAcknowledged | r.ConditionEnded | r.ConditionRealarmed
    | r.ConditionLatched | r.ConditionEscalated | r.SignalShown
)  # fmt: skip


def _fold_condition(state: StationState, record: _ConditionRecord) -> None:
    visit = _visit(state, record)
    if record.session is not None and visit is None:
        return
    table = visit.conditions if visit is not None else state.conditions
    if isinstance(record, r.ConditionRaised):
        table[record.condition_id] = Condition(
            id=record.condition_id,
            chair=record.chair,
            rule=record.rule,
            subject=record.subject,
            kind=record.kind,
            priority=record.priority,
            text=record.text,
            raised=record.at,
            metric=record.metric,
            value=record.value,
            limit=record.limit,
            cause_ns=record.cause_ns,
            unanswered_ns=record.at.mono_ns,
        )
        _note_onset(state, record.priority)
        if visit is None:
            state.n_conditions += 1
        else:
            visit.waivers.pop("no_open_condition", None)  # it was given for the conditions of its time
        return
    condition = table.get(record.condition_id)
    if condition is None and isinstance(record, r.SignalShown) and visit is not None:
        condition = next((one for one in visit.past_conditions if one.id == record.condition_id), None)
    if condition is None:
        return
    match record:
        case r.ConditionChanged():
            if record.priority.rank > condition.priority.rank:
                waits_since_ns = _unanswered_since(state, condition)
                was_escalated = condition.is_escalated
                _signal_again(state, condition, record.at)  # what was seen was the milder state
                if waits_since_ns is not None:
                    condition.is_escalated, condition.unanswered_ns = was_escalated, waits_since_ns
                condition.seen_by = None
            condition.priority = record.priority
            condition.text = record.text
            condition.value = record.value if record.value is not None else condition.value
            condition.limit = record.limit if record.limit is not None else condition.limit
        case r.ConditionAcknowledged():
            condition.acknowledged_by = condition.seen_by = record.operator
            condition.acknowledged_at = record.at
            condition.silenced_value = condition.value
            condition.is_escalated = False
            state.audio.n_silenced += 1
        case r.ConditionRealarmed():
            is_timed = record.reason not in (r.WORSE, r.AGAIN)
            _signal_again(state, condition, record.at, is_timed=is_timed)
            condition.seen_by = condition.seen_by if is_timed else None
            condition.is_latched = False
        case r.ConditionLatched():
            condition.is_latched = True
        case r.ConditionEscalated():
            condition.is_escalated = True
        case r.SignalShown():
            condition.is_shown = True
        case r.ConditionEnded():
            del table[record.condition_id]
            condition.ended = record.at
            if visit is not None:
                visit.past_conditions.append(condition)


def _signal_again(state: StationState, condition: Condition, at: Moment, *, is_timed: bool = False) -> None:
    """Let a condition's signals be made again. After a time alone they do not break AUDIO PAUSED."""
    condition.acknowledged_by = condition.acknowledged_at = None
    condition.is_escalated = False
    condition.unanswered_ns = at.mono_ns
    if state.audio.pause is not None and not is_timed:
        state.audio.pause.covered.discard(condition.id)
    _note_onset(state, condition.priority)


def _unanswered_since(state: StationState, condition: Condition) -> int | None:
    """Return since when a condition that asked for an answer has none; what gets graver then is not waited for anew."""
    pause = state.audio.pause
    is_silenced = condition.acknowledged_by is not None or (pause is not None and condition.id in pause.covered)
    return None if is_silenced or condition.priority is Priority.LOW else condition.unanswered_ns


def _note_onset(state: StationState, priority: Priority) -> None:
    state.audio.n_onsets[priority] = state.audio.n_onsets.get(priority, 0) + 1


def _fold_audio(state: StationState, record: r.AudioPaused | r.AudioPauseEnded | r.AudioSwitched) -> None:
    present = list(state.present_conditions())
    match record:
        case r.AudioPaused():
            until_ns = record.at.mono_ns + record.until_utc_ns - record.at.utc_ns
            state.audio.pause = AudioPause(record.operator or "", until_ns, {condition.id for condition in present})
            for condition in present:
                condition.is_escalated = False
                if condition.acknowledged_by is None:
                    condition.silenced_value = condition.value
        case r.AudioPauseEnded():
            covered = state.audio.pause.covered if state.audio.pause is not None else set()
            state.audio.pause = None
            for condition in present:
                if condition.id in covered:
                    condition.unanswered_ns = record.at.mono_ns
        case r.AudioSwitched():
            state.audio.off = None if record.on else (record.operator or "", record.reason)


def _fold_alarm_pause(visit: Visit, record: r.ChairAlarmsPaused | r.ChairAlarmsResumed) -> None:
    if isinstance(record, r.ChairAlarmsPaused):
        until_ns = record.at.mono_ns + record.until_utc_ns - record.at.utc_ns
        visit.alarm_pause = ChairPause(record.reason, record.operator or "", until_ns)
    else:
        visit.alarm_pause = None
    for condition in visit.conditions.values():
        if visit.pauses_signals_of(condition):
            condition.is_escalated = False
            condition.unanswered_ns = record.at.mono_ns


def _fold_limits(visit: Visit, record: r.LimitsChanged) -> None:
    visit.limits_changed.append(LimitsSince(record.metric, record.at, record.low, record.high))
    if record.why == r.RESET:
        visit.limits.pop(record.metric, None)
    else:
        visit.limits[record.metric] = PatientLimits(record.low, record.high, record.operator or "")


def _fold_visit(state: StationState, visit: Visit, record: r.Record) -> None:
    match record:
        case r.PhaseChanged():
            if visit.spans:
                visit.spans[-1][1].end = record.at
            visit.phase = record.after
            visit.spans.append((record.after, Span(record.at)))
        case (
            r.IdentityConfirmed() | r.WeightRecorded() | r.AllergiesRecorded() | r.ConsentRecorded()
            | r.FastingRecorded() | r.ExclusionsAnswered() | r.PregnancyRecorded() | r.MedicinesRecorded()
            | r.ReferralRecorded() | r.AvailableNamed() | r.CheckConfirmed() | r.CompanionRecorded()
            | r.DriverNamed() | r.DriverConfirmed() | r.BaselineTaken()
        ):  # fmt: skip
            _fold_check_in(visit, record)
        case r.GateOverridden():
            visit.gate_waivers[record.gate] = Waiver(record.reason, record.clinician, record.at, lacking=record.lacking)
            state.tries.pop(record.clinician, None)
        case r.InfusionStarted() | r.InfusionPaused() | r.InfusionResumed() | r.InfusionStopped():
            steps.take(visit, record)
        case r.CuffRequested() | r.CuffTaken() | r.CuffFailed() | r.CuffStarted() | r.CuffStopped():
            _fold_cuff(visit, record)
        case r.MonitorPatient() | r.MonitorPatientConfirmed():
            _fold_monitor_patient(visit, record)
            _blank_held(state, visit, record.monitor)
        case r.MonitorsConfirmed():
            visit.fed_confirmed = record.monitors
        case (
            r.Charted() | r.ChartResolved() | r.ChartCorrected() | r.ChartStruck() | r.TimeCorrected()
            | r.ScoreRecorded() | r.VitalsEntered() | r.NotMeasurable()
        ):  # fmt: skip
            fold_chart(visit, record)
        case r.DrugRecorded() | r.DrugStruck():
            fold_drug(visit, record)
            state.tries.pop(record.witness, None)
        case r.ChairAlarmsPaused() | r.ChairAlarmsResumed():
            if isinstance(record, r.ChairAlarmsPaused):
                state.audio.n_silenced += 1
            _fold_alarm_pause(visit, record)
        case r.LimitsChanged():
            _fold_limits(visit, record)
        case r.FlagRaised() | r.FlagDecided() | r.FlagAnswered() | r.FlagEnded():
            _fold_flag(visit, record)
        case r.CriterionAnswered():
            visit.answers[record.criterion] = Answer(
                met=record.met,
                evidence=record.evidence,
                score=record.score,
                by=record.operator or "",
                at=record.at,
                items=record.items,
                variant=record.variant,
            )
            visit.waivers.pop(record.criterion, None)
        case r.CriterionOverridden():
            steady = steady_at(visit, record.at.mono_ns)
            visit.waivers[record.criterion] = Waiver(record.reason, record.clinician, record.at, steady=steady)
            state.tries.pop(record.clinician, None)
        case (
            r.ObservationShortened() | r.OrthostaticRecorded() | r.InstructionsPrinted() | r.InstructionsAcknowledged()
            | r.LeavingChosen() | r.HandedOver()
        ):  # fmt: skip
            _fold_leaving(state, visit, record)
        case r.DischargeSigned():
            visit.signed = record
            visit.evidence = record.evidence
            state.tries.pop(record.signature.operator_id, None)
        case _:
            pass  # told for the record alone


_CheckInRecord = (
    r.IdentityConfirmed | r.WeightRecorded | r.AllergiesRecorded | r.ConsentRecorded | r.FastingRecorded
    | r.ExclusionsAnswered | r.PregnancyRecorded | r.MedicinesRecorded | r.ReferralRecorded | r.AvailableNamed
    | r.CheckConfirmed | r.CompanionRecorded | r.DriverNamed | r.DriverConfirmed | r.BaselineTaken
)  # fmt: skip


def _fold_check_in(visit: Visit, record: _CheckInRecord) -> None:
    """Keep what a gate rests on, and who gave it; an override was given for what stood there before."""
    match record:
        case r.IdentityConfirmed():
            visit.identifiers = record.identifiers
            _note_said(visit, record, "identity")
        case r.WeightRecorded():
            visit.weight = (record.kg, record.measured)
            visit.patient = replace(visit.patient, weight_kg=record.kg)
            _note_said(visit, record, "weight")
        case r.AllergiesRecorded():
            visit.allergies = record.text
            visit.patient = replace(visit.patient, allergies=record.text)
            _note_said(visit, record, "allergies")
        case r.ConsentRecorded():
            _note_said(visit, record, "consent")
        case r.FastingRecorded():
            visit.fasting = (record.last_food_utc_ns, record.last_drink_utc_ns)
            _note_said(visit, record, "fasting_food", "fasting_drink")
        case r.ExclusionsAnswered():
            visit.exclusions = record.answers
            _note_said(visit, record, "exclusions")
        case r.PregnancyRecorded():
            visit.pregnancy, visit.pregnancy_note = record.answer, record.note
            _note_said(visit, record, "pregnancy")
        case r.MedicinesRecorded():
            visit.medicines = record.answers
            _note_said(visit, record, "medicines")
        case r.ReferralRecorded():
            visit.referral = Referral(record.from_whom, record.dated)
            _note_said(visit, record, "referral")
        case r.AvailableNamed():
            visit.available = record.name
            _note_said(visit, record, "available")
        case r.CheckConfirmed():
            visit.checks[record.text] = Said(record.operator or "", record.at)
            _note_said(visit, record, "checks")
        case r.CompanionRecorded():
            visit.companion = Companion(record.name, record.stays, record.brought) if record.name else None
        case r.DriverNamed():
            visit.driver = record.driver
            if visit.path is LeavingPath.NO_DRIVER:
                visit.leaving = None  # there is one now
            visit.driver_code = record.code
            visit.driver_confirmed, visit.driver_code_matched, visit.driver_identity_seen = None, False, ""
            visit.waivers.pop("driver", None)
            _note_said(visit, record, "driver")
        case r.DriverConfirmed():
            visit.driver_confirmed = (record.how, record.phase)
            if visit.path is LeavingPath.NO_DRIVER and record.how is not ConfirmedHow.BY_PHONE:
                visit.leaving = None  # they came after all
            visit.driver_code_matched, visit.driver_identity_seen = record.code_matched, record.identity_seen
            visit.said["driver"] = Said(record.operator or "", record.at)
        case r.BaselineTaken():
            visit.baseline = record.baseline
            visit.baseline_at = record.at
            visit.said["baseline"] = Said(record.operator or "", record.at)
            visit.gate_waivers.pop("bp_ceiling", None)


def _note_said(visit: Visit, record: _CheckInRecord, *gates: str) -> None:
    for gate in gates:
        visit.said[gate] = Said(record.operator or "", record.at)
        visit.gate_waivers.pop(gate, None)


def _fold_draft(state: StationState, record: r.DraftKept) -> None:
    """Keep a draft with what it was typed for; one of another visit (kept by a run that was killed) is none of this one's."""
    chair = state.chairs.get(record.chair) if record.chair is not None else None
    if chair is None:
        return
    if not record.fields:
        chair.drafts.pop(record.form, None)
        chair.drafts_by.pop(record.form, None)
    elif record.session == (chair.visit.session if chair.visit is not None else None):
        chair.drafts[record.form] = dict(record.fields)
        by = chair.drafts_by.get(record.form, ())
        if record.operator is not None and record.operator not in by:
            chair.drafts_by[record.form] = (*by, record.operator)


_LeavingRecord = (
    r.ObservationShortened | r.OrthostaticRecorded | r.InstructionsPrinted | r.InstructionsAcknowledged | r.LeavingChosen
    | r.HandedOver
)  # fmt: skip


def _fold_leaving(state: StationState, visit: Visit, record: _LeavingRecord) -> None:
    match record:
        case r.ObservationShortened():
            visit.shortened = record
            visit.shortened_by.add(record.clinician)
            state.tries.pop(record.clinician, None)
        case r.OrthostaticRecorded():
            visit.orthostatic = record
            visit.waivers.pop("orthostatic", None)
        case r.InstructionsPrinted():
            visit.instructions_printed = record
            visit.waivers.pop("instructions", None)  # it was given while there was no sheet, or another one
            known = visit.instructions_acknowledged
            if known is not None and known.sha256 != record.sha256:
                visit.instructions_acknowledged = None  # they read another sheet
        case r.InstructionsAcknowledged():
            visit.instructions_acknowledged = record
        case r.LeavingChosen():
            visit.leaving = record
            if record.path is LeavingPath.NO_DRIVER:
                state.tries.pop(record.clinician, None)
        case r.HandedOver():
            visit.handed_over = record
            visit.evidence = record.evidence
            state.tries.pop(record.clinician, None)


def _fold_monitor_patient(visit: Visit, record: r.MonitorPatient | r.MonitorPatientConfirmed) -> None:
    watch = visit.monitor_patients.get(record.monitor)
    if isinstance(record, r.MonitorPatient):
        if watch is None:
            watch = visit.monitor_patients[record.monitor] = PatientWatch(record.told)
        watch.told = record.told
        if record.asks:
            watch.is_denied = False  # it was said of another telling
            if watch.held_since is None:
                watch.held_since = record.at
        else:
            _accept(watch, record.at)
    elif watch is not None:
        watch.is_denied = not record.same
        if record.same:
            _accept(watch, record.at, keeps=True)


def _blank_held(state: StationState, visit: Visit, monitor: str) -> None:
    """Blank the numbers of a monitor that is held: once it is believed again, those of before say nothing of now."""
    watch, found = visit.monitor_patients.get(monitor), state.monitors.get(monitor)
    if watch is None or watch.held_since is None or found is None:
        return
    for latest in found[1].latest.values():
        latest.value, latest.validity = None, Validity.UNAVAILABLE


def _accept(watch: PatientWatch, at: Moment, *, keeps: bool = False) -> None:
    """Take the newest telling for the patient in the chair; of earlier ones those stay that name somebody."""
    kept = tuple(one for one in watch.accepted if one != watch.told and (keeps or _names_somebody(one)))
    watch.accepted = (*kept, watch.told)
    if watch.held_since is not None:
        watch.held.append((watch.held_since.mono_ns, at.mono_ns))
        watch.held_since = None
        watch.is_denied = False


def _names_somebody(told: ToldPatient) -> bool:
    return bool(told.patient_id or told.name) and told.admission not in (AdmissionState.NONE, AdmissionState.DISCHARGED)


def _fold_cuff(
    visit: Visit, record: r.CuffRequested | r.CuffTaken | r.CuffFailed | r.CuffStarted | r.CuffStopped
) -> None:
    match record:
        case r.CuffRequested():
            visit.cuff_requested = record.at
            visit.cuff_trouble = ""
        case r.CuffStarted():
            visit.cuff_started = record.monitor
            visit.cuff_trouble = ""
        case r.CuffStopped():
            visit.cuff_started = None
        case r.CuffTaken():
            # by time of measurement: a reading may come late, after a lost link, and must not pass for the newest
            reading = record.reading
            if _is_above_what_was_let_pass(visit, reading):
                visit.gate_waivers.pop("bp_ceiling", None)
            is_by_hand = reading.provenance is Provenance.MANUAL  # it may be told long after
            phase = visit.phase_at(reading.measured_mono_ns) if is_by_hand else visit.phase
            bisect.insort(visit.cuffs, (reading, phase), key=lambda known: known[0].measured_mono_ns)
            visit.cuff_started = None
            if not (is_by_hand and _is_before(reading, visit.cuff_requested)):
                visit.cuff_requested = None
            if not (is_by_hand and _is_before(reading, visit.cuff_failed)):
                visit.cuff_trouble = ""
                visit.cuff_failures = 0
                visit.cuff_failed = None
            visit.waivers.pop("bp", None)  # it was given for the reading of its time
            note_measured(visit, "nibp_sys", record.reading.measured_mono_ns)
        case r.CuffFailed():
            visit.cuff_started = None
            visit.cuff_trouble = record.text
            visit.cuff_failures += 1
            visit.cuff_failed = record.at


def _is_before(reading: CuffReading, then: Moment | None) -> bool:
    """Say whether a reading was measured before a moment; its time may be told in whole minutes."""
    return then is not None and reading.measured_mono_ns + 60 * NS_PER_S <= then.mono_ns


_SAME_PRESSURE = 5
"""How far two readings of one pressure may lie apart [mmHg]: the mean error that ISO 81060-2 allows a cuff."""


def _is_above_what_was_let_pass(visit: Visit, reading: CuffReading) -> bool:
    """Say whether a reading is higher than the start ceiling and all that a clinician let pass: baseline and last reading."""
    waiver = visit.gate_waivers.get("bp_ceiling")
    if waiver is None or visit.infusion_started is not None:
        return False
    base = visit.baseline
    then = [known for known, _ in visit.cuffs if known.measured_mono_ns <= waiver.at.mono_ns]
    known = [(base.sys, base.dia)] if base is not None else []
    known += [(then[-1].sys, then[-1].dia)] if then else []
    rules = visit.protocol.bp
    most_sys = max([rules.start_ceiling_sys, *(sys + _SAME_PRESSURE for sys, _ in known)])
    most_dia = max([rules.start_ceiling_dia, *(dia + _SAME_PRESSURE for _, dia in known)])
    return reading.sys > most_sys or reading.dia > most_dia


def _fold_flag(visit: Visit, record: r.FlagRaised | r.FlagDecided | r.FlagAnswered | r.FlagEnded) -> None:
    if isinstance(record, r.FlagRaised):
        if visit.infusion_started is None:
            visit.gate_waivers.pop("bp_ceiling", None)  # it was given for the pressure of its time
        repeat_by_ns = None
        if record.repeat_by_utc_ns is not None:
            repeat_by_ns = record.at.mono_ns + record.repeat_by_utc_ns - record.at.utc_ns
        visit.flags[record.flag_id] = Flag(
            id=record.flag_id,
            grade=record.grade,
            priority=record.priority,
            reading=record.reading,
            because=record.because,
            prompt=record.prompt,
            raised=record.at,
            repeat_by_ns=repeat_by_ns,
        )
        return
    flag = visit.flags[record.flag_id]
    match record:
        case r.FlagDecided():
            flag.outcome = record.outcome
            flag.decided_by = record.reading
        case r.FlagAnswered():
            flag.answered = f"{record.action}: {record.reason}" if record.reason else record.action
        case r.FlagEnded():
            flag.is_present = False
