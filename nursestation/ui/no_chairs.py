"""What stands in place of a chair while there is none: what to do first."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.inputs import ChairsChanged
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Label, PrimaryButton
from nursestation.ui.layouts import centred, column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Text, Tone

_WIDEST = 640


class NoChairsPage(Page):
    """Leads to the monitors, for whoever may set them up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("no_chairs_page")
        self.setAccessibleName(self.tr("No chair yet"))
        self._note = Label(object_name="no_chairs_note", wrap=True)
        self._add = PrimaryButton(self.tr("Add a monitor…"), "no_chairs_add")
        content = QWidget()
        inside = column(spacing=2 * theme.MARGIN)
        inside.addWidget(Label(self.tr("No monitor is set up yet"), Text.HEADING, wrap=True))
        inside.addWidget(
            Label(
                self.tr(
                    "Connect the first bedside monitor to this computer by its cable, then add it. You choose its port, or "
                    "let Nursestation find it, and see what arrives before anything is saved. Each chair appears on the left."
                ),
                wrap=True,
            )
        )
        line = row(spacing=theme.MARGIN)
        line.addWidget(self._add)
        line.addWidget(self._note, 1)
        inside.addLayout(line)
        inside.addWidget(
            Label(
                self.tr("To look around without a monitor, start: nursestation --simulate normal"),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "no_chairs_scroll"))
        self.setLayout(outer)
        self._add.clicked.connect(self._on_add)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Say who may add one."""
        reason = why_not(snapshot.operator, ChairsChanged)
        self._add.allow(reason)
        self._note.setText(reason)

    def begin(self) -> None:
        """Begin with the one button."""
        self._add.setFocus()

    @Slot()
    def _on_add(self) -> None:
        self.sheet_requested.emit("monitors")
