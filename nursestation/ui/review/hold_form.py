"""Says whether a visit must be kept (legal hold), and lets those who may hold it or release the hold, with a reason."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import HoldSession, ReleaseHold
from nursestation.core.model import Operator
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, Label, QuietButton, TextField
from nursestation.ui.layouts import column, labelled, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone


class HoldForm(QWidget):
    """How it stands, a reason, and one button.

    Signals:
        command_requested: A `HoldSession` or a `ReleaseHold`.
        left: The person is done with it.
    """

    command_requested = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_hold_form")
        self._session = self._because = self._sent = self._refusal = ""
        self._is_held = False
        self._operator: Operator | None = None
        self._state = Label("", Text.STRONG, object_name="review_hold_state", wrap=True)
        self._what = Label(
            self.tr(
                "A visit that is held is never purged, whatever its age. Who held it and why stands in the record."
            ),
            Text.CAPTION,
            Tone.SOFT,
            wrap=True,
        )
        self._reason = TextField("review_hold_reason", self.tr("Reason"), placeholder=self.tr("why"))
        self._form = QWidget()
        self._hold = Button(self.tr("Hold: must be kept"), "review_hold_set", ButtonKind.PRIMARY)
        self._release = Button(self.tr("Release the hold"), "review_hold_release", ButtonKind.PRIMARY)
        self._back = QuietButton(self.tr("Back"), "review_hold_back")
        self._note = Label("", tone=Tone.WARN, object_name="review_hold_note", wrap=True)
        self._build()
        self._reason.textChanged.connect(self._typed)
        self._hold.clicked.connect(self._on_hold)
        self._release.clicked.connect(self._on_release)
        self._back.clicked.connect(self.left)
        self._look()

    def _build(self) -> None:
        reason = column()
        reason.addLayout(labelled(self.tr("Reason"), self._reason))
        self._form.setLayout(reason)
        acts = row(spacing=theme.GAP)
        for button in (self._hold, self._release, self._back):
            acts.addWidget(button)
        acts.addStretch()
        whole = column(spacing=theme.MARGIN)
        for part in (self._state, self._what, self._form, self._note):
            whole.addWidget(part)
        whole.addLayout(acts)
        whole.addStretch()
        self.setLayout(whole)

    def show_visit(self, session: str, because: str) -> None:
        """Show another visit; `because` is the reason of its hold as it was read, "" for none."""
        self._session, self._because, self._sent, self._refusal = session, because, "", ""
        self._is_held = bool(because)
        self._reason.clear()
        self._look()

    def show_state(self, held: frozenset[str], operator: Operator | None) -> None:
        """Show which visits are held now, and what this person may do about it."""
        is_held = self._session in held
        if (is_held, operator) == (self._is_held, self._operator):
            return
        if is_held != self._is_held:
            self._because = self._sent if is_held else ""  # of a hold from elsewhere nothing is known
            self._sent = ""
            self._reason.clear()
        self._is_held, self._operator = is_held, operator
        self._look()

    @property
    def is_held(self) -> bool:
        """Say whether the visit must be kept."""
        return self._is_held

    def refused(self, reason: str) -> None:
        """Show why it was not done."""
        self._refusal, self._sent = reason, ""
        self._look()

    def begin(self) -> None:
        """Begin where the reason is written, or on the way back."""
        self._refusal = ""
        self._reason.clear()
        self._look()
        (self._back if self._form.isHidden() else self._reason).setFocus()

    def _look(self) -> None:
        otherwise = why_not(self._operator, ReleaseHold if self._is_held else HoldSession)
        held = self.tr("Held: must be kept.")
        if self._because:
            held = self.tr("Held: must be kept. Reason: {why}").format(why=self._because)
        say(self._state, held if self._is_held else self.tr("Not held."))
        self._form.setVisible(not otherwise)
        self._hold.setVisible(not otherwise and not self._is_held)
        self._release.setVisible(not otherwise and self._is_held)
        has_reason = bool(self._reason.text().strip())
        self._hold.setEnabled(has_reason)
        self._release.setEnabled(has_reason)
        say(self._note, self._refusal or otherwise or ("" if has_reason else self.tr("Write the reason.")))
        self._note.set_tone(Tone.WARN if self._refusal else Tone.SOFT)

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._look()

    @Slot()
    def _on_hold(self) -> None:
        self._sent = self._reason.text().strip()
        self.command_requested.emit(HoldSession(session=self._session, reason=self._sent))

    @Slot()
    def _on_release(self) -> None:
        self.command_requested.emit(ReleaseHold(session=self._session, reason=self._reason.text().strip()))
