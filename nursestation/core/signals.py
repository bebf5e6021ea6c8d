"""What becomes of the alarm signals: which conditions are silenced, by whom, for how long, and when they are heard again.

A condition is judged and recorded the same whatever stands here; only light and sound change. Words of IEC 60601-1-8; times and
steps from the clinic's preset ([signals]); the reasons stand in docs/adr/0016.

| state | stops | of | ends |
|---|---|---|---|
| ACKNOWLEDGED | sound, flashing | one condition | with it; after `realarm_s`; when worse by a step or a priority |
| AUDIO PAUSED | sound | what is present when it begins | after `audio_paused_s`, by hand, with what it silences |
| AUDIO OFF | sound, but for a reminder tone | all | by hand |
| ALARM PAUSED | sound, flashing | one chair, but for what is spared | after `chair_pause_s`, by hand, with the visit |

Rules of the file:
1. A new condition is heard through AUDIO PAUSED, and so is one that gets worse by a step or a priority; the others stay paused.
2. ALARM PAUSED spares what latches and what says that a monitor cannot be seen or is of another patient.
3. A latched condition has its signals until it is acknowledged.
4. Who does not answer a condition of medium or high priority within `escalation_s` is helped: the chair sounds too.
   Acknowledging and pausing are answers; when a pause is over the time begins anew. AUDIO OFF silences the chair too.
5. One sound at a time: the highest priority of what is to be heard.
"""

import math
from dataclasses import replace

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, Priority
from nursestation.core import alarms
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import SignalSeen
from nursestation.core.snapshot import AudioState, AudioView, ChairPauseView, SelfTestView, SignalState
from nursestation.core.state import ChairState, Condition, StationState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import staff_name

SELF_TEST_HOLDS_NS = 16 * 3600 * NS_PER_S
"""For how long a self-test counts as today's [ns]: longer than a clinic's day, shorter than from one morning to the next. The
core knows no time zone. Source: project decision."""

TIME_OVER, NOTHING_LEFT, BY_HAND = "time is over", "nothing left to silence", "ended by hand"
"""Why a pause ended."""


# --- which signals there are --------------------------------------------------------------------------------------


def state_of(state: StationState, condition: Condition, now: Moment) -> SignalState:
    """Return what becomes of a condition's signals; of several reasons to be silent the strongest."""
    if condition.acknowledged_by is not None:
        return SignalState.ACKNOWLEDGED
    if _is_alarm_paused(state, condition, now):
        return SignalState.ALARM_PAUSED
    if condition.is_latched:
        return SignalState.LATCHED
    return SignalState.AUDIO_PAUSED if _is_audio_paused(state, condition, now) else SignalState.ON


def sound(state: StationState, now: Moment) -> Priority | None:
    """Return what the station is to sound now, None for silence."""
    return None if state.audio.off is not None else _highest(_heard(state, now))


def chair_heard(state: StationState, now: Moment) -> tuple[tuple[int, Priority], ...]:
    """Return the chairs of which something is to be heard, each with its highest priority."""
    return () if state.audio.off is not None else _by_chair(_heard(state, now))


def chair_sound(state: StationState, now: Moment) -> tuple[tuple[int, Priority], ...]:
    """Return the chairs that are to sound too, each with the highest priority that nobody answered."""
    if state.audio.off is not None:
        return ()
    return _by_chair([condition for condition in _heard(state, now) if condition.is_escalated])


def _by_chair(conditions: list[Condition]) -> tuple[tuple[int, Priority], ...]:
    found: dict[int, list[Condition]] = {}
    for condition in conditions:
        if condition.chair is not None:
            found.setdefault(condition.chair, []).append(condition)
    highest = ((number, _highest(found[number])) for number in sorted(found))
    return tuple((number, priority) for number, priority in highest if priority is not None)


def audio(state: StationState, now: Moment) -> AudioView:
    """Return the station's sound as a screen shows it."""
    heard = sound(state, now)
    told, rules = state.audio, state.preset.signals
    on = AudioView(
        n_onsets=told.n_onsets.get(heard, 0) if heard is not None else 0,
        n_silenced=told.n_silenced,
        pause_s=rules.audio_paused_s,
        reminder_s=rules.reminder_s,
    )
    if told.off is not None:
        by, reason = told.off
        return replace(on, state=AudioState.OFF, by=staff_name(state.operators, by), reason=reason)
    if told.pause is None or now.mono_ns >= told.pause.until_ns:
        return on
    return replace(
        on,
        state=AudioState.PAUSED,
        left_s=(told.pause.until_ns - now.mono_ns) / NS_PER_S,
        by=staff_name(state.operators, told.pause.by),
        until_ns=told.pause.until_ns,
        held=_highest(_held(state, now)),
    )


