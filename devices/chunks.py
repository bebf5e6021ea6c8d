"""Gathers the samples of one trace into chunks of a fixed count, so that how the bytes were split changes nothing."""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

from devices.events import DriverEvent, Mode
from devices.making import waveform_chunk, waveform_chunks
from devices.vocabulary import Unit

_REAL = Mode.REAL  # an enumeration's member takes longer to look up than a chunk's field to write


@lru_cache(maxsize=256)
def _packer(n_samples: int) -> Struct:
    return Struct(f"<{n_samples}h")


class Chunker:
    """One trace on its way from samples to chunks.

    Attributes:
        source: Lead or sensor, as on the chunks.
    """

    def __init__(
        self,
        *,
        metric: str,
        source: str,
        rate_hz: float,
        n_samples: int,
        scale: float,
        offset: float,
        unit: Unit | None,
    ) -> None:
        """Describe the trace; `n_samples` is the length of a full chunk, the rest stands on every chunk."""
        self.source = source
        self._metric = metric
        self._rate_hz = rate_hz
        self._n_samples = n_samples
        self._scale, self._offset, self._unit = scale, offset, unit
        self._raw: list[int] = []
        self._last_ns = 0

    @property
    def calibration(self) -> tuple[float, Unit | None]:
        """Return scale and unit."""
        return self._scale, self._unit

    def calibrate(self, out: list[DriverEvent], scale: float, unit: Unit | None) -> None:
        """Change scale and unit from here on; samples held are given out with the old ones."""
        if (scale, unit) != self.calibration:
            self.give_out(out)
            self._scale, self._unit = scale, unit

    def add(self, out: list[DriverEvent], raw: int, now_ns: int) -> None:
        """Take one sample [raw steps, or `MISSING_SAMPLE`]; a chunk that it fills goes to `out`."""
        self._raw.append(raw)
        self._last_ns = now_ns
        if len(self._raw) == self._n_samples:
            self.give_out(out)

    def extend(self, out: list[DriverEvent], raw: Sequence[int], now_ns: int) -> None:
        """Take consecutive samples [raw steps, or `MISSING_SAMPLE`] that arrived together; as `add` for each of them."""
        held, n_samples = self._raw, self._n_samples
        held += raw
        n_full = len(held) // n_samples
        if raw:
            self._last_ns = now_ns
        if not n_full:
            return
        n_given = n_full * n_samples
        samples = _packer(n_given).pack(*held[:n_given])
        del held[:n_given]
        out += waveform_chunks(
            n_samples, now_ns, self._metric, self._rate_hz, self._scale, self._offset, self._unit, samples, self.source, _REAL
        )  # fmt: skip

    def give_out(self, out: list[DriverEvent]) -> None:
        """Put the samples held, if any, into `out` as one chunk."""
        n_held = len(self._raw)
        if not n_held:
            return
        out.append(
            waveform_chunk(
                self._last_ns, self._metric, self._rate_hz, self._scale, self._offset, self._unit,
                _packer(n_held).pack(*self._raw), self.source, _REAL,
            )
        )  # fmt: skip
        self._raw.clear()

    def give_out_older(self, out: list[DriverEvent], than_ns: int) -> None:
        """Put the samples held into `out` when the newest came at or before `than_ns`, monotonic [ns]."""
        if self._raw and self._last_ns <= than_ns:
            self.give_out(out)
