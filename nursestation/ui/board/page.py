"""The page of all chairs: one canvas, and a bar that says how it is laid out."""

from datetime import tzinfo
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from devices.clock import Clock
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.bar import BoardBar
from nursestation.ui.board.canvas import BoardCanvas
from nursestation.ui.board.order import kept, swapped
from nursestation.ui.display import Display
from nursestation.ui.layouts import column, tab_stops
from nursestation.ui.page import Page
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import Theme

_LEAST_LIST = 146
"""Of the list of alarms with its margins: two lines under their heading are in sight [px at the designed size]."""


class BoardPage(Page):
    """Every chair of the station at once; a press opens one.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        store: Where the waves are.
        px_per_mm: Of the screen.
        flashing: What makes alarms flash together.
        display: What is set on the screen: order, columns, waves and face are kept there.
        zone: The clinic's time zone, None for the machine's.

    Signals:
        chair_chosen: A chair to open.
    """

    chair_chosen = Signal(int)

    def __init__(
        self,
        theme_: Theme,
        clock: Clock,
        store: WaveStore,
        px_per_mm: float,
        flashing: Flashing,
        display: Display,
        *,
        zone: tzinfo | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("board_page")
        self.setAccessibleName(self.tr("All chairs"))
        self._display = display
        self._chair = self._line = self._list = 0
        self._snapshot: StationSnapshot | None = None
        self._bar, self._rest = BoardBar(), QWidget()
        self._rest.hide()
        self.canvas = BoardCanvas(theme_, clock, store, px_per_mm, flashing, zone=zone)
        outer = column(spacing=0)
        outer.addWidget(self._bar)
        outer.addWidget(self._rest)
        outer.addWidget(self.canvas, 1)
        self.setLayout(outer)
        self.canvas.chair_chosen.connect(self.chair_chosen)
        self.canvas.swap_wanted.connect(self._on_swap)
        self.canvas.arranged.connect(self._on_arranged)
        self._bar.changed.connect(self._on_changed)
        self._bar.closed.connect(self.closed)
        self._bar.nurses_wanted.connect(self._on_nurses)
        display.changed.connect(self._take_settings)
        self._take_settings()

    def show_chair(self, number: int) -> None:
        """Remember which chair is shown in depth elsewhere: the focus begins there."""
        self._chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show every chair."""
        self._snapshot = snapshot
        self.canvas.show_station(snapshot)

    def begin(self) -> None:
        """Begin at the chair that was shown in depth: whoever looks up from one finds it again."""
        if self._chair in self.canvas.places:
            self.canvas.tile(self._chair).setFocus()
        else:
            self.setFocus()

    def stops(self) -> list[QWidget]:
        """Return the bar's buttons, and the tiles in the order of their places."""
        return [*tab_stops(self._bar), *self.canvas.tiles()]

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self.canvas.set_theme(theme_)

    def rescale(self) -> None:
        """Lay all out for letters of another size."""
        self.canvas.rescale()

    def give_way(self, height: int) -> None:
        """Let the bar make room for a line that came above the page, so that no chair moves; 0 brings it back.

        Args:
            height: Of that line [px].
        """
        self._line = height
        self._make_room()

    def open_list(self, wanted: int) -> int:
        """Make room for the list of alarms, in the bar's place and as far as tiles can give way; it stays until `close_list`.

        Chairs keep their columns and rows and get lower, waves give way first. What comes to the list scrolls in it.

        Args:
            wanted: Height that the list would have [px].

        Returns:
            The height that it has, from the page's top [px].
        """
        if not self._list:
            self.canvas.hold_columns(True)
        whole = self.height() + self._line
        least = max(self._bar.sizeHint().height(), theme.px(_LEAST_LIST)) + self._line
        self._list = min(wanted + self._line, max(least, whole - self.canvas.least_height()))
        self._make_room()
        return self.list_height

    @property
    def list_height(self) -> int:
        """Return the height that the list of alarms has, from the page's top; 0 while it is closed [px]."""
        return max(0, self._list - self._line)

    def close_list(self) -> None:
        """Give bar and tiles their room back."""
        if self._list:
            self._list = 0
            self._make_room()
            self.canvas.hold_columns(False)

    def _make_room(self) -> None:
        above = self._list or self._bar.sizeHint().height()
        left = above - self._line
        is_taken = bool(self._line or self._list)
        self._bar.setVisible(not is_taken)
        self._rest.setFixedHeight(max(0, left))
        self._rest.setVisible(is_taken and left > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to one chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _take_settings(self) -> None:
        board = self._display.settings.board
        self._bar.show_settings(board)
        self.canvas.set_settings(board)
        if self._snapshot is not None and self.isVisible():
            self.canvas.show_station(self._snapshot)

    @Slot()
    def _on_arranged(self) -> None:
        self._bar.show_grid(self.canvas.layout_now)

    @Slot()
    def _on_nurses(self) -> None:
        self.sheet_requested.emit("nurses")

    @Slot(str, object)
    def _on_changed(self, field: str, value: Any) -> None:  # noqa: ANN401 - the settings check it
        self._display.change_board(**{field: value})

    @Slot(int, int)
    def _on_swap(self, one: int, other: int) -> None:
        before = self._display.settings.board.order
        self._display.change_board(order=kept(swapped(self.canvas.places, one, other), before))
