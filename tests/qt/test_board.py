from dataclasses import replace
from datetime import UTC
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from devices.clock import ManualClock
from devices.events import AlarmKind, Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import ConditionView, CuffView, DueKind, DueView, SignalState
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.picture import rows_of
from nursestation.ui.bridge import Bridge
from nursestation.ui.display import Display
from nursestation.ui.main_window import MainWindow
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.theme import DARK_THEME
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import NOW, make_chair, make_numeric, make_reading, make_station, make_visit

PLETH = ("pleth", "m", "")
ALARM = ConditionView(
    id="a",
    chair=2,
    rule="limit.spo2.low",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="SpO₂ 79 < 85 %",
    age_s=14,
    acknowledged=False,
    metric="spo2",
)


def chairs(n, **of_second):
    """Return `n` chairs with patients and pleths; `of_second` changes chair 2."""
    made = []
    for number in range(1, n + 1):
        visit = make_visit(Phase.INFUSION, session=f"s{number}", infusion_run_s=60.0)
        chair = make_chair(visit, number=number, waves=(PLETH,), cuff=CuffView(reading=make_reading(), age_s=60.0))
        made.append(replace(chair, **of_second) if number == 2 else chair)
    return made


class Desk:
    """A window on an outbox that is filled by hand."""

    def __init__(self, qtbot, n=4):
        self.n = n
        self.outbox, self.sent, self.clock = HandOutbox(), [], ManualClock()
        self.bridge, self.display = Bridge(self.outbox, self.sent.append, self.clock), Display()
        self.window = MainWindow(
            self.bridge,
            self.clock,
            DARK_THEME,
            TrendModel(),
            pages={"sign_in": SignInPage()},
            sheets={},
            zone=UTC,
            display=self.display,
        )
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def publish(self, *items):
        self.outbox.items.extend(items)
        self.outbox.heartbeat += 1
        self.bridge.drain()
        QApplication.processEvents()

    def station(self, operator=True, **of_second):
        signed_in = {} if operator else {"operator": None}
        told = of_second.get("conditions", ())
        self.publish(make_station(*chairs(self.n, **of_second), conditions=told, **signed_in))

    def send_waves(self, *numbers):
        now = self.clock.now()
        self.publish(*(make_wave(now, np.sin, chair=number, n=200) for number in numbers))

    def find(self, name):
        return self.window.findChild(QWidget, name)

    @property
    def canvas(self):
        return self.find("board_canvas")

    def tile(self, number):
        return self.find(f"board_tile_{number}")

    def layout(self):
        return {tile.number: tile.geometry() for tile in self.canvas.tiles()}


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot)
    made.station()
    made.send_waves(1, 2, 3, 4)
    return made


@pytest.fixture
def board(desk):
    desk.window.open("board")
    desk.station()
    return desk


class Paints(QObject):
    """Tells which widgets are painted, those alone whose paint holds a `spot` where one is given."""

    def __init__(self, widgets, spot=None):
        super().__init__()
        self.seen, self._spot = [], spot
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and (self._spot is None or event.region().contains(self._spot)):
            self.seen.append(watched.objectName())
        return False


# --- there and back ---


@pytest.mark.parametrize("key", ["Ctrl+0", "F12"])
def test_a_key_leads_to_all_chairs_which_take_the_rails_place_and_escape_back(qtbot, desk, key):
    QTest.keySequence(desk.window, key)
    qtbot.waitUntil(lambda: desk.window.page_name == "board")
    assert [tile.number for tile in desk.canvas.tiles()] == [1, 2, 3, 4]
    assert not desk.find("rail").isVisible()
    assert desk.find("alarm_bar").isVisible()
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Escape)
    assert desk.window.page_name == "chair"
    assert desk.find("rail").isVisible()


def test_the_rails_button_leads_there_too(qtbot, desk):
    qtbot.mouseClick(desk.find("all_chairs"), Qt.MouseButton.LeftButton)
    assert desk.window.page_name == "board"


def test_a_tile_opens_its_chair(qtbot, board):
    qtbot.mouseClick(board.tile(3), Qt.MouseButton.LeftButton)
    assert (board.window.page_name, board.window.chair) == ("chair", 3)
    assert board.find("chair_tile_3").isChecked(), "the rail is there again, up to date"


