import numpy as np
import pytest

from devices.clock import NS_PER_S
from nursestation.ui.plots.bank import Bank

RATE = 100.0


def _feed(trace, until_s, value):
    for n in range(1, round(until_s * 10) + 1):
        trace.add(np.full(10, value, dtype=np.float32), n * NS_PER_S // 10)


def _columns(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_equal_rows_are_equal_times_whoever_began_first():
    bank = Bank(RATE, kept_s=5.0)
    _feed(bank.column("a"), 4, 1.0)
    late = bank.column("b")
    for n in range(30, 41):
        late.add(np.full(10, 2.0, dtype=np.float32), n * NS_PER_S // 10)
    both = bank.window(350, 401, _columns(bank.place("a"), bank.place("b")))
    assert both.shape == (51, 2)
    assert (both[:, 0] == 1.0).all()
    assert (both[:, 1] == 2.0).all()
    before = bank.window(200, 210, _columns(bank.place("b")))
    assert np.isnan(before).all()


def test_what_is_not_yet_there_and_what_is_no_longer_there_is_missing():
    bank = Bank(RATE, kept_s=1.0)
    _feed(bank.column("a"), 3, 1.0)
    _feed(bank.column("b"), 2.5, 2.0)
    rows = bank.window(180, 320, _columns(0, 1))
    assert np.isfinite(rows[:, 0]).tolist() == [201 <= n < 301 for n in range(180, 320)]
    assert np.isfinite(rows[:, 1]).tolist() == [max(151, 180) <= n < 251 for n in range(180, 320)]


@pytest.mark.parametrize("n", [1, 4, 5, 17])
def test_the_ring_grows_with_its_waves_and_loses_nothing(n):
    bank = Bank(RATE, kept_s=2.0)
    for key in range(n):
        _feed(bank.column(key), 1, float(key))
    places = _columns(*(bank.place(key) for key in range(n)))
    assert bank.window(50, 60, places)[0].tolist() == list(range(n))
    assert bank.ends(places).tolist() == [101] * n
    assert bank.column(0).next_index == 101


def test_a_column_that_is_free_again_tells_nothing_of_who_had_it():
    bank = Bank(RATE, kept_s=2.0)
    _feed(bank.column("a"), 1, 1.0)
    bank.drop("a")
    bank.column("b")
    assert bank.place("b") == 0
    assert np.isnan(bank.window(50, 60, _columns(0))).all()
    with pytest.raises(KeyError):
        bank.place("a")


def test_a_copy_does_not_follow():
    live, still = Bank(RATE, kept_s=2.0), Bank(RATE, kept_s=2.0)
    trace = live.column("a")
    _feed(trace, 1, 1.0)
    still.copy_of("a", live)
    trace.add(np.full(10, 5.0, dtype=np.float32), 11 * NS_PER_S // 10)
    assert still.column("a").next_index == 101
    assert (still.window(90, 100, _columns(0)) == 1.0).all()
