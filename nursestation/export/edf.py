"""A visit as one EDF+ file: waveforms, readings once a second, and everything that happened as annotations.

Rules of the file (EDF+, edfplus.info/specs/edfplus.html):
1. The file is continuous (EDF+C): readers of discontinuous ones (EDF+D) run the samples together without a word or refuse
   them (mne-tools/mne-python issue 13429, holgern/pyedflib issue 63). Where nothing was recorded a signal stands at its
   digital minimum, which is no value that a patient has and is used for nothing else, and an annotation says "no data".
2. Stored samples are written as they are; nothing is filtered, resampled or filled. A waveform that changes its scale goes on
   as another signal. What cannot be said exactly is left out, and an annotation says so.
3. A reading stands as long as it stood on the screen. Cuff readings are annotations.
4. Times are the visit's steady line of time; the header's date and time of day are local ones.
"""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from edfio import Edf, EdfAnnotation, EdfSignal

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE
from devices.vocabulary import METRICS, Unit
from nursestation.export.edf_names import is_told_in_full, labels, patient_field, recording_field, transducer
from nursestation.export.edf_scale import LOWEST, EdfScale, numeric_scale, wave_scale
from nursestation.export.errors import ExportError
from nursestation.export.localtime import local
from nursestation.export.marks import Mark, file_zone, head, marks, one_line
from nursestation.export.numeric_traces import NumericTrace, Readings, readings_by_trace
from nursestation.export.story import Story, tell
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import watched
from nursestation.export.wave_runs import Run, Samples, WaveTrace, wave_runs

if TYPE_CHECKING:
    from nursestation.export.formats import ExportOptions

LONGEST_H = 72
"""Longest visit that is written [h]; one that nobody closed would make a file of nothing but "no data"."""

_RECORD_S, _LONGEST_RECORD_S = 10, 60
_RECORD_BYTES = 61440  # European Data Format: a data record is recommended to be no longer
_MERGED_NS = NS_PER_S  # stretches without data that lie no further apart are told as one


def edf_file(visit: VisitRecord, options: "ExportOptions") -> bytes:
    """Return the file's content.

    Raises:
        ExportError: EDF+ cannot date the visit, or it is too long.
        ExportCancelled: `options.progress` was told so.
    """
    zone = file_zone(visit, options.zone)
    story = tell(visit)
    runs = wave_runs(watched(visit.waves, options.progress, 0.0, 0.1), visit.gaps, visit.timeline)
    readings = readings_by_trace(watched(visit.samples, options.progress, 0.1, 0.2), visit.timeline)
    options.progress(0.2)
    span = _span(visit, story, runs, readings)
    names = labels((*((trace.metric, trace.source) for trace in runs), *((trace.metric, "") for trace in readings)))
    waves, numbers = names[: len(runs)], names[len(runs) :]
    signals: list[EdfSignal] = []
    notes: list[Mark] = []
    written = chain(_waves(waves, visit, runs, span), _numerics(numbers, story, readings, span))
    for done, one in enumerate(written):
        if one.signal is not None:
            signals.append(one.signal)
        notes.extend(one.notes)
        options.progress(0.2 + 0.6 * (done + 1) / len(names))
    began = local(span.start_ns, zone)
    edf = Edf(
        signals or [_NO_SIGNAL],
        patient=patient_field(visit),
        recording=recording_field(visit, began.date()),
        starttime=began.time().replace(microsecond=0),
        data_record_duration=span.record_s if signals else 1,
        annotations=_annotations(visit, story, notes, span.start_ns, zone),
    )
    if not signals:
        edf.drop_signals([0])
    options.progress(0.9)
    stream = io.BytesIO()  # `to_bytes` would hold the file once more
    edf.write(stream)
    return stream.getvalue()


# WORKAROUND(edfio 0.4.18): `Edf` of annotations alone divides by their data record's duration, which is 0.
_NO_SIGNAL = EdfSignal.from_digital(np.zeros(1, dtype=np.int16), 1.0)


@dataclass(frozen=True, slots=True)
class _Span:
    """What the file covers: its start on the steady line [ns], a whole second; its data records and how long each is [s].

    `rates` are the rates [Hz] that come out even in a data record.
    """

    start_ns: int
    record_s: int
    n_records: int
    rates: frozenset[float]

    def per_record(self, rate_hz: float) -> int:
        return round(rate_hz * self.record_s)

    def frequency(self, per_record: int) -> float:
        """Return samples a second so that edfio finds the same length for every signal (it divides in floating point)."""
        near = per_record / self.record_s
        length = self.n_records * self.record_s
        for one in (near, math.nextafter(near, math.inf), math.nextafter(near, 0.0)):
            if round(self.n_records * per_record / one, 12) == length:
                return one
        return near


