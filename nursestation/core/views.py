"""The snapshot: the state as frozen values for the screens. Reads, decides nothing."""

from collections.abc import Container
from dataclasses import replace

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, LinkPhase, Priority, SensorStatus
from devices.vocabulary import METRICS, MetricKind
from nursestation.core import (
    assigned,
    chart_views,
    discharge,
    due,
    earliest,
    gates,
    instructions,
    leaving,
    limits,
    monitor_patient,
    observation,
    orthostatic,
    patient_limits,
    phases,
    proved,
    schedule,
    signals,
    signin,
    spikes,
    vitals,
    watching,
)
from nursestation.core.criteria import OK
from nursestation.core.model import Baseline, GateState, Operator, Phase
from nursestation.core.protocols import LimitRule
from nursestation.core.snapshot import (
    AlarmSpanView,
    ChairSnapshot,
    ConditionView,
    CriterionView,
    CuffView,
    FlagView,
    LinkView,
    NumericView,
    PhaseSpan,
    ReadinessView,
    StaffState,
    StaffView,
    StationSnapshot,
    VisitView,
    WatchingView,
)
from nursestation.core.state import (
    AsRecorded,
    ChairState,
    Condition,
    Flag,
    MonitorState,
    StationState,
    Visit,
    seconds_between,
)
from nursestation.core.wording import staff_name

_WAVES_LATELY_NS = 10 * NS_PER_S
_WAVES_SILENT_NS = 3 * NS_PER_S
"""After which a wave that does not come is said not to [ns]: no monitor sends its samples less often than once a second.
Source: project decision."""
_WAVE_ORDER = {name: position for position, name in enumerate(METRICS)}
_WAVE_METRICS = tuple(name for name, metric in METRICS.items() if metric.kind is MetricKind.WAVEFORM)
_HAS_READINESS = (Phase.OBSERVATION, Phase.READY)
_BASELINE_OF = {
    "heart_rate": lambda base: base.heart_rate,
    "spo2": lambda base: base.spo2,
    "resp_rate": lambda base: base.resp_rate,
}


def station(state: StationState, now: Moment) -> StationSnapshot:
    """Return the whole station at `now`."""
    chairs = tuple(_chair(state, state.chairs[n], now) for n in sorted(state.chairs))
    everywhere = [condition for chair in chairs for condition in chair.conditions]
    everywhere += [_condition(state, condition, now) for condition in state.conditions.values()]
    return StationSnapshot(
        at=now,
        operators=tuple(one for one in state.operators.values() if one.is_active),
        operator=state.signed_in,
        chairs=chairs,
        conditions=_in_order(everywhere),
        protocols=tuple(state.protocols.values()),
        audio=signals.audio(state, now),
        sound=signals.sound(state, now),
        chair_sound=signals.chair_sound(state, now),
        chair_heard=signals.chair_heard(state, now),
        self_test=signals.self_test(state, now),
        preset=state.preset.title,
        due=due.due(state, now),
        staff=_staff(state, now),
        lock_after_s=state.lock_after_s,
        locked_itself=state.locked_itself,
        held=frozenset(state.held),
    )


def renewed(state: StationState, before: StationSnapshot, monitors: Container[str], now: Moment) -> StationSnapshot:
    """Return a snapshot again with the chairs of these monitors as they are at `now`, and those with a number that time changed.

    Everything else stands as it stood before, its ages too, and is the same object. That is enough where nothing but numbers
    has come since, for a while.
    """
    return replace(
        before,
        at=now,
        chairs=tuple(
            _chair(state, state.chairs[chair.number], now)
            if _has_turned(chair, now) or any(link.monitor in monitors for link in chair.links)
            else chair
            for chair in before.chairs
        ),
    )


def _staff(state: StationState, now: Moment) -> tuple[StaffView, ...]:
    by_name = sorted(state.operators.values(), key=lambda one: (one.name.casefold(), one.id))
    return tuple(
        StaffView(
            id=one.id,
            name=one.name,
            role=one.role,
            state=_staff_state(state, one),
            wait_s=max(0.0, signin.wait_left_s(state, one.id, now.mono_ns)),
        )
        for one in by_name
    )


