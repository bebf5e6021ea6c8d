"""FHIR: the treatment: the infusion or injection with its pauses, the drug as given, and what was drawn, given and wasted.

Rules of the file:
1. Steps stand at their corrected times (`core/steps.py`).
2. A dose is what somebody wrote down. The treatment's dose and each change of it are text and stand as notes, for a `dosage` must
   have an amount or a rate (invariant mad-1); amounts in mg stand in drug records. No rate and no total is worked out.
3. A drug record that was corrected or struck out stays, as entered in error, with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nursestation.core.model import ChartKind, DrugUse, Route
from nursestation.core.records import (
    DrugRecorded,
    DrugStruck,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
)
from nursestation.core.steps import as_corrected
from nursestation.export.charted_now import Entry, entries
from nursestation.export.fhir_parts import (
    Chart,
    Json,
    Resource,
    concept,
    hl7_concept,
    notes,
    part,
    quantity,
    references,
)

ROUTES = {Route.IV: "Intravenous infusion", Route.IM: "Intramuscular injection"}
_MAIN = "treatment"


@dataclass(frozen=True, slots=True)
class _Pause:
    paused: InfusionPaused
    end_utc_ns: int | None = None


@dataclass(frozen=True, slots=True)
class _Course:
    """The treatment with its steps; `end_utc_ns` None while it runs."""

    started: InfusionStarted
    pauses: tuple[_Pause, ...] = ()
    stopped: InfusionStopped | None = None
    end_utc_ns: int | None = None

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end_utc_ns is None


def treatment(chart: Chart) -> list[Resource]:
    """Return the treatment's resources; nothing but drug records before the start."""
    course = _course(chart)
    found: list[Resource] = []
    if course is not None:
        found.append(_procedure(chart, course))
        found += [_pause(chart, pause, n) for n, pause in enumerate(course.pauses)]
        found.append(_given(chart, course))
    for entry in entries(chart.visit):
        if entry.charted.kind in (ChartKind.DOSE_CHANGE, ChartKind.MEDICATION):
            found.append(_charted_drug(chart, entry, has_course=course is not None))
    return [*found, *_drugs(chart, course)]


def _course(chart: Chart) -> _Course | None:
    course: _Course | None = None
    for record in as_corrected(chart.visit.records):
        if isinstance(record, InfusionStarted):
            course = _Course(record)
        if course is None:
            continue
        match record:
            case InfusionPaused():
                course = replace(course, pauses=(*course.pauses, _Pause(record)))
            case InfusionResumed():
                course = _pause_ended(course, record.at.utc_ns)
            case InfusionStopped():
                course = replace(_pause_ended(course, record.at.utc_ns), stopped=record, end_utc_ns=record.at.utc_ns)
            case _:
                pass
    if course is None or course.end_utc_ns is not None:
        return course
    if chart.story.opened.protocol.route is Route.IM:
        return replace(course, end_utc_ns=course.started.at.utc_ns)
    if chart.story.ended is not None:
        ended = chart.story.ended.at.utc_ns
        return replace(_pause_ended(course, ended), end_utc_ns=ended)
    return course


def _pause_ended(course: _Course, utc_ns: int) -> _Course:
    if not course.is_paused:
        return course
    return replace(course, pauses=(*course.pauses[:-1], replace(course.pauses[-1], end_utc_ns=utc_ns)))


def _is_whole(chart: Chart, course: _Course) -> bool:
    if course.stopped is not None:
        return not course.stopped.early
    return chart.story.opened.protocol.route is Route.IM


def _status(chart: Chart, course: _Course) -> str:
    if course.end_utc_ns is not None:
        return "completed" if _is_whole(chart, course) else "stopped"
    return "on-hold" if course.is_paused else "in-progress"


def _why_stopped(chart: Chart, course: _Course) -> Resource | None:
    if course.end_utc_ns is None or _is_whole(chart, course):
        return None
    told = course.stopped.reason if course.stopped is not None else ""
    return concept(told or "Stopped before the planned end, no reason given")


def _procedure(chart: Chart, course: _Course) -> Resource:
    protocol = chart.story.opened.protocol
    planned_min = protocol.planned_min if course.started.planned_min is None else course.started.planned_min
    is_injection = protocol.route is Route.IM
    when: Resource = {"performedPeriod": chart.period(course.started.at.utc_ns, course.end_utc_ns)}
    if is_injection:
        when = {"performedDateTime": chart.time(course.started.at.utc_ns)}
    return chart.resource(
        "Procedure",
        _MAIN,
        status=_status(chart, course),
        statusReason=_why_stopped(chart, course),
        code=concept(ROUTES[protocol.route]),
        subject=chart.patient,
        encounter=chart.encounter,
        **when,
        performer=_performers(chart, course.started.operator),
        note=notes(
            f"{protocol.title}, version {protocol.version}. Given: {course.started.dose_text}",
            "" if is_injection else f"Planned: {planned_min:g} min",
        ),
    )


def _performers(chart: Chart, operator: str | None) -> list[Json]:
    return [{"actor": one} for one in references([chart.practitioner(operator)])]


def _pause(chart: Chart, pause: _Pause, number: int) -> Resource:
    paused = pause.paused
    return chart.resource(
        "Procedure",
        f"pause/{number}",
        partOf=[{"reference": chart.urn("Procedure", _MAIN)}],
        status="in-progress" if pause.end_utc_ns is None else "completed",
        code=concept("Pause of the infusion"),
        subject=chart.patient,
        encounter=chart.encounter,
        performedPeriod=chart.period(paused.at.utc_ns, pause.end_utc_ns),
        performer=_performers(chart, paused.operator),
        reasonCode=[concept(paused.reason)] if paused.reason else None,
    )


