"""The report's check-in: what was asked and checked before the start, each with its answer, when, and by whom.

Rules of the file:
1. A question that the protocol asks and nobody answered has its line, in bold; one that it does not ask has none unless answered.
2. What a clinician let pass stands in bold at its question, with the reason; the section of overrides has it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar

from reportlab.platypus import Flowable

from nursestation.core.checkin import TRANSPORT_WORDS
from nursestation.core.model import Phase
from nursestation.core.records import (
    AvailableNamed,
    BaselineTaken,
    CheckConfirmed,
    CompanionRecorded,
    GateOverridden,
    IdentityConfirmed,
    MedicinesRecorded,
    PregnancyRecorded,
    Record,
    ReferralRecorded,
    ScoreRecorded,
    happened,
)
from nursestation.core.scorings import label_of
from nursestation.core.wording import listed, long_span
from nursestation.export.checkin_lines import checkin_line
from nursestation.export.events import CONFIRMED_WORDS
from nursestation.export.layout import Cell, grid, headed, text
from nursestation.export.leaving import known_again
from nursestation.export.localtime import NS_PER_S, clock, day, local
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord

_R = TypeVar("_R", bound=Record)
_GATES = {
    "Identity": ("identity",), "Weight": ("weight",), "Allergies": ("allergies",), "Consent": ("consent",),
    "Fasting": ("fasting_food", "fasting_drink", "fasting"), "Exclusions": ("exclusions",), "Pregnancy": ("pregnancy",),
    "Medicines": ("medicines",), "Referral": ("referral",), "Immediately available": ("available",), "Checks": ("checks",),
    "Driver": ("driver",), "Baseline": ("baseline", "bp_ceiling"), "Scores": ("baseline_scores",),
    "Monitors": ("monitors",),
}  # fmt: skip
"""Which gates each line answers."""


@dataclass(slots=True)
class _Row:
    """A line: the question, its answers, and when and by whom each was given."""

    title: str
    answers: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    is_missing: bool = False
    passed: list[str] = field(default_factory=list)


def checkin_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return what was asked and stated before the start."""
    rows = [row for row in _rows(visit, story, zone) if row.answers or row.passed or row.is_missing]
    waived = [record for record in visit.records if isinstance(record, GateOverridden)]
    for row in rows:
        for record in waived:
            if record.gate in _GATES.get(row.title, ()):
                who = f"{visit.name(record.clinician)} at {clock(record.at.utc_ns, zone)}"
                row.passed.append(f"OVERRIDDEN by {who}: {record.reason}")
    table = grid(
        ("Before the start", "", "When, by whom"),
        [_cells(row) for row in rows],
        [width * share for share in (0.19, 0.58, 0.23)],
    )
    return headed("Check-in and driver", table, width)


def _cells(row: _Row) -> list[Cell]:
    answers = [text(answer) for answer in row.answers] or [text("not recorded", bold=row.is_missing)]
    return [
        text(row.title, bold=bool(row.passed)),
        [*answers, *(text(line, bold=True) for line in row.passed)],
        [text(line) for line in row.given] or "",
    ]


def _rows(visit: VisitRecord, story: Story, zone: tzinfo | None) -> Iterator[_Row]:
    rules = story.opened.protocol.gates

    def row(title: str, record: Record | None, answer: str, *, asked: bool = True) -> _Row:
        if record is None:
            return _Row(title, is_missing=asked)
        return _Row(title, [answer] if answer else [], [_given(visit, record, zone)])

    def told(title: str, kind: type[_R], *, asked: bool) -> _Row:
        record = _last(visit, kind)
        return row(title, record, "" if record is None else _answer(record), asked=asked)

    yield told("Identity", IdentityConfirmed, asked=True)
    yield row("Weight", story.weight, "" if story.weight is None else _answer(story.weight), asked=rules.ask_weight)
    yield row(
        "Allergies",
        story.allergies,
        "" if story.allergies is None else story.allergies.text or "none known",
        asked=rules.ask_allergies,
    )
    yield row("Consent", story.consent, "on file, off-label use stated")
    yield row("Fasting", story.fasting, _fasting(story, zone))
    yield row("Exclusions", story.exclusions, _exclusions(story), asked=bool(rules.exclusions))
    yield told("Pregnancy", PregnancyRecorded, asked=rules.ask_pregnancy)
    yield row(
        "Medicines",
        _last(visit, MedicinesRecorded),
        _medicines(_last(visit, MedicinesRecorded)),
        asked=bool(rules.medicines),
    )
    yield told("Referral", ReferralRecorded, asked=rules.referral != "off")
    yield _several(visit, "Immediately available", _all(visit, AvailableNamed), zone, asked=rules.available)
    yield _several(visit, "Checks", _all(visit, CheckConfirmed), zone, asked=bool(rules.checks))
    yield told("With the patient", CompanionRecorded, asked=False)
    yield _driver(visit, story, zone)
    yield _scores(visit, story, zone)
    yield row("Baseline", _last(visit, BaselineTaken), _baseline(story))


