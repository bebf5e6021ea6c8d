"""What speaks for a monitor, and what does not."""

from dataclasses import replace

import pytest

from devices.driver import SerialSettings
from devices.events import Numeric, Validity
from devices.evidence import Tally, standing
from devices.registry import DriverEntry
from tests.helpers.wire import LineDriver

SETTINGS = SerialSettings(9600)
S = 1_000_000_000


def tally(name="line", make=LineDriver, **changes):
    info = replace(LineDriver.info, **({"name": name} | changes))
    return Tally(DriverEntry(info, make, lambda: None), SETTINGS)


def fed(tallied, *chunks):
    for number, chunk in enumerate(chunks):
        tallied.feed(chunk, number * S)
    return tallied


def test_nothing_is_no_evidence():
    nothing = tally()
    assert (nothing.share, nothing.bits, nothing.is_promising, nothing.is_likely, nothing.is_sure) == (0, 0, 0, 0, 0)
    assert standing([nothing]) == ()


def test_bytes_before_the_first_message_do_not_count():
    late = fed(tally(), b"bad\nbad\n", b"bad\nok\n", b"ok\n")
    assert (late.share, late.n_messages) == (1.0, 2)


def test_bytes_that_made_no_sense_afterwards_do():
    mixed = fed(tally(), b"ok\n", b"bad\n")
    assert mixed.share == pytest.approx(4 / 7)
    assert not mixed.is_promising


def test_a_check_is_worth_its_bits():
    assert fed(tally(check_bits=16), b"ok\n").bits - fed(tally(), b"ok\n").bits == 16


def test_one_message_is_never_enough():
    once = fed(tally(check_bits=64), b"ok\n" * 50)
    assert once.bits > 100
    assert not once.is_sure
    assert fed(tally(check_bits=64), b"ok\n", b"ok\n").is_sure


def test_a_protocol_without_a_check_has_to_fit_better():
    stream = (b"ok\n" * 8, b"ok\n" * 8, b"bad\n" * 2)
    assert not fed(tally(), *stream).is_sure
    assert fed(tally(check_bits=8), *stream).is_sure


class Terse(LineDriver):
    """Tells a state once, and takes further answers without a word."""

    def __init__(self):
        super().__init__(polls=True)
        self._is_told = False

    def feed(self, data, now_ns):
        events = () if self._is_told else super().feed(data, now_ns)
        self._is_told = True
        return events


def test_an_answer_that_tells_nothing_new_is_an_answer():
    asked, unasked = tally(make=Terse), tally(make=Terse)
    for second in range(4):
        asked.pending_writes(second * S)
        for each in (asked, unasked):
            each.feed(b"ok\n", second * S)
    assert (asked.n_messages, unasked.n_messages) == (4, 1)


def test_the_words_for_people_name_what_was_told_and_what_was_left_over():
    assert fed(tally(), b"ok\n").candidate.why == "It told: state of its oximeter; every byte fitted."
    assert fed(tally(), b"ok\n", b"bad\n").candidate.why.endswith("; 3 of 7 bytes made no sense.")
    assert 0 < fed(tally(), b"ok\n").candidate.score < fed(tally(), b"ok\n" * 9).candidate.score < 1


def test_look_alikes_stand_together():
    left, right = fed(tally("left"), *[b"ok\n"] * 20), fed(tally("right"), *[b"ok\n"] * 20)
    assert {each.name for each in standing([left, right])} == {"left", "right"}


def test_a_check_stands_alone():
    loose, checked = fed(tally("loose"), *[b"ok\n"] * 20), fed(tally("checked", check_bits=8), *[b"ok\n"] * 20)
    assert [each.name for each in standing([loose, checked])] == ["checked"]


def test_who_understands_little_of_the_same_is_no_rival():
    much, little = fed(tally("much"), *[b"ok\n"] * 20), fed(tally("little"), *[b"bad\n"] * 18, b"ok\n", b"ok\n")
    assert [each.name for each in standing([much, little])] == ["much"]


def numbers(validity):
    class Numbers(LineDriver):
        def feed(self, data, now_ns):
            return (Numeric(t_ns=now_ns, metric="spo2", value=97, validity=validity),)

    return Numbers


def test_who_doubts_all_its_own_numbers_gives_way():
    doubting = fed(tally("doubting", numbers(Validity.QUESTIONABLE), check_bits=8), *[b"ok\n"] * 20)
    trusting = fed(tally("trusting", numbers(Validity.VALID), check_bits=8), *[b"ok\n"] * 19)
    assert [each.name for each in standing([doubting, trusting])] == ["trusting"]
    assert [each.name for each in standing([doubting])] == ["doubting"]


def test_two_who_doubt_stand_together():
    tallies = [fed(tally(name, numbers(Validity.QUESTIONABLE)), *[b"ok\n"] * 20) for name in ("left", "right")]
    assert len(standing(tallies)) == 2
