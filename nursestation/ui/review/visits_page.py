"""Finding a visit: by patient, day, protocol and what was out of the ordinary, newest first.

The record is read by whoever owns the window; this page asks (`visits_wanted`, `visit_wanted`) and is answered. Several visits
are ticked and taken out as files by a sheet in the list's place (`export_sheet`); the window's owner carries out its wishes.
"""

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from nursestation.core.past import Mark, Sought, VisitCard
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Button, ChoiceField, ElidingLabel, Label, QuietButton, TextField, TickButton
from nursestation.ui.layouts import column, row, say
from nursestation.ui.page import Page
from nursestation.ui.review.visit_table import VisitTable
from nursestation.ui.review.visits_view import MARK_WORDS, PERIODS, chosen_text, found_text, sought, visit_rows
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.export import ExportSheet
from nursestation.ui.theme import Theme

_MARGIN = 16
_ASK_MS = 200
"""After the last key the record is asked [ms]: a name is typed faster than it is read."""
_CHOICE_WIDTH, _DAY_WIDTH = 160, 140


class VisitsPage(Page):
    """Fields that narrow, and a list.

    Args:
        theme_: Colours.
        zone: The clinic's time zone, None for the machine's.
        most: How many visits an answer holds at most.
        exports: The folder that the export offers first.

    Signals:
        visits_wanted: A `Sought`; answered by `show_visits`.
        visit_wanted: The session of a visit that is to be opened; a refusal comes by `not_opened`.
    """

    visits_wanted = Signal(object)
    visit_wanted = Signal(str)

    def __init__(
        self,
        theme_: Theme,
        zone: tzinfo | None = None,
        most: int = 200,
        *,
        exports: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("visits_page")
        self.setAccessibleName(self.tr("Visits"))
        self._zone, self._most = zone, most
        self._now_ns = 0
        self._asked: Sought | None = None
        self._opening = ""
        self._protocols: tuple[tuple[str, str], ...] = ()
        self._table = VisitTable(theme_)
        self._text = TextField("visits_text", self.tr("Patient"), placeholder=self.tr("Name, number, birth date…"))
        self._text.setClearButtonEnabled(True)
        self._day = TextField("visits_day", self.tr("Day"), placeholder=self.tr("2026-03-12"))
        self._day.setClearButtonEnabled(True)
        self._day.setToolTip(self.tr("One day, as 2026-03-12 or 12.3.2026"))
        self._period = ChoiceField("visits_period", self.tr("When"))
        for key, words in PERIODS:
            self._period.addItem(self.tr(words), key)
        self._protocol = ChoiceField("visits_protocol", self.tr("Protocol"))
        self._protocol.addItem(self.tr("Every protocol"), "")
        self._mark = ChoiceField("visits_mark", self.tr("What happened"))
        self._mark.addItem(self.tr("Whatever happened"), "")
        for mark in Mark:
            self._mark.addItem(self.tr(MARK_WORDS[mark]), mark.value)
        self._note = ElidingLabel(tone=Tone.SOFT, object_name="visits_note")
        self._trouble = Label(tone=Tone.BAD, object_name="visits_trouble", wrap=True)
        self._close = QuietButton(self.tr("Close"), "visits_close", tip=self.tr("Back (Esc)"))
        self._several = TickButton(self.tr("Choose several"), "visits_several")
        self._several.setToolTip(self.tr("Tick visits and take them out as files"))
        self._chosen = Label(object_name="visits_chosen")
        self._all = Button(self.tr("All shown"), "visits_all", tip=self.tr("Tick every visit of the list"))
        self._none = QuietButton(self.tr("None"), "visits_none", tip=self.tr("Tick no visit"))
        self._export = Button(self.tr("Export…"), "visits_export", ButtonKind.PRIMARY)
        self._choosing = QWidget()
        self.export_sheet = ExportSheet(exports)
        self._list = QWidget()
        self._stack = QStackedWidget()
        self._later = QTimer(self, interval=_ASK_MS, singleShot=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Visits"), Text.TITLE))
        head.addWidget(self._note, 1)
        head.addWidget(self._several)
        head.addWidget(self._close)
        filters = row(spacing=theme.GAP)
        filters.addWidget(self._text, 1)
        for field in (self._period, self._day, self._protocol, self._mark):
            filters.addWidget(field)
            width = _DAY_WIDTH if field is self._day else _CHOICE_WIDTH
            theme.set_length(field, theme.Length.LEAST_WIDTH, width)
        theme.set_length(self._day, theme.Length.MOST_WIDTH, _DAY_WIDTH)
        theme.set_length(self._protocol, theme.Length.MOST_WIDTH, 220)
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(self._chosen)
        foot.addStretch()
        for button in (self._all, self._none, self._export):
            foot.addWidget(button)
        self._choosing.setLayout(foot)
        whole = column(margin=_MARGIN, spacing=theme.GAP)
        whole.addLayout(head)
        whole.addLayout(filters)
        whole.addWidget(self._trouble)
        whole.addWidget(self._table, 1)
        whole.addWidget(self._choosing)
        self._list.setLayout(whole)
        self._stack.addWidget(self._list)
        self._stack.addWidget(self.export_sheet)
        outer = column()
        outer.addWidget(self._stack)
        self.setLayout(outer)
        self._choosing.hide()
        say(self._trouble, "")

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._text.textChanged.connect(self._on_typed)
        self._day.textChanged.connect(self._on_typed)
        for field in (self._period, self._protocol, self._mark):
            field.currentIndexChanged.connect(self._look)
        self._later.timeout.connect(self._look)
        self._table.opened.connect(self._on_opened)
        self._table.ticked.connect(self._on_ticked)
        self._several.toggled.connect(self._on_several)
        self._all.clicked.connect(self._table.choose_all)
        self._none.clicked.connect(self._table.choose_none)
        self._export.clicked.connect(self._on_export)
        self.export_sheet.closed.connect(self._on_exported)

    # --- what comes ---

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Take the present, and the protocols to choose from."""
        self._now_ns = snapshot.at.utc_ns
        offered = tuple((one.name, one.title) for one in snapshot.protocols)
        if offered != self._protocols:
            self._protocols = offered
            self._offer(offered)

    def begin(self) -> None:
        """Look anew, and begin with the words."""
        say(self._trouble, "")
        self._opening = ""
        self._asked = None
        self._look()
        (self._text if self._stack.currentWidget() is self._list else self.export_sheet).setFocus()

    def show_visits(self, asked: Sought, cards: Sequence[VisitCard], text: str = "") -> None:
        """Show what was found; `text` says why there is nothing to show."""
        if asked != self._asked:
            return
        say(self._trouble, text)
        self._table.show_rows(visit_rows(cards, self._zone))
        is_narrowed = asked != Sought()
        self._note.setText("" if text else found_text(len(cards), self._most, is_narrowed=is_narrowed))

    def not_opened(self, text: str) -> None:
        """Say why a visit is not shown."""
        self._opening = ""
        say(self._trouble, text)
        self._note.setText("")

    def refused(self, reason: str) -> None:
        """Say why the last wish was not carried out."""
        self.not_opened(reason)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._table.set_theme(theme_)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of who was found: the page of another person begins empty. Files that are being written go on."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._table.show_rows(())
            self._several.setChecked(False)
            if not self.export_sheet.is_running:
                self.export_sheet.leave()

    # --- what a person does ---

    def _offer(self, offered: Sequence[tuple[str, str]]) -> None:
        chosen = self._protocol.currentData()
        self._protocol.blockSignals(True)
        while self._protocol.count() > 1:
            self._protocol.removeItem(1)
        for name, title in offered:
            self._protocol.addItem(title, name)
        self._protocol.setCurrentIndex(max(0, self._protocol.findData(chosen)))
        self._protocol.blockSignals(False)

    @Slot()
    def _on_typed(self) -> None:
        self._later.start()

    @Slot()
    def _look(self) -> None:
        self._later.stop()
        wanted = sought(
            self._text.text(),
            self._period.currentData(),
            self._day.text(),
            self._protocol.currentData(),
            self._mark.currentData(),
            self._now_ns,
            self._zone,
        )
        self._period.setEnabled(not self._day.text().strip())
        self._day.set_wrong(wanted is None)
        if wanted is None:
            self._note.setText(self.tr("A day reads 2026-03-12 or 12.3.2026."))
            return
        if wanted == self._asked:
            return
        self._asked = wanted
        self._note.setText(self.tr("Reading the record…"))
        self.visits_wanted.emit(wanted)

    @Slot(bool)
    def _on_several(self, wanted: bool) -> None:
        self._table.set_choosing(wanted)
        self._choosing.setVisible(wanted)

    @Slot()
    def _on_ticked(self) -> None:
        n = len(self._table.chosen)
        self._chosen.setText(chosen_text(n))
        self._export.setEnabled(n > 0)

    @Slot()
    def _on_export(self) -> None:
        """Take them out, oldest first; or show what is being written still."""
        self.export_sheet.choose(self._table.chosen[::-1])
        self._stack.setCurrentWidget(self.export_sheet)

    @Slot()
    def _on_exported(self) -> None:
        self._stack.setCurrentWidget(self._list)

    @Slot(str)
    def _on_opened(self, session: str) -> None:
        if self._opening != session:
            self._opening = session
            say(self._trouble, "")
            self._note.setText(self.tr("Reading the visit…"))
            self.visit_wanted.emit(session)
