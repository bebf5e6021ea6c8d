"""Who looks after which chair: a line a chair, with a list of the staff who care for patients."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.access import CARING
from nursestation.core.commands import AssignNurse
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import ChoiceField, Label, QuietButton
from nursestation.ui.layouts import centred, column, keep_tab_order, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Text, Tone

_WIDEST = 760
_ONE_COLUMN = 6
"""Chairs up to which they stand below each other; more stand in two columns."""
_CHOICE_PX = 200


class NursesPage(Page):
    """Each list holds at once; the name stands at the chair's head and on its tiles."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("nurses_page")
        self.setAccessibleName(self.tr("Who looks after which chair"))
        self._chair = 0
        self._people: tuple[tuple[str, str], ...] = ()
        self._fields: dict[int, ChoiceField] = {}
        self._labels: list[Label] = []
        self._reason = Label("", tone=Tone.WARN, object_name="nurses_why_not", wrap=True)
        self._close = QuietButton(self.tr("Close"), "nurses_close", tip=self.tr("Back (Esc)"))
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(theme.GAP)
        self._grid.setHorizontalSpacing(theme.MARGIN)
        for column_of_choices in (1, 3):
            self._grid.setColumnStretch(column_of_choices, 1)
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Who looks after which chair"), Text.HEADING), 1)
        head.addWidget(self._close)
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        told = self.tr(
            "It stands until somebody changes it. Alarms and what is due are told to everybody all the same."
        )
        inside.addWidget(Label(told, tone=Tone.SOFT, wrap=True))
        inside.addWidget(self._reason)
        inside.addLayout(self._grid)
        content = QWidget()
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "nurses_scroll"))
        self.setLayout(outer)
        self._close.clicked.connect(self.closed)

    def show_chair(self, number: int) -> None:
        """Remember which chair is shown in depth: the focus begins there."""
        self._chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show who looks after each chair; a list that is open is left alone."""
        people = tuple((one.id, one.name) for one in snapshot.operators if one.role in CARING)
        numbers = [chair.number for chair in snapshot.chairs]
        if numbers != list(self._fields) or people != self._people:
            self._people = people
            self._make(numbers)
        reason = why_not(snapshot.operator, AssignNurse)
        say(self._reason, reason)
        for chair in snapshot.chairs:
            field = self._fields[chair.number]
            field.setEnabled(not reason)
            if not field.view().isVisible():
                field.setCurrentIndex(max(0, field.findData(_id_of(chair))))

    def begin(self) -> None:
        """Begin at the chair that was shown in depth."""
        self._fields.get(self._chair, self._close).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _make(self, numbers: list[int]) -> None:
        for gone in (*self._labels, *self._fields.values()):
            self._grid.removeWidget(gone)
            gone.hide()
            gone.setObjectName("")
            gone.deleteLater()
        self._labels, self._fields = [], {}
        n_rows = len(numbers) if len(numbers) <= _ONE_COLUMN else (len(numbers) + 1) // 2
        for n, number in enumerate(numbers):
            title = self.tr("Chair {n}").format(n=number)
            label = Label(title, Text.STRONG)
            field = ChoiceField(f"nurses_of_{number}", self.tr("Who looks after chair {n}").format(n=number))
            theme.set_length(field, theme.Length.LEAST_WIDTH, _CHOICE_PX)
            field.addItem(self.tr("Nobody"), "")
            for person, name in self._people:
                field.addItem(name, person)
            field.activated.connect(self._on_chosen)
            self._labels.append(label)
            self._fields[number] = field
            self._grid.addWidget(label, n % n_rows, 2 * (n // n_rows))
            self._grid.addWidget(field, n % n_rows, 2 * (n // n_rows) + 1)
        keep_tab_order(self)

    @Slot(int)
    def _on_chosen(self, _index: int) -> None:
        for number, field in self._fields.items():
            if field is self.sender():
                chosen = str(field.currentData())
                self.command_requested.emit(AssignNurse(chair=number, nurse=chosen or None))


def _id_of(chair: ChairSnapshot) -> str:
    return chair.nurse.id if chair.nurse is not None else ""
