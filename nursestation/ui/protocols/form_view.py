"""The form of a protocol: its parts and fields, what is typed as a draft, and the draft as a protocol again. Pure.

Rules of the file:
1. A draft holds text, as it was typed, by the field's path; "yes" or "" for a tick. Nothing typed is lost while it is wrong.
2. What is wrong is a sentence beside its field that says what to type. What the model refuses beyond that is told below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from devices.vocabulary import METRICS
from nursestation.core.model import Role, Route
from nursestation.core.protocol_words import GRADE_WORDS, NAMED_BY, WORDS, Plain, flat, value_text
from nursestation.core.protocols import FlagRule, LimitRule, Protocol, SeriesPlan
from nursestation.export.instructions import PLACEHOLDERS, unknown_placeholders
from nursestation.ui.monitors.words import unit_text
from nursestation.ui.peopletext import ROLE_WORDS
from nursestation.ui.protocols import lines

YES = "yes"
Draft = Mapping[str, str]


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"
    RANGE = "range"  # two numbers
    LINES = "lines"  # one entry a line
    LONG = "long"  # a text of several lines
    SENTENCE = "sentence"  # one line, too long to be seen in one
    LANGUAGES = "languages"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form."""

    path: str
    kind: Kind
    title: str
    unit: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under a heading, "" for none."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the form."""

    key: str
    title: str
    note: str
    groups: tuple[Group, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of its fields."""
        return tuple(field.path for group in self.groups for field in group.fields)


_PRIORITIES = (("high", "High"), ("medium", "Medium"), ("low", "Low"))
_OVERRIDE_ROLES = tuple((role.value, ROLE_WORDS[role]) for role in (Role.CLINICIAN, Role.LEAD_NURSE))
_CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "priority": _PRIORITIES,
    "with_symptom_from": (("", "Not at all"), *((key, word) for key, word in GRADE_WORDS.items() if key != "low")),
    "referral": (("required", "Required"), ("asked", "Asked for"), ("off", "Not asked for")),
    "recovery_score": (("aldrete", "Modified Aldrete"), ("mpadss", "MPADSS")),
    "override_role": _OVERRIDE_ROLES,
}
_KINDS: Mapping[str, Kind] = {
    "planned_allowed_min": Kind.RANGE,
    "discharge.no_driving_hours": Kind.RANGE,
    "discharge.instructions": Kind.LONG,
    "discharge.instructions_by_language": Kind.LANGUAGES,
    "discharge.meaning": Kind.SENTENCE,
    "discharge.meaning_no_driver": Kind.SENTENCE,
    "discharge.meaning_against_advice": Kind.SENTENCE,
    "bp.red_flag_symptoms": Kind.LINES,
    "side_effects": Kind.LINES,
    "events": Kind.LINES,
    "scores": Kind.LINES,
    "gates.medicines": Kind.LINES,
    "gates.checks": Kind.LINES,
    "gates.exclusions": Kind.LINES,
    "gates.baseline_scores": Kind.LINES,
    "gates.transports": Kind.LINES,
    "gates.required_metrics": Kind.LINES,
}
_FILLED_IN = (
    "Filled in on each sheet: " + "; ".join(f"{{{name}}}, {words}" for name, words in PLACEHOLDERS.items()) + "."
)
_HINTS: Mapping[str, str] = {
    "author": "A physician of the clinic who reviewed it.",
    "dose_mg_per_kg": "Puts the dose for today's weight into the start; empty where the order gives it.",
    "planned_allowed_min": "Chosen at the start; empty where no other length is allowed.",
    "discharge.observation_floor_min": "With a reason, and never further.",
    "series.length": "Empty where treatments are no series.",
    "gates.medicines": "One a line: Lamotrigine | Which prescriber was asked? | note needed.",
    "gates.checks": "One a line; staff confirm each before the start.",
    "gates.baseline_scores": "One a line: MOAA/S, RASS, pain, orientation, unreal, CADSS-6, CADSS.",
    "gates.transports": "One a line: family or friend, medical transport, other adult, taxi alone.",
    "gates.required_metrics": "One a line; “heart rate or pulse rate” takes either.",
    "gates.exclusions": "One a line; each is asked at every check-in.",
    "events": "One a line: Nausea | side effect | key 1 | how strong. The other side effects follow.",
    "scores": "One a line: pain | infusion, observation | 30.",
    "side_effects": "One a line.",
    "bp.red_flag_symptoms": "One a line.",
    "discharge.instructions_by_language": f"Each under a line with its code, for example [es]. {_FILLED_IN}",
    "discharge.instructions": _FILLED_IN,
    "cuff.failed_medium_n": "How many in a row.",
}

_IN_UNIT_OF_METRIC = ("low", "high", "rearm", "at_once_at_or_below", "high_priority_at_or_below")


def parts(protocol: Protocol) -> tuple[Part, ...]:
    """Return the parts of a protocol's form."""
    is_iv = protocol.route is Route.IV
    length = ("planned_min", "planned_allowed_min") if is_iv else ()
    cuff = [path for path in WORDS if path.startswith("cuff.")]
    gates = [path for path in WORDS if path.startswith("gates.")]
    texts = ("instructions", "instructions_by_language", "meaning", "meaning_no_driver", "meaning_against_advice")
    home = [path for path in WORDS if path.startswith("discharge.") and path.partition(".")[2] not in texts]
    home.remove("discharge.observation_floor_min")
    series = [path for path in WORDS if path.startswith("series.")]
    bp = [path for path in WORDS if path.startswith("bp.") and "*" not in path and path != "bp.red_flag_symptoms"]
    quiet = [path for path in WORDS if path.startswith(("technical.", "watch."))]
    return (
        _part("name", "Name and dose", "", "title", "author", "dose_text", "dose_mg_per_kg"),
        _part(
            "length",
            "Length",
            "",
            *length,
            "observation_min",
            "observation_planned_min",
            "discharge.observation_floor_min",
        ),
        _part("series", "Series", "How treatments follow each other; check-in proposes the place in it.", *series),
        _part("cuff", "Cuff", "0 minutes: no reading is planned.", *cuff),
        Part(
            "pressure",
            "Blood pressure",
            "A rung is reached by any of its lines; an empty line counts for nothing.",
            (Group("", tuple(_field(path) for path in bp)), *(_rung(rule) for rule in protocol.bp.flags)),
        ),
        Part("limits", "Alarm limits", "Of the continuous vitals.", tuple(_limit(rule) for rule in protocol.limits)),
        _part("before", "Before the start", "Each is a gate of the check-in.", *gates),
        _part("charting", "Charting", "", "side_effects", "bp.red_flag_symptoms", "events", "scores"),
        _part("home", "Before going home", "", *home),
        _part("texts", "Texts for home", "", *(f"discharge.{name}" for name in texts)),
        _part("silence", "Silence and gaps", "When a number is old, lost or doubted.", *quiet),
    )


def draft_of(protocol: Protocol) -> dict[str, str]:
    """Return what the form shows of a protocol."""
    told = flat(protocol)
    shown = {path: _typed(field.kind, path, told.get(path)) for path, field in _fields(protocol).items()}
    return shown


@dataclass(frozen=True, slots=True)
class Reading:
    """What a draft says.

    Attributes:
        protocol: The protocol; None while something is wrong.
        problems: What is wrong, by the field's path; "" for what belongs to none.
    """

    protocol: Protocol | None
    problems: Mapping[str, str]


def read(draft: Draft, base: Protocol) -> Reading:
    """Return what a draft says of a protocol that began as `base`."""
    fields = _fields(base)
    values: dict[str, Plain] = {}
    problems: dict[str, str] = {}
    for path, text in draft.items():
        try:
            values[path] = _value(fields[path], text)
        except lines.LineError as error:
            problems[path] = str(error)
    if values.get("series.length") is None and "series.length" not in problems:
        given = [path for path in values if path.startswith("series.") and values[path] not in (None, False)]
        if given:
            problems["series.length"] = "Give the number of treatments, or empty all of the series."
    if not problems:
        problems = _contradictions(values)
    if problems:
        return Reading(None, problems)
    try:
        return Reading(Protocol.model_validate(_document(values, base)), {})
    except ValidationError as error:
        return Reading(
            None, {"": "; ".join(item["msg"].removeprefix("Value error, ") for item in error.errors()) + "."}
        )


def changed_paths(draft: Draft, base: Protocol) -> frozenset[str]:
    """Return the fields that are typed otherwise than they stand."""
    stands = draft_of(base)
    return frozenset(path for path, text in draft.items() if text.strip() != stands[path].strip())


# --- fields -------------------------------------------------------------------------------------------------------


def _fields(protocol: Protocol) -> dict[str, Field]:
    return {field.path: field for part in parts(protocol) for group in part.groups for field in group.fields}


def _part(key: str, title: str, note: str, *paths: str) -> Part:
    return Part(key, title, note, (Group("", tuple(_field(path) for path in paths)),))


def _rung(rule: FlagRule) -> Group:
    owner = f"bp.flags.{rule.grade.value}"
    paths = [path.replace("bp.flags.*", owner) for path in WORDS if path.startswith("bp.flags.*")]
    return Group(GRADE_WORDS[rule.grade.value], tuple(_field(path) for path in paths))


def _limit(rule: LimitRule) -> Group:
    owner = f"limits.{rule.metric}"
    paths = [path.replace("limits.*", owner) for path in WORDS if path.startswith("limits.*")]
    kept = [path for path in paths if not path.endswith("sat_seconds") or rule.metric == "spo2"]
    return Group(METRICS[rule.metric].short, tuple(_field(path) for path in kept))


@cache
def _field(path: str) -> Field:
    starred, last = _starred(path), path.rpartition(".")[2]
    words = WORDS[starred]
    title = words.title[0].upper() + words.title[1:]
    options = _CHOICES.get(last, ())
    if path in _KINDS:
        kind = _KINDS[path]
    elif options:
        kind = Kind.CHOICE
    else:
        kind = {bool: Kind.TICK, float: Kind.NUMBER, int: Kind.NUMBER}.get(_declared(starred)[0], Kind.TEXT)
    unit = unit_text(path.split(".")[1]) if last in _IN_UNIT_OF_METRIC and path.startswith("limits.") else words.unit
    return Field(path, kind, title, unit, _HINTS.get(path, ""), options)


def _starred(path: str) -> str:
    names = path.split(".")
    for n, name in enumerate(names[:-1]):
        if name in NAMED_BY:
            names[n + 1] = "*"
    return ".".join(names)


@dataclass(frozen=True, slots=True)
class _Bounds:
    least: float | None = None
    most: float | None = None
    above: float | None = None
    may_be_empty: bool = False


_INSIDE: Mapping[str, type[BaseModel]] = {"limits": LimitRule, "flags": FlagRule, "series": SeriesPlan}


@cache
def _declared(starred: str) -> tuple[type, _Bounds]:
    """Return the type that the model gives a field, and how far its number may go."""
    model: type[BaseModel] = Protocol
    *owners, last = [name for name in starred.split(".") if name != "*"]
    for name in owners:
        model = _INSIDE[name] if name in _INSIDE else _model(model, name)
    option = model.model_fields[last]
    kind, found, may_be_empty = _unwrapped(option.annotation)
    marks = [*option.metadata, *found]

    def mark(name: str) -> float | None:
        return next((float(getattr(one, name)) for one in marks if getattr(one, name, None) is not None), None)

    return kind, _Bounds(mark("ge"), mark("le"), mark("gt"), may_be_empty)


def _model(owner: type[BaseModel], name: str) -> type[BaseModel]:
    kind = owner.model_fields[name].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    return kind


def _unwrapped(annotation: object) -> tuple[type, list[object], bool]:
    """Return the type inside `X | None` and `Annotated[X, ...]`, what it is marked with, and whether it may be None."""
    may_be_empty = False
    marks: list[object] = []
    while True:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            inside = [one for one in get_args(annotation) if one is not type(None)]
            may_be_empty = may_be_empty or len(inside) < len(get_args(annotation))
            annotation = inside[0]
        elif origin is Annotated:
            annotation, *found = get_args(annotation)
            marks += [mark for one in found for mark in getattr(one, "metadata", [one])]
        else:
            return annotation if isinstance(annotation, type) else str, marks, may_be_empty


# --- what is typed ------------------------------------------------------------------------------------------------


def _typed(kind: Kind, path: str, value: Plain) -> str:
    match kind:
        case Kind.TICK:
            return YES if value else ""
        case Kind.LINES:
            return lines.texts(path, value)
        case Kind.LANGUAGES:
            return lines.language_text(value)
        case Kind.RANGE:
            return "" if value is None else value_text(value)
        case _:
            return "" if value is None else value_text(value)


def _value(field: Field, text: str) -> Plain:
    unknown = unknown_placeholders(text) if field.path.startswith("discharge.instructions") else ()
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise lines.LineError(f"Nothing is filled in for {unknown[0]}: write one of {known}, or leave the braces out.")
    match field.kind:
        case Kind.TICK:
            return text == YES
        case Kind.LINES:
            return lines.read(field.path, text)
        case Kind.LANGUAGES:
            return lines.read_languages(text)
        case Kind.NUMBER:
            return _number(field, text)
        case Kind.RANGE:
            return _range(field, text)
        case Kind.CHOICE:
            return text or None
        case Kind.LONG:
            if not text.strip():
                raise lines.LineError("Write what the patient takes home.")
            return text.strip() + "\n"
        case Kind.TEXT | Kind.SENTENCE:
            if not text.strip():
                raise lines.LineError(f"Fill this in: {field.title.lower()}.")
            return " ".join(text.split())


def _number(field: Field, text: str) -> Plain:
    kind, bounds = _declared(_starred(field.path))
    typed = text.strip().replace(",", ".")
    if not typed:
        if bounds.may_be_empty or field.path == "series.length":
            return None
        raise lines.LineError(f"Type a number{_in_unit(field)}.")
    try:
        value = float(typed)
    except ValueError:
        raise lines.LineError(f"“{text.strip()}” is no number: type one{_in_unit(field)}.") from None
    if kind is int and not value.is_integer():
        raise lines.LineError("Type a whole number.")
    low = bounds.least if bounds.least is not None else bounds.above
    is_low = (bounds.least is not None and value < bounds.least) or (bounds.above is not None and value <= bounds.above)
    if is_low or (bounds.most is not None and value > bounds.most):
        above = "more than " if bounds.least is None and low is not None else ""
        upper = f" to {bounds.most:g}" if bounds.most is not None else ""
        start = f"{low:g}" if low is not None else ""
        raise lines.LineError(f"Between {above}{start}{upper}{f' {field.unit}' if field.unit else ''} is possible.")
    return int(value) if kind is int else value


def _range(field: Field, text: str) -> Plain:
    if not text.strip():
        if field.path == "planned_allowed_min":
            return None
        raise lines.LineError("Type two numbers, for example 24 to 48.")
    halves = text.replace("-", " to ").replace("–", " to ").split(" to ")
    try:
        low, high = (float(half.strip().replace(",", ".")) for half in halves)
    except ValueError:
        raise lines.LineError(f"Type two numbers{_in_unit(field)}, for example 120 to 480.") from None
    if not 0 <= low <= high <= 24 * 60:
        raise lines.LineError("The first is the smaller one, and neither is more than 1440.")
    return [int(low), int(high)] if field.path == "discharge.no_driving_hours" else [low, high]


def _in_unit(field: Field) -> str:
    return f" ({field.unit})" if field.unit else ""


# --- what does not go together ------------------------------------------------------------------------------------


_ORDERED = (
    ("observation_min", "observation_planned_min", "No shorter than the observation at least."),
    ("discharge.observation_floor_min", "observation_min", ""),
    ("series.length_min", "series.length", "No fewer than the fewest."),
    ("series.length", "series.length_max", "No fewer than the treatments planned."),
    ("series.interval_days_min", "series.interval_days_max", "No fewer days than the fewest."),
    ("series.booster_months_min", "series.booster_months_max", "No fewer months than the fewest."),
    ("bp.baseline_min_apart_min", "bp.baseline_max_apart_min", "No shorter than the shortest."),
    ("discharge.hr_low", "discharge.hr_high", "Higher than the lower one."),
    ("discharge.rr_low", "discharge.rr_high", "Higher than the lower one."),
)
_TOGETHER = (
    ("series.interval_days_min", "series.interval_days_max"),
    ("series.booster_months_min", "series.booster_months_max"),
)


def _contradictions(values: Mapping[str, Plain]) -> dict[str, str]:
    found: dict[str, str] = {}
    for low_path, high_path, says in _ORDERED:
        low, high = values.get(low_path), values.get(high_path)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            if says:
                found[high_path] = says
            else:
                found[low_path] = "No longer than the observation at least."
    many, apart, age = (values.get(f"bp.baseline_{name}") for name in ("readings", "min_apart_min", "max_age_min"))
    if isinstance(many, int) and isinstance(apart, float) and isinstance(age, float) and age < (many - 1) * apart:
        found["bp.baseline_max_age_min"] = f"No shorter than {(many - 1) * apart:g} min: the readings take so long."
    for one, other in _TOGETHER:
        if (values.get(one) is None) != (values.get(other) is None):
            found[one if values.get(one) is None else other] = "Give both, or neither."
    allowed, planned = values.get("planned_allowed_min"), values.get("planned_min")
    if (
        isinstance(allowed, list)
        and isinstance(planned, float)
        and not float(allowed[0]) <= planned <= float(allowed[1])
    ):
        found["planned_allowed_min"] = f"The planned length of {planned:g} min must lie within it."
    for path, low in values.items():
        if path.startswith("limits.") and path.endswith(".low"):
            high = values.get(path.removesuffix("low") + "high")
            if isinstance(low, float) and isinstance(high, float) and low >= high:
                found[path.removesuffix("low") + "high"] = "Higher than the low limit."
    events = values.get("events")
    keys = [one.get("key") for one in events if isinstance(one, Mapping)] if isinstance(events, list) else []
    doubled = next((key for key in keys if key is not None and keys.count(key) > 1), None)
    if doubled is not None:
        found["events"] = f"Two buttons have key {doubled}: give each its own."
    return found


def _document(values: Mapping[str, Plain], base: Protocol) -> dict[str, object]:
    """Return the protocol's document with the values in it."""
    document = base.model_dump(mode="json")
    series = {path.removeprefix("series."): value for path, value in values.items() if path.startswith("series.")}
    document["series"] = series if series.get("length") is not None else None
    for path, value in values.items():
        if path.startswith("series."):
            continue
        *owners, last = path.split(".")
        at = document
        while owners:
            name = owners.pop(0)
            at = at[name]
            if name in NAMED_BY:
                key = owners.pop(0)
                at = next(entry for entry in at if entry[NAMED_BY[name]] == key)
        at[last] = value
    return document
