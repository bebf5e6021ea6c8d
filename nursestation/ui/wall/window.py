"""The wall view: every chair on a screen of its own, to be read from across the room. Nobody works here.

Rules of the file:
1. It takes nothing but the way out: Esc, and a button that comes and goes with the pointer.
2. Its letters go by its own size, not by that of the window that people work in.
3. Nothing is drawn while it is closed or minimised; it shows the newest when it comes back.
4. When the engine is silent it says so over its full width and blanks numbers and clock.
"""

from datetime import tzinfo

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from devices.clock import Clock
from nursestation.config.display import BoardSettings, DisplaySettings
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.canvas import BoardCanvas
from nursestation.ui.board.grid import Grid, grid
from nursestation.ui.board.picture import number_letters
from nursestation.ui.controls import Badge, Edge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.display import wave_look
from nursestation.ui.pacing import Pace
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import Theme
from nursestation.ui.timetext import local_time
from nursestation.ui.wall.strip import WordsStrip
from nursestation.ui.wall.words import alarm_words, audio_word, calm_word
from nursestation.ui.withered import withered

POINTER_MS = 3000
"""How long the pointer and the way out stay after the last move [ms]."""
SMALLEST = (640, 400)
"""Of the view as a window [px]."""
_HEAD, _FOOT = 88, 36
"""Heights of the lines above and below the chairs, in a window as designed [px]."""
_WITH_WAVES = 1.7
"""Least size of a tile's letters beside its waves, 1 as designed for a person in front of it: from afar numbers come first."""
_MOST_COLUMNS = 4
_SIDE = 250
"""Room for the clinic's name, in a window as designed [px]."""
_SMALLEST_SCALE = 0.5


def scale_of(width: int, height: int) -> float:
    """Return how large everything is on a wall of `width` and `height` [px], 1 as designed: all of its size is used."""
    return max(_SMALLEST_SCALE, min(width / theme.DESIGNED_FOR[0], height / theme.DESIGNED_FOR[1]))


def _number_letters(laid: Grid) -> int:
    return min((number_letters(cell.tile.width, cell.tile.height) for cell in laid.cells[:1]), default=0)


