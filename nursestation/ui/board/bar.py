"""The bar of the page of all chairs: how they are laid out. Each button says what holds and takes the next at a press."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.config.display import BoardSettings
from nursestation.ui import theme
from nursestation.ui.board.grid import Grid
from nursestation.ui.controls import Button, Edge, Label, Panel, QuietButton
from nursestation.ui.layouts import row
from nursestation.ui.roles import Surface, Text

_COLUMNS = (0, 1, 2, 3, 4)
_WAVES = (0, 1, 2, 3)
_FACES = ("initials", "number")


class BoardBar(Panel):
    """Columns, waves, what stands for a patient, and the way back.

    Signals:
        changed: (field of `BoardSettings`, its new value).
        nurses_wanted: Somebody wants to say who looks after which chair.
        closed: Back to one chair.
    """

    changed = Signal(str, object)
    nurses_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("board_bar", Surface.BAR, edge=Edge.BOTTOM, parent=parent)
        self._settings, self._grid = BoardSettings(), Grid(1, 0, 0.0, ())
        self._build()
        self._tell()

    def _build(self) -> None:
        self._columns = Button("", "board_columns", tip=self.tr("How many chairs stand side by side."))
        self._waves = Button("", "board_waves", tip=self.tr("How many waves stand with each chair."))
        self._face = Button("", "board_face", tip=self.tr("Whether this screen tells the initials of patients."))
        self._nurses = Button(self.tr("Nurses…"), "board_nurses", tip=self.tr("Who looks after which chair."))
        self._order = QuietButton(
            self.tr("Chairs in order"), "board_in_order", tip=self.tr("Every chair back to its place by its number.")
        )
        self._close = QuietButton(self.tr("One chair"), "board_close", tip=self.tr("Back to one chair (Esc)"))
        line = row(spacing=theme.GAP)
        line.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        line.addWidget(Label(self.tr("All chairs"), Text.TITLE, object_name="board_title"))
        line.addStretch(1)
        for button in (self._order, self._nurses, self._columns, self._waves, self._face, self._close):
            line.addWidget(button)
        self.setLayout(line)
        self._columns.clicked.connect(self._on_columns)
        self._waves.clicked.connect(self._on_waves)
        self._face.clicked.connect(self._on_face)
        self._order.clicked.connect(self._on_order)
        self._nurses.clicked.connect(self.nurses_wanted)
        self._close.clicked.connect(self.closed)

    def show_settings(self, settings: BoardSettings) -> None:
        """Show what is set."""
        self._settings = settings
        self._tell()

    def show_grid(self, grid: Grid) -> None:
        """Show what there is room for."""
        self._grid = grid
        self._tell()

    def _tell(self) -> None:
        set_, has = self._settings, self._grid
        fits = len(has.cells) == 0
        columns = self.tr("as fits") if not set_.columns else str(set_.columns)
        if set_.columns and not fits and has.columns != min(set_.columns, len(has.cells)):
            columns = self.tr("{n}, room for {m}").format(n=set_.columns, m=has.columns)
        waves = str(set_.waves) if set_.waves else self.tr("none")
        if not fits and has.n_waves < set_.waves:
            told = self.tr("{n}, no room") if not has.n_waves else self.tr("{n}, room for {m}")
            waves = told.format(n=set_.waves, m=has.n_waves)
        face = self.tr("initials") if set_.face == "initials" else self.tr("chair number")
        _say(self._columns, self.tr("Columns: {what}").format(what=columns))
        _say(self._waves, self.tr("Waves: {what}").format(what=waves))
        _say(self._face, self.tr("Patients by: {what}").format(what=face))
        self._order.setVisible(bool(set_.order))

    @Slot()
    def _on_columns(self) -> None:
        self.changed.emit("columns", _next(_COLUMNS, self._settings.columns))

    @Slot()
    def _on_waves(self) -> None:
        self.changed.emit("waves", _next(_WAVES, self._settings.waves))

    @Slot()
    def _on_face(self) -> None:
        self.changed.emit("face", _next(_FACES, self._settings.face))

    @Slot()
    def _on_order(self) -> None:
        self.changed.emit("order", ())


def _next(values: Sequence[int | str], now: int | str) -> int | str:
    return values[(values.index(now) + 1) % len(values)]


def _say(button: Button, text: str) -> None:
    if button.text() != text:
        button.setText(text)
        button.setAccessibleName(text)
