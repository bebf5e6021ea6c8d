"""The live preview: what arrives from the monitor on trial, before anything is saved."""

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button, Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, say
from nursestation.ui.monitors.preview_view import NumberLine, PreviewView, WavePicture
from nursestation.ui.roles import Surface, Text, Tone

_WAVE_HEIGHT = 42
_RIGHT = Qt.AlignmentFlag.AlignRight
_TONES = {"ECG": Tone.HEART_RATE, "Ple": Tone.SPO2, "Res": Tone.RESP, "Cap": Tone.CO2, "Ele": Tone.HEART_RATE}


class _SmallWave(Label):
    """A few seconds of one wave, as high as the room there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._heights: tuple[float | None, ...] = ()
        theme.set_length(self, theme.Length.HEIGHT, _WAVE_HEIGHT)

    def show_wave(self, wave: WavePicture) -> None:
        """Show a wave; its name is told to who hears it."""
        self._heights = wave.heights
        self.setAccessibleName(wave.name)
        self.set_tone(_TONES.get(wave.name[:3], Tone.PLAIN))
        self.update()

    def sizeHint(self) -> QSize:
        """Return no width of its own."""
        return QSize(0, theme.px(_WAVE_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each stretch that has samples."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(self.foregroundRole()), theme.WAVE_PEN))
        room_x, room_y = self.width() - 4, self.height() - 6
        step = room_x / max(1, len(self._heights) - 1)
        stretch: list[QPointF] = []
        for n, height in enumerate((*self._heights, None)):
            if height is not None:
                stretch.append(QPointF(2 + n * step, 3 + (1 - height) * room_y))
                continue
            if len(stretch) > 1:
                painter.drawPolyline(QPolygonF(stretch))
            stretch = []
        painter.end()


class PreviewPanel(Panel):
    """Headline, numbers, waves, counts, the cuff's clock; and the button that starts and stops the trial.

    Signals:
        wanted: The monitor shall be tried.
        stopped: The trial or the search shall end.
    """

    wanted = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("monitor_preview", Surface.PANEL, parent=parent)
        self._headline = Label("", Text.STRONG, object_name="monitor_preview_headline", wrap=True)
        self._advice = Label(tone=Tone.SOFT, object_name="monitor_preview_advice", wrap=True)
        self._device = Label(object_name="monitor_preview_device", wrap=True)
        self._counts = Label("", Text.CAPTION, Tone.SOFT, object_name="monitor_preview_counts", wrap=True)
        self._clock = Label(object_name="monitor_preview_clock", wrap=True)
        self._progress = QProgressBar()
        self._progress.setObjectName("monitor_find_progress")
        self._progress.setAccessibleName(self.tr("How far the search is"))
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._try = Button(self.tr("Try it"), "monitor_try", tip=self.tr("Show what arrives; nothing is saved yet"))
        self._stop = QuietButton(self.tr("Stop"), "monitor_try_stop")
        self._numbers = QGridLayout()
        self._numbers.setHorizontalSpacing(theme.MARGIN)
        self._numbers.setVerticalSpacing(2)
        self._numbers.setColumnStretch(0, 1)
        self._rows: list[tuple[Label, Label, Label, Label]] = []
        self._waves = column(spacing=2)
        self._traces: list[tuple[Label, _SmallWave]] = []
        self._build()
        self._try.clicked.connect(self.wanted)
        self._stop.clicked.connect(self.stopped)

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("What arrives"), Text.TITLE), 1)
        head.addWidget(self._stop)
        head.addWidget(self._try)
        inside = column(margin=theme.MARGIN, spacing=theme.GAP)
        inside.addLayout(head)
        for widget in (self._headline, self._progress, self._advice, self._device):
            inside.addWidget(widget)
        inside.addLayout(self._numbers)
        inside.addLayout(self._waves)
        inside.addWidget(self._clock)
        inside.addWidget(self._counts)
        inside.addStretch()
        self.setLayout(inside)
        self._progress.hide()
        self._stop.hide()

    def show_preview(self, view: PreviewView, *, is_on: bool, may_try: bool, why_not: str) -> None:
        """Show what arrives.

        Args:
            view: The trial.
            is_on: Whether something is being tried now.
            may_try: Whether the button can be pressed.
            why_not: Why it cannot.
        """
        self._progress.hide()
        self._say(view.headline, view.tone, view.advice)
        say(self._device, view.monitor)
        say(self._counts, view.counts)
        say(self._clock, view.clock)
        self._clock.set_tone(view.clock_tone)
        self._show_numbers(view.numbers)
        self._show_waves(view.waves)
        self._buttons(is_on=is_on, may_try=may_try, why_not=why_not)

    def show_search(self, text: str, fraction: float) -> None:
        """Show how far a search is."""
        self._say(self.tr("Looking for the monitor…"), Tone.PLAIN, text)
        self._progress.setValue(round(1000 * fraction))
        self._progress.show()
        for label in (self._device, self._counts, self._clock):
            say(label, "")
        self._show_numbers(())
        self._show_waves(())
        self._buttons(is_on=True, may_try=False, why_not="")

    def show_trouble(self, text: str, *, may_try: bool, why_not: str) -> None:
        """Show why nothing could be tried."""
        self.show_preview(
            PreviewView(headline=self.tr("That could not be tried."), tone=Tone.BAD, advice=text),
            is_on=False,
            may_try=may_try,
            why_not=why_not,
        )

    def _say(self, headline: str, tone: Tone, advice: str) -> None:
        say(self._headline, headline)
        self._headline.set_tone(tone)
        say(self._advice, advice)

    def _buttons(self, *, is_on: bool, may_try: bool, why_not: str) -> None:
        had_focus = self._try.hasFocus() or self._stop.hasFocus()
        self._stop.setVisible(is_on)
        self._try.setVisible(not is_on)
        self._try.setEnabled(may_try)
        self._try.set_tip(why_not or self.tr("Show what arrives; nothing is saved yet"))
        if had_focus:
            (self._stop if is_on else self._try).setFocus()

    def _show_numbers(self, numbers: tuple[NumberLine, ...]) -> None:
        while len(self._rows) < len(numbers):
            at = len(self._rows)
            made = (
                Label(wrap=True),
                Label("", Text.TILE_NUMBER, object_name=f"monitor_preview_value_{at}"),
                Label("", Text.CAPTION, Tone.SOFT),
                Label("", Text.CAPTION, Tone.WARN),
            )
            for column_, label in enumerate(made):
                self._numbers.addWidget(label, at, column_, _RIGHT if column_ == 1 else Qt.AlignmentFlag(0))
            self._rows.append(made)
        for n, labels in enumerate(self._rows):
            line = numbers[n] if n < len(numbers) else None
            for label in labels:
                label.setVisible(line is not None)
            if line is not None:
                for label, text in zip(labels, (line.name, line.text, line.unit, line.remark), strict=True):
                    if label.text() != text:
                        label.setText(text)
                labels[1].setAccessibleName(
                    " ".join(part for part in (line.name, line.text, line.unit, line.remark) if part)
                )

    def _show_waves(self, waves: tuple[WavePicture, ...]) -> None:
        while len(self._traces) < len(waves):
            name, trace = Label("", Text.CAPTION, Tone.SOFT), _SmallWave()
            self._waves.addWidget(name)
            self._waves.addWidget(trace)
            self._traces.append((name, trace))
        for n, (name, trace) in enumerate(self._traces):
            is_used = n < len(waves)
            name.setVisible(is_used)
            trace.setVisible(is_used)
            if is_used:
                say(name, waves[n].name)
                trace.show_wave(waves[n])
