"""The live waves of one chair, with their words and scales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S, Clock, Moment
from devices.vocabulary import METRICS, Unit
from nursestation.ui import theme
from nursestation.ui.plots.scale_marks import bracket, marks
from nursestation.ui.plots.wave_field import ROLES, Shown, WaveField, WavePlace
from nursestation.ui.plots.wave_look import LONGEST_FREEZE_S, Key
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme
from nursestation.ui.timetext import local_time

_TELL_LEAD = ("ecg",)
_TELL_WAY = ("resp",)
"""Waves that a lead, or a way of measuring, belongs to."""
_SHARES = {"ecg": 1.4}
"""Of the height, where it is not 1: an ECG has the most to tell."""
_LABEL_HEIGHT = 20.0
_LABEL_WIDTH = 104.0
_LOW = 84.0
"""Height of a strip below which its words stand at its left, so that the wave has all of the height."""
_SCALE_WIDTH = 36.0
"""Of the scale's marks, left of a wave [px]."""
_TICK_PX = 5.0
_STRIP_GAP = 2.0
_SIDE = 8.0
_SILENT_S = 2.0
"""A strip is empty in which no sample has come for so long [s]: no monitor sends its samples less often than once a second."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextDontClip.value)
"""Of a scale's words: letters of another size may need a little of the margin, and a figure that is cut is a wrong one."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A wave's strip with its words: `whole` is all of it."""

    place: WavePlace
    whole: QRectF
    label: QRectF
    scale: QRectF


class WavePainter(WaveField):
    """The waves of one chair, one above the other.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        store: Where the waves are.
        px_per_mm: Of the screen, for true sweep speeds.
        zone: The clinic's time zone, None for the machine's.

    Signals:
        frozen_changed: Whether the picture stands: it runs again by itself when another chair is shown, and after
            `LONGEST_FREEZE_S`.
    """

    frozen_changed = Signal(bool)

    def __init__(
        self,
        theme_: Theme,
        clock: Clock,
        store: WaveStore,
        px_per_mm: float,
        *,
        zone: tzinfo | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme_, clock, store, px_per_mm, parent)
        self.setObjectName("waves")
        self.setAccessibleName(self.tr("Live waves"))
        self._zone = zone
        self._chair: int | None = None
        self._keys: tuple[Key, ...] = ()
        self._drawn_keys: tuple[Key, ...] = ()
        self._rows: tuple[_Row, ...] = ()
        self._why_none = ""
        self._simulated = False
        self._why_silent: Mapping[tuple[str, str], str] = {}
        self._told: dict[Key, str] = {}
        self._frozen_at: Moment | None = None
        self._frozen_text = ""

    def show_chair(
        self,
        number: int,
        keys: Sequence[Key],
        why_none: str = "",
        *,
        simulated: bool = False,
        silent: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """Show the waves `keys` of a chair, in the order of the look.

        Args:
            number: Which chair; another one than before ends a freeze.
            keys: Its waves.
            why_none: Stands there while there is none.
            simulated: Marks them.
            silent: Why a wave may not come, as in `ChairSnapshot.silent_waves`: stands in its strip while no sample does.
        """
        if number != self._chair:
            self.freeze(False)
        if simulated != self._simulated:
            self._simulated = simulated
            self.update()
        if number != self._chair or tuple(keys) != self._keys or why_none != self._why_none:
            self._chair, self._keys, self._why_none = number, tuple(keys), why_none
            if not self.is_frozen:
                self.lay_out()
        self._why_silent = {(metric, monitor): why for metric, monitor, why in silent}
        self._tell_silent()

    def freeze(self, is_frozen: bool) -> None:
        """Let the picture stand, while the store goes on; or let it run again, with what has come meanwhile."""
        if is_frozen == self.is_frozen:
            return
        self._frozen_at = self._clock.now() if is_frozen else None
        if self._frozen_at is not None:
            at = local_time(self._frozen_at.utc_ns, self._zone)
            self._frozen_text = self.tr("FROZEN {time}").format(time=f"{at:%H:%M:%S}")
        super().freeze(is_frozen)
        self.frozen_changed.emit(is_frozen)

    @property
    def why_none(self) -> str:
        """Return what stands there while no wave is drawn."""
        return self._why_none

    @property
    def frozen_at(self) -> Moment | None:
        """Return when the picture was frozen; None while it runs."""
        return self._frozen_at

    @Slot()
    def advance(self) -> None:
        """Move the cursors to now; a picture that has stood for long runs again."""
        at = self._frozen_at
        if at is not None and self._clock.now().mono_ns - at.mono_ns >= LONGEST_FREEZE_S * NS_PER_S:
            self.freeze(False)
        self._tell_silent()
        super().advance()

    def _tell_silent(self) -> None:
        """Say why nothing comes where nothing comes, until the first sample that does; a picture that stands, stands."""
        if self.is_frozen or not (self._why_silent or self._told):
            return
        told = {}
        for row in self._rows:
            metric, monitor, _ = row.place.key
            why = self._why_silent.get((metric, monitor), "")
            if why and self._is_empty(row.place):
                told[row.place.key] = why[:1].upper() + why[1:]
        if told != self._told:
            self._told = told
            self.update()

    def _is_empty(self, place: WavePlace) -> bool:
        trace = self._store.trace(place.chair, place.key)
        if trace is None or trace.next_index is None:
            return True
        since_ns = self._clock.now().mono_ns - int(_SILENT_S * NS_PER_S)
        return not np.isfinite(trace.read(trace.index_at(since_ns), trace.next_index)).any()

    def rescale(self) -> None:
        """Lay the strips out for letters of another size."""
        self.lay_out()

    def lay_out(self) -> None:
        """Divide the height among the waves that have come: one that has not leaves no empty place."""
        if not self.is_frozen:
            self._drawn_keys = self._keys
        chair = self._chair
        present = (
            ()
            if chair is None
            else tuple(
                key for key in self._look.arranged(self._drawn_keys) if self._store.newest(chair, key) is not None
            )
        )
        self._rows = () if chair is None or self.width() < 4 * _SIDE else self._divide(chair, present)
        self._places = tuple(row.place for row in self._rows)
        super().lay_out()

    def _divide(self, chair: int, keys: Sequence[Key]) -> tuple[_Row, ...]:
        if not keys:
            return ()
        shares = [_SHARES.get(metric, 1.0) for metric, _, _ in keys]
        is_low = self.height() / len(keys) < theme.px(_LOW)
        rows, top = [], 0.0
        for key, share in zip(keys, shares, strict=True):
            height = self.height() * share / sum(shares)
            rows.append(_row(chair, key, QRectF(_SIDE, top, self.width() - 2 * _SIDE, height), is_low))
            top += height
        return tuple(rows)

    def around(self, place: WavePlace) -> QRect:
        """Return the whole strip: its words tell the gain."""
        return next(row.whole.toAlignedRect() for row in self._rows if row.place == place)

    # --- words and scales ---

    def paint_under(self, painter: QPainter, region: QRegion) -> None:
        """Paint words, scales and rules: beside what the cursor moves through, so that they are not drawn every frame."""
        if not self._rows:
            painter.setFont(theme.font(Text.BODY))
            painter.setPen(self._theme.colour("soft"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._why_none)
        for row in self._rows:
            shown = self.shown(row.place.chair, row.place.key)
            if region.intersects(row.label.toAlignedRect()):
                self._paint_label(painter, row, shown.text if shown is not None else "")
            if shown is not None and region.intersects(row.scale.toAlignedRect()):
                self._paint_scale(painter, row, shown)
            if row.whole.top() > 1:
                painter.setPen(self._theme.colour("line"))
                painter.drawLine(row.whole.topLeft(), row.whole.topRight())

    def paint_over(self, painter: QPainter, region: QRegion) -> None:
        """Paint why a strip is empty, over what the cursor has not yet erased of it."""
        for row in self._rows:
            why = self._told.get(row.place.key)
            if why is None or not region.intersects(row.place.area.toAlignedRect()):
                continue
            painter.setFont(theme.font(Text.BODY))
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(why, Qt.TextElideMode.ElideRight, row.place.area.width() - 4 * _SIDE)
            ground = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * _SIDE, metrics.height())
            ground.moveCenter(row.place.area.center())
            painter.fillRect(ground, self._theme.colour("plot"))
            painter.setPen(self._theme.colour("soft"))
            painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_label(self, painter: QPainter, row: _Row, detail: str) -> None:
        metric, _, source = row.place.key
        title = METRICS[metric].short
        words = [part for part in detail.split(" · ") if part]
        if metric in _TELL_LEAD:
            title = f"{title} {source}".strip()
        elif metric in _TELL_WAY and source:
            words.insert(0, source)
        area = row.label
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(self._theme.colour(ROLES[metric]))
        line = QFontMetricsF(painter.font()).height()
        painter.drawText(QRectF(area.left(), area.top() + 2, area.width(), line), _LEFT, title)
        beside = QFontMetricsF(painter.font()).horizontalAdvance(title) + 10
        is_narrow = area.width() < row.whole.width()
        marked = self._warnings(is_narrow=is_narrow) if row is self._rows[0] else []
        painter.setFont(theme.font(Text.CAPTION))
        if is_narrow:
            rows = [(text, "warn") for text in marked] + [(text, "soft") for text in words]
            self._paint_rows(painter, area.adjusted(0, 2 + line, 0, 1), rows)
            return
        room = QRectF(area.left() + beside, area.top() + 2, area.width() - beside, line)
        for text, role in [(" · ".join(words), "soft"), *((text, "warn") for text in marked)]:
            painter.setPen(self._theme.colour(role))
            painter.drawText(room, _LEFT, text)
            room.setLeft(room.left() + QFontMetricsF(painter.font()).horizontalAdvance(text) + 10)

    def _warnings(self, *, is_narrow: bool) -> list[str]:
        frozen = [self.tr("FROZEN") if is_narrow else self._frozen_text] if self.is_frozen else []
        return frozen + ([self.tr("SIMULATED")] if self._simulated else [])

    def _paint_rows(self, painter: QPainter, area: QRectF, rows: Sequence[tuple[str, str]]) -> None:
        """Draw words (text, role) below each other; what has no room is left out, the speed first."""
        each = QFontMetricsF(painter.font()).height()
        for n, (text, role) in enumerate(rows):
            top = area.top() + n * each
            if top + each <= area.bottom():
                painter.setPen(self._theme.colour(role))
                painter.drawText(QRectF(area.left(), top, area.width(), each), _LEFT, text)

    def _paint_scale(self, painter: QPainter, row: _Row, shown: Shown) -> None:
        """Draw what the height means, at the left of the wave."""
        newest = self._store.newest(row.place.chair, row.place.key)
        unit = newest.unit if newest is not None else None
        painter.setFont(theme.font(Text.CAPTION))
        painter.setPen(self._theme.colour("soft"))
        right, top, height = row.scale.right() - 4, shown.area.top(), shown.area.height()
        line = QFontMetricsF(painter.font()).height()
        room = QRectF(row.scale.left(), 0, right - _TICK_PX - 2 - row.scale.left(), line)
        if unit is Unit.MV:
            found = bracket(shown.low, shown.high)
            if found is None:
                return
            ends = (top + height * found.top, top + height * found.bottom)
            painter.drawLine(QLineF(right, ends[0], right, ends[1]))
            for y in ends:
                painter.drawLine(QLineF(right - _TICK_PX, y, right, y))
            room.moveTop(sum(ends) / 2 - line / 2)
            painter.drawText(room, _RIGHT, found.text)
            return
        told = [mark.at for mark in marks(unit, shown.low, shown.high)]
        # in a low strip words would lie over one another: its ends, or its upper end alone
        if height < len(told) * line:
            told = [0.0, 1.0] if height >= 2 * line else [0.0]
        for mark in marks(unit, shown.low, shown.high):
            y = top + height * mark.at
            painter.drawLine(QLineF(right - _TICK_PX, y, right, y))
            if mark.at not in told:
                continue
            room.moveTop(min(max(y - line / 2, row.scale.top()), row.scale.bottom() - line))
            painter.drawText(room, _RIGHT, mark.text)

    # --- Qt ---

    def sizeHint(self) -> QSize:
        """Return a size at which three strips are easy to read."""
        return QSize(700, 280)

    def minimumSizeHint(self) -> QSize:
        """Return the least that makes sense."""
        return QSize(300, 120)


def _row(chair: int, key: Key, whole: QRectF, is_low: bool) -> _Row:
    left, above = (theme.px(_LABEL_WIDTH), 0) if is_low else (0, theme.px(_LABEL_HEIGHT))
    label = QRectF(whole.left(), whole.top(), left or whole.width(), whole.height() if is_low else above)
    beside = whole.adjusted(left, above + _STRIP_GAP, 0, -_STRIP_GAP)
    scale = QRectF(beside.left(), beside.top(), theme.px(_SCALE_WIDTH), beside.height())
    area = beside.adjusted(scale.width(), 0, 0, 0)
    return _Row(WavePlace(chair, key, area), whole, label, scale)
