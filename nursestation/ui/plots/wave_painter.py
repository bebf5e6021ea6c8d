"""Live waves of one chair, drawn like a bedside monitor's sweep.

One widget without a pixmap: the window's own backing store is the picture. A frame fills the spans between the old cursor
and the new gap and draws the lines that touch them, straight out of each strip's array. What is painted depends on the
strips and the exposed rectangle alone, so that exposes, resizes and screenshots are right by construction.

The display clock runs `DELAY_NS` behind arrival, so that packets do not make the cursor stutter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

import shiboken6
from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent, QScreen
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.clock import NS_PER_S, Clock
from devices.vocabulary import METRICS
from nursestation.core.records import Gap, Wave, is_held, is_live
from nursestation.ui import theme
from nursestation.ui.plots.gain import Gain, gain_for
from nursestation.ui.plots.sweep import Sweep
from nursestation.ui.plots.trace import Trace, decode
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

DELAY_NS = NS_PER_S // 10
"""How far the picture runs behind arrival [ns]."""
FIT_NS = NS_PER_S // 2
"""Time between two looks at the gain [ns]."""
SPEEDS_MM_S = {"ecg": 25.0, "pleth": 25.0, "art": 25.0, "resp": 6.25, "co2": 6.25}
"""Sweep speeds [mm/s]. Source: the usual settings of bedside monitors (IEC 60601-2-27, 201.12.1.101 asks for 25 mm/s)."""
_ROLES = {"ecg": "heart_rate", "pleth": "spo2", "resp": "resp", "co2": "co2", "art": "nibp"}
_TELL_LEAD = ("ecg",)
_TELL_WAY = ("resp",)
"""Waves that a lead, or a way of measuring, belongs to."""
_SHARES = {"ecg": 1.4}
"""Of the height, where it is not 1: an ECG has the most to tell."""
_LABEL_HEIGHT = 20.0
_LABEL_WIDTH = 104.0
_LOW = 84.0
"""Height of a strip below which its words stand at its left, so that the wave has all of the height."""
_STRIP_GAP = 4.0
_SIDE = 8.0
_SANE_DPI = (60.0, 400.0)
_MM_PER_INCH = 25.4
_USUAL_DPI = 96.0

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

Key = tuple[str, str, str]
"""(metric, monitor, source), as in `ChairSnapshot.waves`."""


def pixels_per_mm(screen: QScreen | None) -> float:
    """Return how many pixels make a millimetre on `screen`; of a screen that tells nonsense, those of 96 dpi."""
    dpi = screen.physicalDotsPerInch() if screen is not None else _USUAL_DPI
    if not _SANE_DPI[0] <= dpi <= _SANE_DPI[1]:
        dpi = _USUAL_DPI
    return dpi / _MM_PER_INCH


@dataclass(slots=True)
class _Source:
    """What arrives of one wave, kept for every chair so that a chair that is chosen shows its waves at once."""

    trace: Trace
    wave: Wave  # the newest: unit and scale


@dataclass(slots=True)
class _Strip:
    key: Key
    area: QRectF
    label: QRectF
    sweep: Sweep
    gain: Gain
    speed_mm_s: float
    text: str = ""
    next_fit_ns: int = field(default=0)


class WavePainter(QWidget):
    """The waves of one chair.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        px_per_mm: Of the screen, for true sweep speeds.
    """

    def __init__(self, theme_: Theme, clock: Clock, px_per_mm: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waves")
        self.setAccessibleName(self.tr("Live waves"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme_
        self._clock = clock
        self._px_per_mm = px_per_mm
        self._sources: dict[tuple[int, Key], _Source] = {}
        self._chair: int | None = None
        self._keys: tuple[Key, ...] = ()
        self._strips: list[_Strip] = []
        self._why_none = ""
        self._simulated = False

    def add(self, waves: Iterable[Wave | Gap]) -> None:
        """Take samples and gaps of any chair, oldest first; what is not of the chair's patient is left out."""
        for wave in waves:
            if wave.chair is None or is_held(wave) or (isinstance(wave, Wave) and not is_live(wave)):
                continue
            at = (wave.chair, (wave.metric, wave.monitor, wave.source))
            source = self._sources.get(at)
            if isinstance(wave, Gap):
                if source is not None:
                    source.trace.add_gap(wave.n_samples)
                continue
            if source is None or source.trace.rate_hz != wave.rate_hz:
                source = _Source(Trace(wave.rate_hz), wave)
                self._sources[at] = source
                if wave.chair == self._chair:
                    self._strips = []
            source.wave = wave
            source.trace.add(decode(wave.samples, wave.scale, wave.offset), wave.at.mono_ns)

    def show_chair(self, number: int, keys: Sequence[Key], why_none: str = "", *, simulated: bool = False) -> None:
        """Show the waves `keys` of a chair, from top to bottom.

        Args:
            number: Which chair.
            keys: Its waves.
            why_none: Stands there while there is none.
            simulated: Marks them.
        """
        if simulated != self._simulated:
            self._simulated = simulated
            self.update()
        changed = number != self._chair or tuple(keys) != self._keys
        if changed or (why_none != self._why_none and not keys):
            self._chair, self._keys, self._why_none = number, tuple(keys), why_none
            self._strips = []
            self.step()
            self.update()

    @Slot()
    def advance(self) -> None:
        """Move the cursor to now; called once a frame. Nothing is drawn while the widget is hidden."""
        if self.isVisible():
            self.update(self.step())

    def step(self) -> QRegion:
        """Move the cursor to now and return what has to be painted again."""
        dirty = QRegion()
        if not self._strips:
            if not self._lay_out():
                return dirty
            dirty += self.rect()
        now_ns = self._clock.now().mono_ns
        for strip in self._strips:
            if self._fit(strip, now_ns):
                dirty += strip.area.toAlignedRect()
            top, height = int(strip.sweep.top) - 3, int(strip.sweep.height) + 6
            for x0, x1 in strip.sweep.advance(now_ns - DELAY_NS):
                dirty += QRect(int(x0) - 1, top, int(x1) - int(x0) + 3, height)
        return dirty

    def _lay_out(self) -> bool:
        """Divide the height among the strips that have samples; say whether there is any."""
        if self._chair is None:
            return False
        present = [key for key in self._keys if (self._chair, key) in self._sources]
        if not present or self.width() < 4 * _SIDE:
            return False
        shares = [_SHARES.get(metric, 1.0) for metric, _, _ in present]
        is_low = self.height() / len(present) < theme.px(_LOW)
        self._strips, top = [], 0.0
        for key, share in zip(present, shares, strict=True):
            height = self.height() * share / sum(shares)
            self._strips.append(self._strip(key, QRectF(_SIDE, top, self.width() - 2 * _SIDE, height), is_low))
            top += height
        self.update()
        return True

    def _strip(self, key: Key, area: QRectF, is_low: bool) -> _Strip:
        assert self._chair is not None
        source = self._sources[self._chair, key]
        speed = SPEEDS_MM_S[key[0]]
        left, above = (theme.px(_LABEL_WIDTH), 0) if is_low else (0, theme.px(_LABEL_HEIGHT))
        label = QRectF(area.left(), area.top(), left or area.width(), area.height() if is_low else above)
        height = max(8.0, area.height() - above - 2 * _STRIP_GAP)
        width = area.width() - left
        gain = gain_for(source.wave.unit, source.wave.scale, height / self._px_per_mm)
        newest = source.trace.next_index or 0
        n_window = int(width / (speed * self._px_per_mm) * source.trace.rate_hz)
        low, high = gain.fit(source.trace.read(newest - n_window, newest))
        sweep = Sweep(
            source.trace,
            left=area.left() + left,
            top=area.top() + above + _STRIP_GAP,
            width=width,
            height=height,
            px_per_s=speed * self._px_per_mm,
            low=low,
            high=high,
        )
        return _Strip(key, area, label, sweep, gain, speed, _detail(gain, speed))

    def _fit(self, strip: _Strip, now_ns: int) -> bool:
        """Fit the gain to the newest window, now and then; say whether the strip looks different by it."""
        if now_ns < strip.next_fit_ns or self._chair is None:
            return False
        strip.next_fit_ns = now_ns + FIT_NS
        trace = self._sources[self._chair, strip.key].trace
        low, high = strip.gain.fit(trace.read(*strip.sweep.window))
        text = _detail(strip.gain, strip.speed_mm_s)
        # a wave that has outgrown its strip was cut off there: what stands is drawn anew, whole
        looks_different = text != strip.text or strip.sweep.is_outgrown_by(low, high)
        strip.sweep.rescale(low, high, redraw=looks_different)
        strip.text = text
        return looks_different

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def rescale(self) -> None:
        """Lay the strips out for letters of another size."""
        self._strips = []
        self.step()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at which three strips are easy to read."""
        return QSize(700, 280)

    def minimumSizeHint(self) -> QSize:
        """Return the least that makes sense."""
        return QSize(300, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the strips out anew, before the next paint."""
        super().resizeEvent(event)
        self._strips = []
        self.step()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill what is exposed and draw the lines that touch it."""
        painter = QPainter(self)
        ground = self._theme.colour("plot")
        for exposed in event.region():  # type: ignore[attr-defined]
            painter.fillRect(exposed, ground)
        if not self._strips:
            self._paint_none(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for strip in self._strips:
            self._paint_lines(painter, strip, event.region())
        for strip in self._strips:
            # the words are beside what the cursor moves through, so that they are not drawn with every frame
            if event.region().intersects(strip.label.toAlignedRect()):
                self._paint_label(painter, strip)
            self._paint_rule(painter, strip.area)
        painter.end()

    def _paint_lines(self, painter: QPainter, strip: _Strip, region: QRegion) -> None:
        pen = QPen(self._theme.colour(_ROLES[strip.key[0]]), theme.WAVE_PEN)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        sweep = strip.sweep
        for exposed in region:  # type: ignore[attr-defined]
            if exposed.bottom() < sweep.top - 3 or exposed.top() > sweep.top + sweep.height + 3:
                continue
            painter.setClipRect(exposed)
            for row, count in sweep.blocks(exposed.left() - 3, exposed.right() + 4):
                address = sweep.lines.ctypes.data + row * sweep.lines.strides[0]
                first = cast(QLineF, shiboken6.wrapInstance(address, QLineF))
                painter.drawLines(first, count)
        painter.setClipping(False)

    def _paint_label(self, painter: QPainter, strip: _Strip) -> None:
        metric, _, source = strip.key
        title = METRICS[metric].short
        words = [part for part in strip.text.split(" · ") if part]
        if metric in _TELL_LEAD:
            title = f"{title} {source}".strip()
        elif metric in _TELL_WAY and source:
            words.insert(0, source)
        area = strip.label
        is_column = area.width() < strip.area.width()
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(self._theme.colour(_ROLES[metric]))
        line = QFontMetricsF(painter.font()).height()
        painter.drawText(QRectF(area.left(), area.top() + 2, area.width(), line), _LEFT, title)
        beside = QFontMetricsF(painter.font()).horizontalAdvance(title) + 10
        painter.setFont(theme.font(Text.CAPTION))
        painter.setPen(self._theme.colour("soft"))
        marked = self._simulated and strip is self._strips[0]
        if is_column:
            rows = [(self.tr("SIMULATED"), "warn")] * marked + [(text, "soft") for text in words]
            self._paint_rows(painter, area.adjusted(0, 2 + line, 0, 1), rows)
            return
        text = " · ".join(words)
        room = QRectF(area.left() + beside, area.top() + 2, area.width() - beside, line)
        painter.drawText(room, _LEFT, text)
        if marked:
            painter.setPen(self._theme.colour("warn"))
            after = QFontMetricsF(painter.font()).horizontalAdvance(text) + 10
            painter.drawText(room.adjusted(after, 0, 0, 0), _LEFT, self.tr("SIMULATED"))

    def _paint_rows(self, painter: QPainter, area: QRectF, rows: Sequence[tuple[str, str]]) -> None:
        """Draw words (text, role) below each other; what has no room is left out, the speed first."""
        each = QFontMetricsF(painter.font()).height()
        for row, (text, role) in enumerate(rows):
            top = area.top() + row * each
            if top + each <= area.bottom():
                painter.setPen(self._theme.colour(role))
                painter.drawText(QRectF(area.left(), top, area.width(), each), _LEFT, text)

    def _paint_rule(self, painter: QPainter, area: QRectF) -> None:
        if area.top() > 1:
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(area.topLeft(), area.topRight())

    def _paint_none(self, painter: QPainter) -> None:
        painter.setFont(theme.font(Text.BODY))
        painter.setPen(self._theme.colour("soft"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._why_none)


def _detail(gain: Gain, speed_mm_s: float) -> str:
    return " · ".join(part for part in (gain.text, f"{speed_mm_s:g} mm/s") if part)
