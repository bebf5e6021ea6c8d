import re
from functools import reduce
from itertools import pairwise
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.events import RejectReason
from devices.framing import (
    STRETCH_MAX,
    BracketedFramer,
    LengthFramer,
    LineFramer,
    PatternFramer,
    Run,
    StuffedFramer,
    rejection,
    sum8,
    xor8,
)


def length_framer():
    return LengthFramer(header=b"<>", adds=4, shortest=4, longest=12, sums_to=0)


def stuffed_framer(**runs):
    return StuffedFramer(
        start=0x85, escape=0x80, escaped={0: 0x80, 5: 0x85}, adds=2, is_intact=lambda f: xor8(f) == 0, **runs
    )


def line_framer():
    return LineFramer(end=b"\n", longest=8)


def bracketed_framer():
    return BracketedFramer(begin=ord("<"), end=ord(">"), longest=8, opened=lambda f: f or RejectReason.FRAMING)


def pattern_framer():
    return PatternFramer(re.compile(rb"[\x80-\xff][\x00-\x7f]{2}(?=[\x80-\xff])"), longest=4)


FRAMERS = [length_framer, stuffed_framer, line_framer, bracketed_framer, pattern_framer]
ALPHABET = b"<>\x01\x02\x05\x80\x85\x00a\n"


def framed(data):
    body = b"<>" + bytes([len(data)]) + data
    return body + bytes([-sum8(body) & 0xFF])


def all_pieces(framer, *parts):
    out = [piece for part in parts for piece in framer.feed(part)]
    return [*out, *framer.flush()]


def test_checks():
    assert sum8(b"\xff\x02") == 1
    assert sum8(b"") == 0
    assert xor8(b"\x02\x03\x03") == 2
    assert xor8(b"") == 0


@given(st.binary(max_size=300))
def test_an_exclusive_or_is_that_of_one_byte_after_the_other(data):
    assert xor8(data) == reduce(xor, data, 0)


@pytest.mark.parametrize("make", FRAMERS)
@given(parts=st.lists(st.lists(st.sampled_from(ALPHABET), max_size=30).map(bytes), max_size=8))
def test_pieces_do_not_depend_on_the_split(make, parts):
    assert all_pieces(make(), *parts) == all_pieces(make(), b"".join(parts))


@pytest.mark.parametrize("make", FRAMERS)
@given(data=st.lists(st.sampled_from(ALPHABET), max_size=300).map(bytes))
def test_rejected_pieces_are_the_bytes_at_their_offset(make, data):
    pieces = all_pieces(make(), data)
    for reason, offset, raw in pieces:
        if reason is not None:
            assert data[offset : offset + len(raw)] == raw
    assert all(a[1] < b[1] for a, b in pairwise(pieces))
    assert all(len(raw) <= STRETCH_MAX for reason, _, raw in pieces if reason is not None)


@given(data=st.lists(st.sampled_from(ALPHABET), max_size=300).map(bytes))
def test_every_byte_is_in_one_piece_where_frames_are_verbatim(data):
    assert b"".join(raw for _, _, raw in all_pieces(length_framer(), data)) == data


@pytest.mark.parametrize("make", FRAMERS)
def test_what_is_held_stays_small(make):
    framer = make()
    n_out = 0
    for _ in range(100):
        n_out += sum(len(raw) for _, _, raw in framer.feed(b"<>\x85\x80\x05x" * 40))
    assert 100 * 40 * 6 - n_out <= framer.longest + STRETCH_MAX


@pytest.mark.parametrize("make", FRAMERS)
def test_flush_starts_over(make):
    framer = make()
    framer.feed(b"<>\x05\x85\x02a")
    framer.flush()
    assert framer.flush() == []
    assert framer.feed(b"") == []


