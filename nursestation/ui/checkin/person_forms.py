"""Who is in the chair: identity, weight, allergies, consent."""

from datetime import tzinfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ConfirmIdentity, RecordAllergies, RecordConsent, RecordWeight
from nursestation.core.model import Identifier
from nursestation.ui import theme
from nursestation.ui.checkin.answers import parse_weight, weight_against_last
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.controls import Button, Label, PrimaryButton, Rule, TextField
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, labelled, row, say
from nursestation.ui.patients.history_card import HistoryCard
from nursestation.ui.roles import Text, Tone
from nursestation.ui.timetext import age_years, date_text, local_time
from nursestation.ui.toggles import Toggles

_LEAST_IDENTIFIERS = 2


class IdentityForm(GateForm):
    """Two identifiers that the patient gives: name and birth date in one tap, any others ticked.

    Whoever was here before is told of with the last visit: it is the first question of a visit.
    """

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("identity", parent)
        self._zone = zone
        self._card = HistoryCard(zone, "check_in_identity_history")
        self._name = Label("", Text.HEADING, object_name="check_in_identity_name", wrap=True)
        self._born = Label("", Text.TITLE, object_name="check_in_identity_born", wrap=True)
        self._number = Label("", Text.TITLE, object_name="check_in_identity_number", wrap=True)
        ask = self.tr("Ask the patient to say them; do not read them out.")
        self._both = PrimaryButton(self.tr("Name and birth date are right"), "check_in_identity_both")
        self._ticks = Toggles(
            "check_in_identity",
            [
                (Identifier.NAME.value, self.tr("Name")),
                (Identifier.BIRTH_DATE.value, self.tr("Birth date")),
                (Identifier.RECORD_NUMBER.value, self.tr("Record number")),
                (Identifier.PHOTO_ID.value, self.tr("Photo identity card")),
            ],
        )
        self._ticked = Button(self.tr("The ticked ones are right"), "check_in_identity_ticked")
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._name)
        layout.addWidget(self._born)
        layout.addWidget(self._number)
        layout.addWidget(Label(ask, tone=Tone.SOFT, wrap=True))
        layout.addWidget(self._both)
        layout.addWidget(Rule())
        layout.addWidget(Label(self.tr("Or tick the two or more that were checked"), Text.CAPTION, Tone.SOFT))
        layout.addWidget(self._ticks)
        layout.addWidget(self._ticked)
        layout.addWidget(self._card)
        layout.addStretch()
        self.setLayout(layout)
        self._both.clicked.connect(self._on_both)
        self._ticked.clicked.connect(self._on_ticked)
        self._ticks.changed.connect(self.look)
        self.look()

    def show_scene(self, scene: Scene) -> None:
        """Show who it should be."""
        patient = scene.visit.patient
        today = local_time(scene.station.at.utc_ns, self._zone).date()
        self._card.show_history(scene.history)
        say(self._name, patient.full_name)
        born = patient.birth_date
        say(self._born, self.tr("born {} · {} years").format(date_text(born), age_years(born, today)))
        say(self._number, self.tr("record number {}").format(patient.record_number))

    def clear(self) -> None:
        """Forget the ticks."""
        super().clear()
        self._ticks.choose(())

    def look(self) -> None:
        """Allow what is enough."""
        self._ticked.setEnabled(len(self._ticks.chosen()) >= _LEAST_IDENTIFIERS)

    @Slot()
    def _on_both(self) -> None:
        self.ask(ConfirmIdentity(chair=self.chair, identifiers=(Identifier.NAME, Identifier.BIRTH_DATE)))

    @Slot()
    def _on_ticked(self) -> None:
        identifiers = tuple(Identifier(key) for key in self._ticks.chosen())
        if len(identifiers) >= _LEAST_IDENTIFIERS:
            self.ask(ConfirmIdentity(chair=self.chair, identifiers=identifiers))
            self._ticks.choose(())
            self.look()


