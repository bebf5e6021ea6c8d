"""The table at each cuff reading, newest first, its rows high enough for a finger. Choosing one moves the plot's cursor."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nursestation.ui import theme
from nursestation.ui.plots.cuff_rows import CuffRow
from nursestation.ui.roles import Text
from nursestation.ui.tables import Cells, Header, Index, let_read
from nursestation.ui.theme import Theme

_ROW_HEIGHT = theme.TOUCH
_COLUMNS = (
    ("Time", "time", 62, "text"),
    ("From start", "minute", 78, "soft"),
    ("Phase", "phase", 92, "soft"),
    ("BP", "pressure", 96, "text"),
    ("Mean", "mean", 52, "soft"),
    ("Baseline", "from_baseline", 74, "text"),
    ("HR", "heart_rate", 44, "heart_rate"),
    ("SpO₂", "spo2", 54, "spo2"),
    ("RR", "resp_rate", 42, "resp"),
    ("Flag", "flag", 60, "bad"),
)
"""Of each column its name, its field of `CuffRow`, its width [px at the designed size] and its colour."""
_SHORT = ("time", "pressure", "from_baseline", "heart_rate", "spo2", "resp_rate")
"""What is shown where the table stands beside the plot."""
_GIVES_WAY = ("phase", "minute")
"""What is left out, in this order, where a flag's words would be cut: the time tells it too."""
_FLAG_ROOM = 206
"""Width of the longest words of a flag, "BP severe · second reading" [px at the designed size]."""
_MARK = "▲ "
"""Before a pressure that raised a flag: it is not told by its colour alone."""
_PAD = 8
ROW_ROLE = Qt.ItemDataRole.UserRole


class CuffModel(QAbstractTableModel):
    """The rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[CuffRow] = ()

    def show_rows(self, rows: Sequence[CuffRow]) -> None:
        """Show other rows; what is chosen stays chosen while only its own words change."""
        before, self_rows = self._rows, tuple(rows)
        if self_rows == before:
            return
        if [row.at for row in self_rows] == [row.at for row in before]:
            self._rows = self_rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_COLUMNS) - 1))
            return
        self.show_others(self_rows)

    def show_others(self, rows: Sequence[CuffRow]) -> None:
        """Show the rows of something else, each taken when it is drawn; nothing stays chosen."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of readings."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, or its whole row."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            field = _COLUMNS[index.column()][1]
            text = str(getattr(row, field))
            return f"{_MARK}{text}" if field == "pressure" and row.flagged else text
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.tr(_COLUMNS[section][0])
        return None


class _Cells(Cells):
    """Draws one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a text over a hairline, on the ground of a chosen row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, CuffRow):
            return
        _, field, _, colour = _COLUMNS[index.column()]
        painter.save()
        area = self.ground(painter, option)
        area.adjust(_PAD, 0, -2, 0)
        is_bad = row.flagged and field in ("pressure", "from_baseline")
        role = Text.STRONG if field == "pressure" else Text.BODY
        self.words(painter, area, str(index.data()), role, "bad" if is_bad else colour)
        painter.restore()


class CuffTable(QTableView):
    """The table.

    Signals:
        reading_chosen: When a reading that a person chose was taken [min].
    """

    reading_chosen = Signal(float)

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cuff_table")
        self.setAccessibleName(self.tr("Values at each cuff reading, newest first"))
        self._rows = CuffModel(self)
        self._is_short = False
        self.setModel(self._rows)
        self.setItemDelegate(_Cells(theme_, self))
        let_read(self)
        header = Header(theme_, self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self._fit()
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.clicked.connect(self._on_clicked)

    def show_rows(self, rows: Sequence[CuffRow]) -> None:
        """Show the readings of a visit."""
        self._rows.show_rows(rows)

    def show_others(self, rows: Sequence[CuffRow]) -> None:
        """Show the rows of another visit, or in other steps; however many they are."""
        self._rows.show_others(rows)

    def choose_none(self) -> None:
        """Let no reading be chosen."""
        self.setCurrentIndex(QModelIndex())

    def show_short(self, is_short: bool) -> None:
        """Leave out what the plot beside the table shows."""
        self._is_short = is_short
        for column, (_, field, _, _) in enumerate(_COLUMNS):
            self.setColumnHidden(column, is_short and field not in _SHORT)
        header = self.horizontalHeader()
        mode = QHeaderView.ResizeMode.Stretch if is_short else QHeaderView.ResizeMode.Fixed
        header.setSectionResizeMode(_column("resp_rate"), mode)
        self._fit()

    def width_of_short(self) -> int:
        """Return how wide the short table is [px]."""
        return sum(theme.px(width) for _, field, width, _ in _COLUMNS if field in _SHORT) + theme.px(2 * _PAD)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(_Cells(theme_, self))
        header = self.horizontalHeader()
        assert isinstance(header, Header)
        header.set_theme(theme_)

    def sizeHint(self) -> QSize:
        """Return the width of its columns."""
        return QSize(self.width_of_short(), super().sizeHint().height())

    def _fit(self) -> None:
        """Give rows and columns the size of the letters."""
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        for column, (_, _, width, _) in enumerate(_COLUMNS[:-1]):
            self.setColumnWidth(column, theme.px(width))
        if not self._is_short:
            self._leave_out()

    def _leave_out(self) -> None:
        """Hide what gives way to the words of flags."""
        room = self.viewport().width() - sum(theme.px(width) for _, _, width, _ in _COLUMNS[:-1])
        for field in _GIVES_WAY:
            is_hidden = room < theme.px(_FLAG_ROOM)
            self.setColumnHidden(_column(field), is_hidden)
            room += theme.px(_COLUMNS[_column(field)][2]) if is_hidden else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the letters."""
        super().resizeEvent(event)
        self._fit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._on_clicked(current)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, CuffRow):
            self.reading_chosen.emit(row.at)


def _column(field: str) -> int:
    return next(n for n, column in enumerate(_COLUMNS) if column[1] == field)
