"""The packets of a `.vital` file as bytes: what vitalutils' "Vital File Format" says, and nothing of a visit.

Source: Vital File Format, version 3, github.com/vitaldb/vitalutils. Little-endian and packed; a string is its length (DWORD) and
UTF-8 without a final zero; a time is a double of Unix seconds. A file is a gzip stream of a header and packets.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

SIGN = b"VITA"
FORMAT_VERSION = 3
MOST_BYTES = 1_000_000
"""The library `vitaldb` stops reading at a longer packet in a file that is not packed."""

_HEADER = struct.Struct("<hIIddB")
_PACKET = struct.Struct("<BI")
_RECORD = struct.Struct("<HdH")
_INFO_BYTES = 10  # of a record: time and track
_DEVICE, _TRACK, _REC, _COMMAND = 9, 0, 1, 6
_ORDER = 5


class RecordType(IntEnum):
    """What the records of a track hold."""

    WAVE = 1
    NUMBER = 2
    TEXT = 5


class SampleFormat(IntEnum):
    """How a value is written."""

    NONE = 0
    DOUBLE = 2
    INT16 = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track.

    Attributes:
        key: Its number in the file, from 1.
        kind: What it holds.
        name: Its name.
        unit: Unit of its values.
        low, high: Between which values it is drawn.
        colour: ARGB.
        rate_hz: Samples a second of a wave, else 0.
        gain, offset: value = offset + saved x gain.
        meaning: The format's number for what it is of a patient ("montype"), 0 for none.
        device: Number of the device, 0 for the recorder itself.
    """

    key: int
    kind: RecordType
    name: str
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    colour: int = 0xFFFFFFFF
    rate_hz: float = 0.0
    gain: float = 1.0
    offset: float = 0.0
    meaning: int = 0
    device: int = 0

    @property
    def form(self) -> SampleFormat:
        """Return how its values are written."""
        return _FORMS[self.kind]


_FORMS = {
    RecordType.WAVE: SampleFormat.INT16,
    RecordType.NUMBER: SampleFormat.DOUBLE,
    RecordType.TEXT: SampleFormat.NONE,
}


def header(*, bias_min: int, instance: int, program: int, start_s: float, end_s: float) -> bytes:
    """Return the header of a file whose packets come in the order of time (not "packed").

    Args:
        bias_min: UTC less local time [min].
        instance: Number of the recording.
        program: Number of the program's version.
        start_s: Start, Unix time [s].
        end_s: End, Unix time [s].
    """
    told = _HEADER.pack(bias_min, instance, program, start_s, end_s, 0)
    return SIGN + struct.pack("<IH", FORMAT_VERSION, len(told)) + told


def device(key: int, kind: str, name: str) -> bytes:
    """Return the packet of a device; `key` counts from 1. Its port is nobody's business and stays empty."""
    return _packet(_DEVICE, struct.pack("<I", key) + _string(kind) + _string(name) + _string(""))


def track(one: Track) -> bytes:
    """Return the packet of a track; it stands after its device and before its records."""
    return _packet(
        _TRACK,
        struct.pack("<HBB", one.key, one.kind, one.form)
        + _string(one.name)
        + _string(one.unit)
        + struct.pack("<ffIfdd", one.low, one.high, one.colour, one.rate_hz, one.gain, one.offset)
        + struct.pack("<BI", one.meaning, one.device),
    )


def wave(key: int, time_s: float, samples: bytes) -> bytes:
    """Return a record of samples (int16), the first of them taken at `time_s`."""
    return _record(key, time_s, struct.pack("<I", len(samples) // 2) + samples)


def number(key: int, time_s: float, value: float) -> bytes:
    """Return a record of one value."""
    return _record(key, time_s, struct.pack("<d", value))


def text(key: int, time_s: float, words: str) -> bytes:
    """Return a record of a text."""
    return _record(key, time_s, struct.pack("<I", 0) + _string(words))


def order(keys: list[int]) -> bytes:
    """Return the command that says in which order the tracks are shown."""
    return _packet(_COMMAND, struct.pack(f"<BH{len(keys)}H", _ORDER, len(keys), *keys))


def _record(key: int, time_s: float, values: bytes) -> bytes:
    return _packet(_REC, _RECORD.pack(_INFO_BYTES, time_s, key) + values)


def _packet(kind: int, data: bytes) -> bytes:
    return _PACKET.pack(kind, len(data)) + data


def _string(words: str) -> bytes:
    encoded = words.encode()
    return struct.pack("<I", len(encoded)) + encoded
