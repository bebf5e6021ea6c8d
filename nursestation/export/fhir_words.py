"""FHIR: what the sections of a signed visit say to people, made of the resources that they name.

Rules of the file:
1. A resource is a line: when, what, and what was found or done, in the words that it holds itself. So nothing stands in a section
   that its resources do not say.
2. Of what a monitor gives all the time, hundreds of medians of a minute, a section says where they are, and tells none of them.
"""

from collections.abc import Iterator, Sequence

from nursestation.export.fhir_parts import Json, Resource

Row = tuple[str, str, str]
"""When (time of day in the file's zone, "" for always), what, and what was found."""

MINUTES = "All else that the monitors gave: the median of each minute, with its lowest and highest, in this section's resources"

_WHEN = (
    ("effectiveDateTime",), ("effectivePeriod", "start"), ("performedDateTime",), ("performedPeriod", "start"),
    ("period", "start"), ("identifiedPeriod", "start"),
)  # fmt: skip
_UNTIL = tuple((name, "end") for name in ("effectivePeriod", "performedPeriod", "period", "identifiedPeriod"))
_WHAT = (("code", "text"), ("medicationCodeableConcept", "text"), ("deviceName", "name"), ("name", "text"))
_TIME_OF_DAY = slice(11, 19)


def lines(found: Sequence[Resource]) -> list[Row]:
    """Return a section's resources in words, a line each."""
    medications = {f"urn:uuid:{one['id']}": one for one in found if one["resourceType"] == "Medication"}
    told = [one for one in found if one["resourceType"] != "Medication" and not _is_minute(one)]
    rows = [(_first(one, _WHEN)[_TIME_OF_DAY], _what(one, medications), "; ".join(_found(one))) for one in told]
    return [*rows, ("", MINUTES, "")] if any(map(_is_minute, found)) else rows


def _is_minute(one: Resource) -> bool:
    return _text(one, "category", "coding", "code") == "vital-signs" and "effectivePeriod" in one


def _what(one: Resource, medications: dict[str, Resource]) -> str:
    medication = medications.get(_text(one, "medicationReference", "reference"))
    if medication is None:
        return _first(one, _WHAT)
    lot = _text(medication, "batch", "lotNumber")
    return f"{_text(medication, 'code', 'text')}{f', lot {lot}' if lot else ''}"


def _found(one: Resource) -> Iterator[str]:
    """Yield what a resource says besides when and what, in the order in which it is read."""
    until = _first(one, _UNTIL)
    parts = one.get("component")
    mitigations = one.get("mitigation")
    yield from filter(
        None,
        (
            "ENTERED IN ERROR" if one.get("status") == "entered-in-error" else "",
            _value(one),
            ", ".join(_part(part) for part in parts) if isinstance(parts, list) else "",
            f"until {until[_TIME_OF_DAY]}" if until else "",
            _quantity(_at(one, "dosage", "dose")),
            _text(one, "reasonCode", "text"),
            _text(one, "statusReason", "text"),
            _text(one, "detail"),
            *(_text(step, "action", "text") for step in (mitigations if isinstance(mitigations, list) else ())),
            *(_text(note, "text") for note in _list(one.get("note"))),
            *(_text(kind, "text") for kind in _list(one.get("relationship"))),
            *(_text(way, "value") for way in _list(one.get("telecom"))),
        ),
    )


def _part(one: Json) -> str:
    """Return a component: what it is, and its value or why there is none."""
    name = _text(one, "code", "text").removeprefix("Cuff pressure, ")
    return f"{name} {_value(one) or _text(one, 'dataAbsentReason', 'coding', 'display').lower()}"


def _value(one: Json) -> str:
    words = _first(one, (("valueInteger",), ("valueString",), ("valueCodeableConcept", "text")))
    return words or _quantity(_at(one, "valueQuantity"))


def _quantity(one: Json) -> str:
    return f"{_text(one, 'value')} {_text(one, 'unit')}" if isinstance(one, dict) else ""


def _list(one: Json) -> list[Json]:
    return list(one) if isinstance(one, list) else []


def _first(one: Json, ways: Sequence[Sequence[str]]) -> str:
    return next((words for way in ways if (words := _text(one, *way))), "")


def _text(one: Json, *way: str) -> str:
    """Return what lies at the end of a way, "" for nothing."""
    found = _at(one, *way)
    return "" if found is None else str(found)


def _at(one: Json, *way: str) -> Json:
    """Return what lies at the end of a way; of several the first."""
    for name in way:
        if isinstance(one, list):
            one = one[0] if one else None
        if not isinstance(one, dict):
            return None
        one = one.get(name)
    return one
