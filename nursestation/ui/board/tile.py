"""A chair on the page of all chairs, as a button: one paint when what it shows changes. A hand opens it, or carries it along."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QInputDevice, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.order import Way
from nursestation.ui.board.picture import TilePicture, rows_of
from nursestation.ui.board.view import BoardTileView
from nursestation.ui.theme import Theme

LONG_PRESS_MS = 500
"""How long a finger rests on a tile's head before it takes the tile along [ms]."""
_WAYS: dict[int, Way] = {
    Qt.Key.Key_Left.value: "left",
    Qt.Key.Key_Right.value: "right",
    Qt.Key.Key_Up.value: "up",
    Qt.Key.Key_Down.value: "down",
}
_SWAP = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class BoardTile(QAbstractButton):
    """One chair. A press opens it; its head can be dragged onto another.

    Signals:
        step_wanted: The focus shall go to the chair on that side.
        swap_wanted: The chair shall change places with the one on that side.
        lifted: It was taken by its head.
        carried: It was moved on to this point of its parent.
        dropped: It was let go at this point of its parent.
        put_back: It was let go of without a drop.
    """

    step_wanted = Signal(str)
    swap_wanted = Signal(str)
    lifted = Signal()
    carried = Signal(QPoint)
    dropped = Signal(QPoint)
    put_back = Signal()

    def __init__(self, number: int, theme_: Theme, flashing: Flashing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"board_tile_{number}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._number, self._theme, self._flashing = number, theme_, flashing
        self._view: BoardTileView | None = None
        self._is_cut = self._is_target = self._is_carried = False
        self._taken_at: QPointF | None = None
        self._by_finger = False
        self._rest = QTimer(self, interval=LONG_PRESS_MS, singleShot=True)
        self._rest.timeout.connect(self._lift)
        flashing.flipped.connect(self._on_flipped)

    @property
    def number(self) -> int:
        """Return the number of its chair."""
        return self._number

    @property
    def view(self) -> BoardTileView | None:
        """Return what the tile shows."""
        return self._view

    @property
    def is_cut(self) -> bool:
        """Say whether a word had no room when the tile was last painted."""
        return self._is_cut

    def show_view(self, view: BoardTileView) -> None:
        """Show `view`; repaints only what differs from the last one: mostly its clock alone."""
        before = self._view
        if view != before:
            self._view = view
            self.setAccessibleName(view.spoken)
            is_head_alone = before is not None and not view.tile.is_free and view.is_same_below(before)
            self.update(0, 0, self.width(), self._top_of_numbers() if is_head_alone else self.height())

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def set_target(self, is_target: bool) -> None:
        """Mark it as the one on which another would be dropped."""
        if is_target != self._is_target:
            self._is_target = is_target
            self.update()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        view = self._view
        if view is not None and priority in view.flashing:
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that it has: whoever made it gives it one."""
        return self.size()

    def showEvent(self, event: QShowEvent) -> None:
        """Say that it paints all of itself."""
        super().showEvent(event)
        self._own_all()

    def changeEvent(self, event: QEvent) -> None:
        """Say so again after a change of style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._own_all()

    def _own_all(self) -> None:
        """Have nothing painted below it; a style sheet takes that back from every button that it dresses."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it all, or its head where nothing else is asked for."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.fillRect(area, self._theme.colour("plot"))
        picture = TilePicture(painter, self._theme, self._flashing)
        if self._view is not None:
            is_head_alone = event.rect().bottom() < self._top_of_numbers()
            picture.paint(self._view, area, is_head_alone=is_head_alone)
            self._is_cut = picture.is_cut or (is_head_alone and self._is_cut)
        if self._is_carried:
            picture.dim(area)
        if self._is_target or self._is_carried or self.hasFocus():
            picture.frame(area, is_dashed=self._is_target)
        painter.end()

    # --- hands ---

    def _top_of_numbers(self) -> int:
        return int(rows_of(self.width(), self.height()).numbers.top())

    def _head_height(self) -> float:
        return max(rows_of(self.width(), self.height()).head.height(), theme.TOUCH)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take note where it was taken: by its head it can be carried."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() <= self._head_height():
            self._taken_at = event.position()
            self._by_finger = event.pointingDevice().type() == QInputDevice.DeviceType.TouchScreen
            if self._by_finger:
                self._rest.start()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry it along."""
        if self._is_carried:
            self.carried.emit(self.mapToParent(event.position().toPoint()))
            return
        taken = self._taken_at
        if taken is not None:
            way = (event.position() - taken).manhattanLength()
            if way >= QApplication.startDragDistance():
                if self._by_finger:  # which has not rested: it does not mean to carry
                    self._let_go()
                else:
                    self._lift()
                    self.carried.emit(self.mapToParent(event.position().toPoint()))
                    return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop it."""
        was_carried = self._is_carried
        self._let_go()
        super().mouseReleaseEvent(event)  # no click: it is not down any more
        if was_carried:
            self.dropped.emit(self.mapToParent(event.position().toPoint()))

    @Slot()
    def _lift(self) -> None:
        self._rest.stop()
        if self._taken_at is not None and not self._is_carried:
            self._is_carried = True
            self.setDown(False)
            self.lifted.emit()
            self.update()

    def _let_go(self) -> None:
        self._rest.stop()
        self._taken_at = None
        if self._is_carried:
            self._is_carried = False
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next chair with an arrow, swap with it with Ctrl+Shift, put a carried tile back with Escape."""
        way = _WAYS.get(event.key())
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if way is not None and keys == _SWAP:
            self.swap_wanted.emit(way)
        elif way is not None and keys == Qt.KeyboardModifier.NoModifier:
            self.step_wanted.emit(way)
        elif event.key() == Qt.Key.Key_Escape and self._is_carried:
            self._let_go()
            self.put_back.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
