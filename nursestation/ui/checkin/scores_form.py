"""The scores before the start, as a comparison for later ones: each value is one tap, a wide range is typed."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import RecordScore
from nursestation.core.model import ScoreKind
from nursestation.core.scorings import SCALES
from nursestation.ui import theme
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, Rule, TextField
from nursestation.ui.layouts import column, keep_tab_order, retire, row, say
from nursestation.ui.roles import Text, Tone

_MOST_BUTTONS = 11


class _Scale(QWidget):
    """One score.

    Signals:
        rated: Its value.
    """

    rated = Signal(int)

    def __init__(self, kind: ScoreKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        scale = SCALES[kind]
        name = f"check_in_score_{kind.value}"
        self._told = Label(tone=Tone.SOFT, object_name=f"{name}_told")
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(scale.title, Text.STRONG))
        head.addWidget(Label(scale.question, tone=Tone.SOFT, wrap=True), 1)
        layout = column(spacing=theme.GAP)
        layout.addLayout(head)
        self._choices: Choices | None = None
        if scale.high - scale.low < _MOST_BUTTONS:
            words = dict(scale.words)
            order = [value for value, _ in scale.words] if len(words) == scale.high - scale.low + 1 else None
            values = order or list(range(scale.low, scale.high + 1))
            options = [(str(value), f"{value}  {words[value]}" if order else str(value)) for value in values]
            self._choices = Choices(name, scale.title, options, flow=True)
            self._choices.chosen.connect(self._on_chosen)
            layout.addWidget(self._choices)
            if words and order is None:
                ends = self.tr("{} {} … {} {}").format(scale.low, words[scale.low], scale.high, words[scale.high])
                layout.addWidget(Label(ends, Text.CAPTION, Tone.SOFT))
        else:
            self._number = TextField(f"{name}_number", scale.title)
            record = Button(self.tr("Record"), f"{name}_record")
            line = row()
            line.addWidget(self._number)
            line.addWidget(Label(self.tr("{} to {}").format(scale.low, scale.high), Text.CAPTION, Tone.SOFT), 1)
            line.addWidget(record)
            layout.addLayout(line)
            record.clicked.connect(self._on_typed)
            self._number.returnPressed.connect(self._on_typed)
        layout.addWidget(self._told)
        layout.addWidget(Rule())
        self.setLayout(layout)

    def show_value(self, value: int | None) -> None:
        """Show what is on record."""
        if self._choices is not None:
            self._choices.choose(None if value is None else str(value))
        say(self._told, "" if value is None or self._choices is not None else self.tr("on record: {}").format(value))

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.rated.emit(int(key))

    @Slot()
    def _on_typed(self) -> None:
        text, scale = self._number.text().strip(), SCALES[self.kind]
        is_right = text.lstrip("-").isdecimal() and scale.low <= int(text) <= scale.high
        self._number.set_wrong(not is_right)
        if is_right:
            self.rated.emit(int(text))
            self._number.clear()


class ScoresForm(GateForm):
    """All scores that the protocol wants before the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("baseline_scores", parent)
        self._scales: list[_Scale] = []
        self._given: dict[ScoreKind, int] = {}
        self._column = column(spacing=theme.MARGIN)
        layout = column()
        layout.addLayout(self._column)
        layout.addStretch()
        self.setLayout(layout)

    def show_scene(self, scene: Scene) -> None:
        """Show the last value of each."""
        kinds = scene.visit.protocol.gates.baseline_scores
        if tuple(scale.kind for scale in self._scales) != kinds:
            for old in self._scales:
                retire(self._column, old)
            self._scales = [_Scale(kind) for kind in kinds]
            for scale in self._scales:
                self._column.addWidget(scale)
                scale.rated.connect(self._on_rated)
            keep_tab_order(self)
        self._given = {score.kind: score.value for score in scene.visit.scores}
        for scale in self._scales:
            scale.show_value(self._given.get(scale.kind))

    @Slot(int)
    def _on_rated(self, value: int) -> None:
        scale = self.sender()
        if isinstance(scale, _Scale):
            self._given[scale.kind] = value
            done = all(one.kind in self._given for one in self._scales)
            self.ask(RecordScore(chair=self.chair, kind=scale.kind, value=value), done=done)
