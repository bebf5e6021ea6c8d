"""The trend under a mouse, a finger and the keyboard."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from devices.clock import NS_PER_S
from devices.events import Mode, Validity
from nursestation.core.model import Phase, Provenance
from nursestation.core.records import Sample
from nursestation.core.snapshot import PhaseSpan
from nursestation.ui import theme
from nursestation.ui.plots.cuff_table import CuffTable
from nursestation.ui.plots.readout_line import ReadoutLine
from nursestation.ui.plots.trend import LAST_MIN, REST_NS, Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.trend_plot import TrendPlot
from nursestation.ui.plots.trend_window import WHOLE, Look
from nursestation.ui.roles import Text
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.station_views import BASELINE, MINUTE_NS, NOW, make_chair, make_flag, make_reading, make_visit

START = NOW.shifted(-120 * MINUTE_NS)
SECOND_NS = NS_PER_S
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SPIKE = make_reading(186, 112, ago_s=600)


def _visit(**changes):
    facts = {
        "infusion_started": START,
        "infusion_run_s": 7200.0,
        "infusion_planned_s": 9000.0,
        "spans": (PhaseSpan(phase=Phase.INFUSION, start=START, end=None),),
        "opened": START,
        "baseline": BASELINE,
        "cuffs": (*(make_reading(130, 80, ago_s=60.0 * minute) for minute in range(110, 10, -20)), SPIKE),
        "flags": (make_flag(reading=SPIKE),),
    }
    return make_visit(Phase.INFUSION, **(facts | changes))


@pytest.fixture
def model():
    made = TrendModel()
    for second in range(0, 7200, 4):
        at = START.shifted(second * NS_PER_S)
        made.add(
            Sample(
                at=at, chair=2, session=_visit().session, metric="heart_rate", value=60.0 + second // 120,
                validity=Validity.VALID, mode=Mode.REAL, provenance=Provenance.DEVICE, monitor="m", source="",
            )
        )  # fmt: skip
    return made


@pytest.fixture
def trend(qtbot, model):
    made = Trend(DARK_THEME, model)
    qtbot.addWidget(made)
    made.resize(780, 420)
    made.show()
    made.render(make_chair(_visit()), NOW)
    QApplication.processEvents()  # lays out
    made.render(make_chair(_visit()), NOW)
    return made


@pytest.fixture
def plot(trend):
    return trend.findChild(TrendPlot)


def _later(trend, seconds, visit=None):
    trend.render(make_chair(visit or _visit()), NOW.shifted(round(seconds * NS_PER_S)))


def _button(trend, name):
    return trend.findChild(QPushButton, f"trend_{name}")


def _readout(trend):
    return trend.findChild(ReadoutLine).text


def _place(plot, minute, y=100):
    """Return where a minute lies in the plot's widget."""
    low, high = 0, plot.width()
    while high - low > 1:  # asked of the plot itself, for its axis takes a part of the width
        middle = (low + high) // 2
        low, high = (middle, high) if plot.minute_at(QPointF(middle, y)) < minute else (low, middle)
    return QPoint(high, y)


