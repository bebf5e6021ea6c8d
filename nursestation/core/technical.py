"""Technical conditions: what keeps the station from seeing the patient, and trouble of the station itself.

| rule | present while | priority |
|---|---|---|
| link.lost (a monitor) | no good frame for `no_data_low_s`, and longer than the monitor's own quiet time | low, later medium |
| same, heard again | until its numbers come, or its time for them (`lost_after_s`) is over | same |
| sensor.<measurement> (a monitor) | probe or lead off, unplugged or line blocked, for `no_data_low_s` | low, later medium |
| data.lost (a required group or limited metric) | no usable value for `lost_after_s`, link and sensor fine | low, later medium |
| data.doubted (same) | values come, all of them doubted, for `doubted_after_s`: limits are not judged | low, later medium |
| monitor.patient (a monitor) | it names another patient and is held (`monitor_patient.py`) | medium |
| monitor.changed (a monitor) | it says that it is another one than before (`feeding.py`); until acknowledged | medium |
| monitor.demo (a monitor) | values of a test or a demonstration came within `lost_after_s` | low, later medium |
| monitor.none | the visit had readings, and its chair has no monitor any more | low, later medium |
| cuff.overdue | a planned reading is later than `overdue_after_min` | low; medium after `overdue_medium_min` |
| cuff.failed | the last cuff cycle gave no result | low; medium from the `failed_medium_n`-th in a row, or when overdue |
| clock.stepped (station) | for a minute after the wall clock jumped, or until acknowledged | low |
| station.store (station) | the disk is slow, full or refuses: records wait in memory | as told: medium |
| station.space (station) | the disk has room for less than a day of recording | as told: low, later medium |
| station.backup (station) | no backup was made for days, or never | as told: low |
| station.reader (station) | the ports are not being read | as told: medium |
| station.sound (station) | there is no loudspeaker, or it takes no sound | as told: medium |
| station.sound.<chair> (station) | the same of a loudspeaker that the settings give a chair | as told: medium |
| station.engine (station) | a rule failed and was left out, or the engine stood still; until acknowledged | as told: medium |
| station.asleep (station) | the computer slept, and with it the station; until acknowledged | as told: medium |
| station.ended (station) | the run before was killed or crashed while a visit was open; until acknowledged | medium |
| station.<id> (station) | the runtime says so | as told |
| selftest.failed (station) | the last self-test was not passed (`signals.py`) | medium |

"Later medium": from `no_data_medium_s` on. Medium, of these and of the cuff, is so during infusion and observation alone.

That the engine itself stands still cannot be told from in here: the window sees that its heartbeat stops, says and sounds it at
once, and has it recorded when it goes on.

Source: silence thresholds from the treatment protocol's [technical]; that a lost link must be a technical condition of its
own: IEC 60601-1-8, 6.11.2.2.
"""

from devices.clock import NS_PER_S
from devices.events import AlarmKind, Mode, Priority, SensorStatus
from devices.vocabulary import METRICS
from nursestation.core import alarms, schedule, vitals
from nursestation.core import records as r
from nursestation.core.inputs import StationFault
from nursestation.core.model import Phase
from nursestation.core.snapshot import Freshness
from nursestation.core.state import ChairState, Condition, MonitorState, Visit
from nursestation.core.turn import Turn

CLOCK_STEP_NS = 2 * NS_PER_S
"""A jump of the wall clock against the monotonic one that is told of [ns]. Source: project decision; time servers slew less."""

_CLOCK_TOLD_NS = 60 * NS_PER_S
_LIVE_RULES = ("link.lost", "sensor.", "data.", "monitor.demo")
_URGENT_PHASES = (Phase.INFUSION, Phase.OBSERVATION)
_CUFF_PHASES = (Phase.INFUSION, Phase.OBSERVATION, Phase.READY)
_SENSOR_TROUBLE = (SensorStatus.SENSOR_OFF, SensorStatus.UNPLUGGED, SensorStatus.BLOCKED)

SENSOR_PHASES = (Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.READY)
"""When sensors must be on the patient: before, they are being put on."""


