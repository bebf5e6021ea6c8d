"""FHIR: what was measured, as Observations after the vital-signs profiles of FHIR R4.

Rules of the file:
1. Every cuff cycle is an Observation: a panel with systolic, diastolic and mean pressure as components, at the time it was
   measured. A part that is missing says so (`dataAbsentReason`); a cycle without a result has no part but those reasons.
2. What a monitor gives all the time comes as one Observation a minute: the median, with the lowest, the highest and the number
   of readings as components, and `method` says so. A minute without a valid reading has no Observation.
3. What staff measured by hand comes as it was taken, with who took it; what could not be measured says why.
"""

from collections.abc import Iterable

from devices.events import Mode
from devices.vocabulary import METRICS
from nursestation.core.model import CuffReading, Provenance
from nursestation.core.records import (
    BaselineTaken,
    CuffFailed,
    CuffTaken,
    NotMeasurable,
    VitalsEntered,
    WeightRecorded,
    happened,
)
from nursestation.export.codes import BODY_WEIGHT, BP_PANEL, CODES, KG, UCUM_UNITS, mdc_of
from nursestation.export.cuff_monitor import cycle_of
from nursestation.export.fhir_parts import (
    Chart,
    Json,
    Resource,
    absent,
    concept,
    decimal,
    hl7_concept,
    notes,
    part,
    quantity,
    references,
)
from nursestation.export.minutes import MinuteValue, minute_values
from nursestation.export.watched import Progress, portion, watched

CUFF_PARTS = ("nibp_sys", "nibp_dia", "nibp_mean")
BY_HAND = "Measured and entered by hand"
BY_MONITOR = "Measured by the monitor"
_TOLD_EVERY = 500
_COUNTED = 0.4  # of the work
MEDIAN = "Median of the valid readings of one minute"


def vital_signs(chart: Chart, progress: Progress) -> list[Resource]:
    """Return every Observation of a vital sign, what came as records first, then minute by minute.

    Args:
        chart: The visit.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    found: list[Resource] = []
    for place, record in enumerate(chart.visit.records):
        key = str(place)
        match record:
            case CuffTaken():
                found += _cuff(chart, record, key)
            case CuffFailed():
                found.append(_failed(chart, record, key))
            case BaselineTaken():
                found.append(_baseline(chart, record, key))
            case VitalsEntered():
                found += [_by_hand(chart, record, metric, value, key) for metric, value in record.values]
            case NotMeasurable():
                found.append(_not_measurable(chart, record, key))
            case WeightRecorded():
                found.append(_weight(chart, record, key))
            case _:
                pass
    values = minute_values(chart.visit, portion(progress, 0, _COUNTED))
    return [*found, *(_minute(chart, value) for value in watched(values, progress, _COUNTED, 1, every=_TOLD_EVERY))]


def cuff_urn(chart: Chart, reading: CuffReading) -> str | None:
    """Return the name of a cuff reading's panel; None where the visit has no record of it."""
    for place, record in enumerate(chart.visit.records):
        if isinstance(record, CuffTaken) and record.reading == reading:
            return chart.urn("Observation", str(place))
    return None


def _vital(chart: Chart, key: str, code: Resource, effective: Resource, **elements: Json) -> Resource:
    return chart.resource(
        "Observation",
        key,
        status="final",
        category=[hl7_concept("observation-category", "vital-signs", "Vital Signs")],
        code=code,
        subject=chart.patient,
        encounter=chart.encounter,
        **effective,
        **elements,
    )


def _at(chart: Chart, utc_ns: int) -> Resource:
    return {"effectiveDateTime": chart.time(utc_ns)}


def metric_code(metric: str, source: str = "") -> Resource:
    """Return what a metric is: its codes where it has any, and its name."""
    known = CODES.get(metric)
    if known is None:
        return concept(METRICS[metric].label)
    mdc = mdc_of(metric, source) or known.mdc
    return concept(METRICS[metric].label, *known.loinc, mdc)


def metric_quantity(metric: str, value: float) -> Resource:
    """Return a value in its metric's unit."""
    known = CODES.get(metric)
    if known is not None:
        return quantity(value, known.unit.shown, known.unit.ucum)
    unit = METRICS[metric].unit
    return {"value": decimal(value)} if unit is None else quantity(value, unit.value, UCUM_UNITS[unit])


def _pressures(values: Iterable[tuple[str, float | None]], why: Resource) -> list[Json]:
    return [
        part(code=metric_code(metric), dataAbsentReason=why)
        if value is None
        else part(code=metric_code(metric), valueQuantity=metric_quantity(metric, value))
        for metric, value in values
    ]


