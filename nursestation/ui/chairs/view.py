"""A chair as its tile shows it."""

from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase, Priority, Validity
from nursestation.core.model import Phase
from nursestation.core.snapshot import ChairSnapshot, Freshness, LinkView, NumericView, SignalState, VisitView
from nursestation.ui.alarms.symbols import WORDS, Symbol
from nursestation.ui.alarms.view import NOT_ANSWERED, PRIORITY_WORDS, STATE_SYMBOLS, alarm_word, asks, top_condition
from nursestation.ui.durations import age_text, duration_text
from nursestation.ui.timetext import clock_text
from nursestation.ui.visit_progress import progress

UNKNOWN = "---"
"""Stands where a number would: never 0, never the last one."""

_LINK_WORDS = {
    LinkPhase.SILENT: "MONITOR SILENT",
    LinkPhase.DISCONNECTED: "MONITOR NOT CONNECTED",
    LinkPhase.CONNECTING: "WAITING FOR MONITOR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TileNumber:
    """One of the four numbers. `role` names its colour in the theme; what is stale or unknown is grey instead."""

    name: str
    text: str
    role: str
    is_stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TileView:
    """One tile.

    Attributes:
        number: Chair.
        who: Initials; "" for a free chair, and where the chair's number stands for the patient.
        state: Phase with time left.
        done: Part of the phase that is done, 0 to 1, or None.
        numbers: HR, SpO2, BP and RR.
        cuff_age: Age of the cuff reading ("6 min ago"), "" without one.
        alarm: Priority of the worst thing about this chair, or None; also None while the chair's alarms are paused.
        word: What that is, in a few words; "" without one.
        leave: When the patient may leave at the earliest with what still holds them, from long to short: the first that has
            room is shown. () while nothing is known of it.
        leave_first: It is worth more than the age of the cuff reading: the patient is observed.
        n_more: How many other conditions the chair has.
        asks: Whether the worst thing still asks for somebody: then it flashes if its priority does.
        symbol: Picture of the state of its signal.
        note: That state in words, or that nobody answered; "" for a signal that is simply on.
        is_free: Nobody sits here.
        simulated: A monitor of the chair is simulated.
    """

    number: int
    who: str
    state: str
    done: float | None
    numbers: tuple[TileNumber, ...]
    cuff_age: str
    alarm: Priority | None
    word: str
    is_free: bool
    simulated: bool
    asks: bool = False
    symbol: Symbol = Symbol.NONE
    note: str = ""
    n_more: int = 0
    leave: tuple[str, ...] = ()
    leave_first: bool = False

    @property
    def spoken(self) -> str:
        """Return the tile for a screen reader."""
        if self.is_free:
            return f"Chair {self.number}, free"
        alarm = f"{PRIORITY_WORDS[self.alarm]} priority alarm {self.word}, " if self.alarm else ""
        alarm += f"and {self.n_more} more, " if self.n_more else ""
        alarm += f"{self.note.lower()}, " if self.note else ""
        numbers = ", ".join(f"{number.name} {number.text}" for number in self.numbers)
        leave = f", {self.leave[0].lower()}" if self.leave else ""
        who = f"{self.who}, " if self.who else ""
        return f"Chair {self.number}, {who}{alarm}{self.state}, {numbers}{leave}"


def tile_view(chair: ChairSnapshot, at: Moment, zone: tzinfo | None = None) -> TileView:
    """Return the tile of `chair` at `at`; times of day in the clinic's `zone`, None for the machine's."""
    worst = _worst(chair)
    visit = chair.visit
    where = progress(visit, at) if visit is not None else None
    return TileView(
        number=chair.number,
        who=visit.patient.initials if visit is not None else "",
        state=where.short if where is not None else "free",
        done=where.done if where is not None else None,
        numbers=_numbers(chair),
        cuff_age=_cuff_age(chair),
        alarm=worst.alarm,
        word=worst.word,
        is_free=visit is None,
        simulated=chair.simulated,
        asks=worst.asks,
        symbol=worst.symbol,
        note=worst.note,
        n_more=worst.n_more,
        leave=_leave(visit, at, zone),
        leave_first=visit is not None and visit.phase in (Phase.OBSERVATION, Phase.READY),
    )


def _leave(visit: VisitView | None, at: Moment, zone: tzinfo | None) -> tuple[str, ...]:
    """Return the earliest time to leave: while the infusion runs alone, later with what holds the patient."""
    if visit is None or visit.leave is None:
        return ()
    leave = visit.leave
    earliest = at.utc_ns + round(leave.earliest_in_s * NS_PER_S)
    when = f"Leave {clock_text(_up_to_minute(earliest), zone)}" if leave.earliest_in_s > 0 else "Waits for"
    if visit.phase is Phase.INFUSION and leave.earliest_in_s > 0:
        return (when,)
    if not leave.holds:
        return ("May leave now",)
    texts = []
    for n in range(len(leave.holds), 0, -1):
        rest = f" +{len(leave.holds) - n}" if n < len(leave.holds) else ""
        texts.append(f"{when}{':' if leave.earliest_in_s > 0 else ''} {', '.join(leave.holds[:n])}{rest}")
    return (*texts, when if leave.earliest_in_s > 0 else f"{len(leave.holds)} not met")


def _up_to_minute(utc_ns: int) -> int:
    """Return the next full minute: a time that is told never comes too early."""
    minute_ns = 60 * NS_PER_S
    return -(-utc_ns // minute_ns) * minute_ns


def link_word(chair: ChairSnapshot) -> str:
    """Return what is wrong with the chair's monitors in a few words, "" when all is well."""
    link = _down(chair)
    if link is not None and link.phase is LinkPhase.SILENT:
        return link_text(chair)
    if link is not None:
        return _LINK_WORDS[link.phase]
    if chair.links and not chair.monitoring:
        return "NOT MONITORING"
    return ""


def link_text(chair: ChairSnapshot) -> str:
    """Return `link_word` with how long nothing has come, where that is known: for where there is room for it."""
    link = _down(chair)
    if link is None or link.quiet_s is None:
        return _LINK_WORDS[link.phase] if link is not None else link_word(chair)
    return f"{_LINK_WORDS[link.phase]} {duration_text(link.quiet_s)}"


def _down(chair: ChairSnapshot) -> LinkView | None:
    return next((link for link in chair.links if link.phase is not LinkPhase.CONNECTED), None)


def due_text(due_in_s: float | None) -> str:
    """Return when the next cuff reading is due, "" where none is planned: "next in 1:48", "overdue by 0:40"."""
    if due_in_s is None:
        return ""
    return f"next in {duration_text(due_in_s)}" if due_in_s >= 0 else f"overdue by {duration_text(-due_in_s)}"


def number_text(view: NumericView | None) -> str:
    """Return a value without its decimals, with a question mark where its monitor doubts it, or `UNKNOWN`."""
    if view is None or view.value is None:
        return UNKNOWN
    return f"{view.value:.0f}{'?' if view.validity is Validity.QUESTIONABLE else ''}"


def pulse_view(chair: ChairSnapshot) -> NumericView | None:
    """Return heart rate from the ECG, or the oximeter's pulse rate where no monitor of the chair gives one."""
    heart = chair.numeric("heart_rate")
    if heart is None or heart.freshness is Freshness.NEVER:
        return chair.numeric("pulse_rate") or heart
    return heart


@dataclass(frozen=True, slots=True)
class _Worst:
    alarm: Priority | None = None
    word: str = ""
    asks: bool = False
    symbol: Symbol = Symbol.NONE
    note: str = ""
    n_more: int = 0


def _worst(chair: ChairSnapshot) -> _Worst:
    told = [one for one in chair.conditions if one.signal is not SignalState.ALARM_PAUSED]  # a pause spares some
    silent = link_word(chair)
    top = top_condition(told)
    paused = "" if chair.pause is None else f"{WORDS[Symbol.ALARM_PAUSED]} {duration_text(chair.pause.left_s)}"
    if top is None:
        if paused:
            return _Worst(symbol=Symbol.ALARM_PAUSED, note=paused)
        return _Worst(Priority.LOW, silent) if silent and chair.visit is not None else _Worst()
    word = silent if silent and top.rule.startswith("link.") else alarm_word(top)
    symbol = Symbol.ALARM_PAUSED if paused else STATE_SYMBOLS[top.signal]
    note = NOT_ANSWERED if top.escalated and asks(top) else WORDS.get(symbol, "")
    return _Worst(top.priority, word, asks(top), symbol, paused or note, len(told) - 1)


def _numbers(chair: ChairSnapshot) -> tuple[TileNumber, ...]:
    cuff = chair.cuff.reading
    pressure = TileNumber(
        name="blood pressure",
        text=UNKNOWN if cuff is None else str(cuff),
        role="nibp",
        is_stale=cuff is None or chair.cuff.is_overdue,
    )
    return (
        _number("heart rate", pulse_view(chair), "heart_rate"),
        _number("oxygen", chair.numeric("spo2"), "spo2"),
        pressure,
        _number("breathing", chair.numeric("resp_rate"), "resp"),
    )


def _number(name: str, view: NumericView | None, role: str) -> TileNumber:
    text = number_text(view)
    stale = text == UNKNOWN or (view is not None and view.freshness is Freshness.STALE)
    return TileNumber(name=name, text=text, role=role, is_stale=stale)


def _cuff_age(chair: ChairSnapshot) -> str:
    if chair.cuff.reading is None or chair.cuff.age_s is None:
        return ""
    return age_text(chair.cuff.age_s)
