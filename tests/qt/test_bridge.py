import pytest

from devices.clock import ManualClock, Moment
from devices.events import Mode, Validity
from nursestation.core.commands import SignOut
from nursestation.core.inputs import StationFault
from nursestation.core.model import Provenance
from nursestation.core.records import Gap, Refused, Sample, SignedIn
from nursestation.ui.bridge import Bridge
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import make_station

AT = Moment(5_000_000_000, 5_000_000_000)


class _Heard:
    """Keeps what a bridge emits."""

    def __init__(self, bridge):
        self.told = []
        for name in ("snapshot_changed", "waves", "samples", "records", "refused", "engine_dead"):
            getattr(bridge, name).connect(lambda what, name=name: self.told.append((name, what)))

    def of(self, name):
        return [what for its, what in self.told if its == name]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def outbox():
    return HandOutbox()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def bridge(qapp, outbox, clock, sent):
    return Bridge(outbox, sent.append, clock)


@pytest.fixture
def heard(bridge):
    return _Heard(bridge)


def _sample():
    return Sample(
        at=AT, chair=2, session="s", metric="spo2", value=97.0, validity=Validity.VALID, mode=Mode.REAL,
        provenance=Provenance.DEVICE, monitor="m", source="",
    )  # fmt: skip


def test_each_kind_goes_its_own_way_in_one_frame(bridge, outbox, heard):
    wave, sample, record = make_wave(AT, lambda t: t * 0), _sample(), SignedIn(at=AT, operator="o")
    refusal, snapshot = Refused(at=AT, command="StartInfusion", reason="Not yet."), make_station()
    outbox.items = [wave, sample, record, refusal, snapshot]
    bridge.drain()
    assert heard.of("waves") == [[wave]]
    assert heard.of("samples") == [[sample]]
    assert heard.of("records") == [[record]]
    assert heard.of("snapshot_changed") == [snapshot]
    assert heard.of("refused") == [refusal]


def test_nothing_published_emits_nothing(bridge, heard):
    bridge.drain()
    assert heard.told == []


def test_a_gap_stands_in_its_place_among_the_waves(bridge, outbox, heard):
    first, second = make_wave(AT, lambda t: t * 0), make_wave(AT.shifted(200_000_000), lambda t: t * 0)
    gap = Gap(at=AT.shifted(100_000_000), chair=2, metric="pleth", monitor="m", source="", n_samples=10, reason="lost")
    outbox.items = [gap, first, second]
    bridge.drain()
    assert heard.of("waves") == [[first, gap, second]]


def test_more_than_one_batch_is_taken_in_one_frame(bridge, outbox, heard):
    outbox.items = [_sample() for _ in range(1000)]
    bridge.drain()
    assert len(heard.of("samples")[0]) == 1000


def test_a_flood_does_not_hold_the_frame_up(outbox, heard, bridge, clock):
    class _Slow(HandOutbox):
        def drain(self, limit):
            clock.advance(0.005)
            return super().drain(limit)

    slow = _Slow()
    slow.items = [_sample() for _ in range(5000)]
    slow_bridge = Bridge(slow, print, clock)
    slow_bridge.drain()
    assert 0 < len(slow.items) < 5000


def test_commands_go_to_the_engine(bridge, sent):
    bridge.send(SignOut())
    assert sent == [SignOut()]


def test_a_heart_that_stands_still_for_two_seconds_is_told_once(bridge, outbox, clock, heard):
    bridge.drain()
    clock.advance(1.9)
    bridge.drain()
    assert heard.of("engine_dead") == []
    clock.advance(0.1)
    bridge.drain()
    clock.advance(5)
    bridge.drain()
    assert heard.of("engine_dead") == [True]
    outbox.heartbeat += 1
    bridge.drain()
    assert heard.of("engine_dead") == [True, False]


def test_an_engine_that_stood_still_is_told_so_when_it_goes_on_for_the_record(bridge, outbox, clock, sent):
    outbox.heartbeat = 7
    bridge.drain()
    clock.advance(6)
    bridge.drain()
    clock.advance(1)
    outbox.heartbeat += 1
    bridge.drain()
    bridge.drain()
    (fault,) = sent
    assert isinstance(fault, StationFault)
    assert (fault.id, fault.text.startswith("The program stood still for 0:07, ")) == ("engine", True)


def test_an_engine_that_is_slow_to_start_did_not_stand_still(bridge, outbox, clock, heard, sent):
    bridge.drain()
    clock.advance(6)
    bridge.drain()
    outbox.heartbeat += 1
    bridge.drain()
    assert (heard.of("engine_dead"), sent) == ([True, False], [])


def test_a_window_that_was_asleep_does_not_call_a_living_engine_dead(bridge, outbox, clock, heard):
    bridge.drain()
    clock.advance(60)
    outbox.heartbeat += 1
    bridge.drain()
    assert heard.of("engine_dead") == []


def test_it_ticks_by_itself_once_started(qtbot, bridge):
    with qtbot.waitSignal(bridge.framed, timeout=2000):
        bridge.start()
    bridge.stop()
    bridge.stop()


def test_a_computer_that_slept_makes_the_window_accuse_nobody(bridge, outbox, clock, heard, sent):
    outbox.heartbeat += 1
    bridge.drain()
    clock.advance(900)  # the window wakes before the engine
    bridge.drain()
    assert heard.of("engine_dead") == []
    clock.advance(2)
    bridge.drain()
    assert heard.of("engine_dead") == [True], "one that does not wake at all is told of"
    assert sent == []
