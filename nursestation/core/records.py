"""What happened: the one event stream that store, screens, exports and the alarm log share.

Rules of the file:
1. A record is never changed; a correction is a new record that points at the old one.
2. `at` is when the station took it; `session` is None for what concerns the station and not a visit.
3. `Sample`, `Wave` and `Gap` are bulk data (many a second); every other record is discrete and is chained by hash in the store,
   but for `DraftKept` (what was typed and not yet sent) and `Refused`.
4. State is a fold over records: a station that is given its stored records stands where it stood (`Station.restore`).
5. What a monitor sends while it is held (docs/adr/0013) is kept beside its session, under the name that `held_beside` gives:
   it is no part of the session, and nothing judges or shows it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from devices.clock import Moment
from devices.events import AlarmKind, AlarmMeaning, LinkPhase, Mode, Priority, RejectReason, SensorStatus, Validity
from devices.vocabulary import Unit
from nursestation.core.clinic_files import Setting
from nursestation.core.model import (
    Baseline,
    ChartKind,
    ConfirmedHow,
    CuffReading,
    Driver,
    DrugUse,
    FlagOutcome,
    Grade,
    Identifier,
    LeavingPath,
    MedicineAnswer,
    MonitorFacts,
    Operator,
    Patient,
    Phase,
    Pregnancy,
    Provenance,
    ScoreKind,
    SeriesPlace,
    Severity,
    Signature,
    TimedStep,
    ToldPatient,
)
from nursestation.core.notes import Asked, Ended
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    at: Moment
    chair: int | None = None
    session: str | None = None
    operator: str | None = None  # id of who acted; None for what the program or a monitor did


# --- bulk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(_Record):
    """One reading of one continuous or episodic metric, as it came from a monitor.

    `measured_utc_ns` is the time of measurement where it differs from `at` (cuff), else None; `monitor` is the configured
    monitor's id and `source` what the monitor says of the site.
    """

    metric: str
    value: float | None
    validity: Validity
    mode: Mode
    provenance: Provenance
    monitor: str
    source: str
    measured_utc_ns: int | None = None
    cycle: int | None = None
    device_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave(_Record):
    """Consecutive samples of one waveform; fields as `devices.events.WaveformChunk`. `at` is the last sample's arrival."""

    metric: str
    monitor: str
    source: str
    rate_hz: float
    scale: float
    offset: float
    unit: Unit | None
    samples: bytes
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(_Record):
    """Samples that are absent: lost on the wire, or dropped by an overflow (`reason` says which)."""

    metric: str
    monitor: str
    source: str
    n_samples: int | None
    reason: str


_HELD = ".held"
_OF_NOBODY = (Mode.TEST, Mode.DEMO)


def held_beside(session: str) -> str:
    """Return the name under which the bulk data of a held monitor are kept beside a session."""
    return session + _HELD


def is_held(record: Sample | Wave | Gap) -> bool:
    """Say whether it came from a monitor that was held: it may be of another patient."""
    return record.session is not None and record.session.endswith(_HELD)


def is_live(record: Sample | Wave) -> bool:
    """Say whether it is of the chair's own patient: neither held, nor of a monitor in test or demonstration mode."""
    return record.mode not in _OF_NOBODY and not is_held(record)


