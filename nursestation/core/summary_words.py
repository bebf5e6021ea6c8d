"""A visit's numbers as lines for people: each with its unit, what stands beside it, and what it means.

Rules of the file:
1. A definition says what was counted and how, in words that a nurse and an auditor read alike; the code is `summary.py`.
2. Lengths read as a nurse's timer: "6:30" is six and a half minutes, "1:02:00" an hour and two minutes.
"""

from dataclasses import dataclass

from devices.clock import Moment
from devices.events import Priority
from nursestation.core.model import Route
from nursestation.core.summary import AlarmCount, Extreme, Outside, Range, Summary
from nursestation.core.wording import number, span

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the summary.

    Attributes:
        key: Names the line.
        label, value: "Highest systolic", "184 mmHg"; "—" where it was not measured.
        note: What belongs to it, "" for nothing.
        definition: What it means.
        at: When it was, for whoever shows it in a plot; None where it has no one moment.
    """

    key: str
    label: str
    value: str
    definition: str
    note: str = ""
    at: Moment | None = None


def figures(summary: Summary) -> tuple[Figure, ...]:
    """Return the lines of a summary, in the order in which they are read."""
    found = [*_pressure(summary), *_vitals(summary), *_course(summary), *_watch(summary)]
    return tuple(found)


def _pressure(summary: Summary) -> list[Figure]:
    n_of_baseline = 0 if summary.baseline is None else len(summary.baseline.readings)
    gained = ""
    if summary.rise is not None and summary.rise_percent is not None:
        side = "above" if summary.rise >= 0 else "below"
        gained = f"{abs(summary.rise)} mmHg ({abs(summary.rise_percent)} %) {side} baseline"
    return [
        Figure(
            key="baseline",
            label="Baseline BP",
            value=NOTHING if summary.baseline is None else f"{summary.baseline} mmHg",
            note="not taken" if summary.baseline is None else f"median of {_count(n_of_baseline, 'reading')}",
            definition="The patient's own resting pressure: the median of the cuff readings that staff took as baseline.",
        ),
        Figure(
            key="peak_sys",
            label="Highest systolic",
            value=_value(summary.peak_sys, "mmHg"),
            note=_joined(gained, _when(summary.peak_sys)),
            definition="The highest systolic pressure of all cuff readings besides those of the baseline, and when it was"
            " measured; the rise is against the baseline's systolic pressure.",
            at=_at(summary.peak_sys),
        ),
        Figure(
            key="peak_dia",
            label="Highest diastolic",
            value=_value(summary.peak_dia, "mmHg"),
            note=_when(summary.peak_dia),
            definition="The highest diastolic pressure of the same cuff readings, and when it was measured.",
            at=_at(summary.peak_dia),
        ),
        _on_rungs("bp_above", "Time with BP high", summary.bp_above, "“spike” or higher"),
        _on_rungs("bp_below", "Time with BP low", summary.bp_below, "“low”"),
    ]


def _on_rungs(key: str, label: str, found: Outside | None, rung: str) -> Figure:
    return Figure(
        key=key,
        label=label,
        value=NOTHING if found is None else span(found.outside_s),
        note="" if found is None else f"of {span(found.known_s)} known",
        definition=f"Since the treatment began: from each cuff reading that alone reaches the protocol's step {rung} until the"
        " next reading. A reading stands no longer than the protocol's plan lets the next one be late.",
    )


def _vitals(summary: Summary) -> list[Figure]:
    spo2 = summary.range_of("SpO₂")
    found = [
        Figure(
            key="spo2_low",
            label="Lowest SpO₂",
            value=NOTHING if spo2 is None else f"{number(spo2.low.value)} %",
            note="" if spo2 is None else _joined(f"for {span(spo2.low_s)} in all", _when(spo2.low)),
            definition="The lowest valid reading of the visit, when it was first reached, and how long this value stood in all.",
            at=None if spo2 is None else spo2.low.at,
        )
    ]
    found += [_range(summary, label, unit) for label, unit in (("SpO₂", "%"), ("HR", "/min"), ("RR", "/min"))]
    return found


def _range(summary: Summary, label: str, unit: str) -> Figure:
    one = summary.range_of(label)
    stands_in = " (pulse rate)" if one is not None and one.metric == "pulse_rate" else ""
    return Figure(
        key=f"range_{label.lower().replace('₂', '2')}",
        label=f"{label}{stands_in}",
        value=NOTHING if one is None else _low_to_high(one, unit),
        note="" if one is None else _joined(f"median {number(one.median)}", _outside(one.below), _outside(one.above)),
        definition="The lowest, highest and middle valid reading of the visit, and how long readings were outside the alarm"
        " limit in force at the time. A reading stands until the next one; a break in the data counts for nothing.",
    )


def _low_to_high(one: Range, unit: str) -> str:
    return f"{number(one.low.value)} to {number(one.high.value)} {unit}"


def _outside(found: Outside | None) -> str:
    if found is None:
        return ""
    side = found.limit.partition(" ")[2]
    return f"{side} for {span(found.outside_s)}" if found.outside_s else f"never {side}"


def _course(summary: Summary) -> list[Figure]:
    return [_injection(summary) if summary.route is Route.IM else _infusion(summary), _observation(summary)]


def _injection(summary: Summary) -> Figure:
    return Figure(
        key="treatment",
        label="Injection",
        value=NOTHING if summary.started is None else "given",
        note="not given" if summary.started is None else "",
        definition="An injection takes no time of its own: the observation begins with it.",
        at=summary.started,
    )


def _infusion(summary: Summary) -> Figure:
    if summary.infusion_s is None:
        note = "not started"
    elif summary.n_pauses:
        note = f"and {_count(summary.n_pauses, 'pause')} of {span(summary.paused_s)} in all"
    else:
        note = "never paused"
    return Figure(
        key="treatment",
        label="Infusion",
        value=NOTHING if summary.infusion_s is None else span(summary.infusion_s),
        note=_joined(note, "still running" if summary.started is not None and summary.ended is None else ""),
        definition="How long the drug ran: from the start to the stop, without the pauses, at corrected times where a time was"
        " corrected.",
        at=summary.started,
    )


def _observation(summary: Summary) -> Figure:
    is_begun = summary.observation_s is not None
    return Figure(
        key="observation",
        label="Observation",
        value=NOTHING if summary.observation_s is None else span(summary.observation_s),
        note=_joined(
            f"at least {span(summary.observation_least_s)} asked for" if is_begun else "not begun",
            "so far" if is_begun and summary.is_running else "",
        ),
        definition="From the end of the infusion (or from the injection) until the patient left, or until the visit was ended"
        " early.",
    )


_SHORT = {"heart_rate": "HR", "spo2": "SpO₂", "resp_rate": "RR", "nibp_sys": "BP"}


def _watch(summary: Summary) -> list[Figure]:
    seen = summary.watching
    longest = max(((gap_s, metric) for metric, _, gap_s in seen.coverage if metric != "nibp_sys"), default=None)
    gap = "" if longest is None or not longest[0] else f"longest gap {span(longest[0])} ({_SHORT[longest[1]]})"
    cuffs = f"{seen.cuffs_taken} cuff readings, {seen.cuffs_planned} planned" if seen.coverage else ""
    return [
        Figure(
            key="coverage",
            label="Covered by data",
            value=" · ".join(f"{_SHORT[metric]} {_percent(part)}" for metric, part, _ in seen.coverage) or NOTHING,
            note=_joined(gap, cuffs),
            definition="From the begin of the baseline until the patient was ready to leave: the part of the time with valid"
            " readings and no break longer than the protocol allows; for BP, the part with no planned reading overdue.",
        ),
        Figure(
            key="alarms",
            label="Alarms",
            value=" · ".join(f"{one.n} {one.priority.value}" for one in summary.alarms),
            note=_joined(*(_answered(one) for one in summary.alarms if one.priority is not Priority.LOW)),
            definition="Alarm conditions of this visit by the highest priority that each reached, about the patient and about"
            " equipment; answered: from the begin to the first acknowledgement, middle and slowest.",
        ),
        Figure(
            key="flags",
            label="BP flags",
            value=str(summary.n_flags),
            definition="Cuff readings that crossed a step of the protocol's ladder and were raised as a flag of their own.",
        ),
    ]


def _answered(one: AlarmCount) -> str:
    if not one.n:
        return ""
    words = f"{one.priority.value}: {one.n_answered} of {one.n} answered"
    if one.median_s is None or one.slowest_s is None:
        return words
    return f"{words} in {span(one.median_s)}" + (f", slowest {span(one.slowest_s)}" if one.n_answered > 1 else "")


def _percent(part: float) -> str:
    """Return a part of the whole, cut so that 100 % is nothing less."""
    return f"{int(part * 100)} %"


def _value(found: Extreme | None, unit: str) -> str:
    return NOTHING if found is None else f"{number(found.value)} {unit}"


def _at(found: Extreme | None) -> Moment | None:
    return None if found is None else found.at


def _when(found: Extreme | None) -> str:
    if found is None or found.since_start_s is None:
        return ""
    side = "after" if found.since_start_s >= 0 else "before"
    return f"{span(abs(found.since_start_s))} {side} the start"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