def watch_clock(turn: Turn) -> None:
    """Compare both clocks with the last input's, and tell of a step of the wall clock."""
    before, turn.state.clock = turn.state.clock, turn.now
    if before is None:
        return
    step_ns = (turn.now.utc_ns - before.utc_ns) - (turn.now.mono_ns - before.mono_ns)
    if abs(step_ns) <= CLOCK_STEP_NS:
        return
    step_s = step_ns / NS_PER_S
    turn.emit(r.ClockStepped(**turn.noted(None), step_s=step_s))
    way = "forward" if step_s > 0 else "back"
    text = f"The computer's clock went {way} by {abs(step_s):.0f} s; durations are not affected"
    alarms.hold(turn, None, "clock.stepped", AlarmKind.TECHNICAL, Priority.LOW, text)


def note_fault(turn: Turn, fault: StationFault) -> None:
    """Hold or end the condition of a trouble of the station itself."""
    rule = f"station.{fault.id}"
    if fault.text:
        alarms.hold(turn, None, rule, AlarmKind.TECHNICAL, fault.priority, fault.text)
    else:
        alarms.end(turn, None, rule)


def forget_live(turn: Turn) -> None:
    """End what only the run before could know: the station's own trouble, links and sensors. What is still so comes back."""
    for condition in list(turn.state.conditions.values()):
        if condition.rule != alarms.SELF_TEST:
            alarms.end(turn, None, condition.rule, condition.subject)
    for chair in turn.state.chairs.values():
        visit = chair.open_visit
        for condition in list(visit.conditions.values()) if visit is not None else ():
            if condition.rule.startswith(_LIVE_RULES):
                alarms.end(turn, chair, condition.rule, condition.subject)


def note_end(turn: Turn) -> None:
    """Tell that the run before did not end in order: whoever comes back sees where nobody watched."""
    text = "Nursestation ended out of order: nothing was watched or recorded until it was started again. Look at every patient."
    alarms.hold(turn, None, alarms.ENDED, AlarmKind.TECHNICAL, Priority.MEDIUM, text)


def judge_station(turn: Turn) -> None:
    """End what is over by itself."""
    stepped = alarms.find(turn.state.conditions, "clock.stepped")
    if stepped is not None and turn.now.mono_ns - stepped.raised.mono_ns >= _CLOCK_TOLD_NS:
        alarms.end(turn, None, "clock.stepped")


def judge_chair(turn: Turn, chair: ChairState) -> None:
    """Judge every technical rule of a chair."""
    visit = chair.open_visit
    if visit is None:
        return
    for monitor in chair.monitors.values():
        judge_link(turn, chair, monitor)
        _judge_sensors(turn, chair, visit, monitor)
        _judge_played(turn, chair, visit, monitor)
    _judge_none(turn, chair, visit)
    _judge_data(turn, chair, visit)
    _judge_cuff(turn, chair, visit)


