"""The cuff of the simulated bedside monitor: its cycles, its readings and its failures.

Rules of the file:
1. A cycle is an attempt and, when that fails, one retry at higher pressure; it has one number throughout.
2. What a cycle reads is the mean of the body's pressure over its deflation, with the device's own error and what the scenario
   spoils.
3. A press of START while a cycle runs changes nothing. STOP ends it without a result: what was known before stands.

Sources: a cycle of 20-45 s, first inflation to about 160 mmHg, later to the last systolic + 30, one retry at higher
pressure, no reading at a heart rate under 40 or over 240: Philips M8102A p. 160, Spacelabs 76A90341 p. 13-9, Edan iM60
p. 88, Biolight V6 p. 50 and common oscillometric practice; error of the device: ISO 81060-2 (at most 5 +- 8 mmHg).
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from devices.driver import Cuff, CuffFault, CuffPhase
from devices.simulator.physiology import Col, Physiology
from devices.simulator.scenario import CuffPlan
from devices.simulator.timeline import Timeline

FIRST_INFLATION_MMHG = 160.0
ABOVE_LAST_SYS_MMHG = 30.0
RETRY_ABOVE_MMHG = 40.0
HIGHEST_MMHG = 280.0
OVERPRESSURE_MMHG = 300.0
INFLATION_MMHG_PER_S = 35.0
DEFLATION_STEP_MMHG = 8.0
LONGEST_DEFLATION_S = 37.0
SHORTEST_DEFLATION_S = 16.0
RETRY_PAUSE_S = 3.0
TIMEOUT_S = 120.0
LOWEST_HEART_RATE, HIGHEST_HEART_RATE = 40.0, 240.0

_STREAM = 5
_LEAK_MMHG, _LEAK_S = 55.0, 15.0


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One inflation and deflation; times in patient time [s], pressures [mmHg]."""

    begin: float
    peak: float
    deflation_from: float
    end: float
    floor: float
    fault: CuffFault | None

    def pressure_at(self, t_s: float) -> float:
        if self.fault is CuffFault.LEAK:
            return _LEAK_MMHG * min(1.0, (t_s - self.begin) / 4)
        if t_s < self.deflation_from:
            return min(self.peak, (t_s - self.begin) * INFLATION_MMHG_PER_S)
        if self.fault in (CuffFault.TIMEOUT, CuffFault.OVERPRESSURE):
            return self.peak
        n_steps = math.ceil((self.peak - self.floor) / DEFLATION_STEP_MMHG)
        step = int((t_s - self.deflation_from) / (self.end - self.deflation_from) * n_steps)
        return max(self.floor, self.peak - DEFLATION_STEP_MMHG * step)


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One cycle; `end` is infinite and `outcome` still that before it while it goes on."""

    number: int
    begin: float
    attempts: tuple[_Attempt, ...]
    end: float
    outcome: Cuff


class NibpCuff:
    """One cuff on one arm, run by its own clock, the scenario's times and the START key."""

    def __init__(self, plan: CuffPlan, physiology: Physiology, timeline: Timeline, *, seed: int, zero_ns: int) -> None:
        self._plan = plan
        self._physiology = physiology
        self._timeline = timeline
        self._seed = seed
        self._zero_ns = zero_ns
        self._cycles: list[_Cycle] = []
        self._begins: list[float] = []
        self._presses: list[float] = []
        self._seen_s = -1.0  # triggers up to here have been heard
        self._bias = np.random.default_rng((seed, _STREAM)).normal(0.0, plan.bias, size=2)

    def press_start(self, t_s: float) -> None:
        """Press START on the monitor at `t_s`, which must not lie before anything that was asked for."""
        self._presses.append(t_s)

    def press_stop(self, t_s: float) -> None:
        """Press STOP on the monitor at `t_s`, which must not lie before anything that was asked for."""
        self._reach(t_s)
        if self._cycles and math.isinf(self._cycles[-1].end):
            self._cycles[-1] = replace(self._cycles[-1], end=t_s)
            self._seen_s = t_s

    def at(self, t_s: float) -> Cuff:
        """Return the cuff at `t_s`, patient time [s]."""
        self._reach(t_s)
        index = bisect_right(self._begins, t_s) - 1
        if index < 0:
            return Cuff()
        cycle = self._cycles[index]
        if t_s >= cycle.end:
            return cycle.outcome
        before = self._cycles[index - 1].outcome if index else Cuff()
        attempt = next(attempt for attempt in reversed(cycle.attempts) if attempt.begin <= t_s)
        shown_s = max(attempt.begin, math.floor(t_s * 10) / 10)  # ten times a second, whenever one asks
        pressure = attempt.pressure_at(shown_s) if t_s < attempt.end else 0.0
        return replace(before, phase=CuffPhase.MEASURING, cycle=cycle.number, pressure=pressure, fault=None)

    def is_measuring(self, t_s: float) -> bool:
        """Say whether a cycle goes on at `t_s`."""
        return self.at(t_s).phase is CuffPhase.MEASURING

    def next_change_after(self, t_s: float) -> float:
        """Return until when `at(t_s)` stands, as far as is known; a press of START may change it sooner."""
        if self.is_measuring(t_s):
            return math.floor(t_s * 10 + 1) / 10
        return self._next_trigger(t_s)

    def _reach(self, t_s: float) -> None:
        while True:
            if self._cycles and math.isinf(self._cycles[-1].end):
                cycle = self._cycles[-1]
                if cycle.attempts[-1].end > t_s:
                    return
                self._cycles[-1] = self._after_attempt(cycle)
                continue
            trigger = self._next_trigger(self._seen_s)
            if trigger > t_s:
                return
            self._begin_cycle(trigger)

    def _begin_cycle(self, t_s: float) -> None:
        before = self._cycles[-1].outcome if self._cycles else Cuff()
        target = FIRST_INFLATION_MMHG if before.sys is None else before.sys + ABOVE_LAST_SYS_MMHG
        attempt = self._attempt(t_s, target, self._fault_at(t_s, is_retry=False))
        self._cycles.append(_Cycle(len(self._cycles) + 1, t_s, (attempt,), math.inf, before))
        self._begins.append(t_s)
        self._seen_s = t_s

    def _after_attempt(self, cycle: _Cycle) -> _Cycle:
        """Return the cycle with its result, with its retry, or failed."""
        attempt, is_retry = cycle.attempts[-1], len(cycle.attempts) > 1
        fault = attempt.fault or self._fault_of_patient(attempt)
        if fault is None:
            self._seen_s = attempt.end
            return replace(cycle, end=attempt.end, outcome=self._reading(cycle, attempt))
        if not is_retry and fault is not CuffFault.OVERPRESSURE:
            begin = attempt.end + RETRY_PAUSE_S
            retry = self._attempt(begin, attempt.peak + RETRY_ABOVE_MMHG, self._fault_at(cycle.begin, is_retry=True))
            return replace(cycle, attempts=(*cycle.attempts, retry))
        self._seen_s = attempt.end
        failed = replace(cycle.outcome, phase=CuffPhase.FAILED, cycle=cycle.number, pressure=0.0, fault=fault)
        return replace(cycle, end=attempt.end, outcome=failed)

    def _attempt(self, begin: float, target: float, fault: CuffFault | None) -> _Attempt:
        second = int(begin)
        sys, dia = self._physiology.at(second, Col.SYS), self._physiology.at(second, Col.DIA)
        # pulses that go on at the peak make the pump go higher
        peak = min(HIGHEST_MMHG, max(target, sys + 20, 120.0))
        floor = max(20.0, dia - 20)
        if fault is CuffFault.LEAK:
            return _Attempt(begin, _LEAK_MMHG, begin + _LEAK_S, begin + _LEAK_S, 0.0, fault)
        if fault is CuffFault.OVERPRESSURE:
            full = begin + OVERPRESSURE_MMHG / INFLATION_MMHG_PER_S
            return _Attempt(begin, OVERPRESSURE_MMHG, full, full + 1.0, floor, fault)
        inflated = begin + peak / INFLATION_MMHG_PER_S
        if fault is CuffFault.TIMEOUT:
            return _Attempt(begin, peak, inflated, begin + TIMEOUT_S, floor, fault)
        # two beats at every step
        dwell = 120 / self._physiology.at(second, Col.HEART_RATE)
        deflation = math.ceil((peak - floor) / DEFLATION_STEP_MMHG) * dwell
        deflation = min(LONGEST_DEFLATION_S, max(SHORTEST_DEFLATION_S, deflation))
        return _Attempt(begin, peak, inflated, inflated + deflation, floor, fault)

    def _fault_at(self, cycle_begin: float, *, is_retry: bool) -> CuffFault | None:
        """Return what the scenario holds for a cycle begun then."""
        for trouble in self._plan.trouble:
            begin, end = self._timeline.stretch(trouble, trouble.lasting)
            if begin <= cycle_begin < end and not (is_retry and trouble.retry == "succeeds"):
                return trouble.fault
        return None

    def _fault_of_patient(self, attempt: _Attempt) -> CuffFault | None:
        """Return why this patient could not be measured during an attempt, if so."""
        if self._mean(attempt, Col.MOTION) > 0.25:
            return CuffFault.MOTION
        if not LOWEST_HEART_RATE <= self._mean(attempt, Col.HEART_RATE) <= HIGHEST_HEART_RATE:
            return CuffFault.WEAK
        return None

    def _reading(self, cycle: _Cycle, attempt: _Attempt) -> Cuff:
        rng = np.random.default_rng((self._seed, _STREAM, cycle.number))
        sys_error, dia_error = self._bias + rng.normal(0.0, self._plan.scatter, size=2)
        sys_wrong, dia_wrong = self._misreading_at(cycle.begin)
        sys = round(self._mean(attempt, Col.SYS) + sys_error + sys_wrong)
        dia = min(round(self._mean(attempt, Col.DIA) + dia_error + dia_wrong), sys - 10)
        return Cuff(
            phase=CuffPhase.DONE,
            cycle=cycle.number,
            sys=sys,
            dia=dia,
            mean=min(sys - 3, max(dia + 2, round(dia + (sys - dia) / 3 + rng.normal(0.0, 1.0)))),
            pulse=round(self._mean(attempt, Col.HEART_RATE)),
            measured_ns=self._zero_ns + round(attempt.end * 1e9),
        )

    def _misreading_at(self, cycle_begin: float) -> tuple[float, float]:
        """Return by how much a cycle begun then reads too high, systolic and diastolic [mmHg]."""
        for wrong in self._plan.misreading:
            begin, end = self._timeline.stretch(wrong, wrong.lasting)
            if begin <= cycle_begin < end:
                return wrong.sys, wrong.dia
        return 0.0, 0.0

    def _mean(self, attempt: _Attempt, column: Col) -> float:
        first, last = int(attempt.deflation_from), int(attempt.end)
        self._physiology.reach(last)
        return float(self._physiology.column(column)[first : last + 1].mean())

    def _next_trigger(self, after_s: float) -> float:
        """Return the first time after `after_s` at which a cycle is due; infinity when none is known."""
        due = [t for t in self._presses if t > after_s]
        due += [t for timed in self._plan.times if (t := self._timeline.time_of(timed)) is not None and t > after_s]
        due += self._next_automatic(after_s)
        return min(due, default=math.inf)

    def _next_automatic(self, after_s: float) -> list[float]:
        """Return the next automatic cycle: each schedule runs from its start until a later one's."""
        schedules = sorted(
            (start, auto.every) for auto in self._plan.auto if (start := self._timeline.time_of(auto)) is not None
        )
        for (start, every), following in zip_longest(schedules, schedules[1:]):
            n_passed = max(0, math.floor((after_s - start) / every) + 1)
            due = start + n_passed * every
            if following is None or due < following[0]:
                return [due]
        return []
