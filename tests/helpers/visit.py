"""A whole visit through the real `Station`, on a clock that is moved by hand: for whoever needs records or snapshots.

`Clinic` is the nurse, the monitors and the clock in one; `run_visit` drives the visit that most tests want.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import LinkPhase, LinkState, Mode, Numeric, PortEvent, Validity, WaveformChunk
from devices.vocabulary import Unit
from nursestation.config.protocol_files import load_protocols
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import (
    ChartKind,
    ConfirmedHow,
    Driver,
    MedicineAnswer,
    Patient,
    Pregnancy,
    Role,
    ScoreKind,
    Severity,
    Transport,
)
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.core.station import ChairSetup, MonitorBinding, MonitorInput, Station, StationInput, Tick

T = TypeVar("T")
PROTOCOLS = Path(__file__).parents[2] / "resources" / "protocols"
NURSE_PIN = "246810"
CLINICIAN_PIN = "135791"
NURSE = "r.alvarez"
CLINICIAN = "s.okafor"
MONITOR = "2:berry_pm6750"
START = Moment(1_000 * NS_PER_S, 1_767_279_600 * NS_PER_S)  # 2026-01-01T15:00:00Z
HOUR_NS = 3600 * NS_PER_S
CALM = {"heart_rate": 72.0, "pulse_rate": 72.0, "spo2": 98.0, "resp_rate": 14.0}

PATIENT = Patient(
    given_name="Jana",
    family_name="Keller",
    birth_date=date(1984, 5, 17),
    record_number="MRN-4471",
    weight_kg=72.0,
    allergies="penicillin",
)
DRIVER = Driver(name="Maria Keller", relation="sister", phone="555 010 0192", transport=Transport.FAMILY_OR_FRIEND)


class PlainPins:
    """A verifier that hashes nothing; for tests alone."""

    def hash(self, pin: str) -> str:
        if len(pin) < 6:
            raise ValueError("Use at least six digits.")
        return f"plain:{pin}"

    def verify(self, pin_hash: str, pin: str) -> bool:
        return pin_hash == f"plain:{pin}"


def load_protocol(name: str = "depression_iv") -> Protocol:
    """Return a protocol that is shipped."""
    return next(protocol for protocol in shipped_protocols() if protocol.name == name)


@cache
def shipped_protocols() -> tuple[Protocol, ...]:
    """Return every protocol that is shipped."""
    return load_protocols(PROTOCOLS)


def binding(monitor_id: str = MONITOR, *, simulated: bool = False, **changes: object) -> MonitorBinding:
    """Return a monitor that gives everything."""
    fields: dict[str, object] = {
        "id": monitor_id,
        "driver": "berry_pm6750",
        "title": "Berry PM6750 on ttyUSB0",
        "numerics": (
            "heart_rate",
            "pulse_rate",
            "spo2",
            "resp_rate",
            "nibp_sys",
            "nibp_dia",
            "nibp_mean",
        ),
        "simulated": simulated,
        "max_quiet_ms": 2000,
    }
    return MonitorBinding(**{**fields, **changes})  # type: ignore[arg-type]


def _wavering(metric: str, value: float, n: int) -> float:
    """Return a value that is not the same each time, as a monitor's; a rate of 0 stays 0, and no saturation passes 100."""
    if metric == "resp_rate":
        return value
    return min(value + (n % 3 == 0), 100.0 if metric == "spo2" else math.inf)


class Refusal(AssertionError):
    """A command that the test meant to be taken was refused."""


def handed_over(reason: str, chair: int = 2) -> c.EndEarly:
    """Return that the visit ends here with the drug given: the ward takes the patient over, and a clinician signs."""
    return c.EndEarly(chair=chair, reason=reason, handed_to="ward 3", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)


