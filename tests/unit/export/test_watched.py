"""What is told of long work goes on and never back."""

import pytest

from devices.clock import NS_PER_S, Moment
from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import Sample
from nursestation.export.watched import EVERY, watched, watched_by_time


def sample(second):
    return Sample(
        at=Moment(second * NS_PER_S, second * NS_PER_S), chair=1, session="s", operator=None, metric="spo2", value=97.0,
        validity=Validity.VALID, mode=Mode.REAL, provenance=Provenance.DEVICE, monitor="1:any", source="",
    )  # fmt: skip


def test_items_come_in_order_and_the_work_is_told_between_two_shares():
    told = []
    assert list(watched(range(10), told.append, 0.2, 0.7, every=5)) == list(range(10))
    assert told == pytest.approx([0.2, 0.45])


def test_of_records_without_a_number_the_time_tells_how_far_it_is():
    told = []
    records = [sample(second) for second in (*range(EVERY), *range(EVERY // 2, EVERY), *range(EVERY, 2 * EVERY + 1))]
    assert list(watched_by_time(records, (0, 2 * EVERY * NS_PER_S), told.append)) == records
    assert told == [0, 0.25, 0.75]


def test_where_a_clock_was_set_back_or_runs_past_the_end_it_stands_still():
    told = []
    records = [sample(second) for second in (*range(10, EVERY + 10), *range(EVERY), *range(5 * EVERY, 6 * EVERY))]
    list(watched_by_time(records, (0, 2 * EVERY * NS_PER_S), told.append))
    assert told == [10 / (2 * EVERY), 10 / (2 * EVERY), 1]
    told.clear()
    assert list(watched_by_time([sample(3)], (5 * NS_PER_S, 5 * NS_PER_S), told.append))
    assert told == [0]
