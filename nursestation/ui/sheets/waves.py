"""How the waves of this station are drawn: which, how fast, how high, in which order. What is chosen holds at once."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.config.display import DisplaySettings
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Button, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.waves_view import (
    WaveLine,
    Waves,
    gain_stepped,
    metrics_of,
    moved,
    speed_stepped,
    switched,
    wave_lines,
)

_TITLE_PX, _SHOWN_PX, _SPEED_PX, _GAIN_PX = 56, 104, 92, 104
_TITLE_TONES = {"ecg": Tone.HEART_RATE, "pleth": Tone.SPO2, "resp": Tone.RESP, "co2": Tone.CO2, "art": Tone.NIBP}


class _Steps(QWidget):
    """A value between two buttons.

    Signals:
        stepped: 1 for more, -1 for less.
    """

    stepped = Signal(int)

    def __init__(self, name: str, title: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._less, self._more = Button("−", f"{name}_less"), Button("+", f"{name}_more")
        for button in (self._less, self._more):
            theme.set_length(button, theme.Length.LEAST_WIDTH, theme.TOUCH)
        self._less.setAccessibleName(self.tr("{}, less").format(title))
        self._more.setAccessibleName(self.tr("{}, more").format(title))
        self._value = Label("", Text.CLOCK, object_name=name)
        self._value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_font(self._value, Text.STRONG)
        theme.set_length(self._value, theme.Length.LEAST_WIDTH, width)
        line = row(spacing=4)
        line.addWidget(self._less)
        line.addWidget(self._value, 1)
        line.addWidget(self._more)
        self.setLayout(line)
        self._less.clicked.connect(self._on_less)
        self._more.clicked.connect(self._on_more)

    def show_value(self, text: str, *, less: bool, more: bool) -> None:
        """Show a value, and which way it can be stepped; without any way there are no buttons."""
        self._value.setText(text)
        for button in (self._less, self._more):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
            button.setVisible(less or more)
        self._less.setEnabled(less)
        self._more.setEnabled(more)

    @Slot()
    def _on_less(self) -> None:
        self.stepped.emit(-1)

    @Slot()
    def _on_more(self) -> None:
        self.stepped.emit(1)


class _WaveRow:
    """The controls of one metric; they stay the same ones wherever the metric goes."""

    def __init__(self, line: WaveLine, sheet: "WavesSheet") -> None:
        name = f"waves_{line.metric}"
        self.title = Label(line.title, Text.STRONG, _TITLE_TONES[line.metric], object_name=f"{name}_title")
        theme.set_length(self.title, theme.Length.LEAST_WIDTH, _TITLE_PX)
        self.shown = Button("", f"{name}_shown")
        self.shown.setCheckable(True)
        theme.set_length(self.shown, theme.Length.LEAST_WIDTH, _SHOWN_PX)
        self.speed = _Steps(f"{name}_speed", sheet.tr("{}, speed").format(line.title), _SPEED_PX)
        self.gain = _Steps(f"{name}_gain", sheet.tr("{}, height").format(line.title), _GAIN_PX)
        self.up, self.down = Button("▲", f"{name}_up"), Button("▼", f"{name}_down")
        self.up.setAccessibleName(sheet.tr("{}, up").format(line.title))
        self.down.setAccessibleName(sheet.tr("{}, down").format(line.title))
        self.cells: tuple[QWidget, ...] = (self.title, self.shown, self.speed, self.gain, self.up, self.down)
        metric = line.metric
        self.shown.clicked.connect(lambda: sheet.take(switched(sheet.settings, metric)))
        self.speed.stepped.connect(lambda way: sheet.take(speed_stepped(sheet.settings, metric, way)))
        self.gain.stepped.connect(lambda way: sheet.take(gain_stepped(sheet.settings, metric, way)))
        self.up.clicked.connect(lambda: sheet.take(moved(sheet.settings, metric, -1, sheet.present)))
        self.down.clicked.connect(lambda: sheet.take(moved(sheet.settings, metric, 1, sheet.present)))

    def render(self, line: WaveLine) -> None:
        """Show `line`."""
        text = self.shown.tr("✓ Shown") if line.shown else self.shown.tr("Hidden")
        if self.shown.text() != text:
            self.shown.setText(text)
            self.shown.setAccessibleName(f"{line.title}: {text.removeprefix('✓ ')}")
        self.shown.setChecked(line.shown)
        self.speed.show_value(line.speed, less=line.slower, more=line.faster)
        self.gain.show_value(line.gain, less=line.flatter, more=line.taller)
        self.up.setEnabled(line.up)
        self.down.setEnabled(line.down)


class WavesSheet(Page):
    """A line a metric that any chair has a wave of.

    Signals:
        look_changed: All that is to be kept of it, as `DisplaySettings.wave`.
    """

    look_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waves_sheet")
        self.setAccessibleName(self.tr("How waves are drawn"))
        self.settings = DisplaySettings()
        self.present: frozenset[str] = frozenset()
        self._rows: dict[str, _WaveRow] = {}
        self._order: tuple[str, ...] = ()
        self._usual = Button(self.tr("As usual again"), "waves_usual")
        self._usual.set_tip(self.tr("All waves shown, 25 or 6.25 mm/s, as high as they fit."))
        self._colours = Button(
            self.tr("Colours…"), "waves_colours", tip=self.tr("The colour of each number and curve.")
        )
        self._close = QuietButton(self.tr("Close"), "waves_close", tip=self.tr("Show the trend again (Esc)"))
        self._none = Label("", tone=Tone.SOFT, object_name="waves_none", wrap=True)
        self._grid = QGridLayout()
        self._build()
        self._usual.clicked.connect(self._on_usual)
        self._colours.clicked.connect(self._on_colours)
        self._close.clicked.connect(self.closed)

    def _build(self) -> None:
        head = row()
        head.addWidget(Label(self.tr("Waves"), Text.TITLE, object_name="waves_title"))
        note = ElidingLabel(self.tr("On every chair, until changed."), tone=Tone.SOFT, object_name="waves_note")
        head.addWidget(note, 1)
        head.addWidget(self._usual)
        head.addWidget(self._colours)
        head.addWidget(self._close)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(6, 1)
        for place, text in ((2, self.tr("Speed")), (3, self.tr("Height")), (4, self.tr("Order"))):
            caption = Label(text, Text.CAPTION, Tone.SOFT)
            caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._grid.addWidget(caption, 0, place, 1, 2 if place == 4 else 1)
        inside = column(spacing=theme.GAP)
        inside.addWidget(self._none)
        inside.addLayout(self._grid)
        told = self.tr(
            "Speed and height of a wave are steps of bedside monitors. One that comes without a unit is drawn as it fits."
        )
        inside.addWidget(Label(told, Text.CAPTION, Tone.SOFT, wrap=True))
        inside.addStretch()
        content = QWidget()
        content.setLayout(inside)
        panel = Panel("waves_panel", Surface.PANEL)
        whole = column(margin=theme.MARGIN)
        whole.addLayout(head)
        whole.addWidget(scrolled(content, "waves_scroll"), 1)
        panel.setLayout(whole)
        outer = column()
        outer.addWidget(panel)
        self.setLayout(outer)

    def show_settings(self, settings: DisplaySettings) -> None:
        """Show what holds."""
        self.settings = settings
        self._show()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show a line for each metric that any chair has."""
        present = metrics_of(snapshot)
        if present != self.present:
            self.present = present
            self._show()

    def take(self, waves: Waves) -> None:
        """Tell what was chosen."""
        self.look_changed.emit(waves)

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

    def _show(self) -> None:
        lines = wave_lines(self.settings, self.present)
        say(self._none, "" if lines else self.tr("No wave has come from any chair yet."))
        self._usual.setEnabled(bool(self.settings.wave))
        order = tuple(line.metric for line in lines)
        if order != self._order:
            self._order = order
            self._place(lines)
        for line in lines:
            self._rows[line.metric].render(line)

    def _place(self, lines: tuple[WaveLine, ...]) -> None:
        """Put the lines in their order; the controls stay, and with them the focus."""
        for metric, gone in self._rows.items():
            for cell in gone.cells:
                self._grid.removeWidget(cell)
                cell.setVisible(metric in self._order)
        for at, line in enumerate(lines, start=1):
            if line.metric not in self._rows:
                self._rows[line.metric] = _WaveRow(line, self)
            for place, cell in enumerate(self._rows[line.metric].cells):
                self._grid.addWidget(cell, at, place)
                cell.show()

    @Slot()
    def _on_colours(self) -> None:
        self.sheet_requested.emit("colours")

    @Slot()
    def _on_usual(self) -> None:
        self.take(())
