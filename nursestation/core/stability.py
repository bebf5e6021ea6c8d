"""How long a vital sign has stayed inside the discharge limits: one small counter a metric and monitor, fed sample by sample.

A stretch is broken by values outside for longer than the metric's own alarm persistence (one odd second does not undo a
quarter of an hour), at once by a value that alarms at once, and by a gap in the data longer than the protocol allows.
Source: persistence and gap from the treatment protocol ([[limits]], [discharge] stable_gap_s).
"""

from devices.clock import NS_PER_S
from devices.events import Validity
from nursestation.core.protocols import DischargeRules
from nursestation.core.records import Sample
from nursestation.core.state import Stretch, Visit


def bounds(rules: DischargeRules, metric: str) -> tuple[float | None, float | None] | None:
    """Return the discharge limits (low, high) of a metric in its unit, or None where it has none."""
    match metric:
        case "heart_rate" | "pulse_rate":
            return rules.hr_low, rules.hr_high
        case "spo2":
            return rules.spo2_low, None
        case "resp_rate":
            return rules.rr_low, rules.rr_high
        case _:
            return None


def note_sample(visit: Visit, sample: Sample) -> None:
    """Carry a usable sample of this visit into its stretch; a doubted value does not count."""
    rules = visit.protocol.discharge
    limits = bounds(rules, sample.metric)
    if limits is None or sample.validity is not Validity.VALID:
        return
    assert sample.value is not None
    low, high = limits
    is_inside = (low is None or sample.value >= low) and (high is None or sample.value <= high)
    t_ns = sample.at.mono_ns
    key = (sample.metric, sample.monitor)
    stretch = visit.stretches.get(key)
    if stretch is None:
        stretch = visit.stretches[key] = Stretch(since_ns=None, last_ns=t_ns)
    elif t_ns - stretch.last_ns > rules.stable_gap_s * NS_PER_S:
        stretch.since_ns = None
        stretch.outside_ns = None
    stretch.last_ns = t_ns
    if is_inside:
        stretch.outside_ns = None
        if stretch.since_ns is None:
            stretch.since_ns = t_ns
        return
    if stretch.outside_ns is None:
        stretch.outside_ns = t_ns
    is_long = t_ns - stretch.outside_ns >= _grace_ns(visit, sample.metric, sample.value)
    if stretch.since_ns is None or is_long:
        stretch.since_ns = None
        stretch.last_outside_ns = t_ns
    waiver = visit.waivers.get("vitals_stable")
    if is_long and waiver is not None and sample.metric in waiver.steady:
        del visit.waivers["vitals_stable"]  # it was given for another vital sign


def steady_at(visit: Visit, t_ns: int) -> frozenset[str]:
    """Return the metrics that had been inside the discharge limits for long enough at a monotonic time [ns]."""
    need_ns = visit.protocol.discharge.stable_min * 60 * NS_PER_S
    return frozenset(
        metric
        for (metric, _), stretch in visit.stretches.items()
        if stretch.since_ns is not None and t_ns - stretch.since_ns >= need_ns
    )


def _grace_ns(visit: Visit, metric: str, value: float) -> int:
    """Return how long values may be outside before the stretch is broken [ns]: the metric's alarm persistence."""
    wanted = "heart_rate" if metric == "pulse_rate" else metric
    for rule in visit.protocol.limits:
        if rule.metric == wanted:
            if rule.at_once_at_or_below is not None and value <= rule.at_once_at_or_below:
                return 0
            return int(rule.persist_s * NS_PER_S)
    return 0
