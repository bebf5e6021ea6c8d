"""The waveforms of a visit as runs of evenly spaced samples, on the visit's steady line of time.

Rules of the file:
1. A stretch is stamped with the arrival of its last sample, which is late by what the wire, the adapter and the computer
   took, now more and now less. Stretches that follow one another within `SLACK_NS` are one run, with their samples as even as
   the monitor took them; what is further off begins a run of its own where its stamp says.
2. How late a stretch came is judged by the least late of it and the next few: one that the computer was slow to take makes
   no hole. Silence shows in all of them.
3. Samples that the record knows to be absent (`Gap`) end a run. Where their number is known and agrees with the stamps, the
   next run begins that many samples later.
4. Samples keep their stored int16 values, `MISSING_SAMPLE` included. Those of a monitor in test or demonstration are no
   patient's and are left out.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE
from devices.vocabulary import Unit
from nursestation.core.records import Gap, Wave, is_live
from nursestation.core.timeline import Timeline

SLACK_NS = 250_000_000
"""How far a stretch may be off and still continue its run [ns]. Source: project decision; the store joins by the same."""

_LOOK_AHEAD = 4
_LOOK_AHEAD_NS = 10 * NS_PER_S

Samples = npt.NDArray[np.int16]


class WaveTrace(NamedTuple):
    """One waveform of one monitor on one scale: value = scale x sample + offset [unit]."""

    metric: str
    monitor: str
    source: str
    rate_hz: float
    scale: float
    offset: float
    unit: Unit | None

    @property
    def period_ns(self) -> float:
        """Return the time from sample to sample [ns]."""
        return NS_PER_S / self.rate_hz


@dataclass(frozen=True, slots=True)
class Run:
    """Evenly spaced samples; `start_ns` is when the first was taken, on the steady line [ns]. `parts` are int16 bytes."""

    start_ns: float
    parts: tuple[bytes, ...]

    @property
    def n_samples(self) -> int:
        """Return the number of samples."""
        return sum(map(len, self.parts)) // 2

    @property
    def samples(self) -> Samples:
        """Return the samples, shape `(n,)`; `MISSING_SAMPLE` where the monitor called one invalid."""
        return np.frombuffer(b"".join(self.parts), dtype="<i2")


def wave_runs(waves: Iterable[Wave], gaps: Sequence[Gap], timeline: Timeline) -> Mapping[WaveTrace, tuple[Run, ...]]:
    """Return the runs of each waveform in the order of time, the waveforms in the order in which they first came."""
    stretches: dict[WaveTrace, list[_Stretch]] = {}
    for wave in waves:
        if is_live(wave) and wave.samples:
            trace = WaveTrace(
                wave.metric, wave.monitor, wave.source, wave.rate_hz, wave.scale, wave.offset, wave.unit
            )  # fmt: skip
            end_ns = timeline.steady_ns(wave.at)
            start_ns = end_ns - (len(wave.samples) // 2 - 1) * trace.period_ns
            stretches.setdefault(trace, []).append(_Stretch(start_ns, end_ns, wave.samples))
    known = _by_wave(gaps, timeline)
    return {trace: tuple(_runs(trace, found, known.get(trace[:3], []))) for trace, found in stretches.items()}


def present(samples: Samples) -> Iterator[tuple[int, Samples]]:
    """Yield each stretch of samples that are there, with its place among them."""
    is_there = np.concatenate(([False], samples != MISSING_SAMPLE, [False]))
    edges = np.flatnonzero(is_there[1:] != is_there[:-1])
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield first, samples[first:end]


class _Stretch(NamedTuple):
    start_ns: float
    end_ns: int
    samples: bytes


class _Lost(NamedTuple):
    at_ns: int
    n_samples: int | None


def _by_wave(gaps: Sequence[Gap], timeline: Timeline) -> dict[tuple[str, ...], list[_Lost]]:
    found: dict[tuple[str, ...], list[_Lost]] = {}
    for gap in gaps:
        lost = _Lost(timeline.steady_ns(gap.at), gap.n_samples)
        found.setdefault((gap.metric, gap.monitor, gap.source), []).append(lost)
    for several in found.values():
        several.sort(key=lambda one: one.at_ns)
    return found


def _runs(trace: WaveTrace, stretches: list[_Stretch], gaps: list[_Lost]) -> Iterator[Run]:
    stretches.sort(key=lambda one: one.end_ns)
    parts: list[bytes] = []
    start_ns = next_ns = stretches[0].start_ns
    for index, stretch in enumerate(stretches):
        lost = _lost(gaps, stretches[index - 1].end_ns, stretch.end_ns) if index else None
        skipped_ns = 0.0 if not lost else sum((one.n_samples or 0) for one in lost) * trace.period_ns
        late_ns = stretch.start_ns - next_ns - skipped_ns
        is_counted = not lost or all(one.n_samples is not None for one in lost)
        if not index or not is_counted or late_ns > SLACK_NS:
            late_ns = _late_ns(stretches, index, next_ns + skipped_ns, trace.period_ns, gaps)
        if index and abs(late_ns) <= SLACK_NS:
            late_ns = 0.0 if is_counted else max(0.0, late_ns)
        if parts and (lost or late_ns):
            yield Run(start_ns, tuple(parts))
            parts = []
        if not parts:
            start_ns = next_ns + skipped_ns + late_ns
            next_ns = start_ns
        parts.append(stretch.samples)
        next_ns += len(stretch.samples) // 2 * trace.period_ns
    yield Run(start_ns, tuple(parts))


def _lost(gaps: list[_Lost], after_ns: int, until_ns: int) -> list[_Lost]:
    """Return the gaps between two stretches: those told after the one and at the latest with the other."""
    if not gaps:
        return gaps
    first, end = (bisect_left(gaps, at_ns + 1, key=lambda one: one.at_ns) for at_ns in (after_ns, until_ns))
    return gaps[first:end]


def _late_ns(
    stretches: list[_Stretch], index: int, due_ns: float, period_ns: float, gaps: list[_Lost]
) -> float:  # fmt: skip
    """Return how much later than due a stretch came: the least of it and those that follow it without a gap [ns]."""
    least, first = stretches[index].start_ns - due_ns, stretches[index]
    for before, after in zip(
        stretches[index : index + _LOOK_AHEAD], stretches[index + 1 : index + 1 + _LOOK_AHEAD], strict=False
    ):
        if after.end_ns - first.end_ns > _LOOK_AHEAD_NS or _lost(gaps, before.end_ns, after.end_ns):
            break
        due_ns += len(before.samples) // 2 * period_ns
        least = min(least, after.start_ns - due_ns)
    return least
