"""No breath: a condition of high priority, from a breathing rate of 0 or from the monitor's own alarm.

| begins | ends |
|---|---|
| the breathing rate shown is 0, live and valid, for the preset's [apnoea] time | a rate above 0 for `REARM_S`, no such alarm |
| an alarm whose meaning is no breath, of a monitor: its time has passed already | same |

Rules of the file:
1. Judged from the baseline on, while sensors are on. A monitor that is held, plays a demonstration or is silent is not heeded.
2. It takes the place of the low limit of the breathing rate: one condition a variable and side, the worse one. A rate of 0
   is this rule's from its first second on (`limits.py`).
3. What is not measured is not claimed: it ends once a technical condition tells that no breathing rate is to be seen.
4. A monitor shows a rate of 0 only when it has waited for a breath for a time of its own (20 s and more): that is not waited
   for again. The preset's time is there for a single 0 between breaths alone.
5. What an alarm's text says is not looked at: it is in the monitor's language. A driver tells what an alarm means.
Source: makers give apnoea high priority, always (Mindray TM80 manual, p. 12-5); adult default 20 s in the Mindray family.
"""

from devices.clock import NS_PER_S
from devices.events import AlarmKind, AlarmMeaning, Priority, Validity
from nursestation.core import alarms, technical, vitals
from nursestation.core.snapshot import Freshness
from nursestation.core.state import ChairState, LimitWatch, MonitorState, Visit
from nursestation.core.turn import Turn
from nursestation.core.wording import ALARMED, VALID

RULE = "apnoea"
REARM_S = 5
"""For how long breathing must be seen again [s]. Source: project decision, as for the limits."""


def judge(turn: Turn, chair: ChairState) -> None:
    """Judge whether the patient breathes."""
    visit = chair.open_visit
    if visit is None:
        return
    watch = visit.watches.get(RULE)
    if watch is None:
        watch = visit.watches[RULE] = LimitWatch()
    t_ns = turn.now.mono_ns
    told = _told(turn, chair, visit) if visit.phase in technical.SENSOR_PHASES else ""
    rate = _rate(turn, chair)
    watch.outside_ns = (watch.outside_ns if watch.outside_ns is not None else t_ns) if rate == 0 else None
    after_s = turn.state.preset.apnoea.zero_s
    is_still = watch.outside_ns is not None and t_ns - watch.outside_ns >= after_s * NS_PER_S
    if told or (is_still and visit.phase in technical.SENSOR_PHASES):
        watch.inside_ns = None
        if alarms.find(visit.conditions, RULE) is None:
            if told:
                _hold(turn, chair, f"NO BREATH: the monitor alarms {told!r}", None, ALARMED)
            else:
                _hold(turn, chair, "NO BREATH: the monitor shows a breathing rate of 0", watch.outside_ns, VALID)
        return
    if alarms.find(visit.conditions, RULE) is None:
        return
    if not rate:
        watch.inside_ns = None
        if technical.is_silence_told(chair, visit, "resp_rate"):
            alarms.end(turn, chair, RULE)
        return
    watch.inside_ns = watch.inside_ns if watch.inside_ns is not None else t_ns
    if t_ns - watch.inside_ns >= REARM_S * NS_PER_S:
        alarms.end(turn, chair, RULE)
        watch.inside_ns = None


def is_present(visit: Visit) -> bool:
    """Say whether no breath is a present condition."""
    return alarms.find(visit.conditions, RULE) is not None


def _hold(turn: Turn, chair: ChairState, text: str, since_ns: int | None, quality: str) -> None:
    alarms.hold(
        turn,
        chair,
        RULE,
        AlarmKind.PHYSIOLOGICAL,
        Priority.HIGH,
        text,
        metric="resp_rate",
        value=0.0,
        preset=turn.state.preset.title,
        since_ns=since_ns,
        quality=quality,
    )


def _rate(turn: Turn, chair: ChairState) -> float | None:
    """Return the breathing rate that may be judged, None where there is none."""
    view = vitals.judged(chair, "resp_rate", turn.now)
    if view is None or view.freshness is not Freshness.LIVE or view.validity is not Validity.VALID:
        return None
    return view.value


def _told(turn: Turn, chair: ChairState, visit: Visit) -> str:
    """Return the text of a monitor's own alarm of no breath, "" for none."""
    for monitor in chair.monitors.values():
        if _is_heeded(turn, chair, visit, monitor):
            since_ns = technical.heeded_since_ns(visit, monitor)
            for alarm in monitor.alarms.values():
                if alarm.active and alarm.meaning is AlarmMeaning.APNOEA and alarm.t_ns >= since_ns:
                    return alarm.text
    return ""


def _is_heeded(turn: Turn, chair: ChairState, visit: Visit, monitor: MonitorState) -> bool:
    is_silent = technical.is_silent(turn, visit, monitor)
    return not is_silent and chair.hold_on(monitor.binding.id) is None and monitor.played is None
