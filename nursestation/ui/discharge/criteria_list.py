"""The discharge criteria as a list: what the record proves is filled in by itself, what a person must see is ticked by one."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.model import GateState
from nursestation.core.scores import moaas_evidence, suggestions
from nursestation.core.snapshot import ChairSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Button, Label, QuietButton, Rule
from nursestation.ui.discharge.score_forms import AldreteForm, SedationForm
from nursestation.ui.discharge.view import Answer, CriterionLine, OpenEffect, one_tap_evidence
from nursestation.ui.layouts import column, keep_tab_order, retire, row
from nursestation.ui.roles import Text, Tone
from nursestation.ui.statemark import StateMark
from nursestation.ui.taps import Taps

_TITLE_SHARE = 0.35
_TITLE_WIDEST = 420
_ROW_HEIGHT = 46
_FORMS = (Answer.ALDRETE, Answer.SEDATION)
_AT_ONCE = (Answer.IV_REMOVED, Answer.INSTRUCTIONS, Answer.SEEN)


class _Line(QWidget):
    """Mark, title, evidence, and what a person can do about it."""

    answered = Signal(str)
    undone = Signal(str)

    def __init__(self, line: CriterionLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.setObjectName(f"discharge_{line.id}")
        self._mark = StateMark()
        self._title = Label(line.title, Text.STRONG, wrap=True)
        self._evidence = Label(tone=Tone.SOFT, object_name=f"discharge_{line.id}_evidence", wrap=True)
        self.button = Button("", f"discharge_{line.id}_answer")
        self._undo = QuietButton(self.tr("Undo"), f"discharge_{line.id}_undo")
        inside = row(spacing=theme.MARGIN)
        inside.addWidget(self._mark)
        inside.addWidget(self._title)
        inside.addWidget(self._evidence, 1)
        inside.addWidget(self.button)
        inside.addWidget(self._undo)
        self.setLayout(inside)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, _ROW_HEIGHT)
        self.button.clicked.connect(self._on_answer)
        self._undo.clicked.connect(self._on_undo)

    def show_line(self, line: CriterionLine, is_open: bool, may_act: bool) -> None:
        """Show how the criterion stands."""
        self.line = line
        self._mark.show_state(line.state)
        if self._evidence.text() != line.evidence:
            self._evidence.setText(line.evidence)
        self._evidence.setToolTip(line.whole if line.whole != line.evidence else "")
        self.setAccessibleName(f"{line.title}: {self._mark.accessibleName()}. {line.whole}")
        met = line.state is GateState.MET
        at_once = line.answer in _AT_ONCE
        self.button.setVisible(may_act and (line.answer in _FORMS or (at_once and not met)))
        self._undo.setVisible(may_act and at_once and met)
        self._undo.setAccessibleName(f"{line.title}: {self._undo.text()}")
        words = self._word(is_open, met)
        if self.button.text() != words:
            self.button.setText(words)
            self.button.setAccessibleName(f"{line.title}: {words}")

    def _word(self, is_open: bool, met: bool) -> str:
        match self.line.answer:
            case Answer.IV_REMOVED:
                return self.tr("Removed, site dry")
            case Answer.INSTRUCTIONS:
                return self.tr("Given")
            case Answer.SEEN:
                return self.tr("Seen")
            case _:
                if is_open:
                    return self.tr("Hide")
                return self.tr("Score again") if met else self.tr("Score")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep titles and evidence of all lines in two columns, whatever stands at the end of each."""
        super().resizeEvent(event)
        self._title.setFixedWidth(min(theme.px(_TITLE_WIDEST), round(self.width() * _TITLE_SHARE)))

    @Slot()
    def _on_answer(self) -> None:
        self.answered.emit(self.line.id)

    @Slot()
    def _on_undo(self) -> None:
        self.undone.emit(self.line.id)


