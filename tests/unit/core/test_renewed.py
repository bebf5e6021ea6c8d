"""A snapshot made again after numbers tells of their chairs what a whole one tells, and of the others no number too long."""

import copy
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import ManualClock, Moment
from devices.events import LinkPhase, LinkState, Validity
from nursestation.core import records as r
from nursestation.core.snapshot import Freshness
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import PATIENT, START, Clinic, PlainPins, binding, load_protocol

ECG, OXIMETER, BUSY, IDLE = "1:ecg", "1:oximeter", "2:monitor", "3:monitor"
CHAIR_OF = {ECG: 1, OXIMETER: 1, BUSY: 2, IDLE: 3}
VALUES = [
    ("heart_rate", 62.0),
    ("heart_rate", 180.0),
    ("pulse_rate", 64.0),
    ("spo2", 98.0),
    ("resp_rate", 14.0),
    ("temp", 36.5),
]


@cache
def _begun() -> tuple[Station, Moment]:
    """Return a station with somebody at check-in by two monitors, an infusion that runs, and a free chair."""
    setups = (
        ChairSetup(number=1, monitors=(binding(ECG, interval_ms=1000), binding(OXIMETER, interval_ms=4000))),
        ChairSetup(number=2, monitors=(binding(BUSY),)),
        ChairSetup(number=3, monitors=(binding(IDLE),)),
    )
    station, clock = Station(setups, [load_protocol()], PlainPins(), "0.1.0", None), ManualClock(START)
    station.restore((), clock.now(), unclean=False)
    busy = Clinic(station=station, clock=clock, chair=2, monitor=BUSY)
    for monitor in CHAIR_OF:
        busy.event(LinkState(t_ns=clock.now().mono_ns, phase=LinkPhase.CONNECTED), monitor)
    busy.start()
    Clinic(station=station, clock=clock, chair=1, monitor=ECG).check_in(
        patient=replace(PATIENT, given_name="Tess", family_name="Sommer", record_number="MRN-4472")
    )
    return station, clock.now()


def _numbers(chair):
    return [(view.metric, view.value, view.validity, view.freshness) for view in chair.numerics]


SAID = st.lists(
    st.tuples(
        st.sampled_from(sorted(CHAIR_OF)),
        st.sampled_from(VALUES),
        st.sampled_from([Validity.VALID, Validity.QUESTIONABLE, Validity.INVALID]),
    ),
    max_size=4,
)
PASSED_S = st.sampled_from([0.05, 0.2, 1.0, 2.9, 5.0, 5.1, 10.0, 20.0, 70.0]) | st.floats(0.01, 40)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(PASSED_S, SAID), min_size=1, max_size=8))
def test_it_is_a_whole_one_for_the_chairs_of_the_numbers_and_blanks_in_time_for_the_others(steps):
    station, begun = copy.deepcopy(_begun())
    clinic = Clinic(station=station, clock=ManualClock(begun), chair=2, monitor=BUSY)
    before = station.snapshot(begun)
    for passed_s, said in steps:
        clinic.records.clear()
        clinic.clock.advance(passed_s)
        clinic.tick()
        for monitor, (metric, value), validity in said:
            clinic.monitor = monitor
            clinic.numeric(metric, None if validity is Validity.INVALID else value, validity)
        now, told = clinic.clock.now(), {monitor for monitor, *_ in said}
        whole = station.snapshot(now)
        if any(not isinstance(record, r.BULK) for record in clinic.records):
            before = whole
            continue
        assert station.renewed(before, CHAIR_OF, now).chairs == whole.chairs
        again = station.renewed(before, told, now)
        assert replace(again, at=before.at, chairs=before.chairs) == before
        assert again.at == now
        heard = {CHAIR_OF[monitor] for monitor in told}
        for old, new, expected in zip(before.chairs, again.chairs, whole.chairs, strict=True):
            assert _numbers(new) == _numbers(expected)
            if new.number in heard:
                assert new == expected
            else:
                assert new is old or new == expected
        before = again


def test_a_chair_whose_numbers_have_not_turned_is_not_looked_at_again():
    station, begun = copy.deepcopy(_begun())
    clinic = Clinic(station=station, clock=ManualClock(begun), chair=2, monitor=BUSY)
    clinic.numeric("spo2", 98.0)
    before = station.snapshot(begun)
    chair = before.chair(2)
    assert chair.turns_ns is not None
    still = station.renewed(before, (), Moment(chair.turns_ns, begun.utc_ns))
    assert still.chair(2) is chair
    turned = station.renewed(still, (), Moment(chair.turns_ns + 1, begun.utc_ns))
    assert Freshness.STALE in [view.freshness for view in turned.chair(2).numerics]
    assert turned.chair(3) is before.chair(3)
