"""The discharge criteria as a list: what the record proves is filled in by itself, what a person must see is ticked by one."""

from collections.abc import Mapping
from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from nursestation.core.assessed import GAIT
from nursestation.core.commands import AcknowledgeInstructions, AnswerCriterion, ResolveChart
from nursestation.core.protocols import DischargeRules
from nursestation.core.scores import MOAAS, RECOVERY, evidence, moaas_evidence, suggestions, total
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.checkin.gate_form import Scene
from nursestation.ui.controls import Button, Label, Rule
from nursestation.ui.discharge.language_form import LanguageForm
from nursestation.ui.discharge.orthostatic_form import OrthostaticForm
from nursestation.ui.discharge.score_forms import GaitForm, NumberForm, RecoveryForm
from nursestation.ui.discharge.view import Act, Answer, CriterionLine, OpenEffect, full_score, one_tap_evidence
from nursestation.ui.layouts import column, keep_tab_order, retire, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.statemark import StateMark
from nursestation.ui.taps import Taps

_TITLE_SHARE = 0.32
_TITLE_WIDEST = 420
_ROW_HEIGHT = 44
_WIDE = 800
"""From this width on [px at the designed size] title and evidence stand beside each other, below it under each other."""
_QT_MOST = 16_777_215  # QWIDGETSIZE_MAX: no bound
_QUIET = (Act.MORE, Act.UNDO)
_ORIENTED = ((3, "person, place and time"), (2, "two of them"), (1, "one of them"), (0, "none"))
_FULLY_ORIENTED = 3
_WIDE_AWAKE = 5
_WALKS_WELL = tuple((item, 1) for item, _, _ in GAIT)


