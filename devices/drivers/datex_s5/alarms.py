"""The monitor's own alarms: the five boxes of a CARESCAPE's alarm line, and the bits of asystole, apnoea and arrhythmia.

Rules of the file:
1. The text in a box is in the monitor's language: it is shown, and compared with nothing but itself. An alarm lasts as long
   as its text stands in a box; boxes are sorted by priority, so it may move from one to another.
2. The monitor does not say whether a box is about the patient or about the equipment. All are told as about the patient, the
   graver of the two.
3. A box whose text the monitor marks as unchanged and does not repeat keeps its text while it has a colour.

Source: GE "S/5 Computer Interface Specification", M1017617, alarm record; "Record Specification" 8005313, arrhythmia bits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct

from devices.events import AlarmKind, AlarmMeaning, DeviceAlarm, DriverEvent, Priority

STATUS_SIZE = 510
BOXES_END = 500  # what follows is reserved: one source has its size
BOXES = 5
BOXES_AT = 10
BOX = Struct("<80shhh12x")  # text, text changed, colour, colour changed, reserved

PRIORITIES = {1: Priority.LOW, 2: Priority.MEDIUM, 3: Priority.HIGH}
"""Priority by colour: white, yellow, red."""

MEANINGS = {"apnoea_co2": AlarmMeaning.APNOEA, "apnoea_resp": AlarmMeaning.APNOEA}
"""By code; a box has none, for its text is all there is of it."""

ARRHYTHMIAS = {
    0: ("asystole", "asystole"),
    1: ("ventricular_fibrillation", "ventricular fibrillation"),
    2: ("rapid_vt", "rapid ventricular tachycardia"),
    3: ("vt", "ventricular tachycardia"),
    4: ("extreme_bradycardia", "extreme bradycardia"),
    5: ("extreme_tachycardia", "extreme tachycardia"),
    27: ("bradycardia", "bradycardia"),
    28: ("tachycardia", "tachycardia"),
}
"""Code and text by bit of Ext1."""

NOISY, ARRHYTHMIA_OFF = 20, 30
"""Bits of the same field that are no alarms."""


Told = tuple[str, Priority | None]
"""Text and priority of an alarm."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the alarm line; no text when it is empty."""

    text: str
    colour: int


_EMPTY = Box("", 0)


def read(data: bytes, at: int, before: tuple[Box, ...]) -> tuple[Box, ...]:
    """Return the boxes of the alarm subrecord at `at`, which has `BOXES_END` bytes at least.

    Args:
        data: All of the record.
        at: Where the subrecord begins.
        before: The boxes of the record before; empty at first.
    """
    boxes: list[Box] = []
    for i in range(BOXES):
        raw, text_changed, colour, _ = BOX.unpack_from(data, at + BOXES_AT + i * BOX.size)
        text = _text(raw)
        if not text and not text_changed and colour and i < len(before):
            text = before[i].text
        boxes.append(Box(text, colour) if text else _EMPTY)
    return tuple(boxes)


def by_code(boxes: tuple[Box, ...]) -> dict[str, Told]:
    """Return text and priority of the alarms in the boxes, by code; the first box of a text tells its priority."""
    found: dict[str, Told] = {}
    for box in boxes:
        if box.text:
            found.setdefault(f"box: {box.text}", (box.text, PRIORITIES.get(box.colour)))
    return found


def arrhythmias(bits: int) -> dict[str, Told]:
    """Return text and priority of the arrhythmias that are set, by code; the bits tell no priority."""
    if bits >> ARRHYTHMIA_OFF & 1:
        return {}
    return {code: (text, None) for bit, (code, text) in ARRHYTHMIAS.items() if bits >> bit & 1}


class Alarms:
    """Tells alarms when they begin, change and end. What is told survives a reset: one gone meanwhile is told as gone."""

    def __init__(self) -> None:
        self._active: dict[str, dict[str, Told]] = {}
        self._tells_all: set[str] = set()

    def tell(self, out: list[DriverEvent], origin: str, now: Mapping[str, Told], now_ns: int) -> None:
        """Put what has changed into `out`.

        Args:
            out: Takes the events.
            origin: Where these alarms come from: those of other origins stay as they are.
            now: Text and priority of all that are active, by code.
            now_ns: Arrival, monotonic [ns].
        """
        before = self._active.get(origin, {})
        for code, (text, priority) in before.items():
            if code not in now:
                out.append(_alarm(code, text, priority, now_ns, is_active=False))
        for code, (text, priority) in now.items():
            if origin in self._tells_all or before.get(code) != (text, priority):
                out.append(_alarm(code, text, priority, now_ns, is_active=True))
        self._active[origin] = dict(now)
        self._tells_all.discard(origin)

    def forget(self) -> None:
        """Tell those that last anew."""
        self._tells_all = set(self._active)


def _alarm(code: str, text: str, priority: Priority | None, now_ns: int, *, is_active: bool) -> DeviceAlarm:
    return DeviceAlarm(
        t_ns=now_ns,
        kind=AlarmKind.PHYSIOLOGICAL,
        priority=priority,
        code=code,
        text=text,
        active=is_active,
        meaning=MEANINGS.get(code),
    )


def _text(raw: bytes) -> str:
    """Return the text up to its end. Which characters the upper half holds is not documented: Latin-1 is the likely set."""
    text = raw.split(b"\x00", 1)[0].decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
