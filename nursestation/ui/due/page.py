"""Everything that is due, at every chair, soonest first."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Label, QuietButton
from nursestation.ui.due.strip import DueSlot
from nursestation.ui.due.view import due_lines
from nursestation.ui.layouts import centred, column, keep_tab_order, retire, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Text, Tone
from nursestation.ui.theme import DARK_THEME, Theme

_WIDEST = 640


class DuePage(Page):
    """A list; a tap opens the chair. Open to everybody, for it names chairs and no patient.

    Signals:
        chair_chosen: A chair to show.
    """

    chair_chosen = Signal(int)

    def __init__(self, theme_: Theme = DARK_THEME, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("due_page")
        self.setAccessibleName(self.tr("What is due"))
        self._theme = theme_
        self._slots: list[DueSlot] = []
        self._close = QuietButton(self.tr("Close"), "due_close", tip=self.tr("Back to the chair (Esc)"))
        self._empty = Label(self.tr("Nothing is due at any chair."), tone=Tone.SOFT, object_name="due_empty")
        self._column = column(spacing=6)
        self._column.addWidget(self._empty)
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("What is due"), Text.HEADING), 1)
        head.addWidget(self._close)
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(
            Label(
                self.tr(
                    "Late ones first, then the soonest. “With 3” means that chair 3 needs hands at about that time too."
                ),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        inside.addLayout(self._column)
        content = QWidget()
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "due_scroll"))
        self.setLayout(outer)
        self._close.clicked.connect(self.closed)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show what is due now."""
        lines = due_lines(snapshot)
        if len(lines) != len(self._slots):
            self._make(len(lines))
        for slot, line in zip(self._slots, lines, strict=True):
            slot.show_line(line)
        self._empty.setVisible(not lines)

    def _make(self, n: int) -> None:
        while len(self._slots) > n:
            retire(self._column, self._slots.pop())
        while len(self._slots) < n:
            slot = DueSlot(f"due_line_{len(self._slots)}", self._theme, self)
            slot.clicked.connect(self._on_clicked)
            self._column.addWidget(slot)
            slot.show()
            self._slots.append(slot)
        keep_tab_order(self)

    def begin(self) -> None:
        """Begin with the first line."""
        (self._slots[0] if self._slots else self._close).setFocus()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        for slot in self._slots:
            slot.set_theme(theme_)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, DueSlot) and sender.line is not None:
            self.chair_chosen.emit(sender.line.chair)
