"""The rows of who did what, as Qt asks for them."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nursestation.ui import theme
from nursestation.ui.roles import Text
from nursestation.ui.staff.audit_view import AuditLine

COLUMNS = ("When", "Who", "What", "Where")
WHEN, WHO, WHAT, WHERE = range(len(COLUMNS))
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class AuditModel(QAbstractTableModel):
    """Lines that are read and never changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[AuditLine, ...] = ()

    def show_lines(self, lines: Sequence[AuditLine]) -> None:
        """Show other lines."""
        if tuple(lines) == self._lines:
            return
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.tr(COLUMNS[section]) if 0 <= section < len(COLUMNS) else None
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, all of it as its tip, or the line's spoken text."""
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (line.when, line.who, line.what, line.where)[index.column()]
            case Qt.ItemDataRole.FontRole:
                return theme.font(Text.BODY)
            case Qt.ItemDataRole.ToolTipRole:
                return line.what
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken
            case _:
                return None
