"""Waves: from blocks of 256 ms to chunks of samples with their true rate and scale.

Rules of the file:
1. The monitor tells the scale of one object about every second; it is kept for the session. Until it has come a pleth, a
   breath, a capnogram or an arterial pressure is not shown; an ECG has relative amplitude, on the raw scale that every
   published recording has.
2. Samples have 14 bits or fewer in 16; the other bits are marks. A sample that is marked invalid is missing, one that is marked
   as pacer, defibrillation, saturation or QRS keeps its value.
3. Pleth and respiration are relative: the monitor's scaled range becomes 0 to 1, and -1 to 1.
4. One handle may stand for several waves (three leads in a compound and one of them alone): what is told of a wave is kept by
   its label. A block lasts 256 ms; the sample period counts where the length of the array that is told agrees.
5. What is lost shows in the relative time: a block begins where the one before ended. A block older than that came twice.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (sample array object); published recordings of an
M8000 (ECG: -40.96 to 40.955 mV over 0 to 16383).
"""

import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

from devices.drivers.philips_intellivue.clock import ticks_between
from devices.drivers.philips_intellivue.codes import (
    ECG_COMPOUND,
    PRESSURE,
    TICKS_PER_S,
    TRACES,
    Attribute,
    Trace,
    UnitCode,
    name_of,
)
from devices.drivers.philips_intellivue.linking import WholeResult
from devices.drivers.philips_intellivue.messages import Attributes, PolledObject, parse_counted
from devices.drivers.philips_intellivue.states import NO_SAMPLES, mode_of
from devices.drivers.philips_intellivue.values import Malformed, decode_float, decode_text
from devices.events import MISSING_SAMPLE, DriverEvent, Gap, Mode
from devices.making import waveform_chunk
from devices.readings import Unknown
from devices.vocabulary import Unit

BLOCK_TICKS = 2048
"""Length of a block [1/8 ms]."""

_COUNTABLE_TICKS = 60 * TICKS_PER_S
_REPEAT_TICKS = 16 * BLOCK_TICKS
_BLOCK_HEAD = Struct(">HHH")
_SPEC = Struct(">HBBH")
_SCALE = Struct(">IIHH")
_MASK = Struct(">HH")
_MASK_INVALID = 1
_IS_LITTLE = sys.byteorder == "little"

_CONTEXTS_MAX = 256  # a monitor has some 30 waves
_SAMPLES, _COMPOUND_SAMPLES, _LABEL = int(Attribute.SAMPLES), int(Attribute.COMPOUND_SAMPLES), int(Attribute.LABEL)
_CONTEXT = tuple(
    map(int, (Attribute.SAMPLE_SPEC, Attribute.SCALE, Attribute.SAMPLE_PERIOD, Attribute.UNIT, Attribute.SAMPLE_MASKS))
)


_ObjectKey = tuple[int, int, int]
"""Context, handle, and id of what is sampled."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the monitor has told of one wave object.

    Attributes:
        n_samples: Samples in a block; None while not told.
        sample_bits: Bits of one sample on the wire.
        significant_bits: How many of them are the sample; None while not told.
        invalid_mask: Bits that mark a sample as invalid; 0 for none.
        period_ticks: Sample period [1/8 ms]; None while not told.
        scale: (lower, upper, raw lower, raw upper); None while not told. The first two are None where they mean nothing.
        unit: Code of the unit of lower and upper; None while not told.
    """

    n_samples: int | None = None
    sample_bits: int = 16
    significant_bits: int | None = None
    invalid_mask: int = 0
    period_ticks: int | None = None
    scale: tuple[float | None, float | None, int, int] | None = None
    unit: int | None = None


