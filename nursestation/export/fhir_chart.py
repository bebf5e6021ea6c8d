"""FHIR: what staff saw and scored, as Observations: charted events, scores, the check lying and standing, discharge criteria."""

from nursestation.core.model import ChartKind, ScoreKind, Severity
from nursestation.core.records import (
    CriterionAnswered,
    CriterionEvidence,
    DischargeSigned,
    HandedOver,
    OrthostaticRecorded,
    ScoreRecorded,
    happened,
)
from nursestation.core.scores import RECOVERY
from nursestation.core.scorings import label_of
from nursestation.export.charted_now import Entry, entries
from nursestation.export.codes import BP_PANEL, PAIN, Code
from nursestation.export.fhir_parts import Chart, Json, Resource, concept, hl7_concept, notes, part, references
from nursestation.export.fhir_vitals import BY_HAND, metric_code, metric_quantity

_DRUGS = (ChartKind.DOSE_CHANGE, ChartKind.MEDICATION)
_TITLES = {
    ChartKind.SIDE_EFFECT: "Side effect",
    ChartKind.SYMPTOM: "Symptom",
    ChartKind.POSITION: "Position",
    ChartKind.OXYGEN: "Oxygen",
    ChartKind.CLINICIAN_TOLD: "Clinician told",
    ChartKind.NOTE: "Note",
}
_SNOMED = "http://snomed.info/sct"
_SEVERITIES = {
    Severity.MILD: Code(_SNOMED, "255604002", "Mild"),
    Severity.MODERATE: Code(_SNOMED, "6736007", "Moderate"),
    Severity.SEVERE: Code(_SNOMED, "24484000", "Severe"),
}
"""Source: FHIR R4, value set condition-severity."""

_EXAM, _SURVEY = ("exam", "Exam"), ("survey", "Survey")


def charted(chart: Chart) -> list[Resource]:
    """Return what was charted but for drugs, as it is to be read now."""
    return [_entry(chart, entry) for entry in entries(chart.visit) if entry.charted.kind not in _DRUGS]


def _seen(chart: Chart, key: str, category: tuple[str, str], code: Resource, by: str | None, **more: Json) -> Resource:
    elements: Resource = {"status": "final", **more}
    return chart.resource(
        "Observation",
        key,
        category=[hl7_concept("observation-category", *category)],
        code=code,
        subject=chart.patient,
        encounter=chart.encounter,
        performer=references([chart.practitioner(by)]),
        **elements,
    )


def _entry(chart: Chart, entry: Entry) -> Resource:
    record = entry.charted
    status = "corrected" if entry.changes else "final"
    when: Resource = {"effectiveDateTime": chart.time(entry.utc_ns)}
    if entry.over_utc_ns is not None:
        when = {"effectivePeriod": chart.period(entry.utc_ns, entry.over_utc_ns)}
    elif record.kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM):
        when = {"effectivePeriod": chart.period(entry.utc_ns, None)}
    strength: list[Json] = []
    if entry.severity is not None:
        known = _SEVERITIES[entry.severity]
        strength.append({"code": concept("Severity"), "valueCodeableConcept": concept(known.display, known)})
    return _seen(
        chart,
        f"charted/{record.entry_id}",
        _EXAM,
        concept(_TITLES[record.kind]),
        record.operator,
        status="entered-in-error" if entry.struck is not None else status,
        valueString=entry.text,
        component=strength,
        note=notes(record.reason, *entry.changes),
        **when,
    )


def scores(chart: Chart) -> list[Resource]:
    """Return every score, those that speak to a discharge criterion included."""
    found = []
    for place, record in enumerate(chart.visit.records):
        if isinstance(record, ScoreRecorded):
            found.append(_score(chart, record, str(place)))
        elif isinstance(record, CriterionAnswered) and record.score is not None:
            found.append(_answered(chart, record, record.score, str(place)))
        elif isinstance(record, OrthostaticRecorded):
            found += _standing(chart, record, str(place))
    return found


def _items(items: tuple[tuple[str, int], ...]) -> list[Json]:
    return [{"code": concept(name.replace("_", " ")), "valueInteger": value} for name, value in items]


def _score(chart: Chart, record: ScoreRecorded, key: str) -> Resource:
    codes = (PAIN,) if record.kind is ScoreKind.PAIN else ()
    return _seen(
        chart,
        key,
        _SURVEY,
        concept(label_of(record.kind, record.label), *codes),
        record.operator,
        effectiveDateTime=chart.time(happened(record).utc_ns),
        valueInteger=record.value,
        component=_items(record.items),
        note=notes(record.note),
    )


def _answered(chart: Chart, record: CriterionAnswered, score: int, key: str) -> Resource:
    known = next((one for one in RECOVERY.values() if record.variant and one.variant == record.variant), None)
    title = known.title if known is not None else record.criterion.replace("_", " ")
    return _seen(
        chart,
        key,
        _SURVEY,
        concept(title),
        record.operator,
        effectiveDateTime=chart.time(record.at.utc_ns),
        valueInteger=score,
        component=_items(record.items),
        note=notes(record.evidence),
    )


def _standing(chart: Chart, record: OrthostaticRecorded, key: str) -> list[Resource]:
    """Return the pressures that were entered by hand: the others are cuff readings already, and a skipped check has none."""
    postures = (("lying", record.lying), ("standing 1 min", record.standing_1), ("standing 3 min", record.standing_3))
    found = []
    for n, (posture, values) in enumerate(postures):
        is_cuff = n < len(record.came_from) and record.came_from[n] is not None
        if values is None or is_cuff:
            continue
        pressures = zip(("nibp_sys", "nibp_dia", "nibp_pulse_rate"), values, strict=True)
        component: list[Json] = [
            part(code=metric_code(metric), valueQuantity=metric_quantity(metric, value))
            for metric, value in pressures
            if value is not None
        ]
        found.append(
            _seen(
                chart,
                f"{key}/{n}",
                ("vital-signs", "Vital Signs"),
                concept(f"Cuff pressure, {posture}", *BP_PANEL),
                record.operator,
                effectiveDateTime=chart.time(record.at.utc_ns),
                method=concept(BY_HAND),
                component=component,
                note=notes("The time is that of entering."),
            )
        )
    return found


def criteria(chart: Chart) -> list[Resource]:
    """Return each discharge criterion with its state and evidence as it stood at the signature, or at the hand-over."""
    found: list[Resource] = []
    for place, record in enumerate(chart.visit.records):
        if isinstance(record, DischargeSigned | HandedOver):
            found += [
                _criterion(chart, record, one, f"{place}/{n}/{one.criterion}") for n, one in enumerate(record.evidence)
            ]
    return found


def _criterion(chart: Chart, record: DischargeSigned | HandedOver, one: CriterionEvidence, key: str) -> Resource:
    return _seen(
        chart,
        key,
        _SURVEY,
        concept(f"Discharge criterion: {one.title}"),
        record.operator,
        effectiveDateTime=chart.time(record.at.utc_ns),
        valueCodeableConcept=concept(one.state.replace("_", " ")),
        note=notes(one.evidence),
    )
