"""What arrives from a monitor that is being tried, in words, numbers and small traces. Pure."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE, LinkPhase, Mode, Numeric, RejectReason, Validity
from devices.vocabulary import METRICS
from nursestation.runtime.tryout import WAVE_S, Trial, WaveTail
from nursestation.ui.chairs.view import UNKNOWN
from nursestation.ui.durations import span_text
from nursestation.ui.monitors.words import amount, number_text, pace_text, unit_text
from nursestation.ui.roles import Tone
from nursestation.ui.timetext import local_time

_POINTS = 240
_DAY_S = 86_400
CLOCK_AGREES_S = 60
"""A difference up to which the monitor's clock counts as right [s]: a monitor tells its time to the minute or second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """One number: its name, what stands there, its unit, and why it is not to be trusted; "" where it is."""

    name: str
    text: str
    unit: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePicture:
    """One wave: heights from 0 (lowest) to 1 over the window, None where there is no sample."""

    name: str
    heights: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """The whole preview.

    Attributes:
        headline, tone: Whether the monitor is understood.
        advice: What to try where it is not; "" otherwise.
        counts: Bytes, readings and what made no sense.
        monitor: Who the monitor says it is; "" when it did not say.
        numbers, waves: What arrives.
        clock, clock_tone: The test of the cuff's clock, in a sentence.
    """

    headline: str
    tone: Tone
    advice: str = ""
    counts: str = ""
    monitor: str = ""
    numbers: tuple[NumberLine, ...] = ()
    waves: tuple[WavePicture, ...] = ()
    clock: str = ""
    clock_tone: Tone = Tone.SOFT


def preview(trial: Trial | None, gives_cuff: bool, zone: tzinfo | None) -> PreviewView:
    """Return what is shown of a trial.

    Args:
        trial: What was heard; None before one.
        gives_cuff: Whether this kind of monitor gives cuff readings.
        zone: The clinic's time zone, None for the machine's.
    """
    if trial is None:
        return PreviewView(
            headline="Nothing is being tried.",
            tone=Tone.SOFT,
            advice="Choose port and monitor, then press Try it: what arrives is shown here before you save.",
        )
    headline, tone, advice = _headline(trial)
    clock, clock_tone = _clock(trial, zone) if gives_cuff and trial.counters.events else ("", Tone.SOFT)
    return PreviewView(
        headline=headline,
        tone=tone,
        advice=advice,
        counts=_counts(trial),
        monitor=_monitor(trial),
        numbers=tuple(_number(numeric) for numeric in trial.numerics),
        waves=tuple(_wave(tail) for tail in trial.waves),
        clock=clock,
        clock_tone=clock_tone,
    )


def _headline(trial: Trial) -> tuple[str, Tone, str]:
    passed = span_text((trial.at.mono_ns - trial.began.mono_ns) / NS_PER_S)
    match trial.phase:
        case LinkPhase.CONNECTED:
            return "This monitor is understood.", Tone.GOOD, "Compare each number with the monitor's own screen."
        case LinkPhase.CONNECTING if trial.counters.bytes_in:
            return f"Bytes arrive; nothing is understood yet ({passed}).", Tone.WARN, ""
        case LinkPhase.CONNECTING:
            return f"Listening: nothing has arrived yet ({passed}).", Tone.SOFT, ""
        case LinkPhase.SILENT if trial.counters.bytes_in and not trial.counters.events:
            return "Bytes arrive but make no sense.", Tone.BAD, trial.reason
        case LinkPhase.SILENT:
            return "Nothing is understood.", Tone.BAD, trial.reason
        case _:
            return "The port cannot be opened.", Tone.BAD, trial.reason


_REJECT_WORDS = {
    RejectReason.CHECKSUM: "checksum wrong",
    RejectReason.FRAMING: "no beginning or end",
    RejectReason.RANGE: "impossible content",
    RejectReason.UNKNOWN: "unknown kind",
    RejectReason.OVERFLOW: "too long",
}


def _counts(trial: Trial) -> str:
    counters = trial.counters
    told = (
        f"{amount(counters.bytes_in)} bytes, {amount(counters.events)} readings, {amount(counters.rejected)} rejected"
    )
    if trial.rejected:
        most = max(trial.rejected, key=lambda one: one[1])
        told = f"{told} (mostly: {_REJECT_WORDS[most[0]]})"
    return f"{told} · {pace_text(trial.bytes_per_s, trial.events_per_s)}"


def _monitor(trial: Trial) -> str:
    device = trial.device
    if device is None:
        return ""
    told = " ".join(part for part in (device.vendor, device.model) if part)
    more = [
        f"serial no. {device.serial}" if device.serial else "",
        f"software {device.software}" if device.software else "",
    ]
    return " · ".join(part for part in (told, *more) if part)


