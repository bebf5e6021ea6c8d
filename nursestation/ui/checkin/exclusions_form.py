"""The exclusions of the protocol, each asked and answered yes or no."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, QuietButton, Rule
from nursestation.ui.layouts import column, keep_tab_order, retire, row
from nursestation.ui.roles import Tone

_NO, _YES = "no", "yes"


class ExclusionsForm(QWidget):
    """All of them must be answered. "None of them" only fills the answers in; recording them is a second, deliberate step.

    Signals:
        answered: Every text with True (present) or False, as `AnswerExclusions` wants it.
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self._recorded: tuple[tuple[str, bool], ...] = ()
        self._answers: list[Choices] = []
        self._lines: list[QWidget] = []
        self._questions = column(spacing=2)
        self._none = QuietButton(self.tr("None of them"), "check_in_exclusions_none")
        self._record = Button(self.tr("Record the answers"), "check_in_exclusions_record")
        self._count = Label(tone=Tone.SOFT, object_name="check_in_exclusions_count")
        foot = row()
        foot.addWidget(self._record)
        foot.addWidget(self._none)
        foot.addWidget(self._count)
        foot.addStretch()
        layout = column()
        layout.addLayout(self._questions)
        layout.addLayout(foot)
        self.setLayout(layout)
        self._none.clicked.connect(self._fill_no)
        self._record.clicked.connect(self._send)

    def show_questions(self, texts: tuple[str, ...], recorded: tuple[tuple[str, bool], ...]) -> None:
        """Ask `texts`; answers on record are filled in once, and never over what is being answered."""
        if texts != self._texts:
            self._texts = texts
            self._rebuild()
        if recorded != self._recorded:
            self._recorded = recorded
            known = dict(recorded)
            for text, answer in zip(self._texts, self._answers, strict=True):
                if text in known and answer.value() is None:
                    answer.choose(_YES if known[text] else _NO)
        self._look()

    def clear(self) -> None:
        """Forget the answers."""
        self._recorded = ()
        for answer in self._answers:
            answer.choose(None)
        self._look()

    def _rebuild(self) -> None:
        for old in self._lines:
            retire(self._questions, old)
        self._answers, self._lines = [], []
        for index, text in enumerate(self._texts):
            answer = Choices(f"check_in_exclusion_{index}", text, [(_NO, self.tr("No")), (_YES, self.tr("Yes"))])
            answer.chosen.connect(self._look)
            line = QWidget()
            inside = row(spacing=theme.MARGIN)
            inside.addWidget(answer)
            inside.addWidget(Label(text, wrap=True), 1)
            whole = column(spacing=2)
            whole.addLayout(inside)
            whole.addWidget(Rule())
            line.setLayout(whole)
            self._answers.append(answer)
            self._lines.append(line)
            self._questions.addWidget(line)
        keep_tab_order(self)

    @Slot()
    def _look(self) -> None:
        n_open = sum(answer.value() is None for answer in self._answers)
        self._record.setEnabled(bool(self._answers) and n_open == 0)
        self._count.setText(self.tr("{} not answered yet").format(n_open) if n_open else "")

    @Slot()
    def _fill_no(self) -> None:
        for answer in self._answers:
            answer.choose(_NO)
        self._look()
        self._record.setFocus()

    @Slot()
    def _send(self) -> None:
        values = [answer.value() for answer in self._answers]
        if values and None not in values:
            self.answered.emit(tuple((text, value == _YES) for text, value in zip(self._texts, values, strict=True)))
