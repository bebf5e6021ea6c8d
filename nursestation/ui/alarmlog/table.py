"""The alarm log as a table: two lines a row, the priority as stars on its ground, high enough for a finger.

What is too long for the first line goes on in the second, before what else stands there: a headline is not cut while there is
room below it.
"""

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nursestation.ui import theme
from nursestation.ui.alarmlog.model import BEGAN, LASTED, LINE_ROLE, SIGNALS, WHAT, WHERE, LogModel
from nursestation.ui.alarmlog.view import LogLine
from nursestation.ui.alarms.symbols import draw_mark
from nursestation.ui.roles import Text
from nursestation.ui.tables import Cells, Header, Index, broken, let_read
from nursestation.ui.theme import Theme

_ROW_HEIGHT = 52
_MARK = 52
_MARK_HEIGHT = 28
_STAR_PX = 12
_WIDTHS = {BEGAN: 160, WHERE: 84, LASTED: 92, SIGNALS: 240}
_PAD = 8
_LEAST_NOTE = 60
"""Room [px at the designed size] under which nothing is said beside the rest of a headline."""


class LogDelegate(Cells):
    """Draws one cell."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return a row that a finger can hit."""
        return QSize(QRect(option.rect).width(), theme.px(_ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell's two lines on its ground, and in the first column the mark of the priority."""
        made = index.data(LINE_ROLE)
        if not isinstance(made, LogLine):
            return
        painter.save()
        area = self.ground(painter, option)
        area.adjust(_PAD, 4, -_PAD, -4)
        match index.column():
            case column if column == BEGAN:
                self._draw_mark(painter, QRect(area.left(), area.top(), theme.px(_MARK), area.height()), made)
                area.setLeft(area.left() + theme.px(_MARK) + _PAD)
                self._draw(painter, area, made.began, made.day)
            case column if column == WHERE:
                self._draw(painter, area, made.where, "")
            case column if column == WHAT:
                self._draw(painter, area, made.text, made.note, role=Text.STRONG)
            case column if column == LASTED:
                lasted, _, rest = made.lasted.partition(" ")
                self._draw(painter, area, lasted, rest)
            case _:
                self._draw(painter, area, made.state, made.state_note)
        painter.restore()

    def _draw(self, painter: QPainter, area: QRect, first: str, second: str, *, role: Text = Text.BODY) -> None:
        upper = QRect(area)
        line, rest = broken(first, QFontMetrics(theme.font(role)), area.width())
        if rest or second:
            upper.setHeight(area.height() // 2)
            lower = area.adjusted(0, upper.height(), 0, 0)
            if rest:
                lower.setLeft(lower.left() + self.words(painter, lower, rest, role, "text") + _PAD)
            if second and lower.width() >= theme.px(_LEAST_NOTE):
                self.words(painter, lower, second, Text.CAPTION, "soft")
        self.words(painter, upper, line, role, "text")

    def _draw_mark(self, painter: QPainter, area: QRect, made: LogLine) -> None:
        if made.row.gravest is None:
            return
        high = min(area.height(), theme.px(_MARK_HEIGHT))
        mark = QRectF(area.left(), area.center().y() - high / 2, area.width(), high)
        draw_mark(painter, self.theme, made.row.gravest, mark, theme.px(_STAR_PX))


class LogTable(QTableView):
    """The table. One row is chosen at a time; arrow keys, a finger and the mouse choose.

    Signals:
        row_chosen: Number of the row, -1 where none is.
    """

    row_chosen = Signal(int)

    def __init__(self, model: LogModel, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_log_table")
        self.setAccessibleName(self.tr("Alarm log, newest first"))
        self.setModel(model)
        self.setItemDelegate(LogDelegate(theme_, self))
        let_read(self)
        header = Header(theme_, self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self._fit()
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(LogDelegate(theme_, self))
        header = self.horizontalHeader()
        assert isinstance(header, Header)
        header.set_theme(theme_)

    def _fit(self) -> None:
        """Give rows and columns the size of the letters."""
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, theme.px(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the letters."""
        super().resizeEvent(event)
        self._fit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.row_chosen.emit(current.row() if current.isValid() else -1)
