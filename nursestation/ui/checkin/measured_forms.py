"""What the monitors give before the start: the numbers as they come, and the baseline."""

from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.commands import BeginBaseline, ConfirmMonitors, EnterCuffReading, TakeBaseline
from nursestation.core.snapshot import VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.checkin.view import CheckInView, Step, VitalLine, check_in_view
from nursestation.ui.controls import Label, PrimaryButton, QuietButton
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone


class _Vitals(QWidget):
    """The watched vitals: the number, or why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.MARGIN)
        self._grid.setVerticalSpacing(theme.GAP)
        self._grid.setColumnStretch(1, 1)
        self._values: list[tuple[Label, Label]] = []

    def show_vitals(self, vitals: tuple[VitalLine, ...]) -> None:
        """Show one line a vital."""
        while len(self._values) < len(vitals):
            name, value = Label(role=Text.STRONG), Label("", Text.TITLE, wrap=True)
            at = len(self._values)
            self._grid.addWidget(name, at, 0)
            self._grid.addWidget(value, at, 1)
            self._values.append((name, value))
        for (name, value), vital in zip(self._values, vitals, strict=False):
            name.setText(vital.label)
            if value.text() != vital.text:
                value.setText(vital.text)
            value.set_tone(Tone.PLAIN if vital.is_live else Tone.WARN)


class MonitorsForm(GateForm):
    """Which monitors feed the chair, what they give, and what is asked of them.

    Signals:
        patient_asked: Whose numbers a monitor gives is to be answered.
    """

    patient_asked = Signal()

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("monitors", parent)
        self._zone = zone
        self._feeding = Label(object_name="check_in_monitors", wrap=True)
        self._vitals = _Vitals()
        self._confirm = PrimaryButton(self.tr("Yes, these are the right ones"), "check_in_monitors_confirm")
        self._answer = PrimaryButton(self.tr("Answer…"), "check_in_monitors_answer")
        self._advice = Label(tone=Tone.SOFT, object_name="check_in_monitors_advice", wrap=True)
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._feeding)
        layout.addWidget(self._vitals)
        layout.addWidget(self._advice)
        layout.addWidget(self._confirm)
        layout.addWidget(self._answer)
        layout.addStretch()
        self.setLayout(layout)
        self._confirm.clicked.connect(self._on_confirm)
        self._answer.clicked.connect(self.patient_asked)

    def show_scene(self, scene: Scene) -> None:
        """Show what comes."""
        view = check_in_view(scene.chair, self._zone)
        gate = next((one for one in scene.visit.gates if one.id == "monitors"), None)
        if view is None:
            return
        say(self._feeding, "\n".join(view.monitors))
        self._vitals.show_vitals(view.vitals)
        is_held = any(link.question for link in scene.chair.links)
        asks = gate.asks if gate is not None else ""
        say(self._advice, asks if not is_held else "")
        self._confirm.setVisible(bool(asks) and not is_held)
        self._answer.setVisible(is_held)

    @Slot()
    def _on_confirm(self) -> None:
        self.ask(ConfirmMonitors(chair=self.chair))


class BaselineForm(GateForm):
    """Begin, see the readings come, take them.

    Signals:
        cuff_wanted: A reading taken by hand shall be typed in.
    """

    cuff_wanted = Signal()

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("baseline", parent)
        self._zone = zone
        self._ceiling = Label(tone=Tone.SOFT, object_name="check_in_baseline_ceiling", wrap=True)
        self._readings = Label("", Text.TITLE, object_name="check_in_baseline_readings", wrap=True)
        self._baseline = Label("", Text.TITLE, object_name="check_in_baseline_text", wrap=True)
        self._missing = Label(tone=Tone.SOFT, object_name="check_in_baseline_missing", wrap=True)
        self._begin = PrimaryButton(self.tr("Begin baseline"), "check_in_begin_baseline")
        self._take = PrimaryButton(self.tr("Take baseline"), "check_in_take_baseline")
        self._by_hand = QuietButton(self.tr("BP by hand…"), "check_in_manual_bp")
        layout = column(spacing=theme.MARGIN)
        for label in (self._readings, self._baseline, self._missing, self._ceiling):
            layout.addWidget(label)
        buttons = row()
        buttons.addWidget(self._begin, 1)
        buttons.addWidget(self._take, 1)
        buttons.addWidget(self._by_hand)
        layout.addLayout(buttons)
        layout.addStretch()
        self.setLayout(layout)
        self._begin.clicked.connect(self._on_begin)
        self._take.clicked.connect(self._on_take)
        self._by_hand.clicked.connect(self.cuff_wanted)

    def show_scene(self, scene: Scene) -> None:
        """Show how far the readings are."""
        view = check_in_view(scene.chair, self._zone)
        if view is None:
            return
        operator = scene.station.operator
        say(self._readings, "\n".join(view.readings))
        say(self._baseline, view.baseline)
        before = view.step is Step.GATES
        say(self._missing, _what_to_do(self, view, before))
        say(self._ceiling, "" if view.baseline else _ceiling_text(self, scene.visit))
        self._begin.setVisible(before)
        self._begin.allow(why_not(operator, BeginBaseline))
        self._begin.setEnabled(view.may_begin_baseline)
        self._take.setVisible(not before)
        words = self.tr("Take baseline again") if view.baseline else self.tr("Take baseline")
        if self._take.text() != words:
            self._take.setText(words)
            self._take.setAccessibleName(words)
        self._take.set_kind(ButtonKind.PLAIN if view.baseline else ButtonKind.PRIMARY)
        self._take.allow(why_not(operator, TakeBaseline))
        self._take.setEnabled(view.may_take_baseline)
        self._by_hand.setVisible(not before)
        self._by_hand.allow(why_not(operator, EnterCuffReading))

    @Slot()
    def _on_begin(self) -> None:
        self.ask(BeginBaseline(chair=self.chair), done=False)

    @Slot()
    def _on_take(self) -> None:
        self.ask(TakeBaseline(chair=self.chair))


def _what_to_do(owner: QWidget, view: CheckInView, before: bool) -> str:
    if before:
        return owner.tr("Seat the patient, put the cuff and the sensors on, let them rest. Then begin.")
    missing = view.baseline_missing
    return f"{missing[:1].upper()}{missing[1:]}." if missing else ""


def _ceiling_text(owner: QWidget, visit: VisitView) -> str:
    bp = visit.protocol.bp
    return owner.tr("The start waits above {:g}/{:g}: let the patient rest and measure again.").format(
        bp.start_ceiling_sys, bp.start_ceiling_dia
    )