def _judge_cuff(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Judge whether the pressure is not being seen: nobody measures, or what is measured gives no result."""
    if visit.phase in _CUFF_PHASES and schedule.is_overdue(visit, turn.now):
        is_long = schedule.overdue_min(visit, turn.now) > visit.protocol.cuff.overdue_medium_min
        priority = Priority.MEDIUM if is_long and visit.phase in _URGENT_PHASES else Priority.LOW
        alarms.hold(turn, chair, "cuff.overdue", AlarmKind.TECHNICAL, priority, "Cuff reading overdue: measure now")
    else:
        alarms.end(turn, chair, "cuff.overdue")
    failed = alarms.find(visit.conditions, "cuff.failed")
    if failed is not None:
        alarms.hold(turn, chair, failed.rule, failed.kind, cuff_priority(turn, visit), failed.text)


def cuff_priority(turn: Turn, visit: Visit) -> Priority:
    """Return how urgent it is that the cuff has given no result: more so when it goes on while the drug acts."""
    is_lasting = visit.cuff_failures >= visit.protocol.cuff.failed_medium_n or schedule.is_overdue(visit, turn.now)
    return Priority.MEDIUM if is_lasting and visit.phase in _URGENT_PHASES else Priority.LOW


def note_heard(turn: Turn, chair: ChairState, monitor: MonitorState, *, is_number: bool) -> None:
    """Take note that a monitor says something: after a lost link its silences count from here, and its numbers end the loss."""
    visit = chair.open_visit
    lost = alarms.find(visit.conditions, "link.lost", monitor.binding.id) if visit is not None else None
    if visit is None or lost is None:
        return
    if not _is_back(monitor, lost):
        monitor.begun_ns = turn.now.mono_ns
    if is_number or not _is_awaited(visit, monitor):
        alarms.end(turn, chair, "link.lost", monitor.binding.id)


def _is_back(monitor: MonitorState, lost: Condition) -> bool:
    """Say whether a monitor was heard again since its link counts as lost."""
    return monitor.begun_ns is not None and monitor.begun_ns >= lost.raised.mono_ns


def _is_awaited(visit: Visit, monitor: MonitorState) -> bool:
    """Say whether numbers of this monitor were seen in the visit, so that their coming tells that nothing is missing."""
    given = visit.delivered.intersection(vitals.CONTINUOUS)
    return any(metric in monitor.latest or metric in monitor.binding.numerics for metric in given)


def is_silent(turn: Turn, visit: Visit, monitor: MonitorState) -> bool:
    """Say whether nothing good has come from a monitor for as long as makes its link a lost one."""
    least_s = max(visit.protocol.technical.no_data_low_s, monitor.binding.max_quiet_ms / 1000)
    return _silent_s(turn, visit, monitor) >= least_s


def heeded_since_ns(visit: Visit, monitor: MonitorState) -> int:
    """Return from when on what a monitor said holds, monotonic [ns].

    While a lost link is coming back, what was said before it was lost may be over: it counts again with the first number.
    """
    lost = alarms.find(visit.conditions, "link.lost", monitor.binding.id)
    return monitor.begun_ns if lost is not None and monitor.begun_ns is not None else 0


def judge_link(turn: Turn, chair: ChairState, monitor: MonitorState) -> None:
    """Judge the silence of one monitor.

    One that is heard again has its time to give numbers. Until they come, or that time is over and what is missing is told
    for itself, the loss stands: there is no moment in which nothing tells that the numbers are missing.
    """
    visit = chair.open_visit
    if visit is None:
        return
    lost = alarms.find(visit.conditions, "link.lost", monitor.binding.id)
    if not is_silent(turn, visit, monitor):
        if lost is not None and not _has_time_left(turn, visit, monitor, lost):
            alarms.end(turn, chair, "link.lost", monitor.binding.id)
        return
    text = f"NO DATA FROM MONITOR: {monitor.binding.title}. Look at the bedside monitor"
    alarms.hold(
        turn,
        chair,
        "link.lost",
        AlarmKind.TECHNICAL,
        _priority(visit, max(_silent_s(turn, visit, monitor), _unseen_s(turn, monitor))),
        text,
        subject=monitor.binding.id,
    )


def _unseen_s(turn: Turn, monitor: MonitorState) -> float:
    """Return for how long a monitor that gave numbers has given none to use [s]: a word in between ends no loss."""
    usable = [latest.usable_ns for metric, latest in monitor.latest.items() if metric in vitals.CONTINUOUS]
    newest_ns = max((t_ns for t_ns in usable if t_ns is not None), default=turn.now.mono_ns)
    return (turn.now.mono_ns - newest_ns) / NS_PER_S


def _has_time_left(turn: Turn, visit: Visit, monitor: MonitorState, lost: Condition) -> bool:
    """Say whether a monitor that is heard again may still be about to give its numbers."""
    if monitor.begun_ns is None or not _is_back(monitor, lost) or not _is_awaited(visit, monitor):
        return False
    back_s = (turn.now.mono_ns - monitor.begun_ns) / NS_PER_S
    return back_s <= vitals.lost_after_s(monitor, visit.protocol.technical)


def _judge_sensors(turn: Turn, chair: ChairState, visit: Visit, monitor: MonitorState) -> None:
    for metric, sensor in monitor.sensors.items():
        if metric == "nibp":
            continue
        off_s = (turn.now.mono_ns - sensor.since_ns) / NS_PER_S
        is_off = (
            sensor.status in _SENSOR_TROUBLE
            and visit.phase in SENSOR_PHASES
            and chair.hold_on(monitor.binding.id) is None
        )
        if is_off and off_s >= visit.protocol.technical.no_data_low_s:
            alarms.hold(
                turn,
                chair,
                f"sensor.{metric}",
                AlarmKind.TECHNICAL,
                _priority(visit, off_s),
                f"{_SENSOR_NAMES.get(metric, metric)}: {sensor.text}",
                subject=monitor.binding.id,
                metric=metric,
            )
        elif not is_off:
            alarms.end(turn, chair, f"sensor.{metric}", monitor.binding.id)


def _judge_played(turn: Turn, chair: ChairState, visit: Visit, monitor: MonitorState) -> None:
    """Judge whether a monitor plays a test or a demonstration instead of measuring."""
    played = monitor.played
    lost_ns = vitals.lost_after_s(monitor, visit.protocol.technical) * NS_PER_S
    if played is None or turn.now.mono_ns - played.last_ns > lost_ns:
        monitor.played = None
        alarms.end(turn, chair, "monitor.demo", monitor.binding.id)
        return
    name = monitor.binding.title
    if played.mode is Mode.DEMO:
        text = f"DEMO: {name} is in demonstration mode, its numbers are not the patient's. Switch it to normal use"
    else:
        text = f"TEST: {name} sends a test signal, its numbers are not the patient's. End the test on the monitor"
    priority = _priority(visit, (turn.now.mono_ns - played.since_ns) / NS_PER_S)
    alarms.hold(turn, chair, "monitor.demo", AlarmKind.TECHNICAL, priority, text, subject=monitor.binding.id)


def _judge_none(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Judge whether a visit that was monitored has lost its last monitor."""
    if chair.monitors or not visit.delivered:
        alarms.end(turn, chair, "monitor.none")
        return
    present = alarms.find(visit.conditions, "monitor.none")
    since_s = (turn.now.mono_ns - present.raised.mono_ns) / NS_PER_S if present is not None else 0.0
    text = f"NOT MONITORED: chair {chair.number} has no monitor set up any more. Watch the patient, and add a monitor"
    alarms.hold(turn, chair, "monitor.none", AlarmKind.TECHNICAL, _priority(visit, since_s), text)


_SENSOR_NAMES = {"spo2": "SpO₂", "ecg": "ECG", "co2": "CO₂", "resp": "Respiration", "temp": "Temperature"}


def _judge_data(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Judge each group that must be seen: is none of its metrics to be seen, or to be trusted, though the monitor talks?"""
    technical = visit.protocol.technical
    for group in _watched_groups(visit):
        subject = group[0]
        delivered = [metric for metric in group if metric in visit.delivered]
        doubted_s = min((_without_s(turn, chair, metric, doubt_counts=False) for metric in delivered), default=0.0)
        # What is without doubt is usable too, so nothing is lost for longer than it is doubted. Nearly always it is neither.
        is_fresh = doubted_s <= technical.lost_after_s and doubted_s < technical.doubted_after_s
        if is_fresh or visit.phase not in SENSOR_PHASES:
            alarms.end(turn, chair, "data.doubted", subject)
            alarms.end(turn, chair, "data.lost", subject)
            continue
        lost_s = min((_without_s(turn, chair, metric) for metric in delivered), default=0.0)
        unseen_s = min((_without_s(turn, chair, metric, has_grace=False) for metric in delivered), default=0.0)
        is_lost = lost_s > _lost_after_s(chair, visit, delivered)
        is_explained = _is_explained(chair, visit, group)
        is_doubted = doubted_s >= visit.protocol.technical.doubted_after_s
        if is_doubted and not is_lost and not is_explained:
            name = _in_front(_group_name(subject))
            alarms.hold(
                turn,
                chair,
                "data.doubted",
                AlarmKind.TECHNICAL,
                _priority(visit, doubted_s),
                f"{name} in doubt, its limits are not watched: check the sensor and the bedside monitor",
                subject=subject,
                metric=subject,
            )
        else:
            alarms.end(turn, chair, "data.doubted", subject)
        if is_lost and not is_explained:
            views = [view for metric in group if (view := vitals.shown(chair, metric, turn.now)) is not None]
            why = next((view.why_blank for view in views if view.freshness is not Freshness.LOST), "")
            alarms.hold(
                turn,
                chair,
                "data.lost",
                AlarmKind.TECHNICAL,
                _priority(visit, unseen_s),
                f"No {_group_name(subject)}: {why or 'no value'}. Look at the bedside monitor",
                subject=subject,
                metric=subject,
            )
        else:
            alarms.end(turn, chair, "data.lost", subject)


def _watched_groups(visit: Visit) -> list[tuple[str, ...]]:
    """Return the required groups, and each metric with limits that is in none of them; cuff numerics left out."""
    groups = [
        tuple(metric for metric in group if metric in vitals.CONTINUOUS)
        for group in visit.protocol.gates.required_metrics
    ]
    groups += [(rule.metric,) for rule in visit.protocol.limits if not any(rule.metric in group for group in groups)]
    return [group for group in groups if group]


def is_silence_told(chair: ChairState, visit: Visit, metric: str) -> bool:
    """Say whether a technical condition tells that a metric is not to be seen, as loudly as it will.

    What is about the patient stands until then: it does not give way to a condition of low priority that is medium soon.
    """
    group = next((group for group in _watched_groups(visit) if metric in group), (metric,))
    lost = alarms.find(visit.conditions, "data.lost", group[0])
    telling = [*_explaining(chair, visit, group), *([lost] if lost is not None else [])]
    if visit.phase in _URGENT_PHASES:
        return any(condition.priority is not Priority.LOW for condition in telling)
    return bool(telling)


_GROUP_NAMES = {"heart_rate": "heart rate", "spo2": "SpO₂", "resp_rate": "respiration rate"}


def _group_name(subject: str) -> str:
    return _GROUP_NAMES.get(subject, METRICS[subject].short)


def _in_front(name: str) -> str:
    """Return a name as a sentence begins with it."""
    return name[:1].upper() + name[1:]


def _lost_after_s(chair: ChairState, visit: Visit, metrics: list[str]) -> float:
    """Return the longest that one of the metrics may be silent, by the monitors that give it [s]."""
    technical = visit.protocol.technical
    monitors = (monitor for metric in metrics for monitor in vitals.eligible(chair, metric))
    return max((vitals.lost_after_s(monitor, technical) for monitor in monitors), default=technical.lost_after_s)


def _without_s(
    turn: Turn, chair: ChairState, metric: str, *, doubt_counts: bool = True, has_grace: bool = True
) -> float:
    """Return for how long no monitor that may be shown gave a usable value of a metric, or one without doubt [s].

    The time before this run does not count, nor, with a grace, that before a monitor was set up or a lost link came back: the
    monitors get the time to speak up.
    """
    monitors = vitals.eligible(chair, metric)
    told = [latest for monitor in monitors if (latest := monitor.latest.get(metric)) is not None]
    times = [t_ns for latest in told if (t_ns := latest.usable_ns if doubt_counts else latest.valid_ns) is not None]
    if has_grace:
        times += [monitor.begun_ns for monitor in monitors if monitor.begun_ns is not None]
    started_ns = turn.state.started.mono_ns if turn.state.started is not None else turn.now.mono_ns
    return (turn.now.mono_ns - max((started_ns, *times))) / NS_PER_S


def _is_explained(chair: ChairState, visit: Visit, metrics: tuple[str, ...]) -> bool:
    """Say whether another condition already tells why the metrics are missing: link, sensor, hold, demonstration, no monitor."""
    return bool(_explaining(chair, visit, metrics))


def _explaining(chair: ChairState, visit: Visit, metrics: tuple[str, ...]) -> list[Condition]:
    found = [alarms.find(visit.conditions, "monitor.none")]
    for metric in metrics:
        for monitor in vitals.givers(chair, metric):
            sensor = vitals.SENSOR_OF.get(metric, metric)
            for rule in ("link.lost", f"sensor.{sensor}", "monitor.patient", "monitor.demo"):
                found.append(alarms.find(visit.conditions, rule, monitor.binding.id))
    return [condition for condition in found if condition is not None]


def _silent_s(turn: Turn, visit: Visit, monitor: MonitorState) -> float:
    """Return for how long a monitor that should talk has not [s]; at most since the visit, or this run, began."""
    since_ns = visit.opened.mono_ns
    if turn.state.started is not None:
        since_ns = max(since_ns, turn.state.started.mono_ns)
    since_ns = max(since_ns, monitor.heard_ns or since_ns, monitor.begun_ns or since_ns)
    return (turn.now.mono_ns - since_ns) / NS_PER_S


def _priority(visit: Visit, silent_s: float) -> Priority:
    is_urgent = visit.phase in _URGENT_PHASES and silent_s >= visit.protocol.technical.no_data_medium_s
    return Priority.MEDIUM if is_urgent else Priority.LOW
