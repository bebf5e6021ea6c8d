"""FHIR: who and what a visit is about: patient, visit, chair, staff, monitors, this program, and who takes the patient home."""

from nursestation.core.checkin import TRANSPORT_WORDS
from nursestation.core.model import LeavingPath, MonitorFacts
from nursestation.core.wording import ROLE_WORDS
from nursestation.export.fhir_parts import (
    SYSTEM,
    Chart,
    Json,
    Resource,
    concept,
    hl7_concept,
    known_staff,
    notes,
    part,
    references,
    tag,
)


def people(chart: Chart) -> list[Resource]:
    """Return the resources that the others point at."""
    return [
        _patient(chart),
        _encounter(chart),
        _location(chart),
        *_practitioners(chart),
        *(_monitor(chart, monitor) for monitor in sorted(chart.monitors)),
        _program(chart),
        *driver(chart),
    ]


def _patient(chart: Chart) -> Resource:
    """Return the patient; of a de-identified visit the code that stands in its place, and the year of birth."""
    patient = chart.story.opened.patient
    if chart.visit.is_deidentified:
        code: Resource = {"system": SYSTEM + "de-identified", "value": patient.record_number}
        return chart.resource("Patient", identifier=[code], birthDate=str(patient.birth_date.year))
    number = part(type=hl7_concept("v2-0203", "MR", "Medical record number"), value=patient.record_number)
    name = part(use="official", family=patient.family_name, given=[one for one in [patient.given_name] if one])
    return chart.resource(
        "Patient",
        identifier=[number] if patient.record_number else None,
        name=[name],
        birthDate=patient.birth_date.isoformat(),
    )


def _encounter(chart: Chart) -> Resource:
    summary, story = chart.visit.summary, chart.story
    participants: list[Json] = []
    for one in known_staff(chart.visit, chart.staff):
        who = chart.practitioner(one.id)
        participants.append(part(type=[concept(ROLE_WORDS[one.role])], individual=who))
    out: Resource | None = None
    if story.discharge is not None:
        away = story.discharge.path is LeavingPath.AGAINST_ADVICE
        code, display = ("aadvice", "Left against advice") if away else ("home", "Home")
        out = {"dischargeDisposition": hl7_concept("discharge-disposition", code, display)}
    elif story.handed_over is not None:
        text = f"Handed over to {story.handed_over.to}" if story.handed_over.to else "Handed over"
        out = {"dischargeDisposition": hl7_concept("discharge-disposition", "oth", "Other", text)}
    return chart.resource(
        "Encounter",
        identifier=[{"system": SYSTEM + "session", "value": summary.id}],
        status="finished" if story.phase.is_over else "in-progress",
        class_=tag("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory"),
        type=[concept(story.opened.protocol.title)],
        subject=chart.patient,
        participant=participants,
        period=chart.period(summary.opened.utc_ns, _over_utc(chart)),
        hospitalization=out,
        location=[{"location": {"reference": chart.urn("Location")}}],
    )


def _over_utc(chart: Chart) -> int | None:
    return chart.visit.summary.ended_utc_ns if chart.story.phase.is_over else None


def _location(chart: Chart) -> Resource:
    return chart.resource("Location", status="active", name=f"Chair {chart.story.opened.chair}", mode="instance")


def _practitioners(chart: Chart) -> list[Resource]:
    return [
        chart.resource(
            "Practitioner",
            one.id,
            identifier=[{"system": SYSTEM + "staff", "value": one.id}],
            name=[{"text": one.name}],
        )
        for one in known_staff(chart.visit, chart.staff)
    ]


def _monitor(chart: Chart, monitor: str) -> Resource:
    facts = chart.story.monitors.get(monitor, MonitorFacts(monitor=monitor, driver="", title=""))
    title = facts.title.partition(" on ")[0] or monitor.partition(":")[2] or monitor
    return chart.resource(
        "Device",
        monitor,
        identifier=[{"system": SYSTEM + "monitor", "value": monitor}],
        status="active",
        manufacturer=facts.vendor,
        serialNumber=facts.serial,
        deviceName=[{"name": title, "type": "user-friendly-name"}],
        modelNumber=facts.model,
        type=concept("Patient monitor"),
        note=notes("A simulated monitor." if facts.simulated else ""),
    )


def _program(chart: Chart) -> Resource:
    return chart.resource(
        "Device",
        "program",
        status="active",
        deviceName=[{"name": "Nursestation", "type": "user-friendly-name"}],
        type=concept("Software: a second display beside the bedside monitor, which remains the monitor"),
        version=[{"value": chart.visit.version}],
    )


def driver(chart: Chart) -> list[Resource]:
    """Return who takes the patient home: who did, once the discharge is signed, else who is named; none if de-identified."""
    story = chart.story
    who = story.driver if story.discharge is None else story.discharge.driver
    if who is None or chart.visit.is_deidentified:
        return []
    telecom: list[Json] = [{"system": "phone", "value": who.phone}] if who.phone else []
    relations = references([concept(who.relation) if who.relation else None])
    return [
        chart.resource(
            "RelatedPerson",
            "driver",
            active=True,
            patient=chart.patient,
            relationship=[*relations, concept(f"Takes the patient home: {TRANSPORT_WORDS[who.transport]}")],
            name=[{"text": who.name}] if who.name else None,
            telecom=telecom,
        )
    ]
