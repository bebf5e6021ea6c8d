"""What a person has to work the real window with: a keyboard and no mouse, or a finger and no keyboard.

Rules of the file:
1. A hand never calls a widget's own functions: the keyboard's events go to the window, which gives them to whatever has
   the focus, and a finger's go to the spot of the glass where the widget is seen.
2. A hand fails where a person would: the tab key does not lead there, the focus is not to be seen, or the control is out
   of sight, too small or covered.
"""

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QKeySequence, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from shiboken6 import isValid

MOST_STROKES = 120
"""Strokes of the tab key after which a person gives up: twice round the fullest page."""
_CONTROLS = QAbstractButton | QLineEdit | QPlainTextEdit | QComboBox | QAbstractItemView
_REGIONS = (
    *(
        "top_bar",
        "station_strip",
        "rail",
        "course_bar",
        "chair_lower",
        "alarm_controls",
        "check_in_head",
        "check_in_page",
    ),
    *("discharge_head", "discharge_criteria_scroll", "discharge_side", "action_bar", "message_line", "pages"),
)
_FRAME_PX = 3  # px around a control that belong to its frame
_TAP_MS = 50  # down, and as long up again: whoever types a PIN in a hurry
_FINGER_PX = 40
"""Least width and height of what a finger hits; the product's own is 44."""


class Unusable(Exception):
    """A person could not do that now."""


class Keyboard:
    """Keys alone. Nothing here gives a widget the focus: it goes where the keys lead."""

    def __init__(self, window: QWidget, application: QApplication) -> None:
        self._window, self._application = window, application
        self._unmarked: set[str] = set()
        application.setCursorFlashTime(0)  # a cursor that is just unlit is no missing mark

    def strike(self, keys: str) -> None:
        """Strike one key or combination, "Tab" or "Ctrl+I"."""
        QTest.keySequence(self._window.windowHandle(), QKeySequence(keys))
        self._application.processEvents()

    def write(self, text: str) -> None:
        """Type into whatever has the focus."""
        for letter in text:
            code, none = QTest.asciiToKey(letter), Qt.KeyboardModifier.NoModifier
            QTest.sendKeyEvent(QTest.KeyAction.Click, self._window.windowHandle(), code, letter, none)

    def focus(self) -> str:
        """Return the name of the widget with the focus; "" where none has it."""
        at = self._at()
        return "" if at is None else at.objectName()

    def lead(self, name: str) -> int:
        """Go to a control by the tab key, and by arrows within a group of choices; return how many strokes it took."""
        before, back = self.focus(), False
        for n in range(MOST_STROKES):
            if self.focus() == name:
                self._must_be_seen()
                return n
            target = self._in_sight(name)
            if target is not None and _are_of_one_group(self._at(), target):
                self._step("Right")
            else:
                back = back if n else target is not None and self._is_before(target)
                self._step("Shift+Tab" if back else "Tab")
        raise Unusable(f"from {before} the tab key does not lead to {name}, and stands on {self.focus()}")

    def tour(self) -> dict[str, list[str]]:
        """Let the tab key go round once, and tell what it went to and what is wrong with that.

        Returns:
            `order`: names in the order of the tour; `regions`: the parts of the window that it went through; `left_out`:
            controls in sight that it never came to; `unseen`: those out of sight while they had the focus; `unmarked`:
            those that look no different with the focus.
        """
        self._unmarked.clear()
        self._step("Tab")
        start, visited, unseen = self._at(), [], []
        for _ in range(2 * MOST_STROKES):
            at = self._at()
            if at is None:
                break
            visited.append(at)
            if not _is_seen(at):
                unseen.append(at.objectName())
            self._step("Tab")
            if self._at() is start:
                break
        else:
            raise Unusable(f"the tab key does not come round: {[one.objectName() for one in visited]}")
        left_out = [
            one.objectName() or type(one).__name__
            for one in self._window.findChildren(QWidget)
            if isinstance(one, _CONTROLS)
            and one.isVisible()
            and one.isEnabled()
            and one not in visited
            and not _is_key_of_a_pad(one)
            and not any(_are_of_one_group(one, other) for other in visited)
        ]
        return {
            "order": [one.objectName() for one in visited],
            "regions": _runs([_region(one) for one in visited]),
            "left_out": left_out,
            "unseen": unseen,
            "unmarked": sorted(self._unmarked),
        }

    def _step(self, keys: str) -> None:
        """Strike a key that moves the focus, and look whether what had it looks different now."""
        at = self._at()
        looked = None if at is None else (at.rect(), self._look(at))
        self.strike(keys)
        if at is None or looked is None or not isValid(at):  # a line that was answered goes, and its button with it
            return
        if self._at() is not at and at.isVisible():
            area, picture = looked
            if at.rect() == area and picture == self._look(at) and at is not self._window:
                self._unmarked.add(at.objectName() or type(at).__name__)

    def _look(self, widget: QWidget) -> QImage:
        frame = widget.rect().adjusted(-_FRAME_PX, -_FRAME_PX, _FRAME_PX, _FRAME_PX)
        return self._window.grab(QRect(widget.mapTo(self._window, frame.topLeft()), frame.size())).toImage()

    def _is_before(self, target: QWidget) -> bool:
        """Say whether the way back to a control is the shorter one, as a person sees it at once."""
        at = self._at()
        if at is None:
            return False
        ahead, n_ahead, n_behind = at.nextInFocusChain(), 0, 0
        is_behind = False
        while ahead is not at:
            is_behind = is_behind or ahead is target
            if ahead.isVisible() and ahead.isEnabled() and ahead.focusPolicy() & Qt.FocusPolicy.TabFocus:
                n_ahead, n_behind = n_ahead + (not is_behind), n_behind + is_behind
            ahead = ahead.nextInFocusChain()
        return n_behind <= n_ahead

    def _must_be_seen(self) -> None:
        at = self._at()
        if at is not None and not _is_seen(at):
            raise Unusable(f"{at.objectName()} has the focus, and is out of sight")

    def _at(self) -> QWidget | None:
        return self._application.focusWidget()

    def _in_sight(self, name: str) -> QWidget | None:
        return next((one for one in self._window.findChildren(QWidget, name) if one.isVisible()), None)


