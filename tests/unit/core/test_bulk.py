"""What is made quickly is what its constructor would have made."""

import dataclasses

import pytest

from devices.clock import Moment
from devices.events import Mode, WaveformChunk
from devices.vocabulary import Unit
from nursestation.core import bulk
from nursestation.core.records import Wave

EVENT = WaveformChunk(
    t_ns=5, metric="ecg", rate_hz=250.0, scale=0.01, offset=-1.0, unit=Unit.MV, samples=b"\1\0\2\0", source="II"
)


def test_a_wave_is_as_its_constructor_makes_it():
    at = Moment(5, 1_767_279_600_000_000_000)
    made = bulk.wave(at, 3, "session", "3:berry", EVENT, Mode.SIMULATED)
    wanted = Wave(
        at=at, chair=3, session="session", metric="ecg", monitor="3:berry", source="II", rate_hz=250.0, scale=0.01,
        offset=-1.0, unit=Unit.MV, samples=b"\1\0\2\0", mode=Mode.SIMULATED,
    )  # fmt: skip
    assert type(made) is Wave
    assert (made, hash(made), repr(made)) == (wanted, hash(wanted), repr(wanted))
    assert dataclasses.replace(made, chair=4) == dataclasses.replace(wanted, chair=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.chair = 4