def _staff_state(state: StationState, operator: Operator) -> StaffState:
    if not operator.is_active:
        return StaffState.LEFT
    if signin.is_locked(state, operator.id):
        return StaffState.LOCKED
    return StaffState.MUST_CHANGE_PIN if operator.must_change_pin else StaffState.ACTIVE


def _has_turned(chair: ChairSnapshot, now: Moment) -> bool:
    """Say whether a number may no longer be shown as it was: it has become stale, or must be blanked."""
    return chair.turns_ns is not None and now.mono_ns > chair.turns_ns


def _in_order(conditions: list[ConditionView]) -> tuple[ConditionView, ...]:
    return tuple(
        sorted(
            conditions,
            key=lambda view: (view.kind is AlarmKind.TECHNICAL, -view.priority.rank, -view.age_s, view.id),
        )
    )


def _chair(state: StationState, chair: ChairState, now: Moment) -> ChairSnapshot:
    visit = chair.visit
    conditions = list(visit.conditions.values()) if visit is not None else []
    shown = _numerics(chair, now)
    return ChairSnapshot(
        number=chair.number,
        links=tuple(_link(chair, monitor, now) for monitor in chair.monitors.values()),
        simulated=chair.simulated,
        monitoring=bool(chair.monitors) and all(m.heard_ns is not None for m in chair.monitors.values()),
        numerics=tuple(shown),
        cuff=_cuff(chair, now),
        waves=_waves(chair, now),
        silent_waves=_silent_waves(chair, now),
        conditions=_in_order([_condition(state, condition, now) for condition in conditions]),
        visit=_visit(state, chair, visit, shown, now) if visit is not None else None,
        pause=signals.chair_pause(state, chair, now),
        limits=_as_recorded(state, chair, visit).limits if visit is not None and visit.is_open else (),
        proposal=_as_recorded(state, chair, visit).proposal if visit is not None and visit.is_open else (),
        preset_name=visit.protocol.title if visit is not None else "",
        clinic_preset=state.preset.title if visit is not None else "",
        drafts=tuple((form, tuple(fields.items())) for form, fields in chair.drafts.items()),
        drafts_by=tuple(chair.drafts_by.items()),
        nurse=assigned.nurse_of(state, chair),
        turns_ns=vitals.turns_ns(chair, vitals.technical_of(chair), now),
    )


def _link(chair: ChairState, monitor: MonitorState, now: Moment) -> LinkView:
    held = chair.hold_on(monitor.binding.id)
    quiet_s = (now.mono_ns - monitor.heard_ns) / NS_PER_S if monitor.heard_ns is not None else None
    return LinkView(
        monitor=monitor.binding.id,
        driver=monitor.binding.driver,
        title=monitor.binding.title,
        phase=monitor.phase,
        reason=monitor.reason,
        quiet_s=quiet_s,
        simulated=monitor.binding.simulated,
        port=monitor.binding.port,
        adapter=monitor.binding.adapter,
        model=_told_model(monitor),
        may_start_cuff=monitor.binding.may_start_cuff,
        question=monitor_patient.question(chair, monitor),
        is_answered=held is not None and held.is_denied,
    )


def _told_model(monitor: MonitorState) -> str:
    vendor, model, serial, _ = monitor.identity or (None, None, None, None)
    words = " ".join(word for word in (vendor, model) if word)
    return ", ".join(word for word in (words, f"no. {serial}" if serial else "") if word)


def _waves(chair: ChairState, now: Moment) -> tuple[tuple[str, str, str], ...]:
    """Return the waves that have come lately, and those whose sensor the monitor finds fault with: their strips say so."""
    lately = [
        (metric, monitor.binding.id, source)
        for monitor in chair.monitors.values()
        for (metric, source), last_ns in monitor.waves.items()
        if now.mono_ns - last_ns <= _WAVES_LATELY_NS or _has_sensor_trouble(monitor, metric)
        if chair.hold_on(monitor.binding.id) is None
    ]
    return tuple(sorted(lately, key=lambda wave: _WAVE_ORDER[wave[0]]))


def _has_sensor_trouble(monitor: MonitorState, metric: str) -> bool:
    return monitor.phase is LinkPhase.CONNECTED and bool(vitals.sensor_trouble(monitor, metric))


