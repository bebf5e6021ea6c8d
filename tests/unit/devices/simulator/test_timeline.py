"""When things happen, once staff have acted."""

import math

import pytest

from devices.simulator.pharmacokinetics import Infusion
from devices.simulator.script import Anchor, Timed
from devices.simulator.timeline import LEAD_S, Timeline

AFTER_START = Timed(after=Anchor.INFUSION_START, at=60)
AFTER_END = Timed(after=Anchor.INFUSION_END, at=60)
PLAN = Infusion(35, 40)


def test_session_times_are_known_from_the_first():
    assert Timeline().time_of(Timed(at=30)) == LEAD_S + 30


def test_infusion_times_are_known_from_its_start_and_its_end():
    timeline = Timeline()
    assert timeline.time_of(AFTER_START) is None
    assert timeline.stretch(AFTER_START, 5) == (math.inf, math.inf)
    timeline.start(500, PLAN)
    assert timeline.time_of(AFTER_START) == 560
    assert timeline.stretch(AFTER_START, 5) == (560, 565)
    assert timeline.stretch(AFTER_START, None) == (560, math.inf)
    assert timeline.time_of(AFTER_END) is None
    timeline.stop(900)
    assert timeline.time_of(AFTER_END) == 960


def test_pauses_and_the_end_interrupt():
    timeline = Timeline()
    timeline.start(100, PLAN)
    timeline.pause(200)
    timeline.pause(250)
    timeline.resume(300)
    timeline.stop(400)
    assert [timeline.interrupted_after(t) for t in (0, 200, 201, 401)] == [200, 200, 400, math.inf]


def test_a_second_start_runs_the_pump_on():
    timeline = Timeline()
    timeline.start(100, PLAN)
    timeline.pause(200)
    timeline.start(300, PLAN)
    assert timeline.doses.is_running
    assert timeline.time_of(AFTER_START) == 160


def test_what_is_stopped_stays_stopped():
    timeline = Timeline()
    timeline.stop(50)
    timeline.start(100, PLAN)
    timeline.stop(200)
    timeline.resume(250)
    timeline.stop(300)
    assert not timeline.doses.is_running
    assert timeline.time_of(AFTER_END) == 260


def test_an_injection_is_begin_and_end_at_once():
    timeline = Timeline()
    timeline.inject(100, 35)
    assert timeline.time_of(AFTER_START) == timeline.time_of(AFTER_END) == 160
    assert timeline.doses.delivered_mg(100 + 22 * 60) == pytest.approx(35 * 0.93)
