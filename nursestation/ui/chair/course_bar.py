"""Charting from the chair page: a digit charts what the protocol put on it, and ten seconds to take it back.

Rules of the file:
1. A digit charts at once; where the protocol asks how strong it is, the bar asks first, and 1, 2, 3 answer.
2. What was just charted stands in the bar with a way to take it back; the record keeps both.
3. Digits that go into a text field are text: Qt gives them to the field.
"""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from nursestation.core.access import may
from nursestation.core.commands import Chart, EnterVitals, RecordScore, StrikeChart
from nursestation.core.model import Severity
from nursestation.core.protocols import EventButton
from nursestation.core.snapshot import ChairSnapshot, DueKind, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, Panel, QuietButton, TwoLineLabel
from nursestation.ui.journal import entry_words, is_fresh, newest_entry
from nursestation.ui.layouts import row
from nursestation.ui.peopletext import SEVERITY_WORDS
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.taps import Tap
from nursestation.ui.timetext import clock_text
from nursestation.ui.watching_view import watched_view

N_KEYS = 9
ASKED_MS = 15_000
"""How long the bar waits for how strong it is [ms]: a digit pressed later is another event. Source: project decision."""
UNDONE = "Taken back at once"
"""The reason that the record gives for what was undone."""
_BAR_HEIGHT = 56


class EventKeys(QObject):
    """The digits 1 to 9, while `page` is in sight.

    Signals:
        struck: The digit.
    """

    struck = Signal(int)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        for digit in range(1, N_KEYS + 1):
            key = QShortcut(QKeySequence(str(digit)), page)
            key.setObjectName(f"key_event_{digit}")
            key.activated.connect(self._on_activated)

    @Slot()
    def _on_activated(self) -> None:
        self.struck.emit(int(self.sender().objectName().rsplit("_", 1)[1]))


