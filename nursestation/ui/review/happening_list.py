"""Events and alarms of a visit in a list, high enough for a finger; choosing one moves the plot's cursor there."""

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
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nursestation.ui import theme
from nursestation.ui.alarmlog.table import broken
from nursestation.ui.alarms.symbols import draw_stars, stars_width
from nursestation.ui.review.happenings import Happening
from nursestation.ui.roles import Text
from nursestation.ui.scrolling import follow_finger
from nursestation.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 52
_TIME_PX = 52
_MARK_PX, _MARK_HEIGHT, _STAR_PX = 44, 24, 10
_PAD = 8
ROW_ROLE = Qt.ItemDataRole.UserRole


class HappeningModel(QAbstractListModel):
    """The lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Happening, ...] = ()

    def show_rows(self, rows: Sequence[Happening]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line, or its text."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            alarm = f"{row.priority.value} priority alarm: " if row.priority is not None else ""
            struck = "struck out: " if row.is_struck else ""
            return ", ".join(part for part in (row.time, f"{alarm}{struck}{row.words}", row.note) if part)
        return None


class _Lines(QStyledItemDelegate):
    """Draws one line: its time, its priority's stars, its words in up to two lines, and what belongs to it."""

    def __init__(self, theme_: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme_

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return a row that a finger can hit."""
        return QSize(QRect(option.rect).width(), theme.px(_ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw it."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, Happening):
            return
        area = QRect(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self._theme.colour("button_pressed"))
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        area.adjust(_PAD, 3, -_PAD, -3)
        time = QRect(area.left(), area.top(), theme.px(_TIME_PX), area.height() // 2)
        self._text(painter, time, row.time, Text.BODY, "soft")
        area.setLeft(time.right() + 4)
        if row.priority is not None:
            self._mark(painter, row, QRectF(area.left(), area.top(), theme.px(_MARK_PX), area.height() / 2))
            area.setLeft(area.left() + theme.px(_MARK_PX) + _PAD)
        font = theme.font(Text.BODY)
        font.setStrikeOut(row.is_struck)
        painter.setFont(font)
        first, rest = broken(row.words, painter.fontMetrics(), area.width())
        upper = QRect(area.left(), area.top(), area.width(), area.height() // 2)
        lower = upper.translated(0, upper.height())
        painter.setPen(self._theme.colour("soft" if row.is_struck else "text"))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            upper, left, painter.fontMetrics().elidedText(first, Qt.TextElideMode.ElideRight, upper.width())
        )
        if rest:
            shown = painter.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, lower.width())
            painter.drawText(lower, left, shown)
        elif row.note:
            self._text(painter, lower, row.note, Text.CAPTION, "soft")
        painter.restore()

    def _text(self, painter: QPainter, area: QRect, words: str, role: Text, colour: str) -> None:
        painter.setFont(theme.font(role))
        painter.setPen(self._theme.colour(colour))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _mark(self, painter: QPainter, row: Happening, area: QRectF) -> None:
        assert row.priority is not None
        look, size = self._theme.alarm(row.priority), theme.px(_STAR_PX)
        high = min(area.height(), float(theme.px(_MARK_HEIGHT)))
        mark = QRectF(area.left(), area.center().y() - high / 2, area.width(), high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.fill)
        painter.drawRoundedRect(mark, 5, 5)
        left = mark.center().x() - stars_width(row.priority, size) / 2
        draw_stars(painter, row.priority, QRectF(left, mark.center().y() - size / 2, size, size), look.on_fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class HappeningList(QListView):
    """The list.

    Signals:
        minute_chosen: When something happened that a person chose [min].
    """

    minute_chosen = Signal(float)

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_events")
        self.setAccessibleName(self.tr("Events and alarms, oldest first"))
        self._rows = HappeningModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Lines(theme_, self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.clicked.connect(self._on_chosen)
        self.selectionModel().currentChanged.connect(self._on_current)
        follow_finger(self.viewport())

    def show_rows(self, rows: Sequence[Happening]) -> None:
        """Show the lines of a visit."""
        self._rows.show_rows(rows)

    def choose_none(self) -> None:
        """Let no line be chosen."""
        self.setCurrentIndex(QModelIndex())

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(_Lines(theme_, self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the letters."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._on_chosen(current)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Happening):
            self.minute_chosen.emit(row.minute)
