"""The list of visits: two lines a row, high enough for a finger. A tap or Return opens one.

While several are chosen each row has a box, and a tap, Return or the space bar ticks it instead; what is no longer in the list
is no longer chosen either, so that nobody takes out what they do not see.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nursestation.ui import theme
from nursestation.ui.review.visits_view import VisitRow
from nursestation.ui.roles import Text
from nursestation.ui.tables import Cells, Header, Index, let_read
from nursestation.ui.theme import Theme

_ROW_HEIGHT = 56
_PAD = 10
_COLUMNS = (
    ("Checked in", "day", "times", 210),
    ("Patient", "who", "ident", 290),
    ("Protocol", "protocol", "note", 230),
    ("Course", "course", "marks", 0),
)
"""Of each column its name, the fields of its two lines, and its width [px at the designed size]; 0 takes what is left."""
_PHASE = 3
_BOX, _BOX_ROOM = 26, 44
ROW_ROLE = Qt.ItemDataRole.UserRole
TICKED_ROLE = Qt.ItemDataRole.UserRole + 1


class VisitModel(QAbstractTableModel):
    """The rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[VisitRow, ...] = ()
        self._ticked: frozenset[str] | None = None

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return those in the list, in its order."""
        return tuple(row.session for row in self._rows)

    @property
    def ticked(self) -> frozenset[str] | None:
        """Return the sessions that are ticked; None while rows have no box."""
        return self._ticked

    def tick(self, sessions: Iterable[str] | None) -> None:
        """Tick these rows and no others; None takes the boxes away."""
        self._ticked = None if sessions is None else frozenset(sessions) & frozenset(self.sessions)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(_COLUMNS) - 1))

    def show_rows(self, rows: Sequence[VisitRow]) -> None:
        """Show other visits."""
        if tuple(rows) == self._rows:
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        if self._ticked is not None:
            self._ticked &= frozenset(self.sessions)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of visits."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, its whole row, or the row's spoken text."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.CheckStateRole and self._ticked is not None and index.column() == 0:
            return Qt.CheckState.Checked if row.session in self._ticked else Qt.CheckState.Unchecked
        if role == TICKED_ROLE:
            return None if self._ticked is None else row.session in self._ticked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_ticked = self._ticked is not None and row.session in self._ticked
            return self.tr("chosen, {}").format(row.spoken) if is_ticked else row.spoken
        if role == Qt.ItemDataRole.DisplayRole:
            _, upper, lower, _ = _COLUMNS[index.column()]
            return "\n".join(part for part in (getattr(row, upper), getattr(row, lower)) if part)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's name."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.tr(_COLUMNS[section][0])
        return None


class _Cells(Cells):
    """Draws one cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw two lines over a hairline, on the ground of a chosen row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, VisitRow):
            return
        painter.save()
        ticked = index.data(TICKED_ROLE)
        area = self.ground(painter, option, is_ticked=bool(ticked))
        area.adjust(_PAD, 5, -4, -5)
        if ticked is not None and index.column() == 0:
            self._draw_box(painter, area, is_ticked=bool(ticked))
            area.setLeft(area.left() + theme.px(_BOX_ROOM))
        _, upper, lower, _ = _COLUMNS[index.column()]
        half = area.height() // 2
        is_low = bool(getattr(row, lower))
        first = QRect(area.left(), area.top(), area.width(), half if is_low else area.height())
        role = Text.STRONG if upper == "who" else Text.BODY
        colour = "on_badge" if upper == "course" and row.is_running else "text"
        self.words(painter, first, str(getattr(row, upper)), role, colour)
        if is_low:
            tone = "warn" if lower == "marks" else "soft"
            rest = QRect(area.left(), area.top() + half, area.width(), half)
            self.words(painter, rest, str(getattr(row, lower)), Text.CAPTION, tone)
        painter.restore()

    def _draw_box(self, painter: QPainter, area: QRect, *, is_ticked: bool) -> None:
        side = theme.px(_BOX)
        box = QRect(area.left(), area.center().y() - side // 2, side, side)
        painter.setPen(QPen(self.theme.colour("accent" if is_ticked else "soft"), 2))
        painter.drawRect(box)
        if is_ticked:
            painter.setFont(theme.font(Text.STRONG))
            painter.setPen(self.theme.colour("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "✓")


class VisitTable(QTableView):
    """The list.

    Signals:
        opened: The session of the visit that a person wants to see.
        ticked: Other visits are chosen now.
    """

    opened = Signal(str)
    ticked = Signal()

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("visits_table")
        self.setAccessibleName(self.tr("Visits, newest first"))
        self._rows = VisitModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Cells(theme_, self))
        let_read(self)
        header = Header(theme_, self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(_PHASE, QHeaderView.ResizeMode.Stretch)
        self._fit()
        self.clicked.connect(self._on_clicked)

    def show_rows(self, rows: Sequence[VisitRow]) -> None:
        """Show visits."""
        before = self._rows.ticked
        self._rows.show_rows(rows)
        if self._rows.ticked != before:
            self.ticked.emit()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the sessions that are ticked, in the order of the list."""
        ticked = self._rows.ticked or frozenset()
        return tuple(session for session in self._rows.sessions if session in ticked)

    def set_choosing(self, choosing: bool) -> None:
        """Give the rows boxes, none of them ticked, or take the boxes away."""
        self._rows.tick(() if choosing else None)
        self.clearSelection()
        self._fit()
        self.ticked.emit()

    def choose_all(self) -> None:
        """Tick every visit of the list."""
        self._rows.tick(self._rows.sessions)
        self.ticked.emit()

    def choose_none(self) -> None:
        """Tick none."""
        self._rows.tick(())
        self.ticked.emit()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.setItemDelegate(_Cells(theme_, self))
        header = self.horizontalHeader()
        assert isinstance(header, Header)
        header.set_theme(theme_)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the chosen visit on Return, or tick it; there the space bar ticks too."""
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if self._rows.ticked is not None:
            keys.add(Qt.Key.Key_Space)
        if event.key() in keys and self.currentIndex().isValid():
            self._on_clicked(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        """Give rows and columns the size of the letters."""
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        for column, (_, _, _, width) in enumerate(_COLUMNS):
            if width:
                box = _BOX_ROOM if column == 0 and self._rows.ticked is not None else 0
                self.setColumnWidth(column, theme.px(width + box))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the letters."""
        super().resizeEvent(event)
        self._fit()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, VisitRow):
            return
        ticked = self._rows.ticked
        if ticked is None:
            self.opened.emit(row.session)
            return
        self._rows.tick(ticked ^ {row.session})
        self.ticked.emit()
