"""Who and what a visit is about: small frozen values that commands and records share.

Vocabulary: docs/glossary.md. A value here is only ever replaced, never changed.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from devices.events import AdmissionState


class Phase(StrEnum):
    """Where a visit stands; the table of moves is in `phases.py`."""

    CHECK_IN = "check_in"
    BASELINE = "baseline"
    INFUSION = "infusion"
    OBSERVATION = "observation"
    READY = "ready"
    DISCHARGED = "discharged"
    ENDED_EARLY = "ended_early"

    @property
    def is_over(self) -> bool:
        """Say whether the visit is closed."""
        return self in (Phase.DISCHARGED, Phase.ENDED_EARLY)


class Role(StrEnum):
    """What an operator may do. CLINICIAN may override a gate; LEAD_NURSE may add staff."""

    NURSE = "nurse"
    LEAD_NURSE = "lead_nurse"
    CLINICIAN = "clinician"
    OFFICE = "office"


class Provenance(StrEnum):
    """Where a value came from."""

    DEVICE = "device"
    MANUAL = "manual"
    CORRECTED = "corrected"
    SIMULATED = "simulated"


class Route(StrEnum):
    """How the drug is given."""

    IV = "iv"
    IM = "im"


class Transport(StrEnum):
    """How the patient goes home."""

    FAMILY_OR_FRIEND = "family_or_friend"
    MEDICAL_TRANSPORT = "medical_transport"
    OTHER_ADULT = "other_adult"
    TAXI = "taxi"  # taxi or ride share alone; only where the protocol allows it


class ConfirmedHow(StrEnum):
    """How staff know of the driver."""

    BY_PHONE = "by_phone"
    SEEN_IN_PERSON = "seen_in_person"
    BOOKING = "booking"  # a transport company's booking number


class Identifier(StrEnum):
    """What staff check a patient's identity with."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    RECORD_NUMBER = "record_number"
    PHOTO_ID = "photo_id"


class Pregnancy(StrEnum):
    """What is known before the start."""

    NOT_POSSIBLE = "not_possible"
    TEST_NEGATIVE = "test_negative"
    EXCLUDED = "excluded"  # by a clinician
    POSSIBLE = "possible"  # and not tested
    PREGNANT = "pregnant"


class VisitKind(StrEnum):
    """What a visit is within a patient's treatment."""

    COURSE = "course"
    MAINTENANCE = "maintenance"
    BOOSTER = "booster"


class LeavingPath(StrEnum):
    """How the patient leaves: docs/adr/0020."""

    WITH_DRIVER = "with_driver"
    NO_DRIVER = "no_driver"  # nobody fetches the patient; a clinician answers for what was arranged instead
    AGAINST_ADVICE = "against_advice"  # the patient goes before every criterion is met