# --- station ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStarted(_Record):
    """The program started. `resumed` names the sessions that were open; `unclean` is True after a kill or a crash.

    `preset` is the clinic's alarm preset as it was read from its file, which may have changed since the run before; None in
    what an older version wrote.
    """

    version: str
    resumed: tuple[str, ...] = ()
    unclean: bool = False
    preset: AlarmPreset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStopped(_Record):
    """The program was closed in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAdded(_Record):
    """A member of staff was added (`operator` is who added them; None for the first)."""

    added: Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(_Record):
    """`operator` signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChanged(_Record):
    """Something about a member of staff changed; `changed` is the whole of them from now on."""

    changed: Operator
    what: Literal["pin", "pin_reset", "unlocked", "role", "gone", "back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(_Record):
    """`operator` signed out, or locked the station; `is_idle` where the station locked itself, because nobody touched it."""

    is_idle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(_Record):
    """A wrong PIN for `operator`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastViewed(_Record):
    """`operator` looked at a visit's record."""

    viewed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditViewed(_Record):
    """`operator` looked at who did what between two times, UTC [ns]."""

    since_utc_ns: int
    until_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsked(_Record):
    """`operator` was allowed to take visits out as files."""

    sessions: tuple[str, ...]
    format: str
    is_deidentified: bool
    is_encrypted: bool
    target: Literal["folder", "drive", "printer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMade(_Record):
    """A visit was written as a file: which, how, the file's SHA-256, and the visit's chain head that it carries."""

    exported: str
    format: str
    sha256: str
    chain_head: str
    is_deidentified: bool = False
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChanged(_Record):
    """A setting of the station has another value, in words. `file` names where it was changed beside the window, "" for in it."""

    setting: str
    before: str
    after: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRead(_Record):
    """What the clinic's settings and preset say from now on, where it is not as shipped; what a next start compares with."""

    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolsRead(_Record):
    """Treatment protocols that are others from now on, whole, and the names of those `gone`; what a next start compares with."""

    protocols: tuple[Protocol, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeld(_Record):
    """A visit is not to be purged until the hold is released."""

    held: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(_Record):
    """The hold of a visit ended."""

    held: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeAsked(_Record):
    """`operator` decided that visits are purged; each is told of by `SessionPurged` when it is gone."""

    sessions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPurged(_Record):
    """A visit was purged for good. What proves that it was there and whole stays: its chain head, counts, and the places of
    its records in the file, as runs (first, last).
    """

    purged: str
    chain_head: str
    n_records: int
    n_bulk: int
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade(_Record):
    """The record was copied to another place and the copy was checked."""

    place: str
    sha256: str
    n_bytes: int
    n_sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRestored(_Record):
    """The record was brought back from a backup that was made at `made_utc_ns`, UTC [ns]."""

    made_utc_ns: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAsked(_Record):
    """Something was asked for beside the window, with a command; `at` is when its note was taken up, which may be days later."""

    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnded(_Record):
    """How that ended; where there is none, the command was cut off."""

    ended: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUnreadable(_Record):
    """A command's note lay there and said nothing any more; `note` is its file's name."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(_Record):
    """The wall clock moved against the monotonic one by `step_s` [s]; order and durations are unaffected."""

    step_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(_Record):
    """A monitor's link changed."""

    monitor: str
    phase: LinkPhase
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorIdentified(_Record):
    """A monitor said who it is."""

    monitor: str
    vendor: str | None
    model: str | None
    serial: str | None
    software: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorBound(_Record):
    """A monitor was set up at a chair while the program ran, or set up anew."""

    monitor: str
    driver: str
    title: str
    port: str
    adapter: str
    may_start_cuff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorUnbound(_Record):
    """A monitor was taken from a chair while the program ran, or is about to be set up anew."""

    monitor: str
    driver: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolChanged(_Record):
    """A treatment protocol was changed while the program ran, for the check-ins that follow.

    `what` says it in sentences. `before_version` is None for a new protocol, `version` for one that was taken away. `is_outside`:
    nobody changed it in the window, it was found to be another at the start.
    """

    name: str
    title: str
    before_version: int | None
    version: int | None
    what: tuple[str, ...]
    is_outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPatient(_Record):
    """A monitor said who is connected to it. `asks`: the nurse is asked, and the monitor is held until she answers."""

    monitor: str
    told: ToldPatient
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPatientConfirmed(_Record):
    """The nurse said whether the patient on a monitor is still the one in the chair."""

    monitor: str
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorAlarm(_Record):
    """An alarm as the monitor told it."""

    monitor: str
    kind: AlarmKind
    priority: Priority | None
    code: str
    text: str
    active: bool
    meaning: AlarmMeaning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorChanged(_Record):
    """What a monitor says of one of its measurements has changed."""

    monitor: str
    metric: str
    status: SensorStatus
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesRejected(_Record):
    """Damaged frames from a monitor since the last such record (at most one a minute and reason)."""

    monitor: str
    reason: RejectReason
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(_Record):
    """A command was not carried out. `reason` is the sentence for the operator. Published, not stored."""

    stored: ClassVar[bool] = False
    command: str
    reason: str


# --- the visit ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(_Record):
    """A patient was checked in. The session keeps the whole protocol it runs on; `series` is its place in the treatment."""

    patient: Patient
    protocol: Protocol
    simulated: bool
    series: SeriesPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMonitors(_Record):
    """Which monitors feed the session; told at check-in, and again when one changes or says more of itself.

    `prefer` names, for a metric that several give, the monitor whose value is shown: (metric, monitor).
    """

    monitors: tuple[MonitorFacts, ...]
    prefer: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorsConfirmed(_Record):
    """The nurse saw that the monitors are others than at this chair's last session, and said that they are right."""

    monitors: tuple[MonitorFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(_Record):
    """Identifiers were checked with the patient; () where an older version of the program did not tell which."""

    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightRecorded(_Record):
    """The weight of this visit [kg]: `measured` on a scale, or as the patient said."""

    kg: float = field(repr=False)
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergiesRecorded(_Record):
    """The patient's allergies; `text` is "" where none are known."""

    text: str = field(repr=False)
    none_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyRecorded(_Record):
    """What is known of a pregnancy."""

    answer: Pregnancy = field(repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicinesRecorded(_Record):
    """Each medicine that the protocol asks for, with the answer."""

    answers: tuple[MedicineAnswer, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRecorded(_Record):
    """Who referred the patient, "" where nobody did; `dated` is the letter's date."""

    from_whom: str = field(repr=False)
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableNamed(_Record):
    """Who is immediately available for an emergency from now on."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConfirmed(_Record):
    """One of the protocol's checks before the start was done."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionRecorded(_Record):
    """Who is with the patient; the name is "" for nobody."""

    name: str = field(repr=False)
    stays: bool
    brought: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftKept(_Record):
    """What was typed into a form of a chair and not yet sent; no fields: it is gone.

    The one record that is no part of what happened: it is not chained, only the newest of each chair and form is stored, and
    none outlives the check-in or the visit that it was typed for. `session` is None for what was typed at a free chair.
    """

    form: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded(_Record):
    """Consent is on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastingRecorded(_Record):
    """Last food and drink, UTC [ns]."""

    last_food_utc_ns: int
    last_drink_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionsAnswered(_Record):
    """Each exclusion's text with True (present) or False."""

    answers: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverNamed(_Record):
    """Who takes the patient home; `code` is what they were given to say at hand-over, "" where none is used."""

    driver: Driver
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverConfirmed(_Record):
    """The driver was confirmed. `phase` is when: before the start, or at hand-over.

    `code_matched`: they told the code that was given at check-in; else `identity_seen` may name the document looked at.
    """

    how: ConfirmedHow
    phase: Phase
    code_matched: bool = False
    identity_seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOverridden(_Record):
    """A clinician let the start pass an unmet gate. `lacking` is what the monitors' gate lacked then (`gates.lacking`)."""

    gate: str
    reason: str
    clinician: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(_Record):
    """The visit moved on."""

    before: Phase | None
    after: Phase
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTaken(_Record):
    """The patient's own resting values, entered by name of staff."""

    baseline: Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStarted(_Record):
    """The infusion runs (IM: the injection was given). `planned_min` is the length chosen [min], None for the protocol's."""

    dose_text: str
    planned_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionPaused(_Record):
    """The pump was paused."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionResumed(_Record):
    """The pump runs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStopped(_Record):
    """The infusion is over. `early` is True before the planned end."""

    reason: str
    early: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffRequested(_Record):
    """A repeat was asked for, by an operator or by a flag (`operator` is None then)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffStarted(_Record):
    """`operator` let the program start a monitor's cuff."""

    monitor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffStopped(_Record):
    """`operator` let the program stop a monitor's cuff."""

    monitor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffTaken(_Record):
    """One cuff cycle with its result; exactly one record a cycle."""

    reading: CuffReading


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffFailed(_Record):
    """A cuff cycle without a result, in the monitor's words."""

    monitor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted(_Record):
    """Staff charted something; `vitals` are the numbers at that moment (metric, value).

    `happened_utc_ns` is when it happened where that was earlier than `at`, UTC [ns].
    """

    entry_id: str
    kind: ChartKind
    text: str
    severity: Severity | None
    reason: str
    vitals: tuple[tuple[str, float], ...]
    happened_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartResolved(_Record):
    """A charted side effect or symptom is over; `happened_utc_ns` as in `Charted`."""

    entry_id: str
    happened_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCorrected(_Record):
    """What was charted is to be read otherwise; None for what stays as it was.

    `happened_utc_ns` is when it happened, `resolved_utc_ns` when it was over, UTC [ns]. `vitals` are the numbers at the new
    time; () where none are known any more.
    """

    entry_id: str
    reason: str
    happened_utc_ns: int | None = None
    text: str | None = None
    severity: Severity | None = None
    resolved_utc_ns: int | None = None
    vitals: tuple[tuple[str, float], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartStruck(_Record):
    """What was charted is struck out: it was charted in error."""

    entry_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugRecorded(_Record):
    """What was drawn up of a controlled drug, and where it went; `witness` saw it, "" where none was needed.

    `replaces` is the id of the record that it corrects, "" for none, and `reason` says why.
    """

    drug_id: str
    use: DrugUse
    witness: str = ""
    replaces: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugStruck(_Record):
    """A drug record is struck out: it was made in error. `witness` saw it, "" where none was needed."""

    drug_id: str
    reason: str
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCorrected(_Record):
    """A step of the treatment happened at another time than its record says.

    Attributes:
        what, index: Which step; `index` counts the pauses from 0.
        before_utc_ns: When it was thought to be until now, UTC [ns].
        happened_utc_ns: When it was, UTC [ns].
        reason: Why it is corrected.
    """

    what: TimedStep
    before_utc_ns: int
    happened_utc_ns: int
    reason: str
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecorded(_Record):
    """A score; `items` are its parts where it has any, `label` names one of another kind. `happened_utc_ns` as in `Charted`."""

    kind: ScoreKind
    value: int
    items: tuple[tuple[str, int], ...] = ()
    note: str = ""
    label: str = ""
    happened_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalsEntered(_Record):
    """Vitals that staff measured by hand: (metric, value), each in its unit. `happened_utc_ns` as in `Charted`.

    A cuff reading by hand is a `CuffTaken`.
    """

    values: tuple[tuple[str, float], ...]
    happened_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasurable(_Record):
    """A vital sign could not be measured, and why."""

    metric: str
    reason: str
    happened_utc_ns: int | None = None


Backdated = Charted | ChartResolved | ScoreRecorded | VitalsEntered | NotMeasurable
"""Records that may tell of an earlier time."""


def happened(record: Backdated) -> Moment:
    """Return when what a record tells happened, on both clocks."""
    return record.at if record.happened_utc_ns is None else told(record, record.happened_utc_ns)


def told(record: Backdated | ChartCorrected, utc_ns: int) -> Moment:
    """Return the moment of a time that a record tells, UTC [ns]: a time of the clock as it ran when the record was made."""
    return record.at.shifted(utc_ns - record.at.utc_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRaised(_Record):
    """A cuff reading (or a symptom on top of one) crossed a rung of the BP ladder.

    `because` says which rule, in the words of the screen ("182/111, 47 % above baseline 124/76"); `repeat_by_utc_ns` is
    until when a second reading is wanted (None where the rung does not ask for one).
    """

    flag_id: str
    grade: Grade
    priority: Priority
    reading: CuffReading
    because: str
    prompt: str
    repeat_by_utc_ns: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDecided(_Record):
    """The second reading came, or did not."""

    flag_id: str
    outcome: FlagOutcome
    reading: CuffReading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagAnswered(_Record):
    """What staff did about a flag."""

    flag_id: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagEnded(_Record):
    """A later reading came back under the ladder (or onto another rung, which is a flag of its own)."""

    flag_id: str
    reading: CuffReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRaised(_Record):
    """An alarm condition began. `rule` is its id ("limit.spo2.low", "link.lost", "bp.spike"); `text` as on the screen.

    `subject` tells apart what one rule may find at the same time: a monitor's id, a metric, or "". `cause_ns` is the monotonic
    arrival [ns] of the bytes that made it true; None where silence, the clock or a person did. `since_ns` is that of the
    bytes with which the value first was out of its limit, where it had to stay so for a while. `preset` names the file whose
    numbers it was judged by, and `quality` says in words how good the data were that it was judged on. `limit_text` is the limit
    in force where no one number is it: what a cuff reading crossed ("systolic 25 mmHg or more above baseline").
    """

    condition_id: str
    rule: str
    kind: AlarmKind
    priority: Priority
    text: str
    metric: str | None = None
    value: float | None = None
    limit: float | None = None
    subject: str = ""
    cause_ns: int | None = None
    preset: str = ""
    since_ns: int | None = None
    quality: str = ""
    limit_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionChanged(_Record):
    """A present condition got another priority or text (worse value, longer silence)."""

    condition_id: str
    priority: Priority
    text: str
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAcknowledged(_Record):
    """An operator has seen it."""

    condition_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEnded(_Record):
    """The condition is over."""

    condition_id: str


# --- alarm signals ------------------------------------------------------------------------------------------------


WORSE, AGAIN = "worse", "again"
"""Reasons of a `ConditionRealarmed` that are no time."""

EDITED, PROPOSAL, RESET = "edited", "proposal", "reset"
"""Why limits were changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRealarmed(_Record):
    """A silenced condition makes its signals again.

    `reason`: after its time ("3 min"), because it is worse ("worse"), or because the cause of a latched one is back ("again").
    """

    condition_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLatched(_Record):
    """The cause of a latching condition is over; its signals stay until an operator acknowledges them."""

    condition_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEscalated(_Record):
    """Nobody answered the condition in time: the chair sounds too."""

    condition_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalShown(_Record):
    """The first signal of a condition was painted or sounded, `delay_ms` after what caused it had arrived [ms].

    Of what no bytes caused: after the condition was found.
    """

    condition_id: str
    delay_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPaused(_Record):
    """AUDIO PAUSED began, or began anew: no sound from the conditions present now, until then at the most."""

    until_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPauseEnded(_Record):
    """AUDIO PAUSED is over."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSwitched(_Record):
    """AUDIO OFF began (`on` is False) or ended."""

    on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairAlarmsPaused(_Record):
    """ALARM PAUSED began at a chair, or began anew, until then at the most."""

    reason: str
    until_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairAlarmsResumed(_Record):
    """ALARM PAUSED is over at a chair."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChanged(_Record):
    """A patient's alarm limits of one metric are others, in its unit; `why` is "edited", "proposal" or "reset"."""

    metric: str
    low: float | None
    high: float | None
    before_low: float | None
    before_high: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NurseAssigned(_Record):
    """Who looks after a chair from now on, an operator's id; None for nobody. It is the station's, whoever sits in the chair."""

    nurse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTested(_Record):
    """Staff tried lamps and sound. `chairs_not_heard` are those whose own loudspeaker was not heard."""

    heard: bool
    seen: bool
    chairs_not_heard: tuple[int, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Say whether every lamp was seen and every loudspeaker heard."""
        return self.heard and self.seen and not self.chairs_not_heard


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAnswered(_Record):
    """What a person saw for a discharge criterion.

    `items` are its parts as (item, points); `variant` names the table that a score was taken by (`scores.RECOVERY`).
    """

    criterion: str
    met: bool
    evidence: str
    score: int | None = None
    items: tuple[tuple[str, int], ...] = ()
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionOverridden(_Record):
    """A clinician let the discharge pass an unmet criterion."""

    criterion: str
    reason: str
    clinician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationShortened(_Record):
    """A clinician let the observation last `minutes` at least, in place of `before` [min]."""

    minutes: float
    before: float
    reason: str
    clinician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrthostaticRecorded(_Record):
    """Pressure and pulse lying and standing, as (sys, dia, pulse) [mmHg, /min]; or why it was left out.

    `came_from` has the cuff reading that each of the three postures is, None where it was entered by hand or not taken; () of
    a check that was left out, or recorded before this was kept.
    """

    lying: tuple[int, int, int | None] | None
    standing_1: tuple[int, int, int | None] | None
    standing_3: tuple[int, int, int | None] | None
    symptoms: bool
    skipped_because: str = ""
    came_from: tuple[CuffReading | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsPrinted(_Record):
    """The written instructions were printed or saved as a file; `sha256` (hex) names the sheet."""

    language: str
    how: Literal["printed", "file"]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsAcknowledged(_Record):
    """The patient or the driver said that they have read the instructions; `sha256` names the sheet."""

    by: Literal["patient", "driver"]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingChosen(_Record):
    """How the patient leaves. Without a driver `clinician` signed for the arrangement; against advice they were told."""

    path: LeavingPath
    reason: str = ""
    arrangement: str = ""
    risks_told: bool = False
    patient_signed: bool = False
    witness: str = ""
    clinician: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionEvidence:
    """One discharge criterion as it stood when the discharge was signed."""

    criterion: str
    title: str
    state: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeSigned(_Record):
    """The patient was signed out, on this evidence.

    `driver` is who took the patient along: None where nobody did. `leaving` says what stood in the driver's place, or how the
    patient left against advice; "" for the path with a driver.
    """

    signature: Signature
    driver: Driver | None
    evidence: tuple[CriterionEvidence, ...]
    path: LeavingPath = LeavingPath.WITH_DRIVER
    leaving: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(_Record):
    """The visit ends early with the drug given: who has the patient in care from now on, and how the criteria stood."""

    to: str
    reason: str
    evidence: tuple[CriterionEvidence, ...]
    clinician: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairFreed(_Record):
    """A closed visit left its chair."""


BULK = (Sample, Wave, Gap)
"""Records stored in tables of their own."""

DISCRETE = (
    StationStarted, StationStopped, OperatorAdded, SignedIn, SignedOut, SignInFailed, ClockStepped, LinkChanged,
    MonitorIdentified, MonitorAlarm, SensorChanged, FramesRejected, SessionOpened, IdentityConfirmed, ConsentRecorded,
    FastingRecorded, ExclusionsAnswered, DriverNamed, DriverConfirmed, GateOverridden, PhaseChanged, BaselineTaken,
    InfusionStarted, InfusionPaused, InfusionResumed, InfusionStopped, CuffRequested, CuffTaken, CuffFailed, Charted,
    ChartResolved, FlagRaised, FlagDecided, FlagAnswered, FlagEnded, ConditionRaised, ConditionChanged,
    ConditionAcknowledged, ConditionEnded, CriterionAnswered, CriterionOverridden, ObservationShortened,
    OrthostaticRecorded, InstructionsPrinted, InstructionsAcknowledged, LeavingChosen, HandedOver, DischargeSigned, ChairFreed,
    MonitorBound, MonitorUnbound, MonitorPatient, MonitorPatientConfirmed, SessionMonitors, MonitorsConfirmed,
    ChartCorrected, ChartStruck, TimeCorrected, ScoreRecorded, VitalsEntered, NotMeasurable,
    CuffStarted, CuffStopped, ConditionRealarmed, ConditionLatched, ConditionEscalated, SignalShown, AudioPaused,
    AudioPauseEnded, AudioSwitched, ChairAlarmsPaused, ChairAlarmsResumed, LimitsChanged, SelfTested,
    WeightRecorded, AllergiesRecorded, PregnancyRecorded, MedicinesRecorded, ReferralRecorded, AvailableNamed,
    CheckConfirmed, CompanionRecorded, ProtocolChanged, DrugRecorded, DrugStruck,
    OperatorChanged, PastViewed, ExportAsked, ExportMade, SettingChanged, SessionHeld, HoldReleased, PurgeAsked,
    SessionPurged, BackupMade, BackupRestored, NurseAssigned, AuditViewed,
    CommandAsked, CommandEnded, NoteUnreadable, SettingsRead, ProtocolsRead,
)  # fmt: skip
"""Records stored as chained rows."""

Record = (
    Sample | Wave | Gap | StationStarted | StationStopped | OperatorAdded | SignedIn | SignedOut | SignInFailed
    | ClockStepped | LinkChanged | MonitorIdentified | MonitorAlarm | SensorChanged | FramesRejected | Refused
    | SessionOpened | IdentityConfirmed | ConsentRecorded | FastingRecorded | ExclusionsAnswered | DriverNamed
    | DriverConfirmed | GateOverridden | PhaseChanged | BaselineTaken | InfusionStarted | InfusionPaused
    | InfusionResumed | InfusionStopped | CuffRequested | CuffTaken | CuffFailed | Charted | ChartResolved | FlagRaised
    | FlagDecided | FlagAnswered | FlagEnded | ConditionRaised | ConditionChanged | ConditionAcknowledged
    | ConditionEnded | CriterionAnswered | CriterionOverridden | ObservationShortened | OrthostaticRecorded
    | InstructionsPrinted | InstructionsAcknowledged | LeavingChosen | HandedOver | DischargeSigned | ChairFreed | MonitorBound
    | MonitorUnbound | MonitorPatient | MonitorPatientConfirmed | SessionMonitors | MonitorsConfirmed | CuffStarted
    | CuffStopped | ConditionRealarmed | ConditionLatched | ConditionEscalated | SignalShown | AudioPaused
    | ChartCorrected | ChartStruck | TimeCorrected | ScoreRecorded | VitalsEntered | NotMeasurable
    | AudioPauseEnded | AudioSwitched | ChairAlarmsPaused | ChairAlarmsResumed | LimitsChanged | SelfTested
    | WeightRecorded | AllergiesRecorded | PregnancyRecorded | MedicinesRecorded | ReferralRecorded | AvailableNamed
    | CheckConfirmed | CompanionRecorded | DraftKept
    | ProtocolChanged | DrugRecorded | DrugStruck
    | OperatorChanged | PastViewed | ExportAsked | ExportMade | SettingChanged | SessionHeld | HoldReleased | PurgeAsked
    | SessionPurged | BackupMade | BackupRestored | NurseAssigned
    | AuditViewed | CommandAsked | CommandEnded | NoteUnreadable
    | SettingsRead | ProtocolsRead
)  # fmt: skip
"""Everything that can have happened."""
