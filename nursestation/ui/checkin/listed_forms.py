"""The two lists of the protocol: exclusions, and the medicines of today.

Rules of the file:
1. Every line stands readable; "no to all" is one tap, said by whoever has asked them all.
2. What is marked yes is a draft until it is recorded, and what the record holds is shown marked.
"""

from collections.abc import Mapping

from PySide6.QtCore import Slot

from nursestation.core.commands import AnswerExclusions, RecordMedicines
from nursestation.core.model import MedicineAnswer
from nursestation.ui import theme
from nursestation.ui.checkin.asked_list import Asked, AskedList
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.controls import Label, PrimaryButton
from nursestation.ui.layouts import column, say, scrolled
from nursestation.ui.roles import Tone


class _ListForm(GateForm):
    """A list, a sentence of what is marked, and the button that records it."""

    def __init__(self, form: str, list_name: str, yes: str, record: str) -> None:
        super().__init__(form)
        self.things = AskedList(list_name, yes)
        self._record = PrimaryButton("", record)
        self._count = Label(tone=Tone.SOFT, object_name=f"{record}_count", wrap=True)
        self._recorded: dict[str, str] = {}
        self._is_touched = False
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(scrolled(self.things, f"{list_name}_scroll"), 1)
        layout.addWidget(self._count)
        layout.addWidget(self._record)
        self.setLayout(layout)
        self.things.changed.connect(self._on_marked)
        self._record.clicked.connect(self._send)

    def show_recorded(self, things: tuple[Asked, ...], recorded: Mapping[str, str]) -> None:
        """Ask for `things`; the marks follow the record unless somebody is marking."""
        self.things.ask_for(things)
        self._recorded = dict(recorded)
        if not self._is_touched:
            self.things.mark(self._recorded.items())
        self.look()

    def draft(self) -> dict[str, str]:
        """Return what is marked, where it is not as the record has it."""
        marked = {words: note for words, is_yes, note in self.things.marks() if is_yes}
        return marked if self._is_touched and marked != self._recorded else {}

    def restore(self, fields: Mapping[str, str]) -> None:
        """Mark what was kept, else what the record has."""
        self._is_touched = bool(fields)
        self.things.mark((fields or self._recorded).items())
        self.look()

    def clear(self) -> None:
        """Forget the marks and the record."""
        self._recorded = {}
        super().clear()

    def look(self) -> None:
        """Say on the button what will be recorded."""
        marks = self.things.marks()
        n_yes = sum(is_yes for _, is_yes, _ in marks)
        words = self.none_words(len(marks)) if not n_yes else self.some_words(n_yes, len(marks) - n_yes)
        if self._record.text() != words:
            self._record.setText(words)
            self._record.setAccessibleName(words)
        problem = self.problem()
        say(self._count, problem)
        self._record.setEnabled(bool(marks) and not problem)

    def none_words(self, n: int) -> str:
        """Return the button's words while nothing is marked."""
        raise NotImplementedError(n)

    def some_words(self, n_yes: int, n_no: int) -> str:
        """Return the button's words while something is marked."""
        raise NotImplementedError(n_yes, n_no)

    def problem(self) -> str:
        """Return what is still to be typed, "" for nothing."""
        return ""

    def command(self) -> object:
        """Return the command that records the marks."""
        raise NotImplementedError

    @Slot()
    def _on_marked(self) -> None:
        self._is_touched = True
        self.look()
        self.edited.emit()

    @Slot()
    def _send(self) -> None:
        if self._record.isEnabled():
            self.ask(self.command())
            self._is_touched = False  # from here on the marks follow the record


class ExclusionsForm(_ListForm):
    """The exclusions of the protocol."""

    def __init__(self) -> None:
        super().__init__(
            "exclusions",
            "check_in_exclusion",
            self.tr("Yes"),
            "check_in_exclusions_record",
        )

    def show_scene(self, scene: Scene) -> None:
        """Ask the protocol's exclusions."""
        asked = tuple(Asked(text) for text in scene.visit.protocol.gates.exclusions)
        self.show_recorded(asked, {text: "" for text, is_present in scene.visit.exclusions if is_present})

    def none_words(self, n: int) -> str:
        """Return the words of one tap for all."""
        return self.tr("All {} asked: no to every one").format(n)

    def some_words(self, n_yes: int, n_no: int) -> str:
        """Return the words with both counts."""
        return self.tr("Record: yes to {}, no to {}").format(n_yes, n_no)

    def command(self) -> object:
        """Return the answers to all of them."""
        return AnswerExclusions(
            chair=self.chair, answers=tuple((text, is_yes) for text, is_yes, _ in self.things.marks())
        )


class MedicinesForm(_ListForm):
    """The medicines that the protocol asks for."""

    def __init__(self) -> None:
        super().__init__(
            "medicines",
            "check_in_medicine",
            self.tr("Taken"),
            "check_in_medicines_record",
        )
        self._needed: frozenset[str] = frozenset()

    def show_scene(self, scene: Scene) -> None:
        """Ask the protocol's medicines."""
        rules = scene.visit.protocol.gates.medicines
        self._needed = frozenset(rule.name for rule in rules if rule.note_needed)
        asked = tuple(Asked(rule.name, rule.ask or self.tr("Which, and when?")) for rule in rules)
        self.show_recorded(asked, {one.name: one.note for one in scene.visit.medicines if one.taken})

    def none_words(self, n: int) -> str:
        """Return the words of one tap for all."""
        return self.tr("All {} asked: none of these").format(n)

    def some_words(self, n_yes: int, n_no: int) -> str:
        """Return the words with the count."""
        return self.tr("Record: takes {}, not the other {}").format(n_yes, n_no) if n_no else self.tr("Record: all")

    def problem(self) -> str:
        """Return whose note is wanted."""
        wanting = [name for name, is_yes, note in self.things.marks() if is_yes and name in self._needed and not note]
        return self.tr("{}: write the note beside it first.").format(", ".join(wanting)) if wanting else ""

    def command(self) -> object:
        """Return the answers to all of them."""
        answers = tuple(MedicineAnswer(name, taken, note) for name, taken, note in self.things.marks())
        return RecordMedicines(chair=self.chair, answers=answers)