@dataclass
class Clinic:
    """A station with one nurse, one clinician and two chairs, the second of them with a monitor.

    Attributes:
        station: What is tried.
        clock: Moved by `run` and `wait`.
        records: Everything that came out so far, oldest first.
        chair: The chair that commands are given for.
    """

    station: Station
    clock: ManualClock
    records: list[r.Record] = field(default_factory=list)
    chair: int = 2
    monitor: str = MONITOR
    cycle: int = 0
    simulated: bool = False

    # --- input ---

    def apply(self, item: StationInput) -> tuple[r.Record, ...]:
        """Apply one input now and keep its records."""
        out = self.station.apply(item, self.clock.now())
        self.records.extend(out)
        return out

    def do(self, *commands: c.Command) -> tuple[r.Record, ...]:
        """Give commands that must be taken; returns the records of them all."""
        out: list[r.Record] = []
        for command in commands:
            made = self.apply(command)
            for record in made:
                if isinstance(record, r.Refused):
                    raise Refusal(f"{record.command}: {record.reason}")
            out.extend(made)
        return tuple(out)

    def refused(self, command: c.Command) -> str:
        """Give a command that must be refused; returns the sentence."""
        out = self.apply(command)
        refusals = [record.reason for record in out if isinstance(record, r.Refused)]
        assert len(refusals) == 1, f"not refused: {out}"
        return refusals[0]

    def event(self, event: PortEvent, monitor: str | None = None) -> tuple[r.Record, ...]:
        """Let a monitor say something now."""
        return self.apply(MonitorInput(monitor=monitor or self.monitor, event=event))

    def numeric(
        self,
        metric: str,
        value: float | None,
        validity: Validity | None = None,
        mode: Mode = Mode.REAL,
        source: str = "",
    ) -> tuple[r.Record, ...]:
        """Let the monitor give a numeric now; unavailable for None."""
        known = validity or (Validity.VALID if value is not None else Validity.UNAVAILABLE)
        now_ns = self.clock.now().mono_ns
        return self.event(Numeric(t_ns=now_ns, metric=metric, value=value, validity=known, mode=mode, source=source))

    def cuff(
        self, sys: int, dia: int, mean: int | None = -1, *, age_s: float = 0.0, cycle: int | None = None
    ) -> tuple[r.Record, ...]:
        """Let the monitor give a cuff result now that was measured `age_s` ago; the mean is worked out unless given."""
        if cycle is None:
            self.cycle += 1
            cycle = self.cycle
        now_ns = self.clock.now().mono_ns
        mean = dia + (sys - dia) // 3 if mean == -1 else mean
        out: list[r.Record] = []
        for metric, value in (("nibp_sys", sys), ("nibp_dia", dia), ("nibp_mean", mean)):
            if value is not None:
                out += self.event(
                    Numeric(
                        t_ns=now_ns,
                        metric=metric,
                        value=float(value),
                        measured_ns=now_ns - round(age_s * NS_PER_S),
                        cycle=cycle,
                    )
                )
        return (*out, *self.tick())

    def wave(self, metric: str = "pleth", n: int = 25) -> tuple[r.Record, ...]:
        """Let the monitor give a piece of waveform now."""
        return self.event(
            WaveformChunk(
                t_ns=self.clock.now().mono_ns,
                metric=metric,
                rate_hz=100.0,
                scale=0.01,
                offset=0.0,
                unit=Unit.MV if metric == "ecg" else None,
                samples=b"\x10\x00" * n,
            )
        )

    def tick(self) -> tuple[r.Record, ...]:
        """Let time be noticed."""
        return self.apply(Tick())

    def wait(self, seconds: float) -> None:
        """Move the clock on without a word from anyone, then tick."""
        self.clock.advance(seconds)
        self.tick()

    def run(self, seconds: float, vitals: dict[str, float] | None = None, *, every_s: float = 1.0) -> None:
        """Let `seconds` pass with a numeric of each vital sign every `every_s`."""
        told = {**CALM, **(vitals or {})}
        passed = 0.0
        while passed + every_s <= seconds:
            self.clock.advance(every_s)
            passed += every_s
            n = round(self.clock.now().mono_ns / NS_PER_S)
            for metric, value in told.items():
                self.numeric(metric, _wavering(metric, value, n))
            self.tick()
        if seconds > passed:
            self.clock.advance(seconds - passed)
            self.tick()

    # --- output ---

    @property
    def view(self) -> ChairSnapshot:
        """Return the chair now."""
        return self.station.snapshot(self.clock.now()).chair(self.chair)

    @property
    def visit(self) -> VisitView:
        """Return the visit now."""
        visit = self.view.visit
        assert visit is not None
        return visit

    def of(self, kind: type[T]) -> list[T]:
        """Return every record of a kind so far."""
        return [record for record in self.records if isinstance(record, kind)]

    # --- steps of a visit ---

    def staff(self) -> None:
        """Make the nurse and the clinician; the nurse is signed in."""
        self.do(
            c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN),
            c.AddOperator(name="Sam Okafor MD", role=Role.CLINICIAN, pin=CLINICIAN_PIN),
        )

    def check_in(self, protocol: str = "depression_iv", patient: Patient = PATIENT) -> None:
        """Check the patient in, answer everything and name the driver; fasting is long enough."""
        now = self.clock.now().utc_ns
        n = self.chair
        self.do(c.CheckIn(chair=n, patient=patient, protocol=protocol))
        self.do(
            c.ConfirmIdentity(chair=n),
            c.RecordConsent(chair=n),
            c.RecordFasting(chair=n, last_food_utc_ns=now - 9 * HOUR_NS, last_drink_utc_ns=now - 3 * HOUR_NS),
            c.AnswerExclusions(chair=n, answers=tuple((text, False) for text in self.visit.protocol.gates.exclusions)),
            *self.asked(),
            c.NameDriver(chair=n, driver=DRIVER),
            c.ConfirmDriver(chair=n, how=ConfirmedHow.BY_PHONE),
        )

    def asked(self) -> Iterator[c.Command]:
        """Answer what the protocol of the visit asks for besides, nothing being in the way."""
        n, visit = self.chair, self.visit
        rules = visit.protocol.gates
        if rules.ask_weight:
            yield c.RecordWeight(chair=n, kg=visit.patient.weight_kg, measured=True)
        if rules.ask_allergies:
            text = visit.patient.allergies
            yield c.RecordAllergies(chair=n, text=text, none_known=not text)
        if rules.ask_pregnancy:
            yield c.RecordPregnancy(chair=n, answer=Pregnancy.NOT_POSSIBLE)
        if rules.medicines:
            answers = tuple(MedicineAnswer(rule.name, taken=False) for rule in rules.medicines)
            yield c.RecordMedicines(chair=n, answers=answers)
        if rules.referral != "off":
            yield c.RecordReferral(chair=n, from_whom="Dr. Holm")
        if rules.available:
            yield c.NameAvailable(chair=n, name="Sam Okafor MD")
        for text in rules.checks:
            yield c.ConfirmCheck(chair=n, text=text)
        for kind in rules.baseline_scores:
            yield c.RecordScore(chair=n, kind=kind, value=5 if kind is ScoreKind.MOAAS else 2)

    def take_baseline(self, readings: Sequence[tuple[int, int]] = ((124, 76), (124, 76)), every_s: float = 1.0) -> None:
        """Take a baseline from cuff readings two minutes apart."""
        self.do(c.BeginBaseline(chair=self.chair))
        for n, (sys, dia) in enumerate(readings):
            self.run(120 if n else 20, every_s=every_s)
            self.cuff(sys, dia)
        self.do(c.TakeBaseline(chair=self.chair))

    def start(self, protocol: str = "depression_iv", every_s: float = 1.0) -> None:
        """Bring a new patient to a running infusion (or a given injection)."""
        self.staff()
        self.check_in(protocol)
        self.take_baseline(every_s=every_s)
        self.run(5, every_s=min(every_s, 1.0))
        self.do(c.StartInfusion(chair=self.chair, dose_text="Ketamine 36 mg IV over 40 min"))

    def assess(self, *, driver: bool = True) -> None:
        """Answer what a person answers before discharge, the driver seen in person unless without `driver`."""
        n, rules = self.chair, self.visit.protocol.discharge
        self.do(
            c.AnswerCriterion(chair=n, criterion="aldrete", met=True, evidence="2 2 2 2 2", score=10),
            c.AnswerCriterion(chair=n, criterion="sedation", met=True, evidence="awake, oriented", score=5),
        )
        if driver:
            self.do(c.ConfirmDriver(chair=n, how=ConfirmedHow.SEEN_IN_PERSON, code=self.visit.driver_code))
        if rules.ask_gait:
            steady = (("steady", 1), ("not_dizzy", 1), ("advice", 1))
            self.do(c.AnswerCriterion(chair=n, criterion="gait", met=True, evidence="", items=steady))
        if rules.ask_orthostatic:
            self.do(
                c.RecordOrthostatic(chair=n, lying=(124, 76, 70), standing_1=(120, 76, 78), standing_3=(122, 78, 76))
            )
        if rules.instructions_printed:
            self.do(
                c.InstructionsGiven(chair=n, language="", how="printed", sha256="5e" * 32),
                c.AcknowledgeInstructions(chair=n, by="patient"),
            )
        else:
            self.do(c.AnswerCriterion(chair=n, criterion="instructions", met=True, evidence="read and handed over"))
        if self.visit.protocol.route.value == "iv":
            self.do(c.AnswerCriterion(chair=n, criterion="iv_removed", met=True, evidence="removed, site dry"))

    def sign(self, pin: str = NURSE_PIN) -> c.SignDischarge:
        """Return the command that signs the discharge page as it stands."""
        readiness = self.visit.readiness
        assert readiness is not None
        return c.SignDischarge(chair=self.chair, meaning=readiness.meaning, seen=readiness.digest, pin=pin)


