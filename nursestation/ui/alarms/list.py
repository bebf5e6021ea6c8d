"""All present alarm conditions, in a list that drops down under the bar and never over it."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nursestation.ui import theme
from nursestation.ui.alarms.view import KIND_WORDS, AlarmLine
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

LINE_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW_HEIGHT = 48
_MAX_ROWS = 8


class AlarmModel(QAbstractListModel):
    """Alarm lines, the most urgent first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[AlarmLine, ...] = ()

    def show_lines(self, lines: Sequence[AlarmLine]) -> None:
        """Replace the lines; rows that stay keep the selection."""
        new = tuple(lines)
        if [line.condition for line in new] == [line.condition for line in self._lines]:
            self._lines = new
            if new:
                self.dataChanged.emit(self.index(0), self.index(len(new) - 1))
            return
        self.beginResetModel()
        self._lines = new
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line, its text or its spoken text."""
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.where} · {line.text}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken
        return None


class AlarmDelegate(QStyledItemDelegate):
    """Draws a line: mark of the priority, place, text, kind and how long."""

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme_

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return a row that a finger can hit."""
        return QSize(QRect(option.rect).width(), theme.px(_ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one line."""
        line = index.data(LINE_ROLE)
        look = self._theme.alarm(line.priority)
        area = QRect(option.rect).adjusted(8, 4, -8, -4)
        mark = QRect(area.left(), area.top() + 6, theme.px(40), area.height() - 12)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.fill)
        painter.drawRoundedRect(mark, 6, 6)
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(look.on_fill)
        painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, look.symbol)
        painter.setPen(self._theme.colour("text"))
        seen = self.tr(" · acknowledged") if line.acknowledged else ""
        note = f"{KIND_WORDS[line.kind]} · {line.lasting}{seen}"
        note_width = QFontMetrics(theme.font(Text.CAPTION)).horizontalAdvance(note) + 12
        text = area.adjusted(mark.width() + 12, 0, -note_width, 0)
        shown = QFontMetrics(painter.font()).elidedText(
            f"{line.where} · {line.text}", Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.setFont(theme.font(Text.CAPTION))
        painter.setPen(self._theme.colour("soft"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        painter.restore()


class AlarmList(QListView):
    """The drop-down. A chosen line leads to its chair.

    Signals:
        chair_chosen: Number of the chair.
        sheet_wanted: Name of the sheet that answers the line, after its chair was chosen.
    """

    chair_chosen = Signal(int)
    sheet_wanted = Signal(str)

    def __init__(self, theme_: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_list")
        self.setAccessibleName(self.tr("All active alarms"))
        self.setModel(AlarmModel(self))
        self.setItemDelegate(AlarmDelegate(theme_, self))
        self.setVisible(False)
        self.activated.connect(self._on_chosen)
        self.clicked.connect(self._on_chosen)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(AlarmDelegate(theme_, self))

    def show_lines(self, lines: Sequence[AlarmLine]) -> None:
        """Show `lines`; the list closes by itself when nothing is left."""
        model = self.model()
        assert isinstance(model, AlarmModel)
        model.show_lines(lines)
        if not lines:
            self.hide()
        self.setFixedHeight(min(len(lines), _MAX_ROWS) * theme.px(_ROW_HEIGHT) + 4)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        self.hide()
        if line.chair is not None:
            self.chair_chosen.emit(line.chair)
        if line.opens:
            self.sheet_wanted.emit(line.opens)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