class Severity(StrEnum):
    """Of a side effect."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Operator:
    """A named member of staff. `pin_hash` is an Argon2id PHC string and is never shown or logged.

    Who left is no longer active: what they did keeps their name. A PIN that somebody else gave is changed at the next sign-in.
    """

    id: str
    name: str
    role: Role
    pin_hash: str
    is_active: bool = True
    must_change_pin: bool = False


@dataclass(frozen=True, slots=True)
class Patient:
    """Who sits in the chair: two identifiers (record number and date of birth) beside the name."""

    given_name: str
    family_name: str
    birth_date: date
    record_number: str
    weight_kg: float
    allergies: str = ""

    @property
    def initials(self) -> str:
        """Return the initials, as on the chair's tile ("J. K.")."""
        return " ".join(f"{name[:1].upper()}." for name in (self.given_name, self.family_name) if name)

    @property
    def full_name(self) -> str:
        """Return given and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Driver:
    """Who takes the patient home; the software that decodes a monitor is `devices.driver.Driver`.

    Attributes:
        name, relation, phone: Who. `name` is the company where there is one.
        transport: How.
        booking: A transport company's booking number, "" where there is none.
        expected_utc_ns: When they are expected, UTC [ns].
    """

    name: str
    relation: str
    phone: str
    transport: Transport = Transport.FAMILY_OR_FRIEND
    booking: str = ""
    expected_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse:
    """What was drawn up of a controlled drug from one vial or syringe, and where it went.

    Attributes:
        drug, concentration, lot: As they stand on the vial, as text.
        drawn_mg, given_mg, wasted_mg: Amounts [mg].
        vial, expires: The vial's number and expiry as text, "" where nobody wrote them down.
        why_differs: Why what was drawn is not what was given and wasted, "" where it is.
    """

    drug: str
    concentration: str
    lot: str
    drawn_mg: float
    given_mg: float
    wasted_mg: float
    vial: str = ""
    expires: str = ""
    why_differs: str = ""


@dataclass(frozen=True, slots=True)
class Companion:
    """Who is with the patient. `brought`: they brought the patient here; `stays`: they stay during the treatment."""

    name: str
    stays: bool
    brought: bool


@dataclass(frozen=True, slots=True)
class Referral:
    """Who sent the patient, and the letter's date; `from_whom` is "" where it was asked and there is none."""

    from_whom: str
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class MedicineAnswer:
    """Whether the patient takes a medicine that the protocol asks for, with a note."""

    name: str
    taken: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class SeriesPlace:
    """Where a visit stands in a series: the third of six. `number` counts from 1; `of` is None without a planned length."""

    kind: VisitKind
    number: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class CuffReading:
    """One cuff cycle.

    Attributes:
        sys, dia, mean: [mmHg]; mean is None where the monitor gives none.
        pulse: Pulse rate of the cuff [/min], or None.
        measured_utc_ns: When it was measured, UTC [ns]; the arrival where the monitor does not tell.
        measured_mono_ns: The same, monotonic [ns].
        time_known: False where the monitor does not tell when it measured.
        provenance: Device, manual, corrected or simulated.
        source: Monitor and sensor, or the operator who typed it.
        cycle: The monitor's cycle id, or None.
    """

    sys: int
    dia: int
    mean: int | None
    pulse: int | None
    measured_utc_ns: int
    measured_mono_ns: int
    provenance: Provenance
    source: str
    time_known: bool = True
    cycle: int | None = None

    def __str__(self) -> str:
        return f"{self.sys}/{self.dia}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The patient's own resting values, taken by name of staff before the start.

    Attributes:
        sys, dia: Median of `readings` [mmHg].
        mean: Median mean pressure [mmHg], or None.
        heart_rate, spo2, resp_rate: Last valid values when it was taken [/min, %, /min]; None where missing.
        readings: The cuff readings it rests on, oldest first.
    """

    sys: int
    dia: int
    mean: int | None
    heart_rate: float | None
    spo2: float | None
    resp_rate: float | None
    readings: tuple[CuffReading, ...]

    def __str__(self) -> str:
        return f"{self.sys}/{self.dia}"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed what, and what it meant (fields after 21 CFR 11.50; no claim of conformity).

    `covers` is the SHA-256 (hex) of the session's record chain up to the signature.
    """

    operator_id: str
    name: str
    role: Role
    meaning: str
    signed_utc_ns: int
    covers: str


class Grade(StrEnum):
    """Grade of a blood-pressure flag, mildest first; LOW stands apart (pressure too low)."""

    WATCH = "watch"
    SPIKE = "spike"
    SEVERE = "severe"
    CRISIS = "crisis"
    LOW = "low"


class FlagOutcome(StrEnum):
    """How a flag's confirmation ended."""

    OPEN = "open"  # repeat asked for, not yet here
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_REPEATED = "not_repeated"  # no second reading in time


class ChartKind(StrEnum):
    """What staff chart with one tap."""

    SIDE_EFFECT = "side_effect"
    SYMPTOM = "symptom"  # a red-flag symptom
    DOSE_CHANGE = "dose_change"
    POSITION = "position"
    OXYGEN = "oxygen"
    MEDICATION = "medication"
    CLINICIAN_TOLD = "clinician_told"
    NOTE = "note"


class ScoreKind(StrEnum):
    """What staff score in numbers; how far each goes is in `scorings.py`."""

    MOAAS = "moaas"
    RASS = "rass"
    PAIN = "pain"
    ORIENTATION = "orientation"
    UNREAL = "unreal"  # unreal or detached
    CADSS6 = "cadss6"
    CADSS = "cadss"
    OTHER = "other"


class TimedStep(StrEnum):
    """A step of the treatment whose time may be corrected."""

    INFUSION_STARTED = "infusion_started"  # of an injection: when it was given
    INFUSION_PAUSED = "infusion_paused"
    INFUSION_RESUMED = "infusion_resumed"
    INFUSION_STOPPED = "infusion_stopped"


class GateState(StrEnum):
    """Whether a gate before the start, or a criterion before discharge, is met."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"  # nothing to judge by yet
    OVERRIDDEN = "overridden"
    AGAINST_ADVICE = "against_advice"  # not met when the patient left against advice; in a signature's evidence alone


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPatient:
    """Who a monitor says is connected to it, as typed into the monitor; in no repr, for a repr may come into a log."""

    admission: AdmissionState
    patient_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorFacts:
    """Which monitor it is: as it is set up, and as it names itself; None or "" where that is not known.

    Attributes:
        monitor: Its id at the station ("2:capnostream20").
        driver: Driver name.
        title: For people.
        port: Where it is plugged in, as set up ("/dev/ttyUSB0").
        adapter: The USB adapter as it is remembered ("serial number A50285BI", "socket 1-1.2").
        simulated: Whether it is a simulated one.
        vendor, model, serial: What the monitor says of itself.
    """

    monitor: str
    driver: str
    title: str
    port: str = ""
    adapter: str = ""
    simulated: bool = False
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