class WallWindow(QWidget):
    """Every chair, its alarms and the time.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        store: Where the waves are.
        px_per_mm: Of its screen.
        flashing: What makes alarms flash together, here and in the window.
        clinic: The clinic's name, "" for none.
        zone: The clinic's time zone, None for the machine's.

    Signals:
        left: A person closed it.
    """

    left = Signal()

    def __init__(
        self,
        theme_: Theme,
        clock: Clock,
        store: WaveStore,
        px_per_mm: float,
        flashing: Flashing,
        *,
        clinic: str = "",
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("wall_window")
        self.setWindowTitle(self.tr("Nursestation: wall view"))
        self.setMinimumSize(*SMALLEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # who is typing goes on typing
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
        self.setProperty("surface", Surface.WINDOW.value)
        theme.dress(self, theme_)
        self._theme, self._zone = theme_, zone
        self._settings = DisplaySettings()
        self._snapshot: StationSnapshot | None = None
        self._is_dead = self._is_left = False
        self.canvas = BoardCanvas(theme_, clock, store, px_per_mm, flashing, zone=zone, is_touched=False)
        self._alarms = WordsStrip(theme_, flashing)
        self._build(clinic)
        self._pointer = QTimer(self, interval=POINTER_MS, singleShot=True)
        self._pointer.timeout.connect(self._hide_pointer)
        self._close.clicked.connect(self.leave)
        self.canvas.arranged.connect(self._lay_out)
        for part in (self, *self.findChildren(QWidget)):
            part.setMouseTracking(True)

    def _build(self, clinic: str) -> None:
        self._head, self._foot = self._build_head(clinic), self._build_foot()
        self._room = QStackedLayout()
        self._room.addWidget(self.canvas)
        self._empty = Label(self.tr("No chair is set up yet."), Text.TITLE, Tone.SOFT, object_name="wall_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._room.addWidget(self._empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head)
        whole.addWidget(self._build_failure())
        whole.addLayout(self._room, 1)
        whole.addWidget(self._foot)

    def _build_head(self, clinic: str) -> Panel:
        head = Panel("wall_head", Surface.BAR, edge=Edge.BOTTOM)
        self._simulated = Badge(self.tr("SIMULATED"), Tone.WARN, object_name="wall_simulated")
        self._simulated.hide()
        self._clock = Label("", Text.CLOCK, object_name="wall_clock")
        self._clinic = ElidingLabel(clinic, Text.BODY, Tone.SOFT, object_name="wall_clinic")
        self._clinic.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._clinic.setVisible(bool(clinic))
        self._close = QuietButton(self.tr("Close"), "wall_close", tip=self.tr("Closes the wall view (Esc)"))
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        kept = self._close.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._close.setSizePolicy(kept)
        first = QHBoxLayout()
        first.setSpacing(theme.MARGIN)
        first.addStretch(1)
        first.addWidget(self._simulated)
        first.addWidget(self._clock)
        side = QVBoxLayout()
        side.setSpacing(0)
        side.addStretch(1)
        side.addLayout(first)
        side.addWidget(self._clinic)
        side.addStretch(1)
        beside = QWidget()
        beside.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(head)
        row.setSpacing(theme.MARGIN)
        row.addWidget(self._alarms, 1)
        row.addWidget(beside)
        return head

    def _build_failure(self) -> Panel:
        self._failure = Panel("wall_failure", Surface.FAILURE)
        text = self.tr("***  Nursestation has stopped working: nothing here is live. Watch the bedside monitors.")
        self._failure_text = Label(text, Text.TITLE, Tone.ON_HIGH, object_name="wall_failure_text", wrap=True)
        row = QHBoxLayout(self._failure)
        row.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 10)
        row.addWidget(self._failure_text)
        self._failure.setAccessibleName(text)
        self._failure.hide()
        return self._failure

    def _build_foot(self) -> Panel:
        foot = Panel("wall_foot", Surface.BAR, edge=Edge.TOP)
        self._notice = Label(
            self.tr("Second display: the bedside monitor gives the alarms."),
            Text.BODY,
            Tone.SOFT,
            object_name="wall_notice",
        )
        self._audio = Label("", Text.STRONG, Tone.WARN, object_name="wall_audio")
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(2 * theme.MARGIN)
        row.addWidget(self._notice)
        row.addStretch(1)
        row.addWidget(self._audio)
        row.addWidget(self._close)
        return foot

    # --- what is shown ---

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show `snapshot`; while nobody can see it, with the next look."""
        self._snapshot = snapshot
        if self.isVisible() and not self.isMinimized():
            self._show(withered(snapshot) if self._is_dead else snapshot)

    def _show(self, snapshot: StationSnapshot) -> None:
        self._room.setCurrentWidget(self.canvas if snapshot.chairs else self._empty)
        self.canvas.show_station(snapshot)
        self._alarms.show_words(alarm_words(snapshot), calm_word(snapshot))
        self._audio.setText(audio_word(snapshot))
        self._simulated.setVisible(any(chair.simulated for chair in snapshot.chairs))
        self._clock.setText("--:--:--" if self._is_dead else f"{local_time(snapshot.at.utc_ns, self._zone):%H:%M:%S}")

    def show_dead(self, is_dead: bool) -> None:
        """Say that nothing here is live, or that it is again."""
        self._is_dead = is_dead
        self._failure.setVisible(is_dead)
        if self._snapshot is not None:
            self.render(self._snapshot)

    def set_settings(self, settings: DisplaySettings) -> None:
        """Take the order of the chairs, the waves and what stands for a patient. Columns are those at which most can be read."""
        self._settings = settings
        self.canvas.set_look(wave_look(settings))
        self._lay_out()
        if self._snapshot is not None:
            self.render(self._snapshot)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        theme.dress(self, theme_)
        self._alarms.set_theme(theme_)
        self.canvas.set_theme(theme_)
        self._fit()  # a new stylesheet takes back the fonts that were set

    def set_pace(self, pace: Pace) -> None:
        """Draw the waves as often as `pace` says of a screen that nobody works at."""
        self.canvas.every_nth(pace.aside)

    # --- sizes ---

    @Slot()
    def _lay_out(self) -> None:
        """Lay the chairs out: with as many waves as leave them large, and in the columns at which numbers are the largest."""
        board, room = self._settings.board, (self.canvas.width(), self.canvas.height())
        n = len(self._snapshot.chairs) if self._snapshot is not None else 0
        least = _WITH_WAVES * scale_of(self.width(), self.height())
        waves = grid(n, *room, waves=board.waves, scale=least, may_shrink=False).n_waves
        tried = {c: grid(n, *room, columns=c, waves=waves, scale=least) for c in range(_MOST_COLUMNS + 1)}
        columns = max(tried, key=lambda c: (tried[c].n_waves == waves, _number_letters(tried[c])))
        self.canvas.set_settings(
            BoardSettings(order=board.order, columns=columns, waves=waves, face=self._settings.wall.face)
        )

    def _fit(self) -> None:
        """Give everything the size that this wall has room for."""
        scale = scale_of(self.width(), self.height())

        def px(length: float) -> int:
            return round(length * scale)

        self._head.setFixedHeight(px(_HEAD))
        self._foot.setFixedHeight(max(px(_FOOT), theme.TOUCH))
        self._close.setFixedHeight(self._foot.height() - 2)
        self._simulated.setFixedHeight(px(26))
        self._clinic.setMinimumWidth(px(_SIDE))
        layout = self._head.layout()
        assert layout is not None
        layout.setContentsMargins(px(8), px(8), px(12), px(8))
        for label, role, size in (
            (self._clock, Text.CLOCK, 36),
            (self._simulated, Text.STRONG, 15),
            (self._clinic, Text.BODY, 17),
            (self._failure_text, Text.TITLE, 26),
            (self._notice, Text.BODY, 17),
            (self._audio, Text.STRONG, 18),
            (self._empty, Text.TITLE, 30),
            (self._close, Text.STRONG, 15),
        ):
            theme.set_font(label, role, px(size))

    # --- hands ---

    @Slot()
    def _hide_pointer(self) -> None:
        self._close.hide()
        self.setCursor(Qt.CursorShape.BlankCursor)

    def _show_pointer(self) -> None:
        self._close.show()
        self.unsetCursor()
        self._pointer.start()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the way out for a while."""
        self._show_pointer()
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    @Slot()
    def leave(self) -> None:
        """Close it as a person asks."""
        self._is_left = True
        self.close()

    # --- Qt ---

    def changeEvent(self, event: QEvent) -> None:
        """Show the newest when it comes back from being minimised."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._snapshot is not None:
            self.render(self._snapshot)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the newest, and the way out for a while."""
        super().showEvent(event)
        self._fit()
        if self._snapshot is not None:
            self.render(self._snapshot)
        self._show_pointer()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit all to the new size."""
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell where a person closed it, here or at its frame: the program closes it with its other windows too."""
        super().closeEvent(event)
        self._pointer.stop()
        if self._is_left or event.spontaneous():
            self.left.emit()
