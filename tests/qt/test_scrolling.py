import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QScroller, QVBoxLayout, QWidget

from nursestation.ui.scrolling import Scroll


@pytest.fixture
def clicked():
    return []


@pytest.fixture
def scroll(qtbot, clicked):
    content = QWidget()
    column = QVBoxLayout(content)
    for n in range(30):
        button = QPushButton(f"{n}")
        button.setMinimumHeight(44)
        button.clicked.connect(lambda _=False, n=n: clicked.append(n))
        column.addWidget(button)
    made = Scroll(content, "scroll")
    qtbot.addWidget(made)
    made.resize(400, 600)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def glass():
    return QTest.createTouchDevice()


def push(qtbot, scroll, glass, by):
    """Put a finger in the middle, push it along and lift it once the view has come to rest."""
    handle, begin = scroll.windowHandle(), QPoint(200, 300)
    before = scroll.verticalScrollBar().value()
    QTest.touchEvent(handle, glass).press(0, begin).commit()
    for n in range(1, 13):
        QTest.touchEvent(handle, glass).move(0, begin + QPoint(0, by) * n / 12).commit()
        qtbot.wait(5)  # a scroller measures the speed of the finger
    qtbot.wait(60)  # the finger rests before it lifts: the button it began on is under it again
    QTest.touchEvent(handle, glass).stationary(0).commit()
    QTest.touchEvent(handle, glass).release(0, begin + QPoint(0, by)).commit()
    scroller = QScroller.scroller(scroll.viewport())
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Inactive)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().value() != before)


def begin_to_push(qtbot, scroll, glass):
    """Push and leave what scrolls running."""
    handle, begin = scroll.windowHandle(), QPoint(200, 300)
    QTest.touchEvent(handle, glass).press(0, begin).commit()
    for n in range(1, 7):
        QTest.touchEvent(handle, glass).move(0, begin + QPoint(0, -20) * n).commit()
        qtbot.wait(5)
    QTest.touchEvent(handle, glass).release(0, begin + QPoint(0, -120)).commit()


def tap(qtbot, scroll, glass):
    qtbot.wait(1)  # what the push held back is let go of in the next turn
    handle, spot = scroll.windowHandle(), QPoint(200, 300)
    QTest.touchEvent(handle, glass).press(0, spot).commit()
    QTest.touchEvent(handle, glass).release(0, spot).commit()


def test_a_push_that_begins_on_a_button_scrolls_and_presses_nothing(qtbot, scroll, glass, clicked):
    push(qtbot, scroll, glass, -200)
    assert scroll.verticalScrollBar().value() > 100
    assert clicked == []
    assert not any(button.isDown() for button in scroll.findChildren(QPushButton))


def test_after_a_push_a_tap_presses_what_is_under_it(qtbot, scroll, glass, clicked):
    push(qtbot, scroll, glass, -200)
    tap(qtbot, scroll, glass)
    qtbot.waitUntil(lambda: len(clicked) == 1)
    middle = scroll.widget().mapFrom(scroll, QPoint(200, 300))
    assert clicked == [int(scroll.widget().childAt(middle).text())]


def test_a_push_that_begins_while_the_last_one_runs_out_goes_on(qtbot, scroll, glass, clicked):
    begin_to_push(qtbot, scroll, glass)
    assert QScroller.scroller(scroll.viewport()).state() == QScroller.State.Scrolling
    before = scroll.verticalScrollBar().value()
    push(qtbot, scroll, glass, -200)
    assert scroll.verticalScrollBar().value() > before + 100
    assert clicked == []
