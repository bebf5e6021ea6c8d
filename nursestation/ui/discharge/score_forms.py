"""The two scores of the discharge page, answered by a person: modified Aldrete and MOAA/S."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.scores import ALDRETE, MAX_ITEM, MOAAS, ScoreItem, Suggestion, aldrete_evidence, total
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, FieldLabel, Label
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Text, Tone


class AldreteForm(QWidget):
    """Five items; what the record suggests is filled in once when the form opens, and a person may change it.

    Signals:
        scored: The score out of ten, and its items in words.
    """

    scored = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_aldrete_form")
        self._suggested: Mapping[str, Suggestion] = {}
        self._items = {item.id: self._choices(item) for item in ALDRETE}
        self._because = {item.id: Label(role=Text.CAPTION, tone=Tone.SOFT) for item in ALDRETE}
        self._sum = Label("", Text.STRONG, object_name="discharge_aldrete_sum")
        self._record = Button(self.tr("Record the score"), "discharge_aldrete_record")
        layout = column(spacing=theme.GAP)
        for item in ALDRETE:
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

    def _choices(self, item: ScoreItem) -> Choices:
        options = [(str(MAX_ITEM - rank), f"{MAX_ITEM - rank}  {words}") for rank, words in enumerate(item.choices)]
        return Choices(f"discharge_aldrete_{item.id}", item.title, options, flow=True)

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
            if self._because[item_id].text() != one.because:
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
        score = total(points)
        self._record.setEnabled(score is not None)
        n_open = len(ALDRETE) - len(points)
        self._sum.setText(
            self.tr("{} of 10").format(score) if score is not None else self.tr("{} not answered yet").format(n_open)
        )

    @Slot()
    def _send(self) -> None:
        points = self._points()
        score = total(points)
        if score is not None:
            self.scored.emit(score, aldrete_evidence(points))


class SedationForm(QWidget):
    """MOAA/S by one tap.

    Signals:
        scored: The score, 0 to 5.
    """

    scored = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_sedation_form")
        options = [(str(score), f"{score}  {words}") for score, words in MOAAS]
        self._choices = Choices("discharge_moaas", self.tr("MOAA/S"), options, flow=True)
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(FieldLabel(self.tr("Say the patient's name in a normal voice; then louder, then touch")))
        layout.addWidget(self._choices)
        self.setLayout(layout)
        self._choices.chosen.connect(self._send)

    def begin(self) -> None:
        """Open with nothing chosen."""
        self._choices.choose(None)

    @Slot(str)
    def _send(self, key: str) -> None:
        self.scored.emit(int(key))
