"""What the check-in page shows, worked out from a snapshot and from what is typed; no Qt.

Rules of the file:
1. What the record says comes from the snapshot; what is being typed is a draft, and a draft is never shown as recorded.
2. A draft that cannot be understood gives a sentence that says how to write it, beside its field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import PurePath

from devices.clock import NS_PER_S
from devices.vocabulary import METRICS
from nursestation.core.model import ConfirmedHow, Driver, GateState, Patient, Phase, Route, Transport
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import ChairSnapshot, Freshness, GateView, LinkView, VisitView
from nursestation.ui.peopletext import patient_line
from nursestation.ui.timetext import (
    age_years,
    clock_text,
    date_text,
    hours_text,
    local_time,
    parse_time_of_day,
    to_utc_ns,
)

WEIGHT_KG = (25.0, 350.0)
"""Weights that are taken without doubt [kg]. Source: project decision; outside it a typing slip is likelier (lb for kg)."""

HOUR_S = 3600


class Step(StrEnum):
    """Where the page stands."""

    PATIENT = "patient"
    GATES = "gates"
    BASELINE = "baseline"
    STARTED = "started"


class Asks(StrEnum):
    """Which controls a gate's row opens; NOTHING where the record answers, or the row above has asked."""

    IDENTITY = "identity"
    CONSENT = "consent"
    FASTING = "fasting"
    EXCLUSIONS = "exclusions"
    DRIVER = "driver"
    MONITORS = "monitors"
    PATIENT = "patient"
    NOTHING = "nothing"


_ASKS = {
    "identity": Asks.IDENTITY,
    "consent": Asks.CONSENT,
    "fasting_food": Asks.FASTING,  # food and drink are asked together
    "exclusions": Asks.EXCLUSIONS,
    "driver": Asks.DRIVER,
}


@dataclass(frozen=True, slots=True)
class PatientDraft:
    """What is typed of the patient, as typed."""

    given_name: str = ""
    family_name: str = ""
    birth_date: str = ""
    record_number: str = ""
    weight: str = ""
    allergies: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class PatientCheck:
    """A draft looked over: the patient where it is complete, and a sentence for each field that is not.

    `echo` repeats the birth date in words with the age, to be read back to the patient; "" while it is not a date.
    """

    patient: Patient | None
    problems: Mapping[str, str]
    echo: str


def parse_birth_date(text: str) -> date | None:
    """Return the date that was typed as year, month, day ("1984-03-09", "1984 3 9", "19840309"), or None.

    Day-first and month-first dates are not guessed at: 03/09 is two different days.
    """
    parts = text.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) != 3 or len(parts[0]) != 4 or not all(part.isdecimal() for part in parts):
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def parse_weight(text: str) -> float | None:
    """Return the weight [kg] that was typed, or None where it is no number or out of `WEIGHT_KG`."""
    try:
        weight = float(text.strip().lower().removesuffix("kg").replace(",", "."))
    except ValueError:
        return None
    return weight if WEIGHT_KG[0] <= weight <= WEIGHT_KG[1] else None


def check_patient(draft: PatientDraft, today: date) -> PatientCheck:
    """Look a draft over.

    Args:
        draft: What is typed.
        today: The date at the clinic, to refuse a birth in the future.
    """
    problems: dict[str, str] = {}
    for name, sentence in (
        ("given_name", "Enter the given name."),
        ("family_name", "Enter the family name."),
        ("record_number", "Enter the record number."),
    ):
        if not getattr(draft, name).strip():
            problems[name] = sentence
    born = parse_birth_date(draft.birth_date)
    if born is None:
        problems["birth_date"] = "Write it as year-month-day, for example 1984-03-09."
    elif not 0 < age_years(born, today) < 120:
        problems["birth_date"] = f"{date_text(born)} cannot be right; check the year."
        born = None
    weight = parse_weight(draft.weight)
    if weight is None:
        problems["weight"] = f"Enter today's weight in kg ({WEIGHT_KG[0]:.0f} to {WEIGHT_KG[1]:.0f})."
    if not draft.protocol:
        problems["protocol"] = "Choose a protocol."
    echo = f"{date_text(born)} · {age_years(born, today)} years" if born else ""
    if problems or born is None or weight is None:
        return PatientCheck(None, problems, echo)
    return PatientCheck(
        Patient(
            given_name=draft.given_name.strip(),
            family_name=draft.family_name.strip(),
            birth_date=born,
            record_number=draft.record_number.strip(),
            weight_kg=weight,
            allergies=draft.allergies.strip(),
        ),
        problems,
        echo,
    )