@dataclass(frozen=True, slots=True)
class _Written:
    """A signal, None where it was left out, and what is to be noted of it."""

    signal: EdfSignal | None
    notes: tuple[Mark, ...]


def _span(
    visit: VisitRecord,
    story: Story,
    runs: Mapping[WaveTrace, Sequence[Run]],
    readings: Mapping[NumericTrace, Readings],
) -> _Span:
    starts = [several[0].start_ns for several in runs.values()] + [int(one.times[0]) for one in readings.values()]
    ends = [several[-1].start_ns + several[-1].n_samples * trace.period_ns for trace, several in runs.items()]
    ends += [int(one.times[-1]) for one in readings.values()]
    start_ns = int(min([*starts, visit.timeline.steady_ns(visit.summary.opened)])) // NS_PER_S * NS_PER_S
    length_s = (max([*ends, story.end]) - start_ns) / NS_PER_S
    if length_s > LONGEST_H * 3600:
        raise ExportError(
            f"This visit covers {length_s / 3600:.0f} hours, and an EDF+ file is made of {LONGEST_H} at most. "
            "Take it out as a .vital file, or as readings (CSV)."
        )  # fmt: skip
    rates, least_s = _even(trace.rate_hz for trace in runs)
    bytes_s = 2 * (sum(trace.rate_hz for trace in runs if trace.rate_hz in rates) + len(readings))
    lengths = range(least_s, max(least_s, _RECORD_S) + 1, least_s)
    record_s = max((one for one in lengths if one * bytes_s <= _RECORD_BYTES), default=least_s)
    return _Span(start_ns, record_s, max(1, math.ceil(length_s / record_s)), rates)


def _even(rates: Iterable[float]) -> tuple[frozenset[float], int]:
    """Return which rates [Hz] come out even in one data record, and the shortest record [s] in which they do."""
    kept: set[float] = set()
    record_s = 1
    for rate in rates:
        exact = Fraction(rate).limit_denominator(_LONGEST_RECORD_S)
        longer = math.lcm(record_s, exact.denominator)
        if abs(float(exact) - rate) <= 1e-7 * rate and longer <= _LONGEST_RECORD_S:
            kept.add(rate)
            record_s = longer
    return frozenset(kept), record_s


# --- waveforms ----------------------------------------------------------------------------------------------------


def _waves(
    names: Sequence[str], visit: VisitRecord, runs: Mapping[WaveTrace, Sequence[Run]], span: _Span
) -> Iterator[_Written]:
    for label, (trace, several) in zip(names, runs.items(), strict=True):
        yield _wave(label, trace, several, visit, span)


def _wave(label: str, trace: WaveTrace, runs: Sequence[Run], visit: VisitRecord, span: _Span) -> _Written:
    start = round(runs[0].start_ns)
    lows, highs = zip(*(_extremes(run.samples) for run in runs), strict=True)
    low, high = min(lows), max(highs)
    if trace.rate_hz not in span.rates:
        why = f"its rate of {trace.rate_hz:.10g} samples a second does not come out even in EDF+"
    elif low > high:
        why = "the monitor called every sample invalid"
    elif (scale := wave_scale(METRICS[trace.metric], trace.scale, trace.offset, low, high)) is None:
        why = "its scale cannot be told in EDF+"
    else:
        laid = _laid(runs, scale, span, span.per_record(trace.rate_hz))
        signal = _signal(
            label, transducer(trace.monitor, trace.source), trace.unit, laid.samples, scale, span, trace.rate_hz
        )
        reasons = [
            (visit.timeline.steady_ns(gap.at), gap.reason)
            for gap in visit.gaps
            if (gap.metric, gap.monitor, gap.source) == trace[:3]
        ]
        absent = _absent(label, laid.samples, scale.digital_min, span, reasons)
        return _Written(signal, (*laid.notes(label), *absent))
    return _Written(None, (Mark(start, one_line(f"{label} is left out of this file: {why}")),))


def _extremes(samples: Samples) -> tuple[int, int]:
    """Return lowest and highest sample that is there; a lowest above the highest for none."""
    there = samples[samples != MISSING_SAMPLE]
    return (int(there.min()), int(there.max())) if len(there) else (-LOWEST, LOWEST)


@dataclass(frozen=True, slots=True)
class _Laid:
    """Samples on the file's even grid; `dropped` are (when on the steady line [ns], how many) that found no place."""

    samples: Samples
    dropped: tuple[tuple[int, int], ...]

    def notes(self, label: str) -> Iterator[Mark]:
        for t, n_samples in self.dropped:
            yield Mark(
                t, f"{n_samples} samples of {label} are left out of this file: they came for a time that was taken"
            )


