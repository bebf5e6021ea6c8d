"""The scores of the discharge page, answered by a person: the recovery score, sedation, orientation, and the gait.

Rules of the file:
1. What the record suggests is filled in once, when the form opens, and a person may change it; its evidence goes on.
2. A form sends when its last answer is given; the recovery score has a button, for its items are read once more.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.assessed import GAIT
from nursestation.core.scores import MAX_ITEM, RecoveryScore, ScoreItem, Suggestion, total
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, FieldLabel, Label
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Text, Tone


class RecoveryForm(QWidget):
    """The items of a recovery score, two points each.

    Signals:
        scored: The points by item (a dict).
    """

    scored = Signal(object)

    def __init__(self, score: RecoveryScore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = f"discharge_{score.id}"
        self.setObjectName(f"{name}_form")
        self._score = score
        self._suggested: Mapping[str, Suggestion] = {}
        self._items = {item.id: _points(name, item) for item in score.items}
        self._because = {item.id: Label(role=Text.CAPTION, tone=Tone.SOFT) for item in score.items}
        self._sum = Label("", Text.STRONG, object_name=f"{name}_sum")
        self._record = Button(self.tr("Record the score"), f"{name}_record")
        layout = column(spacing=theme.GAP)
        for item in score.items:
            layout.addLayout(self._line(item))
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(self._record)
        foot.addWidget(self._sum, 1)
        layout.addLayout(foot)
        self.setLayout(layout)
        for choices in self._items.values():
            choices.chosen.connect(self._look)
        self._record.clicked.connect(self._send)
        self._look()

    def _line(self, item: ScoreItem) -> QVBoxLayout:
        name = row(spacing=theme.MARGIN)
        name.addWidget(Label(item.title, Text.CAPTION))
        name.addWidget(self._because[item.id], 1)
        part = column(spacing=theme.GAP // 2)
        part.addLayout(name)
        part.addWidget(self._items[item.id])
        return part

    def suggest(self, suggested: Mapping[str, Suggestion]) -> None:
        """Show the record's evidence as it stands now; points are filled in by `begin` alone."""
        self._suggested = suggested
        for item_id, one in suggested.items():
            if item_id in self._because and self._because[item_id].text() != one.because:
                self._because[item_id].setText(one.because)

    def begin(self) -> None:
        """Open with what the record suggests, and the rest unanswered."""
        for item_id, choices in self._items.items():
            one = self._suggested.get(item_id)
            choices.choose(str(one.points) if one is not None and one.points is not None else None)
        self._look()

    def _points(self) -> dict[str, int]:
        answers = {item_id: choices.value() for item_id, choices in self._items.items()}
        return {item_id: int(value) for item_id, value in answers.items() if value is not None}

    @Slot()
    def _look(self) -> None:
        points = self._points()
        score = total(points, self._score)
        self._record.setEnabled(score is not None)
        n_open = len(self._score.items) - len(points)
        self._sum.setText(
            self.tr("{} of {}").format(score, self._score.highest)
            if score is not None
            else self.tr("{} not answered yet").format(n_open)
        )

    @Slot()
    def _send(self) -> None:
        points = self._points()
        if total(points, self._score) is not None:
            self.scored.emit(points)


def _points(name: str, item: ScoreItem) -> Choices:
    options = [(str(MAX_ITEM - rank), f"{MAX_ITEM - rank}  {words}") for rank, words in enumerate(item.choices)]
    return Choices(f"{name}_{item.id}", item.title, options, flow=True)


class NumberForm(QWidget):
    """A score that is one number, by one tap.

    Args:
        name: Of the choices ("discharge_moaas").
        title: For whoever cannot see it.
        ask: What to do to find out.
        options: (number, words), the usual one first.

    Signals:
        scored: The number.
    """

    scored = Signal(int)

    def __init__(
        self, name: str, title: str, ask: str, options: Sequence[tuple[int, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_form")
        named = [(str(score), f"{score}  {words}") for score, words in options]
        self._choices = Choices(name, title, named, flow=True)
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(FieldLabel(ask))
        layout.addWidget(self._choices)
        self.setLayout(layout)
        self._choices.chosen.connect(self._send)

    def begin(self) -> None:
        """Open with nothing chosen."""
        self._choices.choose(None)

    @Slot(str)
    def _send(self, key: str) -> None:
        self.scored.emit(int(key))


class GaitForm(QWidget):
    """Walking, dizziness and the advice on falls, each answered with yes or no.

    Signals:
        answered: 1 for yes and 0 for no, as (item, points), in the order of `GAIT`.
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_gait_form")
        self._items = {
            item: Choices(f"discharge_gait_{item}", yes, [("1", _as_label(yes)), ("0", _as_label(no))])
            for item, yes, no in GAIT
        }
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(
            FieldLabel(self.tr("Walk some steps with the patient, ask for dizziness, say how not to fall"))
        )
        for choices in self._items.values():
            layout.addWidget(choices)
            choices.chosen.connect(self._send)
        self.setLayout(layout)

    def begin(self) -> None:
        """Open with nothing chosen."""
        for choices in self._items.values():
            choices.choose(None)

    @Slot()
    def _send(self) -> None:
        answers = {item: choices.value() for item, choices in self._items.items()}
        points = tuple((item, int(value)) for item, value in answers.items() if value is not None)
        if len(points) == len(answers):
            self.answered.emit(points)


def _as_label(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