_NOTHING_TOLD = Context()
_ECG_UNTIL_TOLD = Context(significant_bits=14, scale=(-40.96, 40.955, 0, 16383))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What becomes of blocks of one wave, worked out once.

    Attributes:
        trace: Metric and source.
        rate_hz: Samples a second.
        period: Sample period [1/8 ms].
        n_ticks: Length of a block [1/8 ms].
        scale, offset, unit: As on the chunks.
        bits: Significant bits of a sample.
        invalid_mask: Bits that mark a sample as invalid.
    """

    trace: Trace
    rate_hz: float
    period: float
    n_ticks: int
    scale: float
    offset: float
    unit: Unit | None
    bits: int
    invalid_mask: int


class Waves:
    """The wave objects of a session, and how far each trace has come."""

    def __init__(self, unknown: Unknown) -> None:
        self._unknown = unknown
        self._told: dict[_ObjectKey, tuple[bytes | None, ...]] = {}
        self._contexts: dict[_ObjectKey, Context] = {}
        self._plans: dict[tuple[_ObjectKey, int, int], _Plan | None] = {}
        self._next: dict[Trace, int | None] = {}

    def forget_session(self) -> None:
        """Forget objects and times; a trace that goes on later has a gap of unknown length."""
        self._told.clear()
        self._contexts.clear()
        self._plans.clear()
        self._next = dict.fromkeys(self._next)

    def decode(self, out: list[DriverEvent], result: WholeResult, now_ns: int, mode: Mode) -> None:
        """Tell the samples that a result holds.

        Args:
            out: Takes the events.
            result: The result.
            now_ns: Arrival, monotonic [ns].
            mode: Of the monitor as a whole.

        Raises:
            Malformed: An attribute is not as it must be.
        """
        relative = result.first.relative
        for item in result.objects:
            attributes = item.attributes
            single, compound = attributes.get(_SAMPLES), attributes.get(_COMPOUND_SAMPLES)
            key = _key(item, single, compound)
            if len(attributes) > 1:
                self._take_context(key, attributes)
            if single is not None:
                self._decode_block(out, single, 0, key, attributes, relative, now_ns, mode)
            if compound is not None:
                count, blocks = parse_counted(compound)
                at = 0
                for _ in range(count):
                    at = self._decode_block(out, blocks, at, key, attributes, relative, now_ns, mode)

    def _take_context(self, key: _ObjectKey, attributes: Attributes) -> None:
        """Take what an object tells of itself; it repeats that about every second."""
        told = tuple(map(attributes.get, _CONTEXT))
        if told == self._told.get(key) or not any(told) or len(self._told) >= _CONTEXTS_MAX:
            return
        self._contexts[key] = _updated(self._contexts.get(key, _NOTHING_TOLD), attributes)
        self._told[key] = told
        self._plans.clear()

    def _decode_block(
        self,
        out: list[DriverEvent],
        data: bytes,
        at: int,
        key: _ObjectKey,
        attributes: Attributes,
        relative: int,
        now_ns: int,
        mode: Mode,
    ) -> int:
        """Tell one block of samples that begins at `at`, and return where it ends."""
        if len(data) < at + _BLOCK_HEAD.size:
            raise Malformed
        physio, state, size = _BLOCK_HEAD.unpack_from(data, at)
        at += _BLOCK_HEAD.size
        end: int = at + size
        if end > len(data) or size % 2:
            raise Malformed
        which = key, physio, size
        plan = self._plans.get(which)
        if plan is None and which not in self._plans:
            plan = _plan(physio, size // 2, self._contexts.get(key, _NOTHING_TOLD))
            if len(self._plans) < _CONTEXTS_MAX:
                self._plans[which] = plan
        if plan is None:
            if physio not in TRACES or self._contexts.get(key, _NOTHING_TOLD).sample_bits != 16:
                text = attributes.get(Attribute.LABEL_TEXT)
                self._unknown.count(f"wave {name_of(physio, decode_text(text) if text is not None else '')}")
            return end
        trace = plan.trace
        if self._next.get(trace) == relative:
            self._next[trace] = (relative + plan.n_ticks) & 0xFFFFFFFF
        elif not self._is_next(out, plan, relative, now_ns):
            return end
        is_given = not state & NO_SAMPLES
        samples = convert(data[at:end], plan.bits, plan.invalid_mask) if is_given else _MISSING * (size // 2)
        out.append(
            waveform_chunk(
                now_ns, trace[0], plan.rate_hz, plan.scale, plan.offset, plan.unit, samples, trace[1],
                mode_of(state, mode),
            )
        )  # fmt: skip
        return end

    def _is_next(self, out: list[DriverEvent], plan: _Plan, relative: int, now_ns: int) -> bool:
        """Say whether a block is newer than what was told of its trace; tell what is absent before it."""
        trace = plan.trace
        is_known = trace in self._next
        due = self._next.get(trace)
        late = ticks_between(due, relative) if due is not None else 0
        if -_REPEAT_TICKS <= late < 0:
            return False
        self._next[trace] = (relative + plan.n_ticks) & 0xFFFFFFFF
        if late or (is_known and due is None):
            n_lost = round(late / plan.period) if 0 < late <= _COUNTABLE_TICKS else None
            out.append(Gap(t_ns=now_ns, metric=trace.metric, source=trace.source, n_samples=n_lost))
        return True


def _key(item: PolledObject, single: bytes | None, compound: bytes | None) -> _ObjectKey:
    if single is not None:
        physio = single[0] << 8 | single[1] if len(single) > 1 else 0
    elif compound is not None:
        physio = ECG_COMPOUND
    else:
        physio = int.from_bytes(item.attributes.get(_LABEL, b"")[2:], "big")
    return item.context, item.handle, physio


def _plan(physio: int, n_samples: int, context: Context) -> _Plan | None:
    """Return what becomes of blocks of so many samples; None when they are not shown."""
    trace = TRACES.get(physio)
    if trace is None or context.sample_bits != 16 or not n_samples:
        return None
    if trace.metric == "ecg" and context.scale is None:
        context = _ECG_UNTIL_TOLD
    calibration = _calibration(trace.metric, context)
    if calibration is None or context.significant_bits is None:
        return None
    scale, offset, unit = calibration
    if context.significant_bits == 16:
        offset += 0x8000 * scale
    period: float = BLOCK_TICKS / n_samples
    if context.period_ticks is not None and n_samples == context.n_samples:
        period = context.period_ticks
    n_ticks = round(n_samples * period)
    return _Plan(
        trace,
        TICKS_PER_S / period,
        period,
        n_ticks,
        scale,
        offset,
        unit,
        context.significant_bits,
        context.invalid_mask,
    )


_MISSING = MISSING_SAMPLE.to_bytes(2, "little", signed=True)


def convert(raw: bytes, significant_bits: int, invalid_mask: int = 0) -> bytes:
    """Return samples as int16 little endian.

    Args:
        raw: 16 bits each, big endian, shape `(n,)`.
        significant_bits: How many low bits are the sample; with 16 of them 32768 is taken off.
        invalid_mask: Bits above those that mark a sample as invalid, which becomes `MISSING_SAMPLE`; 0 for none.
    """
    samples = array("H", raw)
    if _IS_LITTLE:
        samples.byteswap()
    if significant_bits < 16:
        mask = (1 << significant_bits) - 1
        if int.from_bytes(raw, "big") & _marks(len(raw) // 2, significant_bits):
            marks = invalid_mask & ~mask
            missing = MISSING_SAMPLE & 0xFFFF
            samples = array("H", [missing if marks and s & marks == marks else s & mask for s in samples])
    else:
        samples = array("H", [max(1, s) ^ 0x8000 for s in samples])  # 0 would become the mark of a missing sample
    if not _IS_LITTLE:
        samples.byteswap()
    return samples.tobytes()


@lru_cache(maxsize=64)
def _marks(n_samples: int, significant_bits: int) -> int:
    """Return the bits above the significant ones of so many samples, as one number."""
    return int.from_bytes((0x10000 - (1 << significant_bits)).to_bytes(2, "big") * n_samples, "big")


def _updated(context: Context, attributes: Attributes) -> Context:
    n_samples, bits = context.n_samples, context.sample_bits
    significant, mask = context.significant_bits, context.invalid_mask
    period, scale, unit = context.period_ticks, context.scale, context.unit
    for attribute, value in attributes.items():
        match attribute:
            case Attribute.SAMPLE_SPEC if len(value) == _SPEC.size:
                n_samples, bits, significant, _ = _SPEC.unpack(value)
            case Attribute.SCALE if len(value) == _SCALE.size:
                lower, upper, raw_lower, raw_upper = _SCALE.unpack(value)
                scale = decode_float(lower), decode_float(upper), raw_lower, raw_upper
            case Attribute.SAMPLE_PERIOD if len(value) == 4:
                period = int.from_bytes(value, "big") or None
            case Attribute.UNIT if len(value) == 2:
                unit = int.from_bytes(value, "big")
            case Attribute.SAMPLE_MASKS:
                count, masks = parse_counted(value)
                if len(masks) != count * _MASK.size:
                    raise Malformed
                mask = dict(_MASK.iter_unpack(masks)).get(_MASK_INVALID, 0)
    if significant is not None and not 1 <= significant <= 16:
        raise Malformed
    return Context(n_samples, bits, significant, mask, period, scale, unit)


_RANGES: Mapping[str, tuple[float, float]] = {"pleth": (0.0, 1.0), "resp": (-1.0, 1.0)}
"""What the monitor's scaled range becomes where amplitude is relative."""


def _calibration(metric: str, context: Context) -> tuple[float, float, Unit | None] | None:
    """Return scale, offset and unit of a trace; None while they are not known or cannot be converted."""
    if context.scale is None or context.significant_bits is None:
        return None
    lower, upper, raw_lower, raw_upper = context.scale
    unit: Unit | None = None
    if metric in _RANGES:
        lower, upper = _RANGES[metric]
    elif metric == "ecg":
        unit = Unit.MV if context.unit == UnitCode.MILLIVOLT else None
    else:
        conversion = PRESSURE.get(context.unit or 0)
        if conversion is None or lower is None or upper is None:
            return None
        lower, upper, unit = lower * conversion[0], upper * conversion[0], Unit.MMHG
    if lower is None or upper is None or raw_lower == raw_upper:
        return None
    scale = (upper - lower) / (raw_upper - raw_lower)
    return scale, lower - raw_lower * scale, unit