def _drag(plot, minutes, start=60.0):
    begin, end = _place(plot, start), _place(plot, start + minutes)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(plot, pos=QPoint((begin.x() + end.x()) // 2, begin.y()))
    QTest.mouseMove(plot, pos=end)
    return end


def _wheel(plot, notches, at=60.0, held=Qt.KeyboardModifier.NoModifier):
    place = QPointF(_place(plot, at))
    event = QWheelEvent(
        place, plot.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


def test_it_follows_the_whole_visit_until_it_is_moved(trend, plot):
    assert plot.look == WHOLE
    assert _button(trend, "whole").isChecked()
    assert not _button(trend, "now").isEnabled()
    first, last = plot.scale.first, plot.scale.last
    assert (first, last) == (0, 180)


def test_a_drag_moves_the_minutes_with_the_mouse_and_lets_go_of_the_present(trend, plot):
    plot.show_last(60.0)
    before = plot.scale.first
    end = _drag(plot, 15.0, start=90.0)
    assert plot.is_held
    assert plot.scale.first == pytest.approx(before - 15, abs=0.5)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    assert not plot.look.follows
    assert plot.cursor_minute is None
    assert not _button(trend, "last").isChecked()
    assert _button(trend, "now").isEnabled()
    assert _readout(trend).count("Looking back: ") == 1


def test_a_click_that_shook_is_a_click_and_leaves_the_cursor(trend, plot):
    place = _place(plot, 100.0)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(plot, pos=place + QPoint(5, 3))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=place)
    assert plot.look == WHOLE
    assert plot.cursor_minute == pytest.approx(100, abs=0.5)
    assert "HR 110" in _readout(trend)
    assert "+100 min" in _readout(trend)


def test_the_mouse_points_and_its_leaving_brings_the_cursor_back(trend, plot):
    plot.point_at(60.0)
    QTest.mouseMove(plot, pos=_place(plot, 100.0))
    assert plot.cursor_minute == pytest.approx(100, abs=0.5)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.cursor_minute == 60.0
    assert "HR 90" in _readout(trend)


def test_the_wheel_pans_and_with_ctrl_zooms_about_the_mouse(plot):
    plot.show_last(60.0)
    _wheel(plot, 1, at=100.0)
    first = plot.scale.first
    assert first == pytest.approx(120 + 0.04 * 60 - 60 - 6, abs=0.01)
    place = _place(plot, 80.0)
    _wheel(plot, 2, at=80.0, held=CTRL)
    assert plot.scale.last - plot.scale.first == pytest.approx(60 / 1.25**2)
    assert abs(_place(plot, 80.0).x() - place.x()) <= 2
    for _ in range(12):
        _wheel(plot, -1, at=80.0, held=CTRL)
    assert plot.look == WHOLE


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ([Qt.Key.Key_Left], 62.4 - 6),
        ([Qt.Key.Key_Left, Qt.Key.Key_Right], 62.4),
        ([Qt.Key.Key_PageUp], 62.4 - 54),
        ([Qt.Key.Key_PageUp, Qt.Key.Key_PageDown], 62.4),
        ([Qt.Key.Key_Left, Qt.Key.Key_Home], 0),
    ],
)
def test_the_keyboard_pans(plot, keys, first):
    plot.show_last(60.0)
    for key in keys:
        QTest.keyClick(plot, key)
    assert plot.scale.first == pytest.approx(first)


def test_the_keyboard_zooms_and_goes_back_to_the_present(trend, plot):
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.look == Look(180 / 1.25)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert not plot.look.follows
    QTest.keyClick(plot, Qt.Key.Key_End)
    assert plot.look == Look(180 / 1.25)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.look == WHOLE


def test_the_keyboard_moves_the_cursor_from_reading_to_reading_and_away(trend, plot):
    QTest.keyClick(plot, Qt.Key.Key_Left, CTRL)
    assert plot.cursor_minute == 110
    assert "BP 186/112" in _readout(trend)
    QTest.keyClick(plot, Qt.Key.Key_Left, CTRL)
    assert plot.cursor_minute == 90
    QTest.keyClick(plot, Qt.Key.Key_Right, CTRL)
    assert plot.cursor_minute == 110
    QTest.keyClick(plot, Qt.Key.Key_Left, SHIFT)
    assert 109 < plot.cursor_minute < 110
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.cursor_minute is None


def test_the_cursor_never_goes_past_the_present(plot):
    plot.point_at(119.99)
    for _ in range(3):
        QTest.keyClick(plot, Qt.Key.Key_Right, SHIFT)
    assert plot.cursor_minute == 120


