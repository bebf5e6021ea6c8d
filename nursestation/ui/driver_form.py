"""Who takes the patient home: named and confirmed at check-in, confirmed again at hand-over."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.model import ConfirmedHow, Driver, Transport
from nursestation.ui import theme
from nursestation.ui.checkin.answers import check_driver, confirmations
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, ChoiceField, Label, QuietButton, TextField
from nursestation.ui.layouts import column, labelled, row, say, side_by_side
from nursestation.ui.peopletext import HOW_WORDS, TRANSPORT_WORDS, masked_phone
from nursestation.ui.roles import Tone


class DriverForm(QWidget):
    """Name, relation, phone, transport and how it was confirmed.

    How it was confirmed is a claim, so none is chosen to begin with, nor for another driver.

    A driver on record is shown with the phone masked and cannot be typed over by accident: Change empties the phone and
    opens the fields. What is being typed is left alone by every later snapshot.

    Signals:
        named: A `Driver` to put on record.
        confirmed: A `ConfirmedHow` for the driver on record.
    """

    named = Signal(object)
    confirmed = Signal(object)

    def __init__(self, name: str, *, handover: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._handover = handover
        self._recorded: Driver | None = None
        self._locked = False
        self._confirmed = False
        self._name = TextField(f"{name}_name", self.tr("Name"))
        self._relation = TextField(f"{name}_relation", self.tr("Relationship"))
        self._phone = TextField(f"{name}_phone", self.tr("Phone"))
        self._transport = ChoiceField(f"{name}_transport", self.tr("Way home"))
        self._how = Choices(f"{name}_how", self.tr("How confirmed"), flow=True)
        self._problem = Label(tone=Tone.SOFT, object_name=f"{name}_problem", wrap=True)
        self._confirm = Button(self.tr("Confirm driver"), f"{name}_confirm")
        self._name_only = QuietButton(self.tr("Name now, confirm later"), f"{name}_name_only")
        self._change = QuietButton(self.tr("Change"), f"{name}_change")
        for transport, words in TRANSPORT_WORDS.items():
            if transport is not Transport.TAXI:  # which a clinic may allow, and then names at check-in
                self._transport.addItem(words, transport.value)
        self._build()
        self._offer_ways()
        self._connect()
        self._look()

    def _build(self) -> None:
        name, relation = labelled(self.tr("Name"), self._name), labelled(self.tr("Relationship"), self._relation)
        phone, way = labelled(self.tr("Phone"), self._phone), labelled(self.tr("Way home"), self._transport)
        how = labelled(self.tr("How confirmed"), self._how)
        layout = column(spacing=theme.GAP)
        for pair in ((name, relation), (phone, way)):
            layout.addLayout(side_by_side(*pair))
        layout.addLayout(how)
        layout.addWidget(self._problem)
        buttons = row()
        buttons.addWidget(self._confirm, 1)
        buttons.addWidget(self._name_only)
        buttons.addWidget(self._change)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def _connect(self) -> None:
        for field in (self._name, self._relation, self._phone):
            field.textChanged.connect(self._look)
        self._transport.currentIndexChanged.connect(self._offer_ways)
        self._how.chosen.connect(self._look)
        self._confirm.clicked.connect(self._on_confirm)
        self._name_only.clicked.connect(self._on_name)
        self._change.clicked.connect(self._on_change)

    def show_record(self, driver: Driver | None, confirmed: bool) -> None:
        """Show the driver on record, unless another one is being typed.

        Args:
            driver: Who is on record.
            confirmed: True once nothing is left to confirm; then the button rests.
        """
        self._confirmed = confirmed
        self._confirm.setText(self.tr("Driver confirmed") if confirmed and self._locked else self.tr("Confirm driver"))
        if driver != self._recorded:
            self._recorded = driver
            if driver is not None and (self._is_empty() or self._locked or self._typed() == driver):
                self._lock(driver)
            elif driver is None and self._locked:
                self._unlock()
        self._look()

    def clear(self) -> None:
        """Forget what was typed and whom the record held."""
        self._recorded = None
        self._unlock()
        for field in (self._name, self._relation, self._phone):
            field.clear()
        self._transport.setCurrentIndex(0)
        self._how.choose(None)

    def _is_empty(self) -> bool:
        return not any(field.text().strip() for field in (self._name, self._relation, self._phone))

    def _typed(self) -> Driver | str:
        transport = Transport(self._transport.currentData())
        return check_driver(self._name.text(), self._relation.text(), self._phone.text(), transport)

    def _lock(self, driver: Driver) -> None:
        self._locked = True
        self._name.setText(driver.name)
        self._relation.setText(driver.relation)
        self._phone.setText(masked_phone(driver.phone))
        if self._transport.findData(driver.transport.value) < 0:
            self._transport.addItem(TRANSPORT_WORDS[driver.transport], driver.transport.value)
        self._transport.setCurrentIndex(self._transport.findData(driver.transport.value))
        self._dress()

    def _unlock(self) -> None:
        self._locked = False
        self._dress()

    def _dress(self) -> None:
        for field in (self._name, self._relation, self._phone):
            field.setReadOnly(self._locked)
        self._transport.setEnabled(not self._locked)
        self._offer_ways()

    @Slot()
    def _offer_ways(self) -> None:
        ways = confirmations(Transport(self._transport.currentData()), self._handover)
        self._how.set_options([(way.value, HOW_WORDS[way]) for way in ways])
        self._look()

    @Slot()
    def _look(self) -> None:
        typed = self._recorded if self._locked else self._typed()
        ready = isinstance(typed, Driver)
        is_done = self._locked and self._confirmed and self._handover
        is_told = self._how.value() is not None
        ask = "" if is_told or is_done else self.tr("Choose how you know that this driver comes.")
        say(self._problem, typed if isinstance(typed, str) else ask)
        self._confirm.setEnabled(ready and is_told and not is_done)
        self._how.setEnabled(not is_done)
        self._name_only.setEnabled(ready)
        self._name_only.setVisible(not self._locked and not self._handover)
        self._change.setVisible(self._locked)

    @Slot()
    def _on_change(self) -> None:
        self._unlock()
        for field in (self._name, self._relation, self._phone):
            field.clear()
        self._how.choose(None)
        self._look()
        self._name.setFocus()

    @Slot()
    def _on_name(self) -> None:
        typed = self._typed()
        if isinstance(typed, Driver):
            self.named.emit(typed)

    @Slot()
    def _on_confirm(self) -> None:
        how = self._how.value()
        if how is None:
            return
        if not self._locked:
            typed = self._typed()
            if isinstance(typed, str):
                return
            self.named.emit(typed)
        self.confirmed.emit(ConfirmedHow(how))
