"""Random alarms at two chairs: whatever comes and whoever silences it, no condition is lost and none is stuck.

What must be heard is worked out here from the records alone, by the table at the head of `nursestation/core/signals.py`.
"""

import dataclasses
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from devices.clock import NS_PER_S, ManualClock
from devices.events import AlarmKind, DeviceInfo, DeviceStatus, LinkPhase, LinkState, Priority, SensorStatus, Validity
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.alarms import OTHER_MONITOR
from nursestation.core.chain import from_json, to_json
from nursestation.core.model import ChartKind, FlagOutcome
from nursestation.core.presets import AlarmPreset
from nursestation.core.snapshot import AudioState, ConditionView, SignalState, StationSnapshot
from nursestation.core.station import ChairSetup, Station, StationFault
from tests.helpers.visit import NURSE, NURSE_PIN, PATIENT, START, Clinic, PlainPins, binding, load_protocol

CHAIRS = (1, 2)
SIGNALS = AlarmPreset().signals
LATCHING = "bp.crisis"
SPARED = ("link.lost", "monitor.", LATCHING)
"""What ALARM PAUSED spares (docs/adr/0016), in the protocol of these visits."""
LIVE = ("link.lost", "sensor.", "data.", "monitor.demo", "station.")
"""What a restart has to see anew."""

chairs = st.sampled_from(CHAIRS)


@dataclass
class Told:
    """A present condition, by its records."""

    rule: str
    chair: int | None
    kind: AlarmKind
    priority: Priority
    unanswered_ns: int
    acknowledged: bool = False
    acknowledged_ns: int = 0
    covered: bool = False  # by AUDIO PAUSED
    latched: bool = False
    escalated: bool = False


