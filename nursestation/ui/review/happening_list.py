"""Events and alarms of a visit in a list, high enough for a finger; choosing one moves the plot's cursor there."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyleOptionViewItem, QWidget

from nursestation.ui import theme
from nursestation.ui.alarms.symbols import draw_mark
from nursestation.ui.review.happenings import Happening
from nursestation.ui.roles import Text
from nursestation.ui.scrolling import follow_finger
from nursestation.ui.tables import Cells, Index, broken
from nursestation.ui.theme import Theme

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

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
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


class _Lines(Cells):
    """Draws one line: its time, its priority's stars, its words in up to two lines, and what belongs to it."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return a row that a finger can hit."""
        return QSize(QRect(option.rect).width(), theme.px(_ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, Happening):
            return
        painter.save()
        area = self.ground(painter, option)
        area.adjust(_PAD, 3, -_PAD, -3)
        time = QRect(area.left(), area.top(), theme.px(_TIME_PX), area.height() // 2)
        self.words(painter, time, row.time, Text.BODY, "soft")
        area.setLeft(time.right() + 4)
        if row.priority is not None:
            high = min(area.height() // 2, theme.px(_MARK_HEIGHT))
            top = area.top() + area.height() / 4 - high / 2
            mark = QRectF(area.left(), top, theme.px(_MARK_PX), high)
            draw_mark(painter, self.theme, row.priority, mark, theme.px(_STAR_PX))
            area.setLeft(area.left() + theme.px(_MARK_PX) + _PAD)
        first, rest = broken(row.words, QFontMetrics(theme.font(Text.BODY)), area.width())
        upper = QRect(area.left(), area.top(), area.width(), area.height() // 2)
        lower = upper.translated(0, upper.height())
        colour = "soft" if row.is_struck else "text"
        self.words(painter, upper, first, Text.BODY, colour, is_struck=row.is_struck)
        if rest:
            self.words(painter, lower, rest, Text.BODY, colour, is_struck=row.is_struck)
        elif row.note:
            self.words(painter, lower, row.note, Text.CAPTION, "soft")
        painter.restore()


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
