"""Who did what: a day of the record in words, by person, by kind, and by what stands in it. For a lead nurse or a clinician.

Rules of the file:
1. The rows are read from the record by whoever owns the window; that they are looked at is a record too.
2. When somebody takes over who may not look at them, they are gone from the screen.
"""

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from nursestation.core.access import ACCESS, may
from nursestation.core.audit_log import AuditKind, AuditRow
from nursestation.core.commands import ViewAudit
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Button, ChoiceField, ElidingLabel, Label, QuietButton, TextField
from nursestation.ui.layouts import column, row
from nursestation.ui.page import Page
from nursestation.ui.roles import Text, Tone
from nursestation.ui.staff.audit_model import WHAT, WHEN, WHERE, WHO, AuditModel
from nursestation.ui.staff.audit_view import KIND_WORDS, Wanted, bounds, day_of, day_text, lines, people
from nursestation.ui.tables import Header, let_read
from nursestation.ui.theme import Theme

_MARGIN = 16
_CHOICE_WIDTH = 220
_ROW_HEIGHT = 52
_PAD = 5  # with the three that Qt leaves
_WIDTHS = {WHEN: 100, WHO: 210, WHERE: 100}


class _Padded(QStyledItemDelegate):
    """Lets the words of a cell begin under the name of its column."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Leave air on both sides of a cell."""
        super().initStyleOption(option, index)
        option.rect = QRect(option.rect).adjusted(_PAD, 0, -_PAD, 0)


