"""The whole program without I/O: events and commands in, records out.

The station is the only mutable thing in the core. It is given its chairs and protocols when made, a monitor's event, an
operator's command or a tick at a time, and the present moment with each; it answers with records and folds those same
records into its state, so that a station restored from stored records stands exactly where the first one stood.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import assert_never

from devices.clock import Moment
from devices.events import Numeric
from nursestation.core import (
    access,
    alarms,
    apnoea,
    assigned,
    audit,
    autolock,
    charting,
    checkin,
    corrections,
    cuff,
    discharge,
    drafts,
    drugs,
    feeding,
    handwritten,
    instructions,
    leaving,
    limits,
    monitor_patient,
    monitors,
    observation,
    orthostatic,
    outside,
    patient_limits,
    phases,
    protocol_changes,
    remembered,
    scorings,
    setup,
    signals,
    signature,
    signin,
    spikes,
    staff,
    technical,
    views,
)
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.clinic_files import Setting
from nursestation.core.fold import chain, fold
from nursestation.core.inputs import (
    BackupDone,
    ChairsChanged,
    ChairSetup,
    ExportDone,
    MonitorBinding,
    MonitorInput,
    PinVerifier,
    ProtocolsChanged,
    PurgeDone,
    SignalSeen,
    StaffSeen,
    StationFault,
    StationInput,
    Tick,
)
from nursestation.core.notes import Asked, Ended, Unreadable
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import Protocol
from nursestation.core.rebase import onto
from nursestation.core.records import Record
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.state import ChairState, StationState, Visit, new_chair
from nursestation.core.turn import Refusal, Turn

__all__ = [
    "ChairSetup",
    "ChairsChanged",
    "MonitorBinding",
    "MonitorInput",
    "PinVerifier",
    "ProtocolsChanged",
    "SignalSeen",
    "Station",
    "StationFault",
    "StationInput",
    "Tick",
]


class Station:
    """All chairs and all visits."""

    def __init__(
        self,
        chairs: Sequence[ChairSetup],
        protocols: Sequence[Protocol],
        pins: PinVerifier,
        version: str,
        preset: AlarmPreset | None = None,
        lock_after_s: float | None = None,
        settings: tuple[Setting, ...] | None = None,
    ) -> None:
        by_number = {setup.number: new_chair(setup) for setup in chairs}
        self._pins = pins
        self._version = version
        self._settings = settings
        self._state = StationState(
            chairs=by_number,
            configured=set(by_number),
            protocols={protocol.name: protocol for protocol in protocols},
            preset=preset if preset is not None else AlarmPreset(),
            lock_after_s=lock_after_s,
            monitors={
                monitor_id: (chair, monitor)
                for chair in by_number.values()
                for monitor_id, monitor in chair.monitors.items()
            },
        )

    def restore(
        self,
        records: Iterable[Record],
        now: Moment,
        *,
        unclean: bool,
        heads: Mapping[str | None, str] | None = None,
        kept: Iterable[r.DraftKept] = (),
    ) -> tuple[Record, ...]:
        """Fold stored records of this station, oldest first, and return what the restart itself records.

        Open sessions go on: monotonic times of an earlier run are moved onto the present monotonic clock through UTC. Samples
        of open sessions may be among the records; without them the discharge's stable stretch begins anew. A restart signs
        everybody out.

        Args:
            records: What is stored.
            now: The moment of the restart.
            unclean: Whether the run before ended by a kill or a crash.
            heads: The hash of each session's newest record as it is stored. An older version of the program may have written
                the records with fewer fields: their chain goes on from what was written then, and not from how this version
                would write them. None where the records come from no store: the chain is worked out from them.
            kept: The drafts that are stored; those of a visit that is over are given up.
        """
        for stored, moved in onto(records, now):
            fold(self._state, moved)
            if heads is None:
                chain(self._state, stored)
        if heads is not None:
            for chair in self._state.chairs.values():
                if chair.visit is not None:
                    chair.visit.chain = heads[chair.visit.session]
        for number in list(self._state.chairs):
            if number not in self._state.configured and self._state.chairs[number].open_visit is None:
                del self._state.chairs[number]
        self._state.started = now
        self._state.clock = now
        resumed = tuple(
            chair.visit.session
            for chair in self._state.chairs.values()
            if chair.visit is not None and chair.visit.is_open
        )
        turn = Turn(self._state, self._pins, now)
        turn.emit(
            r.StationStarted(
                **turn.noted(None),
                version=self._version,
                resumed=resumed,
                unclean=unclean,
                preset=self._state.preset,
            )
        )
        outside.note_start(turn, self._settings)
        drafts.take_up(turn, kept)
        technical.forget_live(turn)
        if unclean and resumed:
            technical.note_end(turn)
        signals.end_pauses(turn)
        return tuple(turn.records)

    def apply(self, item: StationInput, now: Moment) -> tuple[Record, ...]:
        """Take one event, command or tick, and return what it made happen, oldest first.

        A command that may not be carried out returns a `Refused` with a sentence for the operator; a wrong PIN leaves a
        `SignInFailed` before it.

        Raises:
            Nothing for any input of the declared types; an exception is a bug.
        """
        if self._state.started is None:
            self._state.started = now
        turn = Turn(self._state, self._pins, now, now.mono_ns if isinstance(item, MonitorInput) else None)
        technical.watch_clock(turn)
        _settle_cuffs(turn, item)
        match item:
            case MonitorInput():
                monitors.take(turn, item)
            case Tick():
                _pass_time(turn)
            case StationFault():
                technical.note_fault(turn, item)
            case ChairsChanged() | ProtocolsChanged():
                _set_up(turn, item)
            case SignalSeen():
                signals.note_seen(turn, item)
            case StaffSeen():
                autolock.note_touch(turn)
            case ExportDone() | BackupDone() | PurgeDone():
                audit.note(turn, item)
            case Asked() | Ended() | Unreadable():
                outside.take_up(turn, item)
            case _:
                _carry_out(turn, item)
        return tuple(turn.records)

    def snapshot(self, now: Moment) -> StationSnapshot:
        """Return what everything looks like at `now`."""
        return views.station(self._state, now)

    def renewed(self, before: StationSnapshot, monitors: Container[str], now: Moment) -> StationSnapshot:
        """Return a snapshot again with the chairs of these monitors as they are at `now`, the rest as it stood.

        A number that has become stale or is to be blanked meanwhile is told of, whose chair it may be. Only where since
        `before` nothing but numbers of these monitors has come, and waves: no other record was made.
        """
        return views.renewed(self._state, before, monitors, now)


def _settle_cuffs(turn: Turn, item: StationInput) -> None:
    """Make readings of cuff parts that wait for no more, before anything else is taken."""
    for monitor_id in tuple(turn.state.open_cuffs):
        chair, monitor = turn.state.monitors[monitor_id]
        is_own_part = (
            isinstance(item, MonitorInput)
            and item.monitor == monitor_id
            and isinstance(item.event, Numeric)
            and cuff.belongs_to_pending(monitor, item.event)
        )
        if not is_own_part:
            cuff.settle(turn, chair, monitor)


def _pass_time(turn: Turn) -> None:
    technical.judge_station(turn)
    for chair in turn.state.chairs.values():
        for monitor in chair.monitors.values():
            monitors.tell_rejects(turn, chair, monitor)
        technical.judge_chair(turn, chair)
        apnoea.judge(turn, chair)
        limits.judge_all(turn, chair)
        spikes.note_time(turn, chair)
        remembered.keep(chair, turn.now)
    signals.note_time(turn)
    autolock.note_time(turn)


def _set_up(turn: Turn, item: ChairsChanged | ProtocolsChanged) -> None:
    try:
        if item.operator != turn.state.operator:
            raise Refusal("Nobody is signed in: sign in first.")
        _allow(turn, type(item))
        if isinstance(item, ChairsChanged):
            n_before = len(turn.records)
            setup.change(turn, item)
            if not any(isinstance(made, r.MonitorBound | r.MonitorUnbound) for made in turn.records[n_before:]):
                outside.tell_chairs(turn, item.settings)
            outside.keep_settings(turn, item.settings)
        else:
            protocol_changes.change(turn, item)
            outside.keep_protocols(turn)
    except Refusal as refusal:
        turn.emit(r.Refused(**turn.acted(None), command=type(item).__name__, reason=str(refusal)))


def _carry_out(turn: Turn, command: c.Command) -> None:
    """Carry a command out, or answer with the reason why not."""
    try:
        _command(turn, command)
    except Refusal as refusal:
        chair = turn.state.chairs.get(command.chair) if isinstance(command, c.OnChair) else None
        turn.emit(r.Refused(**turn.acted(chair), command=type(command).__name__, reason=str(refusal)))


def _command(turn: Turn, command: c.Command) -> None:
    autolock.note_touch(turn)
    match command:
        case c.CreateFirstOperator():
            staff.create_first(turn, command)
        case c.SignIn():
            signin.sign_in(turn, command)
        case c.ByPin():
            if not isinstance(command.command, _BY_PIN):
                raise Refusal("Sign in first: only alarms are answered by PIN alone.")
            operator = signin.verify(turn, command.operator_id, command.pin)
            turn.by = operator.id
            _refuse(access.refused(operator, type(command.command)))
            _allowed_command(turn, command.command)
        case _:
            _allow(turn, type(command))
            _allowed_command(turn, command)


def _allow(turn: Turn, kind: type) -> None:
    """Raise a refusal unless who is signed in may ask this."""
    operator = turn.state.signed_in
    if operator is None:
        raise Refusal("Nobody is signed in: sign in first.")
    _refuse(access.refused(operator, kind))
    if operator.must_change_pin and kind not in _BEFORE_OWN_PIN:
        raise Refusal("Your PIN was given to you: choose one of your own first.")


def _refuse(why: str) -> None:
    if why:
        raise Refusal(why)


_BY_PIN = (c.Acknowledge, c.PauseAudio, c.EndAudioPause)
"""What is answered by PIN alone, signed in or not."""

_BEFORE_OWN_PIN = (c.ChangePin, c.SignOut, *_BY_PIN)
"""What does not wait until a PIN that somebody else gave was changed."""

_AllowedCommand = c.SignOut | c.StaffCommand | c.RecordCommand | c.SignalCommand | c.ChairCommand


def _allowed_command(turn: Turn, command: _AllowedCommand) -> None:
    match command:
        case c.SignOut():
            signin.sign_out(turn, command)
        case (
            c.AddOperator() | c.ChangePin() | c.ResetPin() | c.Unlock() | c.ChangeRole() | c.LetGo() | c.TakeBack()
        ):  # fmt: skip
            staff.change(turn, command)
        case (
            c.ViewPast() | c.ViewAudit() | c.AskExport() | c.NoteSetting() | c.HoldSession() | c.ReleaseHold() | c.AskPurge()
        ):  # fmt: skip
            audit.command(turn, command)
        case c.PauseAudio() | c.EndAudioPause() | c.SwitchAudioOff() | c.SwitchAudioOn() | c.SelfTest():
            signals.command(turn, command)
        case _:
            _chair_command(turn, _chair(turn, command), command)


def _chair_command(turn: Turn, chair: ChairState, command: c.ChairCommand) -> None:
    match command:
        case c.CheckIn():
            checkin.open_session(turn, chair, command)
        case c.FreeChair():
            phases.free_chair(turn, chair, command)
        case c.KeepDraft():
            drafts.keep(turn, chair, command)
        case c.AssignNurse():
            assigned.assign(turn, chair, command)
        case c.ConfirmMonitorPatient():
            monitor_patient.confirm(turn, chair, command)
        case c.StartCuff():
            cuff.start(turn, chair, command)
        case c.StopCuff():
            cuff.stop(turn, chair, command)
        case c.Acknowledge():
            spikes.after_acknowledge(turn, chair, alarms.acknowledge(turn, chair, command))
        case _:
            visit = chair.visit
            if visit is None:
                raise Refusal(f"Chair {chair.number} has no visit: check a patient in first.")
            phases.check(visit, command)
            _visit_command(turn, chair, visit, command)


def _visit_command(turn: Turn, chair: ChairState, visit: Visit, command: c.VisitCommand) -> None:
    match command:
        case c.ConfirmIdentity():
            checkin.confirm_identity(turn, chair, visit, command)
        case c.RecordWeight():
            checkin.record_weight(turn, chair, visit, command)
        case c.RecordAllergies():
            checkin.record_allergies(turn, chair, visit, command)
        case c.RecordPregnancy():
            checkin.record_pregnancy(turn, chair, visit, command)
        case c.RecordMedicines():
            checkin.record_medicines(turn, chair, visit, command)
        case c.RecordReferral():
            checkin.record_referral(turn, chair, visit, command)
        case c.NameAvailable():
            checkin.name_available(turn, chair, visit, command)
        case c.ConfirmCheck():
            checkin.confirm_check(turn, chair, visit, command)
        case c.RecordCompanion():
            checkin.record_companion(turn, chair, visit, command)
        case c.RecordConsent():
            checkin.record_consent(turn, chair, visit, command)
        case c.RecordFasting():
            checkin.record_fasting(turn, chair, visit, command)
        case c.AnswerExclusions():
            checkin.answer_exclusions(turn, chair, visit, command)
        case c.ConfirmMonitors():
            feeding.confirm(turn, chair, visit, command)
        case c.NameDriver():
            checkin.name_driver(turn, chair, visit, command)
        case c.ConfirmDriver():
            checkin.confirm_driver(turn, chair, visit, command)
        case c.OverrideGate():
            checkin.override_gate(turn, chair, visit, command)
        case c.BeginBaseline():
            phases.begin_baseline(turn, chair, visit, command)
        case c.TakeBaseline():
            spikes.take_baseline(turn, chair, visit, command)
        case c.StartInfusion():
            phases.start(turn, chair, visit, command)
        case c.PauseInfusion():
            phases.pause(turn, chair, visit, command)
        case c.ResumeInfusion():
            phases.resume(turn, chair, visit, command)
        case c.StopInfusion():
            phases.stop(turn, chair, visit, command)
        case c.MarkReady():
            phases.mark_ready(turn, chair, visit, command)
        case c.EndEarly():
            phases.end_early(turn, chair, visit, command)
        case c.RequestCuff():
            cuff.request(turn, chair, command)
        case c.EnterCuffReading():
            cuff.enter(turn, chair, command)
        case c.Chart():
            charting.chart(turn, chair, visit, command)
        case c.ResolveChart():
            charting.resolve(turn, chair, visit, command)
        case c.CorrectChart():
            charting.correct(turn, chair, visit, command)
        case c.StrikeChart():
            charting.strike(turn, chair, visit, command)
        case c.CorrectTime():
            corrections.correct_time(turn, chair, visit, command)
            phases.reopen(turn, chair, visit)
        case c.RecordScore():
            scorings.record_score(turn, chair, visit, command)
        case c.EnterVitals():
            handwritten.enter(turn, chair, visit, command)
        case c.RecordDrug():
            drugs.record(turn, chair, visit, command)
        case c.StrikeDrug():
            drugs.strike(turn, chair, visit, command)
        case c.AnswerFlag():
            spikes.answer(turn, chair, visit, command)
        case c.AnswerCriterion():
            discharge.answer(turn, chair, visit, command)
        case c.OverrideCriterion():
            discharge.override(turn, chair, visit, command)
        case c.SignDischarge():
            signature.sign_discharge(turn, chair, visit, command)
        case c.ShortenObservation():
            observation.shorten(turn, chair, visit, command)
        case c.RecordOrthostatic():
            orthostatic.record(turn, chair, visit, command)
        case c.InstructionsGiven():
            instructions.give(turn, chair, visit, command)
        case c.AcknowledgeInstructions():
            instructions.acknowledge(turn, chair, visit, command)
        case c.ChooseLeaving():
            leaving.choose(turn, chair, visit, command)
            phases.reopen(turn, chair, visit)
        case c.PauseChairAlarms():
            signals.pause_chair(turn, chair, command)
        case c.EndChairPause():
            signals.end_chair_pause(turn, chair, visit)
        case c.SetLimit() | c.ResetLimits() | c.AcceptLimits():
            patient_limits.change(turn, chair, visit, command)
        case _:
            assert_never(command)


def _chair(turn: Turn, command: c.ChairCommand) -> ChairState:
    chair = turn.state.chairs.get(command.chair)
    if chair is None:
        raise Refusal(f"There is no chair {command.chair} at this station.")
    return chair
