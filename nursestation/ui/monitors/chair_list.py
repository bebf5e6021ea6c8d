"""The chairs with their monitors, as a list to choose from."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button, Label, Panel, QuietButton
from nursestation.ui.layouts import column, keep_tab_order, retire, row, say
from nursestation.ui.monitors.options import Option, OptionList
from nursestation.ui.monitors.view import ChairCard, MonitorRow
from nursestation.ui.roles import Surface, Text, Tone


class _Card(Panel):
    """One chair."""

    chosen = Signal(str)
    add_wanted = Signal(int)
    removal_wanted = Signal(int)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(f"monitors_chair_{number}", Surface.RAISED, parent=parent)
        self._number = number
        self._who = Label("", Text.CAPTION, Tone.SOFT)
        self._none = Label(self.tr("No monitor yet."), tone=Tone.SOFT)
        self._note = Label("", Text.CAPTION, Tone.SOFT, object_name=f"monitors_note_{number}", wrap=True)
        self._add = Button(self.tr("Add a monitor…"), f"monitors_add_{number}")
        self._add.setAccessibleName(self.tr("Add a monitor to chair {}").format(number))
        self._remove = QuietButton(self.tr("Take the chair away"), f"monitors_remove_{number}")
        self._remove.setAccessibleName(self.tr("Take chair {} away").format(number))
        self._list = OptionList(f"monitors_of_{number}", self.tr("Monitors of chair {}").format(number))
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Chair {}").format(number), Text.TITLE))
        head.addWidget(self._who, 1)
        head.addWidget(self._add)
        inside = column(margin=theme.MARGIN, spacing=theme.GAP)
        inside.addLayout(head)
        empty = row(spacing=theme.MARGIN)
        empty.addWidget(self._none, 1)
        empty.addWidget(self._remove)
        inside.addLayout(empty)
        inside.addWidget(self._list)
        inside.addWidget(self._note)
        self.setLayout(inside)
        self._list.chosen.connect(self.chosen)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)

    def show_card(self, card: ChairCard, chosen: str) -> None:
        """Show the chair, the monitor with the id `chosen` marked."""
        if self._who.text() != card.who:
            self._who.setText(card.who)
        self._add.setVisible(not card.note)
        self._add.setEnabled(card.may_add)
        self._none.setVisible(not card.monitors)
        self._remove.setVisible(card.may_remove)
        self._list.setVisible(bool(card.monitors))
        self._list.show_options([_option(one) for one in card.monitors], chosen)
        say(self._note, card.note)

    def focus_chosen(self) -> None:
        """Put the focus on the marked monitor."""
        self._list.focus_chosen()

    @Slot()
    def _on_add(self) -> None:
        self.add_wanted.emit(self._number)

    @Slot()
    def _on_remove(self) -> None:
        self.removal_wanted.emit(self._number)


class ChairList(QWidget):
    """Every chair.

    Signals:
        chosen: The id of the monitor that a person chose.
        add_wanted: The number of the chair that shall get a monitor.
        removal_wanted: The number of the empty chair that shall go.
    """

    chosen = Signal(str)
    add_wanted = Signal(int)
    removal_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitors_list")
        self._cards: dict[int, _Card] = {}
        self._column: QVBoxLayout = column(spacing=theme.MARGIN)
        self.setLayout(self._column)

    def show_chairs(self, cards: tuple[ChairCard, ...], chosen: str) -> None:
        """Show every chair, the monitor with the id `chosen` marked."""
        numbers = [card.number for card in cards]
        if numbers != list(self._cards):
            self._rebuild(numbers)
        for card in cards:
            self._cards[card.number].show_card(card, chosen)

    def focus_chosen(self, number: int) -> None:
        """Put the focus on the chosen monitor of a chair."""
        if number in self._cards:
            self._cards[number].focus_chosen()

    def _rebuild(self, numbers: list[int]) -> None:
        for gone in set(self._cards) - set(numbers):
            retire(self._column, self._cards.pop(gone))
        kept, self._cards = self._cards, {}
        for at, number in enumerate(numbers):
            card = kept.get(number)
            if card is None:
                card = _Card(number, self)
                card.chosen.connect(self.chosen)
                card.add_wanted.connect(self.add_wanted)
                card.removal_wanted.connect(self.removal_wanted)
                self._column.insertWidget(at, card)
                card.show()
            self._cards[number] = card
        keep_tab_order(self)


def _option(monitor: MonitorRow) -> Option:
    return Option(
        key=monitor.id,
        name=monitor.id.partition(":")[2],
        title=monitor.title,
        right=monitor.state,
        tone=monitor.tone,
        below=monitor.port,
        small=monitor.place,
        badges=monitor.badges,
        spoken=monitor.spoken,
    )