def _silent_waves(chair: ChairState, now: Moment) -> tuple[tuple[str, str, str], ...]:
    """Return why waves do not come. A sensor is told without a wave too: in a replay no wave is folded."""
    silent: dict[tuple[str, str], str] = {}
    for monitor in chair.monitors.values():
        if chair.hold_on(monitor.binding.id) is not None:
            continue
        for (metric, _), last_ns in monitor.waves.items():
            if _WAVES_SILENT_NS <= now.mono_ns - last_ns <= _WAVES_LATELY_NS:
                silent[metric, monitor.binding.id] = f"no signal for {(now.mono_ns - last_ns) // NS_PER_S} s"
        for metric in _WAVE_METRICS:
            if _has_sensor_trouble(monitor, metric):
                silent[metric, monitor.binding.id] = vitals.sensor_trouble(monitor, metric)
    return tuple((metric, monitor_id, why) for (metric, monitor_id), why in silent.items())


# --- numbers ------------------------------------------------------------------------------------------------------


def _numerics(chair: ChairState, now: Moment) -> list[NumericView]:
    visit = chair.open_visit
    technical = vitals.technical_of(chair)
    givers = {metric: monitors for metric in vitals.CONTINUOUS if (monitors := vitals.givers(chair, metric))}
    shown = {
        metric: looked
        for metric, monitors in givers.items()
        if (looked := vitals.choose(chair, metric, monitors, now, technical)) is not None
    }
    rated = vitals.rate_of(shown)
    views = []
    for metric, looked in shown.items():
        limit = _limit_of(visit, metric, rated) if visit is not None else None
        low, high = limits.in_force(visit, limit) if visit is not None and limit is not None else (None, None)
        others = []
        for monitor in givers[metric]:
            if monitor is not looked.monitor and metric in monitor.latest:
                other = vitals.look(chair, monitor, metric, now, technical)
                others.append((_source(monitor, other.latest.source if other.latest is not None else ""), other.value))
        views.append(
            NumericView(
                metric=metric,
                value=looked.value,
                validity=looked.validity,
                freshness=looked.freshness,
                age_s=looked.age_s,
                source=_source(looked.monitor, looked.latest.source if looked.latest is not None else ""),
                provenance=looked.latest.provenance if looked.latest is not None else None,
                why_blank=looked.why_blank,
                low=low,
                high=high,
                priority=_priority(visit, metric) if visit is not None else None,
                change=_change(visit.baseline, metric, looked.value) if visit is not None else None,
                others=tuple(others),
            )
        )
    return views


def _source(monitor: MonitorState, source: str) -> str:
    return f"{monitor.binding.title} · {source}" if source else monitor.binding.title


def _limit_of(visit: Visit, metric: str, rated: vitals.Shown | None) -> LimitRule | None:
    """Return the limits that a metric is judged by: those of the heart rate belong to the rate that is shown for it."""
    wanted = metric
    if rated is not None and metric in ("heart_rate", "pulse_rate"):
        wanted = "heart_rate" if rated.metric == metric else "pulse_rate"
    return next((rule for rule in visit.protocol.limits if rule.metric == wanted), None)


def _priority(visit: Visit, metric: str) -> Priority | None:
    found = [
        condition.priority
        for condition in visit.conditions.values()
        if condition.metric == metric and condition.kind is AlarmKind.PHYSIOLOGICAL
    ]
    return max(found, key=lambda priority: priority.rank, default=None)


def _change(baseline: Baseline | None, metric: str, value: float | None) -> float | None:
    if baseline is None or value is None:
        return None
    pick = _BASELINE_OF.get("heart_rate" if metric == "pulse_rate" else metric)
    base = pick(baseline) if pick is not None else None
    return value - base if base is not None else None


def _cuff(chair: ChairState, now: Moment) -> CuffView:
    visit = chair.visit
    if visit is None:
        reading, is_overdue, due_ns, priority = chair.idle_cuff, False, None, None
    else:
        reading = visit.cuffs[-1][0] if visit.cuffs else None
        due_ns = schedule.due_ns(visit, now)
        is_overdue = due_ns is not None and schedule.is_late(visit, due_ns, now)
        priority = _priority(visit, "nibp_sys")
    base = visit.baseline if visit is not None else None
    return CuffView(
        reading=reading,
        age_s=(now.mono_ns - reading.measured_mono_ns) / NS_PER_S if reading is not None else None,
        is_overdue=is_overdue,
        due_in_s=(due_ns - now.mono_ns) / NS_PER_S if due_ns is not None else None,
        every_min=schedule.every_min(visit, now) if visit is not None else None,
        doing=_cuff_doing(chair),
        priority=priority,
        percent_over_baseline=spikes.percent_over(base, reading) if base is not None and reading is not None else None,
    )


