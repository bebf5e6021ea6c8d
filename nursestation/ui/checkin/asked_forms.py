"""Single questions: pregnancy, referral, who is immediately available, the checks of the room."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ConfirmCheck, NameAvailable, RecordPregnancy, RecordReferral
from nursestation.core.model import Pregnancy
from nursestation.ui import theme
from nursestation.ui.checkin.answers import parse_birth_date
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, PrimaryButton, Rule, TextField
from nursestation.ui.layouts import column, keep_tab_order, labelled, retire, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.signin.view import clinicians


class PregnancyForm(GateForm):
    """One tap; a note goes with it where one was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pregnancy", parent)
        options = [
            (Pregnancy.NOT_POSSIBLE, self.tr("Not possible")),
            (Pregnancy.TEST_NEGATIVE, self.tr("Test today: negative")),
            (Pregnancy.EXCLUDED, self.tr("Excluded by a clinician")),
            (Pregnancy.POSSIBLE, self.tr("Possible, not tested: the start waits")),
            (Pregnancy.PREGNANT, self.tr("Pregnant: the start waits")),
        ]
        self._answers = Choices(
            "check_in_pregnancy", self.tr("Pregnancy"), [(key.value, words) for key, words in options], stacked=True
        )
        self._note = TextField("check_in_pregnancy_note", self.tr("Note (optional)"))
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._answers)
        layout.addWidget(Rule())
        layout.addLayout(labelled(self.tr("Note, if one belongs to it; then tap the answer"), self._note))
        layout.addStretch()
        self.setLayout(layout)
        self.keep("note", self._note)
        self._answers.chosen.connect(self._on_chosen)

    def show_scene(self, scene: Scene) -> None:
        """Show the answer on record."""
        answer = scene.visit.pregnancy
        self._answers.choose(None if answer is None else answer.value)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.ask(RecordPregnancy(chair=self.chair, answer=Pregnancy(key), note=self._note.text().strip()))


class ReferralForm(GateForm):
    """Who referred the patient, with the letter's date; or that there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("referral", parent)
        self._whom = TextField("check_in_referral_from", self.tr("Referred by"))
        self._dated = TextField("check_in_referral_date", self.tr("Date of the letter"), placeholder="2026-04-30")
        self._record = PrimaryButton(self.tr("Record the referral"), "check_in_referral_record")
        self._none = Button(self.tr("There is none"), "check_in_referral_none")
        self._problem = Label(tone=Tone.WARN, object_name="check_in_referral_problem", wrap=True)
        layout = column(spacing=theme.MARGIN)
        layout.addLayout(labelled(self.tr("Referred by: prescriber or clinic"), self._whom))
        layout.addLayout(labelled(self.tr("Date of the letter, year first (optional)"), self._dated))
        layout.addWidget(self._problem)
        buttons = row()
        buttons.addWidget(self._record, 1)
        buttons.addWidget(self._none, 1)
        layout.addLayout(buttons)
        layout.addStretch()
        self.setLayout(layout)
        self.first = self._whom
        self.keep("from", self._whom)
        self.keep("dated", self._dated)
        self._whom.returnPressed.connect(self._on_record)
        self._dated.returnPressed.connect(self._on_record)
        self._record.clicked.connect(self._on_record)
        self._none.clicked.connect(self._on_none)
        self.look()

    def look(self) -> None:
        """Allow a name, with a date that is one."""
        is_wrong = bool(self._dated.text().strip()) and parse_birth_date(self._dated.text()) is None
        self._dated.set_wrong(is_wrong)
        say(self._problem, self.tr("Write the date as year-month-day, for example 2026-04-30.") if is_wrong else "")
        self._record.setEnabled(bool(self._whom.text().strip()) and not is_wrong)

    @Slot()
    def _on_record(self) -> None:
        if self._record.isEnabled():
            dated = parse_birth_date(self._dated.text())
            self.ask(RecordReferral(chair=self.chair, from_whom=self._whom.text().strip(), dated=dated))

    @Slot()
    def _on_none(self) -> None:
        self.ask(RecordReferral(chair=self.chair, from_whom=""))


class AvailableForm(GateForm):
    """Who comes at once when called: one of the clinicians in one tap, or another name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("available", parent)
        self._staff = Choices("check_in_available", self.tr("Immediately available"), stacked=True)
        self._name = TextField("check_in_available_name", self.tr("Another name"))
        self._record = Button(self.tr("Record this name"), "check_in_available_record")
        self._names: dict[str, str] = {}
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(
            Label(self.tr("Who is in the building and comes at once when called?"), tone=Tone.SOFT, wrap=True)
        )
        layout.addWidget(self._staff)
        layout.addWidget(Rule())
        layout.addLayout(labelled(self.tr("Somebody else"), self._name))
        layout.addWidget(self._record)
        layout.addStretch()
        self.setLayout(layout)
        self.keep("name", self._name)
        self._staff.chosen.connect(self._on_chosen)
        self._name.returnPressed.connect(self._on_record)
        self._record.clicked.connect(self._on_record)
        self.look()

    def show_scene(self, scene: Scene) -> None:
        """Offer the clinicians, and show who is named."""
        able = clinicians(scene.station.operators, scene.visit.protocol.gates.override_role)
        self._names = {one.id: one.name for one in able}
        self._staff.set_options([(one.id, one.name) for one in able])
        self._staff.choose(next((key for key, name in self._names.items() if name == scene.visit.available), None))
        self.first = None if able else self._name

    def look(self) -> None:
        """Allow a name."""
        self._record.setEnabled(bool(self._name.text().strip()))

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.ask(NameAvailable(chair=self.chair, name=self._names[key]))

    @Slot()
    def _on_record(self) -> None:
        if self._record.isEnabled():
            self.ask(NameAvailable(chair=self.chair, name=self._name.text().strip()))


