import pytest

from devices.clock import NS_PER_S, ManualClock
from nursestation.ui.workload import Workload

FRAME_NS = NS_PER_S // 50


class Worked:
    """The processor time of a thread, as the test says."""

    def __init__(self):
        self.ns = 7 * NS_PER_S

    def __call__(self):
        return self.ns


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def worked():
    return Worked()


@pytest.fixture
def told():
    return []


@pytest.fixture
def workload(qapp, clock, worked, told):
    workload = Workload(clock, 20, worked)
    workload.seen.connect(lambda busy, frames: told.append((busy, frames)))
    return workload


def play(workload, clock, worked, *, frames, each_ns, work_ns):
    for _ in range(frames):
        clock.advance(each_ns / NS_PER_S)
        worked.ns += work_ns
        workload.framed()


def test_a_second_is_told_with_its_last_frame(workload, clock, worked, told):
    play(workload, clock, worked, frames=49, each_ns=FRAME_NS, work_ns=FRAME_NS // 4)
    assert told == []
    play(workload, clock, worked, frames=1, each_ns=FRAME_NS, work_ns=FRAME_NS // 4)
    assert told == [(pytest.approx(0.25), pytest.approx(1.0))]


def test_frames_that_did_not_come_are_missed(workload, clock, worked, told):
    play(workload, clock, worked, frames=25, each_ns=2 * FRAME_NS, work_ns=2 * FRAME_NS)
    assert told == [(pytest.approx(1.0), pytest.approx(0.5))]


def test_each_second_stands_for_itself(workload, clock, worked, told):
    play(workload, clock, worked, frames=50, each_ns=FRAME_NS, work_ns=FRAME_NS)
    play(workload, clock, worked, frames=50, each_ns=FRAME_NS, work_ns=0)
    assert told == [(pytest.approx(1.0), pytest.approx(1.0)), (pytest.approx(0.0), pytest.approx(1.0))]


def test_a_long_standstill_is_one_look(workload, clock, worked, told):
    play(workload, clock, worked, frames=1, each_ns=5 * NS_PER_S, work_ns=0)
    assert told == [(0.0, pytest.approx(1 / 250))]
