"""Rows of numbers that only ever grow, kept where numpy can look at them without a copy."""

import numpy as np
from numpy.typing import NDArray


class GrowingRows:
    """Columns of equal, growing length."""

    def __init__(self, n_columns: int) -> None:
        self._room = np.empty((n_columns, 1024))
        self.n = 0

    def column(self, index: int) -> NDArray[np.float64]:
        """Return a view of one column as it is now, shape `(n,)`."""
        return self._room[index, : self.n]

    def append(self, *values: float) -> None:
        """Add one row."""
        self._make_room(1)
        self._room[:, self.n] = values
        self.n += 1

    def extend(self, rows: NDArray[np.float64]) -> None:
        """Add rows, shape `(n, n_columns)`."""
        self._make_room(len(rows))
        self._room[:, self.n : self.n + len(rows)] = rows.T
        self.n += len(rows)

    def _make_room(self, n: int) -> None:
        while self.n + n > self._room.shape[1]:
            wider = np.empty((self._room.shape[0], self._room.shape[1] * 2))
            wider[:, : self.n] = self._room[:, : self.n]
            self._room = wider
