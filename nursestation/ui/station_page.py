"""The station itself: who works here, which monitors it reads, what the program is, and how light the screen is."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.access import may
from nursestation.core.commands import AddOperator, SelfTest, SwitchAudioOff, SwitchAudioOn
from nursestation.core.inputs import ChairsChanged
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.runtime.awake import CANNOT_HOLD, Awake
from nursestation.runtime.record_keeper import RecordCare
from nursestation.ui import theme
from nursestation.ui.allowed import SIGN_IN_FIRST, why_not
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Button, Label, Panel, QuietButton
from nursestation.ui.layouts import centred, column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.records.view import card_text
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.wall.card import WallCard

_WIDEST, _NARROW = 1280, 900


class StationPage(Page):
    """A page, not a menu: nothing pops up over an alarm. Open to everybody, because it shows nothing of a patient.

    Attributes:
        wall_card: Opens the view on another screen; hidden until whoever can do that tells of it.

    Signals:
        look_chosen: The name of the theme that was chosen.
    """

    look_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("station_page")
        self.setAccessibleName(self.tr("Station"))
        self._staff = Button(self.tr("Staff…"), "station_staff")
        self._staff_note = Label(tone=Tone.SOFT, object_name="station_staff_note", wrap=True)
        self._monitors = Button(self.tr("Monitors…"), "station_monitors")
        self._monitors_note = Label(tone=Tone.SOFT, object_name="station_monitors_note", wrap=True)
        self._protocols = Button(self.tr("Protocols…"), "station_protocols")
        self._protocols_note = Label(tone=Tone.SOFT, object_name="station_protocols_note", wrap=True)
        self._visits = Button(self.tr("Visits…"), "station_visits")
        self._visits_note = Label(tone=Tone.SOFT, object_name="station_visits_note", wrap=True)
        self._log = Button(self.tr("Alarm log…"), "station_alarm_log")
        self._log_note = Label(tone=Tone.SOFT, object_name="station_alarm_log_note", wrap=True)
        self._delays = Button(self.tr("Delays…"), "station_delays")
        self._record = Button(self.tr("Record…"), "station_record")
        self._record_note = Label(tone=Tone.SOFT, object_name="station_record_note", wrap=True)
        self._care = RecordCare()
        self._sleep_note = Label(self.tr(CANNOT_HOLD), tone=Tone.WARN, object_name="station_sleep_note", wrap=True)
        self._sleep_note.hide()
        self._due = Button(self.tr("What is due…"), "station_due")
        self._due_note = Label(tone=Tone.SOFT, object_name="station_due_note", wrap=True)
        self._self_test = Button(self.tr("Test…"), "station_self_test")
        self._audio_off = Button(self.tr("Audio off…"), "station_audio_off")
        self._signals_note = Label(tone=Tone.SOFT, object_name="station_signals_note", wrap=True)
        self._about = Button(self.tr("About…"), "station_about")
        self._look = Choices(
            "station_look",
            self.tr("Screen"),
            [(theme.DARK_THEME.name, self.tr("Dark")), (theme.LIGHT_THEME.name, self.tr("Light"))],
        )
        self.wall_card = WallCard()
        self._close = QuietButton(self.tr("Close"), "station_close", tip=self.tr("Back to the chair (Esc)"))
        self._build()
        self._staff.clicked.connect(self._on_staff)
        self._monitors.clicked.connect(self._on_monitors)
        self._protocols.clicked.connect(self._on_protocols)
        self._visits.clicked.connect(self._on_visits)
        self._log.clicked.connect(self._on_log)
        self._delays.clicked.connect(self._on_delays)
        self._record.clicked.connect(self._on_record)
        self._due.clicked.connect(self._on_due)
        self._self_test.clicked.connect(self._on_self_test)
        self._audio_off.clicked.connect(self._on_audio_off)
        self._about.clicked.connect(self._on_about)
        self._look.chosen.connect(self.look_chosen)
        self._close.clicked.connect(self.closed)

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Station"), Text.HEADING), 1)
        head.addWidget(self._close)
        content = QWidget()
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._sleep_note)
        day, house = column(spacing=theme.MARGIN), column(spacing=theme.MARGIN)
        about = Label(self.tr("Version, what Nursestation is, and what it is not."), tone=Tone.SOFT, wrap=True)
        look = Label(self.tr("Dark for the rooms, light for the desk."), tone=Tone.SOFT, wrap=True)
        delays = Label(
            self.tr("How late numbers and alarms are here, measured while the program runs."), tone=Tone.SOFT, wrap=True
        )
        buttons = QWidget()
        pair = row()
        pair.addWidget(self._self_test)
        pair.addWidget(self._audio_off)
        buttons.setLayout(pair)
        day.addWidget(_card("station_due_card", self.tr("What is due"), self._due_note, self._due))
        day.addWidget(_card("station_visits_card", self.tr("Visits"), self._visits_note, self._visits))
        day.addWidget(_card("station_alarm_log_card", self.tr("Alarm log"), self._log_note, self._log))
        day.addWidget(_card("station_signals_card", self.tr("Lamps and sounds"), self._signals_note, buttons))
        day.addWidget(_card("station_look_card", self.tr("Screen"), look, self._look))
        day.addWidget(self.wall_card)
        day.addStretch(1)
        house.addWidget(_card("station_staff_card", self.tr("Staff"), self._staff_note, self._staff))
        house.addWidget(_card("station_monitors_card", self.tr("Monitors"), self._monitors_note, self._monitors))
        house.addWidget(
            _card("station_protocols_card", self.tr("Treatment protocols"), self._protocols_note, self._protocols)
        )
        house.addWidget(_card("station_record_card", self.tr("The record"), self._record_note, self._record))
        house.addWidget(_card("station_delays_card", self.tr("Delays of this program"), delays, self._delays))
        house.addWidget(_card("station_about_card", self.tr("About"), about, self._about))
        house.addStretch(1)
        inside.addWidget(TwoColumns(day, house, narrow=_NARROW))
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "station_scroll"))
        self.setLayout(outer)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Say who may go on to the staff."""
        signed_in = snapshot.operator is not None
        first = "" if signed_in else SIGN_IN_FIRST
        for button in (self._staff, self._monitors, self._protocols, self._visits, self._log, self._record):
            button.allow(first)
        is_off = snapshot.audio.state is AudioState.OFF
        self._self_test.allow(why_not(snapshot.operator, SelfTest))
        self._audio_off.allow(why_not(snapshot.operator, SwitchAudioOn if is_off else SwitchAudioOff))
        self._protocols_note.setText(
            self.tr("{n} in use. Lengths, limits, cuff plan, gates and texts.").format(n=len(snapshot.protocols))
            if signed_in
            else self.tr("Sign in to see how treatments are run.")
        )
        self._visits_note.setText(
            self.tr("Find a visit again, look at it, replay it.")
            if signed_in
            else self.tr("Sign in to see past visits.")
        )
        self._record_note.setText(card_text(self._care, snapshot.at.utc_ns))
        self._record_note.set_tone(Tone.WARN if self._care.is_short or self._care.backup_trouble else Tone.SOFT)
        tested = self.tr("Tested today.") if snapshot.self_test.done_today else self.tr("Not tested today.")
        self._signals_note.setText(tested)
        self._log_note.setText(
            self.tr("Every alarm with its limits, its signals and who answered.")
            if signed_in
            else self.tr("Sign in to see past alarms.")
        )
        self._monitors_note.setText(self._monitors_words(snapshot))
        n_late = sum(one.is_overdue for one in snapshot.due)
        late = self.tr("{n} late.").format(n=n_late) if n_late else ""
        self._due_note.setText(self.tr("{n} over all chairs. {late}").format(n=len(snapshot.due), late=late).strip())
        note = self.tr("{n} on the staff.") if signed_in else self.tr("Sign in to see and add staff.")
        if may(snapshot.operator, AddOperator):
            note = self.tr("{n} on the staff. Add a colleague.")
        self._staff_note.setText(note.format(n=len(snapshot.operators)))

    def _monitors_words(self, snapshot: StationSnapshot) -> str:
        if snapshot.operator is None:
            return self.tr("Sign in to see what feeds the chairs.")
        n, reason = sum(len(chair.links) for chair in snapshot.chairs), why_not(snapshot.operator, ChairsChanged)
        if not n:
            return reason or self.tr("No monitor is set up yet. Add one here.")
        told = self.tr("{n} in use. Add, change, check a cable.")
        if reason:
            told = self.tr("{n} in use. Look at them, check a cable.")
        return told.format(n=n)

    def begin(self) -> None:
        """Begin with the first button that can be pressed."""
        (self._staff if self._staff.isEnabled() else self._about).setFocus()

    def show_care(self, care: RecordCare) -> None:
        """Take how the record is looked after; it is shown with the next snapshot."""
        self._care = care

    def show_awake(self, awake: Awake) -> None:
        """Say while this computer may go to sleep in an open visit."""
        self._sleep_note.setVisible(awake is Awake.REFUSED)

    def show_look(self, name: str) -> None:
        """Show which theme is on."""
        self._look.choose(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_staff(self) -> None:
        self.sheet_requested.emit("staff")

    @Slot()
    def _on_monitors(self) -> None:
        self.sheet_requested.emit("monitors")

    @Slot()
    def _on_protocols(self) -> None:
        self.sheet_requested.emit("protocols")

    @Slot()
    def _on_visits(self) -> None:
        self.sheet_requested.emit("visits")

    @Slot()
    def _on_log(self) -> None:
        self.sheet_requested.emit("alarm_log")

    @Slot()
    def _on_delays(self) -> None:
        self.sheet_requested.emit("delays")

    @Slot()
    def _on_record(self) -> None:
        self.sheet_requested.emit("records")

    @Slot()
    def _on_due(self) -> None:
        self.sheet_requested.emit("due")

    @Slot()
    def _on_self_test(self) -> None:
        self.sheet_requested.emit("self_test")

    @Slot()
    def _on_audio_off(self) -> None:
        self.sheet_requested.emit("audio_off")

    @Slot()
    def _on_about(self) -> None:
        self.sheet_requested.emit("about")


def _card(name: str, title: str, note: Label, control: QWidget) -> Panel:
    panel = Panel(name, Surface.RAISED)
    line = row(margin=theme.MARGIN, spacing=theme.MARGIN)
    words: QVBoxLayout = column(spacing=2)
    words.addWidget(Label(title, Text.TITLE))
    words.addWidget(note)
    line.addLayout(words, 1)
    line.addWidget(control)
    panel.setLayout(line)
    return panel
