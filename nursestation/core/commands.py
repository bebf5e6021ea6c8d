"""What operators ask of the station. A command is a wish: `Station.apply` answers with records, a refusal among them.

Every command but `SignIn` and `CreateFirstOperator` is refused while nobody is signed in. A PIN travels in the command,
is checked by the verifier that the station was given, and appears in no record, log or repr.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from nursestation.core.model import (
    ChartKind,
    ConfirmedHow,
    Driver,
    DrugUse,
    FlagOutcome,
    Identifier,
    LeavingPath,
    MedicineAnswer,
    Patient,
    Pregnancy,
    Role,
    ScoreKind,
    SeriesPlace,
    Severity,
    TimedStep,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFirstOperator:
    """Make the first member of staff, who is a lead nurse or a clinician; refused when one exists."""

    name: str
    role: Role
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOperator:
    """Add a member of staff; by a lead nurse or a clinician."""

    name: str
    role: Role
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Take the station over."""

    operator_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Lock the station: vitals and alarms stay visible, acting needs a sign-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePin:
    """Give oneself another PIN."""

    old_pin: str = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPin:
    """Give somebody a PIN for once, which they change at their next sign-in; wrong tries are forgotten with it."""

    operator_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """Let somebody try again who entered too many wrong PINs."""

    operator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole:
    """Give a member of staff another role; refused where nobody would be left to look after the staff."""

    operator_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """State that somebody no longer works here: no sign-in any more, and what they did keeps their name."""

    operator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """State that somebody works here again."""

    operator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPast:
    """Look at a visit that is over, or at another's record; refused or noted before anything is shown."""

    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAudit:
    """Look at who did what between two times, UTC [ns]; refused or noted before anything is shown."""

    since_utc_ns: int
    until_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExport:
    """Take visits out of the building as files; refused or noted before anything is written.

    `target` is the kind of place: a folder, a drive that can be taken away, or a printer.
    """

    sessions: tuple[str, ...]
    format: str
    is_deidentified: bool = False
    is_encrypted: bool = False
    target: Literal["folder", "drive", "printer"] = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSetting:
    """Change a setting of the station that no other record tells of: what it is called, and its values in words."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSession:
    """Keep a visit from ever being purged (legal hold)."""

    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    """End a legal hold."""

    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPurge:
    """Purge visits for good whose time to be kept is over; with the asker's PIN once more."""

    sessions: tuple[str, ...]
    reason: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChair:
    """What is asked of one chair."""

    chair: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(OnChair):
    """Open a session: this patient in this chair on this protocol. Refused while the chair is taken."""

    patient: Patient
    protocol: str
    series: SeriesPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmIdentity(OnChair):
    """State that these identifiers were checked with the patient: two different ones at least."""

    identifiers: tuple[Identifier, ...] = (Identifier.NAME, Identifier.BIRTH_DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWeight(OnChair):
    """Today's weight [kg]; `measured` is False where the patient said it."""

    kg: float = field(repr=False)
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAllergies(OnChair):
    """The patient's allergies, or that none are known."""

    text: str = field(repr=False)
    none_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPregnancy(OnChair):
    """What is known of a pregnancy."""

    answer: Pregnancy = field(repr=False)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMedicines(OnChair):
    """Answer every medicine that the protocol asks for."""

    answers: tuple[MedicineAnswer, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReferral(OnChair):
    """Who referred the patient, and the letter's date; "" where there is no referral."""

    from_whom: str = field(repr=False)
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAvailable(OnChair):
    """Name who is immediately available for an emergency; a change during the visit is named again."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCheck(OnChair):
    """State that one of the protocol's checks before the start was done; `text` is the check's own."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCompanion(OnChair):
    """Who is with the patient; an empty name for nobody."""

    name: str = field(repr=False)
    stays: bool
    brought: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDraft(OnChair):
    """Keep what was typed into a form and not yet sent, (field, text); no fields clear it. For a free chair too.

    `form` names it: "patient" while nobody is checked in, else the gate that it answers ("weight", "driver", ...).
    """

    form: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent(OnChair):
    """State that the signed consent (off-label use stated) is on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFasting(OnChair):
    """Last food and last drink, UTC [ns]."""

    last_food_utc_ns: int
    last_drink_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerExclusions(OnChair):
    """Answer every exclusion of the protocol: its text to True (present) or False."""

    answers: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDriver(OnChair):
    """Name who takes the patient home. A changed driver must be confirmed anew."""

    driver: Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDriver(OnChair):
    """Confirm the named driver: before the start (phone will do), and at hand-over (seen in person or the booking).

    At hand-over `code` is what the driver was given at check-in; where it is lost, `identity_seen` names the document that
    was looked at instead.
    """

    how: ConfirmedHow
    code: str = field(default="", repr=False)
    identity_seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginBaseline(OnChair):
    """Check-in is done as far as it goes; start taking baseline readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBaseline(OnChair):
    """Accept the newest cuff readings as this patient's baseline; refused until the protocol's rule is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideGate(OnChair):
    """Let the start pass an unmet gate; `clinician_id` signs with a PIN of their own."""

    gate: str
    reason: str
    clinician_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartInfusion(OnChair):
    """Start (IM: the injection is given, observation begins). Refused while a gate is unmet.

    `planned_min` is how long it is to run [min], within what the protocol allows; None takes the protocol's own length.
    """

    dose_text: str
    planned_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseInfusion(OnChair):
    """State that the pump was paused."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeInfusion(OnChair):
    """State that the pump runs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopInfusion(OnChair):
    """State that the infusion is over; observation begins. `reason` is needed before the planned end."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReady(OnChair):
    """Observation is over as far as the clock goes; open the discharge. Refused before the protocol's minimum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCuff(OnChair):
    """Ask for a cuff reading: noted, and shown as "press START on the monitor". Nothing is sent to a real monitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCuff(OnChair):
    """Start the cuff of this chair's monitor that may be started from here; refused where none may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCuff(OnChair):
    """Stop that cuff and let its air out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMonitorPatient(OnChair):
    """Answer whether the patient that a monitor names is still the one in the chair. `monitor` is its id."""

    monitor: str
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMonitors(OnChair):
    """State that the monitors are the right ones, though they differ from those of this chair's last session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterCuffReading(OnChair):
    """A cuff reading taken by hand [mmHg, /min]."""

    sys: int
    dia: int
    pulse: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(OnChair):
    """Chart what happened, with one tap. `text` names it ("Nausea", "Rate 30 to 20 mL/h", "Headache").

    `at_utc_ns` is when it happened where that was earlier, UTC [ns]: not before check-in.
    """

    kind: ChartKind
    text: str
    severity: Severity | None = None
    reason: str = ""
    at_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveChart(OnChair):
    """State that a charted side effect or symptom is over; `at_utc_ns` is since when, UTC [ns], None for now."""

    entry_id: str
    at_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectChart(OnChair):
    """Correct what was charted; None leaves a part as it is. The original stays, struck through.

    `at_utc_ns` is when it happened, `resolved_at_utc_ns` when it was over, UTC [ns].
    """

    entry_id: str
    reason: str
    at_utc_ns: int | None = None
    text: str | None = None
    severity: Severity | None = None
    resolved_at_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeChart(OnChair):
    """Strike out what was charted in error; it stays, struck through."""

    entry_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDrug(OnChair):
    """Record what was drawn up of a controlled drug, and where it went. `use.why_differs` is needed where the amounts differ.

    What was wasted needs a witness, who is somebody else and signs with a PIN. `replaces` is the id of a record that this one
    corrects, with a `reason`; the original stays, struck through, and what a witness signed is changed before a witness.
    """

    use: DrugUse
    witness_id: str = ""
    pin: str = field(default="", repr=False)
    replaces: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeDrug(OnChair):
    """Strike out a drug record that was made in error; it stays, struck through. Before a witness where one had signed it."""

    drug_id: str
    reason: str
    witness_id: str = ""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectTime(OnChair):
    """Say when a step of the treatment really was, UTC [ns]; every clock follows. `index` counts the pauses from 0."""

    what: TimedStep
    at_utc_ns: int
    reason: str
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordScore(OnChair):
    """Record a score within the range of its kind (`scorings.SCALES`).

    `items` are its parts where staff gave them, `label` names a score of kind OTHER, `at_utc_ns` is when it was rated where
    that was earlier, UTC [ns].
    """

    kind: ScoreKind
    value: int
    items: tuple[tuple[str, int], ...] = ()
    note: str = ""
    label: str = ""
    at_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterVitals(OnChair):
    """Vitals measured by hand, (metric, value) in the metric's unit, and which could not be measured, (metric, why).

    "nibp_sys" and "nibp_dia" come together and are one cuff reading, judged like any other; "nibp_mean" and
    "nibp_pulse_rate" may stand beside them. `at_utc_ns` is when it was measured where that was earlier, UTC [ns].
    """

    values: tuple[tuple[str, float], ...] = ()
    not_measurable: tuple[tuple[str, str], ...] = ()
    at_utc_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(OnChair):
    """State that the operator has seen a condition."""

    condition_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFlag(OnChair):
    """What was done about a BP flag ("paused", "clinician told", "slowed", "repeat"), with a word on why.

    `outcome` is FlagOutcome.NOT_CONFIRMED when the operator judges the reading an artefact, else None.
    """

    flag_id: str
    action: str
    reason: str = ""
    outcome: FlagOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCriterion(OnChair):
    """What a person saw for a discharge criterion.

    `met` is the answer, `evidence` its words ("MOAA/S 5", "removed, site dry"), `score` a number where the criterion has one;
    `items` are its parts as (item, points), where it has parts: of a score, or 1 for yes and 0 for no (`criteria.GAIT`).
    """

    criterion: str
    met: bool
    evidence: str
    score: int | None = None
    items: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideCriterion(OnChair):
    """Let the discharge pass an unmet criterion; a clinician's second signature with reason and PIN."""

    criterion: str
    reason: str
    clinician_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDischarge(OnChair):
    """Sign the patient out: PIN entered again. `seen` is the readiness digest that the page showed; a change refuses it."""

    meaning: str
    seen: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortenObservation(OnChair):
    """Let the observation last `minutes` at least, in place of the protocol's minimum; a clinician signs with a PIN."""

    minutes: float
    reason: str
    clinician_id: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrthostatic(OnChair):
    """Blood pressure and pulse lying, and after 1 and 3 min of standing, as (sys, dia, pulse) [mmHg, /min].

    A standing reading is None where it was not taken. `symptoms`: dizzy, faint or unsteady on standing. `skipped_because`
    says why the check was left out; the readings are None then. `came_from` names the cuff reading of the visit that each
    posture is, by when it was measured, UTC [ns]; None where it was entered by hand or not taken.
    """

    lying: tuple[int, int, int | None] | None = None
    standing_1: tuple[int, int, int | None] | None = None
    standing_3: tuple[int, int, int | None] | None = None
    symptoms: bool = False
    skipped_because: str = ""
    came_from: tuple[int | None, int | None, int | None] = (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsGiven(OnChair):
    """State that the written instructions were printed, or saved as a file to hand over.

    `language` is a key of the protocol's `instructions_by_language`, "" for the text that the protocol gives by itself;
    `sha256` (hex) names the very sheet.
    """

    language: str
    how: Literal["printed", "file"]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeInstructions(OnChair):
    """State that the patient or the driver has read the instructions and said so."""

    by: Literal["patient", "driver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLeaving(OnChair):
    """Say how the patient leaves; again to change it.

    Attributes:
        path: With the driver (as planned), without one, or against advice.
        reason: Why not as planned, in the patient's or the nurse's words.
        arrangement: Without a driver: how the patient gets home safely, in words.
        risks_told: Against advice: the risks were explained.
        patient_signed: Against advice: the patient signed that they go; where not, `witness` saw that they refused.
        clinician_id: Without a driver: the clinician who answers for it with `pin`. Against advice: the clinician who was told.
    """

    path: LeavingPath
    reason: str = ""
    arrangement: str = ""
    risks_told: bool = False
    patient_signed: bool = False
    witness: str = ""
    clinician_id: str = ""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEarly(OnChair):
    """Close the visit before its end, from any phase, with a reason.

    Once the drug was given, and where the protocol asks for it, `handed_to` names who has the patient in care from now on
    ("ambulance crew 12, to County Hospital"), and a clinician signs with a PIN: it is no way round the discharge.
    """

    reason: str
    handed_to: str = ""
    clinician_id: str = ""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeChair(OnChair):
    """Clear a closed visit off its chair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignNurse(OnChair):
    """Say who looks after a chair, by an operator's id; None for nobody."""

    nurse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseChairAlarms(OnChair):
    """ALARM PAUSED for this chair, for the preset's time: the patient is off the monitor on purpose. `reason` is needed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndChairPause(OnChair):
    """End the chair's ALARM PAUSED before its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimit(OnChair):
    """Change a patient's alarm limits within the bounds of the preset, in the metric's unit; None leaves a side as it is."""

    metric: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLimits(OnChair):
    """Take every limit of this patient back to the preset's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLimits(OnChair):
    """Take limits over from the proposal, as the nurse reviewed them: (metric, low, high), None leaves a side as it is."""

    limits: tuple[tuple[str, float | None, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAudio:
    """AUDIO PAUSED: no sound for the preset's time from the conditions that are present now. Again: a new countdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAudioPause:
    """End AUDIO PAUSED before its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchAudioOff:
    """AUDIO OFF: no sound until it is switched on again; by a lead nurse, with a reason."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchAudioOn:
    """End AUDIO OFF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Say whether the station's sounds of the self-test were heard and its lamps seen, and at which chairs no sound was heard."""

    heard: bool
    seen: bool
    chairs_not_heard: tuple[int, ...] = ()


VisitCommand = (
    ConfirmIdentity | RecordWeight | RecordAllergies | RecordPregnancy | RecordMedicines | RecordReferral | NameAvailable
    | ConfirmCheck | RecordCompanion | RecordConsent | RecordFasting | AnswerExclusions | NameDriver | ConfirmDriver
    | BeginBaseline | TakeBaseline | OverrideGate | StartInfusion | PauseInfusion | ResumeInfusion | StopInfusion | MarkReady
    | RequestCuff | EnterCuffReading | Chart | ResolveChart | AnswerFlag | AnswerCriterion | OverrideCriterion
    | CorrectChart | StrikeChart | CorrectTime | RecordScore | EnterVitals | RecordDrug | StrikeDrug
    | SignDischarge | ShortenObservation | RecordOrthostatic | InstructionsGiven | AcknowledgeInstructions
    | ChooseLeaving | EndEarly | ConfirmMonitors | PauseChairAlarms | EndChairPause | SetLimit | ResetLimits
    | AcceptLimits
)  # fmt: skip
"""What is asked of the visit in a chair."""

ChairCommand = (
    VisitCommand | CheckIn | KeepDraft | Acknowledge | FreeChair | ConfirmMonitorPatient | StartCuff | StopCuff
    | AssignNurse
)  # fmt: skip
"""What is asked of a chair."""

SignalCommand = PauseAudio | EndAudioPause | SwitchAudioOff | SwitchAudioOn | SelfTest
"""What is asked of the station's alarm signals."""

StaffCommand = AddOperator | ChangePin | ResetPin | Unlock | ChangeRole | LetGo | TakeBack
"""What is asked about the staff."""

RecordCommand = ViewPast | ViewAudit | AskExport | NoteSetting | HoldSession | ReleaseHold | AskPurge
"""What is asked of the record, and of settings: noted here, carried out beside the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPin:
    """One act by PIN, without taking the station over: an alarm is answered at a locked station, or at another's."""

    operator_id: str
    pin: str = field(repr=False)
    command: Acknowledge | PauseAudio | EndAudioPause


Command = CreateFirstOperator | SignIn | SignOut | ByPin | StaffCommand | RecordCommand | SignalCommand | ChairCommand
"""Everything an operator can ask."""
