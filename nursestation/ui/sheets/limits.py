"""The alarm limits of one patient: what is in force, changed within the preset's bounds, or proposed from the baseline."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.commands import AcceptLimits, ResetLimits, SetLimit
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.controls import Button, CheckField, ElidingLabel, Label
from nursestation.ui.layouts import column, retire, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.limits_view import (
    LimitLine,
    ProposedLine,
    SideView,
    accept,
    limit_commands,
    limit_lines,
    proposed_lines,
)
from nursestation.ui.sheets.sheet import Sheet

_VALUE_PX = 48
_TITLE_PX = 104


class Stepper(QWidget):
    """One limit between two buttons; without a limit it says so.

    Signals:
        stepped: (metric, is it the low side, new value).
    """

    stepped = Signal(str, bool, float)

    def __init__(self, metric: str, *, is_low: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        side = "low" if is_low else "high"
        self._metric, self._is_low = metric, is_low
        self._view: SideView | None = None
        self._down = Button("−", f"limits_{metric}_{side}_down")
        self._up = Button("+", f"limits_{metric}_{side}_up")
        self._value = Label("", Text.CLOCK, object_name=f"limits_{metric}_{side}")
        self._value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_length(self._value, theme.Length.LEAST_WIDTH, _VALUE_PX)
        line = row(spacing=4)
        line.addWidget(self._down)
        line.addWidget(self._value)
        line.addWidget(self._up)
        line.addStretch(1)
        self.setLayout(line)
        self._down.clicked.connect(self._on_down)
        self._up.clicked.connect(self._on_up)

    def render(self, view: SideView | None, title: str) -> None:  # type: ignore[override]
        """Show a side of the limit of what `title` names."""
        self._view = view
        which = self.tr("lower limit") if self._is_low else self.tr("upper limit")
        for button, way in ((self._down, self.tr("down")), (self._up, self.tr("up"))):
            button.setAccessibleName(f"{title}, {which}, {way}")
            button.setVisible(view is not None)
        self._value.setText("–" if view is None else view.text)
        self._value.set_tone(Tone.WARN if view is not None and view.is_edited else Tone.PLAIN)
        self._down.setEnabled(view is not None and view.down is not None)
        self._up.setEnabled(view is not None and view.up is not None)

    @Slot()
    def _on_down(self) -> None:
        if self._view is not None and self._view.down is not None:
            self.stepped.emit(self._metric, self._is_low, self._view.down)

    @Slot()
    def _on_up(self) -> None:
        if self._view is not None and self._view.up is not None:
            self.stepped.emit(self._metric, self._is_low, self._view.up)


class LimitsSheet(Sheet):
    """Steppers, one line a vital; nothing is in force before it was sent."""

    asks = SetLimit

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("limits", self.tr("Alarm limits"), self.tr("Set these limits"), ButtonKind.PRIMARY, parent)
        self._chair_shown: ChairSnapshot | None = None
        self._edits: dict[tuple[str, bool], float] = {}
        self._metrics: tuple[str, ...] = ()
        self._parts: list[QWidget] = []
        self._sides: dict[tuple[str, bool], Stepper] = {}
        self._titles: dict[str, tuple[Label, ElidingLabel]] = {}
        self._source = Label("", tone=Tone.SOFT, object_name="limits_source", wrap=True)
        self._propose = Button(self.tr("Limits from this patient…"), "limits_propose")
        self._reset = Button(self.tr("Preset again"), "limits_reset")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(3, 1)
        self.body.addWidget(self._source)
        self.body.addLayout(self._grid)
        for place, heading in enumerate((self.tr("Lower limit"), self.tr("Upper limit")), 1):
            self._grid.addWidget(Label(heading, Text.CAPTION, Tone.SOFT), 0, place)
        self.body.addStretch()
        self.senders = (self._propose, self._reset)
        for way in self.senders:
            self.head.insertWidget(self.head.count() - 1, way)
        self._propose.clicked.connect(self._on_propose)
        self._reset.clicked.connect(self._on_reset)

    def show_visit(self, chair: ChairSnapshot, _visit: VisitView) -> None:
        """Show the limits in force, and what was stepped since."""
        self._chair_shown = chair
        say(self._source, "" if chair.limits else self.tr("No limits are in force: this visit is over."))
        self._propose.setEnabled(bool(chair.proposal))
        self._propose.set_tip("" if chair.proposal else self.tr("Take the baseline first."))
        self._reset.setEnabled(any(view.changed_by for view in chair.limits))
        lines = limit_lines(chair.limits, self._edits)
        metrics = tuple(line.metric for line in lines)
        if metrics != self._metrics:
            self._rebuild(lines)
            self._metrics = metrics
        for line in lines:
            title, note = self._titles[line.metric]
            title.setText(line.title)
            note.setText(line.note)
            self._sides[line.metric, True].render(line.low, line.title)
            self._sides[line.metric, False].render(line.high, line.title)
        self.send_button.setEnabled(bool(limit_commands(self.chair, chair.limits, self._edits)))

    def by_hand(self) -> dict[str, str]:
        """Return what was stepped and is not in force yet."""
        return {
            f"{metric} {'low' if is_low else 'high'}": f"{value:g}" for (metric, is_low), value in self._edits.items()
        }

    def clear(self) -> None:
        """Forget what was stepped."""
        self._edits.clear()

    def send(self) -> None:
        """Set what was stepped."""
        if self._chair_shown is None:
            return
        for command in limit_commands(self.chair, self._chair_shown.limits, self._edits):
            self.command_requested.emit(command)
        self.leave()

    def _rebuild(self, lines: tuple[LimitLine, ...]) -> None:
        for part in self._parts:
            retire(self._grid, part)
        self._parts, self._sides, self._titles = [], {}, {}
        for number, line in enumerate(lines, 1):
            title = Label("", Text.STRONG, object_name=f"limits_{line.metric}_title")
            theme.set_length(title, theme.Length.LEAST_WIDTH, _TITLE_PX)
            note = ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name=f"limits_{line.metric}_note")
            low, high = Stepper(line.metric, is_low=True), Stepper(line.metric, is_low=False)
            self._titles[line.metric] = (title, note)
            self._sides[line.metric, True], self._sides[line.metric, False] = low, high
            for stepper in (low, high):
                stepper.stepped.connect(self._on_stepped)
            for place, part in enumerate((title, low, high, note)):
                self._grid.addWidget(part, number, place)
                self._parts.append(part)

    @Slot(str, bool, float)
    def _on_stepped(self, metric: str, is_low: bool, value: float) -> None:
        self._edits[metric, is_low] = value
        chair = self._chair_shown
        if chair is not None and chair.visit is not None:
            self.show_visit(chair, chair.visit)

    @Slot()
    def _on_propose(self) -> None:
        self.sheet_requested.emit("limits_proposal")

    @Slot()
    def _on_reset(self) -> None:
        self.command_requested.emit(ResetLimits(chair=self.chair))
        self.leave()


class ProposalSheet(Sheet):
    """What the baseline would make of the limits; a tick a line that was looked at, and only those are taken over."""

    asks = AcceptLimits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "limits_proposal",
            self.tr("Limits from this patient"),
            self.tr("Take over the ticked ones"),
            ButtonKind.PRIMARY,
            parent,
        )
        self._chair_shown: ChairSnapshot | None = None
        self._lines: tuple[ProposedLine, ...] = ()
        self._ticks: dict[str, CheckField] = {}
        self._list = column(spacing=2)
        told = self.tr(
            "Worked out from the baseline, within the preset's bounds. Look at each line, and tick what fits this patient."
        )
        self.body.addWidget(Label(told, tone=Tone.SOFT, wrap=True))
        self.body.addLayout(self._list)
        self.body.addStretch()

    def show_visit(self, chair: ChairSnapshot, _visit: VisitView) -> None:
        """Show the proposal; lines that change lose their tick."""
        self._chair_shown = chair
        lines = proposed_lines(chair)
        if lines != self._lines:
            self._lines = lines
            self._rebuild()
        self._look()

    def clear(self) -> None:
        """Take the ticks away."""
        for tick in self._ticks.values():
            tick.setChecked(False)

    def send(self) -> None:
        """Take over what was ticked."""
        chosen = [metric for metric, tick in self._ticks.items() if tick.isChecked()]
        if self._chair_shown is not None and chosen:
            self.command_requested.emit(accept(self._chair_shown, chosen))
            self.leave()

    def _rebuild(self) -> None:
        for old in self._ticks.values():
            retire(self._list, old)
        self._ticks = {}
        for line in self._lines:
            tick = CheckField(f"{line.text}    {line.how}", f"limits_proposal_{line.metric}")
            tick.toggled.connect(self._look)
            self._ticks[line.metric] = tick
            self._list.addWidget(tick)

    @Slot()
    def _look(self) -> None:
        n = sum(tick.isChecked() for tick in self._ticks.values())
        self.send_button.setEnabled(bool(n))
        nothing = self.tr("There is no proposal: take the baseline first.")
        self.say("" if n else self.tr("Tick what you looked at.") if self._lines else nothing)
