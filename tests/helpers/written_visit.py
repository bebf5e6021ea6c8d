"""The records of one whole visit, written by hand: for tests of what store and exports do with them.

Rules of the file:
1. Nothing of the core's logic is used; only what a station might have recorded.
2. People are invented. Check-in is at 18:20 UTC on 3 March 2026 (13:20 in New York).
3. What is on the way: a spike of 182/111 that a second reading confirms, a pause, nausea, a cable pulled for 50 s, a probe off,
   a short desaturation, a failed cuff, a reading by hand, a gate and a criterion overridden.
"""

import math
import struct
from dataclasses import replace
from datetime import UTC, date, datetime

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, LinkPhase, Mode, Priority, SensorStatus, Validity
from devices.vocabulary import Unit
from nursestation.core.chain import GENESIS, link, to_json
from nursestation.core.model import (
    Baseline,
    ChartKind,
    ConfirmedHow,
    CuffReading,
    Driver,
    FlagOutcome,
    Grade,
    Operator,
    Patient,
    Phase,
    Provenance,
    Role,
    Severity,
    Signature,
)
from nursestation.core.records import (
    BaselineTaken,
    ChairFreed,
    Charted,
    ChartResolved,
    ConditionAcknowledged,
    ConditionEnded,
    ConditionRaised,
    ConsentRecorded,
    CriterionAnswered,
    CriterionEvidence,
    CriterionOverridden,
    CuffFailed,
    CuffTaken,
    DischargeSigned,
    DriverConfirmed,
    DriverNamed,
    ExclusionsAnswered,
    FastingRecorded,
    FlagAnswered,
    FlagDecided,
    FlagEnded,
    FlagRaised,
    Gap,
    GateOverridden,
    IdentityConfirmed,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    LinkChanged,
    MonitorIdentified,
    OperatorAdded,
    PhaseChanged,
    Sample,
    SensorChanged,
    SessionOpened,
    SignedIn,
    StationStarted,
    Wave,
)
from tests.helpers.station_views import make_protocol

START = Moment(7_000 * NS_PER_S, int(datetime(2026, 3, 3, 18, 20, tzinfo=UTC).timestamp()) * NS_PER_S)
SESSION = "20260303-1820-1"
CHAIR = 2
BEDSIDE, CAPNO = "2:berry_pm6750", "2:capnostream20"
NURSE = Operator("op-1", "R. Alvarez RN", Role.NURSE, "$argon2id$not-a-hash")
CLINICIAN = Operator("op-2", "Dr M. Lindqvist", Role.CLINICIAN, "$argon2id$not-a-hash")
PATIENT = Patient("Jonas", "Keller", date(1984, 3, 9), "MR-204471", 72.0, "penicillin")
DRIVER = Driver("Maria Keller", "sister", "555 010 0192")
PLANNED_CUFFS = ((22, 131, 80), (27, 138, 84), (32, 146, 88), (37, 152, 92), (42, 159, 95), (46, 164, 97))


def minute(minutes):
    """Return the moment so many minutes after check-in."""
    return START.shifted(round(minutes * 60 * NS_PER_S))


class _Script:
    """Collects records of the visit in any order; `records` gives them by time."""

    def __init__(self, *, simulated):
        self.simulated = simulated
        self.provenance = Provenance.SIMULATED if simulated else Provenance.DEVICE
        self.mode = Mode.SIMULATED if simulated else Mode.REAL
        self.found = []
        self.cycle = 0

    def add(self, record_type, minutes, /, *, by=NURSE.id, **fields):
        self.found.append(record_type(at=minute(minutes), chair=CHAIR, session=SESSION, operator=by, **fields))

    def sample(self, minutes, metric, value, monitor=BEDSIDE, validity=Validity.VALID, **fields):
        self.add(
            Sample, minutes, by=None, metric=metric, value=value, validity=validity, mode=self.mode,
            provenance=self.provenance, monitor=monitor, source=fields.pop("source", ""), **fields,
        )  # fmt: skip

    def cuff(self, minutes, sys, dia, *, by_hand=False):
        """Add a cuff cycle that was measured 12 s before it arrived; one by hand comes as its own record alone."""
        at, measured = minute(minutes), minute(minutes - 0.2)
        mean = (sys + 2 * dia) // 3
        if by_hand:
            reading = CuffReading(sys, dia, None, None, at.utc_ns, at.mono_ns, Provenance.MANUAL, NURSE.name)
        else:
            self.cycle += 1
            source = f"{BEDSIDE} cuff"
            reading = CuffReading(
                sys, dia, mean, 70, measured.utc_ns, measured.mono_ns, self.provenance, source, True, self.cycle
            )
            for metric, value in (("nibp_sys", sys), ("nibp_dia", dia), ("nibp_mean", mean)):
                self.sample(
                    minutes, metric, float(value), source="cuff", measured_utc_ns=measured.utc_ns, cycle=self.cycle
                )
        self.add(CuffTaken, minutes, by=NURSE.id if by_hand else None, reading=reading)
        return reading

    def records(self):
        return sorted(self.found, key=lambda record: record.at.mono_ns)


