"""FHIR: alarm conditions as DetectedIssues and blood-pressure flags as Flags, both as the program recorded them.

Rules of the file:
1. A row of the alarm log that is a condition (`export/alarms.py`) is one DetectedIssue; its priority at its worst is the
   severity: high, medium (moderate), low. What happened to its signals, and what was done, are its mitigations.
2. A flag is a Flag with the readings that raised and decided it (HL7's extension flag-detail); what staff did about it stands
   with its alarm condition.
"""

from devices.events import Priority
from nursestation.core.alarm_log import LogRow, RowKind
from nursestation.core.model import FlagOutcome
from nursestation.export.alarms import is_condition
from nursestation.export.fhir_parts import Chart, Json, Resource, concept, hl7_concept, part, references
from nursestation.export.fhir_vitals import cuff_urn
from nursestation.export.story import OUTCOMES, Flag

_SEVERITY = {Priority.HIGH: "high", Priority.MEDIUM: "moderate", Priority.LOW: "low"}
_ABOUT = {RowKind.PATIENT: "Alarm condition of the patient", RowKind.EQUIPMENT: "Alarm condition of the equipment"}
_FLAG_DETAIL = "http://hl7.org/fhir/StructureDefinition/flag-detail"


def issues(chart: Chart) -> list[Resource]:
    """Return every alarm condition of the visit."""
    return [_issue(chart, row) for row in chart.story.alarms if is_condition(row)]


def _issue(chart: Chart, row: LogRow) -> Resource:
    limit = row.limit_text or (f"{row.limit:g}" if row.limit is not None else "")
    details = (
        row.text,
        f"worst value {row.value:g}" if row.value is not None else "",
        f"limit {limit}" if limit else "",
        f"data: {row.quality}" if row.quality else "",
    )
    ended = None if row.ended is None else row.ended.utc_ns
    return chart.resource(
        "DetectedIssue",
        row.id,
        status="final" if row.ended is not None else "preliminary",
        code=concept(f"{_ABOUT[row.kind]}: {row.rule}"),
        severity=_SEVERITY[row.gravest] if row.gravest is not None else None,
        patient=chart.patient,
        identifiedPeriod=chart.period(row.onset.utc_ns, ended),
        author=chart.program,
        detail="; ".join(one for one in details if one),
        mitigation=[
            part(
                action=concept(f"{step.kind.value}: {step.reason}" if step.reason else step.kind.value),
                date=chart.time(step.at.utc_ns),
                author=chart.practitioner(step.operator),
            )
            for step in row.steps
        ],
    )


def flags(chart: Chart) -> list[Resource]:
    """Return every blood-pressure flag."""
    return [_flag(chart, flag) for flag in chart.story.flags.values()]


def _flag(chart: Chart, flag: Flag) -> Resource:
    raised = flag.raised
    ended = None if flag.ended is None else flag.ended.at.utc_ns
    readings = [raised.reading]
    outcome = FlagOutcome.OPEN if raised.repeat_by_utc_ns is not None else None
    if flag.decided is not None:
        outcome = flag.decided.outcome
        readings += [flag.decided.reading] if flag.decided.reading is not None else []
    details: list[Json] = [
        {"url": _FLAG_DETAIL, "valueReference": one}
        for one in references(
            {"reference": urn} for urn in dict.fromkeys(cuff_urn(chart, one) for one in readings) if urn is not None
        )
    ]
    words = f"{raised.grade.value.upper()} flag: {raised.because}"
    return chart.resource(
        "Flag",
        raised.flag_id,
        extension=details,
        status="active" if ended is None and not chart.story.phase.is_over else "inactive",
        category=[hl7_concept("flag-category", "clinical", "Clinical")],
        code=concept(f"{words} ({OUTCOMES[outcome]})" if outcome is not None else words),
        subject=chart.patient,
        period=chart.period(raised.at.utc_ns, ended),
        encounter=chart.encounter,
        author=chart.program,
    )
