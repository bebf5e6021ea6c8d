"""The figures of the alarm sounds, and the ranges that a set must keep to.

| rule | what | range | source |
|---|---|---|---|
| P1 | fundamental | 150-1000 Hz | IEC 60601-1-8 Table 4 |
| P2 | harmonics between 300 and 4000 Hz, the fundamental not counted | at least 4 | Table 4 |
| P3 | level of each harmonic against the fundamental | within 15 dB | Table 4 |
| P4 | td, high | 75-200 ms | Table 4 |
| P5 | td, medium and low | 125-250 ms | Table 4 |
| P6 | rise time, from 10 to 90 % | 10-20 % of td | Table 4 |
| P7 | fall time, from 90 to 10 % | all of it and all of the next rise fit into the gap; at most td | Table 4, stricter |
| B1 | pulses of a burst | high 10, medium 3, low 1 or 2 | Table 3 |
| B2 | x, the gap of high | 50-125 ms | Table 3 |
| B3 | gap after the third and the eighth pulse of high | 2x + td | Table 3 |
| B4 | gap after the fifth pulse of high | 0.35-1.30 s | Table 3 |
| B5 | y, the gap of medium and low | 125-250 ms | Table 3 |
| B6 | from the end of a burst to the next, high | 2.5-15 s | Table 3 |
| B7 | the same, medium | 2.5-30 s | Table 3 |
| B8 | the same, low | over 15 s | Table 3 |
| B9 | td + y of medium | not shorter than td + x of high | Table 3 |
| B10 | loudest against softest pulse of a burst; spread of x or y in a burst | 10 dB; 5 % | Table 3 |
| R1 | reminder while audio is off: one pulse of P1 to P3 and P6 | 75-250 ms | project decision, docs/adr/0015 |
| R2 | from one reminder to the next | 60-300 s | project decision; Masimo Root: each 3 min |

B3 and B10 hold because a `Burst` has one pulse and one x or y to give; the rest is checked when a `SoundSet` is made.

td runs from the 90 % point of the rise to the 90 % point of the fall, and a gap from the 90 % point of the fall to that of the
next rise: td and gap together are the period of the pulses, and the standard's own P7, fall time at most gap less rise time, can
only mean this. Source: IEC 60601-1-8 Figure 1.

Rise and fall are raised cosines, which reach from nothing to all without a corner that could be heard as a click. That takes
longer than from 10 to 90 %, so P7 is stricter here than in the standard: no pulse runs into the next at all.
"""

from dataclasses import dataclass
from math import acos, inf, pi

HARMONICS_BETWEEN_HZ = (300.0, 4000.0)
"""Where harmonics count [Hz]. Source: IEC 60601-1-8 Table 4."""
HARMONICS_NEEDED = 4
"""Source: IEC 60601-1-8 Table 4."""
HIGH_PULSES = 10
"""Source: IEC 60601-1-8 Table 3."""
HIGH_HALF = 5
"""Pulses of high that sound even when the condition ends meanwhile. Source: IEC 60601-1-8 Table 3, note."""

RAMP = 1 / (1 - 2 * acos(0.8) / pi)
"""The whole of a raised cosine against its part from 10 to 90 %."""
RAMP_OUTSIDE = RAMP * (1 - acos(0.8) / pi)
"""Its part from nothing to 90 %, which lies outside td, against the same."""

_TABLE_3 = "IEC 60601-1-8 Table 3"
_TABLE_4 = "IEC 60601-1-8 Table 4"
_OURS = "docs/adr/0015"


class SoundFigureError(ValueError):
    """A figure of a sound set is outside its range; the text names the figure, the range and its source."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a figure may be: from `low` to `high`, both included unless `above`, which leaves out `low`."""

    low: float
    high: float
    unit: str
    source: str
    above: bool = False

    def check(self, what: str, value: float) -> None:
        """Do nothing when the value is in the range.

        Raises:
            SoundFigureError: it is not.
        """
        if (self.low < value if self.above else self.low <= value) and value <= self.high:
            return
        if self.high == inf:
            allowed = f"{'more than' if self.above else 'at least'} {self.low:g}"
        else:
            allowed = f"{'over ' if self.above else ''}{self.low:g} to {self.high:g}"
        raise SoundFigureError(f"{what} is {value:g} {self.unit}, and may be {allowed} {self.unit} ({self.source}).")


