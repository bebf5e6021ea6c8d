"""The colour of each parameter, from the colours that were checked. What is chosen holds at once, on every chair."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.config.display import COLOURS, ColourName, ColourSettings, DisplaySettings, Parameter
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Button, ElidingLabel, Label, Panel, QuietButton, TickButton
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.colours_view import TITLES, colour_of, offered, recoloured, refusal
from nursestation.ui.theme import DARK_THEME, Theme

_SWATCH_PX = 20
_COLUMNS = 3


class ColoursSheet(Page):
    """A parameter is chosen above, its colour below.

    Signals:
        colours_changed: The `ColourSettings` that are to be kept.
    """

    colours_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("colours_sheet")
        self.setAccessibleName(self.tr("Colours of the numbers and curves"))
        self._colours = ColourSettings()
        self._chosen: Parameter = "heart_rate"
        self._theme = DARK_THEME
        self._usual = Button(self.tr("Usual colours"), "colours_usual")
        self._waves = Button(self.tr("Waves…"), "colours_waves", tip=self.tr("Speed, height and order of the waves."))
        self._close = QuietButton(self.tr("Close"), "colours_close", tip=self.tr("Show the trend again (Esc)"))
        self._parameters = {one: TickButton(title, f"colours_of_{one}") for one, title in TITLES.items()}
        self._choices: dict[ColourName, TickButton] = {
            name: TickButton(name.capitalize(), f"colours_{name.replace(' ', '_')}") for name in COLOURS
        }
        self._told = Label("", tone=Tone.WARN, object_name="colours_refused", wrap=True)
        self._build()
        self._usual.clicked.connect(self._on_usual)
        self._waves.clicked.connect(self._on_waves)
        self._close.clicked.connect(self.closed)
        for one, button in self._parameters.items():
            self._connect_parameter(one, button)
        for name, button in self._choices.items():
            self._connect_choice(name, button)
        self._show()

    def _build(self) -> None:
        head = row()
        head.addWidget(Label(self.tr("Colours"), Text.TITLE, object_name="colours_title"))
        note = ElidingLabel(self.tr("On every chair; it is kept."), tone=Tone.SOFT, object_name="colours_note")
        head.addWidget(note, 1)
        for button in (self._usual, self._waves, self._close):
            head.addWidget(button)
        parameters = row(spacing=theme.GAP)
        for parameter in self._parameters.values():
            parameters.addWidget(parameter)
        parameters.addStretch()
        grid = QGridLayout()
        grid.setSpacing(theme.GAP)
        for n, choice in enumerate(self._choices.values()):
            grid.addWidget(choice, n // _COLUMNS, n % _COLUMNS)
        grid.setColumnStretch(_COLUMNS, 1)
        inside = column(spacing=theme.GAP)
        inside.addLayout(parameters)
        inside.addWidget(self._told)
        inside.addLayout(grid)
        why = self.tr(
            "The same colour in number, wave, trend and table. All of these can be read on dark and on light screens; "
            "those of alarms are not among them."
        )
        inside.addWidget(Label(why, Text.CAPTION, Tone.SOFT, wrap=True))
        inside.addStretch()
        content = QWidget()
        content.setLayout(inside)
        panel = Panel("colours_panel", Surface.PANEL)
        whole = column(margin=theme.MARGIN)
        whole.addLayout(head)
        whole.addWidget(scrolled(content, "colours_scroll"), 1)
        panel.setLayout(whole)
        outer = column()
        outer.addWidget(panel)
        self.setLayout(outer)

    def show_settings(self, settings: DisplaySettings) -> None:
        """Show what holds."""
        if settings.colours != self._colours:
            self._colours = settings.colours
            self._show()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show nothing of a chair: colours are the same for all."""

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._show()

    def begin(self) -> None:
        """Put the focus on the way out: nothing is changed by chance."""
        self._close.setFocus()

    def hasHeightForWidth(self) -> bool:
        """Say no, though sentences wrap: what is taller than its room scrolls."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what holds, as large as the letters are now."""
        super().showEvent(event)
        self._show()

    def _show(self, refused: str = "") -> None:
        say(self._told, refused)
        self._usual.setEnabled(self._colours != ColourSettings())
        for one, button in self._parameters.items():
            name = colour_of(self._colours, one)
            button.setChecked(one == self._chosen)
            button.setAccessibleName(self.tr("{parameter}, {colour} now").format(parameter=TITLES[one], colour=name))
            self._fill(button, name)
        for name, button in self._choices.items():
            button.setVisible(name in offered(self._chosen))
            button.setChecked(name == colour_of(self._colours, self._chosen))
            button.setAccessibleName(
                self.tr("{parameter} in {colour}").format(parameter=TITLES[self._chosen], colour=name)
            )
            self._fill(button, name)

    def _fill(self, button: Button, name: ColourName) -> None:
        button.setIconSize(QSize(theme.px(_SWATCH_PX), theme.px(_SWATCH_PX)))
        button.setIcon(_swatch(self._theme.choice(name), self._theme.colour("plot"), theme.px(_SWATCH_PX)))

    def _connect_parameter(self, parameter: Parameter, button: Button) -> None:
        button.clicked.connect(lambda: self._on_parameter(parameter))

    def _connect_choice(self, name: ColourName, button: Button) -> None:
        button.clicked.connect(lambda: self._on_choice(name))

    def _on_parameter(self, parameter: Parameter) -> None:
        self._chosen = parameter
        self._show()

    def _on_choice(self, name: ColourName) -> None:
        reason = refusal(self._colours, self._chosen, name)
        self._show(reason)
        if not reason:
            self.colours_changed.emit(recoloured(self._colours, self._chosen, name))

    @Slot()
    def _on_usual(self) -> None:
        self.colours_changed.emit(ColourSettings())

    @Slot()
    def _on_waves(self) -> None:
        self.sheet_requested.emit("waves")


def _swatch(colour: QColor, ground: QColor, size_px: int) -> QIcon:
    """Return a colour on the ground that curves have [px]: on a button it would look otherwise."""
    picture = QPixmap(size_px, size_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    area = QRectF(0, 0, size_px, size_px)
    for ink, inset in ((ground, 0), (colour, 3)):
        painter.setBrush(ink)
        painter.drawEllipse(area.adjusted(inset, inset, -inset, -inset))
    painter.end()
    return QIcon(picture)