def chair_pause(state: StationState, chair: ChairState, now: Moment) -> ChairPauseView | None:
    """Return ALARM PAUSED of a chair, None while it is not."""
    visit = chair.open_visit
    pause = visit.alarm_pause if visit is not None else None
    if pause is None or now.mono_ns >= pause.until_ns:
        return None
    left_s = (pause.until_ns - now.mono_ns) / NS_PER_S
    return ChairPauseView(reason=pause.reason, left_s=left_s, by=staff_name(state.operators, pause.by))


def self_test(state: StationState, now: Moment) -> SelfTestView:
    """Return whether the self-test was passed today."""
    tested = state.self_test
    if tested is None:
        return SelfTestView()
    is_fresh = now.mono_ns - tested.at.mono_ns < SELF_TEST_HOLDS_NS
    return SelfTestView(done_today=tested.is_passed and is_fresh, at=tested.at)


def _heard(state: StationState, now: Moment) -> list[Condition]:
    """Return the conditions that are to be heard while audio is not off."""
    return [one for one in _unanswered(state, now) if not _is_audio_paused(state, one, now)]


def _held(state: StationState, now: Moment) -> list[Condition]:
    """Return the conditions that AUDIO PAUSED alone keeps silent."""
    return [one for one in _unanswered(state, now) if _is_audio_paused(state, one, now)]


def _unanswered(state: StationState, now: Moment) -> list[Condition]:
    return [
        one
        for one in state.present_conditions()
        if one.acknowledged_by is None and not _is_alarm_paused(state, one, now)
    ]


def _is_audio_paused(state: StationState, condition: Condition, now: Moment) -> bool:
    pause = state.audio.pause
    return pause is not None and now.mono_ns < pause.until_ns and condition.id in pause.covered


def _is_alarm_paused(state: StationState, condition: Condition, now: Moment) -> bool:
    chair = state.chairs.get(condition.chair) if condition.chair is not None else None
    visit = chair.open_visit if chair is not None else None
    if visit is None or visit.alarm_pause is None or now.mono_ns >= visit.alarm_pause.until_ns:
        return False
    return condition.id in visit.conditions and visit.pauses_signals_of(condition)


def _highest(conditions: list[Condition]) -> Priority | None:
    return max((one.priority for one in conditions), key=lambda priority: priority.rank, default=None)


# --- what operators ask -------------------------------------------------------------------------------------------


def command(turn: Turn, wish: c.SignalCommand) -> None:
    """Carry out what is asked of the station's signals.

    Raises:
        Refusal: it cannot be; the sentence says why.
    """
    match wish:
        case c.PauseAudio():
            _pause_audio(turn)
        case c.EndAudioPause():
            if turn.state.audio.pause is None:
                raise Refusal("The sound is not paused.")
            turn.emit(r.AudioPauseEnded(**turn.acted(None), reason=BY_HAND))
        case c.SwitchAudioOff():
            _switch_off(turn, wish)
        case c.SwitchAudioOn():
            if turn.state.audio.off is None:
                raise Refusal("The sound is on already.")
            turn.emit(r.AudioSwitched(**turn.acted(None), on=True))
        case c.SelfTest():
            _note_self_test(turn, wish)


def _pause_audio(turn: Turn) -> None:
    state = turn.state
    if state.audio.off is not None:
        raise Refusal("The sound is off: there is nothing to pause.")
    if not _unanswered(state, turn.now):
        raise Refusal("No alarm is sounding: there is nothing to pause.")
    until_utc_ns = turn.now.utc_ns + _ns(state.preset.signals.audio_paused_s)
    turn.emit(r.AudioPaused(**turn.acted(None), until_utc_ns=until_utc_ns))


def _switch_off(turn: Turn, wish: c.SwitchAudioOff) -> None:
    if turn.state.audio.off is not None:
        raise Refusal("The sound is off already.")
    if not wish.reason.strip():
        raise Refusal("Say why the alarm sound is switched off.")
    if turn.state.audio.pause is not None:
        turn.emit(r.AudioPauseEnded(**turn.acted(None), reason="the sound is switched off"))
    turn.emit(r.AudioSwitched(**turn.acted(None), on=False, reason=wish.reason.strip()))


def _note_self_test(turn: Turn, wish: c.SelfTest) -> None:
    chairs = tuple(sorted(set(wish.chairs_not_heard)))
    tested = r.SelfTested(**turn.acted(None), heard=wish.heard, seen=wish.seen, chairs_not_heard=chairs)
    turn.emit(tested)
    if tested.is_passed:
        alarms.end(turn, None, alarms.SELF_TEST)
        return
    text = f"Self-test failed, {_missed_text(tested)}: check loudspeaker and screen, then test again"
    alarms.hold(turn, None, alarms.SELF_TEST, AlarmKind.TECHNICAL, Priority.MEDIUM, text)


