"""The engine stores before it shows, tells numbers soon, and outlives a bug in a rule."""

import threading
from collections.abc import Iterator

import pytest

from devices.clock import ManualClock
from devices.events import LinkPhase, LinkState, Numeric, WaveformChunk
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import (
    LinkChanged,
    MonitorUnbound,
    OperatorAdded,
    ProtocolsRead,
    Refused,
    StationStarted,
    Wave,
)
from nursestation.core.snapshot import Freshness, StationSnapshot
from nursestation.core.station import ChairsChanged, ChairSetup, MonitorBinding, Station, StationFault
from nursestation.runtime.engine import Engine
from nursestation.runtime.inbox import Inbox
from nursestation.runtime.outbox import Outbox
from tests.helpers.visit import PlainPins

MONITOR = "1:berry_pm6750"


class Stage:
    """A station with one chair, its engine, and all that came out."""

    def __init__(self, station_class: type[Station] = Station, checks=(), chairs=()) -> None:
        binding = MonitorBinding(
            id=MONITOR, driver="berry_pm6750", title="PM6750", numerics=("spo2",), simulated=False, max_quiet_ms=1000
        )
        self.clock = ManualClock()
        self.stored = []
        self.inbox, self.outbox = Inbox(self.clock), Outbox()
        setups = chairs or [ChairSetup(number=1, monitors=(binding,))]
        self.station = station_class(setups, (), PlainPins(), "test")
        self.engine = Engine(self.station, self.clock, self.inbox, self.outbox, (self.stored.extend,), checks)
        self.engine.hand_on(self.station.restore((), self.clock.now(), unclean=False))

    def shown(self):
        *records, snapshot = self.outbox.drain(1000)
        assert isinstance(snapshot, StationSnapshot)
        return records, snapshot

    def spo2(self, value: float, monitor: str = MONITOR) -> None:
        now = self.clock.now()
        self.inbox.post_events(monitor, [Numeric(t_ns=now.mono_ns, metric="spo2", value=value)], now)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_what_is_shown_was_stored_first(stage):
    stage.inbox.post(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"))
    stage.engine.step(0)
    records, snapshot = stage.shown()
    assert [type(record) for record in stage.stored[:3]] == [StationStarted, ProtocolsRead, OperatorAdded]
    assert records == stage.stored
    assert snapshot.operator is not None


def test_a_link_is_told_with_the_moment_of_its_arrival(stage):
    arrival = stage.clock.now()
    stage.clock.advance(0.03)
    stage.inbox.post_events(
        MONITOR, [LinkState(t_ns=arrival.mono_ns, phase=LinkPhase.SILENT, reason="check the cable")], arrival
    )
    stage.engine.step(0)
    changed = next(record for record in stage.stored if isinstance(record, LinkChanged))
    assert (changed.at, changed.reason) == (arrival, "check the cable")


class SlowSnapshots(Station):
    """Notes what the window could have taken when a snapshot began to be made."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.outbox = None
        self.taken = []

    def snapshot(self, now):
        if self.outbox is not None:
            self.taken.append(list(self.outbox.drain(10)))
        return super().snapshot(now)


def test_waves_do_not_wait_for_a_snapshot():
    stage = Stage(SlowSnapshots)
    stage.engine.step(0)
    stage.shown()
    stage.station.outbox = stage.outbox
    stage.clock.advance(1.0)
    now = stage.clock.now()
    wave = WaveformChunk(
        t_ns=now.mono_ns, metric="ecg", rate_hz=250, scale=1, offset=0, unit=None, samples=b"\x01\x02", source="II"
    )
    stage.inbox.post_events(MONITOR, [wave], now)
    stage.engine.step(0)
    assert [[type(record) for record in taken] for taken in stage.station.taken] == [[Wave]]
    records, _ = stage.shown()
    assert Wave not in map(type, records), "and none comes twice"


def test_a_number_is_on_the_screen_within_a_twentieth_of_a_second(stage):
    stage.engine.step(0)
    stage.shown()
    stage.spo2(97)
    stage.engine.step(0)
    assert list(stage.outbox.drain(10)) == [], "too soon after the last picture"
    stage.clock.advance(0.05)
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert snapshot.chair(1).numeric("spo2").value == 97


def test_a_number_renews_its_own_chair_alone():
    bindings = [
        MonitorBinding(
            id=f"{n}:m", driver="berry_pm6750", title="m", numerics=("spo2",), simulated=False, max_quiet_ms=1000
        )
        for n in (1, 2)
    ]
    stage = Stage(chairs=[ChairSetup(number=n, monitors=(one,)) for n, one in enumerate(bindings, 1)])
    stage.engine.step(0)
    _, before = stage.shown()
    stage.clock.advance(0.06)
    stage.spo2(96, "2:m")
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert snapshot.chair(2).numeric("spo2").value == 96
    assert snapshot.at == stage.clock.now()
    assert snapshot.chair(1) is before.chair(1)
    stage.clock.advance(0.06)
    stage.spo2(97, "1:m")
    stage.inbox.post(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"))
    stage.engine.step(0)
    _, whole = stage.shown()
    assert whole == stage.station.snapshot(stage.clock.now()), "what happened is told of everywhere"


def test_a_number_that_grows_old_is_told_at_the_next_tick():
    stage = Stage()
    stage.spo2(97)
    stage.engine.step(0)
    stage.shown()
    told = []
    for _ in range(70):
        stage.clock.advance(0.2)
        stage.engine.step(0)
        _, snapshot = stage.shown()
        told.append(snapshot.chair(1).numeric("spo2").freshness)
        assert told[-1] is stage.station.snapshot(stage.clock.now()).chair(1).numeric("spo2").freshness
    assert set(told) == {Freshness.LIVE, Freshness.STALE, Freshness.LOST}


def test_time_passes_without_input(stage):
    stage.spo2(97)
    stage.engine.step(0)
    stage.clock.advance(20)
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert snapshot.chair(1).numeric("spo2").value is None, "an old number is blanked by the tick alone"


def test_a_refusal_is_told_and_not_applied(stage):
    stage.inbox.post(CheckIn(chair=1, patient=None, protocol="none"))
    stage.engine.step(0)
    records, _ = stage.shown()
    assert any(isinstance(record, Refused) for record in records)


def test_the_heart_beats_with_each_step(stage):
    before = stage.outbox.heartbeat
    stage.engine.step(0)
    assert stage.outbox.heartbeat == before + 1


def test_what_a_check_finds_becomes_a_condition_and_ends_with_it():
    found = ["Nothing is read from the monitors."]
    stage = Stage(checks=(lambda now: StationFault(id="reader", text=found[0]),))
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert [condition.text for condition in snapshot.conditions] == found
    found[0] = ""
    stage.clock.advance(1)
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert snapshot.conditions == ()


class Faulty(Station):
    """A station with a bug in how it takes a number above 98."""

    def apply(self, item, now):
        if getattr(getattr(item, "event", None), "value", 0) == 99:
            raise ZeroDivisionError(" ".join(("patient", "Jane", "Kowalski")))
        return super().apply(item, now)


def test_a_bug_in_a_rule_is_told_and_the_rest_goes_on(log_lines):
    stage = Stage(Faulty)
    stage.spo2(99)
    stage.spo2(97)
    stage.engine.step(0)
    _, snapshot = stage.shown()
    assert snapshot.chair(1).numeric("spo2").value == 97
    assert any("left out" in condition.text for condition in snapshot.conditions)
    assert len(log_lines) == 1
    assert "Jane Kowalski" not in log_lines[0]


def test_stopping_applies_what_still_waits(stage):
    stage.engine.start()
    stage.inbox.post(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"))
    stage.engine.stop()
    stage.engine.stop()
    assert any(isinstance(record, OperatorAdded) for record in stage.stored)


class Slow(Station):
    """Takes as long for a first operator as a test lets it."""

    may_go_on = threading.Event()

    def apply(self, item, now):
        if isinstance(item, CreateFirstOperator):
            assert self.may_go_on.wait(10)
        return super().apply(item, now)


@pytest.fixture
def running() -> Iterator[Stage]:
    """Return a stage whose engine has its thread."""
    stage = Stage(Slow)
    stage.engine.start()
    yield stage
    Slow.may_go_on.set()
    stage.engine.stop()


def test_an_item_that_is_asked_for_is_answered_with_what_it_made_happen(stage, running):
    for one in (stage, running):
        Slow.may_go_on.set()
        made = one.engine.ask(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"), 5)
        assert isinstance(made[0], OperatorAdded)
        (refused,) = one.engine.ask(ChairsChanged(chairs=(), operator="x"), 5)
        assert isinstance(refused, Refused)
        (gone,) = one.engine.ask(ChairsChanged(chairs=(), operator="r.alvarez"), 5)
        assert isinstance(gone, MonitorUnbound)


def test_who_asks_is_answered_once_the_records_are_with_the_store(stage):
    was_waiting = []

    def store(records):
        if any(isinstance(record, OperatorAdded) for record in records):
            asking.join(0.1)  # an answer that came too soon would end it
            was_waiting.append(asking.is_alive())

    engine = Engine(stage.station, stage.clock, stage.inbox, stage.outbox, (store,))
    asked = CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913")
    asking = threading.Thread(target=engine.ask, args=(asked, 5))
    engine.start()
    asking.start()
    asking.join()
    engine.stop()
    assert was_waiting == [True]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_asks_is_answered_also_where_the_engine_ends_with_it(stage):
    def fail(_records):
        raise RuntimeError("no store takes this")

    engine = Engine(stage.station, stage.clock, stage.inbox, stage.outbox, (fail,))
    answered = threading.Event()

    def ask():
        engine.ask(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"), 4)
        answered.set()

    asking = threading.Thread(target=ask, daemon=True)  # not waited for where it waits for ever
    engine.start()
    asking.start()
    assert answered.wait(5)
    asking.join()


def test_what_was_not_answered_in_time_is_withdrawn(running):
    Slow.may_go_on.clear()
    running.inbox.post(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"))
    with pytest.raises(TimeoutError):
        running.engine.ask(ChairsChanged(chairs=(), operator="r.alvarez"), 0.01)
    Slow.may_go_on.set()
    running.engine.stop()
    assert [chair.number for chair in running.station.snapshot(running.clock.now()).chairs] == [1]


def test_an_empty_chair_that_is_taken_away_is_gone_at_once_though_no_record_says_so():
    stage = Stage(chairs=[ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=())])
    stage.inbox.post(CreateFirstOperator(name="R. Alvarez", role=Role.LEAD_NURSE, pin="482913"))
    stage.engine.step(0)
    stage.shown()
    stage.clock.advance(0.01)
    stage.inbox.post(ChairsChanged(chairs=(ChairSetup(number=2, monitors=()),), operator="r.alvarez"))
    stage.engine.step(0)
    assert [chair.number for chair in stage.shown()[1].chairs] == [2]
    stage.clock.advance(0.3)
    stage.engine.step(0)
    assert [chair.number for chair in stage.shown()[1].chairs] == [2]


def take_turns(stage, n=3):
    """Wait until the engine has gone round so many times."""
    turned, begun = threading.Event(), stage.outbox.heartbeat
    while stage.outbox.heartbeat < begun + n:
        assert not turned.wait(0.005)


def test_a_sleep_of_the_computer_is_told_until_somebody_has_seen_it(running, log_lines):
    take_turns(running)
    running.clock.advance(19)
    take_turns(running)
    assert running.outbox.latest.conditions == ()
    running.clock.advance(720)
    take_turns(running)
    (told,) = running.outbox.latest.conditions
    assert told.rule == "station.asleep"
    assert told.text == (
        "This computer slept for 12 min: nothing was watched or recorded meanwhile. "
        "Look at every patient, and switch the computer's sleep off."
    )
    assert log_lines == ["nursestation.runtime.engine: nothing ran for 720 s: the computer slept"]