def _last(visit: VisitRecord, kind: type[_R]) -> _R | None:
    return next((record for record in reversed(visit.records) if isinstance(record, kind)), None)


def _all(visit: VisitRecord, kind: type[_R]) -> list[_R]:
    return [record for record in visit.records if isinstance(record, kind)]


def _answer(record: Record) -> str:
    """Return what the event says of it, without its title; the column beside it has that."""
    said = checkin_line(record)
    head, _, rest = said.partition(": ")
    if rest and head in ("Identity checked", "Pregnancy", "Immediately available", "Checked", "With the patient"):
        return rest
    for title in ("Weight ", "Referred by "):
        said = said.removeprefix(title)
    return said


def _given(visit: VisitRecord, record: Record, zone: tzinfo | None) -> str:
    return ", ".join(part for part in (clock(record.at.utc_ns, zone), visit.name(record.operator)) if part)


def _several(visit: VisitRecord, title: str, records: list[_R], zone: tzinfo | None, *, asked: bool) -> _Row:
    given = list(dict.fromkeys(_given(visit, record, zone) for record in records))
    if len(given) > 1:  # each with its own time, where they differ
        answers = [f"{_answer(record)} ({_given(visit, record, zone)})" for record in records]
        return _Row(title, answers, [], is_missing=asked)
    return _Row(title, [_answer(record) for record in records], given, is_missing=asked and not records)


def _fasting(story: Story, zone: tzinfo | None) -> str:
    if story.fasting is None:
        return ""
    food, drink = story.fasting.last_food_utc_ns, story.fasting.last_drink_utc_ns
    said = f"last food {_when(food, story, zone)}, last drink {_when(drink, story, zone)}"
    if story.infusion_started is None:
        return said
    start = story.infusion_started.at.utc_ns
    hours = [long_span((start - one) / NS_PER_S) for one in (food, drink)]
    return f"{said}; {hours[0]} and {hours[1]} before the start"


def _when(utc_ns: int, story: Story, zone: tzinfo | None) -> str:
    same_day = local(utc_ns, zone).date() == local(story.opened.at.utc_ns, zone).date()
    return clock(utc_ns, zone) if same_day else f"{day(utc_ns, zone)} {clock(utc_ns, zone)}"


def _exclusions(story: Story) -> str:
    if story.exclusions is None:
        return ""
    present = [name for name, is_present in story.exclusions.answers if is_present]
    absent = [name for name, is_present in story.exclusions.answers if not is_present]
    parts = [f"PRESENT: {'; '.join(present)}"] if present else []
    return ". ".join([*parts, f"Not present: {'; '.join(absent)}"] if absent else parts)


def _medicines(record: MedicinesRecorded | None) -> str:
    if record is None:
        return ""
    taken = [f"{one.name} ({one.note})" if one.note else one.name for one in record.answers if one.taken]
    not_taken = [one.name for one in record.answers if not one.taken]
    parts = [f"TAKES {'; '.join(taken)}"] if taken else []
    return ". ".join([*parts, f"Does not take: {'; '.join(not_taken)}"] if not_taken else parts)


def _driver(visit: VisitRecord, story: Story, zone: tzinfo | None) -> _Row:
    driver = story.driver
    if driver is None:
        return _Row("Driver", ["nobody named"])
    booking = f", booking {driver.booking}" if driver.booking else ""
    relation = f" ({driver.relation})" if driver.relation else ""
    line = f"{driver.name}{relation}, phone {driver.phone}, {TRANSPORT_WORDS[driver.transport]}{booking}"
    row = _Row("Driver", [line])
    before = (Phase.CHECK_IN, Phase.BASELINE)
    for one in story.driver_confirmed:
        when = "" if one.phase in before else " at hand-over" if one.phase in (Phase.OBSERVATION, Phase.READY) else ""
        row.answers.append(f"confirmed {CONFIRMED_WORDS[one.how]}{known_again(one)}{when} ({_given(visit, one, zone)})")
    if not story.driver_confirmed:
        row.answers.append("not confirmed")
    return row


def _scores(visit: VisitRecord, story: Story, zone: tzinfo | None) -> _Row:
    started = story.infusion_started
    before = {
        label_of(one.kind, one.label): one
        for one in _all(visit, ScoreRecorded)
        if started is None or happened(one).mono_ns <= started.at.mono_ns
    }
    given = list(dict.fromkeys(_given(visit, one, zone) for one in before.values()))
    answer = listed([f"{label} {one.value}" for label, one in before.items()])
    asked = bool(story.opened.protocol.gates.baseline_scores)
    return _Row("Scores", [answer] if answer else [], given, is_missing=asked and not before)


def _baseline(story: Story) -> str:
    if story.baseline is None:
        return ""
    n = len(story.baseline.readings)
    return f"{story.baseline} mmHg, median of {n} cuff reading{'s' if n != 1 else ''}"
