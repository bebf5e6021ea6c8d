"""Tables and lists that are read, and never filled in: whole rows over hairlines, no grid, and a finger that scrolls them."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nursestation.ui import theme
from nursestation.ui.roles import Text
from nursestation.ui.scrolling import follow_finger
from nursestation.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_HEAD_HEIGHT = 30
_PAD = 8


def let_read(table: QTableView) -> None:
    """Let rows be chosen whole, nothing be changed, and the tab key go on to what stands behind the table."""
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.verticalHeader().hide()
    follow_finger(table.viewport())


def broken(words: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """Return what fits into the width [px] and the rest, broken between words; a first word that is too long stays whole."""
    if metrics.horizontalAdvance(words) <= width:
        return words, ""
    parts = words.split(" ")
    n = max(1, len(parts) - 1)
    while n > 1 and metrics.horizontalAdvance(" ".join(parts[:n])) > width:
        n -= 1
    return " ".join(parts[:n]), " ".join(parts[n:])


class Cells(QStyledItemDelegate):
    """What draws one cell of such a table: its ground, and words in it; a table's own draws the rest."""

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme_

    def ground(self, painter: QPainter, option: QStyleOptionViewItem, *, is_ticked: bool = False) -> QRect:
        """Draw the hairline below a cell, and its ground where its row is chosen; return where the cell is."""
        area = QRect(option.rect)
        if is_ticked or option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self.theme.colour("button_pressed"))
        painter.setPen(self.theme.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        return area

    def words(
        self, painter: QPainter, area: QRect, words: str, role: Text, colour: str, *, is_struck: bool = False
    ) -> int:
        """Draw one line of words, with "…" where they do not fit, and return its width [px]."""
        font = theme.font(role)
        font.setStrikeOut(is_struck)
        painter.setFont(font)
        painter.setPen(self.theme.colour(colour))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return metrics.horizontalAdvance(shown)


class Header(QHeaderView):
    """The columns' names, as quiet as a caption."""

    def __init__(self, theme_: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme_
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(1)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return the height of a caption with air around it."""
        return QSize(super().sizeHint().width(), theme.px(_HEAD_HEIGHT))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw one name over a hairline."""
        painter.save()
        painter.fillRect(rect, self._theme.colour("raised"))
        painter.setPen(self._theme.colour("line_strong"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(theme.font(Text.CAPTION))
        painter.setPen(self._theme.colour("soft"))
        name = self.model().headerData(logicalIndex, Qt.Orientation.Horizontal)
        area = rect.adjusted(_PAD, 0, -_PAD, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(name))
        painter.restore()