class CriteriaList(QWidget):
    """One score form is open at a time, and only because somebody opened it.

    Signals:
        answered: Criterion id, met or not, evidence in words, and a score or None.
        resolved: Id of a charted side effect that is over.
        opened: The form that came into sight.
    """

    answered = Signal(str, bool, str, object)
    resolved = Signal(str)
    opened = Signal(QWidget)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[_Line] = []
        self._rules: list[Rule] = []
        self._open: Answer | None = None
        self._aldrete = AldreteForm()
        self._sedation = SedationForm()
        self._effects = Taps("discharge_effect_over")
        self._aldrete_at_least = 0
        self._moaas_at_least = 0
        self._instructions = ""
        self._may_act = False
        self._column: QVBoxLayout = column(spacing=1)
        self._below: Mapping[Answer, QWidget] = {
            Answer.ALDRETE: self._aldrete,
            Answer.SEDATION: self._sedation,
            Answer.SIDE_EFFECTS: self._effects,
        }
        for form in self._below.values():
            form.hide()
        self.setLayout(self._column)
        self._aldrete.scored.connect(self._on_aldrete)
        self._sedation.scored.connect(self._on_sedation)
        self._effects.tapped.connect(self.resolved)

    def show_criteria(
        self, chair: ChairSnapshot, lines: tuple[CriterionLine, ...], effects: tuple[OpenEffect, ...], may_act: bool
    ) -> None:
        """Show how the criteria stand, and what of the record bears on the scores."""
        if chair.visit is not None:
            rules = chair.visit.protocol.discharge
            self._aldrete_at_least, self._moaas_at_least = rules.aldrete_at_least, rules.moaas_at_least
            self._instructions = rules.instructions
        self._may_act = may_act
        if [line.id for line in lines] != [line.line.id for line in self._lines]:
            self._rebuild(lines)
        for widget, line in zip(self._lines, lines, strict=True):
            widget.show_line(line, line.answer is self._open, may_act)
        self._aldrete.suggest(suggestions(chair))
        self._effects.offer([(one.entry_id, self.tr("Over: {}").format(one.text), one.entry_id) for one in effects])
        self._effects.setVisible(bool(effects) and may_act)

    def focus_first(self) -> None:
        """Put the focus on the first line that a person can answer."""
        for widget in self._lines:
            if widget.button.isVisibleTo(self):
                widget.button.setFocus()
                return

    def reset(self) -> None:
        """Fold everything; the next criteria begin anew."""
        self._show_form(None)
        for widget in (*self._lines, *self._rules):
            retire(self._column, widget)
        for form in self._below.values():
            self._column.removeWidget(form)
            form.hide()
        self._lines, self._rules = [], []

    def _rebuild(self, lines: tuple[CriterionLine, ...]) -> None:
        self.reset()
        for line in lines:
            widget = _Line(line, self)
            widget.answered.connect(self._on_answer)
            widget.undone.connect(self._on_undo)
            rule = Rule(parent=self)
            self._column.addWidget(widget)
            widget.show()  # at once, not with the next turn of the event loop: its button may take the focus now
            if line.answer in self._below:
                self._column.addWidget(self._below[line.answer])
            self._column.addWidget(rule)
            self._lines.append(widget)
            self._rules.append(rule)
        keep_tab_order(self)

    def _show_form(self, answer: Answer | None) -> None:
        self._open = answer
        self._aldrete.setVisible(answer is Answer.ALDRETE)
        self._sedation.setVisible(answer is Answer.SEDATION)
        for widget in self._lines:
            widget.show_line(widget.line, widget.line.answer is answer, self._may_act)
        if answer is Answer.ALDRETE:
            self._aldrete.begin()
        if answer is Answer.SEDATION:
            self._sedation.begin()
        if answer is not None:
            self.opened.emit(self._below[answer])

    def _id_of(self, answer: Answer) -> str:
        return next((widget.line.id for widget in self._lines if widget.line.answer is answer), answer.value)

    @Slot(str)
    def _on_answer(self, criterion: str) -> None:
        answer = next(widget.line.answer for widget in self._lines if widget.line.id == criterion)
        if answer in _FORMS:
            self._show_form(None if answer is self._open else answer)
            return
        self.answered.emit(criterion, True, one_tap_evidence(answer, self._instructions), None)

    @Slot(str)
    def _on_undo(self, criterion: str) -> None:
        self.answered.emit(criterion, False, self.tr("taken back"), None)

    @Slot(int, str)
    def _on_aldrete(self, score: int, evidence: str) -> None:
        self.answered.emit(self._id_of(Answer.ALDRETE), score >= self._aldrete_at_least, evidence, score)
        self._show_form(None)

    @Slot(int)
    def _on_sedation(self, score: int) -> None:
        met = score >= self._moaas_at_least
        self.answered.emit(self._id_of(Answer.SEDATION), met, moaas_evidence(score), score)
        self._show_form(None)
