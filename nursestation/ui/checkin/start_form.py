"""The start: the dose as ordered, how long it is to run, and one button that says in whose chair.

Rules of the file:
1. The button names chair and patient. Where somebody of a similar name sits in another chair, it wants a second tap.
2. The dose is suggested from today's weight, and a person reads it; what is typed is left alone.
"""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.commands import StartInfusion
from nursestation.core.model import Patient, Route
from nursestation.core.snapshot import VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.checkin.answers import parse_minutes, suggested_dose
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.checkin.view import CheckInView, check_in_view, namesakes
from nursestation.ui.controls import Label, PrimaryButton, Rule, TextField
from nursestation.ui.layouts import column, labelled, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.timetext import date_text

_MOST_NAMED = 3
"""How many of the missing gates are named again beside the button."""


class _Summary(QWidget):
    """What is read once more before the start: the gates that the dose and the way home rest on."""

    _SHOWN = ("weight", "allergies", "baseline", "available", "driver")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(theme.GAP)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[Label, Label]] = []

    def show_gates(self, view: CheckInView) -> None:
        """Show how those gates stand."""
        rows = [one for name in self._SHOWN for one in view.rows if one.id == name]
        while len(self._lines) < len(rows):
            title, detail = Label("", Text.CAPTION, Tone.SOFT), Label(wrap=True)
            self._grid.addWidget(title, len(self._lines), 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(detail, len(self._lines), 1)
            self._lines.append((title, detail))
        for index, (title, detail) in enumerate(self._lines):
            one = rows[index] if index < len(rows) else None
            say(title, one.title if one is not None else "")
            say(detail, one.fact if one is not None else "")
            detail.set_tone(Tone.WARN if one is not None and (one.is_shut or one.warns) else Tone.PLAIN)


class StartForm(GateForm):
    """Greyed until the record allows the start, with what is missing in words above the button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("start", parent)
        self._suggested = ""
        self._may_start = False
        self._open_text = ""
        self._alike: tuple[str, ...] = ()
        self._is_asking = False
        self._words = ""
        self._whose = ""
        self._allowed: tuple[float, float] | None = None
        self._dose = TextField("check_in_dose", self.tr("Dose as ordered"))
        self._minutes = TextField("check_in_planned_min", self.tr("Minutes it is to run"))
        self._range = Label("", Text.CAPTION, Tone.SOFT, object_name="check_in_planned_range", wrap=True)
        self._length = QWidget()
        self._missing = Label(tone=Tone.SOFT, object_name="check_in_missing", wrap=True)
        self._warning = Label(tone=Tone.WARN, object_name="check_in_start_warning", wrap=True)
        self._start = PrimaryButton("", "check_in_start")
        theme.set_length(self._start, theme.Length.LEAST_HEIGHT, 64)
        length = labelled(self.tr("Minutes it is to run"), self._minutes)
        length.addWidget(self._range)
        self._length.setLayout(length)
        self._summary = _Summary()
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._summary)
        layout.addWidget(Rule())
        layout.addLayout(labelled(self.tr("Dose as ordered; compare with the order"), self._dose))
        layout.addWidget(self._length)
        layout.addWidget(self._missing)
        layout.addWidget(self._warning)
        layout.addWidget(self._start)
        layout.addStretch()
        self.setLayout(layout)
        self.keep("dose", self._dose)
        self.keep("minutes", self._minutes)
        self._start.clicked.connect(self._on_start)

    def show_scene(self, scene: Scene) -> None:
        """Show what is missing, or allow the start."""
        visit = scene.visit
        view = check_in_view(scene.chair)
        if view is None:
            return
        reason = why_not(scene.station.operator, StartInfusion)
        self._summary.show_gates(view)
        self._suggest(visit)
        self._allowed = visit.protocol.planned_allowed_min if visit.protocol.route is Route.IV else None
        self._length.setVisible(self._allowed is not None)
        if self._allowed is not None:
            least, most = self._allowed
            self._range.setText(self.tr("{:g} to {:g} minutes; left empty it is {:g}").format(
                least, most, visit.protocol.planned_min))  # fmt: skip
        self._words = self.tr("Injection given") if visit.protocol.route is Route.IM else self.tr("Start infusion")
        self._whose = start_words(scene.chair.number, visit.patient)
        alike = namesakes(scene.station, scene.chair)
        if alike != self._alike:
            self._alike, self._is_asking = alike, False
        self._may_start = view.may_start and not reason
        self._open_text = reason or _missing_text(self, view)
        self.look()

    def draft(self) -> dict[str, str]:
        """Return what was typed over the suggestion."""
        kept = super().draft()
        if kept.get("dose") == self._suggested:
            del kept["dose"]
        return kept

    def clear(self) -> None:
        """Forget the dose that was typed."""
        self._suggested = ""
        self._is_asking = False
        super().clear()

    def refused(self) -> None:
        """Leave the dose; ask anew."""
        self._is_asking = False
        self.look()

    def hold(self) -> None:
        """Take back the first of two taps: another form came to the front."""
        self._is_asking = False
        self.look()

    def look(self) -> None:
        """Say on the button what it does, and to whom."""
        lead = self.tr("Tap again: {}").format(self._words.lower()) if self._is_asking else self._words
        words = f"{lead}\n{self._whose}"
        if self._start.text() != words:
            self._start.setText(words)
            self._start.setAccessibleName(f"{lead}: {self._whose}")
        self._start.set_kind(ButtonKind.DANGER if self._is_asking else ButtonKind.PRIMARY)
        say(self._warning, self.tr("Careful: {}.").format("; ".join(self._alike)) if self._alike else "")
        has_dose = bool(self._dose.text().strip())
        say(self._missing, self._open_text or ("" if has_dose else self.tr("Write the dose as it was ordered.")))
        typed = self._minutes.text().strip()
        is_wrong = bool(typed) and self._planned() is None
        self._minutes.set_wrong(is_wrong)
        self._start.setEnabled(self._may_start and has_dose and not is_wrong)

    def _planned(self) -> float | None:
        return parse_minutes(self._minutes.text(), self._allowed) if self._allowed is not None else None

    def _suggest(self, visit: VisitView) -> None:
        is_told = visit.weight_kg is None and not visit.protocol.gates.ask_weight
        dose = suggested_dose(visit.protocol, visit.patient.weight_kg if is_told else visit.weight_kg)
        if self._dose.placeholderText() != visit.protocol.dose_text:
            self._dose.setPlaceholderText(visit.protocol.dose_text)
        if self._dose.text() == self._suggested:
            self._is_filling = True
            self._dose.setText(dose)
            self._is_filling = False
        self._suggested = dose

    @Slot()
    def _on_start(self) -> None:
        if self._alike and not self._is_asking:
            self._is_asking = True
            self.look()
            return
        dose = self._dose.text().strip()
        self._is_asking = False
        self.asked.emit(StartInfusion(chair=self.chair, dose_text=dose, planned_min=self._planned()))
        self.look()


def start_words(number: int, patient: Patient) -> str:
    """Return in whose chair a start would be, "Chair 2 · J. K. · born 9 March 1984"."""
    return f"Chair {number} · {patient.initials} · born {date_text(patient.birth_date)}"


def _missing_text(owner: QWidget, view: CheckInView) -> str:
    if not view.missing:
        return "" if view.may_start else owner.tr("The visit is not ready to start yet.")
    if len(view.missing) > _MOST_NAMED:
        return owner.tr("Still missing: {} of the {} in the list.").format(len(view.missing), view.n_gates)
    return owner.tr("Still missing: {}.").format(", ".join(view.missing))