def _laid(runs: Sequence[Run], scale: EdfScale, span: _Span, per_record: int) -> _Laid:
    grid = np.full(span.n_records * per_record, scale.digital_min, dtype=np.int16)
    rate = per_record / span.record_s
    dropped: list[tuple[int, int]] = []
    free = 0
    for run in runs:
        samples = run.samples
        place = round((run.start_ns - span.start_ns) / NS_PER_S * rate)
        if place == free - 1:  # by rounding alone
            place = free
        if place < free:
            n_dropped = min(free - place, len(samples))
            dropped.append((round(run.start_ns), n_dropped))
            samples, place = samples[n_dropped:], free
        samples = samples[: len(grid) - place]
        is_there = samples != MISSING_SAMPLE
        grid[place : place + len(samples)][is_there] = (samples[is_there].astype(np.int32) + scale.shift).astype(
            np.int16
        )
        free = place + len(samples)
    return _Laid(grid, tuple(dropped))


# --- readings -----------------------------------------------------------------------------------------------------


def _numerics(
    names: Sequence[str], story: Story, readings: Mapping[NumericTrace, Readings], span: _Span
) -> Iterator[_Written]:
    at = span.start_ns + np.arange(span.n_records * span.record_s, dtype=np.int64) * NS_PER_S
    for label, (trace, several) in zip(names, readings.items(), strict=True):
        there = several.values[~np.isnan(several.values)]
        step, scale = numeric_scale(there.tolist())
        values = several.standing(at, several.stale_ns(story.opened.protocol.technical.stale_after_s))
        is_there = ~np.isnan(values)
        grid = np.full(len(at), scale.digital_min, dtype=np.int16)
        grid[is_there] = np.rint(values[is_there] / step).astype(np.int16)
        unit = METRICS[trace.metric].unit
        signal = _signal(label, transducer(trace.monitor, trace.source), unit, grid, scale, span, 1.0)
        yield _Written(signal, tuple(_absent(label, grid, scale.digital_min, span)))


# --- both ---------------------------------------------------------------------------------------------------------


def _signal(
    label: str, taken_with: str, unit: Unit | None, samples: Samples, scale: EdfScale, span: _Span, rate_hz: float
) -> EdfSignal:
    return EdfSignal.from_digital(
        samples,
        span.frequency(span.per_record(rate_hz)),
        label=label,
        transducer_type=taken_with,
        physical_dimension="" if unit is None else unit.value,
        physical_range=(scale.physical_min, scale.physical_max),
        digital_range=(scale.digital_min, scale.digital_max),
    )


def _absent(
    label: str, samples: Samples, lowest: int, span: _Span, reasons: Sequence[tuple[int, str]] = ()
) -> Iterator[Mark]:  # fmt: skip
    """Yield where a signal has no data; `reasons` are (when on the steady line [ns], why) as far as the record knows."""
    is_absent = np.concatenate(([False], samples == lowest, [False]))
    edges = np.flatnonzero(is_absent[1:] != is_absent[:-1])
    edges_ns = span.start_ns + np.rint(edges * (span.n_records * span.record_s * NS_PER_S / len(samples))).astype(
        np.int64
    )
    starts, ends = edges_ns[::2], edges_ns[1::2]
    is_apart = starts[1:] - ends[:-1] > _MERGED_NS
    starts, ends = np.append(starts[:1], starts[1:][is_apart]), np.append(ends[:-1][is_apart], ends[-1:])
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        why = next((why for t, why in reasons if start - _MERGED_NS <= t <= end + _MERGED_NS), "")
        yield Mark(start, one_line(f"no data: {label}" + (f" ({why})" if why else "")), end - start)


def _annotations(
    visit: VisitRecord, story: Story, notes: Sequence[Mark], start_ns: int, zone: tzinfo | None
) -> list[EdfAnnotation]:
    told = [*marks(visit, story), *notes]
    first_ns = min(
        [start_ns, *(mark.t for mark in told)]
    )  # what was charted of an earlier time stands before the start
    about = list(head(visit, first_ns, zone))
    if not visit.is_deidentified and not is_told_in_full(visit):
        who = visit.summary.patient
        about.append(Mark(first_ns, one_line(f"Patient: {who.full_name}, {who.record_number}")))
    return [
        EdfAnnotation(
            round((mark.t - start_ns) / NS_PER_S, 3),
            None if mark.lasted_ns is None else round(mark.lasted_ns / NS_PER_S, 3),
            mark.text,
        )
        for mark in (*about, *told)
    ]