class _Line(QWidget):
    """Mark, title, evidence, how old it is, and what a person can do about it.

    Signals:
        pressed: Id of the criterion and the `Act` of the button.
    """

    pressed = Signal(str, object)

    def __init__(self, line: CriterionLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.setObjectName(f"discharge_{line.id}")
        self._mark = StateMark()
        self._title = Label(line.title, Text.STRONG, wrap=True)
        # small, so that every line of an ordinary visit is in sight at once in a small window
        self._evidence = Label("", Text.CAPTION, Tone.SOFT, object_name=f"discharge_{line.id}_evidence", wrap=True)
        self._when = Label(role=Text.CAPTION, tone=Tone.SOFT, object_name=f"discharge_{line.id}_when")
        self.buttons = {
            act: Button("", f"discharge_{line.id}_{act}") for act in (Act.ANSWER, Act.DRIVER, Act.MORE, Act.UNDO)
        }
        self._texts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._texts.setContentsMargins(theme.GAP, 0, 0, 0)
        self._texts.addWidget(self._title)
        self._texts.addWidget(self._evidence, 1)
        inside = row(spacing=theme.GAP)
        inside.setContentsMargins(0, 0, theme.GAP, 0)
        inside.addWidget(self._mark)
        inside.addLayout(self._texts, 1)
        inside.addWidget(self._when)
        for button in self.buttons.values():
            inside.addWidget(button)
            button.clicked.connect(self._on_press)
        self.setLayout(inside)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, _ROW_HEIGHT)

    def show_line(self, line: CriterionLine, is_open: bool, may_act: bool) -> None:
        """Show how the criterion stands; `is_open` where its form is."""
        self.line = line
        self._mark.show_state(line.state)
        if self._evidence.text() != line.evidence:
            self._evidence.setText(line.evidence)
        self._evidence.setToolTip(line.whole if line.whole != line.evidence else "")
        say(self._when, line.when)
        self.setAccessibleName(f"{line.title}: {self._mark.accessibleName()}. {line.whole} {line.when}".strip())
        offered = {button.act: button.words for button in line.buttons} if may_act else {}
        for act, button in self.buttons.items():
            words = self.tr("Hide") if is_open and act is Act.MORE and act in offered else offered.get(act, "")
            if words and button.text() != words:
                button.setText(words)
                button.setAccessibleName(f"{line.title}: {words}")
            is_second = act in _QUIET and (is_open or Act.ANSWER in offered or not line.may_override)
            button.set_kind(ButtonKind.QUIET if is_second else ButtonKind.PLAIN)
            button.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep titles and evidence of all lines in two columns, whatever stands at the end of each."""
        super().resizeEvent(event)
        if self.width() >= theme.px(_WIDE):
            self._texts.setDirection(QBoxLayout.Direction.LeftToRight)
            self._texts.setSpacing(theme.MARGIN)
            self._title.setFixedWidth(min(theme.px(_TITLE_WIDEST), round(self.width() * _TITLE_SHARE)))
        else:
            self._texts.setDirection(QBoxLayout.Direction.TopToBottom)
            self._texts.setSpacing(0)
            self._title.setMinimumWidth(0)
            self._title.setMaximumWidth(_QT_MOST)

    @Slot()
    def _on_press(self) -> None:
        act = next((act for act, button in self.buttons.items() if button is self.sender()), None)
        if act is not None:
            self.pressed.emit(self.line.id, act)


class CriteriaList(QWidget):
    """One form is open at a time, and only because somebody opened it.

    Signals:
        asked: A command of `core.commands`.
        print_wanted: The instructions are to be printed in this language ("" for the protocol's own).
        shorten_wanted: The observation is to be shortened.
        opened: The form that came into sight.
        edited: What is typed of the check lying and standing has changed.
    """

    asked = Signal(object)
    print_wanted = Signal(str)
    shorten_wanted = Signal()
    opened = Signal(QWidget)
    edited = Signal()

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chair: ChairSnapshot | None = None
        self._visit: VisitView | None = None
        self._lines: list[_Line] = []
        self._rules: list[Rule] = []
        self._open = ""
        self._may_act = False
        self._recovery = {which: RecoveryForm(score) for which, score in RECOVERY.items()}
        self._sedation = NumberForm(
            "discharge_moaas",
            self.tr("MOAA/S"),
            self.tr("Say the name in a normal voice; then louder; then touch"),
            MOAAS,
        )
        self._orientation = NumberForm(
            "discharge_oriented", self.tr("Orientation"), self.tr("Ask who, where, and what day it is"), _ORIENTED
        )
        self._gait = GaitForm()
        self.orthostatic = OrthostaticForm(zone)
        self._language = LanguageForm()
        self._effects = Taps("discharge_effect_over")
        self._forms: Mapping[str, QWidget] = {
            **self._recovery,
            "sedation": self._sedation,
            "orientation": self._orientation,
            "gait": self._gait,
            "orthostatic": self.orthostatic,
            "instructions": self._language,
        }
        self._column: QVBoxLayout = column(spacing=1)
        self.setLayout(self._column)
        for form in (*self._forms.values(), self._effects):
            form.hide()
        for form in self._recovery.values():
            form.scored.connect(self._on_recovery)
        self._sedation.scored.connect(self._on_sedation)
        self._orientation.scored.connect(self._on_orientation)
        self._gait.answered.connect(self._on_gait)
        self.orthostatic.asked.connect(self.asked)
        self.orthostatic.answered.connect(self._fold)
        self.orthostatic.edited.connect(self.edited)
        self._language.chosen.connect(self._on_language)
        self._effects.tapped.connect(self._on_effect)

    def show_criteria(
        self,
        station: StationSnapshot,
        chair: ChairSnapshot,
        visit: VisitView,
        lines: tuple[CriterionLine, ...],
        effects: tuple[OpenEffect, ...],
        may_act: bool,
    ) -> None:
        """Show how the criteria stand, and what of the record bears on the answers."""
        self._chair, self._visit, self._may_act = chair, visit, may_act
        if [line.id for line in lines] != [line.line.id for line in self._lines]:
            self._rebuild(lines)
        if self._open and not may_act:
            self._show_form("")
        for widget, line in zip(self._lines, lines, strict=True):
            widget.show_line(line, line.id == self._open, may_act)
        for which, form in self._recovery.items():
            form.suggest(suggestions(chair, RECOVERY[which]))
        self.orthostatic.render_scene(Scene(station, chair, visit))
        self._language.offer(visit.protocol.discharge.instructions_by_language)
        self._effects.offer([(one.entry_id, self.tr("Over: {}").format(one.text), one.entry_id) for one in effects])
        self._effects.setVisible(bool(effects) and may_act)

    def focus_first(self) -> None:
        """Put the focus on the first line that a person can answer."""
        for act in (Act.ANSWER, Act.MORE):
            for widget in self._lines:
                if widget.line.may_override and widget.buttons[act].isVisibleTo(self):
                    widget.buttons[act].setFocus()
                    return

    def reset(self) -> None:
        """Fold everything; the next criteria begin anew."""
        self._show_form("")
        for widget in (*self._lines, *self._rules):
            retire(self._column, widget)
        for form in (*self._forms.values(), self._effects):
            self._column.removeWidget(form)
            form.hide()
        self._lines, self._rules = [], []

    def _rebuild(self, lines: tuple[CriterionLine, ...]) -> None:
        self.reset()
        for line in lines:
            widget = _Line(line, self)
            widget.pressed.connect(self._on_press)
            rule = Rule(parent=self)
            self._column.addWidget(widget)
            widget.show()  # at once, not with the next turn of the event loop: its button may take the focus now
            below = self._effects if line.answer is Answer.SIDE_EFFECTS else self._forms.get(line.id)
            if below is not None:
                self._column.addWidget(below)
            self._column.addWidget(rule)
            self._lines.append(widget)
            self._rules.append(rule)
        keep_tab_order(self)

    def _show_form(self, which: str) -> None:
        self._open = which
        for name, form in self._forms.items():
            form.setVisible(name == which)
        for widget in self._lines:
            widget.show_line(widget.line, widget.line.id == which, self._may_act)
        for form in self._forms.values():
            if isinstance(form, RecoveryForm | NumberForm | GaitForm):
                form.begin()  # the folded ones too: what was sent is nobody's to send any more
        opened = self._forms.get(which)
        if opened is not None:
            self.opened.emit(opened)

    @Slot()
    def _fold(self) -> None:
        self._show_form("")

    @property
    def _rules_now(self) -> DischargeRules:
        assert self._visit is not None
        return self._visit.protocol.discharge

    def _say(
        self,
        criterion: str,
        met: bool,
        words: str,
        score: int | None = None,
        items: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Send an answer, and fold the form that gave it."""
        if self._chair is None:
            return
        self.asked.emit(
            AnswerCriterion(
                chair=self._chair.number, criterion=criterion, met=met, evidence=words, score=score, items=items
            )
        )
        self._show_form("")

    @Slot(str, object)
    def _on_press(self, which: str, act: Act) -> None:
        if self._chair is None:
            return
        line = next(widget.line for widget in self._lines if widget.line.id == which)
        match line.answer, act:
            case (_, Act.UNDO):
                self._say(which, False, self.tr("taken back"))
            case (Answer.OBSERVATION, _):
                self.shorten_wanted.emit()
            case (Answer.SHEET, Act.MORE) if not self._rules_now.instructions_by_language:
                self.print_wanted.emit("")
            case (_, Act.MORE):
                self._show_form("" if which == self._open else which)
            case (Answer.SHEET, Act.DRIVER):
                self.asked.emit(AcknowledgeInstructions(chair=self._chair.number, by="driver"))
            case (Answer.SHEET, _):
                self._on_sheet()
            case (Answer.RECOVERY, _):
                points = full_score(self._chair, which)
                if points is not None:
                    self._score(which, points)
            case (Answer.SEDATION, _):
                self._on_sedation(_WIDE_AWAKE)
            case (Answer.ORIENTATION, _):
                self._on_orientation(_FULLY_ORIENTED)
            case (Answer.GAIT, _):
                self._on_gait(_WALKS_WELL)
            case _:
                self._say(which, True, one_tap_evidence(line.answer, self._rules_now.instructions))

    def _on_sheet(self) -> None:
        if self._chair is None or self._visit is None:
            return
        if self._visit.instructions is None:
            self.print_wanted.emit("")
        else:
            self.asked.emit(AcknowledgeInstructions(chair=self._chair.number, by="patient"))

    @Slot(object)
    def _on_recovery(self, points: dict[str, int]) -> None:
        if self._open in RECOVERY:
            self._score(self._open, points)

    def _score(self, which: str, points: Mapping[str, int]) -> None:
        score, rules = RECOVERY[which], self._rules_now
        least = rules.aldrete_at_least if which == "aldrete" else rules.mpadss_at_least
        reached = total(points, score)
        if reached is not None:
            items = tuple((item.id, points[item.id]) for item in score.items)
            self._say(which, reached >= least, evidence(points, score), reached, items)

    @Slot(int)
    def _on_sedation(self, score: int) -> None:
        self._say("sedation", score >= self._rules_now.moaas_at_least, moaas_evidence(score), score)

    @Slot(int)
    def _on_orientation(self, score: int) -> None:
        words = self.tr("{} of 3: {}").format(score, dict(_ORIENTED)[score])
        self._say("orientation", score >= _FULLY_ORIENTED, words, score)

    @Slot(object)
    def _on_gait(self, points: tuple[tuple[str, int], ...]) -> None:
        self._say("gait", all(value for _, value in points), "", items=points)

    @Slot(str)
    def _on_language(self, language: str) -> None:
        self._show_form("")
        self.print_wanted.emit(language)

    @Slot(str)
    def _on_effect(self, entry_id: str) -> None:
        if self._chair is not None:
            self.asked.emit(ResolveChart(chair=self._chair.number, entry_id=entry_id))
