"""Who takes the patient home, how that is known, the code that they are given, and who came with the patient.

Rules of the file:
1. How a driver is confirmed is a claim: each way is a button of its own, and none is chosen for anybody.
2. A driver on record stands with the phone masked; Change begins anew, for what was known of one is not known of another.
3. The code stays in sight, large, until somebody says who came along: it is to be written down for the driver.
"""

from datetime import tzinfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from nursestation.core.commands import ConfirmDriver, NameDriver, RecordCompanion
from nursestation.core.model import ConfirmedHow, Driver, Transport
from nursestation.core.snapshot import VisitView
from nursestation.ui import theme
from nursestation.ui.checkin.answers import check_driver, confirmations, resolve_coming_time
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, PrimaryButton, QuietButton, Rule, TextField
from nursestation.ui.layouts import column, keep_tab_order, labelled, retire, row, say, side_by_side
from nursestation.ui.peopletext import TRANSPORT_WORDS, driver_line, masked_phone
from nursestation.ui.roles import Text, Tone
from nursestation.ui.timetext import clock_text

_COMPANIES = (Transport.MEDICAL_TRANSPORT, Transport.TAXI)
_CONFIRM_WORDS = {
    ConfirmedHow.BY_PHONE: "Confirmed by phone",
    ConfirmedHow.SEEN_IN_PERSON: "Seen here",
    ConfirmedHow.BOOKING: "Booking confirmed",
}


