"""Snapshots made by hand, for tests of what screens do with them.

Rules of the file:
1. Every maker takes keyword changes to one field each; what is not named is an ordinary visit of an ordinary patient.
2. Names of people are invented. The moment is fixed: 14:00 UTC on 6 May 2026, a Wednesday.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase, Priority, Validity
from nursestation.core.model import (
    Baseline,
    ChartKind,
    ConfirmedHow,
    CuffReading,
    Driver,
    FlagOutcome,
    GateState,
    Grade,
    Operator,
    Patient,
    Phase,
    Provenance,
    Role,
    Route,
    Severity,
)
from nursestation.core.protocols import BpRules, DischargeRules, FlagRule, GateRules, Protocol, SeriesPlan
from nursestation.core.snapshot import (
    ChairSnapshot,
    ChartEntryView,
    CriterionView,
    CuffView,
    FlagView,
    Freshness,
    GateView,
    LinkView,
    NumericView,
    PhaseSpan,
    ReadinessView,
    StaffState,
    StaffView,
    StationSnapshot,
    VisitView,
)

NOW = Moment(50_000 * NS_PER_S, int(datetime(2026, 5, 6, 14, 0, tzinfo=UTC).timestamp()) * NS_PER_S)
HOUR_NS = 3600 * NS_PER_S
MINUTE_NS = 60 * NS_PER_S

NURSE = Operator("op-1", "R. Alvarez RN", Role.NURSE, "not a hash")
OFFICE = Operator("op-4", "O. Ortiz", Role.OFFICE, "not a hash")
LEAD = Operator("op-2", "J. Okafor RN", Role.LEAD_NURSE, "not a hash")
CLINICIAN = Operator("op-3", "Dr M. Lindqvist", Role.CLINICIAN, "not a hash")

EXCLUSIONS = (
    "Active substance abuse",
    "Psychosis, now or before",
    "Mental condition without treatment or diagnosis",
    "Raised pressure in the head",
    "High blood pressure that is not under control",
    "Acute or unstable heart or vessel disease",
    "Bad reaction to ketamine before",
    "Ketamine abuse",
    "Pregnancy",
)

PATIENT = Patient("Jonas", "Keller", date(1984, 3, 9), "MR-204471", 72.0, "penicillin")
DRIVER = Driver("Maria K.", "sister", "555 010 0192")


def make_protocol(**changes):
    """Return a short depression protocol; numbers are only such as make the screens readable."""
    base = Protocol(
        name="depression-iv",
        title="Depression IV",
        version=1,
        author="test",
        route=Route.IV,
        dose_text="0.5 mg/kg",
        dose_mg_per_kg=0.5,
        planned_min=40,
        observation_min=15,
        observation_planned_min=30,
        series=SeriesPlan(length=6),
        limits=(),
        bp=BpRules(
            flags=(FlagRule(grade=Grade.SPIKE, priority=Priority.HIGH, prompt="Repeat at once", sys_at_or_above=180),),
            red_flag_symptoms=("Chest pain", "Short of breath", "Severe headache", "Vision change", "Fainting"),
        ),
        gates=GateRules(exclusions=EXCLUSIONS),
        discharge=DischargeRules(
            instructions="no driving 24–48 h, no alcohol, who to call",
            meaning="I assessed this patient and discharge them to the driver named above",
        ),
        side_effects=(
            "Nausea", "Drowsiness", "Blood pressure rise felt", "Fast heartbeat", "Vivid dreams", "Mood swings",
            "Agitation", "Floating or disconnected feeling", "Light or sound sensitivity", "Dizziness",
        ),
    )  # fmt: skip
    return base.model_copy(update=changes)


def make_reading(sys=124, dia=76, *, ago_s=60.0, **changes):
    """Return a cuff reading taken `ago_s` before NOW."""
    then = NOW.shifted(-round(ago_s * NS_PER_S))
    base = CuffReading(sys, dia, (sys + 2 * dia) // 3, 72, then.utc_ns, then.mono_ns, Provenance.DEVICE, "cuff")
    return replace(base, **changes)


BASELINE = Baseline(124, 76, 92, 72.0, 98.0, 14.0, (make_reading(126, 77, ago_s=600), make_reading(122, 75, ago_s=480)))


def make_numeric(metric, value, **changes):
    """Return a live numeric."""
    base = NumericView(
        metric=metric,
        value=value,
        validity=Validity.VALID,
        freshness=Freshness.LIVE,
        age_s=0.4,
        source="monitor",
        provenance=Provenance.DEVICE,
    )
    return replace(base, **changes)


_ASKED = {
    "weight": ("Weight today", "Weigh the patient"),
    "allergies": ("Allergies", "Ask for allergies"),
    "pregnancy": ("No pregnancy", "Ask whether it is possible"),
    "medicines": ("Medicines asked", "Ask for each medicine"),
    "referral": ("Referral", "Ask who referred the patient"),
    "available": ("Immediately available", "Name who comes at once when called"),
    "checks": ("Checks done", "2 of 2 to do"),
    "baseline_scores": ("Scores before the start", "MOAA/S and Pain to do"),
}
"""Gates that a protocol may leave out."""


def make_gates(**states):
    """Return the gates; a keyword sets one gate's state, and those that are not named are unmet.

    Gates that a protocol may leave out are there where they are named.
    """
    told = {
        "identity": ("Identity checked", "Check name and date of birth with the patient"),
        **{name: words for name, words in _ASKED.items() if name in states},
        "consent": ("Consent on file", "Put the signed consent on file"),
        "fasting_food": ("No food for 6 h", "Ask when it was last"),
        "fasting_drink": ("No drink for 2 h", "Ask when it was last"),
        "exclusions": ("No exclusion", "Ask every exclusion"),
        "driver": ("Driver confirmed", "Nobody is named yet"),
        "baseline": ("Baseline taken", "Take the baseline"),
        "bp_ceiling": ("BP at or below 140/90", "No cuff reading yet"),
        "monitors": ("Monitors delivering", "All required readings are coming"),
    }
    return tuple(
        GateView(
            id=name,
            title=title,
            state=states.get(name, GateState.UNMET),
            detail=detail,
            may_override=name not in ("identity", "weight", "allergies", "consent"),
        )
        for name, (title, detail) in told.items()
    )


def make_criteria(*unmet):
    """Return the ten criteria, all met but those named."""
    told = (
        ("observation", "Observation window complete", "30:00 of 30:00 since infusion stopped 14:51", False),
        ("bp", "BP back near baseline", "last three: 131/80 · 128/79 · 127/78 — baseline 124/76, limit ±20 %", False),
        (
            "vitals_stable",
            "HR, SpO₂, RR inside discharge limits for 15 min",
            "HR 74 · SpO₂ 98 % room air · RR 14",
            False,
        ),
        (
            "no_open_condition",
            "No open alarm condition",
            "BP spike 14:32 ended 14:41 · acknowledged by R. Alvarez",
            False,
        ),
        ("aldrete", "Modified Aldrete score ≥ 9", "10 of 10 at 15:19", True),
        ("sedation", "Sedation: awake and oriented", "MOAA/S 5 at 15:19", True),
        ("side_effects", "Side effects settled", "nausea, mild 14:17 → resolved 14:48", False),
        ("iv_removed", "IV access removed", "15:16 R. Alvarez", True),
        ("driver", "Driver here and confirmed", "Maria K. (sister) · seen in person · phone ending 0192", False),
        ("instructions", "Written instructions given", "no driving 24–48 h, no alcohol, who to call", True),
    )
    return tuple(
        CriterionView(
            id=name,
            title=title,
            state=GateState.UNMET if name in unmet else GateState.MET,
            evidence=evidence,
            asks_person=asks,
        )
        for name, title, evidence, asks in told
    )


def make_readiness(*unmet, **changes):
    """Return the discharge readiness with the named criteria unmet."""
    criteria = make_criteria(*unmet)
    base = ReadinessView(
        criteria=criteria,
        n_met=sum(line.state is GateState.MET for line in criteria),
        may_sign=not unmet,
        digest="digest-1",
        meaning="I assessed this patient and discharge them to the driver named above",
    )
    return replace(base, **changes)


def make_entry(name, text, **changes):
    """Return something charted twenty minutes ago."""
    base = ChartEntryView(
        id=name,
        at=NOW.shifted(-20 * MINUTE_NS),
        kind=ChartKind.SIDE_EFFECT,
        text=text,
        severity=Severity.MILD,
        by="R. Alvarez RN",
        resolved=None,
    )
    return replace(base, **changes)


def make_flag(name="flag-1", **changes):
    """Return a BP spike that nobody has answered."""
    base = FlagView(
        id=name,
        grade=Grade.SPIKE,
        priority=Priority.HIGH,
        reading=make_reading(182, 111, ago_s=95),
        because="182/111, 47 % above baseline 124/76",
        prompt="Pause the infusion and repeat the reading.",
        raised=NOW.shifted(-95 * NS_PER_S),
        outcome=FlagOutcome.OPEN,
        confirmed_by=None,
        repeat_in_s=25.0,
        answered="",
        is_present=True,
    )
    return replace(base, **changes)


def make_visit(phase=Phase.CHECK_IN, **changes):
    """Return a visit in `phase`."""
    opened = NOW.shifted(-20 * MINUTE_NS)
    base = VisitView(
        session="2026-05-06-2-0007",
        patient=PATIENT,
        protocol=make_protocol(),
        phase=phase,
        paused=False,
        spans=(PhaseSpan(phase=phase, start=opened, end=None),),
        pauses=(),
        opened=opened,
        infusion_started=None,
        infusion_stopped=None,
        infusion_run_s=None,
        infusion_planned_s=2400.0,
        observation_s=None,
        observation_left_s=None,
        dose_text="",
        driver=None,
        driver_confirmed=None,
        driver_confirmed_at_handover=False,
        baseline=None,
        baseline_ready="take 2 cuff readings 1 to 5 minutes apart",
        gates=make_gates(monitors=GateState.MET),
        may_start=False,
        flags=(),
        chart=(),
        cuffs=(),
        readiness=None,
        simulated=False,
        fasting=None,
        exclusions=(),
        signed_by="",
    )
    return replace(base, **changes)


def make_discharge_visit(*unmet, **changes):
    """Return a visit that has come to its discharge, with the named criteria unmet."""
    facts = {
        "infusion_started": NOW.shifted(-90 * MINUTE_NS),
        "infusion_stopped": NOW.shifted(-36 * MINUTE_NS),
        "infusion_run_s": 2400.0,
        "observation_s": 2160.0,
        "observation_left_s": -360.0,
        "dose_text": "IV 36 mg over 40 min",
        "driver": DRIVER,
        "driver_confirmed": ConfirmedHow.BY_PHONE,
        "baseline": BASELINE,
        "baseline_ready": "",
        "readiness": make_readiness(*unmet),
    }
    return make_visit(Phase.READY, **(facts | changes))


def make_link(**changes):
    """Return a monitor that delivers."""
    base = LinkView(
        monitor="2:berry_pm6750", driver="berry_pm6750", title="Berry PM6750 on ttyUSB0", phase=LinkPhase.CONNECTED,
        reason="", quiet_s=0.2, simulated=False,
    )  # fmt: skip
    return replace(base, **changes)


def make_chair(visit=None, number=2, **changes):
    """Return a chair whose monitors deliver."""
    base = ChairSnapshot(
        number=number,
        links=(),
        simulated=False,
        monitoring=True,
        numerics=(make_numeric("heart_rate", 74.0), make_numeric("spo2", 98.0), make_numeric("resp_rate", 14.0)),
        cuff=CuffView(reading=make_reading(), age_s=60.0),
        waves=(),
        conditions=(),
        visit=visit,
    )
    return replace(base, **changes)


def make_station(*chairs, operator=NURSE, operators=(NURSE, LEAD, CLINICIAN), at=NOW, **changes):
    """Return a station; chair 2 stands free where no chair is given."""
    base = StationSnapshot(
        at=at,
        operators=tuple(operators),
        operator=operator,
        chairs=chairs or (make_chair(),),
        conditions=(),
        protocols=(
            make_protocol(),
            make_protocol(name="pain-iv", title="Chronic pain IV", planned_min=240, series=SeriesPlan(length=5)),
            make_protocol(name="im", title="IM injection", route=Route.IM, planned_min=0, series=None),
        ),
        staff=tuple(StaffView(id=one.id, name=one.name, role=one.role, state=StaffState.ACTIVE) for one in operators),
    )
    return replace(base, **changes)
