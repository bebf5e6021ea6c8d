"""A list of things asked one by one, most of them answered no: each stands readable, and those that are yes are tapped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Label, Rule, TextField, TickButton
from nursestation.ui.layouts import column, keep_tab_order, retire, row


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing: its words, and what is asked where it is yes ("" where nothing is)."""

    words: str
    ask: str = ""


class _Line(QWidget):
    changed = Signal()

    def __init__(self, name: str, asked: Asked, yes: str) -> None:
        super().__init__()
        self.asked = asked
        self.yes = TickButton(yes, f"{name}_yes")
        self.yes.setAccessibleName(f"{asked.words}: {yes}")
        self.note = TextField(f"{name}_note", asked.ask or asked.words, placeholder=asked.ask)
        self.note.hide()
        line = row(spacing=theme.MARGIN)
        line.addWidget(Label(asked.words, wrap=True), 1)
        line.addWidget(self.yes)
        layout = column(spacing=0)
        layout.addLayout(line)
        layout.addWidget(self.note)
        layout.addWidget(Rule())
        self.setLayout(layout)
        self.yes.toggled.connect(self._look)
        self.yes.clicked.connect(self.changed)
        self.note.textChanged.connect(self.changed)

    @Slot()
    def _look(self) -> None:
        self.note.setVisible(bool(self.asked.ask) and self.yes.isChecked())


class AskedList(QWidget):
    """Signals:
    changed: A person marked one, or typed beside it.
    """

    changed = Signal()

    def __init__(self, name: str, yes: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._yes = name, yes
        self._lines: list[_Line] = []
        self._column = column(spacing=1)
        self.setLayout(self._column)

    def ask_for(self, things: Sequence[Asked]) -> None:
        """Ask for these; the same ones again leave the marks as they are."""
        if [line.asked for line in self._lines] == list(things):
            return
        for old in self._lines:
            retire(self._column, old)
        self._lines = [_Line(f"{self._name}_{index}", thing, self._yes) for index, thing in enumerate(things)]
        for line in self._lines:
            self._column.addWidget(line)
            line.changed.connect(self.changed)
        keep_tab_order(self)

    def marks(self) -> tuple[tuple[str, bool, str], ...]:
        """Return every thing with whether it is marked, and what was typed beside it."""
        return tuple(
            (line.asked.words, line.yes.isChecked(), line.note.text().strip() if line.yes.isChecked() else "")
            for line in self._lines
        )

    def mark(self, yes: Iterable[tuple[str, str]]) -> None:
        """Mark these and no others, with what stands beside them, without telling anybody."""
        wanted = dict(yes)
        self.blockSignals(True)
        for line in self._lines:
            line.yes.setChecked(line.asked.words in wanted)
            line.note.setText(wanted.get(line.asked.words, ""))
        self.blockSignals(False)
