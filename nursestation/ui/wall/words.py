"""The alarms of all chairs in a few words each, for those who look from across the room. No Qt.

Rules of the file:
1. A chair is told by its number alone, whatever its tile shows: the words are read by everybody in the room.
2. What is most urgent stands first; of the same urgency the lower number, so that nothing changes places without a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.events import AlarmKind, Priority
from nursestation.core.snapshot import AudioState, SignalState, StationSnapshot
from nursestation.ui.alarms.symbols import Symbol
from nursestation.ui.alarms.view import PRIORITY_WORDS, AlarmLine, alarm_lines
from nursestation.ui.chairs.view import TileView, tile_view


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmWord:
    """What is worst about a chair, or about the station.

    Attributes:
        where: "Chair 3", "Station".
        word: What it is: "BP SPIKE".
        priority: Of it.
        asks: It still asks for somebody: it flashes if its priority does.
        symbol: Picture of the state of its signal.
        n_more: How many other conditions there are in that place.
    """

    where: str
    word: str
    priority: Priority
    asks: bool = True
    symbol: Symbol = Symbol.NONE
    n_more: int = 0

    @property
    def spoken(self) -> str:
        """Return it for a screen reader."""
        more = f" and {self.n_more} more" if self.n_more else ""
        return f"{PRIORITY_WORDS[self.priority]} priority alarm, {self.where}: {self.word}{more}"


def alarm_words(snapshot: StationSnapshot) -> tuple[AlarmWord, ...]:
    """Return the alarms of all chairs and of the station, the most urgent first; without those paused at their chair."""
    found = [_station(snapshot)]
    for chair in sorted(snapshot.chairs, key=lambda one: one.number):
        found.append(_of_chair(tile_view(chair, snapshot.at)))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.priority.rank, not one.asks)))


def calm_word(snapshot: StationSnapshot) -> str:
    """Return what stands where no alarm does."""
    return "Only alarms that are paused at their chair" if snapshot.conditions else "No active alarms"


def audio_word(snapshot: StationSnapshot) -> str:
    """Return what everybody in the room should know of the alarm sound, "" while alarms can be heard."""
    match snapshot.audio.state:
        case AudioState.OFF:
            return "AUDIO OFF: no alarm sounds in Nursestation"
        case AudioState.PAUSED:
            return "AUDIO PAUSED in Nursestation"
        case AudioState.ON:
            return ""


def _of_chair(tile: TileView) -> AlarmWord | None:
    if tile.alarm is None:
        return None
    return AlarmWord(
        where=f"Chair {tile.number}",
        word=tile.word,
        priority=tile.alarm,
        asks=tile.asks,
        symbol=tile.symbol,
        n_more=tile.n_more,
    )


def _station(snapshot: StationSnapshot) -> AlarmWord | None:
    lines = [
        line for line in alarm_lines(snapshot) if line.chair is None and line.state is not SignalState.ALARM_PAUSED
    ]
    if not lines:
        return None
    worst = max(lines, key=_weight)
    return AlarmWord(
        where=worst.where,
        word=worst.headline,
        priority=worst.priority,
        asks=worst.asks,
        symbol=worst.symbol,
        n_more=len(lines) - 1,
    )


def _weight(line: AlarmLine) -> tuple[int, bool, bool]:
    return line.priority.rank, line.asks, line.kind is AlarmKind.PHYSIOLOGICAL


@dataclass(frozen=True, slots=True)
class Packed:
    """What has room.

    Attributes:
        rows: The numbers of the words in each row, from left to right.
        n_left: How many had no room.
    """

    rows: tuple[tuple[int, ...], ...]
    n_left: int


def packed(widths: Sequence[float], room: float, gap: float, n_rows: int, rest: float) -> Packed:
    """Put words into rows in their order.

    Args:
        widths: Of the words [px].
        room: Width of a row [px].
        gap: Between two words [px].
        n_rows: How many rows there are.
        rest: Width of what tells how many had no room, at the end of the last row [px].
    """
    whole = _filled(widths, [room] * n_rows, gap)
    if sum(map(len, whole)) == len(widths):
        return Packed(whole, 0)
    cut = _filled(widths, [room] * (n_rows - 1) + [room - rest - gap], gap)
    return Packed(cut, len(widths) - sum(map(len, cut)))


def _filled(widths: Sequence[float], rooms: Sequence[float], gap: float) -> tuple[tuple[int, ...], ...]:
    """Fill rows one after the other; a word that is wider than its row has it alone, and is cut there."""
    rows: list[tuple[int, ...]] = []
    n = 0
    for room in rooms:
        first, taken = n, 0.0
        while n < len(widths) and (n == first or taken + widths[n] <= room):
            taken += widths[n] + gap
            n += 1
        rows.append(tuple(range(first, n)))
    return tuple(row for row in rows if row)