class TestLengthFramer:
    def test_frames_and_offsets(self):
        a, b = framed(b"one"), framed(b"")
        assert all_pieces(length_framer(), b"xy" + a + b) == [
            (RejectReason.FRAMING, 0, b"xy"),
            (None, 2, a),
            (None, 2 + len(a), b),
        ]

    def test_a_good_frame_inside_a_damaged_one_is_found(self):
        inner = framed(b"in")
        damaged = b"<>\x05" + inner
        assert all_pieces(length_framer(), damaged + b"abc") == [
            (RejectReason.CHECKSUM, 0, b"<>\x05"),
            (None, 3, inner),
            (RejectReason.FRAMING, 3 + len(inner), b"abc"),
        ]

    def test_a_length_out_of_bounds_is_no_frame(self):
        assert all_pieces(length_framer(), b"<>\xff" + framed(b"ok"))[-1][0] is None

    def test_a_length_that_no_frame_has_is_not_waited_for(self):
        framer = LengthFramer(header=b"<", adds=0, shortest=3, longest=9, sums_to=sum8(b"<\x03a"), sizes={3, 9})
        assert all_pieces(framer, b"<\x04<\x03a") == [(RejectReason.FRAMING, 0, b"<\x04"), (None, 2, b"<\x03a")]

    def test_an_overdue_rest_is_not_waited_for_when_told_so(self):
        framer, whole = length_framer(), framed(b"ok")
        assert framer.feed(b"<>\x08" + whole) == []
        assert framer.give_up() == [(RejectReason.FRAMING, 0, b"<>\x08"), (None, 3, whole)]
        assert framer.give_up() == []
        assert framer.feed(whole) == [(None, 3 + len(whole), whole)]

    def test_the_same_frame_again_is_the_same_object(self):
        frames = [b"\xaa\x01\x05", b"\xaa\x02\x04\x00"]
        framer = LengthFramer(header=b"\xaa", adds=2, shortest=3, longest=9, sums_to=0xB0)
        pieces = framer.feed(frames[0] * 3 + frames[1] + frames[0] * 2)
        assert [(offset, raw) for _, offset, raw in pieces] == [
            *((at, frames[0]) for at in (0, 3, 6)),
            (9, frames[1]),
            *((at, frames[0]) for at in (13, 16)),
        ]
        assert len({id(raw) for _, offset, raw in pieces if offset < 9}) == 1
        assert framer.feed(frames[0] + b"?" + frames[0])[1:] == [
            (RejectReason.FRAMING, 22, b"?"),
            (None, 23, frames[0]),
        ]

    def test_a_long_stretch_comes_in_pieces(self):
        pieces = all_pieces(length_framer(), b"x" * 150)
        assert [len(raw) for _, _, raw in pieces] == [64, 64, 22]
        assert [offset for _, offset, _ in pieces] == [0, 64, 128]


class TestStuffedFramer:
    def test_escapes_are_undone(self):
        assert stuffed_framer().feed(bytes.fromhex("85 02 03 80 05 84")) == [(None, 0, bytes.fromhex("02 03 85 84"))]

    def test_a_length_and_a_check_may_be_escaped(self):
        frame = bytes([0x80, *range(0x80), 0x80 ^ xor8(bytes(range(0x80)))])
        wire = b"\x85" + frame.replace(b"\x80", b"\x80\x00")
        assert stuffed_framer().feed(wire) == [(None, 0, frame)]

    def test_bytes_after_a_frame_are_not_its_own(self):
        wire = bytes.fromhex("85 01 01 00")
        assert all_pieces(stuffed_framer(), wire + b"abc" + wire) == [
            (None, 0, b"\x01\x01\x00"),
            (RejectReason.FRAMING, 4, b"abc"),
            (None, 7, b"\x01\x01\x00"),
        ]

    def test_an_escape_cut_by_the_end_waits_for_its_other_half(self):
        framer = stuffed_framer()
        assert framer.feed(bytes.fromhex("85 02 03 80")) == []
        assert framer.feed(bytes.fromhex("05 84")) == [(None, 0, bytes.fromhex("02 03 85 84"))]

    WAVE, ESCAPED = b"\x85\x02\x00\x07\x05", b"\x85\x02\x00\x80\x05\x87"

    @staticmethod
    def with_runs():
        return stuffed_framer(
            runs=re.compile(rb"(?:\x85\x02\x00(?:[^\x85\x80]|\x80[\x05\x00]){2})+(?=\x85|\Z)"),
            are_intact=lambda run: all(xor8(run[i + 1 : i + 5]) == 0 for i in range(0, len(run), 5)),
        )

    def test_a_run_has_its_escapes_undone(self):
        wire = self.WAVE + self.ESCAPED + self.WAVE
        (piece,) = self.with_runs().feed(wire)
        assert piece == (None, 0, wire.replace(b"\x80\x05", b"\x85"))
        assert isinstance(piece[2], Run)

    @given(
        st.lists(
            st.sampled_from([WAVE, ESCAPED, b"\x85\x01\x03\x02", b"\x85\x02\x00\x07\x04", b"\x80", b"x", b"\x85\x02"])
        ),
        st.integers(0, 60),
    )
    def test_frames_of_runs_are_those_that_come_one_by_one(self, parts, at):
        stream = b"".join(parts)
        frames = []
        for reason, offset, data in all_pieces(self.with_runs(), stream[:at], stream[at:]):
            if isinstance(data, Run):
                frames += [data[i + 1 : i + 5] for i in range(0, len(data), 5)]
            else:
                frames.append((reason, offset, data) if reason else data)
        one_by_one = all_pieces(stuffed_framer(), stream)
        assert frames == [piece if piece[0] else piece[2] for piece in one_by_one]


