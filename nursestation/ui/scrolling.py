"""A part that scrolls up and down: under a finger as under a wheel, and never away from what has the focus."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QScroller, QScrollerProperties, QWidget


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
    scroller.setScrollerProperties(properties)


def is_pressing() -> bool:
    """Say whether a finger or a mouse button is down: nothing may move away under it."""
    return QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
