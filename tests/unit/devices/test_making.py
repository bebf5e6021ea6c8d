"""What is made quickly is what the constructors make, and what they refuse is refused."""

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.events import DeviceStatus, Mode, Numeric, SensorStatus, Validity, WaveformChunk
from devices.making import device_status, reading, waveform_chunk, waveform_chunks
from devices.vocabulary import METRICS, MetricKind, Unit

METRIC = st.sampled_from(sorted(METRICS))
NUMERICS = {name for name, metric in METRICS.items() if metric.kind is MetricKind.NUMERIC}
TEXT = st.text(max_size=3)


def outcome(make, *fields):
    """Return what is made of fields, or the error that refuses them."""
    try:
        return make(*fields)
    except (KeyError, ValueError) as error:
        return type(error), error.args


def by_name(event_class, names):
    return lambda *fields: event_class(**dict(zip(names, fields, strict=True)))


NUMERIC = by_name(
    Numeric, ("t_ns", "metric", "value", "validity", "mode", "source", "device_time", "measured_ns", "cycle")
)
CHUNK = by_name(WaveformChunk, ("t_ns", "metric", "rate_hz", "scale", "offset", "unit", "samples", "source", "mode"))


@given(
    st.tuples(
        st.integers(),
        METRIC | st.just("no such metric"),
        st.none() | st.floats() | st.integers(-60, 360) | st.sampled_from([15, 350, 1, 100, 20.0, 45.0]),
        st.sampled_from(Validity),
        st.sampled_from(Mode),
        TEXT,
        st.none() | TEXT,
        st.none() | st.integers(),
        st.none() | st.integers(),
    )
)
def test_a_reading_is_what_the_constructor_makes_or_has_no_number_and_says_why(fields):
    t_ns, metric, value, validity, mode, source, device_time, measured_ns, cycle = fields
    made = outcome(
        lambda: reading(
            metric, value, t_ns, validity, mode=mode, source=source, device_time=device_time, measured_ns=measured_ns,
            cycle=cycle,
        )
    )  # fmt: skip
    if metric not in NUMERICS:
        assert made == (KeyError, (metric,))
        return
    constructed = outcome(NUMERIC, *fields)
    if not isinstance(constructed, Numeric):
        is_usable = validity in (Validity.VALID, Validity.QUESTIONABLE)
        why = validity if not is_usable else Validity.UNAVAILABLE if value is None else Validity.INVALID
        constructed = NUMERIC(t_ns, metric, None, why, *fields[4:])
    assert (made, type(made)) == (constructed, Numeric)


@given(
    st.tuples(
        st.integers(),
        METRIC | st.just("no such metric"),
        st.floats(allow_nan=False),
        st.floats(allow_nan=False),
        st.floats(allow_nan=False),
        st.none() | st.sampled_from(Unit),
        st.binary(max_size=5),
        TEXT,
        st.sampled_from(Mode),
    )
)
def test_a_chunk_is_what_its_constructor_makes_or_refuses(fields):
    assert outcome(waveform_chunk, *fields) == outcome(CHUNK, *fields)


@given(st.integers(1, 4), st.binary(max_size=21).map(lambda data: data[: len(data) // 2 * 2]), METRIC, st.floats(-1, 2))
def test_chunks_are_what_each_would_be_by_itself(n_samples, samples, metric, rate_hz):
    def chunks(*cut):
        return [waveform_chunk(1, metric, rate_hz, 0.5, 1.0, None, one, "II", Mode.DEMO) for one in cut]

    size = 2 * n_samples
    cut = [samples[at : at + size] for at in range(0, len(samples), size)] or [b""]
    fields = n_samples, 1, metric, rate_hz, 0.5, 1.0, None, samples, "II", Mode.DEMO
    assert outcome(waveform_chunks, *fields) == outcome(chunks, *cut)


def test_half_a_sample_is_refused_among_many():
    with pytest.raises(ValueError, match="whole number"):
        waveform_chunks(1, 1, "ecg", 250.0, 1.0, 0.0, None, b"\0\0\0", "II", Mode.REAL)


def spo2():
    return reading("spo2", 97, 1, source="oximeter")


def pleth():
    return waveform_chunk(1, "pleth", 75.0, 0.5, 0.0, None, b"\1\0", "oximeter", Mode.REAL)


def cuff():
    return device_status(1, "nibp", SensorStatus.OK, "ready")


@pytest.mark.parametrize(
    ("made", "constructed"),
    [
        (spo2(), Numeric(t_ns=1, metric="spo2", value=97, source="oximeter")),
        (
            pleth(),
            WaveformChunk(
                t_ns=1,
                metric="pleth",
                rate_hz=75.0,
                scale=0.5,
                offset=0.0,
                unit=None,
                samples=b"\1\0",
                source="oximeter",
            ),
        ),
        (cuff(), DeviceStatus(t_ns=1, metric="nibp", status=SensorStatus.OK, text="ready")),
    ],
)
def test_it_is_the_event_itself(made, constructed):
    assert type(made) is type(constructed)
    assert (made, hash(made), repr(made)) == (constructed, hash(constructed), repr(constructed))
    assert pickle.loads(pickle.dumps(made)) == constructed
    assert replace(made, t_ns=2) == replace(constructed, t_ns=2)
    with pytest.raises(FrozenInstanceError):
        made.t_ns = 2
    with pytest.raises(FrozenInstanceError):
        del made.metric


@pytest.mark.parametrize("value", [0, 101, -1, float("nan"), None])
def test_a_value_that_is_not_plausible_is_not_passed_on(value):
    made = reading("spo2", value, 1)
    assert (made.value, made.validity) == (None, Validity.UNAVAILABLE if value is None else Validity.INVALID)
