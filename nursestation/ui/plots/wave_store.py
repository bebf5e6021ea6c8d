"""What has come lately of every chair's waves: the one place that all pictures of them draw from. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

from nursestation.core.records import Gap, Wave, is_held, is_live
from nursestation.ui.plots.bank import Bank
from nursestation.ui.plots.trace import Trace, decode
from nursestation.ui.plots.wave_look import Key

At = tuple[int, Key]
"""(chair, which of its waves)."""


@dataclass(slots=True)
class _Source:
    bank: Bank
    trace: Trace
    wave: Wave


class WaveStore:
    """The waves of all chairs, in one ring a rate.

    Attributes:
        version: Grows whenever a wave appears, goes, or comes at another rate or in another unit: places have to be given anew.
    """

    def __init__(self) -> None:
        self.version = 0
        self._banks: dict[float, Bank] = {}
        self._sources: dict[At, _Source] = {}

    def add(self, waves: Iterable[Wave | Gap]) -> None:
        """Take samples and gaps of any chair, oldest first; what is not of the chair's patient is left out."""
        for wave in waves:
            if wave.chair is None or (is_held(wave) if isinstance(wave, Gap) else not is_live(wave)):
                continue
            at = (wave.chair, (wave.metric, wave.monitor, wave.source))
            source = self._sources.get(at)
            if isinstance(wave, Gap):
                if source is not None:
                    source.trace.add_gap(wave.n_samples)
                continue
            if source is None or source.trace.rate_hz != wave.rate_hz or source.wave.unit is not wave.unit:
                source = self._begin(at, wave)  # what came in another unit would stand on a scale that is not its own
            source.wave = wave
            source.trace.add(decode(wave.samples, wave.scale, wave.offset), wave.at.mono_ns)

    def keys(self, chair: int) -> tuple[Key, ...]:
        """Return the waves of a chair that have come, oldest first."""
        return tuple(key for number, key in self._sources if number == chair)

    def newest(self, chair: int, key: Key) -> Wave | None:
        """Return the newest record of a wave: it tells unit and scale."""
        source = self._sources.get((chair, key))
        return source.wave if source is not None else None

    def trace(self, chair: int, key: Key) -> Trace | None:
        """Return the samples of a wave, to read; None if none has come."""
        source = self._sources.get((chair, key))
        return source.trace if source is not None else None

    def bank(self, chair: int, key: Key) -> Bank:
        """Return the ring that a wave shares with others of its rate.

        Raises:
            KeyError: nothing of it has come.
        """
        return self._sources[chair, key].bank

    def forget(self, chair: int) -> None:
        """Drop a chair's waves: its monitors are others now."""
        for at in [at for at in self._sources if at[0] == chair]:
            self._sources.pop(at).bank.drop(at)
            self.version += 1

    def still(self, wanted: Iterable[At]) -> "WaveStore":
        """Return a store that holds what this one holds of `wanted` now, and takes nothing more: for a frozen picture."""
        still = WaveStore()
        for at in wanted:
            source = self._sources.get(at)
            if source is not None:
                still._begin(at, source.wave).bank.copy_of(at, source.bank)
        return still

    def _begin(self, at: At, wave: Wave) -> _Source:
        before = self._sources.get(at)
        if before is not None:
            before.bank.drop(at)
        bank = self._banks.setdefault(wave.rate_hz, Bank(wave.rate_hz))
        self._sources[at] = _Source(bank, bank.column(at), wave)
        self.version += 1
        return self._sources[at]
