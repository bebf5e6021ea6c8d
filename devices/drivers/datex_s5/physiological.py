"""Where each number stands in the physiological classes, and what the codes in place of a number mean.

Rules of the file:
1. A subrecord is of the class that bits 8 to 11 of its last word tell, wherever it stands: a real monitor of level 9 sends
   the classes 0, 1 and 3.
2. Values of -32001 and below are codes. They never come out of here as numbers.
3. Group and field names are the document's: what has no place in our vocabulary is counted under them.

Source: "S/5 System Interface Datex-Ohmeda Record Specification", 8005313, physiological data classes; offsets checked against
recordings of monitors of level 9 and 11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from types import MappingProxyType

from devices.events import Validity

SUBRECORD_SIZE = 278
AUXILIARY_SIZE = 114
AUXILIARY = Struct(
    "<IhIIh"
)  # time of the cuff reading, reserved, of the cardiac output, of the wedge pressure, body surface
_TIME = Struct("<I")
_CLASS_AT = 277  # the upper byte of the last word
_GROUP_HEADER = Struct("<IH")

HIGHEST_CODE = -32001
INVALID, NOT_UPDATED, DISCONTINUITY, BELOW_RANGE, ABOVE_RANGE, NOT_CALIBRATED = range(-32767, -32761)

_VALIDITY_OF_CODE = {
    DISCONTINUITY: Validity.CALIBRATING,
    BELOW_RANGE: Validity.INVALID,
    ABOVE_RANGE: Validity.INVALID,
    NOT_CALIBRATED: Validity.INVALID,
}


class Class(IntEnum):
    """Class of a subrecord."""

    BASIC = 0
    EXT1 = 1
    EXT2 = 2
    EXT3 = 3


EXISTS, ACTIVE = 1 << 0, 1 << 1
"""The two status bits that every group has."""
_BOTH = EXISTS | ACTIVE


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a group stands: offset of its status in the subrecord, and the names of its values in their order."""

    at: int
    fields: tuple[str, ...]

    @property
    def values(self) -> Struct:
        """Return the form of the values."""
        return Struct(f"<{len(self.fields)}h")


_PRESSURE = ("sys", "dia", "mean", "hr")
_LEADS = ("I", "II", "III", "aVL", "aVR", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")

LAYOUTS: Mapping[Class, Mapping[str, Layout]] = MappingProxyType(
    {
        Class.BASIC: {
            "ecg": Layout(4, ("hr", "st1", "st2", "st3", "imp_rr")),
            "p1": Layout(20, _PRESSURE),
            "p2": Layout(34, _PRESSURE),
            "p3": Layout(48, _PRESSURE),
            "p4": Layout(62, _PRESSURE),
            "nibp": Layout(76, _PRESSURE),
            "t1": Layout(90, ("temp",)),
            "t2": Layout(98, ("temp",)),
            "t3": Layout(106, ("temp",)),
            "t4": Layout(114, ("temp",)),
            "SpO2": Layout(122, ("SpO2", "pr", "ir_amp")),  # the SvO2 that follows must not be used
            "CO2": Layout(136, ("et", "fi", "rr", "amb_press")),
            "O2": Layout(150, ("et", "fi")),
            "N2O": Layout(160, ("et", "fi")),
            "AA": Layout(170, ("et", "fi", "mac_sum")),
            "flow": Layout(182, ("rr", "ppeak", "peep", "pplat", "tv_insp", "tv_exp", "compliance", "mv_exp")),
            "co": Layout(204, ("co", "blood_temp", "ref_temp", "pcwp")),
            "nmt": Layout(218, ("t1", "ratio")),  # ptc, which follows, is a field of bits
            "SvO2": Layout(236, ("SvO2",)),
            "p5": Layout(244, _PRESSURE),
            "p6": Layout(258, _PRESSURE),
        },
        Class.EXT1: {
            "arrh_ecg": Layout(4, ("hr", "rr_time", "pvc")),
            "st12": Layout(52, _LEADS),
            "p7": Layout(82, _PRESSURE),
            "p8": Layout(96, _PRESSURE),
            "SpO2_2": Layout(110, ("SpO2", "pr", "ir_amp")),
            "t5": Layout(124, ("temp",)),
            "t6": Layout(132, ("temp",)),
        },
    }
)
"""Groups by class and name. The other classes hold nothing that has a place in our vocabulary."""

ARRHYTHMIA_AT = 16
"""Offset of the bits of the arrhythmias in Ext1."""


@dataclass(frozen=True, slots=True)
class Group:
    """One measurement as a record tells it.

    Attributes:
        status: `EXISTS`, `ACTIVE` and the group's own bits.
        label: Lead, site or settings.
        values: Numbers and codes as they came, by field.
    """

    status: int
    label: int
    values: Mapping[str, int]

    @property
    def exists(self) -> bool:
        """Say whether the monitor has the module."""
        return bool(self.status & EXISTS)

    @property
    def is_active(self) -> bool:
        """Say whether the module is there and its measurement is switched on."""
        return self.status & _BOTH == _BOTH

    def number(self, field: str) -> int | None:
        """Return the number, None in place of a code."""
        value = self.values[field]
        return value if value > HIGHEST_CODE else None

    def validity(self, field: str) -> Validity:
        """Return what the monitor says of the field: valid, or why there is no number."""
        value = self.values[field]
        if not self.is_active:
            return Validity.UNAVAILABLE
        if value > HIGHEST_CODE:
            return Validity.VALID
        return _VALIDITY_OF_CODE.get(value, Validity.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class ClassData:
    """One subrecord.

    Attributes:
        time_s: The monitor's clock.
        number: Number of the class.
        groups: Its measurements by name; none for a class that `LAYOUTS` does not know.
        arrhythmias: Bits of Ext1; 0 in other classes.
    """

    time_s: int
    number: int
    groups: Mapping[str, Group]
    arrhythmias: int


_PLANS: dict[int, tuple[tuple[str, int, tuple[str, ...], Struct], ...]] = {
    int(number): tuple((name, layout.at, layout.fields, layout.values) for name, layout in layouts.items())
    for number, layouts in LAYOUTS.items()
}


def class_of(data: bytes, at: int) -> tuple[int, int]:
    """Return class and time of the subrecord at `at`, which has `SUBRECORD_SIZE` bytes."""
    (time_s,) = _TIME.unpack_from(data, at)
    return data[at + _CLASS_AT] & 0x0F, time_s


def read(data: bytes, at: int) -> ClassData:
    """Return what the subrecord at `at` says; it has `SUBRECORD_SIZE` bytes."""
    number, time_s = class_of(data, at)
    groups = {
        name: _group(data, at + offset, fields, values) for name, offset, fields, values in _PLANS.get(number, ())
    }
    arrhythmias = int.from_bytes(data[at + ARRHYTHMIA_AT : at + ARRHYTHMIA_AT + 4], "little")
    return ClassData(time_s, number, groups, arrhythmias if number == Class.EXT1 else 0)


def _group(data: bytes, at: int, fields: tuple[str, ...], values: Struct) -> Group:
    status, label = _GROUP_HEADER.unpack_from(data, at)
    return Group(status, label, dict(zip(fields, values.unpack_from(data, at + _GROUP_HEADER.size), strict=True)))