def _cuff_doing(chair: ChairState) -> str:
    for monitor in chair.monitors.values():
        sensor = monitor.sensors.get("nibp")
        if sensor is not None and sensor.status is SensorStatus.MEASURING and monitor.phase is LinkPhase.CONNECTED:
            return sensor.text or "measuring"
    visit = chair.open_visit
    if visit is None:
        return ""
    if visit.cuff_trouble:
        return visit.cuff_trouble
    if visit.cuff_started in chair.monitors:
        return "started from here: waiting for the reading"
    if visit.cuff_requested is not None:
        return "repeat: press START on the monitor"
    return ""


def _condition(state: StationState, condition: Condition, now: Moment) -> ConditionView:
    return ConditionView(
        id=condition.id,
        chair=condition.chair,
        rule=condition.rule,
        kind=condition.kind,
        priority=condition.priority,
        text=condition.text,
        age_s=seconds_between(condition.raised, now),
        acknowledged=condition.acknowledged_by is not None,
        metric=condition.metric,
        signal=signals.state_of(state, condition, now),
        raised=condition.raised,
        value=condition.value,
        limit=condition.limit,
        escalated=condition.is_escalated,
        cause_ns=condition.raised.mono_ns if condition.cause_ns is None else condition.cause_ns,
    )


# --- the visit ----------------------------------------------------------------------------------------------------


def _visit(state: StationState, chair: ChairState, visit: Visit, shown: list[NumericView], now: Moment) -> VisitView:
    page = _readiness(state, chair, visit, now)
    recorded = _as_recorded(state, chair, visit)
    found = recorded.gates if recorded.gates is not None else gates.gates(state, chair, visit, now)
    observed_s = _observed_s(visit, now)
    planned_s = visit.protocol.observation_planned_min * 60
    how = visit.driver_confirmed[0] if visit.driver_confirmed is not None else None
    return VisitView(
        session=visit.session,
        patient=visit.patient,
        protocol=visit.protocol,
        phase=visit.phase,
        paused=visit.is_paused,
        spans=tuple(PhaseSpan(phase=phase, start=span.start, end=span.end) for phase, span in visit.spans),
        pauses=tuple((pause.start, pause.end) for pause in visit.pauses),
        opened=visit.opened,
        infusion_started=visit.infusion_started,
        infusion_stopped=visit.infusion_stopped,
        infusion_run_s=phases.running_s(visit, now.mono_ns),
        infusion_planned_s=visit.planned_min * 60,
        observation_s=observed_s,
        observation_left_s=planned_s - observed_s if observed_s is not None else None,
        dose_text=visit.dose_text,
        driver=visit.driver,
        driver_confirmed=how,
        driver_confirmed_at_handover=proved.is_driver_here(visit),
        baseline=visit.baseline,
        baseline_ready=spikes.baseline_missing(visit, now),
        baseline_too_old=spikes.baseline_too_old(visit, now),
        gates=found,
        may_start=visit.phase is Phase.BASELINE and gates.may_start(found),
        flags=tuple(_flag(flag, now) for flag in visit.flags.values()),
        chart=recorded.chart,
        drugs=recorded.drugs,
        alarm_spans=recorded.alarm_spans,
        limit_spans=recorded.limit_spans,
        cuffs=tuple(reading for reading, _ in visit.cuffs),
        readiness=page,
        simulated=visit.simulated,
        fasting=visit.fasting,
        exclusions=visit.exclusions,
        signed_by=visit.signed.signature.name if visit.signed is not None else "",
        scores=recorded.scores,
        manual=chart_views.manual(visit, shown, state.operators),
        not_measurable=chart_views.not_measurable(visit, shown, state.operators),
        times_corrected=recorded.times_corrected,
        steps_told=recorded.steps_told,
        watching=_watching(state, visit, now),
        observation_min_s=visit.observation_min * 60,
        observation_shortened=observation.shortened_line(visit, state.operators),
        leave=earliest.leave(visit, page.criteria if page is not None else (), now),
        leaving=leaving.view(visit, state.operators),
        orthostatic=orthostatic.view(visit, state.operators),
        instructions=instructions.view(visit, state.operators),
        handed_to=visit.handed_over.to if visit.handed_over is not None else "",
        series=visit.series,
        weight_kg=visit.weight_kg,
        weight_by=staff_name(state.operators, visit.said["weight"].by) if "weight" in visit.said else "",
        weight_measured=visit.weight is not None and visit.weight[1],
        allergies=visit.known_allergies,
        pregnancy=visit.pregnancy,
        pregnancy_note=visit.pregnancy_note,
        medicines=visit.medicines,
        referral=visit.referral,
        available=visit.available,
        companion=visit.companion,
        checks_done=tuple(visit.checks),
        driver_code=visit.driver_code,
    )