def test_a_wave_opens_its_chair(qtbot, board):
    cell = board.canvas.layout_now.cells[3]
    middle = QPoint(cell.waves.x + cell.waves.width // 2, cell.waves.y + cell.waves.height // 2)
    assert board.canvas.childAt(middle) is None
    qtbot.mouseClick(board.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert (board.window.page_name, board.window.chair) == ("chair", 4)


@pytest.mark.parametrize("key", ["F2", "Ctrl+2"])
def test_a_chairs_own_keys_open_it_from_here(qtbot, board, key):
    QTest.keySequence(board.window, key)
    qtbot.waitUntil(lambda: (board.window.page_name, board.window.chair) == ("chair", 2))


def test_enter_opens_the_chair_that_has_the_focus(board):
    board.tile(2).setFocus()
    QTest.keyClick(board.tile(2), Qt.Key.Key_Return)
    assert board.window.chair == 2


def test_what_is_due_stands_below_and_leads_to_its_chair(qtbot, board):
    due = DueView(chair=3, kind=DueKind.CUFF, what="Cuff", due_in_s=20, is_overdue=False)
    board.publish(make_station(*chairs(4), due=(due,)))
    qtbot.mouseClick(board.find("due_0"), Qt.MouseButton.LeftButton)
    assert (board.window.page_name, board.window.chair) == ("chair", 3)


def test_it_stands_at_the_start_where_the_rail_is_too_short_for_all(qtbot):
    full = Desk(qtbot, n=16)
    full.station(operator=False)
    assert full.window.page_name == "sign_in"
    full.station()
    assert full.window.page_name == "board"
    few = Desk(qtbot, n=8)
    few.station(operator=False)
    few.station()
    assert few.window.page_name == "chair"


def test_a_lock_leaves_it_in_sight_and_a_sign_in_leads_back_to_it(board):
    board.station(operator=False)
    assert board.window.page_name == "board"
    board.window.open("sign_in")
    board.station()
    assert board.window.page_name == "board"


# --- the list of all alarms ---


def opened_list(board):
    board.station(conditions=(ALARM,))
    board.find("alarm_strip").pressed.emit()
    board.station(conditions=(ALARM,))
    return board.find("alarm_list")


def columns_of(board):
    return [(cell.whole.x, cell.whole.width) for cell in board.canvas.layout_now.cells]


def area(board, widget):
    return QRect(widget.mapTo(board.window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("n", [4, 16])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_list_of_alarms_covers_no_tile_and_leaves_each_in_its_column(qtbot, n, size):
    board = Desk(qtbot, n)
    board.window.resize(*size)
    board.station()
    board.window.open("board")
    board.station()
    before = columns_of(board)
    listed = opened_list(board)
    assert listed.isVisible()
    assert listed.height() >= theme.px(30 + 2 * 48), "two lines under their heading are in sight"
    canvas = area(board, board.canvas)
    assert area(board, listed).bottom() < canvas.top()
    assert area(board, listed).top() > area(board, board.find("alarm_bar")).bottom()
    assert canvas.bottom() == area(board, board.find("pages")).bottom()
    assert columns_of(board) == before
    assert [tile.number for tile in board.canvas.tiles() if tile.is_cut] == []


def test_what_comes_and_goes_while_the_list_is_open_moves_no_chair(board):
    opened_list(board)
    now = board.layout(), area(board, board.canvas)
    board.station(conditions=tuple(replace(ALARM, id=f"{n}") for n in range(9)))
    assert (board.layout(), area(board, board.canvas)) == now
    board.window.show_unanswered("Chair 2 has not been answered")
    board.station(conditions=(ALARM,))
    assert board.find("station_strip").isVisible()
    assert (board.layout(), area(board, board.canvas)) == now
    assert not area(board, board.find("alarm_list")).intersects(area(board, board.find("station_strip")))
    board.window.show_unanswered("")
    board.station()
    assert board.find("alarm_list").isVisible(), "nothing is left in it, but a person closes it"
    assert (board.layout(), area(board, board.canvas)) == now


def test_a_tile_opens_its_chair_while_the_list_is_open(qtbot, board):
    opened_list(board)
    before = board.layout()
    board.tile(3).setFocus(Qt.FocusReason.MouseFocusReason)
    QApplication.processEvents()
    assert board.layout() == before, "a finger that comes down finds the same chair when it lets go"
    qtbot.mouseClick(board.tile(3), Qt.MouseButton.LeftButton)
    assert (board.window.page_name, board.window.chair) == ("chair", 3)
    assert board.find("alarm_list").isHidden()


@pytest.mark.parametrize("how", ["button", "strip", "escape"])
def test_a_closed_list_gives_the_room_back(qtbot, board, how):
    before = board.layout(), columns_of(board)
    listed = opened_list(board)
    assert board.layout() != before[0]
    if how == "button":
        qtbot.mouseClick(board.find("alarm_list_close"), Qt.MouseButton.LeftButton)
    elif how == "strip":
        board.find("alarm_strip").pressed.emit()
    else:
        QTest.keyClick(listed, Qt.Key.Key_Escape)
    board.station()
    assert listed.isHidden()
    assert (board.layout(), columns_of(board)) == before
    assert board.find("board_bar").isVisible()


# --- where chairs stand ---


def test_nothing_moves_when_an_alarm_comes(board):
    before, cells = board.layout(), board.canvas.layout_now
    calm = board.window.grab().toImage()
    board.station(conditions=(ALARM,), numerics=(make_numeric("spo2", 79.0),))
    assert board.tile(2).view.featured == 1
    assert (board.layout(), board.canvas.layout_now) == (before, cells)
    picture = board.window.grab().toImage()
    corner = board.canvas.mapTo(board.window, QPoint(0, 0))
    for cell, is_alarming in zip(cells.cells, (False, True, False, False), strict=True):
        edge = corner + QPoint(cell.whole.x + 1, cell.whole.y + cell.whole.height // 2)
        assert (picture.pixelColor(edge) == DARK_THEME.alarm(Priority.HIGH).fill) is is_alarming
        head = corner + QPoint(cell.tile.x + cell.tile.width // 2, cell.tile.y + 6)
        assert (picture.pixelColor(head) != calm.pixelColor(head)) is is_alarming


def test_no_chair_moves_when_the_window_says_that_nobody_answered(board):
    def places():
        return [tile.mapTo(board.window, QPoint(0, 0)) for tile in board.canvas.tiles()], board.layout()

    before = places()
    board.window.show_unanswered("Chair 2 sounds because nobody answered.")
    QApplication.processEvents()
    assert board.find("station_strip").isVisible()
    assert places() == before
    board.window.show_unanswered("")
    QApplication.processEvents()
    assert board.find("board_bar").isVisible()
    assert places() == before


def test_a_frame_is_lit_again_when_its_alarm_is_seen_in_the_dark_half_of_its_flash(qtbot, board):
    flashing = board.window.findChild(Flashing)
    board.station(conditions=(ALARM,), numerics=(make_numeric("spo2", 79.0),))
    while not flashing.is_dark(Priority.HIGH):
        flashing.tick()
    QApplication.processEvents()
    rim = board.canvas.layout_now.cells[1].whole
    frames = Paints([board.canvas], QPoint(rim.x + 1, rim.y + rim.height // 2))
    seen = replace(ALARM, acknowledged=True, signal=SignalState.ACKNOWLEDGED)
    board.station(conditions=(seen,), numerics=(make_numeric("spo2", 79.0),))
    assert not flashing.is_running, "nothing else paints it"
    qtbot.waitUntil(lambda: bool(frames.seen))


def test_a_number_in_alarm_is_drawn_twice_as_large(board):
    def ink(tile):
        """Return how tall the digits of the SpO2 are drawn [px]: rows that hold their colour."""
        image, wanted = tile.grab().toImage(), (DARK_THEME.colour("spo2"), DARK_THEME.colour("on_alarm_high"))
        rows = range(int(tile.height() * 0.24), int(tile.height() * 0.72))
        return sum(any(image.pixelColor(x, y) in wanted for x in range(image.width())) for y in rows)

    calm = ink(board.tile(2))
    board.station(conditions=(ALARM,), numerics=(make_numeric("spo2", 79.0),))
    assert ink(board.tile(2)) > 1.4 * calm


def test_a_tile_is_dragged_by_its_head_onto_another_and_both_swap(qtbot, board):
    before = board.layout()
    _drag(board.tile(1), QPoint(30, 10), board.tile(4))
    assert board.display.settings.board.order == (4, 2, 3, 1)
    after = board.layout()
    assert (after[4], after[1], after[2], after[3]) == (before[1], before[4], before[2], before[3])
    assert board.window.page_name == "board", "a drag is no press"


def test_a_drag_that_begins_below_the_head_or_ends_nowhere_moves_nothing(board):
    _drag(board.tile(1), QPoint(30, board.tile(1).height() - 10), board.tile(4))
    _drag(board.tile(1), QPoint(30, 10), board.find("board_bar"))
    _drag(board.tile(1), QPoint(30, 10), board.tile(1))
    assert board.display.settings.board.order == ()


def test_a_carried_tile_is_put_back_by_escape(board):
    tile = board.tile(1)
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    QTest.mouseMove(tile, tile.mapFrom(board.canvas, board.tile(4).geometry().center()))
    QTest.keyClick(tile, Qt.Key.Key_Escape)
    QTest.mouseRelease(
        tile, Qt.MouseButton.LeftButton, pos=tile.mapFrom(board.canvas, board.tile(4).geometry().center())
    )
    assert board.display.settings.board.order == ()
    assert board.window.page_name == "board"


def test_a_finger_that_rests_on_a_head_carries_the_tile_and_one_that_does_not_only_presses(qtbot, board):
    glass, handle = QTest.createTouchDevice(), board.window.windowHandle()
    begin = board.tile(1).mapTo(board.window, QPoint(30, 12))
    end = board.tile(3).mapTo(board.window, QPoint(40, 20))
    with qtbot.waitSignal(board.tile(1).lifted):
        QTest.touchEvent(handle, glass).press(0, begin).commit()
    QTest.touchEvent(handle, glass).move(0, end).commit()
    QTest.touchEvent(handle, glass).release(0, end).commit()
    assert board.display.settings.board.order == (3, 2, 1, 4)
    begin = board.tile(2).mapTo(board.window, QPoint(30, 12))
    QTest.touchEvent(handle, glass).press(0, begin).commit()
    QTest.touchEvent(handle, glass).release(0, begin).commit()
    assert (board.window.page_name, board.window.chair) == ("chair", 2)


def test_keys_go_from_chair_to_chair_and_swap_them(qtbot, board):
    board.tile(1).setFocus()
    QTest.keyClick(board.tile(1), Qt.Key.Key_Right)
    assert board.window.focusWidget() is board.tile(2)
    QTest.keyClick(board.tile(2), Qt.Key.Key_Down)
    assert board.window.focusWidget() is board.tile(4)
    swap = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(board.tile(4), Qt.Key.Key_Left, swap)
    assert board.display.settings.board.order == (1, 2, 4, 3)
    assert board.window.focusWidget() is board.tile(4), "the focus goes along"
    assert not board.find("board_in_order").isHidden()
    qtbot.mouseClick(board.find("board_in_order"), Qt.MouseButton.LeftButton)
    assert (board.canvas.places, board.find("board_in_order").isHidden()) == ((1, 2, 3, 4), True)


def _drag(tile, begin, onto):
    end = tile.mapFromGlobal(onto.mapToGlobal(onto.rect().center()))
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(tile, begin + QPoint(0, QApplication.startDragDistance()))
    QTest.mouseMove(tile, end)
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=end)


# --- what is set ---


def test_the_privacy_face_tells_no_initials(qtbot, board):
    assert all("J. K." in tile.accessibleName() for tile in board.canvas.tiles())
    told = board.window.grab().toImage()
    qtbot.mouseClick(board.find("board_face"), Qt.MouseButton.LeftButton)
    assert board.display.settings.board.face == "number"
    assert not any("J. K." in tile.accessibleName() for tile in board.canvas.tiles())
    assert board.window.grab().toImage() != told


def test_columns_and_waves_are_set_a_press_at_a_time_and_the_bar_says_what_there_is_room_for(qtbot, board):
    for _ in range(3):
        qtbot.mouseClick(board.find("board_columns"), Qt.MouseButton.LeftButton)
    assert (board.display.settings.board.columns, board.canvas.layout_now.columns) == (3, 3)
    qtbot.mouseClick(board.find("board_waves"), Qt.MouseButton.LeftButton)
    assert board.display.settings.board.waves == 2
    board.display.change_board(columns=0, waves=3)
    assert board.find("board_waves").text() == "Waves: 3"
    board.n = 16
    board.station()
    assert board.find("board_waves").text() == "Waves: 3, no room"
    assert board.canvas.layout_now.n_waves == 0


def test_a_chair_without_a_wave_has_a_larger_tile_and_one_whose_wave_stops_keeps_its_place(board):
    with_wave = board.tile(2).geometry()
    board.station(waves=())
    assert board.tile(2).geometry() == with_wave, "its wave was there a moment ago"
    assert 2 not in [place.chair for place in board.canvas._places], "and stays blank"
    board.station(visit=None, waves=(PLETH,))
    free = board.tile(2).geometry()
    assert free.height() > with_wave.height(), "nobody sits there"
    board.station(visit=make_visit(Phase.INFUSION, session="another", infusion_run_s=1.0), waves=())
    assert board.tile(2).geometry() == free, "and whoever came has had no wave yet"


# --- what it costs ---


def test_one_paint_a_tile_that_changed_and_none_for_the_others(board):
    paints = Paints(board.canvas.tiles())
    board.station()
    assert paints.seen == []
    board.station(numerics=(make_numeric("heart_rate", 88.0),))
    assert paints.seen == ["board_tile_2"]


def test_a_clock_that_goes_on_paints_the_head_alone_and_changes_nothing_else(board):
    tile = board.tile(2)
    seen = []
    for run_s in (61.0, 62.0, 63.0):
        paints = Paints([tile], tile.rect().center())
        heads = Paints([tile], QPoint(tile.width() - 20, 10))
        board.station(visit=make_visit(Phase.INFUSION, session="s2", infusion_run_s=run_s))
        tile.removeEventFilter(paints)
        tile.removeEventFilter(heads)
        seen.append((paints.seen, heads.seen, tile.view.clock, tile.grab().toImage()))
    numbers_from = rows_of(tile.width(), tile.height()).numbers.top()
    for before, after in pairwise(seen):
        assert after[0] == []
        assert after[1] == ["board_tile_2"]
        assert before[2] != after[2]
        changed = [y for y in range(tile.height()) if _line(before[3], y) != _line(after[3], y)]
        assert changed
        assert max(changed) < int(numbers_from)


def test_a_chair_that_is_mine_is_so_no_more_once_somebody_else_has_signed_in(board):
    nurse = make_station().operator
    made = make_station(*chairs(board.n, nurse=nurse), operator=nurse)
    board.publish(made)
    assert board.tile(2).view.is_mine
    board.publish(replace(made, operator=replace(nurse, id="another")))
    assert not board.tile(2).view.is_mine


def _line(image, y):
    return [image.pixel(x, y) for x in range(image.width())]


def test_nothing_is_painted_below_a_tile_also_after_a_change_of_style(board):
    below = Paints([board.canvas], board.tile(2).geometry().center())
    board.station(numerics=(make_numeric("heart_rate", 88.0),))
    assert below.seen == []
    board.window.setStyleSheet("QToolTip { margin: 1px; }")
    QApplication.processEvents()
    below.seen.clear()
    board.station(numerics=(make_numeric("heart_rate", 89.0),))
    assert below.seen == []


def test_nothing_is_made_for_a_page_that_nobody_sees(board):
    board.window.show_chair(1)
    before = board.tile(2).view
    paints = Paints([*board.canvas.tiles(), board.canvas])
    board.station(numerics=(make_numeric("heart_rate", 88.0),))
    board.send_waves(1, 2, 3, 4)
    assert board.tile(2).view is before
    assert paints.seen == []
    board.window.open("board")
    assert board.tile(2).view.numbers[0].text == "88", "and it is up to date when it comes back"


def test_no_number_stands_as_if_live_once_the_engine_is_dead(board):
    board.clock.advance(2.1)
    board.bridge.drain()
    assert [number.text for number in board.tile(1).view.numbers] == ["---", "---", "124/76", "---"]
    assert board.find("engine_failure").isVisible()
    assert board.canvas._places == ()


def test_every_control_has_a_name_and_is_large_enough(board):
    board.display.change_board(order=(2, 1))
    QApplication.processEvents()
    for widget in board.find("board_page").findChildren(QAbstractButton):
        assert widget.objectName()
        assert widget.accessibleName()
        assert min(widget.width(), widget.height()) >= 44, widget.objectName()
    assert board.tile(1).accessibleName().startswith("Chair 1, J. K., Infusion")


def test_the_tab_key_goes_through_bar_and_tiles_as_the_eye_does(board):
    board.display.change_board(order=(3, 1))
    names = [stop.objectName() for stop in board.find("board_page").stops()]
    assert names[-4:] == ["board_tile_3", "board_tile_1", "board_tile_2", "board_tile_4"]
    assert names[0] == "board_in_order"


def test_a_chair_that_is_gone_leaves_no_place(board):
    board.publish(make_station(*chairs(3), at=NOW))
    assert [tile.number for tile in board.canvas.tiles()] == [1, 2, 3]
    assert board.tile(4) is None
