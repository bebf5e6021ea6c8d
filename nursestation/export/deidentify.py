"""Takes out of a session who it was about, before any format is rendered: so every format has it.

Rules of the file:
1. A text stays only where a table below says that the program or a driver made it, or where it is a text of the protocols that
   come with the program. Every other text becomes `LEFT_OUT`, so that one sees that something stood there. A new field of a
   record is left out until somebody puts it into a table.
2. All dates move by one number of days, the same for all visits of a patient: times within and between visits stay true. Times
   are told in UTC, birth becomes 1 January of a year that keeps the age, and who is over 89 is 90.
3. Codes for patient and session, and the number of days, come from the clinic's secret key by HMAC. Whoever has the key and the
   record can find the visit again; without it nobody can. A key that is deleted makes it final.
4. No hash of the record stays: a hash is as good as a name for whoever has the record.

Source: 45 CFR 164.514(b)(2), which lists what is to be removed. Shifted dates are a common practice for research and less than
that list asks for, which keeps the year alone: docs/exports.md says so.
"""

import hashlib
import hmac
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar, get_origin, get_type_hints

from pydantic import BaseModel

from devices.clock import NS_PER_S, Moment
from devices.vocabulary import METRICS
from nursestation.core.chain import GENESIS
from nursestation.core.model import CuffReading, MonitorFacts, Operator, Patient, Provenance, Signature
from nursestation.core.records import (
    ConditionChanged,
    ConditionRaised,
    FlagRaised,
    Gap,
    MonitorBound,
    MonitorUnbound,
    Sample,
    SessionOpened,
    Wave,
)
from nursestation.core.timeline import Timeline
from nursestation.core.wording import FLAG_ANSWERS
from nursestation.export.errors import ExportError
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, silently, watched
from nursestation.paths import resource

LEFT_OUT = "[left out]"
OLDEST = 90
"""Everybody older is this old."""

_T = TypeVar("_T")
_DAY_NS = 24 * 3600 * NS_PER_S
_SHIFT_DAYS = 3650
_KEY_BYTES = 32
_MONO_START_NS = 30 * _DAY_NS  # the monotonic clock of a check-in: how long the computer ran is its own affair

_STAFF = {"operator", "clinician", "witness", "operator_id", "nurse"}
_SESSIONS = {"session", "resumed"}
_IDS = {"entry_id", "flag_id", "condition_id", "drug_id", "replaces"}
_MONITORS = {"monitor", "subject", "prefer"}
_MADE = {
    "metric", "rule", "gate", "lacking", "criterion", "variant", "state", "why", "language", "version", "vendor",
    "model", "software", "driver", "vitals", "values", "items", "quality",
}  # fmt: skip
"""Fields whose text the program, a driver or a monitor's make gives."""
_MADE_OF = {
    ("Sample", "source"), ("Wave", "source"), ("Gap", "source"), ("Gap", "reason"), ("ConditionRealarmed", "reason"),
    ("CriterionEvidence", "title"),
}  # fmt: skip
_WORDS = {"name", "text", "prompt", "answers", "meaning", "action", "protocol"}
"""Fields that stay where they say what a shipped protocol says."""
_DOSES = {"dose_text", "drug", "concentration"}
_NOTHING = {"device_time", "serial", "patient_id"}
_DOSE = re.compile(
    r"(?:\d{1,4}(?:[.,]\d{1,3})?\s?(?:mg|ml|mcg|µg|g|kg|min|h|%)\b|/(?:kg|h|min|ml)\b|[\s/,;()]"
    r"|\b(?:over|in|of|iv|im|then|bolus|nasal|s|racemic|ketamine|esketamine|hydrochloride)\b)+",
    re.IGNORECASE,
)
"""A dose as it is usually written: each number with its unit, so that no date and no telephone number is one."""
_LIMIT = re.compile(r"(?:(?:systolic|diastolic|mean|or|more|above|below|baseline|mmHg|%|\d{1,3}(?:\.\d+)?)(?: |$))+")
"""What a cuff reading crossed ("systolic 25 mmHg or more above baseline"): numbers, and the words of `core/spikes.py` alone."""
_MONITOR_ID = re.compile(r"\d+:[a-z0-9_]+")


def read_key(path: Path) -> bytes:
    """Return the clinic's secret key; it is made where there is none.

    Raises:
        ExportError: it cannot be read or written, or is none.
    """
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = bytes.fromhex(path.read_text("ascii").strip())
        else:
            key = secrets.token_bytes(_KEY_BYTES)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(f"{key.hex()}\n")
                stream.flush()
                os.fsync(stream.fileno())
    except OSError as error:
        raise ExportError(f"The key for de-identified files at {path} cannot be used ({error.strerror}).") from error
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ExportError(f"{path} holds no key for de-identified files. Move it away, and a new one is made.")
    return key


def pseudonym(session: str, key: bytes) -> str:
    """Return what a session is called when it is de-identified."""
    return f"visit-{_mac(key, 'session', session)[:4].hex()}"


