"""What every gate's question shares: it asks for commands, and tells what of it is typed and not sent yet.

Rules of the file:
1. What is typed is the person's until it is sent: a snapshot never writes over it.
2. Sending empties the form. A refusal brings back what was sent, for nothing typed may be lost.
3. A draft is what a form holds and the record does not; an answer that is one tap is never a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.history import PatientHistory
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import TextField


@dataclass(frozen=True, slots=True)
class Scene:
    """What a form is shown with.

    Attributes:
        station: All chairs.
        chair: The one in front.
        visit: Its visit.
        history: The patient's earlier visits, None until they were read.
    """

    station: StationSnapshot
    chair: ChairSnapshot
    visit: VisitView
    history: PatientHistory | None = None


class GateForm(QWidget):
    """A question, and the controls that answer it. Register fields with `keep`, answer `show_scene`.

    Attributes:
        form: The name that its draft is kept under.
        chair: Whom commands are for.
        first: Where typing begins; None where an answer is one tap, for no focus shall lie upon a button that sends.

    Signals:
        asked: A command of `core.commands`.
        edited: What is typed and not sent has changed.
        answered: The question is answered as far as this form asks it.
        stayed: Something was sent and the question goes on; what was pressed may be gone.
    """

    asked = Signal(object)
    edited = Signal()
    answered = Signal()
    stayed = Signal()

    def __init__(self, form: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self.chair = 0
        self.first: QWidget | None = None
        self._kept: dict[str, TextField | Choices] = {}
        self._sent: dict[str, str] = {}
        self._is_filling = False

    def keep(self, key: str, control: TextField | Choices) -> None:
        """Keep what is typed or chosen in `control` as part of the draft."""
        self._kept[key] = control
        if isinstance(control, Choices):
            control.chosen.connect(self._on_edited)
        else:
            control.textChanged.connect(self._on_edited)

    def render_scene(self, scene: Scene) -> None:
        """Show what the record holds, and how far the clocks are."""
        self.chair = scene.chair.number
        self.show_scene(scene)

    def show_scene(self, scene: Scene) -> None:
        """Show what the form needs of a snapshot."""

    def draft(self) -> dict[str, str]:
        """Return what is typed and not sent, by field; {} for nothing."""
        values = {key: _text(control) for key, control in self._kept.items()}
        return {key: value for key, value in values.items() if value}

    def restore(self, fields: Mapping[str, str]) -> None:
        """Put a kept draft back, without telling anybody."""
        self._is_filling = True
        for key, control in self._kept.items():
            if isinstance(control, Choices):
                control.choose(fields.get(key) or None)
            else:
                control.setText(fields.get(key, ""))
        self._is_filling = False
        self.look()

    def clear(self) -> None:
        """Forget everything: another chair, another visit."""
        self._sent = {}
        self.restore({})

    def refused(self) -> None:
        """Bring back what was sent, where nothing new was typed meanwhile."""
        if self._sent and not self.draft():
            self.restore(self._sent)
            self.edited.emit()
        self._sent = {}

    def look(self) -> None:
        """Fit buttons and sentences to what is typed."""

    def ask(self, *commands: object, done: bool = True) -> None:
        """Send commands and empty the form.

        Args:
            commands: What is asked for.
            done: Whether the question is answered with it.
        """
        self._sent = self.draft()
        for command in commands:
            self.asked.emit(command)
        if self._sent:
            self.restore({})
            self.edited.emit()
        if done:
            self.answered.emit()
        else:
            self.stayed.emit()

    @Slot()
    def _on_edited(self) -> None:
        if not self._is_filling:
            self.look()
            self.edited.emit()


def _text(control: TextField | Choices) -> str:
    return (control.value() or "") if isinstance(control, Choices) else control.text()