def _missed_text(tested: r.SelfTested) -> str:
    unheard = [] if tested.heard else ["at the station"]
    if tested.chairs_not_heard:
        numbers = ", ".join(str(number) for number in tested.chairs_not_heard)
        unheard.append(f"at chair {numbers}" if len(tested.chairs_not_heard) == 1 else f"at chairs {numbers}")
    missed = [f"no sound was heard {' and '.join(unheard)}"] if unheard else []
    missed += [] if tested.seen else ["the lamps were not seen"]
    return " and ".join(missed)


def pause_chair(turn: Turn, chair: ChairState, wish: c.PauseChairAlarms) -> None:
    """Begin ALARM PAUSED at a chair, or begin it anew.

    Raises:
        Refusal: no reason is given.
    """
    reason = wish.reason.strip()
    if not reason:
        raise Refusal("Say why the patient is off the monitor.")
    until_utc_ns = turn.now.utc_ns + _ns(turn.state.preset.signals.chair_pause_s)
    turn.emit(r.ChairAlarmsPaused(**turn.acted(chair), reason=reason, until_utc_ns=until_utc_ns))


def end_chair_pause(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """End ALARM PAUSED at a chair.

    Raises:
        Refusal: it is not paused.
    """
    if visit.alarm_pause is None:
        raise Refusal(f"The alarms of chair {chair.number} are not paused.")
    turn.emit(r.ChairAlarmsResumed(**turn.acted(chair), reason=BY_HAND))


def close(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """End ALARM PAUSED of a visit that is being closed."""
    if visit.alarm_pause is not None:
        turn.emit(r.ChairAlarmsResumed(**turn.noted(chair), reason="the visit is over"))


# --- what time does -----------------------------------------------------------------------------------------------


def note_time(turn: Turn) -> None:
    """End the pauses that are over, let acknowledged conditions be heard again, and escalate what nobody answered."""
    end_pauses(turn)
    rules = turn.state.preset.signals
    for chair, condition in _placed(turn.state):
        if condition.acknowledged_at is not None and _passed(turn, condition.acknowledged_at.mono_ns, rules.realarm_s):
            reason = f"{rules.realarm_s / 60:g} min"
            turn.emit(r.ConditionRealarmed(**turn.noted(chair), condition_id=condition.id, reason=reason))
    silenced = {condition.id for condition in _held(turn.state, turn.now)}
    unanswered = {condition.id for condition in _unanswered(turn.state, turn.now)} - silenced
    for chair, condition in _placed(turn.state):
        if (
            chair is not None
            and condition.id in unanswered
            and not condition.is_escalated
            and condition.priority is not Priority.LOW
            and _passed(turn, condition.unanswered_ns, rules.escalation_s)
        ):
            turn.emit(r.ConditionEscalated(**turn.noted(chair), condition_id=condition.id))


def end_pauses(turn: Turn) -> None:
    """End the pauses whose time is over, and AUDIO PAUSED when nothing is left that it silences."""
    pause = turn.state.audio.pause
    if pause is not None:
        is_over = turn.now.mono_ns >= pause.until_ns
        if is_over or not _held(turn.state, turn.now):
            reason = TIME_OVER if is_over else NOTHING_LEFT
            turn.emit(r.AudioPauseEnded(**turn.noted(None), reason=reason))
    for chair in turn.state.chairs.values():
        visit = chair.open_visit
        if visit is not None and visit.alarm_pause is not None and turn.now.mono_ns >= visit.alarm_pause.until_ns:
            turn.emit(r.ChairAlarmsResumed(**turn.noted(chair), reason=TIME_OVER))


def note_seen(turn: Turn, item: SignalSeen) -> None:
    """Note how long the first signal of a condition took; of one that is not known, or known already, nothing."""
    if not math.isfinite(item.delay_ms) or item.delay_ms < 0:
        return
    for chair, condition in _placed(turn.state, also_past=True):
        if condition.id == item.condition_id:
            if not condition.is_shown:
                delay_ms = round(item.delay_ms, 1)
                turn.emit(r.SignalShown(**turn.noted(chair), condition_id=condition.id, delay_ms=delay_ms))
            return


def _placed(state: StationState, *, also_past: bool = False) -> list[tuple[ChairState | None, Condition]]:
    found: list[tuple[ChairState | None, Condition]] = [(None, one) for one in state.conditions.values()]
    for chair in state.chairs.values():
        visit = chair.open_visit
        if visit is None:
            continue
        found += [(chair, one) for one in visit.conditions.values()]
        if also_past:
            found += [(chair, one) for one in visit.past_conditions]
    return found


def _passed(turn: Turn, since_ns: int, seconds: float) -> bool:
    return turn.now.mono_ns - since_ns >= _ns(seconds)


def _ns(seconds: float) -> int:
    return round(seconds * NS_PER_S)
