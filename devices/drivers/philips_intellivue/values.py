"""The small values inside attributes: FLOAT-Type, BCD times, strings.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (data types), as in codes.py.
"""

from datetime import datetime
from functools import lru_cache
from struct import Struct


class Malformed(Exception):
    """A message that does not hold what it must."""


_POWERS = {exponent: float(10 ** abs(exponent)) for exponent in range(-128, 128)}
_NOT_FINITE = frozenset({0x7FFFFF, 0x800000, 0x7FFFFE, 0x800002})
NAN = 0x007FFFFF
"""FLOAT-Type of "no number"."""

NO_TIME = b"\xff" * 8
"""Absolute time that is not given."""

_U16 = Struct(">H")


def decode_float(raw: int) -> float | None:
    """Return a FLOAT-Type as a number; None for NaN, NRes and the infinities, which are not numbers to show."""
    mantissa, exponent = raw & 0xFFFFFF, raw >> 24
    if mantissa in _NOT_FINITE:
        return None
    if mantissa & 0x800000:
        mantissa -= 0x1000000
    if exponent & 0x80:
        return mantissa / _POWERS[exponent - 256]
    return mantissa * _POWERS[exponent]


def encode_float(value: float | None, decimals: int) -> int:
    """Return the FLOAT-Type with so many decimals; NaN for None."""
    if value is None:
        return NAN
    scale = _POWERS[decimals]
    return (-decimals & 0xFF) << 24 | round(value * scale) & 0xFFFFFF


@lru_cache(maxsize=64)
def decode_time(raw: bytes) -> datetime | None:
    """Return an absolute time (8 bytes BCD, the monitor's local clock) to the second; None when it gives none."""
    try:
        century, year, month, day, hour, minute, second = (int(f"{byte:02x}") for byte in raw[:7])
        return datetime(100 * century + year, month, day, hour, minute, second)
    except ValueError:
        return None


def encode_time(time: datetime) -> bytes:
    """Return `time` as 8 bytes BCD, without hundredths."""
    return bytes.fromhex(time.strftime("%Y%m%d%H%M%S") + "00")


def decode_text(raw: bytes) -> str:
    """Return a string (length, UTF-16 big endian, zero padded).

    Raises:
        Malformed: It ends before its length.
    """
    size = int.from_bytes(raw[:2], "big")
    if len(raw) < 2 + size:
        raise Malformed
    return raw[2 : 2 + size].decode("utf-16-be", "replace").split("\0")[0].strip()


def encode_text(text: str) -> bytes:
    """Return `text` as length and zero-ended UTF-16 big endian."""
    encoded = (text + "\0").encode("utf-16-be")
    return _U16.pack(len(encoded)) + encoded
