"""The alarm screens as a nurse sees them: the whole window over a real station, measured, and kept to be looked at.

`NURSESTATION_PICTURES=out/pictures .venv/bin/python -m pytest tests/qt/test_alarm_pictures.py` keeps every picture.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from devices.clock import Moment
from devices.events import Priority, SensorStatus
from nursestation.core import commands as c
from nursestation.core.records import Sample, Wave
from nursestation.ui import theme
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.alarms.flashing import TICK_MS, Flashing
from nursestation.ui.alarms.view import AlarmLine, alarm_lines, rotation
from nursestation.ui.bridge import Bridge
from nursestation.ui.catalogue import make_pages, make_sheets
from nursestation.ui.chairs.rail import ChairTile
from nursestation.ui.controls import ElidingLabel, TwoLineLabel
from nursestation.ui.main_window import MainWindow
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME, Theme
from tests.helpers.contrast import ENOUGH, contrast
from tests.helpers.published import HandOutbox
from tests.helpers.room import Room, make_room
from tests.helpers.visit import HOUR_NS, START

PICTURES = os.environ.get("NURSESTATION_PICTURES")
SIZES = ((1280, 800), (1920, 1080))
"""Of the window [px]. In light colours everything stands where it stands in dark ones: one size is enough to measure them."""
LOW_SPO2, VERY_LOW_SPO2 = {"spo2": 88.0}, {"spo2": 83.0}
FAST = {"heart_rate": 131.0, "pulse_rate": 131.0}
SLOW_BREATH = {"resp_rate": 6.0}
NO_SOUND = (
    "The sound output USB Audio does not open: look at its plug, close other programs that use it, "
    "and keep the bedside monitor's alarm audible."
)
ASLEEP = (
    "This computer slept for 118 min: nothing was watched or recorded meanwhile. "
    "Look at every patient, and switch the computer's sleep off."
)


# --- what happens in the room -------------------------------------------------------------------------------------


def nothing(room: Room) -> None:
    pass


def silent_monitor(room: Room) -> None:
    room.run(8, silent=[1])


def low_oxygen(room: Room) -> None:
    room.run(14, {1: LOW_SPO2})


def very_low_oxygen(room: Room) -> None:
    room.run(14, {1: VERY_LOW_SPO2})


def crisis_that_is_over(room: Room) -> None:
    room.chair(1).cuff(206, 121)
    room.run(60)
    room.chair(1).cuff(128, 80)
    room.run(5)


def acknowledged(room: Room) -> None:
    very_low_oxygen(room)
    room.do(c.Acknowledge(chair=1, condition_id=room.condition("limit.spo2.low", 1).id))
    room.run(2, {1: VERY_LOW_SPO2})


def audio_paused(room: Room) -> None:
    very_low_oxygen(room)
    room.do(c.PauseAudio())
    room.run(48, {1: VERY_LOW_SPO2})


def audio_off(room: Room) -> None:
    low_oxygen(room)
    room.do(c.SwitchAudioOff(reason="The bedside monitors sound"))


def chair_paused(room: Room) -> None:
    room.do(c.PauseChairAlarms(chair=1, reason="Patient is at the toilet"))
    room.sensor(1, "spo2", SensorStatus.SENSOR_OFF, "probe off")
    room.run(50, {1: FAST}, mute={1: ("spo2",)})


def not_answered(room: Room) -> None:
    room.run(140, {1: LOW_SPO2})


def two_at_once(room: Room) -> None:
    room.run(14, {1: LOW_SPO2, 2: FAST})


def five_at_once(room: Room) -> None:
    room.run(12, {2: LOW_SPO2, 3: SLOW_BREATH})
    room.chair(1).cuff(184, 112)
    room.run(12, {2: LOW_SPO2, 3: SLOW_BREATH, 1: FAST}, silent=[4])


def patient_and_equipment(room: Room) -> None:
    room.sensor(1, "spo2", SensorStatus.SENSOR_OFF, "probe off")
    room.run(18, {1: FAST}, mute={1: ("spo2",)})


def no_sound(room: Room) -> None:
    room.fault("sound", NO_SOUND)
    room.run(3)


def asleep(room: Room) -> None:
    room.fault("asleep", ASLEEP)
    room.run(3)


def asleep_and_more(room: Room) -> None:
    asleep(room)
    room.run(140, {1: LOW_SPO2})
    room.do(c.PauseAudio())
    room.run(12, {1: LOW_SPO2})


def every_state(room: Room) -> None:
    """Let each of eight chairs have another state of its signals."""
    everything = {1: VERY_LOW_SPO2, 2: LOW_SPO2, 5: FAST, 7: SLOW_BREATH}
    room.chair(3).cuff(206, 121)
    room.do(c.PauseChairAlarms(chair=4, reason="Patient is at the toilet"))
    room.run(16, everything)
    room.do(c.Acknowledge(chair=2, condition_id=room.condition("limit.spo2.low", 2).id))
    room.chair(3).cuff(128, 80)
    room.run(125, everything)
    room.do(c.PauseAudio())
    room.chair(6).cuff(162, 84)
    room.run(12, everything, silent=[8])


@dataclass(frozen=True)
class Scene:
    """Something that happens, in rooms of so many chairs, and the priority that the bar then shows."""

    happens: Callable[[Room], None]
    shown: Priority | None
    n_chairs: tuple[int, ...] = (4, 8)
    tested: bool = True
    simulated: bool = False
    flashes: bool = True
    lists: bool = False  # whether the list of all its alarms is looked at too

    @property
    def name(self) -> str:
        kinds = ("" if self.tested else "-untested") + ("-simulated" if self.simulated else "")
        return self.happens.__name__.replace("_", "-") + kinds


SCENES = (
    Scene(nothing, None, (1, 4, 8)),
    Scene(nothing, None, (4,), tested=False),
    Scene(silent_monitor, Priority.LOW, flashes=False),
    Scene(low_oxygen, Priority.MEDIUM),
    Scene(very_low_oxygen, Priority.HIGH, (1, 4, 8)),
    Scene(crisis_that_is_over, Priority.HIGH),
    Scene(acknowledged, Priority.HIGH, flashes=False),
    Scene(audio_paused, Priority.HIGH),
    Scene(audio_off, Priority.MEDIUM, (1, 8)),
    Scene(chair_paused, None),
    Scene(not_answered, Priority.MEDIUM),
    Scene(two_at_once, Priority.MEDIUM, (4, 8)),
    Scene(five_at_once, Priority.HIGH, (4, 8), lists=True),
    Scene(patient_and_equipment, Priority.MEDIUM),
    Scene(no_sound, Priority.MEDIUM, (1, 4)),
    Scene(asleep, Priority.MEDIUM, (1, 8), lists=True),
    Scene(asleep, Priority.MEDIUM, (8,), simulated=True),
    Scene(asleep_and_more, Priority.MEDIUM, (8,), simulated=True, lists=True),
    Scene(every_state, Priority.HIGH, (8,), lists=True),
    Scene(every_state, Priority.HIGH, (8,), simulated=True),
)
CASES = [
    pytest.param(scene, n, id=f"{scene.name}-{n}")
    for scene in SCENES
    for n in (scene.n_chairs if PICTURES else scene.n_chairs[-1:])  # the most chairs leave the least room
]


# --- the window ---------------------------------------------------------------------------------------------------


class Desk:
    """The program's window; whatever room it is shown, it stays the same window, because a new one takes seconds."""

    def __init__(self, look: Theme, folder: Path) -> None:
        self.look = look
        self.scale = 1.0  # of its letters, which stay as they are between two tests
        self._room: Room | None = None
        self._outbox = HandOutbox()
        self._bridge = Bridge(self._outbox, lambda _command: None, self)
        pages, sheets = make_pages("0.1.0", UTC), make_sheets(folder)
        self.window = MainWindow(self._bridge, self, look, TrendModel(), pages=pages, sheets=sheets, zone=UTC)
        flashing = self.window.findChild(Flashing)
        assert flashing is not None
        self._flashing = flashing

    def now(self) -> Moment:
        """Be the clock: that of the room in sight."""
        return START if self._room is None else self._room.clock.now()

    def show(self, room: Room, size: tuple[int, int]) -> None:
        """Show a room at a size of the window, what flashes lit."""
        if room is not self._room:
            self._room = room
            self._publish(*(one for one in room.records if isinstance(one, Sample | Wave)), room.snapshot)
            self.window.show_chair(1)
            self._publish(room.snapshot)
        self.window.resize(*size)
        self.window.show()
        for _ in range(4):  # a wrapped label asks for its height only after it was given its width
            QApplication.processEvents()
        self.turn_to(next(iter(rotation(alarm_lines(room.snapshot))), None))

    def _publish(self, *items: object) -> None:
        self._outbox.items.extend(items)
        self._outbox.heartbeat += 1
        self._bridge.drain()

    def grab(self, flashing: Priority | None = None, *, is_dark: bool = False) -> QImage:
        """Return the picture of the whole window in one half of a priority's flash."""
        for _ in range(0 if flashing is None else 2 * theme.half_period_ms(flashing) // TICK_MS):
            if self._flashing.is_dark(flashing) is not is_dark:
                self._flashing.tick()
        return self.window.grab().toImage()

    def turn_to(self, line: AlarmLine | None) -> None:
        """Let the bar show one of the conditions that it shows in turn, and paint it."""
        bar = self.window.findChild(AlarmBar)
        assert bar is not None
        while line is not None and (bar.shown is None or bar.shown.condition != line.condition):
            bar._next_turn()
        for _ in range(2):
            QApplication.processEvents()
        bar.grab()

    def find(self, name: str) -> QWidget:
        """Return a widget of the window by its name."""
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found


@pytest.fixture(scope="module", params=[DARK_THEME, LIGHT_THEME], ids=lambda look: look.name)
def standing_desk(
    request: pytest.FixtureRequest, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    theme.apply(qapp, request.param)
    made = Desk(request.param, tmp_path_factory.mktemp("export"))
    yield made
    made.window.close()
    made.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.apply(qapp, DARK_THEME)


@pytest.fixture
def desk(standing_desk: Desk) -> Iterator[Desk]:
    theme.set_scale(standing_desk.scale)
    yield standing_desk
    standing_desk.scale = theme.px(100) / 100
    standing_desk.window.hide()


_rooms: dict[tuple[str, int], Room] = {}


def room_of(scene: Scene, n_chairs: int) -> Room:
    """Return the room in which it has happened; every room has a day of its own, so that no visit is another one."""
    key = (scene.name, n_chairs)
    if key not in _rooms:
        made = make_room(
            n_chairs,
            tested=scene.tested,
            simulated=scene.simulated,
            start=START.shifted(24 * HOUR_NS * (1 + len(_rooms))),
        )
        scene.happens(made)
        _rooms[key] = made
    return _rooms[key]


def keep(picture: QImage, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        assert picture.save(str(Path(PICTURES) / f"{name}.png"))


# --- what is measured ---------------------------------------------------------------------------------------------


def share_of(picture: QImage, widget: QWidget, window: QWidget, colour: QColor) -> float:
    """Return the part of a widget that is of a colour, 0 to 1, from every third pixel in both directions."""
    corner, ratio = widget.mapTo(window, widget.rect().topLeft()), picture.devicePixelRatio()
    n = hits = 0
    for x in range(corner.x(), corner.x() + widget.width(), 3):
        for y in range(corner.y(), corner.y() + widget.height(), 3):
            n += 1
            hits += picture.pixelColor(int(x * ratio), int(y * ratio)) == colour
    return hits / n


def cut_texts(root: QWidget) -> list[str]:
    """Return every text in sight that is shortened or wider than its place."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, ChairTile) and widget.is_cut:
            found.append(f"{widget.objectName()}: {widget.accessibleName()}")
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        if isinstance(widget, TwoLineLabel):
            is_cut = bool(widget.toolTip())
        elif isinstance(widget, ElidingLabel):
            is_cut = widget.shown_text() != widget.text()
        elif isinstance(widget, QLabel) and widget.wordWrap():
            is_cut = widget.height() < widget.heightForWidth(widget.width()) - 2
        else:
            is_cut = widget.width() < widget.minimumSizeHint().width() - 2
        if is_cut:
            found.append(f"{widget.objectName()}: {widget.text()}")
    return found


def overlapping(root: QWidget, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the pairs of named widgets in sight that lie over one another."""
    shown = [one for name in names for one in root.findChildren(QWidget, name) if one.isVisible()]
    areas = [(one.objectName(), one.rect().translated(one.mapTo(root, one.rect().topLeft()))) for one in shown]
    return [(a, b) for n, (a, one) in enumerate(areas) for b, other in areas[n + 1 :] if one.intersects(other)]


def pale_texts(root: QWidget, ground: QColor) -> list[str]:
    """Return every text in sight, and every picture, that is hard to tell from the ground."""
    labels = [one for one in root.findChildren(QLabel) if one.isVisible()]
    inks = {one.objectName(): one.palette().color(one.foregroundRole()) for one in labels}
    return [name for name, ink in inks.items() if contrast(ink, ground) < ENOUGH]


MOST_OF_THE_BAR = 0.6
"""Of its pixels; the rest is stars and words."""
IN_THE_BAR = (
    "simulated_mark", "alarm_symbol", "alarm_state", "alarm_where", "alarm_text", "alarm_lasting", "alarm_note",
    "alarm_count", "audio", "acknowledge", "operator", "clock",
)  # fmt: skip


@pytest.mark.parametrize(("scene", "n_chairs"), CASES)
def test_a_nurse_sees_it(scene: Scene, n_chairs: int, desk: Desk) -> None:
    room, look, shown = room_of(scene, n_chairs), desk.look, scene.shown
    faults: list[str] = []
    for size in SIZES if PICTURES or look is DARK_THEME else SIZES[:1]:
        desk.show(room, size)
        name = f"{scene.name}-{n_chairs}-{size[0]}-{look.name}"
        strip = desk.find("alarm_strip")
        for is_dark in (False, True) if shown is not None and scene.flashes else (False,):
            picture = desk.grab(shown, is_dark=is_dark)
            if not is_dark:
                keep(picture, name)
            ground = look.colour("calm_fill") if shown is None else look.alarm(shown).ground(is_dark=is_dark)
            share = share_of(picture, strip, desk.window, ground)
            if share < MOST_OF_THE_BAR:
                faults.append(f"{name}: only {share:.2f} of the bar is {ground.name()}")
            faults += [f"{name}: pale: {one}" for one in pale_texts(strip, ground)]
        faults += [f"{name}: cut: {one}" for one in cut_texts(desk.find("rail"))]
        for line in rotation(alarm_lines(room.snapshot)) or (None,):
            desk.turn_to(line)
            faults += [f"{name}: cut: {one}" for one in cut_texts(desk.find("alarm_bar"))]
            faults += [f"{name}: overlap: {one}" for one in overlapping(desk.find("ground"), IN_THE_BAR)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("scene", "n_chairs"), [pytest.param(s, 8, id=s.name) for s in SCENES if s.lists])
def test_the_list_of_all_alarms(scene: Scene, n_chairs: int, desk: Desk) -> None:
    for size in SIZES:
        desk.show(room_of(scene, n_chairs), size)
        name = f"list-{scene.name}-{n_chairs}-{size[0]}-{desk.look.name}"
        listed = desk.find("alarm_list")
        desk.find("alarm_strip").pressed.emit()  # type: ignore[attr-defined]
        for _ in range(4):
            QApplication.processEvents()
        keep(desk.grab(scene.shown), name)
        assert listed.isVisible()
        around = (*IN_THE_BAR, "rail", "numerics", "alarm_controls", "flag_bar", "action_bar")
        over = [pair for pair in overlapping(desk.find("ground"), ("alarm_list", *around)) if "alarm_list" in pair]
        assert over == [], name
        listed.hide()
