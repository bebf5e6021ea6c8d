"""FHIR: what makes a signed visit a document: the Composition, and the Provenance that carries the signature.

Rules of the file:
1. The signature is the one of the record (21 CFR 11.50: printed name, date and time, meaning; no claim of conformity). It covers
   the chain of the visit's records up to it, and that hash stands in it. It is no cryptographic signature of this file.
2. Every section stands for itself in words (`fhir_words.py`), and names its resources.
"""

import base64
import json

from nursestation.core.model import Signature
from nursestation.core.records import DischargeSigned
from nursestation.core.wording import PHASE_WORDS
from nursestation.export.events import events
from nursestation.export.fhir_parts import SYSTEM, Chart, Json, Resource, hl7_concept, narrative, part, tag
from nursestation.export.fhir_words import lines
from nursestation.export.localtime import clock, clock_s

_SIGNED_AS = tag("urn:iso-astm:E1762-95:2013", "1.2.840.10065.1.12.1.1", "Author's Signature")
_SUMMARY = tag("http://loinc.org", "34133-9", "Summarization of episode note")


def composition(chart: Chart, signed: DischargeSigned, sections: dict[str, list[Resource]]) -> Resource:
    """Return the document's first resource.

    Args:
        chart: The visit.
        signed: What was signed.
        sections: The resources by the title of the section that they belong to.
    """
    signature = signed.signature
    who = _signer(chart, signature)
    rows = {
        "Course of the visit": [(clock_s(one.utc, chart.zone), one.text, one.by) for one in events(chart.visit)],
        "Discharge": [(one.title, one.state.replace("_", " "), one.evidence) for one in signed.evidence],
    }
    phases: list[Json] = [
        part(title=title, text=narrative(title, rows.get(title, lines(found))), entry=_entries(found))
        for title, found in sections.items()
    ]
    course = part(
        title="Course of the visit", text=narrative(_phases(chart), rows["Course of the visit"])
    )  # fmt: skip
    said = ((signature.name, signature.role.value.replace("_", " "), signature.meaning), ("", "", signed.leaving))
    return chart.resource(
        "Composition",
        text=narrative(f"{chart.story.opened.protocol.title}: signed visit", [row for row in said if any(row)]),
        status="final",
        type={"coding": [_SUMMARY], "text": "Visit summary"},
        subject=chart.patient,
        encounter=chart.encounter,
        date=chart.time(signature.signed_utc_ns),
        author=[who, chart.program],
        title="Visit summary",
        attester=[{"mode": "professional", "time": chart.time(signature.signed_utc_ns), "party": who}],
        section=[course, *phases],
    )


def _signer(chart: Chart, signature: Signature) -> Resource:
    known = chart.practitioner(signature.operator_id)
    return known if known is not None else {"display": signature.name}


def _phases(chart: Chart) -> str:
    stretches = [f"{PHASE_WORDS[span.phase]} from {clock(span.start_utc, chart.zone)}" for span in chart.story.spans]
    return "; ".join(stretches)


def _entries(found: list[Resource]) -> list[Json]:
    return [{"reference": f"urn:uuid:{one['id']}"} for one in found]


def provenance(chart: Chart, signed: DischargeSigned) -> Resource:
    """Return who signed what, when and with which meaning, and the hash of the chain that the signature covers."""
    signature = signed.signature
    who = _signer(chart, signature)
    when = chart.time(signature.signed_utc_ns)
    content = {
        "name": signature.name,
        "operator": signature.operator_id,
        "role": signature.role.value,
        "meaning": signature.meaning,
        "signed": when,
        "covers_sha256": signature.covers,
    }
    data = base64.b64encode(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).decode()
    types = "provenance-participant-type"
    return chart.resource(
        "Provenance",
        "signature",
        target=[{"reference": chart.urn("Composition")}],
        occurredDateTime=when,
        recorded=when,
        reason=[{"text": signature.meaning}] if signature.meaning else None,
        agent=[
            {"type": hl7_concept(types, "author", "Author"), "who": who},
            {"type": hl7_concept(types, "assembler", "Assembler"), "who": chart.program},
        ],
        entity=[
            {
                "role": "source",
                "what": {
                    "identifier": {"system": SYSTEM + "record-chain", "value": signature.covers},
                    "display": "SHA-256 of the visit's record chain up to the signature",
                },
            }
        ],
        signature=[
            {"type": [_SIGNED_AS], "when": when, "who": who, "sigFormat": "application/json", "data": data},
        ],
    )