def protocol_line(protocol: Protocol) -> str:
    """Return a protocol's course in one line, "40 min IV · 30 min observation · 0.5 mg/kg"."""
    route = protocol.route.value.upper()
    course = f"{protocol.planned_min:g} min {route}" if protocol.route is Route.IV else f"{route} injection"
    return f"{course} · {protocol.observation_planned_min:g} min observation · {protocol.dose_text}"


def suggested_dose(protocol: Protocol, weight_kg: float) -> str:
    """Return the dose to put into the start field, worked out from today's weight: "IV 36 mg over 40 min (0.5 mg/kg)".

    Where the protocol gives no dose a kilogram it is the protocol's own words. A person reads it before the start.
    """
    if protocol.dose_mg_per_kg is None:
        return protocol.dose_text
    dose = f"{protocol.route.value.upper()} {round(protocol.dose_mg_per_kg * weight_kg, 1):g} mg"
    over = f" over {protocol.planned_min:g} min" if protocol.route is Route.IV else ""
    return f"{dose}{over} ({protocol.dose_mg_per_kg:g} mg/kg)"


def resolve_past_time(text: str, yesterday: bool, now_utc_ns: int, zone: tzinfo | None = None) -> int | None:
    """Return when a typed time of day was, UTC [ns]: today, or yesterday where said; None for no time or one to come."""
    typed = parse_time_of_day(text)
    if typed is None:
        return None
    now = local_time(now_utc_ns, zone)
    day = now.date() - timedelta(days=1) if yesterday else now.date()
    naive = datetime.combine(day, typed)
    then = to_utc_ns(naive.astimezone() if zone is None else naive.replace(tzinfo=zone))
    return then if then <= now_utc_ns else None


def fasted_text(last_utc_ns: int, now_utc_ns: int, needed_hours: float) -> str:
    """Return the running clock since the last food or drink: "6:12 h fasted", with what is missing where it is too short."""
    passed_s = (now_utc_ns - last_utc_ns) / NS_PER_S
    short_s = needed_hours * HOUR_S - passed_s
    text = f"{hours_text(passed_s)} fasted"
    return f"{text}, {needed_hours:g} h reached in {hours_text(short_s + 59)}" if short_s > 0 else text


def check_driver(name: str, relation: str, phone: str, transport: Transport) -> Driver | str:
    """Return the driver that was typed, or the sentence that says what is missing."""
    if not name.strip():
        return "Enter the name of the person or the company that takes the patient home."
    if transport is not Transport.MEDICAL_TRANSPORT and not relation.strip():
        return "Enter who they are to the patient."
    if sum(char.isdecimal() for char in phone) < 6:
        return "Enter a phone number that answers today."
    return Driver(name.strip(), relation.strip(), phone.strip(), transport)


