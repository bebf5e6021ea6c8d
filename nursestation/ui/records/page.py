"""The record: how much room it has, when it was backed up, and which visits are over their time.

A purge takes three things that nobody does by chance: a reason, the PIN again, and a second button.
"""

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.access import may
from nursestation.core.commands import AskPurge, HoldSession, ReleaseHold
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.record_keeper import RecordCare
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, Panel, QuietButton, TextField
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import centred, column, labelled, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.records.view import ALL, care_view, chosen_sessions, is_held
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone

_WIDEST = 760


class RecordsPage(Page):
    """Room, backups, and how long visits are kept.

    Signals:
        backup_wanted: Make a backup now.
        list_wanted: Find out which visits are over their time or held.
    """

    backup_wanted = Signal()
    list_wanted = Signal()

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("records_page")
        self.setAccessibleName(self.tr("The record"))
        self._zone = zone
        self._care = RecordCare()
        self._snapshot: StationSnapshot | None = None
        self._refusal = ""
        self._room = Label("", object_name="records_room", wrap=True)
        self._backup = Label("", object_name="records_backup", wrap=True)
        self._trouble = Label("", tone=Tone.WARN, object_name="records_backup_trouble", wrap=True)
        self._back_up = Button(self.tr("Back up now"), "records_back_up")
        self._kept = Label("", object_name="records_kept", wrap=True)
        self._visits = Choices("records_visit", self.tr("Visits over their time or held"), stacked=True)
        self._reason = TextField("records_reason", self.tr("Reason"), placeholder=self.tr("why"))
        self._pin = PinEntry("records_pin", self.tr("Your PIN again"))
        self._pin_part = QWidget()
        self._hold = Button(self.tr("Hold: must be kept"), "records_hold")
        self._release = Button(self.tr("Release the hold"), "records_release")
        self._purge = Button(self.tr("Purge for good…"), "records_purge", ButtonKind.DANGER)
        self._sure = Button(self.tr("Yes, purge"), "records_purge_sure", ButtonKind.DANGER)
        self._keep = QuietButton(self.tr("Keep"), "records_purge_keep")
        self._form = QWidget()
        self._note = Label("", tone=Tone.SOFT, object_name="records_note", wrap=True)
        self._close = QuietButton(self.tr("Close"), "records_close", tip=self.tr("Back to the chair (Esc)"))
        self._build()
        self._connect()
        self._no_longer_ask()

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("The record"), Text.HEADING), 1)
        head.addWidget(self._close)
        pin = column()
        pin.addLayout(labelled(self.tr("Your PIN again, to purge"), self._pin))
        self._pin_part.setLayout(pin)
        acts = row(spacing=theme.GAP)
        for button in (self._hold, self._release, self._purge, self._sure, self._keep):
            acts.addWidget(button)
        acts.addStretch()
        form = column(spacing=theme.MARGIN)
        form.addLayout(labelled(self.tr("Reason"), self._reason))
        form.addWidget(self._pin_part)
        form.addLayout(acts)
        self._form.setLayout(form)
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(_card("records_room_card", self.tr("Room on its disk"), self._room))
        inside.addWidget(_card("records_backup_card", self.tr("Backups"), self._backup, self._trouble, self._back_up))
        inside.addWidget(
            _card(
                "records_kept_card",
                self.tr("How long visits are kept"),
                self._kept,
                self._visits,
                self._form,
                self._note,
            )
        )
        inside.addStretch()
        content = QWidget()
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "records_scroll"))
        self.setLayout(outer)

    def _connect(self) -> None:
        self._back_up.clicked.connect(self.backup_wanted)
        self._visits.chosen.connect(self._typed)
        self._reason.textChanged.connect(self._typed)
        self._pin.changed.connect(self._typed)
        self._hold.clicked.connect(self._on_hold)
        self._release.clicked.connect(self._on_release)
        self._purge.clicked.connect(self._ask_whether)
        self._keep.clicked.connect(self._no_longer_ask)
        self._sure.clicked.connect(self._on_purge)
        self._close.clicked.connect(self.closed)

    @Slot(object)
    def show_care(self, care: RecordCare) -> None:
        """Show how the record is looked after."""
        self._care = care
        self._look()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Take who is signed in, and the time."""
        self._snapshot = snapshot
        self._look()

    def begin(self) -> None:
        """Begin where nothing is purged by chance."""
        self._refusal = ""
        self._visits.choose(None)
        self._reason.clear()
        self._no_longer_ask()
        self._close.setFocus()
        self.list_wanted.emit()

    def refused(self, reason: str) -> None:
        """Show why it was not done."""
        self._pin.clear()
        self._no_longer_ask()
        self._refusal = reason
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._sure.hide()
        self._keep.hide()
        self._look()

    def _look(self) -> None:
        snapshot = self._snapshot
        now_utc_ns = 0 if snapshot is None else snapshot.at.utc_ns
        operator = None if snapshot is None else snapshot.operator
        view = care_view(self._care, now_utc_ns, self._zone)
        _say(self._room, view.room)
        self._room.set_tone(Tone.WARN if view.is_short else Tone.PLAIN)
        _say(self._backup, view.backup)
        _say(self._trouble, view.backup_trouble)
        self._trouble.setVisible(bool(view.backup_trouble))
        self._back_up.setEnabled(view.may_back_up and operator is not None)
        self._back_up.setVisible(bool(self._care.backup_folder))
        _say(self._kept, view.kept)
        self._visits.set_options(view.options)
        self._visits.setVisible(bool(view.options))
        key = self._visits.value()
        has_one, has_held = key is not None and key != ALL, is_held(self._care, key)
        may_purge, is_asked = may(operator, AskPurge), not self._sure.isHidden()
        self._form.setVisible(key is not None and may(operator, HoldSession))
        self._pin_part.setVisible(may_purge and not has_held)
        reason = bool(self._reason.text().strip())
        self._hold.setVisible(has_one and not has_held)
        self._hold.setEnabled(reason)
        self._release.setVisible(has_held)
        self._release.setEnabled(reason)
        self._purge.setVisible(may_purge and not has_held and not is_asked)
        self._purge.setEnabled(reason and bool(self._pin.pin()))
        n = len(chosen_sessions(self._care, key))
        told = ""
        if is_asked:
            told = (
                self.tr("1 visit will be gone for good. Backups made before still hold it.")
                if n == 1
                else self.tr("{n} visits will be gone for good. Backups made before still hold them.").format(n=n)
            )
        elif key is not None and may(operator, HoldSession) and not reason:
            told = self.tr("Write the reason.")
        elif view.options and not may(operator, HoldSession):
            told = self.tr(
                "A lead nurse purges what is over its time; a clinician or lead nurse holds what must be kept."
            )
        words = self._refusal or told or view.words
        _say(self._note, words)
        self._note.setVisible(bool(words))
        self._note.set_tone(Tone.WARN if self._refusal or is_asked else Tone.SOFT)

    @Slot()
    def _ask_whether(self) -> None:
        self._sure.show()
        self._keep.show()
        self._keep.setFocus()
        self._look()

    @Slot()
    def _no_longer_ask(self) -> None:
        self._sure.hide()
        self._keep.hide()
        self._look()

    @Slot()
    def _on_hold(self) -> None:
        for session in chosen_sessions(self._care, self._visits.value()):
            self.command_requested.emit(HoldSession(session=session, reason=self._reason.text()))
        self._reason.clear()

    @Slot()
    def _on_release(self) -> None:
        for session in chosen_sessions(self._care, self._visits.value()):
            self.command_requested.emit(ReleaseHold(session=session, reason=self._reason.text()))
        self._reason.clear()

    @Slot()
    def _on_purge(self) -> None:
        sessions = chosen_sessions(self._care, self._visits.value())
        wish = AskPurge(sessions=sessions, reason=self._reason.text(), pin=self._pin.pin())
        self._pin.clear()
        self._reason.clear()
        self._no_longer_ask()
        self.command_requested.emit(wish)


def _say(label: Label, text: str) -> None:
    if label.text() != text:
        label.setText(text)


def _card(name: str, title: str, *parts: QWidget) -> Panel:
    panel = Panel(name, Surface.RAISED)
    inside: QVBoxLayout = column(margin=2 * theme.MARGIN, spacing=theme.GAP)
    inside.addWidget(Label(title, Text.TITLE))
    for part in parts:
        inside.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft if type(part) is Button else Qt.AlignmentFlag(0))
    panel.setLayout(inside)
    return panel