def deidentified(visit: VisitRecord, key: bytes, progress: Progress = silently) -> VisitRecord:
    """Return a session without what says who it was about.

    Args:
        visit: The session.
        key: See `read_key`.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    patient = visit.summary.patient
    days = 1 + int.from_bytes(_mac(key, "days", patient.record_number.casefold())[:6], "big") % _SHIFT_DAYS
    other = _Other(key, -days * _DAY_NS, _MONO_START_NS - visit.summary.opened.mono_ns)
    other.patient = _patient(patient, visit.summary.opened.utc_ns, other)
    records = tuple(map(other.record, visit.records))
    station = tuple(map(other.record, visit.station))
    summary = visit.summary
    n_samples, n_bulk = len(visit.samples), max(1, len(visit.samples) + len(visit.waves))
    return replace(
        visit,
        summary=replace(
            summary,
            id=other.session(summary.id),
            patient=other.patient,
            protocol=_shipped_or_left_out(summary.protocol),
            opened=other.moment(summary.opened),
            ended_utc_ns=None if summary.ended_utc_ns is None else summary.ended_utc_ns + other.utc_ns,
            signed_by=other.signer(records),
            chain_head=GENESIS,
        ),
        records=records,
        station=station,
        samples=tuple(map(other.bulk, watched(visit.samples, progress, 0, n_samples / n_bulk))),
        waves=tuple(map(other.bulk, watched(visit.waves, progress, n_samples / n_bulk, 1))),
        gaps=tuple(map(other.bulk, visit.gaps)),
        operators=dict(other.operators(visit.operators)),
        timeline=Timeline(
            tuple(map(other.moment, visit.timeline.runs)), tuple(map(other.moment, visit.timeline.others))
        ),
        raw=None,
        is_deidentified=True,
    )


def _mac(key: bytes, what: str, of: str) -> bytes:
    return hmac.digest(key, f"{what}\n{of}".encode(), hashlib.sha256)


def _patient(patient: Patient, opened_utc_ns: int, other: "_Other") -> Patient:
    opened = datetime.fromtimestamp(opened_utc_ns // NS_PER_S, UTC).date()
    born = patient.birth_date
    age = min(OLDEST, opened.year - born.year - ((opened.month, opened.day) < (born.month, born.day)))
    code = _mac(other.key, "patient", patient.record_number.casefold())[:4].hex()
    return Patient(
        given_name="De-identified",
        family_name="patient",
        birth_date=date(other.date(opened).year - age, 1, 1),
        record_number=f"patient-{code}",
        weight_kg=patient.weight_kg,
        allergies=LEFT_OUT if patient.allergies else "",
    )


@dataclass
class _Other:
    """What everything is replaced by, the same throughout one session.

    Attributes:
        key: The clinic's.
        utc_ns, mono_ns: By how much its clocks are moved [ns].
        patient: Who the patient is now.
    """

    key: bytes = field(repr=False)
    utc_ns: int
    mono_ns: int
    patient: Patient | None = field(default=None, repr=False)
    _staff: dict[str, str] = field(default_factory=dict, repr=False)
    _ids: dict[str, str] = field(default_factory=dict, repr=False)
    _rules: dict[str, str] = field(default_factory=dict, repr=False)

    # --- parts --------------------------------------------------------------------------------------------------------

    def session(self, name: str) -> str:
        return pseudonym(name, self.key)

    def staff(self, operator: str) -> str:
        return self._staff.setdefault(operator, f"staff-{len(self._staff) + 1}") if operator else ""

    def operators(self, known: Mapping[str, Operator]) -> Iterator[tuple[str, Operator]]:
        """Yield those who did something in the session."""
        for before, now in self._staff.items():
            if before in known:
                yield now, Operator(now, now.replace("-", " "), known[before].role, "")

    def signer(self, records: Iterable[object]) -> str:
        signed = [one.signature.name for one in records if hasattr(one, "signature")]
        return signed[-1] if signed else ""

    def moment(self, at: Moment) -> Moment:
        return Moment(at.mono_ns + self.mono_ns, at.utc_ns + self.utc_ns)

    def date(self, day: date) -> date:
        return day + timedelta(days=self.utc_ns // _DAY_NS)

    def bulk(self, record: _T) -> _T:
        """Return a reading, stretch of waveform or gap: many, so without looking at every field."""
        assert isinstance(record, Sample | Wave | Gap)
        told: dict[str, object] = {
            "at": self.moment(record.at),
            "session": None if record.session is None else self.session(record.session),
            "operator": None if record.operator is None else self.staff(record.operator),
            "monitor": _monitor(record.monitor),
        }
        if isinstance(record, Sample):
            measured = record.measured_utc_ns
            told |= {"device_time": None, "measured_utc_ns": None if measured is None else measured + self.utc_ns}
        return replace(record, **told)  # type: ignore[arg-type]

    # --- records ------------------------------------------------------------------------------------------------------

    def record(self, record: _T) -> _T:
        """Return a record, or a value within one, with every field looked at."""
        if isinstance(record, Patient):
            return self.patient  # type: ignore[return-value]
        if isinstance(record, BaseModel):
            return _model(record)
        assert is_dataclass(record)
        assert not isinstance(record, type)
        kind = type(record).__name__
        told = {
            one.name: self._field(kind, one.name, getattr(record, one.name))
            for one in fields(record)
            if one.name not in _choices(type(record))
        }
        told |= self._special(record)
        return replace(record, **told)

    def _special(self, record: object) -> dict[str, object]:
        match record:
            case SessionOpened():
                return {"protocol": _model(record.protocol)}
            case Signature():
                return {"name": self.staff(record.operator_id).replace("-", " ")}
            case CuffReading():
                return {"source": "by hand" if record.provenance is Provenance.MANUAL else _title(record.source)}
            case MonitorFacts() | MonitorBound() | MonitorUnbound():
                return {"title": _title(record.title)}
            case FlagRaised():
                return {"because": str(record.reading)}
            case ConditionRaised():
                self._rules[record.condition_id] = record.rule
                return {"text": _condition(record.rule, record.value, record.limit)}
            case ConditionChanged():
                rule = self._rules.get(record.condition_id, "changed")
                return {"text": _condition(rule, record.value, record.limit)}
        return {}

    def _field(self, kind: str, name: str, value: object) -> object:
        match value:
            case None | bool() | Enum():
                return value
            case Moment():
                return self.moment(value)
            case int() if name.endswith("utc_ns"):
                return value + self.utc_ns
            case int() if name.endswith("_ns"):
                return value + self.mono_ns
            case int() | float():
                return value
            case date():
                return self.date(value)
            case str():
                return self._text(kind, name, value)
            case tuple():
                return tuple(self._field(kind, name, one) for one in value)
            case _ if name == "preset":
                return None
            case _:
                return self.record(value)

    def _text(self, kind: str, name: str, value: str) -> str | None:
        if name in _NOTHING:
            return None
        if not value:
            return value
        if name in _STAFF:
            return self.staff(value)
        if name in _SESSIONS:
            return self.session(value)
        if name in _IDS:
            return self._ids.setdefault(value, f"{name.removesuffix('_id')}-{len(self._ids) + 1}")
        if name in _MONITORS:
            return _monitor(value)
        if name in _MADE or (kind, name) in _MADE_OF:
            return value
        if (kind, name) == ("FlagAnswered", "action") and value in FLAG_ANSWERS.values():
            return value
        if name == "limit_text":
            return value if _LIMIT.fullmatch(value) else LEFT_OUT
        if name in _DOSES:
            return value if _DOSE.fullmatch(value) else _shipped_or_left_out(value)
        return _shipped_or_left_out(value) if name in _WORDS else LEFT_OUT


@cache
def _choices(kind: type) -> frozenset[str]:
    """Return the fields of a record that can hold nothing but one of a few words."""
    return frozenset(name for name, hint in get_type_hints(kind).items() if get_origin(hint) is Literal)


def _monitor(name: str) -> str:
    """Return a monitor's id ("2:capnostream20"), or a metric; nothing else stands in their place."""
    return name if not name or _MONITOR_ID.fullmatch(name) or name in METRICS else LEFT_OUT


