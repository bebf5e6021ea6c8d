"""What happened so far, newest first, and the correction of what was written down wrong: the original stays in sight."""

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from nursestation.core.commands import CorrectChart, ResolveChart
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, QuietButton, Rule, TextField
from nursestation.ui.journal import JournalLine, journal
from nursestation.ui.layouts import column, keep_tab_order, labelled, retire, row, say
from nursestation.ui.peopletext import SEVERITY_WORDS
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.correction_view import (
    CORRECTION_REASONS,
    Correction,
    Typed,
    correction,
    strike_out,
    typed_as,
)
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import full_reason, key_of
from nursestation.ui.taps import Tap

_TIME_PX = 52
_FIELD_PX = 110


class StruckLabel(Label):
    """A text that no longer holds: struck through, whatever size its letters get."""

    def setFont(self, font: QFont) -> None:  # type: ignore[override]
        """Take the font, with its line."""
        struck = QFont(font)
        struck.setStrikeOut(True)
        super().setFont(struck)


class _Line(QWidget):
    """One thing that happened.

    Signals:
        corrected: Its key: it shall be corrected.
        ended: The id of an entry that is over.
    """

    corrected = Signal(str)
    ended = Signal(str)

    def __init__(self, line: JournalLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"chart_line_{line.key}")
        time = Label(line.time, Text.STRONG, Tone.SOFT)
        theme.set_length(time, theme.Length.WIDTH, _TIME_PX)
        told = column(spacing=1)
        for before in line.before:
            told.addWidget(StruckLabel(before, Text.BODY, Tone.SOFT, wrap=True))
        words = StruckLabel if line.struck else Label
        tone = Tone.SOFT if line.struck else Tone.PLAIN
        told.addWidget(words(line.words, Text.STRONG, tone, object_name=f"chart_words_{line.key}", wrap=True))
        if line.because:
            told.addWidget(words(line.because, Text.BODY, tone, object_name=f"chart_because_{line.key}", wrap=True))
        beside = " · ".join(part for part in (line.vitals, line.who) if part)
        for text in (beside, line.note):
            if text:
                told.addWidget(Label(text, Text.CAPTION, Tone.SOFT, wrap=True))
        told.addStretch()
        layout = row(spacing=theme.GAP)
        layout.addWidget(time, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(told, 1)
        if line.may_end:
            layout.addWidget(self._tap(self.tr("Over"), f"chart_over_{line.key}", line, self.ended))
        if line.may_correct:
            layout.addWidget(self._tap(self.tr("Correct…"), f"chart_correct_{line.key}", line, self.corrected))
        self.setLayout(layout)

    def _tap(self, text: str, name: str, line: JournalLine, signal: SignalInstance) -> Tap:
        tap = Tap(text, name, line.key, self)
        tap.setAccessibleName(f"{text}: {line.words}")
        tap.tapped.connect(signal)
        return tap


class _Journal(QWidget):
    """Every line.

    Signals:
        corrected: The key of a line to correct.
        ended: The id of an entry that is over.
    """

    corrected = Signal(str)
    ended = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_journal")
        self._lines: tuple[JournalLine, ...] | None = None
        self._rows: list[QWidget] = []
        self._why_not = ""
        self._column = column(spacing=6)
        self._empty = Label(self.tr("Nothing happened yet that was written down."), tone=Tone.SOFT)
        self._column.addWidget(self._empty)
        self._column.addStretch()
        self.setLayout(self._column)

    def show_lines(self, lines: tuple[JournalLine, ...]) -> None:
        """Show `lines`; the same ones again change nothing."""
        if lines == self._lines:
            return
        self._lines = lines
        for old in self._rows:
            retire(self._column, old)
        self._rows = []
        for line in lines:
            made = _Line(line, self)
            made.corrected.connect(self.corrected)
            made.ended.connect(self.ended)
            self._rows += [made, Rule(parent=self)]
        for at, widget in enumerate(self._rows):
            self._column.insertWidget(at, widget)
            widget.show()
        self._empty.setVisible(not lines)
        keep_tab_order(self)
        self.allow(self._why_not)

    def allow(self, why_not: str) -> None:
        """Say why who is signed in may correct no line, "" for who may."""
        self._why_not = why_not
        for tap in self.findChildren(Tap):
            tap.allow(why_not)


class _Form(QWidget):
    """What is corrected: time, words, how strong, when it was over, and why.

    Signals:
        changed: Something else is typed or chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Label("", Text.STRONG, object_name="chart_form_title", wrap=True)
        self.time = self._field("chart_form_time", self.tr("Time"), _FIELD_PX)
        self.over = self._field("chart_form_over", self.tr("Over at"), _FIELD_PX)
        self.words = self._field("chart_form_words", self.tr("Words"))
        self._severity = Choices(
            "chart_form_severity", self.tr("How strong"), [(one.value, word) for one, word in SEVERITY_WORDS.items()]
        )
        reasons = [(key_of(one), one) for one in CORRECTION_REASONS]
        self._reasons = Choices("chart_form_reason", self.tr("Why"), reasons, flow=True)
        self._why = self._field("chart_form_why", self.tr("Why, in your words"))
        self._why.setPlaceholderText(self.tr("in your words (optional)"))
        self._over_part, self._words_part = QWidget(), QWidget()
        self._build()
        self._reasons.chosen.connect(self.changed)
        self._severity.chosen.connect(self.changed)

    def _field(self, name: str, title: str, width: int = 0) -> TextField:
        field = TextField(name, title)
        if width:
            theme.set_length(field, theme.Length.WIDTH, width)
        field.textChanged.connect(self.changed)
        return field

    def _build(self) -> None:
        self._over_part.setLayout(labelled(self.tr("Over at"), self.over))
        self._words_part.setLayout(labelled(self.tr("Words"), self.words))
        for part in (self._over_part, self._words_part):
            layout = part.layout()
            if layout is not None:
                layout.setContentsMargins(0, 0, 0, 0)
        line = row(spacing=theme.MARGIN)
        line.addLayout(labelled(self.tr("Time"), self.time))
        line.addWidget(self._words_part, 1)
        line.addWidget(self._over_part)
        line.addStretch()
        why = labelled(self.tr("Why it is corrected; the original stays, struck through"), self._reasons)
        why.addWidget(self._why)
        layout = column(spacing=theme.GAP)
        layout.addWidget(self._title)
        layout.addLayout(line)
        layout.addWidget(self._severity)
        layout.addLayout(why)
        layout.addStretch()
        self.setLayout(layout)

    def open(self, line: JournalLine, shown: Typed) -> None:
        """Begin with what the line says."""
        say(self._title, f"{line.time}  {line.words}")
        self.time.setText(shown.time)
        self.words.setText(shown.words)
        self.over.setText(shown.over)
        self._severity.choose(shown.severity)
        self._reasons.choose(None)
        self._why.clear()
        self._words_part.setVisible(line.entry is not None)
        self._over_part.setVisible(line.entry is not None and line.entry.resolved is not None)
        self._severity.setVisible(line.entry is not None and line.entry.severity is not None)

    def typed(self) -> Typed:
        """Return what is typed."""
        return Typed(
            time=self.time.text(),
            words=self.words.text(),
            over=self.over.text(),
            severity=self._severity.value(),
            reason=full_reason(self._reasons.label(), self._why.text()),
        )


class ChartSheet(Sheet):
    """The list, and the form for one line of it. The form closes when the station has taken the correction."""

    asks = CorrectChart

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("chart", self.tr("Chart"), self.tr("Save the correction"), ButtonKind.PRIMARY, parent)
        self._zone = zone
        self._visit: VisitView | None = None
        self._lines: tuple[JournalLine, ...] = ()
        self._line: JournalLine | None = None
        self._back = QuietButton(self.tr("Back to the list"), "chart_back")
        self._drug = Button(self.tr("Drug record…"), "chart_drug")
        self._drug.set_tip(self.tr("What was drawn, given and wasted, before a witness (Ctrl+G)"))
        self._strike = Button(self.tr("Strike it out"), "chart_strike", ButtonKind.DANGER)
        self._strike.set_tip(self.tr("It never happened, or not to this patient. It stays, struck through."))
        self._journal = _Journal()
        self._form = _Form()
        self._parts = QStackedWidget()
        self._parts.setObjectName("chart_parts")
        self._parts.addWidget(self._journal)
        self._parts.addWidget(self._form)
        self.body.addWidget(self._parts)
        self.head.insertWidget(self.head.count() - 1, self._back)
        self.head.insertWidget(self.head.count() - 1, self._drug)
        self.foot.insertWidget(self.foot.count() - 1, self._strike)
        self._journal.corrected.connect(self._on_correct)
        self._journal.ended.connect(self._on_over)
        self._form.changed.connect(self._look)
        self.senders = (self._strike,)
        self._back.clicked.connect(self.clear)
        self._drug.clicked.connect(self._on_drug)
        self._strike.clicked.connect(self._on_strike)
        self.clear()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Show what happened; a form whose line reads differently by now has done its work."""
        self._visit = visit
        self._lines = journal(visit, self._zone)
        self._journal.show_lines(self._lines)
        if self._line is not None:
            standing = next((line for line in self._lines if line.key == self._line.key), None)
            if standing != self._line:
                self.clear()
        self._look()

    def let_fill(self, *, is_let: bool) -> None:
        """Leave the list to be read by everybody."""
        self._form.setEnabled(is_let)
        self._journal.allow(self.why_not)

    @Slot()
    def clear(self) -> None:
        """Go back to the list."""
        self._line = None
        self._show_part()
        self.say("")

    def send(self) -> None:
        """Ask for the correction; the form stays until it is on record."""
        made = self._made()
        if isinstance(made, str):
            self.say(made)
            return
        self.command_requested.emit(made)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the form on Escape, and only then the sheet."""
        if event.key() == Qt.Key.Key_Escape and self._line is not None and not self.is_anothers:
            self.clear()
            return
        super().keyPressEvent(event)

    def _show_part(self) -> None:
        is_form = self._line is not None
        self._parts.setCurrentWidget(self._form if is_form else self._journal)
        for control in (self._back, self.send_button):
            control.setVisible(is_form)
        self._drug.setVisible(not is_form)
        self._strike.setVisible(self._line is not None and self._line.entry is not None)

    def _made(self) -> Correction | str:
        if self._line is None or self._visit is None:
            return ""
        return correction(self.chair, self._line, self._form.typed(), self._visit, self.now, self._zone)

    @Slot()
    def _look(self) -> None:
        if self._line is None:
            return
        made = self._made()
        self.send_button.setEnabled(not isinstance(made, str))
        self._strike.setEnabled(bool(self._form.typed().reason))
        self.say(made if isinstance(made, str) else "")

    @Slot(str)
    def _on_correct(self, key: str) -> None:
        self._line = next((line for line in self._lines if line.key == key), None)
        if self._line is not None and self._line.drug:
            self._line = None
            self._on_drug()  # its sheet asks for what a drug record needs
            return
        if self._line is not None:
            self._form.open(self._line, typed_as(self._line, self._zone))
        self._show_part()
        keep_tab_order(self)
        self._form.time.setFocus()
        self._look()

    @Slot()
    def _on_drug(self) -> None:
        self.sheet_requested.emit("drug")

    @Slot()
    def _on_strike(self) -> None:
        if self._line is not None and self._line.entry is not None:
            self.command_requested.emit(strike_out(self.chair, self._line.entry.id, self._form.typed().reason))

    @Slot(str)
    def _on_over(self, entry_id: str) -> None:
        self.command_requested.emit(ResolveChart(chair=self.chair, entry_id=entry_id))
