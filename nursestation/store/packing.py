"""Bulk rows as they are written: many readings, or many stretches of waveform, in one row with a body of bytes.

Rules of the file:
1. A row of `readings` holds what one chair's monitors told at one moment, a row of `strips` the waveforms of one commit and
   session. Readings and stretches have consecutive numbers from the row's `n` on.
2. Where a reading comes from (`Trace`) and how a waveform is scaled (`Calibration`) are looked up by key. A seal covers what
   they said, in `line`, so a changed lookup is noticed.
3. The codes below are on disk: they are added to, never changed.

Body of `readings`, for each reading: trace (varint), flags (byte), value, details.
    flags  bits 0-2 validity, place in `VALIDITIES`; bit 3 the value is int16 tenths; bit 4 the value is float64; bit 5 details
    details: length (varint) and JSON [measured_utc_ns, cycle, device_time]
Body of `strips`, for each stretch: trace, calibration (varints), how long before the row's moment its last sample came by the
wall clock and by the monotonic one [ns] (signed varints), number of samples (varint), the samples (int16).
All numbers are little-endian; a varint has seven bits a byte, the lowest first, a signed one is zigzag.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from devices.clock import Moment
from devices.events import Validity
from nursestation.core.records import Sample, Wave
from nursestation.store.rows import Scalar, Trace

VALIDITIES = ("valid", "questionable", "invalid", "unavailable", "calibrating")
_CODES = {Validity(word): code for code, word in enumerate(VALIDITIES)}
_VALID, _QUESTIONABLE = Validity.VALID, Validity.QUESTIONABLE
_TENTHS, _FLOAT, _DETAILS = 8, 16, 32
_SHORT = struct.Struct("<h")
_DOUBLE = struct.Struct("<d")
_LARGEST = 32767


class Calibration(NamedTuple):
    """How the samples of a waveform are to be read: samples a second, and value = scale x sample + offset [unit]."""

    rate_hz: float
    scale: float
    offset: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class PackedRow:
    """One row of `readings` or `strips`; it holds the numbers from `n` to `last_n`."""

    table: str
    n: int
    n_rows: int
    run: int
    at: Moment
    body: bytes

    @property
    def last_n(self) -> int:
        """Return the number of its last reading or stretch."""
        return self.n + self.n_rows - 1


def line(row: PackedRow, lookups: Sequence[bytes]) -> bytes:
    """Return what a seal covers of a row; `lookups` are the `fingerprint`s of what its body looks up, in order."""
    head = f"{row.table},{row.n},{row.n_rows},{row.run},{row.at.utc_ns},{row.at.mono_ns},{len(row.body)}\n"
    return b"".join((head.encode(), *lookups, row.body, b"\n"))


def fingerprint(looked_up: Trace | Calibration) -> bytes:
    """Return 32 bytes that stand for what a key means."""
    return hashlib.sha256(json.dumps(looked_up, separators=(",", ":"), ensure_ascii=False).encode()).digest()


# --- readings -----------------------------------------------------------------------------------------------------


def key_bytes(*keys: int) -> bytes:
    """Return keys of lookups as they stand in a body."""
    body = bytearray()
    for key in keys:
        _put(body, key)
    return bytes(body)


def pack_readings(readings: Sequence[tuple[bytes, Sample]]) -> bytes:
    """Return the body for readings, each with the `key_bytes` of its trace.

    Raises:
        TypeError, ValueError: a field is of another type than declared, or a value stands where the validity says none may.
    """
    body = bytearray()
    for trace, sample in readings:
        value, validity = sample.value, sample.validity
        is_usable = validity is _VALID or validity is _QUESTIONABLE
        if (value is not None) is not is_usable:
            raise ValueError(f"a value that is {validity.value} {'is missing' if value is None else 'has one'}")
        flags, written = 0 if validity is _VALID else _CODES[validity], b""
        if value is not None:
            tenths = round(value * 10) if -_LARGEST <= value * 10 <= _LARGEST else 0
            if tenths / 10 == value:
                flags, written = flags | _TENTHS, _SHORT.pack(tenths)
            else:
                flags, written = flags | _FLOAT, _DOUBLE.pack(value)
        details = b""
        if sample.measured_utc_ns is not None or sample.cycle is not None or sample.device_time is not None:
            flags, details = flags | _DETAILS, _details(sample)
        body += trace
        body.append(flags)
        body += written
        if details:
            _put(body, len(details))
            body += details
    return bytes(body)


def _details(sample: Sample) -> bytes:
    told = (sample.measured_utc_ns, sample.cycle, sample.device_time)
    if not all(one is None or isinstance(one, kind) for one, kind in zip(told, (int, int, str), strict=True)):
        raise TypeError("details of a reading are of another type than declared")
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def unpack_readings(body: bytes) -> Iterator[tuple[int, tuple[Scalar, ...]]]:
    """Yield (key of the trace, (value, validity, measured_utc_ns, cycle, device_time)) of each reading of a body.

    Raises:
        ValueError: nothing of ours wrote it.
    """
    at = 0
    try:
        while at < len(body):
            trace, at = _get(body, at)
            flags = body[at]
            at += 1
            value: float | None = None
            if flags & _TENTHS:
                (tenths,) = _SHORT.unpack_from(body, at)
                value, at = tenths / 10, at + _SHORT.size
            elif flags & _FLOAT:
                (value,) = _DOUBLE.unpack_from(body, at)
                at += _DOUBLE.size
            measured, cycle, device_time = None, None, None
            if flags & _DETAILS:
                n_bytes, at = _get(body, at)
                measured, cycle, device_time = json.loads(body[at : at + n_bytes])
                at += n_bytes
            yield trace, (value, VALIDITIES[flags & 7], measured, cycle, device_time)
    except (IndexError, struct.error) as error:
        raise ValueError("a row of readings ends too soon") from error


# --- waveforms ----------------------------------------------------------------------------------------------------


def pack_strips(strips: Sequence[tuple[bytes, Sequence[Wave]]], newest: Moment) -> bytes:
    """Return the body for stretches of waveform, `newest` being the row's moment.

    Args:
        strips: The `key_bytes` of trace and calibration, and what the stretch is joined of.
        newest: The row's moment.

    Raises:
        TypeError, ValueError: a stretch holds no whole samples.
    """
    body = bytearray()
    for keys, parts in strips:
        samples, at = b"".join([part.samples for part in parts]), parts[-1].at
        if not samples or len(samples) % 2:
            raise ValueError("a stretch of waveform holds no whole samples")
        body += keys
        if at is newest:
            body += b"\0\0"
        else:
            _put_signed(body, newest.utc_ns - at.utc_ns)
            _put_signed(body, newest.mono_ns - at.mono_ns)
        _put(body, len(samples) // 2)
        body += samples
    return bytes(body)


def unpack_strips(body: bytes, newest: Moment) -> Iterator[tuple[int, int, Moment, bytes]]:
    """Yield (key of the trace, key of the calibration, arrival of the last sample, samples) of each stretch of a body.

    Raises:
        ValueError: nothing of ours wrote it.
    """
    at = 0
    try:
        while at < len(body):
            trace, at = _get(body, at)
            calibration, at = _get(body, at)
            utc_ns, at = _get_signed(body, at)
            mono_ns, at = _get_signed(body, at)
            n_samples, at = _get(body, at)
            samples = body[at : at + 2 * n_samples]
            if len(samples) != 2 * n_samples:
                raise IndexError
            at += 2 * n_samples
            yield trace, calibration, Moment(newest.mono_ns - mono_ns, newest.utc_ns - utc_ns), samples
    except IndexError as error:
        raise ValueError("a row of waveforms ends too soon") from error


# --- numbers ------------------------------------------------------------------------------------------------------


def _put(body: bytearray, number: int) -> None:
    while number > 0x7F:
        body.append(number & 0x7F | 0x80)
        number >>= 7
    body.append(number)


def _put_signed(body: bytearray, number: int) -> None:
    _put(body, 2 * number if number >= 0 else -2 * number - 1)


def _get(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def _get_signed(body: bytes, at: int) -> tuple[int, int]:
    number, at = _get(body, at)
    return (number >> 1 if number % 2 == 0 else -(number >> 1) - 1), at
