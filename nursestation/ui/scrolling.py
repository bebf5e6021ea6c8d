"""A part that scrolls up and down: under a finger as under a wheel, and never away from what has the focus."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QScrollArea,
    QScroller,
    QScrollerProperties,
    QWidget,
)
from shiboken6 import isValid


class Scroll(QScrollArea):
    """Scrolls where its content is taller than the room there is; it is no stop of the tab key itself."""

    def __init__(self, content: QWidget, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        content.setProperty("surface", "scrolled")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._later = QTimer(self, interval=0, singleShot=True)
        self._later.timeout.connect(self._bring)
        self.setWidget(content)
        content.setAutoFillBackground(False)  # which setWidget sets
        follow_finger(self.viewport())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what has the focus in sight when there is less room."""
        super().resizeEvent(event)
        self._keep_in_sight()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what has the focus in sight when something else in the content grows or folds."""
        is_handled = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.Resize and watched is self.widget():
            self._keep_in_sight()
        return is_handled

    def _keep_in_sight(self) -> None:
        inside = self.focusWidget()
        if inside is not None and inside.hasFocus() and not is_pressing():
            self._later.start()  # it gets its own place after the content got its size

    @Slot()
    def _bring(self) -> None:
        inside = self.focusWidget()
        if inside is not None and inside.hasFocus():
            self.ensureWidgetVisible(inside)


class FocusInSight(QObject):
    """Brings whatever gets the focus into sight, however it got it; Qt does so only for the tab key within one part."""

    def __init__(self, application: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._later = QTimer(self, interval=0, singleShot=True)
        self._later.timeout.connect(self._bring)
        application.focusChanged.connect(self._on_focus)

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, _now: QWidget | None) -> None:
        self._bring()
        self._later.start()  # again once everything has its place: a form may just be folding

    @Slot()
    def _bring(self) -> None:
        widget = QApplication.focusWidget()
        if widget is None or is_pressing():
            return
        area = widget.parentWidget()
        while area is not None:
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(widget)
            area = area.parentWidget()


def follow_finger(view: QWidget) -> None:
    """Let `view` of something that scrolls be pushed by a finger; it stops at its ends and does not spring back."""
    QScroller.grabGesture(view, QScroller.ScrollerGestureType.TouchGesture)
    scroller = QScroller.scroller(view)
    properties = scroller.scrollerProperties()
    metric, off = QScrollerProperties.ScrollMetric, QScrollerProperties.OvershootPolicy.OvershootAlwaysOff
    properties.setScrollMetric(metric.VerticalOvershootPolicy, off)
    properties.setScrollMetric(metric.HorizontalOvershootPolicy, off)
    # a push that begins while the last one still runs out is a push, however slowly it runs; by itself Qt waits for a click
    properties.setScrollMetric(metric.MaximumClickThroughVelocity, 0.0)
    scroller.setScrollerProperties(properties)
    _NothingPressed(view)


class _NothingPressed(QObject):
    """Keeps what a finger pushes along from being pressed by it.

    Qt makes a mouse out of a finger, and what scrolls stays under that mouse: the button that a push began on would be
    pressed when the finger lifts. So from the moment that a view follows the finger, what is in it lets go, and hears of no
    mouse until the finger is off.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._held: list[QWidget] = []
        QScroller.scroller(view).stateChanged.connect(self._on_state)

    @Slot(QScroller.State)
    def _on_state(self, state: QScroller.State) -> None:
        if state == QScroller.State.Dragging and not self._held:
            self._hold()
        elif state == QScroller.State.Inactive:
            QTimer.singleShot(0, self, self._let_go)  # the mouse's release comes after the finger's

    def _hold(self) -> None:
        self._held = [self._view, *self._view.findChildren(QAbstractButton)]
        away = QPointF(-10_000, -10_000)
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for widget in self._held:
            if isinstance(widget, QAbstractButton) and widget.isDown():
                release = QMouseEvent(QEvent.Type.MouseButtonRelease, away, away, button, Qt.MouseButton.NoButton, none)
                QApplication.sendEvent(widget, release)
            widget.installEventFilter(self)

    @Slot()
    def _let_go(self) -> None:
        for widget in self._held:
            if isValid(widget):
                widget.removeEventFilter(self)
        self._held.clear()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let no mouse through."""
        return event.type() in _MOUSE


_MOUSE = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseMove)


def is_pressing() -> bool:
    """Say whether a finger or a mouse button is down: nothing may move away under it."""
    return QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
