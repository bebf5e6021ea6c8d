"""What our metrics are called in a `.vital` file, and how its programs are to draw them.

Names are those that VitalDB's own files use for the same quantity (vitaldb.net/dataset, list of tracks) as far as there is one;
`meaning` is the format's "montype" (Vital File Format, github.com/vitaldb/vitalutils), 0 where it has none.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_GREEN, _BLUE, _YELLOW, _RED, _TAN, _WHITE = 0xFF00FF00, 0xFF87CEEB, 0xFFFFFF00, 0xFFFF0000, 0xFFD2B48C, 0xFFFFFFFF


class Look(NamedTuple):
    """A track's name, the format's number for its meaning, between which values it is drawn, and its colour (ARGB)."""

    name: str
    meaning: int
    low: float
    high: float
    colour: int


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "ecg": Look("ECG", 1, -1, 2.5, _GREEN),
        "heart_rate": Look("HR", 2, 30, 150, _GREEN),
        "st": Look("ST", 0, -0.5, 0.5, _GREEN),
        "art": Look("ART", 4, 0, 200, _RED),
        "art_sys": Look("ART_SBP", 5, 0, 200, _RED),
        "art_dia": Look("ART_DBP", 6, 0, 200, _RED),
        "art_mean": Look("ART_MBP", 7, 0, 200, _RED),
        "pleth": Look("PLETH", 8, 0, 1, _BLUE),
        "pulse_rate": Look("PLETH_HR", 9, 30, 150, _BLUE),
        "spo2": Look("PLETH_SPO2", 10, 80, 100, _BLUE),
        "perfusion_index": Look("PLETH_PI", 0, 0, 20, _BLUE),
        "resp": Look("RESP", 11, -1, 1, _YELLOW),
        "resp_rate": Look("RR", 12, 0, 50, _YELLOW),
        "co2": Look("CO2", 13, 0, 60, _YELLOW),
        "etco2": Look("ETCO2", 15, 0, 60, _YELLOW),
        "fico2": Look("INCO2", 0, 0, 60, _YELLOW),
        "nibp_sys": Look("NIBP_SBP", 16, 0, 200, _WHITE),
        "nibp_dia": Look("NIBP_DBP", 17, 0, 200, _WHITE),
        "nibp_mean": Look("NIBP_MBP", 18, 0, 200, _WHITE),
        "nibp_pulse_rate": Look("NIBP_HR", 0, 30, 150, _WHITE),
        "temp": Look("BT", 19, 30, 42, _TAN),
    }
)
"""Every metric of the vocabulary."""

EVENTS = "EVENT"
"""The track of the recorder itself that programs show as their bar of events."""
