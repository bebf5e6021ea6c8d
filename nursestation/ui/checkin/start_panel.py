"""The right-hand half of check-in: what the monitors give, the baseline, and the start."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.checkin.view import CheckInView, Step, VitalLine
from nursestation.ui.controls import Button, FieldLabel, Label, Panel, PrimaryButton, QuietButton, TextField
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone

_MOST_NAMED = 3
"""How many of the missing gates are named again beside the button."""


class _Vitals(QWidget):
    """Four vitals in two columns: the number, or why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(theme.GAP // 2)
        self._grid.setColumnStretch(1, 1)
        self._values: list[tuple[Label, Label]] = []

    def show_vitals(self, vitals: tuple[VitalLine, ...]) -> None:
        """Show one line a vital."""
        while len(self._values) < len(vitals):
            name, value = Label(role=Text.STRONG), Label(wrap=True)
            at = len(self._values)
            self._grid.addWidget(name, at, 0)
            self._grid.addWidget(value, at, 1)
            self._values.append((name, value))
        for (name, value), vital in zip(self._values, vitals, strict=False):
            name.setText(vital.label)
            if value.text() != vital.text:
                value.setText(vital.text)
            value.set_tone(Tone.PLAIN if vital.is_live else Tone.WARN)


class StartPanel(QWidget):
    """Buttons are greyed until the record allows them, with what is missing in words above them.

    Signals:
        baseline_begun, baseline_taken: The step was asked for.
        cuff_wanted: A reading taken by hand shall be typed in.
        override_wanted: A gate shall be overridden.
        started: The start with this dose.
    """

    baseline_begun = Signal()
    baseline_taken = Signal()
    cuff_wanted = Signal()
    override_wanted = Signal()
    started = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggested = ""
        self._may_start = False
        self._vitals = _Vitals()
        self._feeding = Label("", Text.CAPTION, Tone.SOFT, object_name="check_in_monitors", wrap=True)
        self._readings = Label(object_name="check_in_baseline_readings", wrap=True)
        self._baseline = Label("", Text.STRONG, object_name="check_in_baseline_text", wrap=True)
        self._baseline_missing = Label(tone=Tone.SOFT, object_name="check_in_baseline_missing", wrap=True)
        self._begin = Button(self.tr("Begin baseline"), "check_in_begin_baseline", ButtonKind.PRIMARY)
        self._take = Button(self.tr("Take baseline"), "check_in_take_baseline", ButtonKind.PRIMARY)
        self._by_hand = QuietButton(self.tr("BP by hand…"), "check_in_manual_bp")
        self._dose = TextField("check_in_dose", self.tr("Dose as ordered"))
        self._missing = Label(tone=Tone.SOFT, object_name="check_in_missing", wrap=True)
        self._start = PrimaryButton(self.tr("Start infusion"), "check_in_start")
        self._override = QuietButton(self.tr("Override a gate…"), "check_in_override")
        self._build()
        self._begin.clicked.connect(self.baseline_begun)
        self._take.clicked.connect(self.baseline_taken)
        self._by_hand.clicked.connect(self.cuff_wanted)
        self._override.clicked.connect(self.override_wanted)
        self._start.clicked.connect(self._on_start)
        self._dose.textChanged.connect(self._look)

    def _build(self) -> None:
        monitors = column(margin=theme.MARGIN)
        monitors.addWidget(Label(self.tr("Monitors"), Text.TITLE))
        monitors.addWidget(self._feeding)
        monitors.addWidget(self._vitals)
        baseline = column(margin=theme.MARGIN)
        baseline.addWidget(Label(self.tr("Baseline"), Text.TITLE))
        baseline.addWidget(self._readings)
        baseline.addWidget(self._baseline)
        baseline.addWidget(self._baseline_missing)
        buttons = row()
        buttons.addWidget(self._begin, 1)
        buttons.addWidget(self._take, 1)
        buttons.addWidget(self._by_hand)
        baseline.addLayout(buttons)
        start = column(margin=theme.MARGIN)
        start.addWidget(Label(self.tr("Start"), Text.TITLE))
        start.addWidget(FieldLabel(self.tr("Dose as ordered; compare with the order"), self._dose))
        start.addWidget(self._dose)
        start.addWidget(self._missing)
        start.addWidget(self._start)
        start.addWidget(self._override)
        layout = column(spacing=theme.MARGIN)
        for name, inside in (("monitors", monitors), ("baseline", baseline), ("start", start)):
            layout.addWidget(_card(name, inside))
        layout.addStretch()
        self.setLayout(layout)

    def show_visit(self, view: CheckInView, dose: str, is_injection: bool, may_act: bool) -> None:
        """Show how far the visit is.

        Args:
            view: The page.
            dose: What to put into the dose field, unless somebody has typed there.
            is_injection: The start is an injection.
            may_act: False while nobody is signed in.
        """
        say(self._feeding, "\n".join(view.monitors))
        self._vitals.show_vitals(view.vitals)
        self._show_baseline(view, may_act)
        if self._dose.text() == self._suggested:
            self._dose.setText(dose)
        self._suggested = dose
        self._start.setText(self.tr("Injection given") if is_injection else self.tr("Start infusion"))
        self._start.setAccessibleName(self._start.text())
        self._may_start = view.may_start and may_act
        say(self._missing, _missing_text(self, view, may_act))
        self._override.setVisible(bool(view.missing))
        self._override.setEnabled(may_act)
        self._look()

    def _show_baseline(self, view: CheckInView, may_act: bool) -> None:
        say(self._readings, "\n".join(view.readings))
        say(self._baseline, view.baseline)
        before = view.step is Step.GATES
        if before:
            wanting = self.tr("Seat the patient, put the cuff and the sensors on, let them rest. Then begin.")
        else:
            wanting = view.baseline_missing
        say(self._baseline_missing, wanting)
        self._begin.setVisible(before)
        self._begin.setEnabled(view.may_begin_baseline and may_act)
        self._take.setVisible(not before)
        self._take.setText(self.tr("Take baseline again") if view.baseline else self.tr("Take baseline"))
        self._take.set_kind(ButtonKind.PLAIN if view.baseline else ButtonKind.PRIMARY)
        self._take.setEnabled(view.may_take_baseline and may_act)
        self._by_hand.setVisible(not before)
        self._by_hand.setEnabled(may_act)

    def focus_next_step(self) -> None:
        """Put the focus on the step that comes next, as far as it can be taken."""
        for button in (self._begin, self._take, self._start):
            if button.isVisibleTo(self) and button.isEnabled():
                button.setFocus()
                return

    def clear(self) -> None:
        """Forget the dose that was typed."""
        self._suggested = ""
        self._dose.clear()

    @Slot()
    def _look(self) -> None:
        self._start.setEnabled(self._may_start and bool(self._dose.text().strip()))

    @Slot()
    def _on_start(self) -> None:
        self.started.emit(self._dose.text().strip())


def _missing_text(owner: QWidget, view: CheckInView, may_act: bool) -> str:
    if not may_act:
        return owner.tr("Sign in first.")
    if not view.missing:
        return "" if view.may_start else owner.tr("The visit is not ready to start yet.")
    if len(view.missing) > _MOST_NAMED:
        return owner.tr("Still missing: {} of the {} in the list.").format(len(view.missing), view.n_gates)
    return owner.tr("Still missing: {}.").format(", ".join(view.missing))


def _card(name: str, inside: QVBoxLayout) -> Panel:
    panel = Panel(f"check_in_{name}_card", Surface.PANEL)
    panel.setLayout(inside)
    return panel
