"""The wall view: what it shows, what it takes, and when it stands."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from devices.clock import ManualClock
from devices.events import AlarmKind, Priority
from nursestation.config.display import DisplaySettings, WallSettings
from nursestation.core.model import Phase
from nursestation.core.snapshot import AudioState, AudioView, ConditionView
from nursestation.ui.alarms.flashing import TICK_MS, Flashing
from nursestation.ui.board.grid import grid
from nursestation.ui.board.picture import number_letters
from nursestation.ui.bridge import DEAD_AFTER_NS, Bridge
from nursestation.ui.display import Display
from nursestation.ui.pacing import Pace
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.station_page import StationPage
from nursestation.ui.theme import DARK_THEME, HIGH_HALF_PERIOD_MS, LIGHT_THEME
from nursestation.ui.wall.attached import AttachedScreens
from nursestation.ui.wall.card import WallCard, WallLook
from nursestation.ui.wall.keeper import WallKeeper
from nursestation.ui.wall.strip import WordsStrip
from nursestation.ui.wall.window import POINTER_MS, WallWindow
from tests.helpers.handscreens import DESK, WALL, HandScreens
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import NOW, PATIENT, make_chair, make_station, make_visit

RUNNING = make_visit(Phase.INFUSION, infusion_run_s=60.0)
SPIKE = ConditionView(
    id="a",
    chair=3,
    rule="bp.spike",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="BP spike 182/111",
    age_s=95,
    acknowledged=False,
    metric="nibp_sys",
)


def _station(*conditions, n=4, **changes):
    chairs = [
        make_chair(RUNNING, number=number, conditions=tuple(one for one in conditions if one.chair == number))
        for number in range(1, n + 1)
    ]
    return make_station(*chairs, conditions=conditions, **changes)


class _Hall:
    """A window to work in, and a wall beside it."""

    def __init__(self, qtbot, *screens, wall=None, theme=None):
        self.outbox, self.clock = HandOutbox(), ManualClock(NOW)
        self.bridge = Bridge(self.outbox, lambda _command: None, self.clock)
        self.home, self.card = QWidget(), WallCard()
        self.home.resize(1280, 800)
        self.screens, self.store = HandScreens(*screens), WaveStore()
        self.display = Display(DisplaySettings(theme=theme, wall=wall or WallSettings()))
        self.flashing, self.said, self.made = Flashing(), [], []
        self.keeper = WallKeeper(
            self.home, self.bridge, self.screens, self.display, self.card, DARK_THEME, self._make
        )  # fmt: skip
        self.keeper.said.connect(self.said.append)
        for one in (self.home, self.card):
            qtbot.addWidget(one)
        self.bridge.waves.connect(self.store.add)

    def _make(self, look, px_per_mm):
        made = WallWindow(look, self.clock, self.store, px_per_mm, self.flashing, clinic="Lakeside", zone=UTC)
        self.made.append((look, px_per_mm))
        return made

    @property
    def wall(self):
        assert self.keeper.window is not None
        return self.keeper.window

    def publish(self, *items):
        self.outbox.items.extend(items)
        self.outbox.heartbeat += 1
        self.bridge.drain()

    def press(self, qtbot, name):
        button = self.card.findChild(QAbstractButton, name)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def text(self, name):
        return self.wall.findChild(QLabel, name).text()

    def says(self, name):
        return self.card.findChild(QLabel, name).text()

    def close(self):
        self.keeper.shut()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def hall_with(qtbot):
    made = []

    def make(*screens, **changes):
        made.append(_Hall(qtbot, *(screens or (DESK, WALL)), **changes))
        return made[-1]

    yield make
    for hall in made:
        hall.close()


@pytest.fixture
def hall(hall_with):
    made = hall_with(wall=WallSettings(screen="HDMI-1", is_open=True))
    made.publish(_station())
    made.keeper.start()
    return made


# --- what it shows ------------------------------------------------------------------------------------------------


def test_it_shows_every_chair_by_its_number_with_clock_and_clinic(hall):
    assert hall.wall.canvas.places == (1, 2, 3, 4)
    assert hall.text("wall_clock") == "14:00:00"
    assert hall.text("wall_clinic") == "Lakeside"
    assert hall.text("wall_notice") == "Second display: the bedside monitor gives the alarms."
    assert PATIENT.initials not in hall.wall.canvas.tile(2).accessibleName()


def test_initials_stand_there_where_a_person_wants_them(qtbot, hall):
    hall.press(qtbot, "station_wall_face_initials")
    assert hall.display.settings.wall.face == "initials"
    assert PATIENT.initials in hall.wall.canvas.tile(2).accessibleName()


def test_chairs_stand_as_on_the_page_of_all_chairs(hall):
    hall.display.change_board(order=(3, 1), face="initials")
    assert hall.wall.canvas.places == (3, 1, 2, 4)
    assert PATIENT.initials not in hall.wall.canvas.tile(2).accessibleName()


def test_alarms_stand_across_the_top_without_the_patient(hall):
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    assert strip.accessibleName() == "No active alarms"
    hall.publish(_station(SPIKE))
    assert strip.accessibleName() == "high priority alarm, Chair 3: BP SPIKE"


def test_it_flashes_with_the_window(qtbot, hall):
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    hall.publish(_station(SPIKE))
    hall.flashing.want("alarms", [Priority.HIGH])
    look = DARK_THEME.alarm(Priority.HIGH)
    for expected in (look.fill, look.fill_off, look.fill):
        assert strip.grab().toImage().pixelColor(8, strip.height() // 2) == expected
        for _ in range(HIGH_HALF_PERIOD_MS // TICK_MS):
            hall.flashing.tick()


class _Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget):
        super().__init__(widget)
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched, event):
        self.n += event.type() is QEvent.Type.Paint
        return False


def test_a_flash_paints_the_words_that_flash_and_no_others(hall):
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    hall.publish(_station(SPIKE))
    hall.flashing.want("alarms", [Priority.HIGH, Priority.MEDIUM])
    QApplication.processEvents()
    paints = _Paints(strip)
    hall.flashing.flipped.emit(Priority.MEDIUM)
    QApplication.processEvents()
    assert paints.n == 0
    hall.flashing.flipped.emit(Priority.HIGH)
    QApplication.processEvents()
    assert paints.n == 1


@pytest.mark.parametrize("n", [1, 5, 16])
def test_all_words_have_room(hall, n):
    spikes = [replace(SPIKE, id=str(number), chair=number) for number in range(1, n + 1)]
    hall.publish(_station(*spikes, n=16))
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    strip.grab()
    assert (len(strip.words), strip.n_left, strip.is_cut) == (n, 0, False)


def test_what_has_no_room_is_counted(hall):
    hall.wall.resize(640, 400)
    hall.publish(_station(*[replace(SPIKE, id=str(number), chair=number) for number in range(1, 17)], n=16))
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    strip.grab()
    assert 0 < strip.n_left < 16


def test_simulated_values_and_a_silent_program_are_told(hall):
    mark = hall.wall.findChild(QWidget, "wall_simulated")
    assert mark.isHidden()
    assert hall.text("wall_audio") == ""
    hall.publish(make_station(make_chair(RUNNING, simulated=True), audio=AudioView(state=AudioState.OFF)))
    assert mark.isVisible()
    assert hall.text("wall_audio") == "AUDIO OFF: no alarm sounds in Nursestation"


def test_a_silent_engine_is_told_and_leaves_no_number_and_no_time(hall):
    failure = hall.wall.findChild(QWidget, "wall_failure")
    assert failure.isHidden()
    hall.clock.advance(2 * DEAD_AFTER_NS / 1e9)
    hall.bridge.drain()
    assert failure.isVisible()
    assert hall.text("wall_clock") == "--:--:--"
    assert "heart rate ---" in hall.wall.canvas.tile(2).accessibleName()
    hall.publish(_station())
    assert failure.isHidden()
    assert hall.text("wall_clock") == "14:00:00"
    assert "heart rate 74" in hall.wall.canvas.tile(2).accessibleName()


def test_one_that_opens_while_the_engine_is_silent_says_so(qtbot, hall_with):
    hall = hall_with()
    hall.publish(_station())
    hall.clock.advance(2 * DEAD_AFTER_NS / 1e9)
    hall.bridge.drain()
    hall.press(qtbot, "station_wall_open")
    assert hall.wall.findChild(QWidget, "wall_failure").isVisible()
    assert "heart rate ---" in hall.wall.canvas.tile(2).accessibleName()


def test_without_chairs_it_says_so(hall):
    empty = hall.wall.findChild(QLabel, "wall_empty")
    assert empty.isHidden()
    hall.publish(replace(_station(), chairs=()))
    assert empty.isVisible()


def test_it_takes_the_colours_that_a_person_chooses(hall):
    hall.display.change(theme="light")
    strip = hall.wall.findChild(WordsStrip, "wall_alarms")
    assert strip.grab().toImage().pixelColor(strip.width() - 20, 20) == LIGHT_THEME.colour("calm_fill")


def test_it_opens_in_the_colours_of_the_window(qtbot, hall_with):
    hall = hall_with()
    hall.display.change(theme="light")
    hall.press(qtbot, "station_wall_open")
    assert [look for look, _ in hall.made] == [LIGHT_THEME]


# --- waves --------------------------------------------------------------------------------------------------------


def _with_waves(n):
    keys = (("pleth", "m", ""),)
    return make_station(*[make_chair(RUNNING, number=number, waves=keys) for number in range(1, n + 1)])


def test_waves_stand_where_numbers_stay_large(hall):
    hall.publish(_with_waves(4))
    assert hall.wall.canvas.layout_now.n_waves == 1
    hall.publish(_with_waves(16))
    assert hall.wall.canvas.layout_now.n_waves == 0
    hall.publish(_with_waves(2))
    assert hall.wall.canvas.layout_now.n_waves == 1
    hall.display.change_board(waves=0)
    assert hall.wall.canvas.layout_now.n_waves == 0


def test_waves_are_drawn_as_often_as_on_any_screen_that_nobody_works_at(hall):
    key = ("pleth", "m", "")
    hall.publish(_with_waves(1))
    hall.keeper.set_pace(Pace(1, 4))
    drawn = []
    for _ in range(12):
        hall.clock.advance(0.1)
        hall.publish(make_wave(hall.clock.now(), lambda t: t % 1, chair=1))
        drawn.append(hall.wall.canvas.drawn_until(1, key))
    assert 1 < len(set(drawn[-8:])) <= 3


def test_the_pace_is_kept_for_one_that_opens_later(qtbot, hall_with):
    hall = hall_with()
    hall.keeper.set_pace(Pace(1, 4))
    hall.press(qtbot, "station_wall_open")
    hall.publish(_with_waves(1))
    drawn = []
    for _ in range(12):
        hall.clock.advance(0.1)
        hall.publish(make_wave(hall.clock.now(), lambda t: t % 1, chair=1))
        drawn.append(hall.wall.canvas.drawn_until(1, ("pleth", "m", "")))
    assert 1 < len(set(drawn[-8:])) <= 3


def test_nothing_is_shown_while_it_is_minimised_and_the_newest_afterwards(hall):
    hall.wall.showMinimized()
    hall.publish(_station(SPIKE, n=2))
    assert hall.wall.canvas.places == (1, 2, 3, 4)
    hall.wall.showNormal()
    assert hall.wall.canvas.places == (1, 2)


# --- hands --------------------------------------------------------------------------------------------------------


def test_nothing_in_it_takes_the_focus_or_opens_a_chair(qtbot, hall):
    opened = []
    hall.wall.canvas.chair_chosen.connect(opened.append)
    qtbot.mouseClick(hall.wall.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert opened == []
    middle = hall.wall.canvas.tile(2).geometry().center()
    assert hall.wall.canvas.childAt(middle) is None  # a finger there goes through the tile
    assert all(part.focusPolicy() is Qt.FocusPolicy.NoFocus for part in hall.wall.findChildren(QAbstractButton))


def _move_over(part):
    at = QPointF(9, 9)
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, part.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )  # fmt: skip
    QApplication.sendEvent(part, event)


def test_the_pointer_and_the_way_out_come_with_a_move_and_go_again(hall):
    close = hall.wall.findChild(QAbstractButton, "wall_close")
    assert close.isVisible()
    hall.wall._pointer.timeout.emit()
    assert not close.isVisible()
    assert hall.wall.cursor().shape() is Qt.CursorShape.BlankCursor
    foot = hall.wall.findChild(QWidget, "wall_foot").geometry()
    for part in (
        hall.wall.canvas,
        hall.wall.findChild(QWidget, "wall_clock"),
        hall.wall.findChild(QWidget, "wall_foot"),
    ):
        hall.wall._hide_pointer()
        _move_over(part)
        assert close.isVisible()
        assert hall.wall.cursor().shape() is not Qt.CursorShape.BlankCursor
    assert hall.wall._pointer.interval() == POINTER_MS
    assert hall.wall.findChild(QWidget, "wall_foot").geometry() == foot
    assert min(close.width(), close.height()) >= 42


@pytest.mark.parametrize("way", ["escape", "button", "card"])
def test_a_person_closes_it_and_it_stays_closed(qtbot, hall, way):
    wall = hall.wall
    if way == "escape":
        qtbot.keyClick(wall, Qt.Key.Key_Escape)
    elif way == "button":
        qtbot.mouseClick(wall.findChild(QAbstractButton, "wall_close"), Qt.MouseButton.LeftButton)
    else:
        hall.press(qtbot, "station_wall_open")
    assert hall.keeper.window is None
    assert not wall.isVisible()
    assert hall.display.settings.wall == WallSettings(screen="HDMI-1", is_open=False)
    hall.screens.changed.emit()
    assert hall.keeper.window is None
    hall.publish(_station())  # and nothing is drawn into it any more


def test_it_closes_with_the_window_and_opens_with_the_next_start(hall):
    hall.keeper.shut()
    assert hall.keeper.window is None
    assert hall.display.settings.wall.is_open
    hall.screens.changed.emit()
    assert hall.keeper.window is None


def test_what_closes_all_windows_does_not_speak_for_a_person(hall):
    hall.wall.close()
    assert hall.display.settings.wall.is_open


# --- screens ------------------------------------------------------------------------------------------------------


def test_it_is_closed_until_a_person_opens_it_and_then_fills_the_other_screen(qtbot, hall_with):
    hall = hall_with()
    hall.keeper.start()
    assert hall.keeper.window is None
    assert hall.card.findChild(QAbstractButton, "station_wall_open").text() == "Open the wall view"
    hall.press(qtbot, "station_wall_open")
    assert (hall.wall.width(), hall.wall.height()) == (1920, 1080)
    assert hall.screens.filled == ["HDMI-1"]
    assert hall.display.settings.wall == WallSettings(screen="HDMI-1", is_open=True)
    assert hall.card.findChild(QAbstractButton, "station_wall_open").text() == "Close the wall view"


def test_with_one_screen_it_is_a_window_and_the_card_says_so(qtbot, hall_with):
    hall = hall_with(DESK)
    hall.press(qtbot, "station_wall_open")
    assert hall.wall.isVisible()
    assert hall.screens.filled == []
    assert hall.wall.width() < hall.home.width()
    assert "one screen" in hall.says("station_wall_note")
    hall.screens.plug(WALL)
    assert hall.screens.filled == ["HDMI-1"]
    assert hall.display.settings.wall.screen == "HDMI-1"
    assert hall.says("station_wall_note") == ""
    assert hall.said == []


def test_it_goes_with_its_screen_and_comes_back_with_it(hall):
    hall.publish(_station(SPIKE))
    hall.screens.pull(WALL)
    assert hall.keeper.window is None
    assert hall.said == ["The screen HDMI-1 is not connected. The wall view comes back with it."]
    assert hall.says("station_wall_note") == hall.said[0]
    assert hall.display.settings.wall.is_open
    hall.screens.changed.emit()
    assert len(hall.said) == 1
    hall.screens.plug(WALL)
    assert hall.wall.isVisible()
    assert hall.said[1:] == ["The wall view is on HDMI-1 again."]
    assert hall.wall.findChild(WordsStrip, "wall_alarms").words


def test_it_gives_way_where_it_would_cover_the_window(hall):
    hall.screens.go("HDMI-1")
    assert hall.keeper.window is None
    assert "would cover this window" in hall.says("station_wall_note")
    hall.screens.go("eDP-1")
    assert hall.wall.isVisible()


def test_another_screen_is_taken_at_a_press(qtbot, hall):
    hall.screens.plug(replace(WALL, name="DP-2", x=-1920))
    hall.press(qtbot, "station_wall_screen_0")
    assert hall.screens.filled == ["HDMI-1", "DP-2"]
    assert hall.display.settings.wall.screen == "DP-2"


def test_what_has_nothing_to_do_with_it_leaves_it_alone(hall):
    wall = hall.wall
    hall.display.change_board(waves=2)
    hall.screens.changed.emit()
    assert hall.wall is wall
    assert hall.screens.filled == ["HDMI-1"]


def test_the_card_is_hidden_where_nobody_can_open_a_wall_view(qtbot):
    card = WallCard()
    qtbot.addWidget(card)
    assert card.isHidden()


def test_the_words_of_its_card_stand_under_those_of_the_cards_above(qtbot):
    page = StationPage()
    qtbot.addWidget(page)
    page.resize(1016, 700)
    page.wall_card.show_look(WallLook(options=(("A", "Screen A"),), screen="A"))
    with qtbot.waitExposed(page):
        page.show()
    lefts = set()
    for name in ("station_look_card", "station_wall_card"):
        words = page.findChild(QWidget, name).findChild(QLabel)
        lefts.add(words.mapTo(page, words.rect().topLeft()).x())
    assert len(lefts) == 1


def test_the_screens_of_the_computer_are_told(qtbot):
    screens, window = AttachedScreens(), QWidget()
    qtbot.addWidget(window)
    window.show()
    screens.watch(window)
    (name,) = screens.facts()
    assert screens.of(window) == name
    assert screens.px_per_mm(name) > 1
    screens.fill(window, name)
    assert window.isFullScreen()
    assert window.geometry() == QApplication.primaryScreen().geometry()


@pytest.mark.parametrize(("n", "size"), [(2, (1280, 800)), (8, (1920, 1080)), (10, (1920, 1080))])
def test_chairs_stand_in_the_columns_at_which_numbers_are_the_largest(hall, n, size):
    hall.wall.resize(*size)
    hall.display.change_board(columns=1, waves=0)
    hall.publish(_station(n=n))
    canvas = hall.wall.canvas
    sizes = {}
    for columns in (1, 2, 3, 4):
        tile = grid(n, canvas.width(), canvas.height(), columns=columns).cells[0].tile
        sizes[columns] = number_letters(tile.width, tile.height)
    tile = canvas.layout_now.cells[0].tile
    assert number_letters(tile.width, tile.height) == max(sizes.values())
    assert len(set(sizes.values())) > 1
