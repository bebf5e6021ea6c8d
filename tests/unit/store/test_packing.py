"""What is packed comes out as it was put in, and nothing else is taken for it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import Moment
from devices.events import Mode, Validity
from devices.vocabulary import Unit
from nursestation.core.model import Provenance
from nursestation.core.records import Sample, Wave
from nursestation.store import packing
from nursestation.store.packing import Calibration, PackedRow
from nursestation.store.rows import Trace

AT = Moment(5_000_000_000, 1_767_279_600_000_000_000)
SAMPLE = Sample(
    at=AT, chair=1, session="s", metric="spo2", value=97.0, validity=Validity.VALID, mode=Mode.REAL,
    provenance=Provenance.DEVICE, monitor="1:nonin", source="",
)  # fmt: skip
WAVE = Wave(
    at=AT, chair=1, session="s", metric="ecg", monitor="1:berry", source="II", rate_hz=200.0, scale=0.5, offset=1.0,
    unit=Unit.MV, samples=b"\1\0\2\0", mode=Mode.REAL,
)  # fmt: skip

USABLE = st.sampled_from([Validity.VALID, Validity.QUESTIONABLE])
UNUSABLE = st.sampled_from([Validity.INVALID, Validity.UNAVAILABLE, Validity.CALIBRATING])
VALUES = st.one_of(
    st.integers(-5000, 5000).map(lambda n: n / 10), st.floats(allow_nan=False), st.integers(0, 300).map(float)
)
READINGS = st.builds(
    lambda told, measured, cycle, device_time: replace(
        SAMPLE, value=told[0], validity=told[1], measured_utc_ns=measured, cycle=cycle, device_time=device_time
    ),
    st.one_of(st.tuples(VALUES, USABLE), st.tuples(st.none(), UNUSABLE)),
    st.none() | st.integers(0, 2**62),
    st.none() | st.integers(0, 70_000),
    st.none() | st.text(max_size=20),
)


def test_every_validity_has_its_code():
    assert {Validity(word) for word in packing.VALIDITIES} == set(Validity)
    assert len(packing.VALIDITIES) <= 8, "three bits"


@given(st.lists(st.tuples(st.integers(1, 2**40), READINGS)))
def test_readings_come_out_as_they_were_put_in(readings):
    body = packing.pack_readings([(packing.key_bytes(key), sample) for key, sample in readings])
    assert list(packing.unpack_readings(body)) == [
        (key, (one.value, one.validity.value, one.measured_utc_ns, one.cycle, one.device_time)) for key, one in readings
    ]


MOMENTS = st.builds(Moment, st.integers(-(2**50), 2**50), st.integers(0, 2**62))
STRETCHES = st.tuples(
    st.integers(1, 2**20), st.integers(1, 300), MOMENTS, st.lists(st.binary(min_size=2, max_size=2), min_size=1)
)


@given(st.lists(STRETCHES), MOMENTS)
def test_waveforms_come_out_as_they_were_put_in(stretches, newest):
    strips = [
        (packing.key_bytes(trace, scale), [replace(WAVE, at=at, samples=one) for one in samples])
        for trace, scale, at, samples in stretches
    ]
    assert list(packing.unpack_strips(packing.pack_strips(strips, newest), newest)) == [
        (trace, scale, at, b"".join(samples)) for trace, scale, at, samples in stretches
    ]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_body_that_ends_too_soon_is_told(cut):
    readings = packing.pack_readings([(b"\1", replace(SAMPLE, value=97.123, cycle=7))])
    strips = packing.pack_strips([(b"\1\1", [replace(WAVE, samples=b"\1\0" * 10)])], AT)
    with pytest.raises(ValueError, match=r"too soon|Expecting|Unterminated|delimiter"):
        list(packing.unpack_readings(readings[:-cut]))
    with pytest.raises(ValueError, match="too soon"):
        list(packing.unpack_strips(strips[:-cut], AT))


@pytest.mark.parametrize(
    "change",
    [{"value": None}, {"validity": Validity.UNAVAILABLE}, {"cycle": "7"}, {"measured_utc_ns": 1.5}, {"device_time": 3}],
    ids=str,
)
def test_a_reading_that_no_station_makes_is_refused(change):
    with pytest.raises((TypeError, ValueError)):
        packing.pack_readings([(b"\1", replace(SAMPLE, **change))])


@pytest.mark.parametrize("samples", [b"", b"\1"])
def test_half_a_sample_is_refused(samples):
    with pytest.raises(ValueError, match="whole samples"):
        packing.pack_strips([(b"\1\1", [replace(WAVE, samples=samples)])], AT)


TRACE = Trace(1, "spo2", "1:nonin", "", "real", "device", None)
ROW = PackedRow("readings", 5, 2, 1, AT, b"body")
OTHERS = [
    (replace(ROW, n=6), TRACE), (replace(ROW, n_rows=3), TRACE), (replace(ROW, run=2), TRACE),
    (replace(ROW, body=b"bodz"), TRACE),
    (replace(ROW, at=Moment(AT.mono_ns + 1, AT.utc_ns)), TRACE), (replace(ROW, at=Moment(AT.mono_ns, AT.utc_ns + 1)), TRACE),
    (replace(ROW, table="strips"), TRACE), (ROW, TRACE._replace(monitor="2:nonin")), (ROW, Calibration(1.0, 1.0, 0.0, None)),
]  # fmt: skip


@pytest.mark.parametrize(("row", "looked_up"), OTHERS)
def test_a_seal_covers_all_of_a_row(row, looked_up):
    assert ROW.last_n == 6
    covered = packing.line(ROW, [packing.fingerprint(TRACE)])
    assert covered != packing.line(row, [packing.fingerprint(looked_up)])
