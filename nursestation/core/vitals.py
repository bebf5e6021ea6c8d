"""Which number of a chair may be shown now, from which monitor, and why not when not.

Rules of the file:
1. A number is shown only while it is usable (valid or questionable), of a real or simulated patient, and fresh; and not while
   its monitor is held because it names another patient.
2. Fresh: live up to `stale_after_s`, then stale with its age, and blank after `lost_after_s` (protocol file, [technical]). A
   monitor that tells its numbers less often gets `STALE_INTERVALS` and `LOST_INTERVALS` of its own interval, if longer.
3. A chair's configured preference is strict: the preferred monitor's silence is shown, not papered over by another's value.
   Without one, the first monitor that has something to show is taken.
4. Heart rate and pulse rate are never merged. What has limits for the rate is the heart rate while an ECG gives one without
   doubt, else the pulse rate under its own name; a doubted one only where there is no other.
"""

from collections.abc import Mapping
from typing import NamedTuple

from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase, Mode, SensorStatus, Validity
from devices.vocabulary import METRICS, MetricKind
from nursestation.core.protocols import Technical
from nursestation.core.snapshot import Freshness
from nursestation.core.state import ChairState, Latest, MonitorState

CONTINUOUS = tuple(
    name for name, metric in METRICS.items() if metric.kind is MetricKind.NUMERIC and not name.startswith("nibp_")
)
"""Metrics with a value of their own every few seconds, in display order. Cuff numerics are one reading, not four vitals."""

SENSOR_OF = {
    "heart_rate": "ecg",
    "st": "ecg",
    "pulse_rate": "spo2",
    "spo2": "spo2",
    "perfusion_index": "spo2",
    "resp_rate": "resp",
    "etco2": "co2",
    "fico2": "co2",
    "temp": "temp",
    "pleth": "spo2",
}
"""Which measurement of a monitor (as in `DeviceStatus`) a metric comes from."""

STALE_INTERVALS, LOST_INTERVALS = 2.4, 3.0
"""How many intervals of its monitor a number may miss. Source: project decision; one that is told every 5 s is then stale at
12 s, and not while its next one is on its way."""

_DEFAULT_TECHNICAL = Technical()
_USABLE = (Validity.VALID, Validity.QUESTIONABLE)
_WHY_MODE = {
    Mode.TEST: "TEST signal",
    Mode.DEMO: "DEMO: monitor in demonstration mode",
}
WHY_HELD = "left out: the monitor names another patient"
_WHY_VALIDITY = {
    Validity.INVALID: "the monitor calls its value invalid",
    Validity.UNAVAILABLE: "not measured",
    Validity.CALIBRATING: "the monitor is getting ready",
}
_QUIET_SENSOR = (SensorStatus.OK, SensorStatus.MEASURING)


class Shown(NamedTuple):
    """What may be shown of one metric. `value` is None unless it may be shown, and `why_blank` then says why."""

    metric: str
    monitor: MonitorState
    latest: Latest | None
    value: float | None
    freshness: Freshness
    age_s: float | None
    why_blank: str

    @property
    def validity(self) -> Validity:
        """Return the validity as told, UNAVAILABLE where nothing came."""
        return self.latest.validity if self.latest is not None else Validity.UNAVAILABLE


def technical_of(chair: ChairState) -> Technical:
    """Return the thresholds of silence: the protocol's while a visit is open, else the defaults."""
    visit = chair.open_visit
    return visit.protocol.technical if visit is not None else _DEFAULT_TECHNICAL


def stale_after_s(monitor: MonitorState, technical: Technical) -> float:
    """Return when a number of this monitor is stale [s]."""
    return max(technical.stale_after_s, STALE_INTERVALS * monitor.binding.interval_ms / 1000)


def lost_after_s(monitor: MonitorState, technical: Technical) -> float:
    """Return when a number of this monitor is lost [s]."""
    return max(technical.lost_after_s, LOST_INTERVALS * monitor.binding.interval_ms / 1000)


def turns_ns(chair: ChairState, technical: Technical, now: Moment) -> int | None:
    """Return until when time alone changes no number of a chair: after it one is stale or lost, monotonic [ns]. None for good.

    A number that is not shown, because another monitor's stands before it, counts too; what was before `now` has changed already.
    """
    turns: list[int] = []
    for monitor in chair.monitors.values():
        after_ns = [int(after(monitor, technical) * NS_PER_S) for after in (stale_after_s, lost_after_s)]
        for metric, latest in monitor.latest.items():
            if metric in CONTINUOUS:
                turns += [latest.mono_ns + ns for ns in after_ns]
    return min((turn for turn in turns if turn >= now.mono_ns), default=None)