class Finger:
    """One finger on the glass: real touches, from which Qt makes what the widgets understand."""

    def __init__(self, window: QWidget, application: QApplication) -> None:
        self._window, self._application = window, application
        self._glass: QPointingDevice = QTest.createTouchDevice()

    def tap(self, name: str) -> None:
        """Tap a control in sight."""
        widget = self._found(name)
        self._must_be_hit(widget)
        spot = self._on_glass(widget, _spot(widget))
        QTest.touchEvent(self._window.windowHandle(), self._glass).press(0, spot).commit()
        QTest.qWait(_TAP_MS)
        QTest.touchEvent(self._window.windowHandle(), self._glass).release(0, spot).commit()
        QTest.qWait(_TAP_MS)

    def is_in_sight(self, name: str) -> bool:
        """Say whether a finger could hit the control where it stands."""
        return _is_hit(self._window, self._found(name))

    def swipe(self, name: str) -> bool:
        """Push what scrolls round a control once, by half its height, towards where the control comes into sight.

        Returns:
            Whether anything moved.
        """
        widget = self._found(name)
        area = _scrolls_round(widget)
        if area is None:
            raise Unusable(f"{name} is out of sight, and nothing round it scrolls")
        view = area.viewport()
        top = widget.mapTo(view, QPoint(0, 0)).y()
        if 0 <= top <= view.height() - widget.height():
            raise Unusable(f"{name} is covered")
        length = view.height() // 2 * (1 if top < 0 else -1)
        begin = self._on_glass(view, QPoint(view.width() // 2, view.height() // 2 - length // 2))
        before = widget.mapTo(self._window, QPoint(0, 0))
        self._drag(begin, begin + QPoint(0, length))
        return widget.mapTo(self._window, QPoint(0, 0)) != before

    def drag(self, name: str, dx: int, dy: int) -> None:
        """Put the finger on a control, move it [px] and lift it."""
        widget = self._found(name)
        self._must_be_hit(widget)
        begin = self._on_glass(widget, _spot(widget))
        self._drag(begin, begin + QPoint(dx, dy))

    def _drag(self, begin: QPoint, end: QPoint, steps: int = 12) -> None:
        handle = self._window.windowHandle()
        QTest.touchEvent(handle, self._glass).press(0, begin).commit()
        watch = QElapsedTimer()
        watch.start()
        for n in range(1, steps + 1):
            QTest.qWait(12)
            QTest.touchEvent(handle, self._glass).move(0, begin + (end - begin) * n / steps).commit()
        QTest.qWait(60)  # the finger rests before it lifts: nothing flies on
        QTest.touchEvent(handle, self._glass).stationary(0).commit()
        QTest.touchEvent(handle, self._glass).release(0, end).commit()
        QTest.qWait(80)

    def _on_glass(self, widget: QWidget, spot: QPoint) -> QPoint:
        return widget.mapTo(self._window, spot)

    def _found(self, name: str) -> QWidget:
        found = [widget for widget in self._window.findChildren(QWidget, name) if widget.isVisible()]
        if len(found) != 1:
            raise Unusable(f"{len(found)} visible widgets are named {name}")
        return found[0]

    def _must_be_hit(self, widget: QWidget) -> None:
        if not widget.isEnabled():
            raise Unusable(f"{widget.objectName()} is disabled")
        if not _is_hit(self._window, widget):
            raise Unusable(f"{widget.objectName()} is out of sight or covered")
        if widget.height() < _FINGER_PX or widget.width() < _FINGER_PX:
            raise Unusable(f"{widget.objectName()} is too small for a finger: {widget.size()}")


def _region(widget: QWidget) -> str:
    part: QWidget | None = widget
    while part is not None and part.objectName() not in _REGIONS:
        part = part.parentWidget()
    return "" if part is None else part.objectName()


def _runs(names: list[str]) -> list[str]:
    """Return the names without repetitions beside each other; the last one stands beside the first."""
    runs = [name for name, before in zip(names, [None, *names], strict=False) if name != before]
    return runs[1:] if len(runs) > 1 and runs[0] == runs[-1] else runs


def _spot(widget: QWidget) -> QPoint:
    """Where a finger lands: the middle, but a tick box at its box."""
    return QPoint(14, widget.height() // 2) if isinstance(widget, QCheckBox) else widget.rect().center()


def _is_hit(window: QWidget, widget: QWidget) -> bool:
    spot = _spot(widget)
    if not widget.visibleRegion().contains(spot):
        return False
    hit = window.childAt(widget.mapTo(window, spot))
    return hit is not None and (hit is widget or widget.isAncestorOf(hit))


def _is_seen(widget: QWidget) -> bool:
    """Say whether most of a control, with what lies upon it, is in sight."""
    region = widget.visibleRegion()
    for part in widget.findChildren(QWidget):
        region += part.visibleRegion().translated(part.mapTo(widget, QPoint(0, 0)))
    seen = region.boundingRect()
    return seen.height() * 2 > widget.height() and seen.width() * 2 > widget.width()


def _scrolls_round(widget: QWidget) -> QScrollArea | None:
    area = widget.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    return area


def _is_key_of_a_pad(widget: QWidget) -> bool:
    """Say whether it is a key of a number pad, which types what the keyboard types."""
    return widget.focusPolicy() == Qt.FocusPolicy.NoFocus and "_pad_" in widget.objectName()


def _are_of_one_group(one: QWidget | None, other: QWidget) -> bool:
    """Say whether arrows lead from one button to the other."""
    if not isinstance(one, QAbstractButton) or not isinstance(other, QAbstractButton) or one is other:
        return False
    group = one.group()
    return group is not None and group.exclusive() and other.group() is group
