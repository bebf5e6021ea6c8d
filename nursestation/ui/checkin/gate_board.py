"""All gates at once: a tile each, in two columns, with the start as the last; a tap brings a gate's question to the front.

Rules of the file:
1. Every gate is in sight without scrolling; a tile that has no room for all of its evidence shows two lines of it.
2. What is typed for a gate and not sent yet is told on its tile, for nobody shall take it for recorded.
"""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.model import GateState
from nursestation.ui import theme
from nursestation.ui.checkin.view import START, GateRow
from nursestation.ui.layouts import keep_tab_order, retire
from nursestation.ui.roles import Tone
from nursestation.ui.statemark import WORDS, StateMark
from nursestation.ui.tile import MOST_HEIGHT, TileButton

_COLUMNS = 2
_SPACING = 6


class GateTile(TileButton):
    """One gate: its mark, its title, and what it rests on or what is missing."""

    def __init__(self, name: str, *, has_mark: bool = True, parent: QWidget | None = None) -> None:
        self._mark = StateMark() if has_mark else None
        super().__init__(f"check_in_gate_{name}", mark=self._mark, parent=parent)
        self.id = name
        self.setCheckable(True)

    def show_gate(self, gate: GateRow, *, is_draft: bool) -> None:
        """Show how the gate stands."""
        if self._mark is not None:
            self._mark.show_state(gate.state)
        detail, tone = gate.evidence, Tone.WARN if gate.warns else Tone.SOFT
        if is_draft:
            detail, tone = self.tr("✎ Typed, not sent yet"), Tone.WARN
        self.show_words(gate.title, detail, tone)
        self.setAccessibleName(f"{gate.title}: {WORDS[gate.state]}. {detail}")


class GateBoard(QWidget):
    """Tiles go down the first column, then down the second.

    Signals:
        chosen: The gate whose question is wanted, or `START`.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_in_board")
        self._tiles: list[GateTile] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_SPACING)
        for index in range(_COLUMNS):
            self._grid.setColumnStretch(index, 1)

    @property
    def tiles(self) -> tuple[GateTile, ...]:
        """Return the tiles in their order, the start's last."""
        return tuple(self._tiles)

    def show_gates(self, gates: tuple[GateRow, ...], drafts: frozenset[str], start: tuple[str, str]) -> None:
        """Show how the gates stand.

        Args:
            gates: All of them, in order.
            drafts: The forms that hold something not sent.
            start: Title and words of the start's tile.
        """
        if [tile.id for tile in self._tiles] != [*(gate.id for gate in gates), START]:
            self._rebuild(gates)
        for tile, gate in zip(self._tiles, gates, strict=False):
            tile.show_gate(gate, is_draft=gate.form in drafts)
        is_ready = all(gate.state in (GateState.MET, GateState.OVERRIDDEN) for gate in gates)
        self._tiles[-1].show_words(*start, Tone.GOOD if is_ready else Tone.SOFT)

    def choose(self, name: str) -> None:
        """Mark the gate whose question is in front, without telling anybody."""
        for tile in self._tiles:
            tile.setChecked(tile.id == name)

    def tile(self, name: str) -> GateTile | None:
        """Return a gate's tile, None where it has none."""
        return next((tile for tile in self._tiles if tile.id == name), None)

    def _rebuild(self, gates: tuple[GateRow, ...]) -> None:
        for old in self._tiles:
            retire(self._grid, old)
        self._tiles = [GateTile(gate.id) for gate in gates]
        self._tiles.append(GateTile(START, has_mark=False))
        n_rows = -(-len(self._tiles) // _COLUMNS)
        for index, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, index % n_rows, index // n_rows)
            tile.show()  # at once, not with the next turn of the event loop: it may take the focus now
            tile.clicked.connect(self._on_clicked)
        for at in range(self._grid.rowCount()):
            self._grid.setRowStretch(at, 1 if at < n_rows else 0)
        theme.set_length(self, theme.Length.MOST_HEIGHT, n_rows * (MOST_HEIGHT + _SPACING))
        keep_tab_order(self)

    @Slot()
    def _on_clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, GateTile):
            tile.setChecked(True)
            self.chosen.emit(tile.id)
