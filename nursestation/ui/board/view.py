"""A chair as the page of all chairs shows it: what its tile in the rail says, and what there is more room for. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum

from devices.clock import Moment
from devices.events import Priority
from nursestation.core.model import Operator, Phase
from nursestation.core.snapshot import ChairSnapshot, SignalState, VisitView
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.alarms.view import asks, condition_on, top_condition
from nursestation.ui.chairs.view import TileView, due_text, link_text, link_word, pulse_view, tile_view
from nursestation.ui.plots.wave_look import Key, WaveLook
from nursestation.ui.visit_progress import progress


class State(StrEnum):
    """What a chair is at; each has a colour of its own, which never stands without its word."""

    FREE = "free"
    CHECK_IN = "check_in"
    BASELINE = "baseline"
    INFUSING = "infusing"
    PAUSED = "paused"
    OBSERVING = "observing"
    READY = "ready"
    OVER = "over"  # discharged or ended early, and the chair is not free yet


_STATES = {
    Phase.CHECK_IN: State.CHECK_IN,
    Phase.BASELINE: State.BASELINE,
    Phase.INFUSION: State.INFUSING,
    Phase.OBSERVATION: State.OBSERVING,
    Phase.READY: State.READY,
    Phase.DISCHARGED: State.OVER,
    Phase.ENDED_EARLY: State.OVER,
}
_TITLES = {"heart_rate": "HR", "pulse_rate": "PR"}
_CUFF = "nibp_sys"
_MEASURING = "measuring"
_MOST_USEFUL = ("pleth", "ecg")
"""Waves that come first where one alone has room: the pleth tells that a heart beats and that blood arrives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardNumber:
    """One of the four numbers.

    Attributes:
        title: "HR".
        text: Its value, or `UNKNOWN`.
        role: Its colour in the theme; grey instead while `is_stale`.
        is_stale: It is old or unknown.
        alarm: Priority of the alarm on it, None also while the chair's alarms are paused.
        asks: That alarm still asks for somebody: it flashes if its priority does.
        age: Of a cuff reading ("6 min ago"), or that the cuff measures; "" for the others.
        is_late: The next cuff reading is overdue.
    """

    title: str
    text: str
    role: str
    is_stale: bool = False
    alarm: Priority | None = None
    asks: bool = False
    age: str = ""
    is_late: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return its name with its age, from long to short: the first that has room is shown."""
        if not self.age:
            return (self.title,)
        return f"{self.title} {self.age}", f"{self.title} {self.age.removesuffix(' ago')}", self.title

    @property
    def short(self) -> str:
        """Return its name where there is no room for an age."""
        return f"{self.title} late" if self.is_late else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTileView:
    """One chair.

    Attributes:
        tile: What its tile in the rail says of it.
        state: What it is at.
        word: That in a word.
        clock: How long that lasts and how long still, from long to short: the first that has room is shown.
        numbers: HR, SpO2, BP and RR.
        due: When the next is due ("next in 1:48", "overdue by 0:40"); "" where none is planned.
        link: What is wrong with the monitors and for how long, "" when all is well.
        word_of_alarm: `tile.word`, of a lost monitor with how long it has been lost.
        featured: Which of the numbers comes forward, None while none is in alarm.
        nurse: Who looks after the chair, "" for nobody.
        is_mine: That is who is signed in here.
    """

    tile: TileView
    state: State
    word: str
    clock: tuple[str, ...]
    numbers: tuple[BoardNumber, ...]
    due: str = ""
    link: str = ""
    word_of_alarm: str = ""
    featured: int | None = None
    nurse: str = ""
    is_mine: bool = False

    @property
    def nurse_names(self) -> tuple[str, ...]:
        """Return who looks after the chair, in full and with the first name by its letter."""
        first, _, rest = self.nurse.partition(" ")
        return (self.nurse, f"{first[0]}. {rest}") if rest and not first.endswith(".") else (self.nurse,)

    @property
    def is_late(self) -> bool:
        """Say whether a cuff reading is overdue."""
        return any(number.is_late for number in self.numbers)

    @property
    def has_other_link(self) -> bool:
        """Say whether a monitor is lost while the alarm that is told is another one."""
        return bool(self.link) and self.link != self.word_of_alarm

    @property
    def flashing(self) -> tuple[Priority | None, ...]:
        """Return the priorities of every alarm on it that asks for somebody."""
        told = [(self.tile.alarm, self.tile.asks), *((number.alarm, number.asks) for number in self.numbers)]
        return tuple(alarm for alarm, asks_ in told if asks_)

    def is_same_below(self, other: "BoardTileView") -> bool:
        """Say whether it differs from `other` in nothing but what runs on in its head: the clock and the part that is done."""
        mine, others = (replace(one, clock=(), tile=replace(one.tile, state="", done=None)) for one in (self, other))
        return mine == others

    @property
    def spoken(self) -> str:
        """Return the tile for a screen reader."""
        cuff = next((number.age for number in self.numbers if number.age), "")
        cared = f"looked after by {'you' if self.is_mine else self.nurse}" if self.nurse else ""
        more = (f"cuff {cuff}" if cuff else "", self.due, self.link.lower(), cared)
        return ", ".join(part for part in (self.tile.spoken, *more) if part)


def board_tile(
    chair: ChairSnapshot,
    at: Moment,
    zone: tzinfo | None = None,
    *,
    with_initials: bool = True,
    operator: Operator | None = None,
) -> BoardTileView:
    """Return the tile of `chair` at `at`.

    Args:
        chair: Which.
        at: Now.
        zone: Of times of day; None for the machine's.
        with_initials: False where the chair's number alone stands for its patient.
        operator: Who is signed in at this screen; None for a screen that nobody works at.
    """
    tile = tile_view(chair, at, zone)
    if not with_initials:
        tile = replace(tile, who="")
    state, word = _state(chair.visit)
    link = link_text(chair)
    numbers = _numbers(chair, tile)
    is_link = bool(tile.word) and tile.word == link_word(chair)
    return BoardTileView(
        tile=tile,
        state=state,
        word=word,
        clock=_clock(chair.visit, at),
        numbers=numbers,
        due=due_text(chair.cuff.due_in_s),
        link=link,
        word_of_alarm=link if is_link else tile.word,
        featured=_featured(chair),
        nurse=chair.nurse.name if chair.nurse is not None else "",
        is_mine=chair.nurse is not None and operator is not None and chair.nurse.id == operator.id,
    )


def _state(visit: VisitView | None) -> tuple[State, str]:
    if visit is None:
        return State.FREE, "Free"
    if visit.phase is Phase.INFUSION:
        return (State.PAUSED, "Paused") if visit.paused else (State.INFUSING, "Infusing")
    if visit.phase is Phase.OBSERVATION:
        return State.OBSERVING, "Observing"
    return _STATES[visit.phase], PHASE_WORDS[visit.phase]


def _clock(visit: VisitView | None, at: Moment) -> tuple[str, ...]:
    if visit is None:
        return ()
    where = progress(visit, at)
    if not where.left:
        return (where.timer,) if where.timer else ()
    return f"{where.timer} · {where.left}", where.left, where.left.removesuffix(" left")


def _metrics(chair: ChairSnapshot) -> tuple[str, ...]:
    pulse = pulse_view(chair)
    return "heart_rate" if pulse is None else pulse.metric, "spo2", _CUFF, "resp_rate"


def _numbers(chair: ChairSnapshot, tile: TileView) -> tuple[BoardNumber, ...]:
    metrics = _metrics(chair)
    titles = (_TITLES.get(metrics[0], "HR"), "SpO₂", "BP", "RR")
    out = []
    for title, metric, number in zip(titles, metrics, tile.numbers, strict=True):
        on_it = condition_on(chair.conditions, metric)
        out.append(
            BoardNumber(
                title=title,
                text=number.text,
                role=number.role,
                is_stale=number.is_stale,
                alarm=on_it.priority if on_it is not None else None,
                asks=on_it is not None and asks(on_it),
                age=_cuff_age(chair, tile) if metric == _CUFF else "",
                is_late=metric == _CUFF and chair.cuff.is_overdue and chair.cuff.due_in_s is not None,
            )
        )
    return tuple(out)


def _cuff_age(chair: ChairSnapshot, tile: TileView) -> str:
    return _MEASURING if chair.cuff.doing.startswith(_MEASURING) else tile.cuff_age


def _featured(chair: ChairSnapshot) -> int | None:
    """Return the number with the most urgent alarm, of several the one that the band tells; none whose cause is over."""
    told = [condition_on(chair.conditions, metric) for metric in _metrics(chair)]
    top = top_condition([one for one in chair.conditions if one in told and one.signal is not SignalState.LATCHED])
    return None if top is None else told.index(top)


def board_waves(keys: Iterable[Key], look: WaveLook, n: int) -> tuple[Key, ...]:
    """Return the `n` most useful waves of a chair, one of each kind, from top to bottom."""
    first: dict[str, Key] = {}
    for key in look.arranged(keys):
        first.setdefault(key[0], key)
    useful = sorted(first, key=lambda metric: _MOST_USEFUL.index(metric) if metric in _MOST_USEFUL else len(first) + 2)
    chosen = set(useful[:n])
    return tuple(key for metric, key in first.items() if metric in chosen)
