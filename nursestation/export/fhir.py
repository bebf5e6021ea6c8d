"""A visit as one FHIR R4 Bundle: a document where the discharge is signed, else a collection (docs/exports-charts.md says why).

Rules of the file:
1. The models check and write every resource: those of `fhir.resources` for 4.3.0 (R4B), of which 4.0.1 (R4) has every element
   that is used here (tests/unit/export/test_fhir.py compares the two, element by element).
2. Every reference is to a resource of the same bundle, by `urn:uuid`.
3. The bundle's time is that of the newest thing it tells, so that the same record gives the same bytes.
4. A de-identified visit is a collection always: nobody signed it as it stands, and the hash of the record's chain would tie it to
   its record.
5. An entry is a line of the file.
"""

from datetime import UTC, tzinfo

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle

from nursestation.core.records import DischargeSigned
from nursestation.export.cuff_monitor import cuff_monitors
from nursestation.export.fhir_alarms import flags, issues
from nursestation.export.fhir_chart import charted, criteria, scores
from nursestation.export.fhir_parts import Chart, Resource, acting, allowed
from nursestation.export.fhir_people import people
from nursestation.export.fhir_signed import composition, provenance
from nursestation.export.fhir_treatment import treatment
from nursestation.export.fhir_vitals import vital_signs
from nursestation.export.story import tell
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, portion, watched

_TOLD_EVERY = 50
_GATHERED = 0.2  # of the work


def fhir_bundle(visit: VisitRecord, zone: tzinfo | None, progress: Progress) -> bytes:
    """Return the file's content.

    Args:
        visit: The session.
        zone: Time zone of its times; None for the computer's own. A de-identified visit has UTC.
        progress: Told how much is done, 0 to 1; may raise to stop.
    """
    chart = _chart(visit, UTC if visit.is_deidentified else zone)
    signed = None if visit.is_deidentified else chart.story.discharge
    resources = _resources(chart, signed, portion(progress, 0, _GATHERED))
    lines: list[str] = []
    for resource in watched(resources, progress, _GATHERED, 1, every=_TOLD_EVERY):
        checked = get_fhir_model_class(str(resource["resourceType"])).model_validate(allowed(resource))
        lines.append(f'{{"fullUrl":"urn:uuid:{resource["id"]}","resource":{checked.model_dump_json()}}}')
    head = _head(chart, is_document=signed is not None).model_dump_json()
    entries = ",\n".join(lines)
    return f'{head.removesuffix("}")},"entry":[\n{entries}\n]}}\n'.encode()


def _chart(visit: VisitRecord, zone: tzinfo | None) -> Chart:
    story = tell(visit)
    delivered = {sample.monitor for sample in visit.samples if sample.monitor}
    return Chart(
        visit=visit,
        story=story,
        zone=zone,
        staff=acting(visit),
        monitors=frozenset(delivered | set(story.monitors)),
        cuffs=cuff_monitors(visit),
    )


def _resources(chart: Chart, signed: DischargeSigned | None, progress: Progress) -> list[Resource]:
    """Return the bundle's resources in order; a document's begin with its Composition."""
    found = people(chart)
    sections = {
        "Treatment": treatment(chart),
        "Vital signs": vital_signs(chart, progress),
        "Flags and alarms": [*flags(chart), *issues(chart)],
        "Scores": scores(chart),
        "Charted": charted(chart),
        "Discharge": criteria(chart),
    }
    told = [one for section in sections.values() for one in section]
    if signed is None:
        return [*found, *told]
    leaving = [one for one in found if one["resourceType"] == "RelatedPerson"]
    monitors = [one for one in found if one["resourceType"] == "Device"]
    sections |= {"Who takes the patient home": leaving, "Monitors and program": monitors}
    return [composition(chart, signed, sections), *found, *told, provenance(chart, signed)]


def _head(chart: Chart, *, is_document: bool) -> Bundle:
    """Return the bundle without its entries."""
    visit = chart.visit
    newest = max(record.at.utc_ns for record in (*visit.records[-1:], *visit.samples[-1:]))
    chain = "" if visit.is_deidentified else visit.summary.chain_head
    content = {
        **chart.resource("Bundle", chain),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": chart.urn("Bundle", chain)},
        "type": "document" if is_document else "collection",
        "timestamp": chart.time(newest),
    }
    return Bundle.model_validate(content)
