"""A visit as a `.vital` file of VitalRecorder and VitalDB: waveforms, readings, and everything that happened as events.

Rules of the file (Vital File Format, github.com/vitaldb/vitalutils):
1. Each monitor is a device, each waveform and reading a track of it; what staff measured by hand is a device of its own.
2. Stored samples are written as they are, with the scale that they came with. Where nothing was recorded nothing is written:
   a sample that the monitor called invalid and a reading without a usable value have no place in the file.
3. The first sample of a record stands half a step before its place on an even line from the file's start, so that a program
   that rounds its time up to that line (as `vitaldb` does) puts it there. That moves a time by half a step at most.
4. The records come in the order of time. The same visit gives the same bytes: the gzip stream names no file and no time.
"""

import gzip
import heapq
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.clock import NS_PER_S
from devices.vocabulary import METRICS
from nursestation.core.model import Provenance
from nursestation.core.records import Sample, is_live
from nursestation.export.csv import readings as every_reading
from nursestation.export.localtime import local, span
from nursestation.export.marks import Mark, file_zone, head, marks
from nursestation.export.numeric_traces import OF_A_CUFF, NumericTrace, Readings, readings_by_trace
from nursestation.export.story import Story, tell
from nursestation.export.visit import VisitRecord
from nursestation.export.vital_packets import RecordType, Track, device, header, number, order, text, track, wave
from nursestation.export.vital_tracks import EVENTS, LOOKS
from nursestation.export.watched import watched
from nursestation.export.wave_runs import Run, WaveTrace, present, wave_runs

if TYPE_CHECKING:
    from nursestation.export.formats import ExportOptions

BY_HAND = "by_hand"
"""The device of what staff measured."""

_LEVEL = 6
_BUFFER_BYTES = 1 << 16  # a packet is short, and each write to a gzip stream takes its time
_TOLD_EVERY = 1500  # records between two words on how far it is

_Packets = Iterator[tuple[float, int, bytes]]


def vital_file(visit: VisitRecord, options: "ExportOptions") -> bytes:
    """Return the file's content.

    Raises:
        ExportCancelled: `options.progress` was told so.
    """
    story = tell(visit)
    zone = file_zone(visit, options.zone)
    runs = wave_runs(watched(visit.waves, options.progress, 0.0, 0.1), visit.gaps, visit.timeline)
    readings = readings_by_trace(watched(visit.samples, options.progress, 0.1, 0.2), visit.timeline)
    single = _single(visit)
    told = marks(visit, story)
    start_ns, end_ns = _ends(visit, story, runs, readings, single, told)
    told = (*head(visit, start_ns, zone), *told)
    options.progress(0.2)

    file = _File(visit, story, start_ns)
    file.add_events(told)
    for trace, several in runs.items():
        file.add_wave(trace, several)
    for place, numbers in readings.items():
        file.add_readings(place, numbers)
    for place, values in single.items():
        file.add_values(place, values)

    bias = local(start_ns, zone).utcoffset()
    stream = io.BytesIO()
    compressed = gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=stream, mtime=0)
    with compressed, io.BufferedWriter(compressed, _BUFFER_BYTES) as packed:
        packed.write(
            header(
                bias_min=0 if bias is None else -round(bias.total_seconds() / 60),
                instance=0 if visit.is_deidentified else zlib.crc32(visit.summary.id.encode()),
                program=_program(visit.version),
                start_s=start_ns / NS_PER_S,
                end_s=end_ns / NS_PER_S,
            )
        )
        packed.writelines(file.heads())
        length_s = max(1.0, (end_ns - start_ns) / NS_PER_S)
        for count, (time_s, _, packet) in enumerate(heapq.merge(*file.records)):
            packed.write(packet)
            if count % _TOLD_EVERY == 0:
                options.progress(0.2 + 0.75 * min(1.0, max(0.0, time_s - start_ns / NS_PER_S) / length_s))
    return stream.getvalue()