class RandomAlarms(RuleBasedStateMachine):
    """Two patients under treatment, one nurse."""

    def __init__(self) -> None:
        super().__init__()
        self.setups = tuple(ChairSetup(number=n, monitors=(binding(f"{n}:berry_pm6750"),)) for n in CHAIRS)
        clinic = Clinic(station=self._new_station(), clock=ManualClock(START), chair=1, monitor="1:berry_pm6750")
        clinic.records.extend(clinic.station.restore((), clinic.clock.now(), unclean=False))
        self.clinics = {1: clinic, 2: dataclasses.replace(clinic, chair=2, monitor="2:berry_pm6750")}
        self.present: dict[str, Told] = {}
        self.ended: set[str] = set()
        self.audio_until_ns: int | None = None
        self.is_off = False
        self.chair_until_ns: dict[int, int] = {}
        self.n_read = 0

    def _new_station(self) -> Station:
        return Station(self.setups, [load_protocol()], PlainPins(), "0.1.0")

    @initialize()
    def begin(self) -> None:
        self.one.staff()
        for clinic in self.clinics.values():
            clinic.event(LinkState(t_ns=0, phase=LinkPhase.CONNECTED))
            clinic.check_in(
                patient=dataclasses.replace(
                    PATIENT, family_name=f"Keller {clinic.chair}", record_number=f"MRN-{clinic.chair}"
                )
            )
            clinic.take_baseline(every_s=10)
            clinic.run(5)
            clinic.do(c.StartInfusion(chair=clinic.chair, dose_text="36 mg"))
        self.recover(1)

    @property
    def one(self) -> Clinic:
        return self.clinics[1]

    @property
    def now_ns(self) -> int:
        return self.one.clock.now().mono_ns

    def snapshot(self) -> StationSnapshot:
        return self.one.station.snapshot(self.one.clock.now())

    # --- what happens ---

    @rule(n=chairs, seconds=st.sampled_from((1, 12, 70)), spo2=st.sampled_from((98.0, 88.0, 84.0, 78.0)))
    def live(self, n: int, seconds: int, spo2: float) -> None:
        """One chair is told of; the other's monitor may fall silent meanwhile."""
        self.clinics[n].run(seconds, {"spo2": spo2})

    @rule(seconds=st.sampled_from((2, 6, 20, 125)))
    def silence(self, seconds: int) -> None:
        self.one.wait(seconds)
        self.one.tick()  # what a long silence has made graver is answered for, or not, from there on

    @rule(n=chairs, reading=st.sampled_from(((124, 76), (152, 84), (171, 100), (188, 112), (212, 124), (78, 45))))
    def cuff(self, n: int, reading: tuple[int, int]) -> None:
        self.clinics[n].cuff(*reading)

    @rule(n=chairs, metric=st.sampled_from(("spo2", "ecg", "nibp")), status=st.sampled_from(SensorStatus))
    def sensor(self, n: int, metric: str, status: SensorStatus) -> None:
        self.clinics[n].event(DeviceStatus(t_ns=0, metric=metric, status=status, text=str(status)))

    @rule(n=chairs, phase=st.sampled_from(LinkPhase))
    def link(self, n: int, phase: LinkPhase) -> None:
        self.clinics[n].event(LinkState(t_ns=0, phase=phase))

    @rule(text=st.sampled_from(("", "The disk is full")), priority=st.sampled_from((Priority.LOW, Priority.MEDIUM)))
    def fault(self, text: str, priority: Priority) -> None:
        self.one.apply(StationFault(id="store", text=text, priority=priority))

    @rule(n=chairs, validity=st.sampled_from((Validity.QUESTIONABLE, Validity.INVALID)))
    def doubt(self, n: int, validity: Validity) -> None:
        self.clinics[n].numeric("spo2", 80.0 if validity is Validity.QUESTIONABLE else None, validity)

    @rule(n=chairs, serial=st.sampled_from(("77", "78")))
    def swap(self, n: int, serial: str) -> None:
        """A cable is put into another monitor, and maybe back."""
        self.clinics[n].event(DeviceInfo(t_ns=0, vendor="Berry", model="PM6750", serial=serial))

    # --- what the nurse does ---

    @rule(n=chairs)
    def symptom(self, n: int) -> None:
        self.one.apply(c.Chart(chair=n, kind=ChartKind.SYMPTOM, text="Chest pain"))

    @rule(which=st.integers(0, 5))
    def acknowledge(self, which: int) -> None:
        views = self.snapshot().conditions
        if not views:
            return
        view = views[which % len(views)]
        made = self.one.apply(c.Acknowledge(chair=view.chair or 1, condition_id=view.id))
        if view.signal is SignalState.LATCHED:
            assert any(isinstance(record, r.ConditionEnded) for record in made), "seen, and its cause is over"

    @rule(n=chairs, outcome=st.sampled_from((None, FlagOutcome.NOT_CONFIRMED)))
    def answer_flag(self, n: int, outcome: FlagOutcome | None) -> None:
        for flag in self.clinics[n].visit.flags[-1:]:
            self.one.apply(
                c.AnswerFlag(chair=n, flag_id=flag.id, action="clinician told", reason="moved", outcome=outcome)
            )

    @rule(wish=st.sampled_from((c.PauseAudio(), c.PauseAudio(), c.EndAudioPause(), c.SwitchAudioOn())))
    def silence_sound(self, wish: c.SignalCommand) -> None:
        self.one.apply(wish)

    @rule()
    def switch_off(self) -> None:
        self.one.apply(c.SwitchAudioOff(reason="drill"))

    @rule(n=chairs, begins=st.booleans())
    def pause_chair(self, n: int, begins: bool) -> None:
        self.one.apply(
            c.PauseChairAlarms(chair=n, reason="walks to the toilet") if begins else c.EndChairPause(chair=n)
        )

    @rule(n=chairs, low=st.sampled_from((None, 86.0, 92.0)))
    def limit(self, n: int, low: float | None) -> None:
        wish = c.ResetLimits(chair=n) if low is None else c.SetLimit(chair=n, metric="spo2", low=low, high=None)
        self.one.apply(wish)

    # --- what must follow ---

    @rule(n=chairs, trouble=st.booleans(), metric=st.sampled_from(("spo2", "resp_rate", "heart_rate")))
    def breach(self, n: int, trouble: bool, metric: str) -> None:
        """A number that stays past every limit that a nurse may set is told, whatever else is wrong."""
        clinic, rest = self.clinics[n], {"spo2": 98.0, "resp_rate": 14.0, "heart_rate": 72.0}
        self._connect(n)
        if trouble:
            self.one.apply(StationFault(id="store", text="The disk is full", priority=Priority.MEDIUM))
            clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.UNPLUGGED, text="no hose"))
        value, name = {
            "spo2": (78.0, "limit.spo2.low"),
            "resp_rate": (0.0, "apnoea"),
            "heart_rate": (190.0, "limit.heart_rate.high"),
        }[metric]
        clinic.run(25, {**rest, metric: value, **({"pulse_rate": value} if metric == "heart_rate" else {})})
        rules = [view.rule for view in self.snapshot().chair(n).conditions]
        assert name in rules, f"{metric} {value} for 25 s: {rules}"

    @rule(n=chairs, spo2=st.sampled_from((88.0, 84.0)))
    def sit_out(self, n: int, spo2: float) -> None:
        """A pause is over in time though its cause is not; what comes in between is heard at once."""
        self._connect(n)
        self.clinics[n].run(12, {"spo2": spo2})
        self.one.apply(c.PauseAudio())
        self.clinics[n].run(60, {"spo2": spo2})
        self.what_must_be_heard_is_heard_and_nothing_else()
        self.clinics[n].run(61, {"spo2": spo2})
        assert self.snapshot().audio.state is not AudioState.PAUSED

    @rule(n=chairs)
    def recover(self, n: int) -> None:
        """Once all is well for a while, nothing stands but what latches."""
        clinic = self.clinics[n]
        self.one.apply(StationFault(id="store", text=""))
        self._connect(n)
        clinic.run(35)
        for _ in range(2):
            clinic.cuff(124, 76)
        clinic.run(3)
        stuck = [view for view in self.snapshot().chair(n).conditions if not self._is_latched(view)]
        assert not stuck, stuck

    @rule()
    def restart(self) -> None:
        """The program ends and comes back: all stands as it stood but for what has to be seen anew."""
        self.one.tick()
        self._read()
        before, now = self.snapshot(), self.one.clock.now()
        stored = [
            from_json(type(record).__name__, to_json(record)) if isinstance(record, r.DISCRETE) else record
            for record in self.one.records
            if isinstance(record, r.DISCRETE) or (isinstance(record, r.Sample) and record.session is not None)
        ]
        station = self._new_station()
        made = station.restore(stored, now, unclean=False)
        self.one.records.extend(made)
        after = station.snapshot(now)
        gone = {record.condition_id for record in made if isinstance(record, r.ConditionEnded)}
        assert all(self.present[name].rule.startswith(LIVE) for name in gone)
        assert after.conditions == tuple(view for view in before.conditions if view.id not in gone)
        if not gone:
            assert (after.sound, after.chair_sound) == (before.sound, before.chair_sound)
            assert (after.audio.state, after.audio.until_ns) == (before.audio.state, before.audio.until_ns)
        for n in CHAIRS:
            assert (after.chair(n).pause, after.chair(n).limits) == (before.chair(n).pause, before.chair(n).limits)
        for clinic in self.clinics.values():
            clinic.station = station
        self.one.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
        for n in CHAIRS:
            self.clinics[n].event(LinkState(t_ns=0, phase=LinkPhase.CONNECTED))

    def _connect(self, n: int) -> None:
        clinic = self.clinics[n]
        clinic.event(LinkState(t_ns=0, phase=LinkPhase.CONNECTED))
        for metric in ("spo2", "ecg", "nibp"):
            clinic.event(DeviceStatus(t_ns=0, metric=metric, status=SensorStatus.OK, text=""))

    def _is_latched(self, view: ConditionView) -> bool:
        self._read()
        if view.rule == OTHER_MONITOR:  # it stands until somebody has looked
            return True
        return view.rule == LATCHING and self.present[view.id].latched

    # --- what always holds ---

    def _read(self) -> None:
        new, self.n_read = self.one.records[self.n_read :], len(self.one.records)
        for record in new:
            self._note(record)

    def _note(self, record: r.Record) -> None:
        at_ns = record.at.mono_ns
        match record:
            case r.ConditionRaised():
                assert record.condition_id not in self.present
                assert record.condition_id not in self.ended
                self.present[record.condition_id] = Told(record.rule, record.chair, record.kind, record.priority, at_ns)
            case r.ConditionChanged():
                told = self.present[record.condition_id]
                if record.priority.rank > told.priority.rank:
                    if told.priority is Priority.LOW or told.acknowledged or told.covered:
                        told.escalated, told.unanswered_ns = False, at_ns
                    told.acknowledged = told.covered = False
                told.priority = record.priority
            case r.ConditionLatched():
                self.present[record.condition_id].latched = True
            case r.ConditionAcknowledged():
                told = self.present[record.condition_id]
                told.acknowledged, told.acknowledged_ns, told.escalated = True, at_ns, False
            case r.ConditionEscalated():
                self.present[record.condition_id].escalated = True
            case r.ConditionRealarmed():
                told = self.present[record.condition_id]
                told.covered = told.covered and record.reason not in (r.WORSE, r.AGAIN)
                told.acknowledged = told.latched = told.escalated = False
                told.unanswered_ns = at_ns
            case r.ConditionEnded():
                del self.present[record.condition_id]
                self.ended.add(record.condition_id)
            case r.AudioPaused():
                self.audio_until_ns = at_ns + round(SIGNALS.audio_paused_s * NS_PER_S)
                for told in self.present.values():
                    told.covered, told.escalated = True, False
            case r.AudioPauseEnded():
                self.audio_until_ns = None
                for told in self.present.values():
                    told.covered, told.unanswered_ns = False, at_ns
            case r.AudioSwitched():
                self.is_off = not record.on
                self._answered_anew(at_ns)
            case r.ChairAlarmsPaused() if record.chair is not None:
                self.chair_until_ns[record.chair] = at_ns + round(SIGNALS.chair_pause_s * NS_PER_S)
                self._answered_at(record.chair, at_ns)
            case r.ChairAlarmsResumed() if record.chair is not None:
                del self.chair_until_ns[record.chair]
                self._answered_at(record.chair, at_ns)
            case r.StationStarted():
                self._answered_anew(at_ns)
            case _:
                pass

    def _answered_at(self, chair: int, at_ns: int) -> None:
        for told in self.present.values():
            if told.chair == chair and not told.rule.startswith(SPARED):
                told.escalated, told.unanswered_ns = False, at_ns

    def _answered_anew(self, at_ns: int) -> None:
        for told in self.present.values():
            told.unanswered_ns = at_ns

    def _is_heard(self, told: Told) -> bool:
        is_paused = told.chair in self.chair_until_ns and not told.rule.startswith(SPARED)
        return not (told.acknowledged or told.covered or is_paused)

    @invariant()
    def no_condition_is_lost_and_none_made_up(self) -> None:
        self._read()
        snapshot = self.snapshot()
        assert {view.id for view in snapshot.conditions} == set(self.present)
        for view in snapshot.conditions:
            told = self.present[view.id]
            assert (view.rule, view.kind, view.priority) == (told.rule, told.kind, told.priority)
            assert view.acknowledged is told.acknowledged
            assert view.escalated is told.escalated

    @invariant()
    def what_must_be_heard_is_heard_and_nothing_else(self) -> None:
        self._read()
        heard = [told.priority for told in self.present.values() if self._is_heard(told)]
        wanted = None if self.is_off else max(heard, key=lambda priority: priority.rank, default=None)
        assert self.snapshot().sound is wanted

    @invariant()
    def no_pause_outlives_its_time(self) -> None:
        self._read()
        snapshot, now_ns = self.snapshot(), self.now_ns
        assert (snapshot.audio.state is AudioState.OFF) is self.is_off
        assert (snapshot.audio.state is AudioState.PAUSED) is (self.audio_until_ns is not None)
        if self.audio_until_ns is not None:
            assert now_ns < self.audio_until_ns
            assert snapshot.audio.until_ns == self.audio_until_ns
        assert {n for n in CHAIRS if snapshot.chair(n).pause is not None} == set(self.chair_until_ns)
        assert all(now_ns < until_ns for until_ns in self.chair_until_ns.values())

    @invariant()
    def nothing_grave_stays_unanswered(self) -> None:
        self._read()
        for told in self.present.values():
            if (
                told.chair is not None
                and told.priority is not Priority.LOW
                and self._is_heard(told)
                and not self.is_off
            ):
                late_ns = self.now_ns - told.unanswered_ns - round(SIGNALS.escalation_s * NS_PER_S)
                assert told.escalated or late_ns < NS_PER_S, told

    @invariant()
    def an_acknowledged_condition_comes_back_in_time(self) -> None:
        self._read()
        for told in self.present.values():
            if told.acknowledged:
                assert self.now_ns - told.acknowledged_ns < (SIGNALS.realarm_s + 1) * NS_PER_S


TestRandomAlarms = RandomAlarms.TestCase
TestRandomAlarms.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
