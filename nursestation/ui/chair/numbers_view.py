"""The four big numbers as text: value, unit, limits, change from baseline, source, and why a number is missing."""

from dataclasses import dataclass, replace
from datetime import tzinfo
from textwrap import wrap

from devices.events import AlarmKind, Priority, Validity
from nursestation.core.model import Grade, Provenance
from nursestation.core.snapshot import ChairSnapshot, Freshness, NumericView
from nursestation.ui.alarms.symbols import WORDS, Symbol
from nursestation.ui.alarms.view import STATE_SYMBOLS, asks, condition_on
from nursestation.ui.chairs.view import UNKNOWN, due_text, number_text, pulse_view
from nursestation.ui.durations import age_text, span_text
from nursestation.ui.timetext import clock_text

_LINE_CHARS = 36
"""How much of a sentence goes on one line of the cuff's tile."""
_CUFF_LINES, _FAR_CUFF_LINES = 4, 2
_NO_WORD = "ALARM"
"""Stands where nothing says what the alarm on a number is."""
_PROVENANCE_WORDS = {
    Provenance.DEVICE: "",
    Provenance.SIMULATED: "simulated",
    Provenance.MANUAL: "entered by hand",
    Provenance.CORRECTED: "corrected",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    """One big number.

    Attributes:
        id: "hr", "spo2", "nibp" or "rr".
        title, unit: "SpO₂" and "%".
        value: Big figures, or "---".
        small: Figures in a smaller size right behind them ("/111"); "" for none.
        role: Its colour in the theme.
        is_stale: Shown grey.
        high, low: Limits as text, "" where there are none.
        lines: Lines below, most important first: two, four under the cuff.
        second: A second value of the tile as (label, text, colour role), or None.
        alarm: Priority of an alarm on it, or None; also None while the chair's alarms are paused.
        word: That alarm in a word ("HIGH"), "" without one.
        asks: Whether the alarm still asks for somebody: then it flashes if its priority does.
        symbol: Picture of the state of its signal.
        mark: Beside the unit: that the number is by hand; "" else.
        preset: Where the limits were changed for this patient: the preset that they were changed from. "" else.
    """

    id: str
    title: str
    unit: str
    value: str
    small: str = ""
    role: str
    is_stale: bool = False
    high: str = ""
    low: str = ""
    lines: tuple[str, ...] = ()
    second: tuple[str, str, str] | None = None
    alarm: Priority | None = None
    word: str = ""
    asks: bool = False
    symbol: Symbol = Symbol.NONE
    preset: str = ""
    mark: str = ""

    @property
    def is_unknown(self) -> bool:
        """Say whether there is no number."""
        return self.value == UNKNOWN

    @property
    def spoken(self) -> str:
        """Return the tile for a screen reader."""
        value = "unknown" if self.is_unknown else f"{self.value}{self.small} {self.unit}"
        second = f"{self.second[0]} {self.second[1]}" if self.second else ""
        changed = f"limits changed from {self.preset}" if self.preset else ""
        old = "old" if self.is_stale else ""
        parts = (f"{self.title} {value}", second, self.word, old, changed, *self.lines)
        return ", ".join(part for part in parts if part)


def number_views(chair: ChairSnapshot, zone: tzinfo | None, *, far: bool = False) -> tuple[NumberView, ...]:
    """Return HR, SpO2, NIBP and RR of `chair`.

    Args:
        chair: Whose numbers.
        zone: The clinic's time zone, None for the machine's.
        far: For an eye across the room: two lines under the cuff, because a clock beside them says when it is due.
    """
    pulse = pulse_view(chair)
    on_pulse = "heart_rate" if pulse is None else pulse.metric
    return (
        _by_hand(chair, _with_signal(chair, _pulse(chair), on_pulse, "heart_rate"), zone, "heart_rate", "pulse_rate"),
        _by_hand(chair, _with_signal(chair, _oxygen(chair), "spo2"), zone, "spo2"),
        _with_signal(chair, _cuff(chair, zone, far=far), "nibp_sys", most=_FAR_CUFF_LINES if far else _CUFF_LINES),
        _by_hand(chair, _with_signal(chair, _breathing(chair), "resp_rate"), zone, "resp_rate"),
    )


def _by_hand(chair: ChairSnapshot, view: NumberView, zone: tzinfo | None, *metrics: str) -> NumberView:
    """Return `view` with what staff measured or could not measure, where no monitor shows it: grey, marked, with its time.

    A number by hand is never as live, and an alarm on the missing one stays.
    """
    visit = chair.visit
    if visit is None or not view.is_unknown:
        return view
    measured = max((one for one in visit.manual if one.metric in metrics), key=lambda one: one.at.mono_ns, default=None)
    if measured is not None:
        told = f"by hand {clock_text(measured.at.utc_ns, zone)} · {measured.by}"
        return replace(
            view, value=f"{measured.value:.0f}", is_stale=True, mark="by hand", lines=(told, *view.lines[:1])
        )
    failed = next((one for one in visit.not_measurable if one.metric in metrics), None)
    if failed is not None:
        told = f"not measurable {clock_text(failed.at.utc_ns, zone)}: {failed.reason}"
        return replace(view, lines=(told, *view.lines[:1]))
    return view


def _with_signal(
    chair: ChairSnapshot, view: NumberView, metric: str, *limited_as: str, most: int = _CUFF_LINES
) -> NumberView:
    """Return `view` with the state of the signal that is on its number, and with the preset that its limits left.

    Args:
        chair: Whose number it is.
        view: The number without both.
        metric: What it shows.
        limited_as: Other metrics whose limits judge it.
        most: Lines that the cuff's tile has room for.
    """
    is_changed = any(one.changed_by for one in chair.limits if one.metric in (metric, *limited_as))
    view = replace(view, preset=chair.preset_name if is_changed else "")
    if view.alarm is None:
        return view
    on_it = [one for one in chair.conditions if one.metric == metric and one.kind is AlarmKind.PHYSIOLOGICAL]
    top = condition_on(chair.conditions, metric)
    if top is None and on_it:
        told = (WORDS[Symbol.ALARM_PAUSED], *view.lines)
        return replace(view, alarm=None, word="", symbol=Symbol.ALARM_PAUSED, lines=told)
    if top is None:
        return view
    symbol = STATE_SYMBOLS[top.signal]
    state, first = WORDS.get(symbol, ""), view.lines[0] if view.lines else ""
    said = " · ".join(part for part in (state, first) if part)
    lines = (said, *view.lines[1:])
    if state and view.id == "nibp" and len(view.lines) < most:
        lines = (state, *view.lines)  # beside it the age of the reading would have no room
    # a latched rung of the ladder outlives its flag: the word is then the condition's own
    word = top.rule.partition(".")[2].upper() if view.word == _NO_WORD and top.rule.startswith("bp.") else view.word
    return replace(view, asks=asks(top), symbol=symbol, word=word, lines=lines)


def _is_all_simulated(chair: ChairSnapshot) -> bool:
    """Say whether every monitor is simulated: then window, tile, trend and waves say it, and no number has to."""
    return bool(chair.links) and all(link.simulated for link in chair.links)


def _provenance(chair: ChairSnapshot, provenance: Provenance | None) -> str:
    if provenance is None or (provenance is Provenance.SIMULATED and _is_all_simulated(chair)):
        return ""
    return _PROVENANCE_WORDS[provenance]


def _monitor(source: str) -> str:
    """Return the monitor of a source line without its port and its way of measuring: "Capnostream 20"."""
    return source.partition(" · ")[0].partition(" on ")[0]


def _pulse(chair: ChairSnapshot) -> NumberView:
    view = pulse_view(chair)
    is_oximeter = view is not None and view.metric == "pulse_rate"
    other = chair.numeric("pulse_rate") if not is_oximeter else None
    beside = f"PR {number_text(other)}" if other is not None and other.value is not None else ""
    return _number("hr", "PR" if is_oximeter else "HR", "bpm", view, "heart_rate", chair, beside=beside)


def _oxygen(chair: ChairSnapshot) -> NumberView:
    index = chair.numeric("perfusion_index")
    beside = f"PI {index.value:.1f}" if index is not None and index.value is not None else ""
    return _number("spo2", "SpO₂", "%", chair.numeric("spo2"), "spo2", chair, beside=beside)


def _breathing(chair: ChairSnapshot) -> NumberView:
    gas = chair.numeric("etco2")
    second = None
    if gas is not None and gas.freshness is not Freshness.NEVER:
        second = ("EtCO₂ mmHg", number_text(gas), "stale" if gas.freshness is Freshness.STALE else "co2")
    return _number("rr", "RR", "/min", chair.numeric("resp_rate"), "resp", chair, second=second)


def _number(
    tile: str,
    title: str,
    unit: str,
    view: NumericView | None,
    role: str,
    chair: ChairSnapshot,
    *,
    beside: str = "",
    second: tuple[str, str, str] | None = None,
) -> NumberView:
    if view is None:
        return NumberView(
            id=tile, title=title, unit=unit, value=UNKNOWN, role=role, lines=("no monitor gives it",), second=second
        )
    return NumberView(
        id=tile,
        title=title,
        unit=unit,
        value=number_text(view),
        role=role,
        is_stale=view.freshness is Freshness.STALE,
        high="" if view.high is None else f"{view.high:g}",
        low="" if view.low is None else f"{view.low:g}",
        lines=_lines(view, beside, _provenance(chair, view.provenance)),
        second=second,
        alarm=view.priority,
        word=_limit_word(view),
    )


def _first_line(view: NumericView) -> str:
    if view.value is None:
        why = view.why_blank or "no data"
        return f"{why} from {_monitor(view.source)}" if _is_silent(view) else why
    if view.freshness is Freshness.STALE and view.age_s is not None:
        return f"{span_text(view.age_s)} old"
    doubt = "the monitor is unsure" if view.validity is Validity.QUESTIONABLE else ""
    return " · ".join(part for part in (_change_text(view.change), doubt) if part)


def _is_silent(view: NumericView) -> bool:
    """Say whether the preferred monitor gives nothing while another one does: its silence is not papered over."""
    return view.freshness is Freshness.LOST and any(value is not None for _, value in view.others)


def _change_text(change: float | None) -> str:
    if change is None:
        return ""
    whole = round(change)
    if whole == 0:
        return "as at baseline"
    return f"{'▲' if whole > 0 else '▼'} {abs(whole)} from baseline"


def _lines(view: NumericView, beside: str, provenance: str) -> tuple[str, ...]:
    """Return two lines at most: how the value stands, then whose it is and what the other monitors say."""
    others = [f"{_monitor(source)}: {UNKNOWN if value is None else f'{value:.0f}'}" for source, value in view.others]
    first = _first_line(view)
    whose = "" if _is_silent(view) else _monitor(view.source)
    rows = ((first,), (whose, provenance, beside, *others)) if first else ((whose, provenance, beside), others)
    lines = (" · ".join(part for part in row if part) for row in rows)
    return tuple(line for line in lines if line)


def _limit_word(view: NumericView) -> str:
    if view.priority is None:
        return ""
    if view.value is not None and view.high is not None and view.value >= view.high:
        return "HIGH"
    if view.value is not None and view.low is not None and view.value <= view.low:
        return "LOW"
    return _NO_WORD


def _cuff(chair: ChairSnapshot, zone: tzinfo | None, *, far: bool) -> NumberView:
    cuff = chair.cuff
    reading = cuff.reading
    high, low = _cuff_limits(chair)
    plan = "" if cuff.every_min is None else f"every {cuff.every_min:g} min"
    due = "" if far else " · ".join(part for part in (due_text(cuff.due_in_s), plan) if part)
    if reading is None:
        waiting = (*(wrap(cuff.doing, _LINE_CHARS) or ("no reading yet",)), due)
        return NumberView(
            id="nibp",
            title="NIBP",
            unit="mmHg",
            value=UNKNOWN,
            role="text",
            high=high,
            low=low,
            lines=tuple(line for line in waiting if line),
            alarm=cuff.priority,
        )
    taken = clock_text(reading.measured_utc_ns, zone) if reading.time_known else "time not told"
    mean = f"({reading.mean})" if reading.mean is not None else ""
    age = age_text(cuff.age_s) if cuff.age_s is not None else ""
    provenance = _provenance(chair, reading.provenance)
    over = _over_text(cuff.percent_over_baseline)
    first = " · ".join(part for part in (mean, taken, age, provenance) if part)
    lines = (first, over, *(wrap(cuff.doing, _LINE_CHARS) if cuff.doing else (due,)))
    if far:
        lines = (first, cuff.doing or over)
    return NumberView(
        id="nibp",
        title="NIBP",
        unit="mmHg",
        value=str(reading.sys),
        small=f"/{reading.dia}",
        role="text",
        is_stale=cuff.is_overdue,
        high=high,
        low=low,
        lines=tuple(line for line in lines if line),
        alarm=cuff.priority,
        word=_flag_word(chair) if cuff.priority is not None else "",
    )


def _flag_word(chair: ChairSnapshot) -> str:
    visit = chair.visit
    present = [flag for flag in visit.flags if flag.is_present] if visit is not None else []
    if not present:
        return _NO_WORD
    worst = max(present, key=lambda flag: flag.priority.rank)
    return worst.grade.value.upper()


def _over_text(percent: float | None) -> str:
    if percent is None:
        return ""
    whole = round(percent)
    if whole == 0:
        return "as at baseline"
    return f"{'▲' if whole > 0 else '▼'} {abs(whole)} % from baseline"


def _cuff_limits(chair: ChairSnapshot) -> tuple[str, str]:
    if chair.visit is None:
        return "", ""
    high = low = ""
    for rung in chair.visit.protocol.bp.flags:
        if rung.grade is Grade.SPIKE and rung.sys_at_or_above is not None:
            dia = "" if rung.dia_at_or_above is None else f"/{rung.dia_at_or_above:g}"
            high = f"{rung.sys_at_or_above:g}{dia}"
        if rung.grade is Grade.LOW and rung.sys_below is not None:
            low = f"{rung.sys_below:g}"
    return high, low
