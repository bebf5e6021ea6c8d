"""Scores at any time of the visit: a tap a value, a number pad for a wide range."""

from dataclasses import replace
from datetime import tzinfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import RecordScore
from nursestation.core.model import ScoreKind
from nursestation.core.snapshot import ChairSnapshot, DueView, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, QuietButton, TextField
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.scores_view import ScaleView, first_kind, scale_views, typed_score
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.when import WhenRow
from nursestation.ui.taps import Taps

_PAD_PX = 220
_NUMBER_PX = 96
_LONGEST = 4


class ScoresSheet(Sheet):
    """It stays open for the next score, and begins with the one that is due next."""

    asks = RecordScore

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("scores", self.tr("Scores"), self.tr("Record"), ButtonKind.PRIMARY, parent)
        self._visit: VisitView | None = None
        self._views: tuple[ScaleView, ...] = ()
        self._due: tuple[DueView, ...] = ()
        self._earlier = QuietButton(self.tr("Earlier…"), "scores_earlier", tip=self.tr("It was rated before now."))
        self._earlier.setCheckable(True)
        self._when = WhenRow("scores_when", zone)
        self._kinds = Choices("scores_kind", self.tr("Score"), flow=True)
        self._question = Label("", Text.STRONG, object_name="scores_question", wrap=True)
        self._last = Label("", Text.CAPTION, Tone.SOFT, object_name="scores_last", wrap=True)
        self._values = Taps("scores_value")
        self._label = TextField("scores_label", self.tr("Name of the score"), placeholder=self.tr("name of the score"))
        self._number = TextField("scores_number", self.tr("Number"), placeholder=self.tr("number"))
        self._number.setMaxLength(_LONGEST)
        theme.set_length(self._number, theme.Length.WIDTH, _NUMBER_PX)
        self._pad = Keypad("scores_pad", self._number)
        theme.set_length(self._pad, theme.Length.WIDTH, _PAD_PX)
        self._note = TextField("scores_note", self.tr("In your words"), placeholder=self.tr("in your words (optional)"))
        self._typed = QWidget()
        self.ways = (self._kinds,)
        self._fill()
        self._connect()
        self.clear()

    def _fill(self) -> None:
        self.head.insertWidget(self.head.count() - 1, self._earlier)
        names = column()
        names.addWidget(self._label)
        names.addWidget(self._number)
        names.addStretch()
        typed = row(spacing=theme.MARGIN)
        typed.addLayout(names)
        typed.addWidget(self._pad)
        typed.addStretch()
        self._typed.setLayout(typed)
        for part in (self._when, self._kinds, self._question, self._last, self._values, self._note, self._typed):
            self.body.addWidget(part)
        self.body.addStretch()

    def _connect(self) -> None:
        self._earlier.toggled.connect(self._on_earlier)
        self._kinds.chosen.connect(self._on_kind)
        self._values.tapped.connect(self._on_value)
        for field in (self._label, self._number):
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self._on_send)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Take what is due beside what every sheet shows."""
        self._due = tuple(one for one in snapshot.due if one.chair == self.chair)
        super().render(snapshot)

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Show every kind with its last value, and the chosen one."""
        self._visit = visit
        self._views = scale_views(visit, self._due, self.now)
        self._kinds.set_options([(view.kind.value, view.button) for view in self._views])
        if self._kinds.value() is None:
            self._kinds.choose(first_kind(self._views, self._due).value)
        self._show_scale()

    def clear(self) -> None:
        """Forget what was typed, and begin with what is due."""
        self._earlier.setChecked(False)
        self._on_earlier(on=False)
        self._kinds.choose(None)
        for field in (self._label, self._number, self._note):
            field.clear()

    def send(self) -> None:
        """Record the number that was typed."""
        view = self._view()
        if view is None:
            return
        made = typed_score(self.chair, view, self._number.text(), self._label.text(), self._note.text())
        if isinstance(made, str):
            self.say(made)
        else:
            self._record(made, made.label or view.title)

    def _view(self) -> ScaleView | None:
        return next((view for view in self._views if view.kind.value == self._kinds.value()), None)

    def _show_scale(self) -> None:
        view = self._view()
        if view is None:
            return
        say(self._question, view.question)
        say(self._last, view.last)
        self._values.offer([(str(value), text, str(value)) for value, text in view.values])
        self._values.setVisible(bool(view.values))
        self._typed.setVisible(not view.values)
        self._label.setVisible(view.kind is ScoreKind.OTHER)
        self.send_button.setVisible(not view.values)
        self._look()

    @Slot()
    def _look(self) -> None:
        view = self._view()
        if view is None or view.values:
            return
        made = typed_score(self.chair, view, self._number.text(), self._label.text(), self._note.text())
        self.send_button.setEnabled(not isinstance(made, str))

    def _record(self, command: RecordScore, said: str) -> None:
        if self._visit is None:
            return
        if self._earlier.isChecked():
            when = self._when.told(self.now.utc_ns, self._visit.opened.utc_ns)
            if when.problem:
                self.say(when.problem, Tone.WARN)
                return
            command = replace(command, at_utc_ns=when.at_utc_ns)
        self.command_requested.emit(command)
        self.say(self.tr("Recorded: {} {}.").format(said, command.value), Tone.GOOD)
        self._earlier.setChecked(False)
        for field in (self._label, self._number, self._note):
            field.clear()

    @Slot(bool)
    def _on_earlier(self, on: bool) -> None:
        self._when.setVisible(on)
        if not on:
            self._when.clear()

    @Slot(str)
    def _on_kind(self, _key: str) -> None:
        self.say("")
        self._number.clear()
        self._show_scale()

    @Slot(str)
    def _on_value(self, value: str) -> None:
        view = self._view()
        if view is not None:
            note = " ".join(self._note.text().split())
            self._record(RecordScore(chair=self.chair, kind=view.kind, value=int(value), note=note), view.title)