def confirmations(transport: Transport, handover: bool) -> tuple[ConfirmedHow, ...]:
    """Return how a driver may be confirmed, the likeliest first.

    At hand-over a call is not enough; a booking is for a transport company.
    """
    booking = (ConfirmedHow.BOOKING,) if transport is Transport.MEDICAL_TRANSPORT else ()
    if handover:
        return (ConfirmedHow.SEEN_IN_PERSON, *booking)
    return (*booking, ConfirmedHow.BY_PHONE, ConfirmedHow.SEEN_IN_PERSON)


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate as the page shows it."""

    id: str
    title: str
    state: GateState
    detail: str
    asks: Asks
    may_override: bool


@dataclass(frozen=True, slots=True)
class VitalLine:
    """One of the watched vitals: its label and its number, or why there is none."""

    metric: str
    label: str
    text: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class CheckInView:
    """The page after the session is open."""

    step: Step
    headline: str
    monitors: tuple[str, ...]
    protocol: str
    allergies: str
    rows: tuple[GateRow, ...]
    vitals: tuple[VitalLine, ...]
    readings: tuple[str, ...]
    baseline: str
    baseline_missing: str
    may_begin_baseline: bool
    may_take_baseline: bool
    may_start: bool
    missing: tuple[str, ...]
    n_met: int
    n_gates: int


def _row(gate: GateView, chair: ChairSnapshot) -> GateRow:
    asks = Asks.MONITORS if gate.asks else _ASKS.get(gate.id, Asks.NOTHING)
    if gate.id == "monitors" and any(link.question for link in chair.links):
        asks = Asks.PATIENT
    return GateRow(
        gate.id, gate.title, gate.state, gate.detail, asks, gate.state in (GateState.UNMET, GateState.UNKNOWN)
    )


def _monitor_line(link: LinkView) -> str:
    """Return which monitor feeds the chair, as far as it and its adapter say who they are."""
    if link.simulated:
        return f"{link.title} (simulated)"
    if link.model:
        return f"{link.model} on {PurePath(link.port).name}" if link.port.startswith("/") else link.model
    return f"{link.title} · {link.adapter}" if link.adapter else link.title


def _step(visit: VisitView) -> Step:
    match visit.phase:
        case Phase.CHECK_IN:
            return Step.GATES
        case Phase.BASELINE:
            return Step.BASELINE
        case _:
            return Step.STARTED


def _vitals(chair: ChairSnapshot, groups: tuple[tuple[str, ...], ...], zone: tzinfo | None) -> tuple[VitalLine, ...]:
    lines = []
    for group in groups:
        if group[0] == "nibp_sys":
            lines.append(_cuff_line(chair, zone))
            continue
        views = [view for metric in group if (view := chair.numeric(metric)) is not None]
        live = next((view for view in views if view.value is not None and view.freshness is Freshness.LIVE), None)
        label = METRICS[group[0]].short
        if live is not None:
            lines.append(VitalLine(live.metric, METRICS[live.metric].short, f"{live.value:g}", True))
        else:
            why = next((view.why_blank for view in views if view.why_blank), "no data yet")
            lines.append(VitalLine(group[0], label, why, False))
    return tuple(lines)


def _cuff_line(chair: ChairSnapshot, zone: tzinfo | None) -> VitalLine:
    label = "NIBP"
    cuff = chair.cuff
    if cuff.doing:
        return VitalLine("nibp_sys", label, cuff.doing, False)
    if cuff.reading is None:
        return VitalLine("nibp_sys", label, "no reading yet", False)
    return VitalLine("nibp_sys", label, f"{cuff.reading} at {clock_text(cuff.reading.measured_utc_ns, zone)}", True)


def check_in_view(chair: ChairSnapshot, zone: tzinfo | None = None) -> CheckInView | None:
    """Return the page for the visit in `chair`; None before one is open."""
    visit = chair.visit
    if visit is None:
        return None
    rows = tuple(_row(gate, chair) for gate in visit.gates)
    shut = tuple(row for row in rows if row.may_override)
    return CheckInView(
        step=_step(visit),
        headline=patient_line(chair.number, visit.patient),
        monitors=tuple(_monitor_line(link) for link in chair.links),
        protocol=f"{visit.protocol.title} · {visit.protocol.dose_text}",
        allergies=visit.patient.allergies or "none told",
        rows=rows,
        vitals=_vitals(chair, visit.protocol.gates.required_metrics, zone),
        readings=_baseline_readings(visit, zone),
        baseline=_baseline_text(visit),
        baseline_missing=visit.baseline_ready,
        may_begin_baseline=visit.phase is Phase.CHECK_IN,
        may_take_baseline=visit.phase is Phase.BASELINE and not visit.baseline_ready,
        may_start=visit.may_start,
        missing=tuple(row.title for row in shut),
        n_met=len(rows) - len(shut),
        n_gates=len(rows),
    )


def _baseline_readings(visit: VisitView, zone: tzinfo | None) -> tuple[str, ...]:
    if visit.baseline is not None:
        taken = visit.baseline.readings
    else:
        begun = next((span.start.mono_ns for span in visit.spans if span.phase is Phase.BASELINE), None)
        taken = tuple(cuff for cuff in visit.cuffs if begun is not None and cuff.measured_mono_ns >= begun)
    return tuple(f"{clock_text(cuff.measured_utc_ns, zone)}  {cuff}" for cuff in taken)


def _baseline_text(visit: VisitView) -> str:
    baseline = visit.baseline
    if baseline is None:
        return ""
    parts = [f"BP {baseline}"]
    for label, value in (("HR", baseline.heart_rate), ("SpO₂", baseline.spo2), ("RR", baseline.resp_rate)):
        if value is not None:
            parts.append(f"{label} {value:.0f}")
    return " · ".join(parts)
