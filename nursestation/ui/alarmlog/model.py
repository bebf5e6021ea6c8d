"""The rows of the alarm log as Qt asks for them, newest first; a row's words are made when it is looked at."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from devices.clock import Moment
from nursestation.core.alarm_log import LogRow
from nursestation.ui.alarmlog.view import LogLine, line

LINE_ROLE = Qt.ItemDataRole.UserRole
COLUMNS = ("Began", "Where", "What", "Lasted", "Signals")
BEGAN, WHERE, WHAT, LASTED, SIGNALS = range(len(COLUMNS))
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class LogModel(QAbstractTableModel):
    """The chosen rows of the log."""

    def __init__(self, zone: tzinfo | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._rows: tuple[LogRow, ...] = ()
        self._names: Mapping[str, str] = {}
        self._now = Moment(0, 0)

    def show_rows(self, rows: Sequence[LogRow], now: Moment, names: Mapping[str, str]) -> None:
        """Show `rows`; those that are still there keep their selection, and newer ones come above them."""
        new, before = tuple(rows), [row.id for row in self._rows]
        self._now, self._names = now, names
        ids = [row.id for row in new]
        n_fresh = len(ids) - len(before)
        if ids == before:
            self._rows = new
        elif n_fresh > 0 and ids[n_fresh:] == before:
            self.beginInsertRows(_ROOT, 0, n_fresh - 1)
            self._rows = new
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        if new:
            self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(COLUMNS) - 1))

    def pass_time(self, now: Moment) -> None:
        """Let the rows of present conditions say how long they have lasted now."""
        self._now = now
        for number, row in enumerate(self._rows):
            if row.ended is None:
                self.dataChanged.emit(self.index(number, LASTED), self.index(number, LASTED))

    def row_of(self, name: str) -> int | None:
        """Return where the row of that id stands, or None."""
        return next((number for number, row in enumerate(self._rows) if row.id == name), None)

    def line_at(self, number: int) -> LogLine | None:
        """Return a row in words, or None where there is none."""
        if not 0 <= number < len(self._rows):
            return None
        return line(self._rows[number], self._now, self._names, self._zone)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.tr(COLUMNS[section]) if 0 <= section < len(COLUMNS) else None
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a row in words, a cell's text, or the row's spoken text."""
        made = self.line_at(index.row()) if index.isValid() else None
        if made is None:
            return None
        match role:
            case _ if role == LINE_ROLE:
                return made
            case Qt.ItemDataRole.DisplayRole:
                return (made.began, made.where, made.text, made.lasted, made.state)[index.column()]
            case Qt.ItemDataRole.AccessibleTextRole:
                return made.spoken
            case _:
                return None