def _as_recorded(state: StationState, chair: ChairState, visit: Visit) -> AsRecorded:
    started = visit.infusion_started
    if visit.as_recorded is None or visit.as_recorded.chain != visit.chain:
        visit.as_recorded = AsRecorded(
            chain=visit.chain,
            gates=gates.gates(state, chair, visit, started) if started is not None else None,
            chart=chart_views.chart(visit, state.operators),
            drugs=chart_views.drugs(visit, state.operators),
            scores=chart_views.scores(visit, state.operators),
            times_corrected=chart_views.times_corrected(visit, state.operators),
            steps_told=chart_views.steps_told(visit, state.operators),
            limits=patient_limits.views(state, visit),
            proposal=patient_limits.proposal(visit, state.preset),
            alarm_spans=_alarm_spans(visit),
            limit_spans=patient_limits.spans(visit),
        )
    return visit.as_recorded


def _alarm_spans(visit: Visit) -> tuple[AlarmSpanView, ...]:
    spans = [
        AlarmSpanView(
            metric=condition.metric,
            priority=condition.priority,
            text=condition.text,
            start=condition.raised,
            end=condition.ended,
        )
        for condition in (*visit.past_conditions, *visit.conditions.values())
        if condition.kind is AlarmKind.PHYSIOLOGICAL and condition.metric is not None
    ]
    return tuple(sorted(spans, key=lambda span: span.start.utc_ns))


def _watching(state: StationState, visit: Visit, now: Moment) -> WatchingView:
    return watching.look(
        visit.watch,
        visit.protocol,
        tuple((phase, span.start.mono_ns, span.end.mono_ns if span.end else None) for phase, span in visit.spans),
        tuple(reading.measured_mono_ns for reading, _ in visit.cuffs),
        now.mono_ns,
        lambda operator: staff_name(state.operators, operator),
    )


def _observed_s(visit: Visit, now: Moment) -> float | None:
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return None
    return seconds_between(began, visit.spans[-1][1].start if visit.phase.is_over else now)


def _flag(flag: Flag, now: Moment) -> FlagView:
    waits = flag.is_present and flag.repeat_by_ns is not None and flag.decided_by is None
    return FlagView(
        id=flag.id,
        grade=flag.grade,
        priority=flag.priority,
        reading=flag.reading,
        because=flag.because,
        prompt=flag.prompt,
        raised=flag.raised,
        outcome=flag.outcome,
        confirmed_by=flag.decided_by,
        repeat_in_s=(flag.repeat_by_ns - now.mono_ns) / NS_PER_S if waits and flag.repeat_by_ns is not None else None,
        answered=flag.answered,
        is_present=flag.is_present,
    )


def _readiness(state: StationState, chair: ChairState, visit: Visit, now: Moment) -> ReadinessView | None:
    if visit.phase in _HAS_READINESS:
        return discharge.readiness(state, chair, visit, now)
    if visit.signed is None:
        return None
    views = tuple(
        CriterionView(
            id=line.criterion,
            title=line.title,
            state=GateState(line.state),
            evidence=line.evidence,
            asks_person=False,
        )
        for line in visit.evidence
    )
    return ReadinessView(
        criteria=views,
        n_met=sum(view.state in OK for view in views),
        may_sign=False,
        digest=visit.signed.signature.covers,
        meaning=visit.signed.signature.meaning,
        path=visit.signed.path,
    )
