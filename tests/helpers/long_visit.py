"""The records of a visit with more in it than most: sixty cuff readings more, twelve flags, three hundred events, an alarm that
sounded anew a hundred and fifty times, and texts as long as somebody might type them. For tests of what stands on paper.

It is the visit of `written_visit.py` by its rules, made fuller.
"""

from dataclasses import replace

from devices.clock import NS_PER_S
from devices.events import AlarmKind, Priority
from nursestation.core.model import ChartKind, FlagOutcome, Grade, Severity
from nursestation.core.records import (
    Charted,
    ConditionRaised,
    ConditionRealarmed,
    CuffTaken,
    FlagAnswered,
    FlagDecided,
    FlagEnded,
    FlagRaised,
    SessionOpened,
)
from tests.helpers.written_visit import CHAIR, NURSE, SESSION, all_records, minute

N_EVENTS, N_CUFFS, N_FLAGS = 300, 60, 12
LONG_NAME = "Wilhelmina Maximiliane Friederike"
LONG_FAMILY = "von Hohenberg-Wintersheim und zu Altengarten"
LONG_TEXT = (
    "says that the light is too bright and the room moves, wants the curtain drawn and a blanket, then rests; " * 6
)


def long_records():
    """Return the records by time."""
    records = [_named(one) for one in all_records(step_s=10)]
    fields = {"chair": CHAIR, "session": SESSION}
    cuff = next(one for one in records if isinstance(one, CuffTaken))
    for n in range(N_CUFFS):
        at = minute(18 + n * 0.7)
        sys = 190 - n if n % 5 == 0 else 140 + n % 7
        reading = replace(
            cuff.reading,
            sys=sys,
            dia=90,
            mean=107,
            cycle=100 + n,
            measured_utc_ns=at.utc_ns,
            measured_mono_ns=at.mono_ns,
        )
        records.append(CuffTaken(at=at, reading=reading, **fields))
        if n % 5 == 0:
            records += _flag(n, at, reading, fields)
    records += [
        Charted(
            at=minute(18 + n * 0.2), operator=NURSE.id, entry_id=f"n{n}", kind=ChartKind.SIDE_EFFECT, text=f"Nausea no. {n}",
            severity=Severity.MILD, reason=LONG_TEXT if n == 150 else "", vitals=(), **fields,
        )
        for n in range(N_EVENTS)
    ]  # fmt: skip
    records.append(
        ConditionRaised(
            at=minute(20), condition_id="k9", rule="spo2.low", kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.MEDIUM,
            text="SpO₂ 88 < 90 %", metric="spo2", value=88.0, limit=90.0, **fields,
        )
    )  # fmt: skip
    records += [
        ConditionRealarmed(at=minute(21 + n * 0.3), condition_id="k9", reason="3 min", **fields) for n in range(150)
    ]
    return sorted(records, key=lambda one: one.at.mono_ns)


def _named(record):
    if not isinstance(record, SessionOpened):
        return record
    patient = replace(record.patient, given_name=LONG_NAME, family_name=LONG_FAMILY, allergies=LONG_TEXT)
    return replace(record, patient=patient)


def _flag(n, at, reading, fields):
    """Return a flag that was confirmed, with what was done at length."""
    later = [at.shifted(seconds * NS_PER_S) for seconds in (5, 10, 15)]
    return [
        FlagRaised(
            at=at, flag_id=f"m{n}", grade=Grade.SPIKE, priority=Priority.HIGH, reading=reading, because="systolic 160 or more",
            prompt="Repeat at once", repeat_by_utc_ns=at.utc_ns + 120 * NS_PER_S, **fields,
        ),
        FlagDecided(at=later[0], flag_id=f"m{n}", outcome=FlagOutcome.CONFIRMED, reading=reading, **fields),
        FlagAnswered(
            at=later[1], operator=NURSE.id, flag_id=f"m{n}", action="clinician told", reason=LONG_TEXT, **fields
        ),
        FlagEnded(at=later[2], flag_id=f"m{n}", reading=reading, **fields),
    ]  # fmt: skip
