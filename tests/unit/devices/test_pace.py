import pytest

from devices.pace import Pace
from tests.helpers.bedside import MS, S


def counted(rate_hz, seconds=6.0, pace=None, start_ns=0):
    pace = pace or Pace(100)
    for i in range(round(seconds * rate_hz)):
        pace.count(1, start_ns + round(i * S / rate_hz))
    return pace


@pytest.mark.parametrize(
    ("rate_hz", "is_wrong"), [(60, True), (79, True), (81, False), (100, False), (119, False), (122, True)]
)
def test_a_rate_off_by_more_than_a_fifth_is_wrong(rate_hz, is_wrong):
    assert counted(rate_hz).is_wrong is is_wrong


def test_it_takes_five_steady_seconds():
    assert not counted(60, 4.9).is_wrong


def test_a_stream_that_comes_right_is_right():
    pace = counted(60)
    counted(100, 12, pace, 6 * S)
    assert not pace.is_wrong


def test_a_pause_begins_the_count_anew():
    pace = Pace(100)
    for i in range(12):
        counted(100, 0.9, pace, i * 1500 * MS)  # steady, with holes: 60 a second over all
    assert not pace.is_wrong


def test_an_interruption_begins_the_count_anew():
    pace = counted(60, 4)
    pace.interrupt()
    counted(60, 4, pace, 4 * S)
    assert not pace.is_wrong


def test_what_lay_in_a_buffer_is_not_counted():
    pace = Pace(100)
    pace.count(5000, 0)
    counted(100, 6, pace, 10 * MS)
    assert not pace.is_wrong


def test_forgotten_it_is_not_wrong():
    pace = counted(60)
    pace.forget()
    assert not pace.is_wrong


def test_all_at_one_time_is_not_judged():
    pace = Pace(100)
    for _ in range(1000):
        pace.count(100, 0)
    assert not pace.is_wrong