@dataclass(slots=True)
class _File:
    """Devices, tracks and their records, as they are gathered."""

    visit: VisitRecord
    story: Story
    start_ns: int
    devices: dict[str, str] = field(default_factory=dict)  # by monitor: its name in the file
    tracks: list[Track] = field(default_factory=list)
    records: list[_Packets] = field(default_factory=list)

    def heads(self) -> list[bytes]:
        """Return devices and tracks, which stand before all records, and the order in which they are shown."""
        known = [device(key, self._kind(one), name) for key, (one, name) in enumerate(self.devices.items(), start=1)]
        return [*known, *map(track, self.tracks), order([one.key for one in self.tracks])]

    def add_events(self, told: Sequence[Mark]) -> None:
        one = Track(key=len(self.tracks) + 1, kind=RecordType.TEXT, name=EVENTS)
        self.tracks.append(one)
        self.records.append(
            (mark.t / NS_PER_S, one.key, text(one.key, mark.t / NS_PER_S, _words(mark))) for mark in told
        )

    def add_wave(self, trace: WaveTrace, runs: Sequence[Run]) -> None:
        one = self._track(RecordType.WAVE, trace.metric, trace.monitor, trace.source, trace)
        self.records.append(self._waves(one.key, trace, runs))

    def add_readings(self, place: NumericTrace, readings: Readings) -> None:
        one = self._track(RecordType.NUMBER, *place)
        self.records.append(
            (t / NS_PER_S, one.key, number(one.key, t / NS_PER_S, value))
            for t, value in zip(readings.times.tolist(), readings.values.tolist(), strict=True)
            if not math.isnan(value)
        )

    def add_values(self, place: NumericTrace, values: Sequence[tuple[int, float]]) -> None:
        one = self._track(RecordType.NUMBER, *place)
        self.records.append((t / NS_PER_S, one.key, number(one.key, t / NS_PER_S, value)) for t, value in values)

    def _waves(self, key: int, trace: WaveTrace, runs: Sequence[Run]) -> _Packets:
        in_a_record = max(1, round(trace.rate_hz))
        for run in runs:
            place = math.ceil((run.start_ns - self.start_ns) / trace.period_ns)
            for first, samples in present(run.samples):
                for begin in range(0, len(samples), in_a_record):
                    steps = place + first + begin - 0.5
                    time_s = (self.start_ns + steps * trace.period_ns) / NS_PER_S
                    yield time_s, key, wave(key, time_s, samples[begin : begin + in_a_record].tobytes())

    def _track(
        self, kind: RecordType, metric: str, monitor: str, source: str, scale: WaveTrace | None = None
    ) -> Track:  # fmt: skip
        look, unit = LOOKS[metric], METRICS[metric].unit if scale is None else scale.unit
        self.devices.setdefault(monitor, self._device_name(monitor))
        owner = list(self.devices).index(monitor) + 1
        one = Track(
            key=len(self.tracks) + 1,
            kind=kind,
            name=self._track_name(look.name, metric, source, owner),
            unit="" if unit is None else unit.value,
            low=look.low,
            high=look.high,
            colour=look.colour,
            rate_hz=0.0 if scale is None else scale.rate_hz,
            gain=1.0 if scale is None else scale.scale,
            offset=0.0 if scale is None else scale.offset,
            meaning=look.meaning,
            device=owner,
        )
        self.tracks.append(one)
        return one

    def _track_name(self, name: str, metric: str, source: str, owner: int) -> str:
        taken = {one.name for one in self.tracks if one.device == owner}
        with_source = f"{name}_{_plain(source)}" if source else name
        wanted = with_source if metric == "ecg" or name in taken else name
        return _unique(wanted, taken)

    def _device_name(self, monitor: str) -> str:
        return _unique(_plain(monitor.partition(":")[2] or monitor or BY_HAND), set(self.devices.values()))

    def _kind(self, monitor: str) -> str:
        facts = self.story.monitors.get(monitor)
        named = "" if facts is None else facts.driver or " ".join(filter(None, (facts.vendor, facts.model)))
        simulated = " (simulated)" if self.visit.summary.simulated and monitor != BY_HAND else ""
        return f"{named or self.devices[monitor]}{simulated}"


def _unique(wanted: str, taken: set[str]) -> str:
    name, number_ = wanted, 1
    while name in taken:
        number_ += 1
        name = f"{wanted}_{number_}"
    return name


def _plain(words: str) -> str:
    """Return words as part of a track's or device's name, in which a slash parts the two."""
    return re.sub(r"[^\w.+-]+", "_", words).strip("_")


def _words(mark: Mark) -> str:
    return mark.text if mark.lasted_ns is None else f"{mark.text} (lasted {span(mark.lasted_ns)})"


def _single(visit: VisitRecord) -> Mapping[NumericTrace, list[tuple[int, float]]]:
    """Return (when it was measured on the steady line [ns], value) of cuff readings, and of what staff measured by hand."""
    found: dict[NumericTrace, list[tuple[int, float]]] = {}
    for sample in every_reading(visit):
        is_by_hand = sample.provenance is Provenance.MANUAL
        if sample.value is None or not is_live(sample) or not (is_by_hand or sample.metric in OF_A_CUFF):
            continue
        place = NumericTrace(sample.metric, BY_HAND, "") if is_by_hand else _of_cuff(sample)
        found.setdefault(place, []).append((_measured_ns(visit, sample), sample.value))
    for values in found.values():
        values.sort()
    return found


def _of_cuff(sample: Sample) -> NumericTrace:
    return NumericTrace(sample.metric, sample.monitor or "cuff", sample.source if sample.monitor else "")


def _measured_ns(visit: VisitRecord, sample: Sample) -> int:
    before = 0 if sample.measured_utc_ns is None else sample.at.utc_ns - sample.measured_utc_ns
    return visit.timeline.steady_ns(sample.at) - before


def _ends(
    visit: VisitRecord,
    story: Story,
    runs: Mapping[WaveTrace, Sequence[Run]],
    readings: Mapping[NumericTrace, Readings],
    single: Mapping[NumericTrace, Sequence[tuple[int, float]]],
    told: Sequence[Mark],
) -> tuple[int, int]:
    """Return the second in which the file begins, and the one after what it holds, on the steady line [ns].

    `vitaldb` puts a reading of the last moment into the second before, so that moment is not the end.
    """
    starts = [visit.timeline.steady_ns(visit.summary.opened), *(mark.t for mark in told)]
    starts += [int(several[0].start_ns) for several in runs.values()]
    starts += [int(one.times[0]) for one in readings.values()] + [values[0][0] for values in single.values()]
    ends = [story.end, *(mark.t for mark in told)]
    ends += [int(several[-1].start_ns + several[-1].n_samples * one.period_ns) for one, several in runs.items()]
    ends += [int(one.times[-1]) for one in readings.values()] + [values[-1][0] for values in single.values()]
    return min(starts) // NS_PER_S * NS_PER_S, (max(ends) // NS_PER_S + 1) * NS_PER_S


def _program(version: str) -> int:
    """Return a version as a number: 1.2.3 is 10203."""
    major, minor, patch, *_ = [*map(int, re.findall(r"\d+", version)), 0, 0, 0]
    return min(major * 10_000 + min(minor, 99) * 100 + min(patch, 99), 0xFFFFFFFF)
