"""What was done about a BP flag: choose it, tick what may have disturbed the reading, note it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import AnswerFlag
from nursestation.core.snapshot import ChairSnapshot, FlagView, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import answer_flag, flag_actions, flag_in_question, flag_text, full_reason
from nursestation.ui.toggles import Toggles

ARTEFACTS = (
    ("moved", "Patient moved"),
    ("talked", "Talked or coughed"),
    ("arm_bent", "Arm bent or leaned on"),
    ("arm_level", "Arm not at heart level"),
    ("cuff_slipped", "Cuff slipped or loose"),
    ("cuff_size", "Cuff of the wrong size"),
    ("clothing", "Cuff over clothing"),
)
"""What disturbs an oscillometric cuff, to tick. Source: project decision, for the clinic to review."""
_DOUBTING = ("repeat", "artefact")
"""The answers that have such a reason."""


class FlagSheet(Sheet):
    """The flag with its reading and what the protocol advises; the answer in two taps, more only where a reading is doubted."""

    asks = AnswerFlag

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("flag", self.tr("What was done"), self.tr("Note it"), ButtonKind.PRIMARY, parent)
        self._asked: str | None = None
        self._flag: FlagView | None = None
        self._visit: VisitView | None = None
        self._what = Label("", Text.STRONG, object_name="flag_what", wrap=True)
        self._advice = Label(tone=Tone.SOFT, object_name="flag_advice", wrap=True)
        self._answered = Label(tone=Tone.SOFT, object_name="flag_answered", wrap=True)
        self._actions = Choices("flag_action", self.tr("What was done"), flow=True)
        self._why = Label(
            self.tr("What may have disturbed the reading:"), tone=Tone.SOFT, object_name="flag_artefact_title"
        )
        self._artefacts = Toggles("flag_artefact", ARTEFACTS)
        self._words = TextField("flag_words", self.tr("In your words"), placeholder=self.tr("in your words"))
        self.body.addWidget(self._what)
        self.body.addWidget(self._advice)
        self.body.addWidget(self._answered)
        self.body.addWidget(self._actions)
        self.body.addWidget(self._why)
        self.body.addWidget(self._artefacts)
        self.body.addWidget(self._words)
        self.body.addStretch()
        self.first = self._words
        self._actions.chosen.connect(self._look)
        self._artefacts.changed.connect(self._look)
        self._words.textChanged.connect(self._look)
        self._words.returnPressed.connect(self._on_send)

    def ask_for(self, flag_id: str | None) -> None:
        """Answer one flag; None for the newest that nobody has answered."""
        self._asked = flag_id

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Show the flag in question."""
        self._visit = visit
        flag = flag_in_question(visit, self._asked)
        if self._flag is not None and (flag is None or flag.id != self._flag.id):
            self.clear()
        self._flag = flag
        self._actions.set_options([(one.name, one.label) for one in flag_actions(visit)])
        say(self._what, flag_text(flag) if flag is not None else self.tr("There is no BP flag in this visit."))
        say(self._advice, flag.prompt if flag is not None else "")
        answered = flag.answered if flag is not None else ""
        say(self._answered, self.tr("Noted before: {}").format(answered) if answered else "")
        self._look()

    def clear(self) -> None:
        """Forget the answer."""
        self._actions.choose(None)
        self._artefacts.choose(())
        self._words.clear()

    def send(self) -> None:
        """Send the answer, and with it a pause or stop that it stands for."""
        made = self._made()
        if isinstance(made, str):
            return
        for command in made:
            self.command_requested.emit(command)
        self.leave()

    def leave(self) -> None:
        """Forget which flag was asked for, and close."""
        self._asked = None
        super().leave()

    def _made(self) -> tuple[object, ...] | str:
        if self._flag is None or self._visit is None:
            return self.tr("Nothing to answer.")
        action = next((one for one in flag_actions(self._visit) if one.name == self._actions.value()), None)
        if action is None:
            return self.tr("Choose what was done.")
        reason = self._reason(action.name)
        if action.name == "artefact" and not reason:
            return self.tr("Tick or write why the reading is not real.")
        return answer_flag(self._visit, self.chair, self._flag, action, reason)

    def _reason(self, action: str) -> str:
        ticked = self._artefacts.chosen() if action in _DOUBTING else ()
        return full_reason(", ".join(label for key, label in ARTEFACTS if key in ticked), self._words.text())

    @Slot()
    def _look(self) -> None:
        made = self._made()
        self._actions.setEnabled(self._flag is not None)
        is_doubted = self._actions.value() in _DOUBTING
        self._why.setVisible(is_doubted)
        self._artefacts.setVisible(is_doubted)
        self.send_button.setEnabled(not isinstance(made, str))
        self.say(made if isinstance(made, str) else "")
