"""Where the cells of all chairs lie, and in each its tile and its waves. No Qt.

Rules of the file:
1. Numbers come first: waves are left out by themselves where a tile could not be read beside them. Where it can be read as
   designed, waves that a person wants come before larger letters.
2. A person's columns hold as long as every tile can be read; else the nearest number at which they can.
3. Where a cell lies depends on how many chairs there are and on the room, never on what happens in a chair.
"""

import math
from dataclasses import dataclass

GAP = 6
"""Between two cells, and round all of them [px]."""
RIM = 4
"""Of a cell: the frame that takes an alarm's colour [px]."""
TILE_WIDTH, TILE_HEIGHT = 290, 116
"""The least size of a tile at letters of the size 1 [px]."""
_BESIDE = 4
_WAVE_HEIGHT, _WAVE_WIDTH = 34, 220
"""Least of a wave with its word, at letters of the size 1 [px]."""
_ROOMY = 1.12
"""Waves take more than their least only where a tile has so much more than its own."""
_SHARES = {1: 0.3, 2: 0.42, 3: 0.52}
"""Most of a cell's height that so many waves take."""
_MOST_BESIDE = 0.38
"""Most of a cell's width that waves beside a tile take."""
_LARGE_ENOUGH = 2.6
"""Letters beyond this size are no reason to choose other columns."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle [px]."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Return where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Return where it ends."""
        return self.y + self.height

    def shifted(self, dx: int, dy: int) -> "Box":
        """Return it elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def shrunk(self, by: int) -> "Box":
        """Return it without a rim."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a chair.

    Attributes:
        whole: With its frame.
        tile: Numbers and words.
        waves: What the waves share, beside the tile or below it; None where there are none.
    """

    whole: Box
    tile: Box
    waves: Box | None = None

    @property
    def inside(self) -> Box:
        """Return what tile and waves share: all of it where a chair has no wave."""
        return self.whole.shrunk(RIM)


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells, in rows from left to right.

    Attributes:
        columns: Side by side.
        n_waves: So many each has room for.
        letters: Size of a tile's letters, where 1 is as designed.
        cells: The places.
    """

    columns: int
    n_waves: int
    letters: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Split:
    """A cell's inside, from its corner."""

    letters: float
    tile: Box
    waves: Box | None


def letters_of(width: float, height: float) -> float:
    """Return the size of the letters that a tile of `width` and `height` [px] has room for, 1 as designed."""
    return min(width / TILE_WIDTH, height / TILE_HEIGHT)


def least_height(n: int, columns: int, letters: float) -> int:
    """Return the height that `n` cells without waves need for letters of a size, in so many columns [px]."""
    return GAP + math.ceil(n / columns) * (math.ceil(TILE_HEIGHT * letters) + 2 * RIM + GAP)


def grid(
    n: int,
    width: int,
    height: int,
    *,
    columns: int = 0,
    held: int = 0,
    waves: int = 0,
    scale: float = 1.0,
    may_shrink: bool = True,
) -> Grid:
    """Lay out `n` cells.

    Args:
        n: Chairs.
        width: Of the room [px].
        height: Of the room [px].
        columns: That a person wants; 0 for those at which letters are the largest.
        held: Columns that stay whatever the room is; 0 for none.
        waves: That a person wants in each cell.
        scale: How large letters are in the window; a tile with waves has no smaller ones, unless the waves that a person
            wants fit beside letters as designed and not beside such large ones.
        may_shrink: False where letters are never smaller than that: on a wall that is read from afar.
    """
    if n <= 0:
        return Grid(1, 0, 0.0, ())
    most = min(n, 8)
    counts = (min(held, most),) if held else range(1, most + 1)
    for n_waves in range(waves, -1, -1):
        for least in dict.fromkeys((scale, 1.0) if may_shrink else (scale,)):
            tried = {c: _split(n, c, width, height, n_waves, least) for c in counts}
            fitting = {
                c: split for c, split in tried.items() if split is not None and (not n_waves or split.letters >= least)
            }
            if fitting:
                chosen = _chosen(n, fitting, columns)
                return _placed(n, chosen, width, height, n_waves, fitting[chosen])
    raise AssertionError("tiles without waves always have a place")


def _chosen(n: int, fitting: dict[int, _Split], wanted: int) -> int:
    """Return the columns to take: those that a person wants, or the nearest at which a tile can be read."""

    def worth(columns: int) -> float:
        taken = n / (columns * math.ceil(n / columns))
        return min(fitting[columns].letters, _LARGE_ENOUGH) * math.sqrt(taken)  # an empty place is room given away

    if wanted:
        readable = [c for c in fitting if fitting[c].letters >= 1]
        if readable:
            return min(readable, key=lambda c: (abs(c - wanted), -worth(c)))
    return max(fitting, key=worth)


def _cell_size(n: int, columns: int, width: int, height: int) -> tuple[int, int]:
    rows = math.ceil(n / columns)
    return (width - GAP * (columns + 1)) // columns, (height - GAP * (rows + 1)) // rows


def _split(n: int, columns: int, width: int, height: int, n_waves: int, scale: float) -> _Split | None:
    """Return how a cell is shared at so many columns; None where waves have no room."""
    cell_width, cell_height = _cell_size(n, columns, width, height)
    inner = Box(0, 0, cell_width - 2 * RIM, cell_height - 2 * RIM)
    if not n_waves:
        return _Split(letters_of(inner.width, inner.height), inner, None)
    splits = [split for split in (_below(inner, n_waves, scale), _beside(inner, n_waves, scale)) if split is not None]
    return max(splits, key=lambda split: split.letters, default=None)


def _below(inner: Box, n_waves: int, scale: float) -> _Split | None:
    least = round(n_waves * _WAVE_HEIGHT * scale)
    most = round(inner.height * _SHARES[n_waves])
    spare = inner.height - _BESIDE - math.ceil(TILE_HEIGHT * _ROOMY * scale)
    height = max(least, min(spare, most))
    tile = Box(0, 0, inner.width, inner.height - _BESIDE - height)
    if tile.height <= 0 or inner.width < _WAVE_WIDTH * scale:
        return None
    return _Split(letters_of(tile.width, tile.height), tile, Box(0, tile.bottom + _BESIDE, inner.width, height))


def _beside(inner: Box, n_waves: int, scale: float) -> _Split | None:
    least = round(_WAVE_WIDTH * scale)
    most = round(inner.width * _MOST_BESIDE)
    spare = inner.width - _BESIDE - math.ceil(TILE_WIDTH * scale)
    width = max(least, min(spare, most))
    tile = Box(0, 0, inner.width - _BESIDE - width, inner.height)
    if tile.width <= 0 or inner.height < n_waves * _WAVE_HEIGHT * scale:
        return None
    return _Split(letters_of(tile.width, tile.height), tile, Box(tile.right + _BESIDE, 0, width, inner.height))


def _placed(n: int, columns: int, width: int, height: int, n_waves: int, split: _Split) -> Grid:
    cell_width, cell_height = _cell_size(n, columns, width, height)
    cells = []
    for place in range(n):
        row, column = divmod(place, columns)
        whole = Box(GAP + column * (cell_width + GAP), GAP + row * (cell_height + GAP), cell_width, cell_height)
        dx, dy = whole.x + RIM, whole.y + RIM
        waves = split.waves.shifted(dx, dy) if split.waves is not None else None
        cells.append(Cell(whole, split.tile.shifted(dx, dy), waves))
    return Grid(columns, n_waves, split.letters, tuple(cells))