def _title(title: str) -> str:
    """Return a monitor's title without the port that it is on, which may be an address."""
    return title.partition(" on ")[0]


def _condition(rule: str, value: float | None, limit: float | None) -> str:
    """Return what an alarm condition is, from its rule and its numbers alone."""
    told = rule.replace(".", " ").replace("_", " ")
    if value is not None:
        told += f", {value:g}"
    return told if limit is None else f"{told}, limit {limit:g}"


# --- protocols ----------------------------------------------------------------------------------------------------


@cache
def _shipped() -> frozenset[str]:
    """Return every text of the protocols that come with the program."""
    found: set[str] = set()
    for file in sorted(resource("protocols").glob("*.toml")):
        found.update(_texts(tomllib.loads(file.read_text("utf-8"))))
    return frozenset(found)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)


def _shipped_or_left_out(text: str) -> str:
    return text if not text or text in _shipped() else LEFT_OUT


def _model(model: _T) -> _T:
    """Return a protocol with its numbers, and with those of its texts that the program ships."""
    assert isinstance(model, BaseModel)
    return model.model_copy(update=dict(_changed_fields(model)))


def _changed_fields(model: BaseModel) -> Iterator[tuple[str, object]]:
    for name in type(model).model_fields:
        yield name, LEFT_OUT if name == "author" else _model_value(name, getattr(model, name))


def _model_value(name: str, value: object) -> object:
    recurse: Callable[[object], object] = lambda one: _model_value(name, one)  # noqa: E731
    match value:
        case Enum():
            return value
        case str():
            return value if name in ("metric", "required_metrics") else _shipped_or_left_out(value)
        case tuple():
            return tuple(map(recurse, value))
        case dict():
            return {key: recurse(one) for key, one in value.items()}
        case BaseModel():
            return _model(value)
    return value