class _Ways(QWidget):
    """A button for each way in which a driver can be known to come; the likeliest first and filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways: tuple[ConfirmedHow, ...] = ()
        self.buttons: dict[ConfirmedHow, Button] = {}
        self._row = row()
        self.setLayout(self._row)

    def offer(self, ways: tuple[ConfirmedHow, ...]) -> bool:
        """Offer these; returns whether they changed."""
        if ways == self._ways:
            return False
        self._ways = ways
        for old in self.buttons.values():
            retire(self._row, old)
        self.buttons = {}
        for index, way in enumerate(ways):
            make = PrimaryButton if index == 0 else Button
            button = make(_CONFIRM_WORDS[way], f"check_in_driver_how_{way.value}")
            self.buttons[way] = button
            self._row.addWidget(button, 1)
        keep_tab_order(self)
        return True

    def set_ready(self, ready: bool) -> None:
        """Allow the claims, or not yet."""
        for button in self.buttons.values():
            button.setEnabled(ready)


class DriverForm(GateForm):
    """Typed first, then shown as it stands on record."""

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("driver", parent)
        self._zone = zone
        self._now_ns = 0
        self._recorded: Driver | None = None
        self._is_changing = False
        self._name = TextField("check_in_driver_name", self.tr("Name"))
        self._relation = TextField("check_in_driver_relation", self.tr("Relationship"), placeholder=self.tr("sister"))
        self._phone = TextField("check_in_driver_phone", self.tr("Phone"))
        self._expected = TextField("check_in_driver_expected", self.tr("Expected at"), placeholder="15:30")
        self._booking = TextField("check_in_driver_booking", self.tr("Booking number"))
        self._way = Choices("check_in_driver_way", self.tr("Way home"), flow=True)
        self._problem = Label(tone=Tone.SOFT, object_name="check_in_driver_problem", wrap=True)
        self._ways = _Ways()
        self._name_only = QuietButton(self.tr("Name now, confirm later"), "check_in_driver_name_only")
        self._who = Label("", Text.TITLE, object_name="check_in_driver_who", wrap=True)
        self._facts = Label(tone=Tone.SOFT, object_name="check_in_driver_facts", wrap=True)
        self._change = QuietButton(self.tr("Change the driver"), "check_in_driver_change")
        self._code = Label("", Text.CODE, object_name="check_in_driver_code")
        self._code_note = Label(object_name="check_in_driver_code_note", wrap=True)
        self._companion = Label("", Text.STRONG, object_name="check_in_companion_told", wrap=True)
        self._together = Choices(
            "check_in_companion",
            self.tr("Who came along"),
            [
                ("driver", self.tr("The driver, who left")),
                ("driver_stays", self.tr("The driver, who stays")),
                ("alone", self.tr("Nobody")),
            ],
            flow=True,
        )
        self._other = TextField("check_in_companion_name", self.tr("Somebody else, by name"))
        self._other_stays = Button(self.tr("Stays"), "check_in_companion_other_stays")
        self._other_went = Button(self.tr("Left"), "check_in_companion_other_went")
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        self.first = self._name
        self.look()

    def _build(self) -> None:
        typing = column(spacing=theme.GAP)
        typing.addLayout(labelled(self.tr("Way home"), self._way))
        self._relation_part, self._booking_part = QWidget(), QWidget()
        for part, title, field in (
            (self._relation_part, self.tr("Relationship"), self._relation),
            (self._booking_part, self.tr("Booking number"), self._booking),
        ):
            part.setLayout(labelled(title, field))
        second = column()
        second.addWidget(self._relation_part)
        second.addWidget(self._booking_part)
        typing.addLayout(side_by_side(labelled(self.tr("Name of person or company"), self._name), second))
        typing.addLayout(
            side_by_side(
                labelled(self.tr("Phone"), self._phone), labelled(self.tr("Expected at (optional)"), self._expected)
            )
        )
        typing.addWidget(self._problem)
        typing.addWidget(self._ways)
        typing.addWidget(self._name_only)
        typing.addStretch()
        known = column(spacing=theme.GAP)
        head = row(spacing=theme.MARGIN)
        head.addWidget(self._who, 1)
        head.addWidget(self._change)
        known.addLayout(head)
        known.addWidget(self._facts)
        self._known_ways = _Ways()
        known.addWidget(self._known_ways)
        code = row(spacing=2 * theme.MARGIN)
        code.addWidget(self._code)
        code.addWidget(self._code_note, 1)
        known.addLayout(code)
        known.addWidget(Rule())
        known.addWidget(self._companion)
        known.addWidget(self._together)
        other = row()
        other.addWidget(self._other, 1)
        other.addWidget(self._other_stays)
        other.addWidget(self._other_went)
        known.addLayout(labelled(self.tr("Somebody else, by name"), _held(other)))
        known.addStretch()
        for layout in (typing, known):
            self._stack.addWidget(_held(layout))
        whole = column()
        whole.addWidget(self._stack)
        self.setLayout(whole)

    def _connect(self) -> None:
        for key, control in (
            ("way", self._way),
            ("name", self._name),
            ("relation", self._relation),
            ("phone", self._phone),
            ("expected", self._expected),
            ("booking", self._booking),
            ("companion", self._other),
        ):
            self.keep(key, control)
        self._name_only.clicked.connect(self._on_name_only)
        self._change.clicked.connect(self._on_change)
        self._together.chosen.connect(self._on_together)
        self._other_stays.clicked.connect(self._on_other_stays)
        self._other_went.clicked.connect(self._on_other_went)

    def show_scene(self, scene: Scene) -> None:
        """Show the driver on record, unless another one is being typed."""
        visit = scene.visit
        self._now_ns = scene.station.at.utc_ns
        rules = visit.protocol.gates.transports
        self._way.set_options([(way.value, TRANSPORT_WORDS[way]) for way in rules])
        if visit.driver != self._recorded:
            self._recorded = visit.driver
            self._is_changing = False
        if visit.driver is not None:
            self._show_known(visit, visit.driver)
        is_typing = visit.driver is None or self._is_changing or bool(self._typed_fields())
        self._stack.setCurrentIndex(0 if is_typing else 1)
        has_way = self._way.value() is not None
        self.first = (self._name if has_way else self._way.first) if is_typing else None
        self.look()

    def _show_known(self, visit: VisitView, driver: Driver) -> None:
        say(self._who, driver_line(driver))
        facts = [TRANSPORT_WORDS[driver.transport], masked_phone(driver.phone)]
        if driver.booking:
            facts.append(self.tr("booking {}").format(driver.booking))
        if driver.expected_utc_ns is not None:
            facts.append(self.tr("expected at {}").format(clock_text(driver.expected_utc_ns, self._zone)))
        how = visit.driver_confirmed
        say(self._facts, " · ".join(facts))
        if self._known_ways.offer(confirmations(driver.transport, handover=False)):
            self._listen(self._known_ways)
        self._known_ways.setVisible(how is None)
        code = visit.driver_code if how is not None else ""
        say(self._code, code)
        note = self.tr("Write this code down and give it to {}. It is asked for when they take the patient home.")
        say(self._code_note, note.format(driver.name) if code else "")
        together = visit.companion
        if together is None:
            told = self.tr("Who came with the patient?")
        elif not together.name:
            told = self.tr("The patient came alone.")
        else:
            stays = self.tr("stays during the treatment") if together.stays else self.tr("does not stay")
            told = self.tr("{} brought the patient and {}.").format(together.name, stays)
        say(self._companion, told)
        self._together.choose(_together_key(visit, driver))

    def look(self) -> None:
        """Offer the ways in which such a driver can be known, once the fields can be one."""
        way = self._way.value()
        is_company = way is not None and Transport(way) in _COMPANIES
        self._relation_part.setVisible(not is_company)
        self._booking_part.setVisible(is_company)
        typed = self._made()
        if way is not None and self._ways.offer(confirmations(Transport(way), handover=False)):
            self._listen(self._ways)
        ready = isinstance(typed, Driver)
        self._ways.setVisible(way is not None)
        self._ways.set_ready(ready)
        self._name_only.setEnabled(ready)
        hint = "" if ready else typed if isinstance(typed, str) else ""
        say(self._problem, hint)
        has_other = bool(self._other.text().strip())
        self._other_stays.setEnabled(has_other)
        self._other_went.setEnabled(has_other)

    def clear(self) -> None:
        """Forget what was typed and whom the record held."""
        self._recorded = None
        self._is_changing = False
        super().clear()

    def refused(self) -> None:
        """Bring the typed driver back."""
        super().refused()
        if self._typed_fields():
            self._stack.setCurrentIndex(0)

    def _typed_fields(self) -> dict[str, str]:
        return {key: text for key, text in self.draft().items() if key != "companion"}

    def _listen(self, ways: _Ways) -> None:
        for button in ways.buttons.values():
            button.clicked.connect(self._on_way)

    def _made(self) -> Driver | str:
        way = self._way.value()
        if way is None:
            return self.tr("Choose how the patient gets home.")
        transport = Transport(way)
        relation = "" if transport in _COMPANIES else self._relation.text()
        booking = self._booking.text() if transport in _COMPANIES else ""
        made = check_driver(self._name.text(), relation, self._phone.text(), transport, booking)
        at = self._expected.text().strip()
        if isinstance(made, str) or not at:
            return made
        expected = resolve_coming_time(at, self._now_ns, self._zone)
        if expected is None:
            return self.tr("Write when the driver is expected as a time still to come today, for example 15:30.")
        return Driver(made.name, made.relation, made.phone, made.transport, made.booking, expected)

    @Slot()
    def _on_way(self) -> None:
        sender = self.sender()
        for ways in (self._ways, self._known_ways):
            how = next((way for way, button in ways.buttons.items() if button is sender), None)
            if how is None:
                continue
            confirm = ConfirmDriver(chair=self.chair, how=how)
            if ways is self._known_ways:
                self.ask(confirm, done=False)
            elif isinstance(made := self._made(), Driver):
                self.ask(NameDriver(chair=self.chair, driver=made), confirm, done=False)
            self._is_changing = False

    @Slot()
    def _on_name_only(self) -> None:
        made = self._made()
        if isinstance(made, Driver):
            self.ask(NameDriver(chair=self.chair, driver=made))
            self._is_changing = False

    @Slot()
    def _on_change(self) -> None:
        self._is_changing = True
        self._stack.setCurrentIndex(0)
        self._name.setFocus()

    @Slot(str)
    def _on_together(self, key: str) -> None:
        name = "" if key == "alone" or self._recorded is None else self._recorded.name
        self._say_together(name, stays=key == "driver_stays")

    @Slot()
    def _on_other_stays(self) -> None:
        self._say_together(self._other.text().strip(), stays=True)

    @Slot()
    def _on_other_went(self) -> None:
        self._say_together(self._other.text().strip(), stays=False)

    def _say_together(self, name: str, *, stays: bool) -> None:
        self.ask(RecordCompanion(chair=self.chair, name=name, stays=stays, brought=bool(name)))


def _together_key(visit: VisitView, driver: Driver) -> str | None:
    together = visit.companion
    if together is None:
        return None
    if not together.name:
        return "alone"
    if together.name != driver.name:
        return None
    return "driver_stays" if together.stays else "driver"


def _held(layout: QLayout) -> QWidget:
    holder = QWidget()
    holder.setLayout(layout)
    return holder
