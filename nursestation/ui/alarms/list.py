"""All present alarm conditions, in a list that drops down below the bar: patients, then equipment.

It stands where the window puts it, over no alarm and no control, and closes as soon as somebody turns to something else.
Where it has room of its own it stays until somebody closes it, also when the last line has gone: what made room for it
would move by itself otherwise.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from devices.events import AlarmKind, Priority
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import Symbol, draw_mark, draw_symbol, stars_width
from nursestation.ui.alarms.view import KIND_WORDS, AlarmLine
from nursestation.ui.controls import Button, QuietButton
from nursestation.ui.roles import Text
from nursestation.ui.scrolling import follow_finger
from nursestation.ui.theme import Theme

LINE_ROLE = Qt.ItemDataRole.UserRole
KIND_ROLE = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW_HEIGHT = 48
_HEAD_HEIGHT = 30
_FOOT_HEIGHT = 56
_STAR_PX = 18
_STATE_PX = 26
_PAD = 8
_LEAST_ROWS = 3
_WRAPPED = int(Qt.TextFlag.TextWordWrap)
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_KIND_SYMBOLS = {AlarmKind.PHYSIOLOGICAL: Symbol.PATIENT, AlarmKind.TECHNICAL: Symbol.EQUIPMENT}

Row = AlarmLine | AlarmKind
"""A condition, or the heading over those of its kind."""


class AlarmModel(QAbstractListModel):
    """Alarm lines under the heading of their kind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    def show_lines(self, lines: Sequence[AlarmLine]) -> None:
        """Replace the lines; rows that stay keep the selection."""
        rows: list[Row] = []
        for line in lines:
            if not rows or _kind(rows[-1]) is not line.kind:
                rows.append(line.kind)
            rows.append(line)
        before, after = self._rows, tuple(rows)
        if [_identity(row) for row in before] == [_identity(row) for row in after]:
            self._rows = after
            for number, (old, new) in enumerate(zip(before, after, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return
        self.beginResetModel()
        self._rows = after
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of rows, headings among them."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let a line be chosen, a heading not."""
        return super().flags(index) if index.data(LINE_ROLE) is not None else Qt.ItemFlag.NoItemFlags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line or a heading's kind, its text or its spoken text."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == KIND_ROLE:
            return _kind(row)
        if isinstance(row, AlarmKind):
            return KIND_WORDS[row] if role == Qt.ItemDataRole.DisplayRole else None
        if role == LINE_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.where} · {row.text} {row.lasting}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.text
        return None


class AlarmDelegate(QStyledItemDelegate):
    """Draws a line: stars on the priority's ground, place, text, how long, and the state of its signal."""

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._flashing = theme_, flashing

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return a row in which all that it says has room, or the lower one of a heading."""
        view = option.widget
        width = view.viewport().width() if isinstance(view, QListView) else QRect(option.rect).width()
        return QSize(width, row_height(index.data(LINE_ROLE), width))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = _padded(QRect(option.rect))
        line = index.data(LINE_ROLE)
        if line is None:
            self._paint_heading(painter, area, index.data(KIND_ROLE))
        else:
            self._paint_line(painter, area, line)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRect, kind: AlarmKind) -> None:
        side = area.height() - 4
        colour = self._theme.colour("soft")
        draw_symbol(painter, _KIND_SYMBOLS[kind], QRectF(area.left(), area.top() + 2, side, side), colour)
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(colour)
        painter.drawText(area.adjusted(side + _PAD, 0, 0, 0), _LEFT, KIND_WORDS[kind])

    def _paint_line(self, painter: QPainter, area: QRect, line: AlarmLine) -> None:
        self._paint_mark(painter, area, line)
        self._paint_state(painter, area, line)
        text = _text_area(area, line)
        first, second = QRect(text), QRect(text)
        if line.detail:
            first.setHeight(theme.px(_ROW_HEIGHT) // 2 - 2)
            second.setTop(first.bottom())
            painter.setFont(theme.font(Text.CAPTION))
            painter.setPen(self._theme.colour("soft"))
            painter.drawText(second, int(_LEFT) | _WRAPPED, line.detail)
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(self._theme.colour("text"))
        lasting = f"  {line.lasting}"
        room = text.width() - QFontMetrics(theme.font(Text.COUNT)).horizontalAdvance(lasting)
        shown = _elided(painter, f"{line.where} · {line.headline}", room)
        painter.drawText(first, _LEFT, shown)
        left = painter.fontMetrics().horizontalAdvance(shown)
        painter.setFont(theme.font(Text.COUNT))
        painter.drawText(first.adjusted(left, 0, 0, 0), _LEFT, lasting)

    def _paint_mark(self, painter: QPainter, area: QRect, line: AlarmLine) -> None:
        """Draw the stars on their ground."""
        mark = QRectF(area.left(), 0, _mark_width(), theme.px(_ROW_HEIGHT) - 12)
        mark.moveTop(area.center().y() - mark.height() / 2)
        is_dark = line.asks and self._flashing.is_dark(line.priority)
        draw_mark(painter, self._theme, line.priority, mark, theme.px(_STAR_PX), is_dark=is_dark)

    def _paint_state(self, painter: QPainter, area: QRect, line: AlarmLine) -> None:
        """Draw the state of the signal at the right."""
        if not line.note:
            return
        colour, side = self._theme.colour("soft"), theme.px(_STATE_PX)
        painter.setFont(theme.font(Text.CAPTION))
        painter.setPen(colour)
        painter.drawText(area, _RIGHT, line.note)
        if line.symbol:
            left = area.right() - _state_width(line)
            draw_symbol(painter, line.symbol, QRectF(left, area.center().y() - side / 2, side, side), colour)


def row_height(line: AlarmLine | None, width: int) -> int:
    """Return the height of a line's row, or of a heading's (None), in a list of a width [px]."""
    if line is None:
        return theme.px(_HEAD_HEIGHT)
    metrics = QFontMetrics(theme.font(Text.CAPTION))
    room = _text_area(_padded(QRect(0, 0, width, theme.px(_ROW_HEIGHT))), line)
    needed = metrics.boundingRect(QRect(0, 0, room.width(), 0), _WRAPPED, line.detail).height()
    return theme.px(_ROW_HEIGHT) + max(0, needed - metrics.lineSpacing())


def _text_area(area: QRect, line: AlarmLine) -> QRect:
    """Return what the mark and the state of the signal leave of a row."""
    return area.adjusted(_mark_width() + 12, 0, -_state_width(line) - 12, 0)


def _padded(row: QRect) -> QRect:
    return row.adjusted(_PAD, 3, -_PAD, -3)


def _mark_width() -> int:
    return round(stars_width(Priority.HIGH, theme.px(_STAR_PX))) + 2 * _PAD


def _state_width(line: AlarmLine) -> int:
    """Return how much room the state of a line's signal takes with its symbol [px]."""
    if not line.note:
        return 0
    words = QFontMetrics(theme.font(Text.CAPTION)).horizontalAdvance(line.note) + _PAD
    return words + (theme.px(_STATE_PX) if line.symbol else 0)


class AlarmList(QListView):
    """The drop-down. A chosen line leads to its chair.

    Signals:
        chair_chosen: Number of the chair.
        sheet_wanted: Name of the sheet that answers the line, after its chair was chosen.
        log_wanted: The button below the lines was pressed: what was before is wanted too.
        closed: It is no longer in sight.
    """

    chair_chosen = Signal(int)
    sheet_wanted = Signal(str)
    log_wanted = Signal()
    closed = Signal()

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_list")
        self.setAccessibleName(self.tr("All active alarms"))
        self._flashing = flashing
        self.setModel(AlarmModel(self))
        self.setItemDelegate(AlarmDelegate(theme_, flashing, self))
        self._log = Button(self.tr("Alarm log…"), "alarm_list_log", parent=self)
        self._close = QuietButton(self.tr("Close"), "alarm_list_close", parent=self)
        self._close.hide()
        self._n_lines = 0
        self._has_own_room = False
        self._openers: tuple[QWidget, ...] = ()
        self.setVisible(False)
        self._log.clicked.connect(self._on_log)
        self._close.clicked.connect(self.hide)
        self.activated.connect(self._on_chosen)
        self.clicked.connect(self._on_chosen)
        flashing.flipped.connect(self._on_flipped)
        follow_finger(self.viewport())

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(AlarmDelegate(theme_, self._flashing, self))

    def show_lines(self, lines: Sequence[AlarmLine]) -> None:
        """Show `lines`; the list closes by itself when nothing is left."""
        model = self.model()
        assert isinstance(model, AlarmModel)
        model.show_lines(lines)
        self._n_lines = len(lines)
        if not lines and not self._has_own_room:
            self.hide()

    def wanted_height(self, width: int) -> int:
        """Return the height at which all lines are in sight in a list of a width [px]."""
        model = self.model()
        rows = [model.index(row, 0).data(LINE_ROLE) for row in range(model.rowCount())]
        if self._has_own_room:  # which does not grow when more lines come
            n_heads = len(rows) - self._n_lines
            return theme.px(max(self._n_lines, _LEAST_ROWS) * _ROW_HEIGHT + max(n_heads, 1) * _HEAD_HEIGHT + 4)
        return sum(row_height(row, width - 4) for row in rows) + theme.px(4 + _FOOT_HEIGHT)

    def give_own_room(self, is_given: bool) -> None:
        """Say whether it stands over nothing and stays; its buttons stand right of the lines then, to cost no height."""
        self._has_own_room = is_given
        self._close.setVisible(is_given)
        self._place_buttons()

    def stay_with(self, *opener: QWidget) -> None:
        """Stay open while the focus is in `opener`: there the list is opened and closed, and alarms are acknowledged."""
        self._openers = opener

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the button below the lines, and give them the height of the letters."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        self._place_buttons()

    def _place_buttons(self) -> None:
        foot = theme.px(_FOOT_HEIGHT)
        log, close = self._log.sizeHint(), self._close.sizeHint()
        right = self.width() - _PAD
        if self._has_own_room:
            right -= self.verticalScrollBar().sizeHint().width()
            self.setViewportMargins(0, 0, log.width() + close.width() + 3 * _PAD, 0)
            self._close.setGeometry(right - close.width(), _PAD, close.width(), close.height())
            self._log.setGeometry(right - close.width() - _PAD - log.width(), _PAD, log.width(), log.height())
            return
        self.setViewportMargins(0, 0, 0, foot)
        self._log.setGeometry(
            right - log.width(), self.height() - (foot + log.height()) // 2, log.width(), log.height()
        )

    @Slot()
    def _on_log(self) -> None:
        self.hide()
        self.log_wanted.emit()

    @Slot(object)
    def _on_flipped(self, _priority: Priority) -> None:
        if self.isVisible():
            self.viewport().update()

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        if line is None:
            return
        self.hide()
        if line.chair is not None:
            self.chair_chosen.emit(line.chair)
        if line.opens:
            self.sheet_wanted.emit(line.opens)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close when somebody turns to something else in the window."""
        super().focusOutEvent(event)
        if self._has_own_room:  # to close would move what stands beside it, under the finger that went there
            return
        now = QApplication.focusWidget()
        if now is None or now is self._log or event.reason() is Qt.FocusReason.ActiveWindowFocusReason:
            return
        if not any(opener is now or opener.isAncestorOf(now) for opener in self._openers):
            self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it was closed, and not the whole window out of sight."""
        super().hideEvent(event)
        if self.isHidden():
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say so where no line is left."""
        super().paintEvent(event)
        if self._n_lines:
            return
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.viewport().rect().adjusted(2 * _PAD, 0, 0, 0), _LEFT, self.tr("No active alarms"))
        painter.end()


def _elided(painter: QPainter, text: str, room: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)


def _kind(row: Row) -> AlarmKind:
    return row if isinstance(row, AlarmKind) else row.kind


def _identity(row: Row) -> str:
    return row.value if isinstance(row, AlarmKind) else row.condition
