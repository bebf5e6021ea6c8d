"""Trouble on the wire: seeded, and the same however the stream is cut."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.simulator.faults import SURE_WITHIN, FaultKind, HurtLine, WireFault, parse_fault

S = 1_000_000_000
STREAM = bytes(range(256)) * 20


def line(kind, seed=1, rate=0.02, at_s=10, lasting_s=5):
    made = HurtLine(seed)
    made.add(WireFault(kind=kind, at_ns=at_s * S, lasting_s=lasting_s, rate=rate))
    return made


BYTE_KINDS = (FaultKind.LOST, FaultKind.FLIPPED, FaultKind.CUT, FaultKind.DUPLICATED)


@pytest.mark.parametrize("kind", BYTE_KINDS)
@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_pieces_do_not_matter(kind, cuts):
    whole = line(kind).passed(STREAM, 11 * S)
    pieces, hurt = [0, *sorted(cuts), len(STREAM)], line(kind)
    together = b"".join(hurt.passed(STREAM[a:b], 11 * S) for a, b in itertools.pairwise(pieces))
    assert together == whole != STREAM


@pytest.mark.parametrize("kind", BYTE_KINDS)
def test_seed_decides(kind):
    assert line(kind, 1).passed(STREAM, 11 * S) == line(kind, 1).passed(STREAM, 11 * S)
    assert line(kind, 1).passed(STREAM, 11 * S) != line(kind, 2).passed(STREAM, 11 * S)


@pytest.mark.parametrize("kind", BYTE_KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_even_a_rare_fault_hits_once(kind, seed):
    assert line(kind, seed, rate=1e-9).passed(STREAM[:SURE_WITHIN], 11 * S) != STREAM[:SURE_WITHIN]


@pytest.mark.parametrize("kind", FaultKind)
def test_nothing_happens_before_and_after(kind):
    hurt = line(kind)
    assert hurt.passed(STREAM, 10 * S - 1) == STREAM
    hurt.passed(STREAM, 11 * S)
    assert hurt.passed(STREAM, 15 * S) == STREAM


def test_lost_bytes_are_missing_and_the_rest_is_whole():
    out = line(FaultKind.LOST).passed(STREAM, 11 * S)
    assert 0.005 < 1 - len(out) / len(STREAM) < 0.05


def test_flipped_bytes_differ_in_one_bit():
    out = line(FaultKind.FLIPPED).passed(STREAM, 11 * S)
    changes = [a ^ b for a, b in zip(out, STREAM, strict=True) if a != b]
    assert changes
    assert all(change.bit_count() == 1 for change in changes)


def test_duplicated_bytes_stand_beside_each_other():
    out = line(FaultKind.DUPLICATED).passed(STREAM, 11 * S)
    extra = len(out) - len(STREAM)
    assert extra == sum(a == b for a, b in itertools.pairwise(out)) > 20


def test_a_cut_takes_a_run_of_bytes():
    out = line(FaultKind.CUT, rate=1e-9).passed(STREAM, 11 * S)
    n_missing = len(STREAM) - len(out)
    assert 2 <= n_missing <= 24
    start = next(i for i, (a, b) in enumerate(zip(out, STREAM, strict=False)) if a != b)
    assert out[start:] == STREAM[start + n_missing :]


def test_silence_is_silent():
    assert line(FaultKind.SILENCE).passed(STREAM, 11 * S) == b""


def test_command_line_spelling():
    fault = parse_fault("flipped@30", 5 * S)
    assert (fault.kind, fault.at_ns) == (FaultKind.FLIPPED, 35 * S)
    assert parse_fault("silence@1.5+4", 0).end_ns == 5_500_000_000


@pytest.mark.parametrize(
    "text", ["flipped", "flipped@", "flood@3", "lost@-1", "lost@3+0", "lost@nan", "@3", "lost@inf"]
)
def test_command_line_mistakes_name_what_is_expected(text):
    with pytest.raises(ValueError, match="KIND@SECONDS"):
        parse_fault(text, 0)
