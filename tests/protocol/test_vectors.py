"""Bytes from the makers' documents in, the events that they mean out.

A vectors file has `driver`, `source`, and for each `[[vector]]`: `name`, `where` (place in the source), `feed` (hex, the
n-th piece arriving at n seconds) and `events`: all of them, in order, each with the attributes that matter. `value` stands
only where there is one; a `samples` entry "missing" is a sample that the monitor called invalid. After the last piece the
driver is reset, so that samples held are given out.
"""

import tomllib
from array import array
from pathlib import Path

import pytest

from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceInfo,
    DevicePatient,
    DeviceStatus,
    FrameRejected,
    Gap,
    Numeric,
    WaveformChunk,
)
from devices.registry import all_drivers, lookup

FOLDER = Path(__file__).parent / "vectors"
KINDS = {
    "numeric": Numeric,
    "waveform": WaveformChunk,
    "gap": Gap,
    "alarm": DeviceAlarm,
    "info": DeviceInfo,
    "status": DeviceStatus,
    "patient": DevicePatient,
    "rejected": FrameRejected,
}
S = 1_000_000_000


def load():
    for path in sorted(FOLDER.glob("*/*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        assert document["driver"] == path.parent.name
        assert document["source"]
        for vector in document["vector"]:
            yield pytest.param(document["driver"], vector, id=f"{path.parent.name}: {vector['name']}")


def samples_of(chunk):
    samples = array("h")
    samples.frombytes(chunk.samples)
    return ["missing" if s == MISSING_SAMPLE else s for s in samples]


def attribute(event, name):
    if name == "samples":
        return samples_of(event)
    if name in ("measured_s", "at_s"):
        ns = event.measured_ns if name == "measured_s" else event.t_ns
        return "none" if ns is None else ns / S
    value = getattr(event, name)
    return "none" if value is None else value


@pytest.mark.parametrize(("name", "vector"), [*load()])
def test_vector(name, vector):
    driver = lookup(name).make()
    events = []
    for second, piece in enumerate(vector["feed"]):
        events += driver.feed(bytes.fromhex(piece), second * S)
    events += driver.reset(len(vector["feed"]) * S)
    assert vector["where"]
    told = [type(event) for event in events]
    assert told == [KINDS[expected["event"]] for expected in vector["events"]], events
    for event, expected in zip(events, vector["events"], strict=True):
        wanted = {key: value for key, value in expected.items() if key != "event"}
        found = {key: attribute(event, key) for key in wanted}
        assert found == pytest.approx(wanted) if _is_numbers(wanted) else found == wanted
        if isinstance(event, Numeric) and "value" not in wanted:
            assert event.value is None


def _is_numbers(wanted):
    return all(isinstance(value, int | float) for value in wanted.values())


@pytest.mark.parametrize("name", sorted(all_drivers()))
def test_every_driver_has_vectors_with_a_fault_among_them(name):
    vectors = [param.values[1] for param in load() if param.values[0] == name]
    assert len(vectors) >= 3
    assert any(event["event"] == "rejected" for vector in vectors for event in vector["events"])