def eligible(chair: ChairState, metric: str) -> list[MonitorState]:
    """Return the monitors whose value of a metric may be shown: the preferred one alone where it is among those that give it."""
    found = givers(chair, metric)
    preferred = chair.prefer.get(metric)
    return [monitor for monitor in found if monitor.binding.id == preferred] or found


def givers(chair: ChairState, metric: str) -> list[MonitorState]:
    """Return the chair's monitors that may give a metric or have given it, the preferred one first."""
    found = [
        monitor for monitor in chair.monitors.values() if metric in monitor.latest or metric in monitor.binding.numerics
    ]
    preferred = chair.prefer.get(metric)
    if preferred is not None:
        found.sort(key=lambda monitor: monitor.binding.id != preferred)
    return found


def look(chair: ChairState, monitor: MonitorState, metric: str, now: Moment, technical: Technical) -> Shown:
    """Return what one monitor of a chair has to show of a metric."""
    latest = monitor.latest.get(metric)
    if latest is None:
        why = monitor.reason if monitor.phase is not LinkPhase.CONNECTED and monitor.reason else "no data yet"
        return Shown(metric, monitor, None, None, Freshness.NEVER, None, why)
    age_s = (now.mono_ns - latest.mono_ns) / NS_PER_S
    if chair.hold_on(monitor.binding.id) is not None:
        return Shown(metric, monitor, latest, None, Freshness.LIVE, age_s, WHY_HELD)
    if age_s > lost_after_s(monitor, technical):
        return Shown(metric, monitor, latest, None, Freshness.LOST, age_s, f"no data for {age_s:.0f} s")
    freshness = Freshness.LIVE if age_s <= stale_after_s(monitor, technical) else Freshness.STALE
    if latest.mode in _WHY_MODE:
        return Shown(metric, monitor, latest, None, freshness, age_s, _WHY_MODE[latest.mode])
    if latest.validity not in _USABLE:
        why = sensor_trouble(monitor, metric) or _WHY_VALIDITY[latest.validity]
        return Shown(metric, monitor, latest, None, freshness, age_s, why)
    return Shown(metric, monitor, latest, latest.value, freshness, age_s, "")


def sensor_trouble(monitor: MonitorState, metric: str) -> str:
    """Return what the monitor says is wrong with the sensor of a metric, or ""."""
    sensor = monitor.sensors.get(SENSOR_OF.get(metric, metric))
    return sensor.text if sensor is not None and sensor.status not in _QUIET_SENSOR else ""


def shown(chair: ChairState, metric: str, now: Moment) -> Shown | None:
    """Return what the chair shows of a metric, or None where none of its monitors gives it."""
    return choose(chair, metric, givers(chair, metric), now, technical_of(chair))


def choose(
    chair: ChairState, metric: str, monitors: list[MonitorState], now: Moment, technical: Technical
) -> Shown | None:
    """Return what is shown of a metric that these monitors give, the preferred one first; None for no monitor."""
    first: Shown | None = None
    is_strict = metric in chair.prefer
    for monitor in monitors:
        looked = look(chair, monitor, metric, now, technical)
        if looked.value is not None or (is_strict and monitor.binding.id == chair.prefer[metric]):
            return looked
        if first is None or (first.latest is None and looked.latest is not None):
            first = looked
    return first


def rate(chair: ChairState, now: Moment) -> Shown | None:
    """Return the rate that the heart-rate limits apply to: the heart rate where there is one, else the pulse rate."""
    return rate_of({metric: view for metric in RATES if (view := shown(chair, metric, now)) is not None})


RATES = ("heart_rate", "pulse_rate")


def rate_of(shown_now: Mapping[str, Shown]) -> Shown | None:
    """Return that rate out of what is shown of each metric."""
    views = [shown_now[metric] for metric in RATES if metric in shown_now]
    with_value = [view for view in views if view.value is not None]
    trusted = (view for view in with_value if view.validity is Validity.VALID)
    return next(trusted, next(iter(with_value or views), None))


def judged(chair: ChairState, metric: str, now: Moment) -> Shown | None:
    """Return what a limit of `metric` is judged on; `rate` for the heart rate."""
    return rate(chair, now) if metric == "heart_rate" else shown(chair, metric, now)


def current_values(chair: ChairState, now: Moment) -> tuple[tuple[str, float], ...]:
    """Return every number shown now as (metric, value), for charting beside an event."""
    found = []
    for metric in CONTINUOUS:
        view = shown(chair, metric, now)
        if view is not None and view.value is not None:
            found.append((metric, view.value))
    return tuple(found)
