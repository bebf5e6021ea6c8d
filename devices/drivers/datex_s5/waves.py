"""The waves: which there are, how fast they come, and their samples.

Rules of the file:
1. Samples stay as they are on the wire; scale and offset are ours. Those of -32000 and below are codes: missing.
2. While a lead is off, what its wave shows is nobody's: all samples of such a block are missing.
3. Pleth and respiration have no unit here. Pleth is told in percent of modulation and respiration in ohms, both around zero:
   20 % of modulation, more than a finger gives, fills the pleth's range of 0 to 1 around its middle, and 5 ohms either way
   that of respiration, -1 to 1.
4. A pressure's wave is told when the numbers' label of its channel is that of an artery, and else counted.
5. CO2 comes in percent. It is in mmHg only when the ambient pressure is known (see `numerics`), else without a unit.

Source: GE "S/5 Computer Interface Specification", M1017617, waveform types; "Record Specification" 8005313, waveform subrecord.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple

from devices.events import MISSING_SAMPLE
from devices.vocabulary import Unit

BLOCK = Struct("<hHH")  # number of samples, status, label
HIGHEST_CODE = -32000


class Wave(IntEnum):
    """Types of the waves that we show or that the simulated monitor has."""

    ECG1 = 1
    ECG2 = 2
    ECG3 = 3
    PLETH = 8
    CO2 = 9
    RESP = 15
    PLETH2 = 38
    P1, P2, P3, P4, P5, P6, P7, P8 = 4, 5, 6, 7, 16, 17, 36, 37


GAP_BEFORE, PACER, LEAD_OFF = 1 << 0, 1 << 2, 1 << 3
"""Status bits of a block."""


@dataclass(frozen=True, slots=True)
class WaveForm:
    """How a wave is told.

    Attributes:
        metric: Name in the vocabulary.
        source: Lead or sensor; for an ECG, the channel, until its lead is known; for a pressure, what its label says.
        rate_hz: Samples a second.
        scale: Value of one step.
        offset: Value of 0.
        unit: Unit of the values; None for a relative amplitude.
        leads: Whether it hangs on the ECG electrodes.
    """

    metric: str
    source: str
    rate_hz: int
    scale: float
    offset: float = 0.0
    unit: Unit | None = None
    leads: bool = False


PLETH_STEP = 1 / 4000  # a step is 1/100 % of modulation
RESP_STEP = 1 / 500  # a step is 1/100 ohm
CO2_PERCENT_STEP = 1 / 100
ECG_STEP_MV = 1 / 1000
PRESSURE_STEP_MMHG = 1 / 100

PRESSURES: Mapping[int, str] = MappingProxyType({Wave[f"P{i}"]: f"p{i}" for i in range(1, 9)})
"""Group of the numbers of each pressure wave."""

_PLETH_MIDDLE = 0.5

FORMS: Mapping[int, WaveForm] = MappingProxyType(
    {
        Wave.ECG1: WaveForm("ecg", "channel 1", 300, ECG_STEP_MV, unit=Unit.MV, leads=True),
        Wave.ECG2: WaveForm("ecg", "channel 2", 300, ECG_STEP_MV, unit=Unit.MV, leads=True),
        Wave.ECG3: WaveForm("ecg", "channel 3", 300, ECG_STEP_MV, unit=Unit.MV, leads=True),
        Wave.PLETH: WaveForm("pleth", "oximeter", 100, PLETH_STEP, _PLETH_MIDDLE),
        Wave.PLETH2: WaveForm("pleth", "second oximeter", 100, PLETH_STEP, _PLETH_MIDDLE),
        Wave.CO2: WaveForm("co2", "co2", 25, CO2_PERCENT_STEP),
        Wave.RESP: WaveForm("resp", "impedance", 25, RESP_STEP, leads=True),
        **{wave: WaveForm("art", "", 100, PRESSURE_STEP_MMHG, unit=Unit.MMHG) for wave in PRESSURES},
    }
)
"""The waves with a place in our vocabulary whose rate and unit are certain."""

ECG_CHANNELS: Mapping[int, int] = MappingProxyType({Wave.ECG1: 0, Wave.ECG2: 1, Wave.ECG3: 2})
"""Place of each ECG wave among the channels."""


class Block(NamedTuple):
    """One wave's part of a record.

    Attributes:
        wave: Its type.
        status: `GAP_BEFORE` and the like.
        samples: int16 little-endian, `MISSING_SAMPLE` in place of codes.
    """

    wave: int
    status: int
    samples: bytes


def read(data: bytes, parts: Sequence[tuple[int, int]]) -> tuple[Block, ...] | None:
    """Return the blocks of a wave record; None when one of them does not fit into it.

    Args:
        data: All of the record.
        parts: Type and place of the subrecords.
    """
    blocks: list[Block] = []
    for wave, at in parts:
        start = at + BLOCK.size
        if start > len(data):
            return None
        n_samples, status, _ = BLOCK.unpack_from(data, at)
        end = start + 2 * n_samples
        if n_samples < 0 or end > len(data):
            return None
        blocks.append(Block(wave, status, data[start:end]))
    return tuple(blocks)


def shown(block: Block) -> bytes:
    """Return the samples with those marked that are none."""
    values = array("h", block.samples)
    if block.status & LEAD_OFF:
        values = array("h", [MISSING_SAMPLE]) * len(values)
    elif values and min(values) <= HIGHEST_CODE:
        values = array("h", [MISSING_SAMPLE if value <= HIGHEST_CODE else value for value in values])
    else:
        return block.samples
    return values.tobytes()


def name(wave: int) -> str:
    """Return the name under which a wave is counted that we do not show."""
    return f"wave {wave} ({_OTHERS.get(wave, 'not known')})"


_OTHERS = {
    **dict.fromkeys(PRESSURES, "invasive pressure"),
    **{10: "O2", 11: "N2O", 12: "agent", 13: "airway pressure", 14: "flow", 23: "volume", 22: "12-lead ECG"},
    **{39: "respiration, high resolution", 32: "entropy", 35: "BIS"},
    **dict.fromkeys((18, 19, 20, 21), "EEG"),
}