class _CheckLine(QWidget):
    """One check: its words, and the button that states it."""

    def __init__(self, index: int, text: str) -> None:
        super().__init__()
        self.text = text
        self.done = Button(self.tr("Done"), f"check_in_check_{index}")
        self.done.setAccessibleName(self.tr("{}: done").format(text))
        line = row(spacing=theme.MARGIN)
        line.addWidget(Label(text, wrap=True), 1)
        line.addWidget(self.done)
        layout = column(spacing=2)
        layout.addLayout(line)
        layout.addWidget(Rule())
        self.setLayout(layout)


class ChecksForm(GateForm):
    """The protocol's checks: each by a tap of its own, or all that are left in one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("checks", parent)
        self._lines: list[_CheckLine] = []
        self._left: tuple[str, ...] = ()
        self._all = PrimaryButton("", "check_in_checks_all")
        self._column = column(spacing=2)
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(Label(self.tr("Look at each one, then say so."), Text.CAPTION, Tone.SOFT))
        layout.addLayout(self._column)
        layout.addWidget(self._all)
        layout.addStretch()
        self.setLayout(layout)
        self._all.clicked.connect(self._on_all)

    def show_scene(self, scene: Scene) -> None:
        """Show which are done."""
        checks, done = scene.visit.protocol.gates.checks, scene.visit.checks_done
        if tuple(line.text for line in self._lines) != checks:
            self._rebuild(checks)
        self._left = tuple(text for text in checks if text not in done)
        for line in self._lines:
            is_done = line.text not in self._left
            line.done.setEnabled(not is_done)
            words = self.tr("✓ Done") if is_done else self.tr("Done")
            if line.done.text() != words:
                line.done.setText(words)
                line.done.set_kind(ButtonKind.QUIET if is_done else ButtonKind.PLAIN)
        words = self.tr("All {} are done").format(len(self._left))
        if self._all.text() != words:
            self._all.setText(words)
            self._all.setAccessibleName(words)
        self._all.setVisible(len(self._left) > 1)

    def _rebuild(self, checks: tuple[str, ...]) -> None:
        for old in self._lines:
            retire(self._column, old)
        self._lines = [_CheckLine(index, text) for index, text in enumerate(checks)]
        for line in self._lines:
            self._column.addWidget(line)
            line.done.clicked.connect(self._on_done)
        keep_tab_order(self)

    @Slot()
    def _on_done(self) -> None:
        line = next((one for one in self._lines if one.done is self.sender()), None)
        if line is not None and line.text in self._left:
            self._left = tuple(text for text in self._left if text != line.text)
            self.ask(ConfirmCheck(chair=self.chair, text=line.text), done=not self._left)

    @Slot()
    def _on_all(self) -> None:
        left, self._left = self._left, ()
        self.ask(*(ConfirmCheck(chair=self.chair, text=text) for text in left))