class Sheets(QWidget):
    """The sheets of the visit's course, as buttons that open them; the open one stays down.

    Signals:
        wanted: The sheet's name; "" for closing the one that is open.
    """

    wanted = Signal(str)

    def __init__(self, names: Sequence[tuple[str, str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, Button] = {}
        line = row()
        for name, text, shortcut, tip in names:
            button = Button(text, f"course_{name}", shortcut=shortcut, tip=tip)
            button.setCheckable(True)
            button.clicked.connect(self._on_clicked)
            self._buttons[name] = button
            line.addWidget(button)
        self.setLayout(line)

    def show_open(self, sheet: str) -> None:
        """Mark the sheet that is open."""
        for name, button in self._buttons.items():
            button.setChecked(name == sheet)

    def allow(self, name: str, why_not: str) -> None:
        """Say why who is signed in may not open a sheet, "" for who may."""
        self._buttons[name].allow(why_not)

    def mark(self, name: str, text: str, tip: str) -> None:
        """Say on a button what waits behind it."""
        button = self._buttons[name]
        if button.text() != text:
            shortcut = button.shortcut()
            button.setText(text)
            button.setShortcut(shortcut)  # setText takes it away
            button.setAccessibleName(text)
        button.set_tip(tip)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        for name, button in self._buttons.items():
            if button is sender:
                self.wanted.emit(name if button.isChecked() else "")


class CourseBar(Panel):
    """What was charted last, and the ways to chart more.

    Signals:
        command_requested: A command of `core.commands`.
        sheet_wanted: A sheet's name; "" for closing the one that is open.
    """

    command_requested = Signal(object)
    sheet_wanted = Signal(str)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("course_bar", Surface.RAISED, parent=parent)
        self._zone = zone
        self._chair = 0
        self._visit: VisitView | None = None
        self._asked: EventButton | None = None
        self._may_act = False
        theme.set_length(self, theme.Length.HEIGHT, _BAR_HEIGHT)
        self._text = TwoLineLabel("", Text.BODY, Tone.SOFT, object_name="course_text")
        self._undo = Button(self.tr("Undo"), "course_undo", shortcut="Ctrl+Z")
        self._undo.set_tip(self.tr("Take back what was just charted; the record keeps it, struck through."))
        self._severities = [
            Tap(self.tr("{} {}").format(n, word), f"course_severity_{one.value}", one.value)
            for n, (one, word) in enumerate(SEVERITY_WORDS.items(), start=1)
        ]
        self._cancel = QuietButton(self.tr("Cancel"), "course_cancel", tip=self.tr("Chart nothing (Esc)"))
        self._sheets = Sheets(
            (
                ("chart", self.tr("Chart"), "Ctrl+L", self.tr("All that was charted; correct it.")),
                ("scores", self.tr("Scores"), "Ctrl+K", self.tr("Sedation, pain and other scores.")),
                ("vitals", self.tr("Vitals…"), "Ctrl+H", self.tr("Vitals measured by hand.")),
                ("watching", self.tr("Watched"), "Ctrl+W", self.tr("How much of the visit was watched.")),
            )
        )
        self._drug_key = QShortcut(QKeySequence("Ctrl+G"), self, self._on_drug, enabled=False)
        self._escape = QShortcut(QKeySequence("Esc"), self, self.cancel, enabled=False)
        self._timeout = QTimer(self, interval=ASKED_MS, singleShot=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        line = row(spacing=theme.GAP)
        line.setContentsMargins(theme.MARGIN, 0, theme.GAP, 0)
        line.addWidget(self._text, 1)
        line.addWidget(self._undo)
        for tap in (*self._severities, self._cancel):
            line.addWidget(tap)
        line.addWidget(self._sheets)
        self.setLayout(line)

    def _connect(self) -> None:
        self._undo.clicked.connect(self._on_undo)
        self._cancel.clicked.connect(self.cancel)
        self._timeout.timeout.connect(self.cancel)
        self._sheets.wanted.connect(self.sheet_wanted)
        for tap in self._severities:
            tap.tapped.connect(self._on_severity)

    @property
    def is_asking(self) -> bool:
        """Say whether the bar waits for how strong something is."""
        return self._asked is not None

    @property
    def is_busy(self) -> bool:
        """Say whether the bar asks something, or offers to take back what was just charted."""
        return self.is_asking or not self._undo.isHidden()

    def show_sheet(self, sheet: str) -> None:
        """Mark the sheet that is open, "" for none."""
        self._sheets.show_open(sheet)

    def render(self, chair: ChairSnapshot, snapshot: StationSnapshot, sheet: str) -> None:  # type: ignore[override]
        """Show what was charted last at `chair`, with `sheet` open below; hidden while nobody sits there, and while it
        is locked and nothing was charted: then the bar has nothing to tell.
        """
        visit = chair.visit
        if chair.number != self._chair or (visit is None) or snapshot.operator is None:
            self._forget()
        self._chair, self._visit = chair.number, visit
        self._may_act = may(snapshot.operator, Chart) and visit is not None and not visit.phase.is_over
        entry = None if visit is None else newest_entry(visit)
        self.setVisible(visit is not None and (snapshot.operator is not None or entry is not None))
        if visit is None:
            return
        self._sheets.show_open(sheet)
        for name, asked in (("scores", RecordScore), ("vitals", EnterVitals)):
            self._sheets.allow(name, why_not(snapshot.operator, asked))
        due = [
            one.what
            for one in snapshot.due
            if one.chair == chair.number and one.kind is DueKind.SCORE and one.due_in_s <= 0
        ]
        self._sheets.mark(
            "scores",
            self.tr("Scores due") if due else self.tr("Scores"),
            self.tr("Due: {}.").format(", ".join(due)) if due else self.tr("Sedation, pain and other scores."),
        )
        share = watched_view(visit.watching, self._zone).share
        self._sheets.mark(
            "watching",
            self.tr("Watched {}").format(share) if share else self.tr("Watched"),
            self.tr("How much of the visit was watched: the least of any vital."),
        )
        is_fresh_one = entry is not None and is_fresh(entry, snapshot.at)
        asks = self._asked is not None
        self._undo.setVisible(self._may_act and is_fresh_one and not asks)
        for tap in (*self._severities, self._cancel):
            tap.setVisible(asks)
        self._sheets.setVisible(snapshot.operator is not None and not asks)
        self._drug_key.setEnabled(self._may_act)
        if self._asked is not None:
            self._say(self.tr("{}: how strong?").format(self._asked.text), Tone.PLAIN)
        elif entry is None:
            self._say(self.tr("Nothing charted yet.") if self._may_act else "", Tone.SOFT)
        elif is_fresh_one:
            self._say(self.tr("✓ {}").format(entry_words(entry, self._zone)), Tone.GOOD)
        else:
            self._say(f"{clock_text(entry.at.utc_ns, self._zone)}  {entry_words(entry, self._zone)}", Tone.SOFT)

    def _say(self, text: str, tone: Tone) -> None:
        if self._text.text() != text:
            self._text.setText(text)
        self._text.set_tone(tone)

    def strike(self, digit: int) -> None:
        """Chart what stands on a digit, or answer with it how strong it is."""
        if not self._may_act or self._visit is None:
            return
        if self._asked is not None:
            severities = list(SEVERITY_WORDS)
            if digit <= len(severities):
                self._on_severity(severities[digit - 1].value)
            return
        button = next((one for one in self._visit.protocol.buttons if one.key == digit), None)
        if button is None:
            return
        if button.asks_dose:
            self.sheet_wanted.emit("dose")
        elif button.asks_severity:
            self._asked = button
            self._escape.setEnabled(True)
            self._timeout.start()
            self._refresh()
        else:
            self.command_requested.emit(Chart(chair=self._chair, kind=button.kind, text=button.text))

    @Slot()
    def cancel(self) -> None:
        """Chart nothing after all."""
        self._forget()
        self._refresh()

    def _forget(self) -> None:
        self._asked = None
        self._escape.setEnabled(False)  # it closes a sheet again
        self._timeout.stop()

    def _refresh(self) -> None:
        """Show the question, or take it away, now and not with the next snapshot."""
        asks = self._asked is not None
        for tap in (*self._severities, self._cancel):
            tap.setVisible(asks)
        self._sheets.setVisible(not asks)
        self._undo.setVisible(False)
        if self._asked is not None:
            self._say(self.tr("{}: how strong?").format(self._asked.text), Tone.PLAIN)

    @Slot(str)
    def _on_severity(self, value: str) -> None:
        button = self._asked
        if button is None:
            return
        self._forget()
        self._refresh()
        severity = Severity(value)
        self._say(f"{button.text}, {severity.value}", Tone.SOFT)
        self.command_requested.emit(Chart(chair=self._chair, kind=button.kind, text=button.text, severity=severity))

    @Slot()
    def _on_drug(self) -> None:
        self.sheet_wanted.emit("drug")

    @Slot()
    def _on_undo(self) -> None:
        entry = newest_entry(self._visit) if self._visit is not None else None
        if entry is not None:
            self._undo.hide()  # one tap takes back one entry
            self.command_requested.emit(StrikeChart(chair=self._chair, entry_id=entry.id, reason=UNDONE))
