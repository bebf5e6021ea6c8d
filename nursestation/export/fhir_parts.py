"""The small parts that every FHIR resource of a visit is made of: ids, references, codes, quantities, times, markings.

Rules of the file:
1. The same record gives the same id: uuid5 of the session and of what names the record in it. No id is random, no time is now.
2. Every resource carries `secondary-display`, and `HTEST` where the visit is simulated.
3. A resource is a plain mapping here; `fhir.py` lets the FHIR models check and write it.
"""

import html
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from nursestation.core.model import Operator
from nursestation.export.codes import UCUM, Code
from nursestation.export.cuff_monitor import Cycle
from nursestation.export.localtime import iso
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord

Json = str | int | bool | Decimal | Sequence["Json"] | dict[str, "Json"] | None
Resource = dict[str, Json]
"""A resource or a part of one; None stands for an element that is not there."""

_NAMESPACE = uuid.UUID("fe589db0-2448-4025-a152-ebe47d018158")
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

SYSTEM = "urn:nursestation:"
"""Begin of the URIs of this program's own identifiers and tags."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A visit with what its resources share.

    Attributes:
        visit: The visit.
        story: The same, told.
        zone: Time zone of its times; None for the computer's own.
        staff: Ids of who has a Practitioner.
        monitors: Ids of the monitors that have a Device.
        cuffs: Which monitor took which cuff cycle.
    """

    visit: VisitRecord
    story: Story
    zone: tzinfo | None
    staff: frozenset[str]
    monitors: frozenset[str]
    cuffs: Mapping[Cycle, str]

    def urn(self, kind: str, key: str = "") -> str:
        """Return the name of a resource in the bundle; `key` tells it apart from others of its kind."""
        return uuid.uuid5(_NAMESPACE, f"{self.visit.summary.id}/{kind}/{key}").urn

    def time(self, utc_ns: int) -> str:
        """Return a time, UTC [ns], with milliseconds and offset."""
        return iso(utc_ns, self.zone)

    def period(self, begin_utc_ns: int, end_utc_ns: int | None) -> Resource:
        """Return a stretch of time; without an end it lasts. Where the clock was set back within, it ends where it began."""
        end = None if end_utc_ns is None else self.time(max(begin_utc_ns, end_utc_ns))
        return part(start=self.time(begin_utc_ns), end=end)

    def resource(self, resource_type: str, key: str = "", **elements: Json) -> Resource:
        """Return a resource with its id and its marks."""
        tags: list[Json] = [tag(SYSTEM + "tag", "secondary-display", "Written by a secondary display")]
        meta: Resource = {"tag": tags}
        if self.visit.summary.simulated:
            test = tag(_TERMINOLOGY + "v3-ActReason", "HTEST", "test health data")
            tags.append(test)
            meta["security"] = [test]
        id_ = self.urn(resource_type, key).removeprefix("urn:uuid:")
        return {"resourceType": resource_type, "id": id_, "meta": meta, **part(**elements)}

    @property
    def patient(self) -> Resource:
        """Return the reference to the patient."""
        return {"reference": self.urn("Patient")}

    @property
    def encounter(self) -> Resource:
        """Return the reference to the visit."""
        return {"reference": self.urn("Encounter")}

    @property
    def program(self) -> Resource:
        """Return the reference to this program."""
        return {"reference": self.urn("Device", "program")}

    def practitioner(self, operator: str | None) -> Resource | None:
        """Return the reference to a member of staff; None for nobody, or somebody who is not known."""
        if operator not in self.staff or operator is None:
            return None
        return {"reference": self.urn("Practitioner", operator), "display": self.visit.name(operator)}

    def device(self, monitor: str) -> Resource | None:
        """Return the reference to a monitor; None for one that is not known."""
        return {"reference": self.urn("Device", monitor)} if monitor in self.monitors else None

    def name(self, operator: str | None) -> str:
        """Return an operator's name; "" for what the program or a monitor did."""
        return self.visit.name(operator)


def part(**elements: Json) -> Resource:
    """Return the elements that are there; a name's last underscore is dropped (`class_`)."""
    return {name.removesuffix("_"): value for name, value in elements.items() if value not in (None, "", [], {})}


def tag(system: str, code: str, display: str) -> Resource:
    """Return a coding."""
    return {"system": system, "code": code, "display": display}


def coding(code: Code) -> Resource:
    """Return a code of the table as a coding."""
    return tag(code.system, code.code, code.display)


def concept(text: str, *codes: Code) -> Resource:
    """Return a concept with its words."""
    return part(coding=[coding(one) for one in codes], text=text)


def hl7_concept(system: str, code: str, display: str, text: str = "") -> Resource:
    """Return a concept of HL7's own terminology; `system` is the last part of its URI."""
    return part(coding=[tag(_TERMINOLOGY + system, code, display)], text=text)


def absent(code: str, display: str) -> Resource:
    """Return why a value is not there."""
    return hl7_concept("data-absent-reason", code, display)


def decimal(value: float) -> Decimal:
    """Return a number as it is written: no more digits than it has."""
    return Decimal(f"{value:.10g}")


def quantity(value: float, shown: str, ucum: str) -> Resource:
    """Return a value with its unit."""
    return {"value": decimal(value), "unit": shown, "system": UCUM, "code": ucum}


def notes(*texts: str) -> list[Json]:
    """Return annotations of the texts that are there."""
    return [{"text": text} for text in texts if text]


def references(found: Iterable[Resource | None]) -> list[Json]:
    """Return the references that are there."""
    return [one for one in found if one is not None]


def allowed(value: Json) -> Json:
    """Return a value with every character that FHIR does not allow in a text replaced by U+FFFD."""
    match value:
        case str():
            return _FORBIDDEN.sub("\ufffd", value)
        case dict():
            return {name: allowed(one) for name, one in value.items()}
        case Sequence():
            return [allowed(one) for one in value]
        case _:
            return value


def narrative(title: str, rows: Iterable[Sequence[str]]) -> Resource:
    """Return a table for people."""
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><tbody>{lines}</tbody></table>" if lines else "<p>None.</p>"
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{html.escape(title)}</p>{table}</div>'
    return {"status": "generated", "div": div}


def acting(visit: VisitRecord) -> frozenset[str]:
    """Return the ids of all known staff who did something in a visit, or saw it, or answered for it."""
    found: set[str] = set()
    for record in visit.records:
        for name in ("operator", "witness", "clinician"):
            found.add(getattr(record, name, "") or "")
    return frozenset(found) & frozenset(visit.operators)


def known_staff(visit: VisitRecord, staff: frozenset[str]) -> list[Operator]:
    """Return staff in a fixed order."""
    return [visit.operators[one] for one in sorted(staff)]
