"""What the readout line over the trend says: every value at the cursor, or how the pressure stands. No Qt.

Rules of the file:
1. Values at the cursor are those of its second, from the same series that the curves are drawn from, in a gap "---". The
   pressure is the last cuff reading before the cursor, with its time; none stands before the first.
2. Without a cursor the line says how the pressure lies to the baseline and where it is going, and what is looked at while that is
   not the present.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.alarms.view import split_text
from nursestation.ui.plots.deviation import ARROWS, DIRECTION_MIN, Direction, direction, percent_from, percent_text
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.trend_model import GAP_S
from nursestation.ui.plots.trend_scene import caret_at
from nursestation.ui.plots.trend_view import TrendView
from nursestation.ui.roles import Tone
from nursestation.ui.timetext import clock_text

EVENT_NEAR_MIN = 1.0
"""An event this near to the cursor is told with it [min]."""
_NAMES = {
    "heart_rate": ("HR", Tone.HEART_RATE),
    "pulse_rate": ("PR", Tone.HEART_RATE),
    "spo2": ("SpO₂", Tone.SPO2),
    "resp_rate": ("RR", Tone.RESP),
    "etco2": ("CO₂", Tone.CO2),
    "temp": ("°C", Tone.PLAIN),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words in their colour."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Readout:
    """Two lines of pieces."""

    upper: tuple[Piece, ...]
    lower: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return all of it as one text."""
        return ". ".join(" · ".join(piece.text for piece in line) for line in (self.upper, self.lower) if line)


def shortened(text: str, width: Callable[[str], float], room: float) -> str:
    """Return as many whole words of a text as there is room for, with "…" for the rest: half a number is another number."""
    if width(text) <= room:
        return text
    words = text.split(" ")[:-1]
    while words and width(" ".join([*words, "…"])) > room:
        words.pop()
    return " ".join([*words, "…"])


def value_at(series: Mapping[str, Pyramid], metric: str, second: float) -> float | None:
    """Return the value of a metric at `second`, UTC [s]; None in a gap."""
    pyramid = series.get(metric)
    return None if pyramid is None else pyramid.at(second, GAP_S)


def value_text(metric: str, value: float | None) -> str:
    """Return a value as the big numbers write it, "---" for none."""
    if value is None:
        return "---"
    return f"{value:.1f}" if metric == "temp" else f"{value:.0f}"


def minute_text(view: TrendView, minute: float) -> str:
    """Return how long after the start (or, before one, the check-in), "+16 min"."""
    whole = round(minute)
    return f"+{whole} min" if view.from_start and whole > 0 else f"{whole} min"


def readout_at(view: TrendView, series: Mapping[str, Pyramid], minute: float, zone: tzinfo | None) -> Readout:
    """Return what is told of `minute`."""
    second = view.zero_utc_s + 60.0 * minute
    upper = [Piece(clock_text(_ns(view, minute), zone))]
    for metric, (name, tone) in _NAMES.items():
        if metric not in series or (metric == "pulse_rate" and "heart_rate" in series):
            continue
        upper.append(Piece(f"{name} {value_text(metric, value_at(series, metric, second))}", tone))
    lower = _pressure(view, minute, zone, "")
    alarms = [alarm for alarm in view.alarms if alarm.start <= minute <= alarm.end]
    lower += [Piece(split_text(alarm.text)[0], Tone.BAD) for alarm in alarms]
    lower += [Piece(event.text, Tone.ACCENT) for event in view.events if abs(event.at - minute) <= EVENT_NEAR_MIN]
    phase = next((band.phase for band in view.phases if band.start <= minute < band.end and not band.planned), None)
    lower.append(Piece(" ".join([*([PHASE_WORDS[phase]] if phase else []), minute_text(view, minute)]), Tone.SOFT))
    return Readout(tuple(upper), tuple(lower))


def standing(view: TrendView, shown: tuple[float, float], zone: tzinfo | None, *, follows: bool) -> Readout:
    """Return how the pressure stands; `shown` is the window [min], told while it does not follow the present."""
    at = view.now if view.now is not None else view.last
    upper = _pressure(view, at, zone, " from base") if view.carets else [Piece("No cuff reading yet", Tone.SOFT)]
    lower: list[Piece] = []
    found = direction(view.carets, at)
    if found is not None:
        way, change = found
        told = f"{ARROWS[way]} {way.value}"
        if way is not Direction.STEADY and follows:
            told += f" {abs(change)} mmHg in {DIRECTION_MIN:g} min"
        lower.append(Piece(told, Tone.WARN if way is Direction.RISING else Tone.SOFT))
    if not follows and view.now is not None:
        begin, end = (clock_text(_ns(view, minute), zone) for minute in shown)
        lower.insert(0, Piece(f"Looking back: {begin} to {end}", Tone.ACCENT))
    return Readout(tuple(upper), tuple(lower))


def _pressure(view: TrendView, minute: float, zone: tzinfo | None, of_what: str) -> list[Piece]:
    caret = caret_at(view.carets, minute)
    if caret is None:
        return [Piece("BP ---", Tone.NIBP)]
    told = [Piece(f"BP {caret.sys}/{caret.dia} at {clock_text(_ns(view, caret.at), zone)}", Tone.NIBP)]
    if view.baseline is not None:
        over = percent_text(percent_from(view.baseline, caret)[0])
        told.append(Piece(f"{over}{of_what}", Tone.BAD if caret.flagged else Tone.SOFT))
    return told


def _ns(view: TrendView, minute: float) -> int:
    return round((view.zero_utc_s + 60.0 * minute) * NS_PER_S)