def make_clinic(
    *,
    simulated: bool = False,
    protocols: Sequence[Protocol] | None = None,
    preset: AlarmPreset | None = None,
    lock_after_s: float | None = None,
    **changes: object,
) -> Clinic:
    """Return a station on a manual clock, nobody signed in, the monitor of chair 2 (with `changes`) connected."""
    chairs = (
        ChairSetup(number=1, monitors=()),
        ChairSetup(number=2, monitors=(binding(simulated=simulated, **changes),)),
    )
    known = protocols or shipped_protocols()
    clinic = Clinic(
        station=Station(chairs, known, PlainPins(), "0.1.0", preset, lock_after_s),
        clock=ManualClock(START),
        simulated=simulated,
    )
    clinic.records.extend(clinic.station.restore((), clinic.clock.now(), unclean=False))
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    return clinic


def run_visit(
    *, every_s: float = 1.0, simulated: bool = False, waves: bool = False, free: bool = False
) -> tuple[Station, list[r.Record], ManualClock]:
    """Drive one whole visit: spike, pause, resume, nausea, observation, discharge signed.

    Args:
        every_s: Time between two samples of each vital sign [s].
        simulated: Whether the monitor is a simulated one.
        waves: Whether pieces of ECG and pleth come too (a few; not a whole visit's worth).
        free: Whether the chair is freed at the end.

    Returns:
        The station, every record it made (oldest first, bulk data and refusals among them), and the clock.
    """
    clinic = make_clinic(simulated=simulated)
    n = clinic.chair
    clinic.start(every_s=every_s)
    for minute, (sys, dia) in enumerate(((128, 80), (131, 82), (134, 84), (137, 86)), start=1):
        clinic.run(300, {"heart_rate": 72.0 + 2 * minute}, every_s=every_s)
        clinic.cuff(sys, dia)
        if waves:
            clinic.wave("ecg")
            clinic.wave("pleth")
    clinic.do(c.Chart(chair=n, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MILD))
    nausea = clinic.of(r.Charted)[-1].entry_id
    clinic.run(600, {"heart_rate": 84.0}, every_s=every_s)
    clinic.cuff(182, 111)
    flag = clinic.of(r.FlagRaised)[-1].flag_id
    clinic.do(c.PauseInfusion(chair=n, reason="blood pressure"))
    clinic.run(90, {"heart_rate": 86.0}, every_s=every_s)
    clinic.cuff(184, 112)
    clinic.do(c.AnswerFlag(chair=n, flag_id=flag, action="paused, clinician told", reason="confirmed by repeat"))
    clinic.run(240, {"heart_rate": 82.0}, every_s=every_s)
    clinic.cuff(136, 84)
    clinic.do(c.ResumeInfusion(chair=n))
    clinic.run(600, {"heart_rate": 80.0}, every_s=every_s)
    clinic.do(c.ResolveChart(chair=n, entry_id=nausea))
    clinic.run(20, every_s=every_s)
    clinic.do(c.StopInfusion(chair=n, reason="dose given"))
    for sys, dia in ((131, 80), (128, 79), (127, 78)):
        clinic.cuff(sys, dia)
        clinic.run(600, every_s=every_s)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=n))
    clinic.assess()
    clinic.do(clinic.sign())
    if free:
        clinic.do(c.FreeChair(chair=n))
    return clinic.station, clinic.records, clinic.clock