def _given(chart: Chart, course: _Course) -> Resource:
    started = course.started
    names = dict.fromkeys(record.use.drug for record in _standing(chart))
    when: Resource = {"effectivePeriod": chart.period(started.at.utc_ns, course.end_utc_ns)}
    if chart.story.opened.protocol.route is Route.IM:
        when = {"effectiveDateTime": chart.time(started.at.utc_ns)}
    why = _why_stopped(chart, course)
    return chart.resource(
        "MedicationAdministration",
        _MAIN,
        status=_status(chart, course),
        statusReason=[why] if why is not None else None,
        medicationCodeableConcept=concept(", ".join(names) or started.dose_text or chart.story.opened.protocol.title),
        subject=chart.patient,
        context=chart.encounter,
        **when,
        performer=_performers(chart, started.operator),
        note=notes(
            f"Dose as written: {started.dose_text}" if started.dose_text else "",
            ROUTES[chart.story.opened.protocol.route],
        ),
    )


def _charted_drug(chart: Chart, entry: Entry, *, has_course: bool) -> Resource:
    """Return a change of dose or rate, or another medicine, as it was charted."""
    is_change = entry.charted.kind is ChartKind.DOSE_CHANGE
    main: list[Json] = [{"reference": chart.urn("MedicationAdministration", _MAIN)}]
    return chart.resource(
        "MedicationAdministration",
        f"charted/{entry.charted.entry_id}",
        partOf=main if is_change and has_course else None,
        status="entered-in-error" if entry.struck is not None else "completed",
        medicationCodeableConcept=concept("Change of dose or rate" if is_change else entry.text or "Medicine"),
        subject=chart.patient,
        context=chart.encounter,
        effectiveDateTime=chart.time(entry.utc_ns),
        performer=_performers(chart, entry.charted.operator),
        note=notes(entry.text if is_change else "", entry.charted.reason, *entry.changes),
    )


def _standing(chart: Chart) -> Iterator[DrugRecorded]:
    changed = _changed(chart)
    for record in chart.visit.records:
        if isinstance(record, DrugRecorded) and record.drug_id not in changed:
            yield record


def _changed(chart: Chart) -> dict[str, DrugRecorded | DrugStruck]:
    """Return what corrected or struck out a drug record, by the id of that record."""
    found: dict[str, DrugRecorded | DrugStruck] = {}
    for record in chart.visit.records:
        if isinstance(record, DrugRecorded) and record.replaces:
            found[record.replaces] = record
        elif isinstance(record, DrugStruck):
            found[record.drug_id] = record
    return found


def _drugs(chart: Chart, course: _Course | None) -> Iterator[Resource]:
    changed = _changed(chart)
    for record in chart.visit.records:
        if isinstance(record, DrugRecorded):
            yield _medication(chart, record)
            yield _drug(chart, record, changed.get(record.drug_id), course)


def _medication(chart: Chart, record: DrugRecorded) -> Resource:
    use = record.use
    vial = f"Vial {use.vial}" if use.vial else ""
    expires = f"Expires {use.expires} (as it stands on the vial)" if use.expires else ""
    words = ", ".join(one for one in (use.drug, use.concentration, vial, expires) if one)
    return chart.resource(
        "Medication",
        record.drug_id,
        code=concept(words or "Drug"),
        batch=part(lotNumber=use.lot),
    )


def _drug(
    chart: Chart, record: DrugRecorded, change: DrugRecorded | DrugStruck | None, course: _Course | None
) -> Resource:
    use = record.use
    when: Resource = {"effectiveDateTime": chart.time(record.at.utc_ns)}
    if course is not None:
        when = {"effectivePeriod": chart.period(course.started.at.utc_ns, course.end_utc_ns)}
    who = chart.practitioner(record.operator)
    saw = chart.practitioner(record.witness or None)
    function = "med-admin-perform-function"
    performers: list[Json] = []
    if who is not None:
        performers.append({"function": hl7_concept(function, "performer", "Performer"), "actor": who})
    if saw is not None:
        performers.append({"function": hl7_concept(function, "witness", "Witness"), "actor": saw})
    return chart.resource(
        "MedicationAdministration",
        f"drug/{record.drug_id}",
        partOf=[{"reference": chart.urn("MedicationAdministration", _MAIN)}] if course is not None else None,
        status="entered-in-error" if change is not None else _drug_status(chart, course),
        medicationReference={"reference": chart.urn("Medication", record.drug_id)},
        subject=chart.patient,
        context=chart.encounter,
        **when,
        performer=performers,
        note=notes(_amounts(use), use.why_differs, _change(chart, change)),
        dosage={"dose": quantity(use.given_mg, "mg", "mg")},
    )


def _drug_status(chart: Chart, course: _Course | None) -> str:
    return "completed" if course is None or course.end_utc_ns is not None else _status(chart, course)


def _amounts(use: DrugUse) -> str:
    return f"Drawn {use.drawn_mg:g} mg, given {use.given_mg:g} mg, wasted {use.wasted_mg:g} mg"


def _change(chart: Chart, change: DrugRecorded | DrugStruck | None) -> str:
    if change is None:
        return ""
    word = "Corrected" if isinstance(change, DrugRecorded) else "Struck out"
    return f"{word} {chart.time(change.at.utc_ns)} by {chart.name(change.operator)}: {change.reason}"