class TestBracketedFramer:
    def test_gives_the_contents_and_hunts_for_the_next_beginning(self):
        assert all_pieces(bracketed_framer(), b"a<b>c>d<e>") == [
            (RejectReason.FRAMING, 0, b"a"),
            (None, 1, b"b"),
            (RejectReason.FRAMING, 4, b"c>d"),
            (None, 7, b"e"),
        ]

    def test_a_beginning_inside_a_frame_begins_another(self):
        assert all_pieces(bracketed_framer(), b"<ab<c>") == [(RejectReason.FRAMING, 0, b"<ab"), (None, 3, b"c")]

    def test_what_cannot_be_opened_is_rejected_with_its_brackets(self):
        assert all_pieces(bracketed_framer(), b"<><a>") == [(RejectReason.FRAMING, 0, b"<>"), (None, 2, b"a")]

    def test_an_endless_frame_is_dropped_up_to_the_next_beginning(self):
        assert all_pieces(bracketed_framer(), b"<23456789ab<c>") == [
            (RejectReason.OVERFLOW, 0, b"<23456789ab"),
            (None, 11, b"c"),
        ]
        assert all_pieces(bracketed_framer(), b"<234567>") == [(None, 0, b"234567")]
        assert all_pieces(bracketed_framer(), b"<2345678>")[0][0] is RejectReason.OVERFLOW


class TestPatternFramer:
    def test_takes_what_looks_like_a_frame(self):
        assert all_pieces(pattern_framer(), b"a\x80bc\x81de\x82fgh\x83ij\x84") == [
            (RejectReason.FRAMING, 0, b"a"),
            (None, 1, b"\x80bc"),
            (None, 4, b"\x81de"),
            (RejectReason.FRAMING, 7, b"\x82fgh"),
            (None, 11, b"\x83ij"),
            (RejectReason.FRAMING, 14, b"\x84"),
        ]

    def test_holds_what_may_yet_become_one(self):
        framer = pattern_framer()
        assert framer.feed(b"\x80bc") == []
        assert framer.feed(b"\xff") == [(None, 0, b"\x80bc")]

    def test_a_whole_frame_at_the_end_is_told_by_what_might_follow(self):
        def flushed(stream):
            framer = PatternFramer(re.compile(rb"[\x80-\xff][\x00-\x7f]{2}(?=[\x80-\xff])"), longest=4, ahead=b"\x80")
            return framer.feed(stream) + framer.flush()

        assert flushed(b"\x80bc\x81de") == [(None, 0, b"\x80bc"), (None, 3, b"\x81de")]
        assert flushed(b"\x80bc\x81d") == [(None, 0, b"\x80bc"), (RejectReason.FRAMING, 3, b"\x81d")]
        assert flushed(b"a\x81de") == [(RejectReason.FRAMING, 0, b"a"), (None, 1, b"\x81de")]

    def test_what_might_follow_is_no_part_of_a_frame(self):
        framer = PatternFramer(re.compile(rb"\x01[\x80-\xff]{2}"), longest=3, ahead=b"\x80")
        assert framer.feed(b"\x01\x80") + framer.flush() == [(RejectReason.FRAMING, 0, b"\x01\x80")]

    def test_takes_a_run_as_one_piece(self):
        framer = PatternFramer(re.compile(rb"(?:[\x80-\xff][\x00-\x7f])++"), longest=2)
        assert all_pieces(framer, b"\x80a\x81b\x82cd") == [
            (None, 0, b"\x80a\x81b\x82c"),
            (RejectReason.FRAMING, 6, b"d"),
        ]


class TestLineFramer:
    def test_empty_lines_are_skipped(self):
        assert all_pieces(line_framer(), b"\n\none\ntwo\n") == [(None, 2, b"one"), (None, 6, b"two")]

    @pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\n\r\n"])
    def test_any_run_of_several_ends_is_one(self, end):
        framer = LineFramer(end=b"\r\n", longest=8)
        parts = [b"one", end, b"two", end]
        assert all_pieces(framer, *parts) == [(None, 0, b"one"), (None, 3 + len(end), b"two")]

    @pytest.mark.parametrize(("text", "fits"), [(b"1234567", True), (b"12345678", False)])
    def test_the_longest_line_counts_its_end(self, text, fits):
        pieces = all_pieces(line_framer(), text + b"\nok\n")
        assert pieces[-1] == (None, len(text) + 1, b"ok")
        assert pieces[0] == ((None, 0, text) if fits else (RejectReason.OVERFLOW, 0, text + b"\n"))

    def test_an_overlong_line_ends_at_its_end(self):
        framer = line_framer()
        pieces = framer.feed(b"a" * 100) + framer.feed(b"b\nok\n")
        assert [(reason, len(raw)) for reason, _, raw in pieces] == [
            (RejectReason.OVERFLOW, 64),
            (RejectReason.OVERFLOW, 38),
            (None, 2),
        ]


@pytest.mark.parametrize("first", [63, 64, 65, 128])
def test_a_stretch_keeps_its_reason_where_its_pieces_end(first):
    framer = line_framer()
    pieces = framer.feed(b"a" * first) + framer.feed(b"b" * 100) + framer.feed(b"\n")
    assert {reason for reason, _, _ in pieces} == {RejectReason.OVERFLOW}
    assert pieces == line_framer().feed(b"a" * first + b"b" * 100 + b"\n")


def test_a_rejection_carries_place_and_bytes():
    event = rejection((RejectReason.CHECKSUM, 7, b"x" * 80), 5)
    assert (event.t_ns, event.reason, event.offset, event.length, event.raw) == (
        5,
        RejectReason.CHECKSUM,
        7,
        80,
        b"x" * 64,
    )
