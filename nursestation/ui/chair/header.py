"""The line above the waves: which chair, who, what treatment, the driver, and the clock of the phase."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.chair.view import HeaderView
from nursestation.ui.controls import Badge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.roles import Surface, Text, Tone

_HEIGHT = 56
_NURSE_PX = 104
"""Most width of the name of who looks after the chair."""


class Header(Panel):
    """Renders a `HeaderView`.

    Signals:
        nurse_wanted: Somebody wants to say who looks after the chair.
    """

    nurse_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chair_header", Surface.RAISED, parent=parent)
        theme.set_length(self, theme.Length.HEIGHT, _HEIGHT)
        self._chair = Label("", Text.TITLE, object_name="header_chair")
        self._who = Label("", Text.TITLE, object_name="header_who")
        self._ident = ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name="header_ident")
        self._treatment = Badge("", Tone.ACCENT, object_name="header_treatment", may_shrink=True)
        self._driver = Badge("", Tone.GOOD, object_name="header_driver")
        self._trouble = Badge("", Tone.BAD, object_name="header_trouble")
        self._nurse = QuietButton(self.tr("Nurse…"), "header_nurse", tip=self.tr("Who looks after this chair."))
        self._nurse.setProperty("slim", "yes")
        theme.set_font(self._nurse, Text.CAPTION)
        self._nurse.clicked.connect(self.nurse_wanted)
        self._may_show_nurse = True
        self._timer = Label("", Text.TIMER, object_name="header_timer")
        self._beside = Label("", Text.BODY, Tone.SOFT, object_name="header_beside")
        self._help = Label("", Text.CAPTION, Tone.SOFT, object_name="header_help")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(theme.GAP)
        name = QHBoxLayout()
        name.setSpacing(10)
        name.addWidget(self._chair)
        name.addWidget(self._who)
        name.addStretch(1)
        self._ident.setMinimumWidth(self._ident.fontMetrics().horizontalAdvance("…0000 · 000 y · 000 kg"))
        left = QVBoxLayout()
        left.setContentsMargins(0, 5, 0, 5)
        left.setSpacing(0)
        left.addLayout(name)
        left.addWidget(self._ident)
        row.addLayout(left, 1)
        row.addWidget(self._treatment)
        row.addWidget(self._driver)
        row.addWidget(self._trouble)
        row.addWidget(self._nurse)
        row.addWidget(self._timer)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 5, 0, 5)
        beside.setSpacing(0)
        beside.addWidget(self._beside)
        beside.addWidget(self._help)
        row.addLayout(beside)
        self._beside.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def render(self, view: HeaderView) -> None:  # type: ignore[override]
        """Show `view`."""
        self._chair.setText(view.chair)
        self._who.setText(view.who)
        self._who.set_tone(Tone.PLAIN if view.ident else Tone.SOFT)
        self._ident.setText(view.ident)
        self._ident.setVisible(bool(view.ident))
        self._treatment.short = view.treatment_short
        self._treatment.show_text(view.treatment)
        self._driver.short = view.driver_short
        self._driver.show_text(view.driver, view.driver_tone)
        self._driver.setToolTip(view.driver_tip)
        self._driver.setAccessibleDescription(view.driver_tip)
        self._help.setText(view.help)
        self._help.setVisible(bool(view.help))
        self._trouble.short = view.trouble_short
        self._trouble.show_text(view.trouble)
        self._show_nurse(view)
        self._timer.setText(view.timer)
        self._beside.setText(view.beside)
        self._fit_nurse()

    def _show_nurse(self, view: HeaderView) -> None:
        metrics = self._nurse.fontMetrics()
        name = metrics.elidedText(view.nurse, Qt.TextElideMode.ElideRight, theme.px(_NURSE_PX))
        text = name or self.tr("Nurse…")
        if self._nurse.text() != text:
            self._nurse.setText(text)
        told = self.tr("{name} looks after this chair.").format(name=view.nurse) if view.nurse else ""
        self._nurse.setAccessibleName(told or self.tr("Nobody looks after this chair"))
        self._nurse.set_tip(told or self.tr("Say who looks after this chair."))
        self._nurse.allow(view.why_not_assign)
        # what keeps a patient from being monitored needs the room more; the page of all chairs tells the name too
        self._may_show_nurse = not (view.trouble and view.ident)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the nurse's name out where anything else would be cut."""
        super().resizeEvent(event)
        self._fit_nurse()

    def _fit_nurse(self) -> None:
        row = self.layout()
        if row is None:
            return
        row.invalidate()
        needed = row.minimumSize().width()
        if self._nurse.isHidden():
            needed += self._nurse.minimumSizeHint().width() + row.spacing()
        self._nurse.setVisible(self._may_show_nurse and needed <= self.width())
