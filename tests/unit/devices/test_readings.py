import pytest

from devices.events import SensorStatus, Validity
from devices.making import reading
from devices.readings import Statuses, cuff_triple, is_plausible_triple


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        (97, Validity.VALID, (97, Validity.VALID)),
        (97, Validity.QUESTIONABLE, (97, Validity.QUESTIONABLE)),
        (97, Validity.CALIBRATING, (None, Validity.CALIBRATING)),
        (None, Validity.VALID, (None, Validity.UNAVAILABLE)),
        (None, Validity.INVALID, (None, Validity.INVALID)),
        (0, Validity.VALID, (None, Validity.INVALID)),
        (101, Validity.QUESTIONABLE, (None, Validity.INVALID)),
    ],
)
def test_only_a_number_that_can_be_used_is_passed_on(value, given, expected):
    event = reading("spo2", value, 1, given, source="oximeter")
    assert (event.value, event.validity) == expected
    assert (event.t_ns, event.source) == (1, "oximeter")


@pytest.mark.parametrize(
    ("triple", "is_one"),
    [
        ((124, 81, 95), True),
        ((124, 95, 81), False),
        ((124, 124, 124), False),
        ((0, 0, 0), False),
        ((310, 81, 95), False),
        ((40, 5, 20), False),
    ],
)
def test_a_triple_is_in_order_and_plausible(triple, is_one):
    assert is_plausible_triple(*triple) is is_one


def test_a_triple_shares_its_cycle_and_time():
    triple = cuff_triple(124, 81, 95, 9, cycle=3, measured_ns=5)
    assert [(e.metric, e.value) for e in triple] == [("nibp_sys", 124), ("nibp_dia", 81), ("nibp_mean", 95)]
    assert {(e.cycle, e.measured_ns, e.t_ns) for e in triple} == {(3, 5, 9)}


def test_a_status_is_told_when_it_changes():
    out, statuses = [], Statuses()
    for text in ("a", "a", "b"):
        statuses.tell(out, "spo2", SensorStatus.OK, text, 0)
    statuses.tell(out, "co2", SensorStatus.OK, "b", 0)
    statuses.forget()
    statuses.tell(out, "spo2", SensorStatus.OK, "b", 0)
    assert [(event.metric, event.text) for event in out] == [("spo2", "a"), ("spo2", "b"), ("co2", "b"), ("spo2", "b")]
