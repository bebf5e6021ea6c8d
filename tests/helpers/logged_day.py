"""The alarm records of a day at two chairs, written by hand: for tests of what the alarm log makes of them.

People are invented. The day is that of `station_views.NOW`; chair 2 has the visit of `make_visit`.
"""

from devices.events import AlarmKind, Priority
from nursestation.core import records as r
from tests.helpers.station_views import LEAD, NOW, NURSE, make_visit

SESSION = make_visit().session
_PATIENT = {"kind": AlarmKind.PHYSIOLOGICAL, "preset": "clinic"}
_EQUIPMENT = {"kind": AlarmKind.TECHNICAL}


def at(ago_min):
    """Return the moment so many minutes before NOW."""
    return NOW.shifted(-round(ago_min * 60 * 1e9))


def logged_day():
    """Return the records, oldest first."""
    two = {"chair": 2, "session": SESSION}
    three = {"chair": 3, "session": "2026-05-06-3-0008"}
    then = at(31)
    return [
        r.SelfTested(at=at(350), operator=LEAD.id, heard=True, seen=True),
        r.ConditionRaised(
            at=at(1500), chair=3, session="2026-05-05-3-0001", condition_id="old", rule="limit.heart_rate.high",
            priority=Priority.MEDIUM, text="HR 128 > 120", metric="heart_rate", value=128.0, limit=120.0, **_PATIENT,
        ),
        r.ConditionEnded(at=at(1499), chair=3, session="2026-05-05-3-0001", condition_id="old"),
        r.ConditionRaised(
            at=at(55), **three, condition_id="link", rule="link.lost", priority=Priority.LOW,
            text="NO DATA FROM MONITOR: Capnostream 20 on ttyUSB1. Look at the bedside monitor", **_EQUIPMENT,
        ),
        r.SignalShown(at=at(55), **three, condition_id="link", delay_ms=84.0),
        r.ConditionEnded(at=at(54), **three, condition_id="link"),
        r.ConditionRaised(
            at=then, **two, condition_id="spo2", rule="limit.spo2.low", priority=Priority.MEDIUM, metric="spo2",
            text="SpO₂ 88 < 90 %", value=88.0, limit=90.0, cause_ns=then.mono_ns - 3_000_000, **_PATIENT,
        ),
        r.SignalShown(at=then, **two, condition_id="spo2", delay_ms=92.4),
        r.AudioPaused(at=at(30.8), operator=NURSE.id, until_utc_ns=at(28.8).utc_ns),
        r.ConditionChanged(
            at=at(30.5), **two, condition_id="spo2", priority=Priority.HIGH, text="SpO₂ 83 < 90 %", value=83.0
        ),
        r.AudioPauseEnded(at=at(30.5), reason="higher priority"),
        r.ConditionAcknowledged(at=at(30.2), **two, condition_id="spo2", operator=NURSE.id),
        r.ConditionEnded(at=at(29), **two, condition_id="spo2"),
        r.LimitsChanged(
            at=at(20), **two, operator=NURSE.id, metric="heart_rate", low=45.0, high=120.0, before_low=50.0,
            before_high=120.0, why="edited",
        ),
        r.ConditionRaised(
            at=at(0.5), **two, condition_id="rr", rule="limit.resp_rate.low", priority=Priority.MEDIUM,
            text="RR 7 < 8", metric="resp_rate", value=7.0, limit=8.0, cause_ns=at(0.5).mono_ns, **_PATIENT,
        ),
    ]  # fmt: skip
