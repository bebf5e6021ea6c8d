"""The strip over the waves while a monitor names another patient: its question, and the way to the two answers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button, Label, Panel
from nursestation.ui.layouts import row
from nursestation.ui.roles import Surface, Text, Tone


class QuestionBar(Panel):
    """Hidden while nothing is asked.

    Signals:
        answer_wanted: The sheet with the answers shall open.
    """

    answer_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("question_bar", Surface.MEDIUM, parent=parent)
        self._text = Label("", Text.STRONG, Tone.ON_MEDIUM, object_name="question_text", wrap=True)
        self._answer = Button(self.tr("Answer…"), "question_answer")
        line = row(margin=theme.GAP, spacing=theme.MARGIN)
        line.addWidget(self._text, 1)
        line.addWidget(self._answer)
        self.setLayout(line)
        self._answer.clicked.connect(self.answer_wanted)
        self.hide()

    def show_question(self, text: str, why_not: str) -> None:
        """Show what is asked, and why who is signed in may not answer it; nothing is for ""."""
        if self._text.text() != text:
            self._text.setText(text)
            self.setAccessibleName(text)
        self._answer.allow(why_not)
        self.setVisible(bool(text))