def _cuff(chart: Chart, record: CuffTaken, key: str) -> list[Resource]:
    reading = record.reading
    is_by_hand = reading.provenance is Provenance.MANUAL
    why = absent("not-performed", "Not Performed") if is_by_hand else absent("unknown", "Unknown")
    values = zip(CUFF_PARTS, (reading.sys, reading.dia, reading.mean), strict=True)
    shared = part(
        performer=references([chart.practitioner(record.operator)]) if is_by_hand else None,
        device=None if is_by_hand else chart.device(chart.cuffs.get(cycle_of(reading), "")),
        method=concept(BY_HAND if is_by_hand else BY_MONITOR),
        note=notes(
            "The monitor does not tell when it measured: the time is that of the arrival."
            if not reading.time_known
            else "",
            "The reading was corrected." if reading.provenance is Provenance.CORRECTED else "",
            _simulated(reading.provenance is Provenance.SIMULATED),
        ),
    )
    at = _at(chart, reading.measured_utc_ns)
    panel = concept("Cuff pressure", *BP_PANEL)
    found = [_vital(chart, key, panel, at, component=_pressures(values, why), **shared)]
    if reading.pulse is not None:
        value = metric_quantity("nibp_pulse_rate", reading.pulse)
        found.append(
            _vital(chart, f"{key}/pulse", metric_code("nibp_pulse_rate"), at, valueQuantity=value, **shared)
        )  # fmt: skip
    return found


def _simulated(is_so: bool) -> str:
    return "SIMULATED" if is_so else ""


def _failed(chart: Chart, record: CuffFailed, key: str) -> Resource:
    why = absent("error", "Error")
    return _vital(
        chart,
        key,
        concept("Cuff pressure", *BP_PANEL),
        _at(chart, record.at.utc_ns),
        device=chart.device(record.monitor),
        method=concept(BY_MONITOR),
        component=_pressures(((metric, None) for metric in CUFF_PARTS), why),
        note=notes(f"Cuff cycle without a result: {record.text}" if record.text else "Cuff cycle without a result"),
    )


def _baseline(chart: Chart, record: BaselineTaken, key: str) -> Resource:
    base = record.baseline
    derived = [cuff_urn(chart, reading) for reading in base.readings]
    values = zip(CUFF_PARTS, (base.sys, base.dia, base.mean), strict=True)
    return _vital(
        chart,
        key,
        concept("Baseline cuff pressure", *BP_PANEL),
        _at(chart, record.at.utc_ns),
        performer=references([chart.practitioner(record.operator)]),
        method=concept("Median of the cuff readings that it is derived from"),
        component=_pressures(values, absent("unknown", "Unknown")),
        derivedFrom=[{"reference": urn} for urn in dict.fromkeys(derived) if urn is not None],
    )


def _by_hand(chart: Chart, record: VitalsEntered, metric: str, value: float, key: str) -> Resource:
    return _vital(
        chart,
        f"{key}/{metric}",
        metric_code(metric),
        _at(chart, happened(record).utc_ns),
        valueQuantity=metric_quantity(metric, value),
        performer=references([chart.practitioner(record.operator)]),
        method=concept(BY_HAND),
    )


def _not_measurable(chart: Chart, record: NotMeasurable, key: str) -> Resource:
    why = absent("not-performed", "Not Performed")
    is_cuff = record.metric.startswith("nibp_")
    missing: Resource = {"dataAbsentReason": why}
    if is_cuff:
        missing = {"component": _pressures(((metric, None) for metric in CUFF_PARTS), why)}
    return _vital(
        chart,
        key,
        concept("Cuff pressure", *BP_PANEL) if is_cuff else metric_code(record.metric),
        _at(chart, happened(record).utc_ns),
        performer=references([chart.practitioner(record.operator)]),
        note=notes(f"Not measurable: {record.reason}" if record.reason else "Not measurable"),
        **missing,
    )


def _weight(chart: Chart, record: WeightRecorded, key: str) -> Resource:
    return _vital(
        chart,
        key,
        concept("Body weight", BODY_WEIGHT),
        _at(chart, record.at.utc_ns),
        valueQuantity=quantity(record.kg, KG.shown, KG.ucum),
        performer=references([chart.practitioner(record.operator)]),
        method=concept("Measured on a scale" if record.measured else "As the patient said"),
    )


def _minute(chart: Chart, value: MinuteValue) -> Resource:
    key = f"{value.minute}/{value.monitor}/{value.metric}/{value.source}"
    statistics = "observation-statistics"
    return _vital(
        chart,
        key,
        metric_code(value.metric, value.source),
        {"effectivePeriod": chart.period(value.first_utc_ns, value.last_utc_ns)},
        valueQuantity=metric_quantity(value.metric, value.median),
        device=chart.device(value.monitor),
        method=hl7_concept(statistics, "median", "Median", MEDIAN),
        note=notes(_simulated(value.mode is Mode.SIMULATED)),
        component=[
            {
                "code": hl7_concept(statistics, "minimum", "Minimum", "Lowest of the minute"),
                "valueQuantity": metric_quantity(value.metric, value.low),
            },
            {
                "code": hl7_concept(statistics, "maximum", "Maximum", "Highest of the minute"),
                "valueQuantity": metric_quantity(value.metric, value.high),
            },
            {"code": hl7_concept(statistics, "count", "Count", "Readings in the minute"), "valueInteger": value.n},
        ],
    )