FUNDAMENTAL = Range(150, 1000, "Hz", _TABLE_4)
HARMONIC_LEVEL = Range(-15, 15, "dB", _TABLE_4)
TD_HIGH = Range(75, 200, "ms", _TABLE_4)
TD_OTHERS = Range(125, 250, "ms", _TABLE_4)
TD_REMINDER = Range(75, 250, "ms", _OURS)
X = Range(50, 125, "ms", _TABLE_3)
Y = Range(125, 250, "ms", _TABLE_3)
MIDDLE = Range(350, 1300, "ms", _TABLE_3)
PAUSE_HIGH = Range(2_500, 15_000, "ms", _TABLE_3)
PAUSE_MEDIUM = Range(2_500, 30_000, "ms", _TABLE_3)
PAUSE_LOW = Range(15_000, inf, "ms", _TABLE_3, above=True)
PAUSE_REMINDER = Range(60_000, 300_000, "ms", _OURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One tone.

    Attributes:
        fundamental_hz: Its pitch [Hz].
        partials_db: Level of the 1st, 2nd, 3rd ... multiple of the fundamental, against the fundamental [dB]; the first is 0.
        td_ms: Effective duration, between the 90 % points [ms].
        rise_ms: From 10 to 90 % of the amplitude [ms].
        fall_ms: From 90 to 10 % of the amplitude [ms].
    """

    fundamental_hz: float
    partials_db: tuple[float, ...]
    td_ms: float
    rise_ms: float
    fall_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A group of equal pulses, and how long it is quiet before the group comes again.

    Attributes:
        pulse: The pulse of the group.
        n_pulses: How many there are.
        gap_ms: x or y: end of a pulse to the start of the next [ms].
        middle_ms: For the burst of high, 3 + 2, pause, 3 + 2: the pause [ms]. None: all gaps are `gap_ms`.
        pause_ms: From the end of the burst to the start of the next [ms].
    """

    pulse: Pulse
    n_pulses: int
    gap_ms: float
    middle_ms: float | None = None
    pause_ms: float

    @property
    def gaps_ms(self) -> tuple[float, ...]:
        """Return every gap between two pulses, in order [ms]."""
        if self.middle_ms is None:
            return (self.gap_ms,) * (self.n_pulses - 1)
        half = (self.gap_ms, self.gap_ms, 2 * self.gap_ms + self.pulse.td_ms, self.gap_ms)
        return (*half, self.middle_ms, *half)

    @property
    def length_ms(self) -> float:
        """Return the time from the start of the first pulse to the end of the last, both at 90 % [ms]."""
        return self.n_pulses * self.pulse.td_ms + sum(self.gaps_ms)

    @property
    def lead_ms(self) -> float:
        """Return how long a pulse rises before its start, the 90 % point [ms]."""
        return RAMP_OUTSIDE * self.pulse.rise_ms

    @property
    def tail_ms(self) -> float:
        """Return how long a pulse falls after its end, the 90 % point [ms]."""
        return RAMP_OUTSIDE * self.pulse.fall_ms

    @property
    def half_ms(self) -> float:
        """Return the time to the end of what sounds even when the condition ends meanwhile, at 90 % [ms]."""
        if self.middle_ms is None:
            return self.length_ms
        return HIGH_HALF * self.pulse.td_ms + sum(self.gaps_ms[: HIGH_HALF - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSet:
    """The sounds of the three priorities and the reminder that audio is off. One that leaves the ranges cannot be made.

    Raises:
        SoundFigureError: a figure is outside its range.
    """

    high: Burst
    medium: Burst
    low: Burst
    reminder: Burst

    def __post_init__(self) -> None:
        _check_high(self.high)
        _check_even("medium", self.medium, (3,), PAUSE_MEDIUM)
        _check_even("low", self.low, (1, 2), PAUSE_LOW)
        _check_count("reminder", self.reminder, (1,))
        _check_pulse("reminder", self.reminder, TD_REMINDER)
        PAUSE_REMINDER.check("The time from one reminder to the next", self.reminder.pause_ms)
        shortest_ms = self.high.pulse.td_ms + self.high.gap_ms
        Range(shortest_ms, inf, "ms", _TABLE_3).check(
            "td + y of medium, which may not sound more urgent than high,", self.medium.pulse.td_ms + self.medium.gap_ms
        )


def _check_high(burst: Burst) -> None:
    _check_count("high", burst, (HIGH_PULSES,))
    if burst.middle_ms is None:
        raise SoundFigureError(f"The burst of high needs its pause after the fifth pulse ({_TABLE_3}).")
    X.check("x of high", burst.gap_ms)
    MIDDLE.check("The gap of high after the fifth pulse", burst.middle_ms)
    PAUSE_HIGH.check("The time from a burst of high to the next", burst.pause_ms)
    _check_pulse("high", burst, TD_HIGH)


def _check_even(name: str, burst: Burst, counts: tuple[int, ...], pause: Range) -> None:
    _check_count(name, burst, counts)
    if burst.middle_ms is not None:
        raise SoundFigureError(f"The burst of {name} has equal gaps: only that of high is in two halves ({_TABLE_3}).")
    Y.check(f"y of {name}", burst.gap_ms)
    pause.check(f"The time from a burst of {name} to the next", burst.pause_ms)
    _check_pulse(name, burst, TD_OTHERS)


def _check_count(name: str, burst: Burst, counts: tuple[int, ...]) -> None:
    if burst.n_pulses not in counts:
        allowed = " or ".join(str(count) for count in counts)
        raise SoundFigureError(f"The burst of {name} has {burst.n_pulses} pulses, and may have {allowed} ({_TABLE_3}).")


def _check_pulse(name: str, burst: Burst, td: Range) -> None:
    pulse = burst.pulse
    FUNDAMENTAL.check(f"The fundamental of {name}", pulse.fundamental_hz)
    _check_partials(name, pulse)
    td.check(f"td of {name}", pulse.td_ms)
    Range(0.1 * pulse.td_ms, 0.2 * pulse.td_ms, "ms", f"10 to 20 % of td, {_TABLE_4}").check(
        f"The rise time of {name}", pulse.rise_ms
    )
    room_ms = burst.gap_ms / RAMP_OUTSIDE - pulse.rise_ms if burst.n_pulses > 1 else inf
    Range(0, min(pulse.td_ms, room_ms), "ms", f"it ends before the next pulse begins, {_TABLE_4}", above=True).check(
        f"The fall time of {name}", pulse.fall_ms
    )


def _check_partials(name: str, pulse: Pulse) -> None:
    if not pulse.partials_db or pulse.partials_db[0] != 0:
        raise SoundFigureError(f"The first partial of {name} is the fundamental, at 0 dB by definition.")
    for order, level_db in enumerate(pulse.partials_db, 1):
        HARMONIC_LEVEL.check(f"The level of partial {order} of {name}", level_db)
    lowest_hz, highest_hz = HARMONICS_BETWEEN_HZ
    orders = range(2, len(pulse.partials_db) + 1)
    count = sum(lowest_hz <= order * pulse.fundamental_hz <= highest_hz for order in orders)
    if count < HARMONICS_NEEDED:
        raise SoundFigureError(
            f"{name} has {count} harmonics between {lowest_hz:g} and {highest_hz:g} Hz, and needs {HARMONICS_NEEDED} "
            f"({_TABLE_4})."
        )


_PARTIALS_DB = (0.0, -3.0, -6.0, -9.0, -12.0)

DEFAULT = SoundSet(
    high=Burst(
        pulse=Pulse(fundamental_hz=523.25, partials_db=_PARTIALS_DB, td_ms=150, rise_ms=22, fall_ms=40),
        n_pulses=HIGH_PULSES,
        gap_ms=100,
        middle_ms=500,
        pause_ms=5_000,
    ),
    medium=Burst(
        pulse=Pulse(fundamental_hz=440, partials_db=_PARTIALS_DB, td_ms=200, rise_ms=30, fall_ms=50),
        n_pulses=3,
        gap_ms=200,
        pause_ms=15_000,
    ),
    low=Burst(
        pulse=Pulse(fundamental_hz=349.2, partials_db=_PARTIALS_DB, td_ms=200, rise_ms=30, fall_ms=50),
        n_pulses=2,
        gap_ms=200,
        pause_ms=30_000,
    ),
    reminder=Burst(
        pulse=Pulse(fundamental_hz=261.63, partials_db=_PARTIALS_DB, td_ms=150, rise_ms=22, fall_ms=40),
        n_pulses=1,
        gap_ms=0,
        pause_ms=180_000,
    ),
)
"""The sounds unless a preset says otherwise. Source: project decision within the ranges above, docs/adr/0015."""
