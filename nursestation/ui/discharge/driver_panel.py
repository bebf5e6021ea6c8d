"""Who takes the patient home, at hand-over: known again by the code of check-in, by a document, or by a booking.

Rules of the file:
1. The code is never shown here: whoever stands there says it, and the station says whether it is the one.
2. Another driver is named anew, and nothing that was known of the first counts for them.
"""

from PySide6.QtCore import QRegularExpression, Qt, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ConfirmDriver, NameDriver
from nursestation.core.model import ConfirmedHow, Driver, Transport
from nursestation.core.snapshot import VisitView
from nursestation.ui.checkin.answers import check_driver
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, QuietButton, TextField
from nursestation.ui.discharge.view import DriverPanel
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, labelled, row, say
from nursestation.ui.peopletext import TRANSPORT_WORDS
from nursestation.ui.roles import Text, Tone
from nursestation.ui.taps import Taps

CODE_DIGITS = 4
_DOCUMENTS = ("Driving licence", "ID card", "Passport")
_COMPANIES = (Transport.MEDICAL_TRANSPORT, Transport.TAXI)


class DriverAtHandover(QWidget):
    """Shows whom the record names, and takes how they are known again.

    Signals:
        asked: A command of `core.commands`.
        naming: Another driver is being typed, or not any more: that takes the room of the signature.
    """

    asked = Signal(object)
    naming = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chair = 0
        self._driver: Driver | None = None
        self._is_changing = False
        self._who = Label("", Text.STRONG, object_name="discharge_driver_who", wrap=True)
        self._facts = Label(tone=Tone.SOFT, object_name="discharge_driver_facts", wrap=True)
        self._confirmed = Label(tone=Tone.GOOD, object_name="discharge_driver_confirmed", wrap=True)
        self._guidance = Label(object_name="discharge_driver_guidance", wrap=True)
        self._code = TextField("discharge_driver_code", self.tr("The driver's code"), placeholder=self.tr("code"))
        self._fold = Button(self.tr("123"), "discharge_driver_pad_toggle", tip=self.tr("Show or hide the number pad"))
        self._pad = Keypad("discharge_driver_pad", self._code)
        self._lost = QuietButton(self.tr("Code lost…"), "discharge_driver_code_lost")
        self._documents = Taps("discharge_driver_document")
        self._document = TextField("discharge_driver_document_words", self.tr("Another document"))
        self._document_send = Button(self.tr("Seen"), "discharge_driver_document_send")
        self._booking = TextField("discharge_driver_booking", self.tr("Booking number"))
        self._booked = Button(self.tr("The crew is here"), "discharge_driver_booked")
        self._seen = Button(self.tr("Seen here"), "discharge_driver_seen")
        self._change = QuietButton(self.tr("Another driver…"), "discharge_driver_change")
        self._way = Choices("discharge_driver_way", self.tr("Way home"), flow=True)
        self._name = TextField("discharge_driver_name", self.tr("Name of person or company"))
        self._relation = TextField("discharge_driver_relation", self.tr("Relationship"))
        self._phone = TextField("discharge_driver_phone", self.tr("Phone"))
        self._problem = Label(tone=Tone.SOFT, object_name="discharge_driver_problem", wrap=True)
        self._name_it = Button(self.tr("Name this driver"), "discharge_driver_name_it")
        self._back = QuietButton(self.tr("Keep the one named"), "discharge_driver_keep")
        self._known, self._typing = QWidget(), QWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._code.setMaxLength(CODE_DIGITS)
        self._code.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), self))
        self._code.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self._fold.setAccessibleName(self.tr("Show or hide the number pad"))
        self._fold.setCheckable(True)
        self._documents.offer([(str(n), words, words) for n, words in enumerate(_DOCUMENTS, start=1)])
        self._code_part, self._lost_part, self._booking_part = QWidget(), QWidget(), QWidget()
        line = row()
        line.addWidget(self._code, 1)
        line.addWidget(self._fold)
        code = column()
        code.addLayout(line)
        code.addWidget(self._pad)
        self._code_part.setLayout(code)
        other = row()
        other.addWidget(self._document, 1)
        other.addWidget(self._document_send)
        lost = column()
        lost.addWidget(Label(self.tr("Seen here without the code. Which document did you look at?"), wrap=True))
        lost.addWidget(self._documents)
        lost.addLayout(other)
        self._lost_part.setLayout(lost)
        booking = column()
        booking.addLayout(labelled(self.tr("Booking number"), self._booking))
        booking.addWidget(self._booked)
        self._booking_part.setLayout(booking)
        known = column()
        for widget in (self._who, self._facts, self._confirmed, self._guidance, self._code_part, self._lost_part):
            known.addWidget(widget)
        known.addWidget(self._booking_part)
        known.addWidget(self._seen)
        others = row()
        others.addWidget(self._lost)
        others.addWidget(self._change)
        others.addStretch()
        known.addLayout(others)
        typing = column()
        typing.addWidget(self._way)
        typing.addLayout(labelled(self.tr("Name of person or company"), self._name))
        self._relation_part = QWidget()
        self._relation_part.setLayout(labelled(self.tr("Relationship"), self._relation))
        typing.addWidget(self._relation_part)
        typing.addLayout(labelled(self.tr("Phone"), self._phone))
        typing.addWidget(self._problem)
        typing.addWidget(self._name_it)
        typing.addWidget(self._back)
        whole = column()
        for part, layout in ((self._known, known), (self._typing, typing)):
            part.setLayout(layout)
            whole.addWidget(part)
        self.setLayout(whole)
        self._typing.hide()
        self._pad.hide()
        self._lost_part.hide()

    def _connect(self) -> None:
        self._fold.toggled.connect(self._pad.setVisible)
        self._code.textChanged.connect(self._on_code)
        self._lost.clicked.connect(self._on_lost)
        self._documents.tapped.connect(self._on_document)
        self._document.textChanged.connect(self._look)
        self._document_send.clicked.connect(self._on_document_words)
        self._document.returnPressed.connect(self._on_document_words)
        self._booking.textChanged.connect(self._look)
        self._booking.returnPressed.connect(self._on_booked)
        self._booked.clicked.connect(self._on_booked)
        self._seen.clicked.connect(self._on_seen)
        self._change.clicked.connect(self._on_change)
        self._way.chosen.connect(self._look)
        for field in (self._name, self._relation, self._phone):
            field.textChanged.connect(self._look)
        self._name_it.clicked.connect(self._on_name)
        self._back.clicked.connect(self._on_back)

    def show_driver(self, chair: int, visit: VisitView, panel: DriverPanel) -> None:
        """Show whom the record names; what is being typed is left alone."""
        self._chair = chair
        if visit.driver != self._driver:
            self._driver = visit.driver
            self._is_changing = False
            self._booking.setText(panel.booking)
            self._lost_part.hide()
        for label, text in (
            (self._who, panel.who),
            (self._facts, panel.facts),
            (self._confirmed, panel.confirmed),
            (self._guidance, panel.guidance),
        ):
            say(label, text)
        self._code_part.setVisible(panel.asks_code)
        self._lost.setVisible(panel.asks_code)
        if not panel.asks_code:
            self._lost_part.hide()
        self._booking_part.setVisible(panel.asks_booking)
        is_open = panel.is_named and not panel.confirmed
        self._seen.setVisible(is_open and not panel.asks_code and not panel.asks_booking)
        self._change.setText(self.tr("Another driver…") if panel.is_named else self.tr("Name who comes…"))
        self._way.set_options([(way.value, TRANSPORT_WORDS[way]) for way in visit.protocol.gates.transports])
        self._turn()
        self._look()

    def clear(self) -> None:
        """Forget what was typed, and whom the record held."""
        self._driver = None
        self._empty()
        self._booking.clear()

    def refused(self) -> None:
        """Ask for the code again."""
        self._code.clear()
        if self._code.isVisible():
            self._code.setFocus()

    def _empty(self) -> None:
        self._is_changing = False
        for field in (self._code, self._document, self._name, self._relation, self._phone):
            field.clear()
        self._way.choose(None)
        self._lost_part.hide()
        self._fold.setChecked(False)

    def _turn(self) -> None:
        self._known.setVisible(not self._is_changing)
        self._typing.setVisible(self._is_changing)
        self.naming.emit(self._is_changing)

    def _typed(self) -> Driver | str:
        way = self._way.value()
        if way is None:
            return self.tr("Choose how the patient gets home.")
        transport = Transport(way)
        relation = "" if transport in _COMPANIES else self._relation.text()
        return check_driver(self._name.text(), relation, self._phone.text(), transport)

    @Slot()
    def _look(self) -> None:
        way = self._way.value()
        self._relation_part.setVisible(way is None or Transport(way) not in _COMPANIES)
        typed = self._typed()
        say(self._problem, typed if isinstance(typed, str) else "")
        self._name_it.setEnabled(isinstance(typed, Driver))
        self._booked.setEnabled(bool(self._booking.text().strip()))
        self._document_send.setEnabled(bool(self._document.text().strip()))

    @Slot()
    def _on_code(self) -> None:
        code = self._code.text()
        if len(code) == CODE_DIGITS:
            self._code.clear()
            self.asked.emit(ConfirmDriver(chair=self._chair, how=ConfirmedHow.SEEN_IN_PERSON, code=code))

    @Slot()
    def _on_lost(self) -> None:
        self._lost_part.setVisible(not self._lost_part.isVisible())
        if self._lost_part.isVisible():
            self._document.setFocus()

    @Slot(str)
    def _on_document(self, document: str) -> None:
        self._document.clear()
        self.asked.emit(
            ConfirmDriver(chair=self._chair, how=ConfirmedHow.SEEN_IN_PERSON, identity_seen=document.lower())
        )

    @Slot()
    def _on_document_words(self) -> None:
        words = self._document.text().strip()
        if words:
            self._document.clear()
            self.asked.emit(ConfirmDriver(chair=self._chair, how=ConfirmedHow.SEEN_IN_PERSON, identity_seen=words))

    @Slot()
    def _on_booked(self) -> None:
        booking, driver = self._booking.text().strip(), self._driver
        if driver is None or not booking:
            return
        if booking != driver.booking:
            named = Driver(
                driver.name, driver.relation, driver.phone, driver.transport, booking, driver.expected_utc_ns
            )
            self.asked.emit(NameDriver(chair=self._chair, driver=named))
        self.asked.emit(ConfirmDriver(chair=self._chair, how=ConfirmedHow.BOOKING))

    @Slot()
    def _on_seen(self) -> None:
        self.asked.emit(ConfirmDriver(chair=self._chair, how=ConfirmedHow.SEEN_IN_PERSON))

    @Slot()
    def _on_change(self) -> None:
        self._empty()
        self._is_changing = True
        self._turn()
        self._look()
        self._name.setFocus()

    @Slot()
    def _on_back(self) -> None:
        self._empty()
        self._turn()

    @Slot()
    def _on_name(self) -> None:
        typed = self._typed()
        if isinstance(typed, Driver):
            self._empty()
            self.asked.emit(NameDriver(chair=self._chair, driver=typed))
