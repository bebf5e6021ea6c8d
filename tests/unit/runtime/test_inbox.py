"""The inbox drops waves when it must, and nothing else ever."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from devices.clock import ManualClock, Moment
from devices.events import Gap, Numeric, WaveformChunk
from nursestation.core.commands import SignOut
from nursestation.core.station import MonitorInput
from nursestation.runtime.inbox import Inbox

AT = Moment(5, 6)


def _wave(n: int) -> WaveformChunk:
    samples = b"\x01\x00" * n
    return WaveformChunk(t_ns=5, metric="ecg", rate_hz=250, scale=1, offset=0, unit=None, samples=samples, source="II")


def _numeric(value: float) -> Numeric:
    return Numeric(t_ns=5, metric="spo2", value=value)


def test_what_was_posted_comes_out_in_order_with_its_time():
    clock = ManualClock()
    inbox = Inbox(clock)
    inbox.post_events("1:berry", [_numeric(97), _numeric(98)], AT)
    inbox.post(SignOut())
    assert inbox.take(0) == (
        (MonitorInput(monitor="1:berry", event=_numeric(97)), AT),
        (MonitorInput(monitor="1:berry", event=_numeric(98)), AT),
        (SignOut(), clock.now()),
    )
    assert inbox.take(0) == ()


@given(st.lists(st.sampled_from(["wave", "numeric"]), max_size=200), st.integers(1, 20))
def test_an_overflow_costs_the_oldest_waves_alone(kinds, cap):
    inbox = Inbox(ManualClock(), max_waves=cap)
    for number, kind in enumerate(kinds):
        inbox.post_events("m", [_wave(number + 1) if kind == "wave" else _numeric(50 + number % 50)], AT)
    events = [item.event for item, _ in inbox.take(0)]
    assert sum(isinstance(event, Numeric) for event in events) == kinds.count("numeric")
    waves = [event for event in events if isinstance(event, WaveformChunk)]
    gaps = [event for event in events if isinstance(event, Gap)]
    assert len(waves) <= cap
    assert len(waves) + len(gaps) == kinds.count("wave")
    assert inbox.n_dropped == len(gaps)
    # every gap is older than every wave that was kept, and says how much is gone
    sizes = [event.n_samples for event in events if isinstance(event, (Gap, WaveformChunk))]
    assert sizes == sorted(sizes)
    assert sizes[: len(gaps)] == [gap.n_samples for gap in gaps]


def _taken_by_a_thread(inbox, post):
    taken = []
    taker = threading.Thread(target=lambda: taken.extend(inbox.take(60)))
    taker.start()
    post()
    taker.join(10)
    assert not taker.is_alive()
    return [item.event for item, _ in taken]


def test_waves_are_taken_when_the_reader_has_looked_at_every_port():
    inbox = Inbox(ManualClock())

    def post():
        inbox.wake()  # nothing waits yet
        inbox.post_events("1:berry", [_wave(1)], AT)
        inbox.wake()

    assert _taken_by_a_thread(inbox, post) == [_wave(1)]


def test_a_number_is_taken_at_once():
    inbox = Inbox(ManualClock())
    found = _taken_by_a_thread(inbox, lambda: inbox.post_events("1:berry", [_wave(1), _numeric(97)], AT))
    assert found == [_wave(1), _numeric(97)]
