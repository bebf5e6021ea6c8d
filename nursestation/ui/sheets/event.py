"""Charting what happens, one tap each: side effects, red-flag symptoms, notes; and calling them over."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ResolveChart
from nursestation.core.model import ChartKind, Severity
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Button, FieldLabel, Label, TextField
from nursestation.ui.layouts import column, retire, row
from nursestation.ui.peopletext import SEVERITY_WORDS
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import NOTE_KINDS, ChartLine, chart_lines, key_of, note, side_effect, symptom
from nursestation.ui.taps import Tap, Taps


class _Charted(QWidget):
    """What was charted, newest first, each lasting entry with a button that calls it over."""

    resolved = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("event_charted")
        self._lines: tuple[ChartLine, ...] | None = None
        self._rows: list[QWidget] = []
        self._column = column()
        self._empty = Label(self.tr("Nothing charted yet."), tone=Tone.SOFT)
        self._column.addWidget(self._empty)
        self.setLayout(self._column)

    def show_lines(self, lines: tuple[ChartLine, ...]) -> None:
        """Show `lines`; the same ones again change nothing."""
        if lines == self._lines:
            return
        self._lines = lines
        for old in self._rows:
            retire(self._column, old)
        self._rows = [self._line(line) for line in lines]
        for widget in self._rows:
            self._column.addWidget(widget)
        self._empty.setVisible(not lines)

    def _line(self, line: ChartLine) -> QWidget:
        widget = QWidget(self)
        layout = row()
        layout.addWidget(Label(line.text, wrap=True), 1)
        if line.may_resolve:
            over = Tap(self.tr("Over"), f"event_over_{line.entry_id}", line.entry_id, widget)
            over.setAccessibleName(self.tr("Over: {}").format(line.text))
            over.tapped.connect(self.resolved)
            layout.addWidget(over)
        widget.setLayout(layout)
        return widget


class EventSheet(Sheet):
    """One tap charts; the sheet stays open for the next one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("event", self.tr("Chart an event"), self.tr("Done"), ButtonKind.PLAIN, parent)
        self._severity = Choices(
            "event_severity", self.tr("How strong"), [(one.value, word) for one, word in SEVERITY_WORDS.items()]
        )
        self._effects = Taps("event_effect")
        self._symptoms = Taps("event_symptom")
        self._kind = Choices(
            "event_kind", self.tr("Kind"), [(kind.value, word) for kind, word in NOTE_KINDS], flow=True
        )
        self._words = TextField("event_words", self.tr("What happened"), placeholder=self.tr("what happened"))
        self._add = Button(self.tr("Add"), "event_add")
        self._charted = _Charted()
        self.first = self._words
        self._build_head()
        self._build_body()
        self._effects.tapped.connect(self._chart_effect)
        self._symptoms.tapped.connect(self._chart_symptom)
        self._charted.resolved.connect(self._resolve)
        self._add.clicked.connect(self._chart_note)
        self._words.returnPressed.connect(self._chart_note)
        self.clear()

    def _build_head(self) -> None:
        self.send_button.hide()
        self.head.insertWidget(self.head.count() - 1, self._severity)

    def _build_body(self) -> None:
        left = column(spacing=6)
        left.addWidget(self._effects)
        left.addSpacing(6)
        left.addWidget(FieldLabel(self.tr("Red-flag symptom: chart it and fetch the clinician")))
        left.addWidget(self._symptoms)
        left.addSpacing(6)
        left.addWidget(FieldLabel(self.tr("Something else")))
        left.addWidget(self._kind)
        words = row()
        words.addWidget(self._words, 1)
        words.addWidget(self._add)
        left.addLayout(words)
        left.addStretch()
        right = column()
        right.addWidget(Label(self.tr("Charted in this visit"), Text.STRONG))
        right.addWidget(self._charted)
        right.addStretch()
        self.body.addWidget(TwoColumns(left, right, narrow=900, stretch=(3, 2)))

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer what the visit's protocol lists, and show what was charted."""
        self.send_button.setEnabled(True)
        self._effects.offer([(key_of(one), one, one) for one in visit.protocol.side_effects])
        self._symptoms.offer([(key_of(one), f"! {one}", one) for one in visit.protocol.bp.red_flag_symptoms])
        self._charted.show_lines(chart_lines(visit))

    def clear(self) -> None:
        """Forget the words, and begin with mild."""
        self._severity.choose(Severity.MILD.value)
        self._kind.choose(ChartKind.NOTE.value)
        self._words.clear()

    def send(self) -> None:
        """Close; everything was sent as it was tapped."""
        self.leave()

    @Slot(str)
    def _chart_effect(self, text: str) -> None:
        severity = Severity(self._severity.value() or Severity.MILD.value)
        self.command_requested.emit(side_effect(self.chair, text, severity))
        self.say(self.tr("Charted: {}, {}.").format(text, severity.value), Tone.GOOD)
        self._severity.choose(Severity.MILD.value)

    @Slot(str)
    def _chart_symptom(self, text: str) -> None:
        self.command_requested.emit(symptom(self.chair, text))
        self.say(self.tr("Charted: {}. Fetch the clinician.").format(text))

    @Slot()
    def _chart_note(self) -> None:
        made = note(self.chair, ChartKind(self._kind.value() or ChartKind.NOTE.value), self._words.text())
        if isinstance(made, str):
            self.say(made)
            self._words.setFocus()
            return
        self.command_requested.emit(made)
        self.say(self.tr("Charted: {}.").format(made.text), Tone.GOOD)
        self._words.clear()

    @Slot(str)
    def _resolve(self, entry_id: str) -> None:
        self.command_requested.emit(ResolveChart(chair=self.chair, entry_id=entry_id))