class WeightForm(GateForm):
    """Today's weight: from the scale, or as the patient says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("weight", parent)
        self._kg = TextField("check_in_weight", self.tr("Weight today, kg"))
        self._pad = Keypad("check_in_weight_pad", self._kg, point=True)
        self._echo = Label(" ", tone=Tone.SOFT, object_name="check_in_weight_echo", wrap=True)
        self._measured = PrimaryButton(self.tr("Measured on the scale"), "check_in_weight_measured")
        self._told = Button(self.tr("As the patient says"), "check_in_weight_told")
        self._last_kg: float | None = None
        layout = column(spacing=theme.MARGIN)
        layout.addLayout(labelled(self.tr("Weight today, kg"), self._kg))
        layout.addWidget(self._echo)
        layout.addWidget(self._pad)
        buttons = row()
        buttons.addWidget(self._measured, 1)
        buttons.addWidget(self._told, 1)
        layout.addLayout(buttons)
        layout.addStretch()
        self.setLayout(layout)
        self.first = self._kg
        self.keep("kg", self._kg)
        self._kg.returnPressed.connect(self._on_measured)
        self._measured.clicked.connect(self._on_measured)
        self._told.clicked.connect(self._on_told)
        self.look()

    def show_scene(self, scene: Scene) -> None:
        """Compare with the last visit."""
        visits = scene.history.visits if scene.history is not None else ()
        self._last_kg = next((past.weight_kg for past in visits if past.weight_kg is not None), None)
        self.look()

    def look(self) -> None:
        """Allow a weight that can be one, and say how it differs from the last."""
        kg = parse_weight(self._kg.text())
        self._measured.setEnabled(kg is not None)
        self._told.setEnabled(kg is not None)
        is_wrong = kg is None and bool(self._kg.text().strip())
        self._kg.set_wrong(is_wrong)
        text, asks = weight_against_last(kg, self._last_kg, is_wrong=is_wrong)
        if self._echo.text() != text:
            self._echo.setText(text or " ")
        self._echo.set_tone(Tone.WARN if asks else Tone.SOFT)

    @Slot()
    def _on_measured(self) -> None:
        self._record(measured=True)

    @Slot()
    def _on_told(self) -> None:
        self._record(measured=False)

    def _record(self, *, measured: bool) -> None:
        kg = parse_weight(self._kg.text())
        if kg is not None:
            self.ask(RecordWeight(chair=self.chair, kg=kg, measured=measured))


class AllergiesForm(GateForm):
    """None known in one tap, the same as last time in one tap, or in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("allergies", parent)
        self._none = PrimaryButton(self.tr("None known"), "check_in_allergies_none")
        self._same = Button("", "check_in_allergies_same")
        self._last = Label(tone=Tone.SOFT, object_name="check_in_allergies_last", wrap=True)
        self._words = TextField("check_in_allergies", self.tr("Allergies"), placeholder=self.tr("penicillin: rash"))
        self._record = Button(self.tr("Record these"), "check_in_allergies_record")
        self._earlier = ""
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(Label(self.tr("Ask for medicines, latex, plasters, food."), tone=Tone.SOFT, wrap=True))
        layout.addWidget(self._none)
        layout.addWidget(self._last)
        layout.addWidget(self._same)
        layout.addWidget(Rule())
        layout.addLayout(labelled(self.tr("Allergies, and what happened"), self._words))
        layout.addWidget(self._record)
        layout.addStretch()
        self.setLayout(layout)
        self.first = self._words
        self.keep("text", self._words)
        self._none.clicked.connect(self._on_none)
        self._same.clicked.connect(self._on_same)
        self._record.clicked.connect(self._on_record)
        self._words.returnPressed.connect(self._on_record)
        self._same.setText(self.tr("The same as last time"))
        self._same.setAccessibleName(self._same.text())
        self.look()

    def show_scene(self, scene: Scene) -> None:
        """Offer what was told at check-in, or last time."""
        earlier = scene.history.allergies if scene.history is not None else None
        self._earlier = earlier or scene.visit.patient.allergies
        say(self._last, self.tr("Told before: {}").format(self._earlier) if self._earlier else "")
        self._same.setVisible(bool(self._earlier))

    def look(self) -> None:
        """Allow words."""
        self._record.setEnabled(bool(self._words.text().strip()))

    @Slot()
    def _on_none(self) -> None:
        self.ask(RecordAllergies(chair=self.chair, text="", none_known=True))

    @Slot()
    def _on_same(self) -> None:
        if self._earlier:
            self.ask(RecordAllergies(chair=self.chair, text=self._earlier, none_known=False))

    @Slot()
    def _on_record(self) -> None:
        text = self._words.text().strip()
        if text:
            self.ask(RecordAllergies(chair=self.chair, text=text, none_known=False))


class ConsentForm(GateForm):
    """The signed consent, seen by whoever taps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("consent", parent)
        self._on_file = PrimaryButton(self.tr("Signed consent is on file"), "check_in_consent_on_file")
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(
            Label(
                self.tr("See that it is signed and dated, and that it says that this use of ketamine is off-label."),
                wrap=True,
            )
        )
        layout.addWidget(self._on_file)
        layout.addStretch()
        self.setLayout(layout)
        self._on_file.clicked.connect(self._on_click)

    @Slot()
    def _on_click(self) -> None:
        self.ask(RecordConsent(chair=self.chair))
