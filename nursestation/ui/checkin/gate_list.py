"""The gates before the start as a live list; a gate that a person answers opens its form below itself."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.model import GateState
from nursestation.ui import theme
from nursestation.ui.checkin.view import Asks, GateRow
from nursestation.ui.controls import Button, Label, Rule
from nursestation.ui.layouts import column, keep_tab_order, retire, row
from nursestation.ui.roles import Text, Tone
from nursestation.ui.statemark import StateMark

_TITLE_WIDTH = 178
_BUTTON_WIDTH = 104
_ROW_HEIGHT = 46
_AT_ONCE = (Asks.IDENTITY, Asks.CONSENT, Asks.MONITORS, Asks.PATIENT)


class _Line(QWidget):
    """Mark, title, evidence and, where a person answers, a button."""

    pressed = Signal(str)

    def __init__(self, gate: GateRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asks = gate.asks
        self.gate = gate
        self.setObjectName(f"check_in_gate_{gate.id}")
        self._mark = StateMark()
        self._title = Label(gate.title, Text.STRONG, wrap=True)
        theme.set_length(self._title, theme.Length.WIDTH, _TITLE_WIDTH)
        self._detail = Label(gate.detail, tone=Tone.SOFT, object_name=f"check_in_gate_{gate.id}_detail", wrap=True)
        self.button = Button("", f"check_in_gate_{gate.id}_answer")
        theme.set_length(self.button, theme.Length.WIDTH, _BUTTON_WIDTH)
        line = row(spacing=theme.MARGIN)
        line.addWidget(self._mark)
        line.addWidget(self._title)
        line.addWidget(self._detail, 1)
        line.addWidget(self.button)
        self.setLayout(line)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, _ROW_HEIGHT)
        self.button.clicked.connect(self._press)

    def show_gate(self, gate: GateRow, is_open: bool, may_act: bool) -> None:
        """Show how the gate stands."""
        self.gate, self.asks = gate, gate.asks  # what is asked of a gate may change while it stands
        self._mark.show_state(gate.state)
        self._title.setText(gate.title)
        if self._detail.text() != gate.detail:
            self._detail.setText(gate.detail)
        self.setAccessibleName(f"{gate.title}: {self._mark.accessibleName()}. {gate.detail}")
        met = gate.state is GateState.MET
        at_once = self.asks in _AT_ONCE
        self.button.setVisible(self.asks is not Asks.NOTHING and not (at_once and met))
        self.button.setEnabled(may_act)
        words = self._word(is_open, met)
        if self.button.text() != words:
            self.button.setText(words)
            self.button.setAccessibleName(f"{gate.title}: {words}")

    def _word(self, is_open: bool, met: bool) -> str:
        if self.asks is Asks.IDENTITY:
            return self.tr("Checked")
        if self.asks is Asks.CONSENT:
            return self.tr("On file")
        if self.asks is Asks.MONITORS:
            return self.tr("Confirm")
        if self.asks is Asks.PATIENT:
            return self.tr("Answer…")
        if is_open:
            return self.tr("Hide")
        return self.tr("Change") if met else self.tr("Answer")

    @Slot()
    def _press(self) -> None:
        self.pressed.emit(self.asks.value)


class GateList(QWidget):
    """One form is open at a time; which one changes by a person's own doing alone.

    Signals:
        stated: The gate (`Asks`) that was answered with one tap: identity, consent, other monitors than last time.
        opened: The form that came into sight, to be scrolled to.
    """

    stated = Signal(object)
    opened = Signal(QWidget)

    def __init__(self, forms: Mapping[Asks, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forms = forms
        self._lines: list[_Line] = []
        self._rules: list[Rule] = []
        self._open: Asks | None = None
        self._may_act = True
        self._column: QVBoxLayout = column(spacing=1)
        for form in forms.values():
            form.hide()
        whole = column(spacing=0)
        whole.addLayout(self._column)
        whole.addStretch()
        self.setLayout(whole)

    def show_gates(self, gates: tuple[GateRow, ...], may_act: bool) -> None:
        """Show how the gates stand; the rows stay as long as the gates are the same ones."""
        self._may_act = may_act
        if [gate.id for gate in gates] != [line.gate.id for line in self._lines]:
            self._rebuild(gates)
        for line, gate in zip(self._lines, gates, strict=True):
            line.show_gate(gate, line.asks is self._open, may_act)

    def answered(self, asks: Asks) -> None:
        """Fold the form that was just sent and open the next one that still wants an answer."""
        if asks is not self._open:
            return
        wanting = [line for line in self._lines if line.asks in self._forms and line.gate.may_override]
        order = [line.asks for line in self._lines]
        later = [line.asks for line in wanting if order.index(line.asks) > order.index(asks)]
        self._show_form(next(iter(later), None))

    @property
    def is_folded(self) -> bool:
        """Say whether no form is open."""
        return self._open is None

    def focus_first(self) -> None:
        """Put the focus on the first gate that a person can answer."""
        for line in self._lines:
            if line.button.isVisibleTo(self):
                line.button.setFocus()
                return

    def reset(self) -> None:
        """Fold everything; the next gates begin anew."""
        self._show_form(None)
        for widget in (*self._lines, *self._rules):
            retire(self._column, widget)
        for form in self._forms.values():
            self._column.removeWidget(form)
        self._lines, self._rules = [], []

    def _rebuild(self, gates: tuple[GateRow, ...]) -> None:
        self.reset()
        for gate in gates:
            line = _Line(gate, self)
            line.pressed.connect(self._press)
            rule = Rule(parent=self)
            self._column.addWidget(line)
            line.show()  # at once, not with the next turn of the event loop: its button may take the focus now
            if gate.asks in self._forms:
                self._column.addWidget(self._forms[gate.asks])
            self._column.addWidget(rule)
            self._lines.append(line)
            self._rules.append(rule)
        keep_tab_order(self)
        first = next((gate.asks for gate in gates if gate.asks in self._forms and gate.may_override), None)
        self._show_form(first)

    def _show_form(self, asks: Asks | None) -> None:
        had_focus = any(form.isAncestorOf(self.focusWidget()) for form in self._forms.values() if self.focusWidget())
        self._open = asks
        for key, form in self._forms.items():
            form.setVisible(key is asks)
        for line in self._lines:
            line.show_gate(line.gate, line.asks is asks, self._may_act)
            if had_focus and line.asks is asks and asks is not None:
                line.button.setFocus()
        if asks is not None:
            self.opened.emit(self._forms[asks])

    @Slot(str)
    def _press(self, key: str) -> None:
        asks = Asks(key)
        if asks in self._forms:
            self._show_form(None if asks is self._open else asks)
        else:
            self.stated.emit(asks)
