"""The signature that lets the patient go: who signs, what it means, the PIN, and why not yet."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import FieldLabel, Label, Panel, PrimaryButton
from nursestation.ui.discharge.view import DischargeView
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import column, labelled
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.view import PIN_DIGITS


class SignPanel(QWidget):
    """Signing covers exactly what the page showed: the readiness digest of that moment goes with the PIN.

    Signals:
        signed: The meaning, the digest seen, and the PIN.
    """

    signed = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: DischargeView | None = None
        self._refusal = ""
        self._nurse = Label(object_name="discharge_nurse", wrap=True)
        self._meaning = Label(object_name="discharge_meaning", wrap=True)
        self._pin = PinEntry("discharge_pin", self.tr("Your PIN"))
        self._why = Label(tone=Tone.SOFT, object_name="discharge_why_not", wrap=True)
        self._sign = PrimaryButton(self.tr("Sign and discharge"), "discharge_sign")
        layout = column(spacing=theme.GAP)
        layout.addWidget(Label(self.tr("Sign off"), Text.TITLE))
        for title, value in ((self.tr("Nurse"), self._nurse), (self.tr("Meaning"), self._meaning)):
            part = column(spacing=theme.GAP // 2)
            part.addWidget(FieldLabel(title))
            part.addWidget(_in_a_field(value))
            layout.addLayout(part)
        layout.addLayout(labelled(self.tr("PIN"), self._pin))
        layout.addWidget(self._why)
        layout.addWidget(self._sign)
        self.setLayout(layout)
        self._pin.changed.connect(self._typed)
        self._pin.submitted.connect(self._on_sign)
        self._sign.clicked.connect(self._on_sign)

    def show_view(self, view: DischargeView) -> None:
        """Show who would sign what, and what stands in the way."""
        self._view = view
        if self._nurse.text() != view.nurse:
            self._nurse.setText(view.nurse)
        if self._meaning.text() != view.meaning:
            self._meaning.setText(view.meaning)
        self._look()

    def refused(self, reason: str) -> None:
        """Show why the signature was not taken, and ask for the PIN again."""
        self._refusal = reason
        self._pin.setFocus()
        self._look()

    def clear(self) -> None:
        """Forget the PIN."""
        self._refusal = ""
        self._pin.clear()

    @Slot()
    def _typed(self) -> None:
        if self._pin.pin():
            self._refusal = ""
        self._look()

    @Slot()
    def _look(self) -> None:
        if self._view is None:
            return
        ready = self._view.may_sign and len(self._pin.pin()) >= PIN_DIGITS
        why = self._refusal or self._view.why_not or ("" if ready else self.tr("Enter your PIN to sign."))
        if self._why.text() != why:
            self._why.setText(why)
        self._why.set_tone(Tone.BAD if self._refusal else Tone.SOFT)
        self._sign.setEnabled(ready)

    @Slot()
    def _on_sign(self) -> None:
        if self._view is None or not self._sign.isEnabled():
            return
        pin = self._pin.pin()
        self._pin.clear()
        self.signed.emit(self._view.meaning, self._view.digest, pin)


def _in_a_field(value: Label) -> Panel:
    panel = Panel(f"{value.objectName()}_field", Surface.PLOT)
    inside = column()
    inside.setContentsMargins(theme.MARGIN, theme.GAP, theme.MARGIN, theme.GAP)
    inside.addWidget(value)
    panel.setLayout(inside)
    return panel
