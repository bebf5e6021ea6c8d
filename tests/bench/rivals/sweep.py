"""The waves of the scene as arrays for a library's plot: one sweep of each, and the gap ahead of the cursor. No Qt."""

import numpy as np

from devices.clock import NS_PER_S
from tests.bench.rivals.scene import DELAY_NS, GAP_PX, KINDS, SCALE, Floats, Kind, Packet, places


class _Group:
    """All waves of one kind."""

    def __init__(self, kind: Kind, strips: list[int], width: float) -> None:
        self.kind, self.strips = kind, strips
        n = int(width / kind.px_per_s * kind.rate_hz)
        self.x: Floats = np.arange(n) / kind.rate_hz * kind.px_per_s
        self.y: Floats = np.full((len(strips), n), np.nan)
        self._came: Floats = np.full((len(strips), n), np.nan)
        self._gap = round(GAP_PX / kind.px_per_s * kind.rate_hz)
        self._cursor: int | None = None

    def take(self, row: int, packet: Packet) -> None:
        n = len(self.x)
        self._came[row, np.arange(packet.first, packet.first + len(packet.samples)) % n] = packet.samples * SCALE

    def advance(self, cursor_ns: int) -> None:
        cursor = int(cursor_ns * self.kind.rate_hz // NS_PER_S)
        n = len(self.x)
        first = cursor - n if self._cursor is None else max(self._cursor, cursor - n)
        self._cursor = cursor
        now = np.arange(first, cursor) % n
        self.y[:, now] = self._came[:, now]
        self.y[:, np.arange(cursor, cursor + self._gap) % n] = np.nan


class Sweeps:
    """The picture's arrays: `of(strip)` gives x [px from the strip's left edge] and y [value], NaN where nothing stands."""

    def __init__(self) -> None:
        strips = places()
        self._groups = [
            _Group(kind, [n for n, place in enumerate(strips) if place.kind is kind], strips[0].width) for kind in KINDS
        ]
        self._rows = {strip: (group, row) for group in self._groups for row, strip in enumerate(group.strips)}

    def take(self, packets: list[Packet]) -> None:
        """Keep new samples."""
        for packet in packets:
            group, row = self._rows[packet.strip]
            group.take(row, packet)

    def advance(self, now_ns: int) -> None:
        """Move the cursors to monotonic `now_ns` [ns], less the delay."""
        for group in self._groups:
            group.advance(now_ns - DELAY_NS)

    def of(self, strip: int) -> tuple[Floats, Floats]:
        """Return x and y of a strip; both belong to the sweeps and change with the next `advance`."""
        group, row = self._rows[strip]
        return group.x, group.y[row]
