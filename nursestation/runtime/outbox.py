"""What the engine publishes to the window: records in order, and the newest snapshot.

Overflow, when the window stalls: waves are dropped, oldest first (they are in the store); other records never are. Of the
snapshots only the newest is kept. Callable from any thread.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from nursestation.core.records import Record, Wave
from nursestation.core.snapshot import StationSnapshot

MAX_WAVES = 4_000

Published = Record | StationSnapshot


class Outbox:
    """Records and snapshots on their way to the window.

    Args:
        max_waves: How many waves may wait.
        on_drain: Is called in the window's thread whenever it takes what there is.

    Attributes:
        heartbeat: Counts the engine's steps; a window that sees it stand still tells that the engine is dead.
        latest: The newest snapshot, drained or not; None before the first.
    """

    def __init__(self, max_waves: int = MAX_WAVES, on_drain: Callable[[], None] | None = None) -> None:
        self._on_drain = on_drain
        self._records: deque[Record] = deque()
        self._waves: deque[Wave] = deque(maxlen=max_waves)
        self._snapshot: StationSnapshot | None = None
        self._lock = threading.Lock()
        self.heartbeat = 0
        self.latest: StationSnapshot | None = None

    def __len__(self) -> int:
        """Return how many records wait."""
        return len(self._records) + len(self._waves)

    def publish(self, records: Sequence[Record], snapshot: StationSnapshot | None = None) -> None:
        """Add records, and replace the snapshot if one is given."""
        with self._lock:
            for record in records:
                if isinstance(record, Wave):
                    self._waves.append(record)
                else:
                    self._records.append(record)
            if snapshot is not None:
                self._snapshot = self.latest = snapshot

    def beat(self) -> None:
        """Say that the engine is alive."""
        self.heartbeat += 1

    def drain(self, limit: int) -> Sequence[Published]:
        """Return at most `limit` records (waves last), and after them the newest snapshot if it is new."""
        if self._on_drain is not None:
            self._on_drain()
        with self._lock:
            items: list[Published] = list(islice(self._records, limit))
            for _ in items:
                self._records.popleft()
            n_waves = min(limit - len(items), len(self._waves))
            items.extend(self._waves.popleft() for _ in range(n_waves))
            if self._snapshot is not None:
                items.append(self._snapshot)
                self._snapshot = None
            return items