def station_records():
    """Return what the station recorded before the visit."""
    early = START.shifted(-600 * NS_PER_S)
    return [
        StationStarted(at=early, version="0.1.0"),
        OperatorAdded(at=early, added=NURSE),
        OperatorAdded(at=early, operator=NURSE.id, added=CLINICIAN),
        SignedIn(at=early, operator=NURSE.id),
    ]


def visit_records(*, simulated=False, step_s=1.0, upto_min=100.0, with_waves=False):
    """Return the visit's records by time, up to so many minutes after check-in; a reading of each metric every `step_s`."""
    script = _Script(simulated=simulated)
    _check_in(script)
    _course(script)
    _discharge(script)
    _readings(script, step_s)
    if with_waves:
        _waves(script)
    records = [record for record in script.records() if record.at <= minute(upto_min)]
    return _signed(records)


def all_records(**options):
    """Return the station's records and the visit's."""
    return [*station_records(), *visit_records(**options)]


def _check_in(script):
    protocol = make_protocol()
    script.add(SessionOpened, 0, patient=PATIENT, protocol=protocol, simulated=script.simulated)
    script.add(PhaseChanged, 0, before=None, after=Phase.CHECK_IN)
    script.add(LinkChanged, 1, by=None, monitor=BEDSIDE, phase=LinkPhase.CONNECTED, reason="")
    script.add(
        MonitorIdentified, 1.1, by=None, monitor=BEDSIDE, vendor="Berry", model="PM6750", serial="B-1", software="1.2"
    )
    script.add(IdentityConfirmed, 2)
    script.add(ConsentRecorded, 2.5)
    hours_ago = [START.utc_ns - hours * 3600 * NS_PER_S for hours in (8, 1)]
    script.add(FastingRecorded, 3, last_food_utc_ns=hours_ago[0], last_drink_utc_ns=hours_ago[1])
    script.add(ExclusionsAnswered, 4, answers=tuple((text, False) for text in protocol.gates.exclusions))
    script.add(DriverNamed, 5, driver=DRIVER)
    script.add(DriverConfirmed, 6, how=ConfirmedHow.BY_PHONE, phase=Phase.CHECK_IN)
    script.add(PhaseChanged, 8, before=Phase.CHECK_IN, after=Phase.BASELINE)
    first, second = script.cuff(10, 126, 77), script.cuff(13, 122, 75)
    baseline = Baseline(124, 76, 92, 72.0, 98.0, 14.0, (first, second))
    script.add(BaselineTaken, 14, baseline=baseline)
    script.add(
        GateOverridden, 15, gate="fasting", reason="a sip of water with the morning tablet", clinician=CLINICIAN.id
    )


def _course(script):
    script.add(PhaseChanged, 17, before=Phase.BASELINE, after=Phase.INFUSION)
    script.add(InfusionStarted, 17, dose_text="36 mg over 40 min")
    for at, sys, dia in PLANNED_CUFFS:
        script.cuff(at, sys, dia)
    script.add(
        Charted, 34, entry_id="c1", kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MILD, reason="",
        vitals=(("heart_rate", 84.0),),
    )  # fmt: skip
    script.add(
        ConditionRaised, 40.2, by=None, condition_id="k1", rule="link.lost", kind=AlarmKind.TECHNICAL,
        priority=Priority.MEDIUM, text="No data from the bedside monitor",
    )  # fmt: skip
    script.add(ConditionEnded, 40.9, by=None, condition_id="k1")
    spike = script.cuff(49, 182, 111)
    because = "182/111, 47 % above baseline 124/76"
    script.add(
        FlagRaised, 49, by=None, flag_id="f1", grade=Grade.SPIKE, priority=Priority.HIGH, reading=spike,
        because=because, prompt="Repeat at once; pause the infusion", repeat_by_utc_ns=minute(51).utc_ns,
    )  # fmt: skip
    script.add(
        ConditionRaised, 49, by=None, condition_id="k2", rule="bp.spike", kind=AlarmKind.PHYSIOLOGICAL,
        priority=Priority.HIGH, text="BP spike 182/111 mmHg", metric="nibp_sys", value=182.0, limit=180.0,
    )  # fmt: skip
    script.add(ConditionAcknowledged, 49.3, condition_id="k2")
    script.add(InfusionPaused, 49.5, reason="BP spike")
    script.add(FlagAnswered, 49.6, flag_id="f1", action="paused", reason="waiting for the repeat")
    repeat = script.cuff(50.5, 178, 108)
    script.add(FlagDecided, 50.5, by=None, flag_id="f1", outcome=FlagOutcome.CONFIRMED, reading=repeat)
    script.add(FlagAnswered, 52, flag_id="f1", action="clinician told", reason="Dr Lindqvist at the chair")
    settled = script.cuff(56, 142, 86)
    script.add(FlagEnded, 56, by=None, flag_id="f1", reading=settled)
    script.add(ConditionEnded, 56, by=None, condition_id="k2")
    script.add(ChartResolved, 57, entry_id="c1")
    script.add(InfusionResumed, 58)
    script.add(
        SensorChanged, 68, by=None, monitor=BEDSIDE, metric="nibp", status=SensorStatus.FAILED, text="cuff loose"
    )
    script.add(CuffFailed, 68, by=None, monitor=BEDSIDE, text="cuff loose or not connected")
    script.cuff(62, 139, 85)
    script.add(InfusionStopped, 66, reason="", early=False)
    script.add(PhaseChanged, 66, before=Phase.INFUSION, after=Phase.OBSERVATION)
    script.cuff(72, 131, 80)
    script.cuff(80, 128, 79, by_hand=True)
    script.cuff(90, 127, 78)


