"""What waits to be written, and what happens when it waits too long.

Numerics, alarms, commands and sign-offs are never dropped: of sixteen chairs they take some 90 MB an hour. Waveforms are held
up to a number of bytes; beyond it the oldest become a `Gap` that says how many samples are absent and why.
"""

from collections import deque
from collections.abc import Iterable

from nursestation.core.records import Gap, Record, Wave

WAVE_BYTES = 256 * 1024 * 1024
"""Memory that waveforms may take while the disk does not: about 40 minutes of eight chairs with three waves, 20 of sixteen."""

STRETCH_BYTES = 300
"""What a stretch takes beside its samples: monitors send ten at a time, so that it is most of the memory. Measured on
CPython 3.11."""

_TRIM_TO = 7 / 8  # so that a full backlog is not walked for every stretch that arrives

REASON = "the disk did not take the waveform in time"


class Backlog:
    """Records in the order they were put, with a bound on waveforms."""

    def __init__(self, wave_bytes: int = WAVE_BYTES) -> None:
        self._limit = wave_bytes
        self._records: deque[Record] = deque()
        self._wave_bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def oldest(self) -> Record | None:
        """Return the record that waits longest."""
        return self._records[0] if self._records else None

    def put(self, records: Iterable[Record]) -> None:
        """Take records at the end."""
        for record in records:
            self._records.append(record)
            self._wave_bytes += _size(record)
        if self._wave_bytes > self._limit:
            self._trim()

    def take(self, n: int) -> list[Record]:
        """Remove and return up to `n` records from the front."""
        if n >= len(self._records):  # as always while the disk keeps up
            taken = list(self._records)
            self._records.clear()
            self._wave_bytes = 0
            return taken
        taken = [self._records.popleft() for _ in range(n)]
        self._wave_bytes -= sum(map(_size, taken))
        return taken

    def put_back(self, records: list[Record]) -> None:
        """Return to the front what could not be written."""
        self._records.extendleft(reversed(records))
        self._wave_bytes += sum(map(_size, records))
        if self._wave_bytes > self._limit:
            self._trim()

    def _trim(self) -> None:
        kept: list[Record | None] = []
        gaps: dict[tuple[object, ...], int] = {}
        for record in self._records:
            if isinstance(record, Wave) and self._wave_bytes > self._limit * _TRIM_TO:
                self._wave_bytes -= _size(record)
                kept.append(_dropped(record))
            else:
                kept.append(record)
            _fold_gap(kept, gaps)
        self._records = deque(record for record in kept if record is not None)


def _size(record: Record) -> int:
    return STRETCH_BYTES + len(record.samples) if isinstance(record, Wave) else 0


def _dropped(wave: Wave) -> Gap:
    return Gap(
        at=wave.at, chair=wave.chair, session=wave.session, metric=wave.metric, monitor=wave.monitor,
        source=wave.source, n_samples=len(wave.samples) // 2, reason=REASON,
    )  # fmt: skip


def _fold_gap(kept: list[Record | None], gaps: dict[tuple[object, ...], int]) -> None:
    """Join the last record, when it is a stretch dropped here, with the dropped stretch of the same trace before it."""
    last = kept[-1]
    if not isinstance(last, Gap | Wave):
        return
    key = (last.session, last.chair, last.monitor, last.metric, last.source)
    if isinstance(last, Wave) or last.reason != REASON or last.n_samples is None:
        gaps.pop(key, None)
        return
    index = gaps.get(key)
    before = None if index is None else kept[index]
    if index is not None and isinstance(before, Gap) and before.n_samples is not None:
        kept[index] = None
        kept[-1] = Gap(
            at=last.at, chair=last.chair, session=last.session, metric=last.metric, monitor=last.monitor,
            source=last.source, n_samples=before.n_samples + last.n_samples, reason=REASON,
        )  # fmt: skip
    gaps[key] = len(kept) - 1