def test_keys_that_are_not_its_own_go_on(qtbot, plot):
    assert not QTest.keyClick(plot, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(plot.touched):
        QTest.keyClick(plot, Qt.Key.Key_5)


@pytest.fixture
def finger():
    return QTest.createTouchDevice()


def test_a_finger_drags(plot, finger):
    plot.show_last(60.0)
    before = plot.scale.first
    begin, end = _place(plot, 90.0), _place(plot, 105.0)
    QTest.touchEvent(plot, finger).press(0, begin, plot)
    QTest.touchEvent(plot, finger).move(0, (begin + end) / 2, plot)
    QTest.touchEvent(plot, finger).move(0, end, plot)
    QTest.touchEvent(plot, finger).release(0, end, plot)
    assert plot.scale.first == pytest.approx(before - 15, abs=0.5)
    assert not plot.is_held


def test_a_tap_leaves_the_cursor(plot, finger):
    place = _place(plot, 70.0)
    QTest.touchEvent(plot, finger).press(0, place, plot)
    QTest.touchEvent(plot, finger).release(0, place, plot)
    assert plot.cursor_minute == pytest.approx(70, abs=0.5)


def test_two_fingers_hold_the_minutes_under_them(plot, finger):
    one, other = _place(plot, 60.0), _place(plot, 90.0)
    QTest.touchEvent(plot, finger).press(0, one, plot).press(1, other, plot)
    QTest.touchEvent(plot, finger).move(0, one - QPoint(40, 0), plot).move(1, other + QPoint(40, 0), plot)
    assert abs(_place(plot, 60.0).x() - (one.x() - 40)) <= 3
    assert abs(_place(plot, 90.0).x() - (other.x() + 40)) <= 3
    QTest.touchEvent(plot, finger).release(0, one, plot).release(1, other, plot)
    assert plot.cursor_minute is None


def test_the_buttons_show_the_whole_visit_the_last_half_hour_and_the_present(trend, plot):
    _button(trend, "last").click()
    assert plot.look == Look(LAST_MIN)
    assert _button(trend, "last").isChecked()
    QTest.keyClick(plot, Qt.Key.Key_Left)
    _button(trend, "now").click()
    assert plot.look == Look(LAST_MIN)
    _button(trend, "whole").click()
    assert plot.look == WHOLE
    assert _button(trend, "whole").isChecked()


def test_a_button_pressed_twice_stays_down(trend):
    _button(trend, "last").click()
    _button(trend, "last").click()
    assert _button(trend, "last").isChecked()


def test_every_button_is_large_enough_for_a_finger(trend):
    for name in ("from_baseline", "table", "whole", "last", "now"):
        assert _button(trend, name).height() >= 44
        assert _button(trend, name).width() >= 44


def test_untouched_for_a_minute_it_returns_to_the_present_and_the_cursor_goes(trend, plot):
    _button(trend, "last").click()
    QTest.keyClick(plot, Qt.Key.Key_Left)
    plot.point_at(85.0)
    _later(trend, 59)
    assert not plot.look.follows
    assert plot.cursor_minute == 85.0
    _later(trend, 60)
    assert plot.look == Look(LAST_MIN)
    assert plot.cursor_minute is None
    assert "Looking back" not in _readout(trend)


def test_each_touch_begins_the_minute_anew(trend, plot):
    plot.show_last(60.0)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    _later(trend, 40)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    _later(trend, 40 + 59)
    assert not plot.look.follows
    _later(trend, 40 + 60)
    assert plot.look.follows


def test_it_is_never_taken_from_under_a_finger(trend, plot):
    plot.show_last(60.0)
    end = _drag(plot, 10.0, start=90.0)
    _later(trend, 200)
    assert not plot.look.follows
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    _later(trend, 200 + 59)
    assert not plot.look.follows
    _later(trend, 200 + REST_NS / NS_PER_S)
    assert plot.look.follows


def test_a_new_phase_moves_nothing_that_a_person_moved(trend, plot):
    plot.show_last(60.0)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    shown = (plot.scale.first, plot.scale.last)
    observed = _visit(
        spans=(
            PhaseSpan(phase=Phase.INFUSION, start=START, end=NOW),
            PhaseSpan(phase=Phase.OBSERVATION, start=NOW, end=None),
        )
    )
    _later(trend, 5, observed)
    assert (plot.scale.first, plot.scale.last) == shown


def test_another_visit_is_shown_from_its_beginning(trend, plot):
    plot.show_last(60.0)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    plot.point_at(85.0)
    _later(trend, 1, _visit(session="another"))
    assert plot.look == WHOLE
    assert plot.cursor_minute is None


def test_the_pressure_is_shown_from_the_baseline_and_in_mmhg_again(trend, plot):
    button = _button(trend, "from_baseline")
    button.click()
    assert plot.from_baseline
    assert "+50 %" in [word.text for word in plot.scene.words]
    button.click()
    assert "186/112" in [word.text for word in plot.scene.words]


def test_without_a_baseline_the_button_says_what_to_do(trend, plot):
    _button(trend, "from_baseline").click()
    _later(trend, 1, _visit(baseline=None))
    assert not plot.from_baseline
    assert not _button(trend, "from_baseline").isEnabled()
    assert _button(trend, "from_baseline").toolTip() == "Take the baseline first"


def test_the_table_takes_the_plots_place_where_there_is_no_room_for_both(trend, plot):
    table = trend.findChild(CuffTable)
    assert not table.isVisible()
    _button(trend, "table").click()
    assert table.isVisible()
    assert not plot.isVisible()
    assert table.model().rowCount() == 6
    _button(trend, "table").click()
    assert plot.isVisible()


def test_the_table_stands_beside_the_plot_where_there_is_room(trend, plot):
    table = trend.findChild(CuffTable)
    trend.resize(1200, 500)
    QApplication.processEvents()
    _later(trend, 1)
    assert table.isVisible()
    assert plot.isVisible()
    _button(trend, "table").click()
    assert not table.isVisible()


def test_a_row_moves_the_cursor_and_the_window_with_it(trend, plot):
    trend.resize(1200, 500)
    QApplication.processEvents()
    _later(trend, 1)
    plot.show_last(30.0)
    table = trend.findChild(CuffTable)
    table.setCurrentIndex(table.model().index(3, 0))
    assert plot.cursor_minute == 50
    assert plot.scale.first < 50 < plot.scale.last
    assert "BP 130/80" in _readout(trend)


def test_the_same_row_can_be_chosen_again(trend, plot):
    _button(trend, "table").click()
    table = trend.findChild(CuffTable)
    place = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    plot.point_at(30.0)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert plot.cursor_minute == 90


def test_the_table_is_a_proper_model(trend, qtmodeltester):
    _button(trend, "table").click()
    qtmodeltester.check(trend.findChild(CuffTable).model())


def test_new_words_of_a_row_leave_it_chosen(trend):
    _button(trend, "table").click()
    table = trend.findChild(CuffTable)
    table.setCurrentIndex(table.model().index(1, 0))
    _later(trend, 1, _visit(flags=()))
    assert table.currentIndex().row() == 1
    _later(trend, 2, _visit(cuffs=(SPIKE,)))
    assert table.model().rowCount() == 1


def test_another_theme_keeps_what_is_looked_at(trend, plot):
    plot.show_last(60.0)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    look = plot.look
    trend.set_theme(LIGHT_THEME)
    QApplication.processEvents()
    assert trend.findChild(TrendPlot).look == look
    picture = plot.grab().toImage()
    assert picture.pixelColor(picture.width() - 3, 3) == LIGHT_THEME.colour("plot")


def test_a_visit_that_is_over_has_no_present(qtbot, model):
    from nursestation.ui.plots.trend_view import trend_view

    plot = TrendPlot(DARK_THEME)
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()
    visit = _visit()
    plot.render(trend_view(visit, NOW, is_live=False), model.series(2, visit.session))
    plot.show_last(30.0)
    assert plot.scale.last == pytest.approx(180)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert not plot.look.follows


@pytest.mark.parametrize(("width", "left_out"), [(660, {"Phase", "From start"}), (740, {"Phase"}), (900, set())])
def test_the_words_of_a_flag_are_never_cut_in_the_table(qtbot, width, left_out):
    theme.set_scale(1.0)
    table = CuffTable(DARK_THEME)
    qtbot.addWidget(table)
    table.resize(width, 200)
    table.show()
    header, model = table.horizontalHeader(), table.model()
    names = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert {name for n, name in enumerate(names) if header.isSectionHidden(n)} == left_out
    longest = QFontMetricsF(theme.font(Text.BODY)).horizontalAdvance("BP severe · second reading")
    assert table.columnWidth(names.index("Flag")) >= longest + 10