class AuditPage(Page):
    """A day, three ways to look for something in it, and a table.

    Signals:
        day_wanted: A day of the record is asked for (`ViewAudit`); answered by `show_rows` or `failed`.
    """

    day_wanted = Signal(object)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("audit_page")
        self.setAccessibleName(self.tr("Who did what"))
        self._zone = zone
        self._day: date | None = None
        self._today: date | None = None
        self._rows: tuple[AuditRow, ...] = ()
        self._asked: ViewAudit | None = None
        self._trouble = ""
        self._reader = ""  # id of whom the rows were read for
        self._model = AuditModel(self)
        self._table = QTableView()
        self._header = Header(theme.DARK_THEME, self._table)
        self._note = ElidingLabel(tone=Tone.SOFT, object_name="audit_note")
        self._earlier = Button(self.tr("◀ Day before"), "audit_earlier")
        self._later = Button(self.tr("Day after ▶"), "audit_later")
        self._now = Button(self.tr("Read again"), "audit_again", tip=self.tr("Read what has come since."))
        self._which = Label("", Text.STRONG, object_name="audit_day")
        self._person = ChoiceField("audit_person", self.tr("Who"))
        self._kind = ChoiceField("audit_kind", self.tr("What sort"))
        self._words = TextField("audit_words", self.tr("Words"), placeholder=self.tr("Find words…"))
        self._close = QuietButton(self.tr("Close"), "audit_close", tip=self.tr("Back to the staff (Esc)"))
        self._build()
        self._earlier.clicked.connect(self._on_earlier)
        self._later.clicked.connect(self._on_later)
        self._now.clicked.connect(self._read)
        self._person.currentIndexChanged.connect(self._look)
        self._kind.currentIndexChanged.connect(self._look)
        self._words.textChanged.connect(self._look)
        self._close.clicked.connect(self._leave)

    def _build(self) -> None:
        self._person.addItem(self.tr("Everybody"), "")
        self._kind.addItem(self.tr("Everything"), "")
        for kind, words in KIND_WORDS.items():
            self._kind.addItem(self.tr(words), kind.value)
        for field in (self._person, self._kind):
            theme.set_length(field, theme.Length.LEAST_WIDTH, _CHOICE_WIDTH)
        self._words.setClearButtonEnabled(True)
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Who did what"), Text.TITLE))
        head.addWidget(self._note, 1)
        head.addWidget(self._close)
        days = row(spacing=theme.GAP)
        days.addWidget(self._earlier)
        days.addWidget(self._later)
        days.addWidget(self._which, 1)
        days.addWidget(self._now)
        filters = row(spacing=theme.GAP)
        filters.addWidget(self._person)
        filters.addWidget(self._kind)
        filters.addWidget(self._words, 1)
        self._build_table()
        outer = column(margin=_MARGIN, spacing=theme.GAP)
        outer.addLayout(head)
        outer.addLayout(days)
        outer.addLayout(filters)
        outer.addWidget(self._table, 1)
        self.setLayout(outer)

    def _build_table(self) -> None:
        table = self._table
        table.setObjectName("audit_table")
        table.setAccessibleName(self.tr("Who did what, newest first"))
        table.setModel(self._model)
        let_read(table)
        table.setWordWrap(True)
        table.setItemDelegate(_Padded(table))
        table.setHorizontalHeader(self._header)
        self._header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self._fit()

    def _fit(self) -> None:
        """Give rows and columns the size of the letters."""
        self._table.verticalHeader().setDefaultSectionSize(theme.px(_ROW_HEIGHT))
        for at, width in _WIDTHS.items():
            self._table.setColumnWidth(at, theme.px(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the letters."""
        super().resizeEvent(event)
        self._fit()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._header.set_theme(theme_)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Ask for today once the page is looked at by somebody who may; show nothing to anybody else."""
        before = (self._today, self._reader, self._trouble)
        self._today = day_of(snapshot.at.utc_ns, self._zone)
        operator = snapshot.operator
        is_let = may(operator, ViewAudit)
        who = operator.id if operator is not None and is_let else ""
        if who != self._reader:
            self._reader, self._day, self._asked = who, self._today, None
            self._rows, self._trouble = (), ""
            if is_let:
                self._read()
        if not is_let:
            self._trouble = ACCESS[ViewAudit].otherwise
        for control in (self._earlier, self._now):
            control.setEnabled(is_let)
        if before != (
            self._today,
            self._reader,
            self._trouble,
        ):  # a day has thousands of rows, too many for each snapshot
            self._look()

    def begin(self) -> None:
        """Begin with the table."""
        self._table.setFocus()

    def show_rows(self, wish: ViewAudit, rows: Sequence[AuditRow]) -> None:
        """Take the rows of the time that was asked for; those of another are too late."""
        if wish != self._asked:
            return
        self._rows, self._asked, self._trouble = tuple(rows), None, ""
        chosen = self._person.currentData()
        self._person.blockSignals(True)
        while self._person.count() > 1:
            self._person.removeItem(1)
        for person, name in people(rows):
            self._person.addItem(name, person)
        self._person.setCurrentIndex(max(0, self._person.findData(chosen)))
        self._person.blockSignals(False)
        self._look()

    def failed(self, wish: ViewAudit, reason: str) -> None:
        """Say why there is nothing to show."""
        if wish == self._asked:
            self._rows, self._asked, self._trouble = (), None, reason
            self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the rows: they are read anew when the page is opened again."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._reader, self._rows, self._asked, self._trouble = "", (), None, ""

    @Slot()
    def _look(self) -> None:
        kind = self._kind.currentData()
        wanted = Wanted(self._person.currentData() or "", AuditKind(kind) if kind else None, self._words.text().strip())
        self._model.show_lines(lines(self._rows, wanted, self._zone))
        if self._day is not None and self._today is not None:
            self._which.setText(day_text(self._day, self._today))
            self._later.setEnabled(bool(self._reader) and self._day < self._today)
        n = self._model.rowCount()
        told = self.tr("{n} of {of}. Nothing can be erased here.").format(n=n, of=len(self._rows))
        self._note.set_tone(Tone.WARN if self._trouble else Tone.SOFT)
        self._note.setText(self._trouble or (self.tr("Reading the record…") if self._asked is not None else told))

    @Slot()
    def _read(self) -> None:
        if self._day is None:
            return
        since, until = bounds(self._day, self._zone)
        self._asked = ViewAudit(since_utc_ns=since, until_utc_ns=until)
        self._look()
        self.day_wanted.emit(self._asked)

    @Slot()
    def _on_earlier(self) -> None:
        self._go(-1)

    @Slot()
    def _on_later(self) -> None:
        self._go(1)

    def _go(self, days: int) -> None:
        if self._day is not None:
            self._day += timedelta(days=days)
            self._rows = ()
            self._read()

    @Slot()
    def _leave(self) -> None:
        self.sheet_requested.emit("staff")
