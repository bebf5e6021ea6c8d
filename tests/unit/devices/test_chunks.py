import pytest

from devices.chunks import Chunker
from devices.events import MISSING_SAMPLE
from devices.vocabulary import Unit


def chunker():
    return Chunker(metric="co2", source="co2", rate_hz=20.0, n_samples=3, scale=0.5, offset=0.0, unit=None)


def test_a_full_chunk_comes_with_its_last_sample():
    out, held = [], chunker()
    for i in range(4):
        held.add(out, i - 1, i)
    (chunk,) = out
    assert chunk.samples == b"\xff\xff\x00\x00\x01\x00"
    assert (chunk.t_ns, chunk.n_samples) == (2, 3)


@pytest.mark.parametrize("cut", range(8))
def test_many_samples_at_once_are_chunked_as_one_by_one(cut):
    samples = [5, 6, MISSING_SAMPLE, 8, 9, 10, 11]
    out, held, one_by_one, single = [], chunker(), [], chunker()
    held.extend(out, samples[:cut], 1)
    held.extend(out, bytes(0), 2)
    held.extend(out, samples[cut:], 3)
    held.give_out(out)
    for i, sample in enumerate(samples):
        single.add(one_by_one, sample, 1 if i < cut else 3)
    single.give_out(one_by_one)
    assert out == one_by_one


def test_what_is_held_comes_when_asked_for_and_once():
    out, held = [], chunker()
    held.add(out, 7, 11)
    held.give_out_older(out, 10)
    assert not out
    held.give_out_older(out, 11)
    held.give_out(out)
    assert [(chunk.t_ns, chunk.samples) for chunk in out] == [(11, b"\x07\x00")]


def test_samples_keep_the_scale_that_they_came_with():
    out, held = [], chunker()
    held.add(out, 1, 0)
    held.calibrate(out, 0.5, None)
    assert not out
    held.calibrate(out, 0.25, Unit.MMHG)
    held.add(out, 2, 1)
    held.give_out(out)
    assert [(chunk.scale, chunk.unit) for chunk in out] == [(0.5, None), (0.25, Unit.MMHG)]
