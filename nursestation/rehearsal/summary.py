"""What a rehearsed visit came to, read back from the store: the contents of summary.json.

Rule: everything is taken from stored records, nothing from what the rehearsal meant to do. Times are ISO 8601 in UTC.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from devices.clock import NS_PER_S, Moment
from devices.events import Priority, Validity
from nursestation.core.model import ChartKind, CuffReading, LeavingPath
from nursestation.core.records import (
    BaselineTaken,
    Charted,
    ChartResolved,
    ConditionAcknowledged,
    ConditionChanged,
    ConditionEnded,
    ConditionRaised,
    CriterionOverridden,
    DischargeSigned,
    DriverConfirmed,
    DriverNamed,
    FlagAnswered,
    FlagDecided,
    FlagEnded,
    FlagRaised,
    GateOverridden,
    HandedOver,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    InstructionsAcknowledged,
    InstructionsPrinted,
    LeavingChosen,
    ObservationShortened,
    PhaseChanged,
    Record,
    Sample,
    ScoreRecorded,
    SessionOpened,
    Wave,
    happened,
    is_live,
)
from nursestation.store.reader import StoreReader

Json = dict[str, object]

CONTINUOUS = ("heart_rate", "pulse_rate", "spo2", "resp_rate", "etco2")


def summarise(reader: StoreReader, session: str) -> Json:
    """Return what the store holds of a session."""
    records = list(reader.discrete(session))
    phases = _phases(records)
    opened = next(record for record in records if isinstance(record, SessionOpened))
    return {
        "session": session,
        "simulated": opened.simulated,
        "patient": opened.patient.full_name,
        "protocol": {"name": opened.protocol.name, "version": opened.protocol.version},
        "series": None if opened.series is None else {"number": opened.series.number, "of": opened.series.of},
        "ended": phases[-1]["phase"],
        "minutes": round(_seconds(records[0].at, records[-1].at) / 60, 1),
        "phases": phases,
        "infusion": _infusion(records),
        "baseline": _baseline(records),
        "flags": _flags(records),
        "conditions": _conditions(records),
        "gates_overridden": [
            {"gate": record.gate, "reason": record.reason} for record in records if isinstance(record, GateOverridden)
        ],
        "overrides": _overrides(records),
        "scores": [
            {"kind": record.kind.value, "value": record.value, "at": iso(happened(record).utc_ns)}
            for record in records
            if isinstance(record, ScoreRecorded)
        ],
        "side_effects": _side_effects(records),
        "driver": _driver(records),
        "leaving": _leaving(records),
        "handed_to": next((record.to for record in records if isinstance(record, HandedOver)), ""),
        "instructions": {
            "printed": any(isinstance(record, InstructionsPrinted) for record in records),
            "read_by": next((record.by for record in records if isinstance(record, InstructionsAcknowledged)), None),
        },
        "signature": _signature(records),
        "samples": _samples(reader, session),
        "waves": _waves(reader, session),
        "longest_gap_s": _longest_gaps(reader, session),
    }


def in_short(summary: Json) -> Json:
    """Return one visit's line of the overall summary: it passed when it came to its end and its record is intact."""
    intact = summary["record_intact"] is True
    return {
        "passed": intact,
        "problem": "" if intact else "The stored record does not match its chain.",
        **{key: summary[key] for key in ("title", "session", "protocol", "ended", "leaving", "minutes")},
        "flags": len(_list(summary["flags"])),
        "overrides": len(_list(summary["overrides"])),
    }


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def iso(utc_ns: int) -> str:
    """Return a UTC time [ns] as ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(utc_ns / NS_PER_S, UTC).isoformat(timespec="milliseconds")


def _phases(records: Sequence[Record]) -> list[Json]:
    moves = [record for record in records if isinstance(record, PhaseChanged)]
    spans: list[Json] = []
    for move, following in zip(moves, [*moves[1:], None], strict=True):
        span: Json = {"phase": move.after.value, "start": iso(move.at.utc_ns), "reason": move.reason}
        if following is not None:
            span["end"] = iso(following.at.utc_ns)
            span["seconds"] = _seconds(move.at, following.at)
        spans.append(span)
    return spans


def _infusion(records: Sequence[Record]) -> list[Json]:
    kinds = {
        InfusionStarted: "started",
        InfusionPaused: "paused",
        InfusionResumed: "resumed",
        InfusionStopped: "stopped",
    }
    return [
        {"what": kinds[type(record)], "at": iso(record.at.utc_ns), "reason": getattr(record, "reason", "")}
        for record in records
        if type(record) in kinds
    ]


def _baseline(records: Sequence[Record]) -> Json | None:
    taken = next((record for record in reversed(records) if isinstance(record, BaselineTaken)), None)
    if taken is None:
        return None
    baseline = taken.baseline
    return {
        "sys": baseline.sys,
        "dia": baseline.dia,
        "mean": baseline.mean,
        "heart_rate": baseline.heart_rate,
        "spo2": baseline.spo2,
        "resp_rate": baseline.resp_rate,
        "at": iso(taken.at.utc_ns),
        "readings": [_reading(reading) for reading in baseline.readings],
    }


def _overrides(records: Sequence[Record]) -> list[Json]:
    found: list[Json] = []
    for record in records:
        match record:
            case GateOverridden():
                found.append({"what": f"gate {record.gate}", "reason": record.reason})
            case CriterionOverridden():
                found.append({"what": f"criterion {record.criterion}", "reason": record.reason})
            case ObservationShortened():
                found.append({"what": "observation", "reason": record.reason})
            case LeavingChosen(path=LeavingPath.NO_DRIVER):
                found.append({"what": "no driver", "reason": record.reason})
            case _:
                pass
    return found


def _side_effects(records: Sequence[Record]) -> list[Json]:
    over = {record.entry_id: record for record in records if isinstance(record, ChartResolved)}
    return [
        {
            "text": record.text,
            "severity": None if record.severity is None else record.severity.value,
            "at": iso(happened(record).utc_ns),
            "over": iso(happened(over[record.entry_id]).utc_ns) if record.entry_id in over else None,
        }
        for record in records
        if isinstance(record, Charted) and record.kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
    ]


def _leaving(records: Sequence[Record]) -> str | None:
    signed = next((record for record in records if isinstance(record, DischargeSigned)), None)
    return None if signed is None else signed.path.value


def _reading(reading: CuffReading) -> Json:
    return {"sys": reading.sys, "dia": reading.dia, "mean": reading.mean, "at": iso(reading.measured_utc_ns)}


def _flags(records: Sequence[Record]) -> list[Json]:
    flags: dict[str, Json] = {}
    for record in records:
        match record:
            case FlagRaised():
                flags[record.flag_id] = {
                    "grade": record.grade.value,
                    "priority": record.priority.value,
                    "at": iso(record.at.utc_ns),
                    "reading": _reading(record.reading),
                    "because": record.because,
                    "outcome": "open" if record.repeat_by_utc_ns is not None else "not asked",
                    "confirmation": None,
                    "answers": [],
                    "ended": None,
                }
            case FlagDecided():
                flags[record.flag_id]["outcome"] = record.outcome.value
                flags[record.flag_id]["confirmation"] = None if record.reading is None else _reading(record.reading)
            case FlagAnswered():
                answers = flags[record.flag_id]["answers"]
                assert isinstance(answers, list)
                answers.append({"at": iso(record.at.utc_ns), "action": record.action, "reason": record.reason})
            case FlagEnded():
                flags[record.flag_id]["ended"] = iso(record.at.utc_ns)
            case _:
                pass
    return list(flags.values())


def _conditions(records: Sequence[Record]) -> list[Json]:
    conditions: dict[str, Json] = {}
    for record in records:
        match record:
            case ConditionRaised():
                conditions[record.condition_id] = {
                    "rule": record.rule,
                    "kind": record.kind.value,
                    "priority": record.priority.value,
                    "text": record.text,
                    "onset": iso(record.at.utc_ns),
                    "acknowledged": None,
                    "end": None,
                }
            case ConditionChanged():
                condition = conditions[record.condition_id]
                gravest = max(record.priority, Priority(str(condition["priority"])), key=lambda priority: priority.rank)
                condition["priority"] = gravest.value
                if str(condition["rule"]).startswith("limit."):
                    condition["text"] = record.text  # keeps the worst value
            case ConditionAcknowledged():
                conditions[record.condition_id]["acknowledged"] = iso(record.at.utc_ns)
            case ConditionEnded():
                conditions[record.condition_id]["end"] = iso(record.at.utc_ns)
            case _:
                pass
    return list(conditions.values())


def _driver(records: Sequence[Record]) -> Json | None:
    named = next((record for record in reversed(records) if isinstance(record, DriverNamed)), None)
    if named is None:
        return None
    confirmed = [record for record in records if isinstance(record, DriverConfirmed)]
    return {
        "name": named.driver.name,
        "relation": named.driver.relation,
        "transport": named.driver.transport.value,
        "confirmed": [
            {"how": record.how.value, "phase": record.phase.value, "at": iso(record.at.utc_ns)} for record in confirmed
        ],
    }


def _signature(records: Sequence[Record]) -> Json | None:
    signed = next((record for record in records if isinstance(record, DischargeSigned)), None)
    if signed is None:
        return None
    signature = signed.signature
    return {
        "name": signature.name,
        "role": signature.role.value,
        "meaning": signature.meaning,
        "at": iso(signature.signed_utc_ns),
        "covers": signature.covers,
        "criteria": [{"criterion": line.criterion, "state": line.state} for line in signed.evidence],
    }


def _samples(reader: StoreReader, session: str) -> dict[str, int]:
    return dict(sorted(Counter(sample.metric for sample in reader.samples(session)).items()))


def _waves(reader: StoreReader, session: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for wave in reader.waves(session):
        counted[wave.metric] += _n_samples(wave)
    return dict(sorted(counted.items()))


def _n_samples(wave: Wave) -> int:
    return len(wave.samples) // 2


def _longest_gaps(reader: StoreReader, session: str) -> dict[str, float]:
    """Return the longest stretch without a valid reading of each continuous metric [s]."""
    gaps = {}
    for metric in CONTINUOUS:
        times = list(_valid_times(reader.samples(session, metric)))
        if len(times) > 1:
            gaps[metric] = round(max(after - before for before, after in pairwise(times)) / NS_PER_S, 3)
    return gaps


def _valid_times(samples: Iterable[Sample]) -> Iterable[int]:
    return (sample.at.utc_ns for sample in samples if sample.validity is Validity.VALID and is_live(sample))


def _seconds(before: Moment, after: Moment) -> float:
    return round((after.utc_ns - before.utc_ns) / NS_PER_S, 3)
