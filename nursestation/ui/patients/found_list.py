"""Patients of that name who were here before: one tap takes one of them over."""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.history import PatientCard
from nursestation.ui import theme
from nursestation.ui.controls import Button, Label
from nursestation.ui.layouts import column, keep_tab_order, retire, say
from nursestation.ui.patients.view import found_line
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.tile import TileButton

MOST_SHOWN = 5
"""Rows; with more patients than these the list asks for more letters."""

_ROW_HEIGHT = 56


class FoundList(QWidget):
    """Empty until somebody was found.

    Signals:
        taken: The `PatientCard` that was tapped.
    """

    taken = Signal(object)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._cards: tuple[PatientCard, ...] = ()
        self._rows: list[Button] = []
        self._note = Label("", Text.CAPTION, Tone.SOFT, object_name="check_in_found_note", wrap=True)
        self._column = column(spacing=theme.GAP // 2)
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(self._note)
        layout.addLayout(self._column)
        self.setLayout(layout)
        self.show_found((), "")

    @property
    def cards(self) -> tuple[PatientCard, ...]:
        """Return who was found."""
        return self._cards

    def show_found(self, cards: Sequence[PatientCard], note: str) -> None:
        """Show who was found, with a sentence above them."""
        say(self._note, note)
        if tuple(cards) == self._cards:
            return
        self._cards = tuple(cards)
        for old in self._rows:
            retire(self._column, old)
        self._rows = []
        for index, card in enumerate(self._cards[:MOST_SHOWN]):
            button = TileButton(f"check_in_found_{index}", kind=ButtonKind.TILE)
            theme.set_length(button, theme.Length.MOST_HEIGHT, _ROW_HEIGHT)
            button.show_words(*found_line(card, self._zone))
            button.clicked.connect(self._on_clicked)
            self._column.addWidget(button)
            self._rows.append(button)
        keep_tab_order(self)

    @Slot()
    def _on_clicked(self) -> None:
        index = next((at for at, button in enumerate(self._rows) if button is self.sender()), None)
        if index is not None:
            self.taken.emit(self._cards[index])