def _discharge(script):
    script.add(PhaseChanged, 96, before=Phase.OBSERVATION, after=Phase.READY)
    script.add(CriterionAnswered, 96.5, criterion="aldrete", met=True, evidence="10 of 10", score=10)
    script.add(
        CriterionOverridden,
        97,
        criterion="side_effects",
        reason="slight dizziness, walks safely",
        clinician=CLINICIAN.id,
    )
    script.add(DriverConfirmed, 97.5, how=ConfirmedHow.SEEN_IN_PERSON, phase=Phase.READY)
    evidence = (
        ("observation", "Observation window complete", "met", "30:00 of 30:00 since the infusion stopped"),
        ("bp", "BP back near baseline", "met", "last: 127/78; baseline 124/76, limit ±20 %"),
        ("vitals", "HR, SpO₂, RR inside discharge limits for 15 min", "met", "HR 74, SpO₂ 98 %, RR 14"),
        ("aldrete", "Modified Aldrete score ≥ 9", "met", "10 of 10"),
        ("side_effects", "Side effects settled", "overridden", "dizziness, mild, still present"),
        ("driver", "Driver here and confirmed", "met", "Maria Keller (sister), seen in person"),
    )
    script.add(
        DischargeSigned,
        98,
        signature=Signature(
            NURSE.id, NURSE.name, NURSE.role, make_protocol().discharge.meaning, minute(98).utc_ns, GENESIS
        ),
        driver=DRIVER,
        evidence=tuple(
            CriterionEvidence(criterion=name, title=title, state=state, evidence=text)
            for name, title, state, text in evidence
        ),
    )
    script.add(PhaseChanged, 98.01, before=Phase.READY, after=Phase.DISCHARGED)
    script.add(ChairFreed, 100)


def _readings(script, step_s):
    n = int(96 * 60 / step_s)
    for index in range(n):
        minutes = 2 + index * step_s / 60
        rise = 14 * math.exp(-(((minutes - 50) / 16) ** 2))
        if not 40 <= minutes < 40 + 50 / 60:
            heart = round(72 + rise + 2 * math.sin(index / 37))
            script.sample(minutes, "heart_rate", float(heart), source="ECG")
            if 75 <= minutes < 75.5:
                script.sample(minutes, "spo2", None, validity=Validity.UNAVAILABLE)
            else:
                low = 6 if 45 <= minutes < 45.7 else 0
                script.sample(minutes, "spo2", float(round(97.6 - low + 0.8 * math.sin(index / 91))))
                script.sample(minutes, "pulse_rate", float(heart))
        script.sample(minutes, "resp_rate", float(round(14.5 + 1.2 * math.sin(index / 53))), CAPNO, source="co2")
        script.sample(minutes, "etco2", float(round(37 + 2 * math.sin(index / 71))), CAPNO)


def _waves(script):
    """Add ten seconds of ECG in stretches of a quarter second, the monitor's own loss marked by a gap."""
    for index in range(40):
        samples = struct.pack("<50h", *(round(400 * math.sin((index * 50 + k) / 8)) for k in range(50)))
        at = 20 + (index + 1) * 0.25 / 60
        if index == 20:
            script.add(
                Gap, at, by=None, metric="ecg", monitor=BEDSIDE, source="II", n_samples=50, reason="lost on the wire"
            )
            continue
        script.add(
            Wave, at, by=None, metric="ecg", monitor=BEDSIDE, source="II", rate_hz=200.0, scale=0.0025, offset=0.0,
            unit=Unit.MV, samples=samples, mode=script.mode,
        )  # fmt: skip


def _signed(records):
    """Let the discharge signature cover the chain before it, as a station does."""
    head, signed = GENESIS, []
    for record in records:
        kept = record
        if isinstance(record, DischargeSigned):
            old = record.signature
            signature = Signature(old.operator_id, old.name, old.role, old.meaning, old.signed_utc_ns, head)
            kept = replace(record, signature=signature)
        if not isinstance(kept, Sample | Wave | Gap):
            head = link(head, type(kept).__name__, to_json(kept))
        signed.append(kept)
    return signed
