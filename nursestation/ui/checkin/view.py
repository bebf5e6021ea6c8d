"""What the check-in page shows, worked out from a snapshot; no Qt.

Rules of the file:
1. What the record says comes from the snapshot; what is being typed is a draft, and a draft is never shown as recorded.
2. Which question comes next follows from the gates alone, in the order of the page.
"""

from dataclasses import dataclass
from datetime import tzinfo
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import PurePath

from devices.vocabulary import METRICS
from nursestation.core.model import GateState, Phase
from nursestation.core.series import words
from nursestation.core.snapshot import ChairSnapshot, Freshness, GateView, LinkView, StationSnapshot, VisitView
from nursestation.ui.peopletext import patient_line
from nursestation.ui.timetext import clock_text


class Step(StrEnum):
    """Where the page stands."""

    PATIENT = "patient"
    GATES = "gates"
    BASELINE = "baseline"
    STARTED = "started"


FORM_OF = {
    "fasting_food": "fasting",  # food and drink are asked together
    "fasting_drink": "fasting",
    "bp_ceiling": "baseline",  # what is measured for the one decides the other
}
"""The form that answers a gate, where it does not carry the gate's own name."""

START = "start"
"""The form that starts, and the last tile of the board."""

_NO_BREAK = "\N{NO-BREAK SPACE}"
_ALIKE = 0.8
"""Two family names this alike are taken for each other, from 0 to 1 (Ratcliff and Obershelp). Source: project decision."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate as the page shows it.

    Attributes:
        id, title, state: Which, and how it stands.
        fact: What it rests on, or what is missing.
        by: Who gave that and when, "R. Alvarez RN 13:05", on one line; "" where a monitor, a clock or nobody did.
        form: The form that answers it.
        warns: Met, and to be looked at all the same.
        is_shut: It stands in the way of the start.
        waits: Nobody can do anything about it but wait: a clock turns it.
        may_override: A clinician may let the start pass it.
    """

    id: str
    title: str
    state: GateState
    fact: str
    by: str
    form: str
    warns: bool
    is_shut: bool
    waits: bool
    may_override: bool

    @property
    def evidence(self) -> str:
        """Return the fact with who gave it."""
        return f"{self.fact}{_NO_BREAK}· {self.by}" if self.by else self.fact


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


def _row(gate: GateView, zone: tzinfo | None) -> GateRow:
    is_shut = gate.state in (GateState.UNMET, GateState.UNKNOWN)
    by = gate.by
    if by and gate.at_utc_ns is not None:
        by = f"{by} {clock_text(gate.at_utc_ns, zone)}"
    return GateRow(
        id=gate.id,
        title=gate.title,
        state=gate.state,
        fact=gate.detail,
        by=by.replace(" ", _NO_BREAK),
        form=FORM_OF.get(gate.id, gate.id),
        warns=gate.warns,
        is_shut=is_shut,
        waits=is_shut and gate.opens_in_s is not None,
        may_override=is_shut and gate.may_override,
    )


def next_gate(rows: tuple[GateRow, ...], after: str) -> str | None:
    """Return the gate whose question comes next after the form `after`: the next that stands in the way, then the first.

    One that only waits for its clock is passed over, and so is what `after` itself has answered; None where nothing is left.
    """
    forms = [row.form for row in rows]
    last = max((index for index, form in enumerate(forms) if form == after), default=-1)
    turned = (*rows[last + 1 :], *rows[: last + 1])
    return next((row.id for row in turned if row.is_shut and not row.waits and row.form != after), None)


def namesakes(station: StationSnapshot, chair: ChairSnapshot) -> tuple[str, ...]:
    """Return who in another chair could be taken for the patient in `chair`, a sentence's beginning each.

    Alike are the same or nearly the same family name, and the same initials with the same date of birth.
    """
    if chair.visit is None:
        return ()
    mine = chair.visit.patient
    found = []
    for other in station.chairs:
        if other.number == chair.number or other.visit is None or other.visit.phase.is_over:
            continue
        theirs = other.visit.patient
        families = mine.family_name.casefold(), theirs.family_name.casefold()
        is_twin = mine.initials == theirs.initials and mine.birth_date == theirs.birth_date
        if is_twin or SequenceMatcher(None, *families).ratio() >= _ALIKE:
            found.append(f"{theirs.full_name} is in chair {other.number}")
    return tuple(found)


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
    rows = tuple(_row(gate, zone) for gate in visit.gates)
    shut = tuple(row for row in rows if row.is_shut)
    return CheckInView(
        step=_step(visit),
        headline=patient_line(chair.number, visit.patient),
        monitors=tuple(_monitor_line(link) for link in chair.links),
        protocol=_course(visit),
        allergies=_allergies_text(visit),
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


def _course(visit: VisitView) -> str:
    place = words(visit.series) if visit.series is not None else ""
    return " · ".join(part for part in (visit.protocol.title, place, visit.protocol.dose_text) if part)


def _allergies_text(visit: VisitView) -> str:
    if visit.allergies is not None:
        return visit.allergies or "none known"
    return visit.patient.allergies or ("not asked yet" if visit.protocol.gates.ask_allergies else "not asked")


def _baseline_readings(visit: VisitView, zone: tzinfo | None) -> tuple[str, ...]:
    if visit.baseline is not None:
        taken = visit.baseline.readings
    else:
        begun = next((span.start.mono_ns for span in visit.spans if span.phase is Phase.BASELINE), None)
        taken = tuple(cuff for cuff in visit.cuffs if begun is not None and cuff.measured_mono_ns >= begun)
    too_old = () if visit.baseline is not None else visit.baseline_too_old
    return tuple(
        f"{clock_text(cuff.measured_utc_ns, zone)}  {cuff}{'  too old to count' if cuff in too_old else ''}"
        for cuff in taken
    )


def _baseline_text(visit: VisitView) -> str:
    baseline = visit.baseline
    if baseline is None:
        return ""
    parts = [f"BP {baseline}"]
    for label, value in (("HR", baseline.heart_rate), ("SpO₂", baseline.spo2), ("RR", baseline.resp_rate)):
        if value is not None:
            parts.append(f"{label} {value:.0f}")
    return " · ".join(parts)