_WHY = {
    Validity.QUESTIONABLE: "in doubt",
    Validity.INVALID: "not usable",
    Validity.UNAVAILABLE: "no value now",
    Validity.CALIBRATING: "starting up",
}
_MODES = {Mode.TEST: "test", Mode.DEMO: "demo"}


def _number(numeric: Numeric) -> NumberLine:
    metric = METRICS[numeric.metric]
    remark = ", ".join(word for word in (_WHY.get(numeric.validity, ""), _MODES.get(numeric.mode, "")) if word)
    return NumberLine(
        name=_name(metric.label, numeric.source),
        text=UNKNOWN if numeric.value is None else number_text(numeric.metric, numeric.value),
        unit=unit_text(numeric.metric),
        remark=remark,
    )


_PLAIN_SOURCES = ("co2", "oximeter", "cuff", "ecg")
"""Sources that the name of the metric says already."""


def _name(label: str, source: str) -> str:
    return f"{label} · {source}" if source and source not in _PLAIN_SOURCES else label


def _wave(tail: WaveTail) -> WavePicture:
    name = METRICS[tail.metric].label
    raw = np.frombuffer(tail.samples, dtype="<i2")
    room = max(1, round(WAVE_S * tail.rate_hz))
    slots = np.full(_POINTS, np.nan)
    good = raw != MISSING_SAMPLE
    if good.any():
        low, high = float(raw[good].min()), float(raw[good].max())
        heights = (raw - low) / (high - low) if high > low else np.full(raw.shape, 0.5)
        heights = np.where(good, heights, np.nan)
        at = (np.arange(room - raw.size, room) * _POINTS) // room
        slots[at] = heights
        if room < _POINTS:  # fewer samples than points: hold each until the next
            last = np.maximum.accumulate(np.where(np.isnan(slots), -1, np.arange(_POINTS)))
            slots = np.where(last >= 0, slots[np.maximum(last, 0)], np.nan)
    return WavePicture(
        name=_name(name, tail.source),
        heights=tuple(None if np.isnan(height) else float(height) for height in slots),
    )


# --- the cuff's clock ---


def _clock(trial: Trial, zone: tzinfo | None) -> tuple[str, Tone]:
    if trial.cuff is None:
        return (
            "Cuff clock: take a cuff reading on the monitor now to compare its clock with this computer's.",
            Tone.SOFT,
        )
    ours = local_time(trial.cuff.arrived.utc_ns, zone)
    told = trial.cuff.numeric.device_time
    if not told:
        measured_ns = trial.cuff.numeric.measured_ns
        if measured_ns is None:
            return "Cuff clock: this monitor does not tell when it measured.", Tone.SOFT
        ago = span_text((trial.cuff.arrived.mono_ns - measured_ns) / NS_PER_S)
        return (
            f"Cuff clock: this monitor tells no time of day; its last reading was {ago} old when it arrived.",
            Tone.SOFT,
        )
    apart = clock_difference_s(told, ours)
    words = f"Cuff clock: the monitor says {told}; it arrived here at {ours:%H:%M:%S}"
    if apart is None:
        return f"{words}.", Tone.SOFT
    if abs(apart) <= CLOCK_AGREES_S:
        return f"{words}: {_apart(apart)}, so the clocks agree.", Tone.GOOD
    return f"{words}: {_apart(apart)}. Set the monitor's clock, or take a new cuff reading and look again.", Tone.WARN


def _apart(seconds: float) -> str:
    if abs(seconds) < 1:
        return "no difference"
    return f"{span_text(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} this computer"


def clock_difference_s(told: str, ours: datetime) -> float | None:
    """Return how far a monitor's time is ahead of ours [s]; None where it cannot be read.

    A time without a date is taken as the nearest one, so that midnight between the two makes no day of difference.
    """
    theirs = _parsed(told.strip())
    if theirs is None:
        return None
    here = ours if theirs.tzinfo is not None else ours.replace(tzinfo=None)
    if theirs.year != _NO_YEAR:
        return (theirs - here).total_seconds()
    apart = (theirs.replace(year=here.year, month=here.month, day=here.day) - here).total_seconds()
    return (apart + _DAY_S / 2) % _DAY_S - _DAY_S / 2


def _parsed(told: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(told)
    for form in _FORMS:
        with suppress(ValueError):
            return datetime.strptime(told, form)
    return None


_NO_YEAR = 1900
_FORMS = ("%H:%M:%S", "%H:%M", "%d.%m.%Y %H:%M:%S", "%y-%m-%d %H:%M:%S", "%m/%d/%y %H:%M:%S")
